/**
 * The OPT record, which carries EDNS (RFC 6891 §6.1).
 *
 * @module
 */
import { type Cursor, readOctets, readU16 } from "./cursor.ts";
import type { Edns, EdnsOption } from "./message.ts";
import { TYPES } from "./types.ts";
import { type Writer, writeOctets, writeU8, writeU16 } from "./writer.ts";

export interface Opt {
  /** The upper eight bits. */
  readonly rcode: number;
  readonly edns: Edns;
}

/** The root, type, class, ttl and rdata length of an OPT record. */
export const OPT_OCTETS = 11;

/** Why an OPT record may not stand where it does; `opt` are those before it in the additional section. */
export function misplaced(rootOwns: boolean, opt: readonly Opt[] | undefined): string | undefined {
  if (opt === undefined) return "an OPT record belongs into the additional section";
  if (opt.length > 0) return "a second OPT record";
  return rootOwns ? undefined : "an OPT record must be owned by the root";
}

/** Reads the rdata up to the cursor's end; class and ttl are what they are in an OPT record. */
export function readOpt(from: Cursor, udpSize: number, ttl: number): Opt {
  const version = Math.floor(ttl / 0x10000) & 0xff;
  const start = from.at;
  const options: EdnsOption[] = [];
  while (from.failed === undefined && from.at < from.end) {
    const code = readU16(from);
    options.push({ code, data: readOctets(from, readU16(from)) });
  }
  if (from.failed?.kind === "short-input") {
    // What the options of a later version look like is not for us to say.
    from.failed =
      version === 0 ? { kind: "opt", at: start, why: "an EDNS option is cut off" } : undefined;
    options.length = 0;
  }
  const edns = { udpSize, version, dnssecOk: (ttl & 0x8000) !== 0, options };
  return { rcode: Math.floor(ttl / 0x1000000), edns };
}

/** `rcode` is all twelve bits: the upper eight stand here. */
export function writeOpt(
  to: Writer,
  edns: Edns,
  rcode: number,
  options: readonly EdnsOption[],
): void {
  writeU8(to, 0);
  writeU16(to, TYPES.OPT);
  writeU16(to, edns.udpSize);
  writeU8(to, rcode >> 4);
  writeU8(to, edns.version);
  writeU16(to, edns.dnssecOk ? 0x8000 : 0);
  writeU16(to, optionsOctets(options));
  for (const { code, data } of options) {
    writeU16(to, code);
    writeU16(to, data.length);
    writeOctets(to, data);
  }
}

/** What these options take in an OPT record's rdata. */
export function optionsOctets(options: readonly EdnsOption[]): number {
  return options.reduce((sum, option) => sum + 4 + option.data.length, 0);
}
