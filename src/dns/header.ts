/**
 * The header of a message (RFC 1035 §4.1.1, RFC 4035 §3.2).
 *
 * @module
 */
import { type Cursor, fail, HEADER_OCTETS, readU16 } from "./cursor.ts";
import type { Flags, Message } from "./message.ts";

export interface Header {
  readonly id: number;
  readonly opcode: number;
  /** The low four bits; the others are in the OPT record. */
  readonly rcode: number;
  readonly flags: Flags;
  readonly counts: {
    readonly question: number;
    readonly answer: number;
    readonly authority: number;
    readonly additional: number;
  };
}

/** Fails where there are not twelve octets. */
export function readHeader(from: Cursor): Header {
  if (from.end < HEADER_OCTETS) {
    fail(from, { kind: "short-input", at: from.end, wanted: HEADER_OCTETS - from.end });
  }
  const id = readU16(from);
  const bits = readU16(from);
  const flags = {
    qr: (bits & 0x8000) !== 0,
    aa: (bits & 0x0400) !== 0,
    tc: (bits & 0x0200) !== 0,
    rd: (bits & 0x0100) !== 0,
    ra: (bits & 0x0080) !== 0,
    ad: (bits & 0x0020) !== 0,
    cd: (bits & 0x0010) !== 0,
  };
  const counts = {
    question: readU16(from),
    answer: readU16(from),
    authority: readU16(from),
    additional: readU16(from),
  };
  return { id, opcode: (bits >> 11) & 15, rcode: bits & 15, flags, counts };
}

/** The second pair of octets; `cut` sets TC whatever the flags say. */
export function flagBits({ flags, opcode }: Message, rcode: number, cut: boolean): number {
  return (
    (flags.qr ? 0x8000 : 0) |
    ((opcode & 15) << 11) |
    (flags.aa ? 0x0400 : 0) |
    (flags.tc || cut ? 0x0200 : 0) |
    (flags.rd ? 0x0100 : 0) |
    (flags.ra ? 0x0080 : 0) |
    (flags.ad ? 0x0020 : 0) |
    (flags.cd ? 0x0010 : 0) |
    (rcode & 15)
  );
}
