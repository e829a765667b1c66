/**
 * A DNS message taken apart: each field with the octets that it stands in (RFC 1035 §4.1).
 *
 * @module
 */
import {
  type Cursor,
  cursor,
  HEADER_OCTETS,
  readName,
  readU16,
  readU32,
} from "../../dns/cursor.ts";
import { readRdata } from "../../dns/rdata.ts";
import { printRdata } from "../../dns/records.ts";
import { rcodeName, TYPES, typeName } from "../../dns/types.ts";
import { describeWireError } from "../../dns/wire-error.ts";

export interface Field {
  /** How deep it stands: 0 for a section, 1 for an entry, 2 for what is in it. */
  readonly depth: 0 | 1 | 2;
  readonly label: string;
  readonly value: string;
  /** Octets from `from` on, up to and without `to`. */
  readonly from: number;
  readonly to: number;
}

/** In the order of the octets; what cannot be read ends the list with a field that says why. */
export function dissect(octets: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const at = cursor(octets);
  const counts = header(at, fields);
  const sections = ["Question", "Answer", "Authority", "Additional"] as const;
  for (const [index, section] of sections.entries()) {
    const count = counts[index] ?? 0;
    if (count === 0 || at.failed) continue;
    const heading = fields.length;
    const start = at.at;
    for (let n = 0; n < count && at.failed === undefined; n++) {
      if (section === "Question") question(at, fields);
      else record(at, fields);
    }
    const entries = count === 1 ? "1 entry" : `${count} entries`;
    fields.splice(heading, 0, { depth: 0, label: section, value: entries, from: start, to: at.at });
  }
  if (at.failed) {
    const value = describeWireError(at.failed);
    fields.push({ depth: 0, label: "Unreadable", value, from: at.at, to: octets.length });
  }
  return fields;
}

/** @returns the four counts */
function header(at: Cursor, fields: Field[]): number[] {
  const field = (label: string, read: () => string, octets: number, depth: 0 | 1 | 2 = 1) => {
    const from = at.at;
    const value = read();
    if (at.failed === undefined) fields.push({ depth, label, value, from, to: from + octets });
  };
  fields.push({ depth: 0, label: "Header", value: "12 octets", from: 0, to: HEADER_OCTETS });
  field("ID", () => String(readU16(at)), 2);
  field("Flags", () => flagsText(readU16(at)), 2);
  const counts: number[] = [];
  for (const label of ["QDCOUNT", "ANCOUNT", "NSCOUNT", "ARCOUNT"]) {
    field(
      label,
      () => {
        const count = readU16(at);
        counts.push(count);
        return String(count);
      },
      2,
    );
  }
  return counts;
}

const FLAGS: readonly (readonly [number, string])[] = [
  [0x8000, "QR"],
  [0x0400, "AA"],
  [0x0200, "TC"],
  [0x0100, "RD"],
  [0x0080, "RA"],
  [0x0020, "AD"],
  [0x0010, "CD"],
];

function flagsText(bits: number): string {
  const set = FLAGS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  const opcode = (bits >> 11) & 15;
  const isReply = (bits & 0x8000) !== 0;
  return [
    set.join(" ") || "none set",
    opcode === 0 ? "opcode QUERY" : `opcode ${opcode}`,
    ...(isReply ? [rcodeName(bits & 15)] : []),
  ].join(", ");
}

function question(at: Cursor, fields: Field[]): void {
  const from = at.at;
  const name = readName(at);
  const named = at.at;
  const type = readU16(at);
  const qclass = readU16(at);
  if (at.failed) return;
  fields.push(
    { depth: 1, label: name, value: typeName(type), from, to: at.at },
    { depth: 2, label: "QNAME", value: name, from, to: named },
    { depth: 2, label: "QTYPE", value: `${typeName(type)} (${type})`, from: named, to: named + 2 },
    { depth: 2, label: "QCLASS", value: className(qclass), from: named + 2, to: named + 4 },
  );
}

function record(at: Cursor, fields: Field[]): void {
  const from = at.at;
  const name = readName(at);
  const named = at.at;
  const type = readU16(at);
  const rrClass = readU16(at);
  const ttl = readU32(at);
  const length = readU16(at);
  const start = at.at;
  if (at.failed) return;
  if (start + length > at.end) {
    at.failed = { kind: "short-input", at: start, wanted: length };
    return;
  }
  const isOpt = type === TYPES.OPT;
  const value = isOpt ? `${length} octets of options` : rdataText(at, name, type, ttl, length);
  if (at.failed) return;
  at.at = start + length;
  const compressed = named - from === 2 && name !== "." ? ", by a pointer" : "";
  fields.push(
    {
      depth: 1,
      label: isOpt ? "OPT (EDNS)" : name,
      value: isOpt ? "" : `${typeName(type)} ${value}`,
      from,
      to: at.at,
    },
    { depth: 2, label: "NAME", value: `${name}${compressed}`, from, to: named },
    { depth: 2, label: "TYPE", value: `${typeName(type)} (${type})`, from: named, to: named + 2 },
    {
      depth: 2,
      label: isOpt ? "UDP size" : "CLASS",
      value: isOpt ? String(rrClass) : className(rrClass),
      from: named + 2,
      to: named + 4,
    },
    {
      depth: 2,
      label: isOpt ? "Flags" : "TTL",
      value: isOpt ? ((ttl & 0x8000) !== 0 ? "DO" : "none set") : `${ttl} s`,
      from: named + 4,
      to: named + 8,
    },
    { depth: 2, label: "RDLENGTH", value: String(length), from: named + 8, to: start },
    ...(length === 0 ? [] : [{ depth: 2, label: "RDATA", value, from: start, to: at.at } as const]),
  );
}

function rdataText(
  at: Cursor,
  name: ReturnType<typeof readName>,
  type: number,
  ttl: number,
  length: number,
): string {
  const whole = at.end;
  at.end = at.at + length;
  const text = printRdata(readRdata(at, typeName(type), name, ttl));
  at.end = whole;
  return text;
}

function className(number: number): string {
  return number === 1 ? "IN (1)" : String(number);
}

/** Octets of standard base64; empty where it is none. */
export function octetsOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
