/**
 * Record data on the wire: the structured types of {@link RR}, and all others as octets (RFC 3597) with the
 * names in them decompressed.
 *
 * @module
 */
import { joined } from "../octets.ts";
import { addressOctets, addressOfOctets } from "./address.ts";
import {
  type Cursor,
  fail,
  readCharString,
  readName,
  readOctets,
  readRest,
  readU16,
  readU32,
} from "./cursor.ts";
import type { OtherType, RR, RRType, Soa } from "./message.ts";
import type { Name } from "./name.ts";
import {
  nameOctets,
  type Writer,
  writeCharString,
  writeName,
  writeOctets,
  writeU16,
  writeU32,
} from "./writer.ts";

/**
 * Reads the rdata of `type` from the cursor to its end.
 *
 * @returns the record; worthless where the cursor has failed, which it also does on octets that are left over
 */
export function readRdata(from: Cursor, type: RRType, name: Name, ttl: number): RR {
  const start = from.at;
  const record = readRecord(from, type, name, ttl);
  const failed = from.failed?.kind;
  // What is too short or too long for the type is said as that, whichever read found it.
  if (failed === "short-input") from.failed = undefined;
  if (failed === "short-input" || (failed === undefined && from.at !== from.end)) {
    fail(from, { kind: "rdata", at: start, type, octets: from.end - start });
  }
  return record;
}

export function writeRdata(to: Writer, record: RR): void {
  if (record.data instanceof Uint8Array) writeOctets(to, record.data);
  else writeStructured(to, record as Structured);
}

/** An upper bound of what {@link writeRdata} writes, so that no record is begun that cannot end. */
export function rdataBound(record: RR): number {
  if (record.data instanceof Uint8Array) return record.data.length;
  if (record.type !== "TXT") return 600;
  return record.data.reduce((sum, text) => sum + text.length + 2 + text.length / 255, 2);
}

type Structured = Exclude<RR, { readonly data: Uint8Array }>;

/** Names are compressed in RFC 1035's own types only (RFC 3597 §4). */
function writeStructured(to: Writer, record: Structured): void {
  switch (record.type) {
    case "A":
    case "AAAA":
      writeAddress(to, record.type, record.data);
      break;
    case "CNAME":
    case "NS":
    case "PTR":
    case "DNAME":
      writeName(to, record.data, record.type !== "DNAME");
      break;
    case "SOA":
      writeSoa(to, record.data);
      break;
    case "SRV":
      writeU16(to, record.data.priority);
      writeU16(to, record.data.weight);
      writeU16(to, record.data.port);
      writeName(to, record.data.target, false);
      break;
    case "MX":
      writeU16(to, record.data.preference);
      writeName(to, record.data.exchange, true);
      break;
    case "TXT":
      for (const text of record.data.length === 0 ? [""] : record.data) writeCharString(to, text);
  }
}

function readRecord(from: Cursor, type: RRType, name: Name, ttl: number): RR {
  switch (type) {
    case "A":
      return { name, type, ttl, data: readAddress(from, 4) };
    case "AAAA":
      return { name, type, ttl, data: readAddress(from, 16) };
    case "CNAME":
    case "NS":
    case "PTR":
    case "DNAME":
      return { name, type, ttl, data: readName(from) };
    case "SOA":
      return { name, type, ttl, data: readSoa(from) };
    case "SRV":
      return {
        name,
        type,
        ttl,
        data: {
          priority: readU16(from),
          weight: readU16(from),
          port: readU16(from),
          target: readName(from),
        },
      };
    case "MX":
      return {
        name,
        type,
        ttl,
        data: { preference: readU16(from), exchange: readName(from) },
      };
    case "TXT":
      return { name, type, ttl, data: readStrings(from) };
    default:
      return { name, type: type as OtherType, ttl, data: readOther(from, type) };
  }
}

function readAddress(from: Cursor, octets: 4 | 16): string {
  const address = readOctets(from, octets);
  return address.length === octets ? addressOfOctets(address) : "";
}

function readSoa(from: Cursor): Soa {
  return {
    mname: readName(from),
    rname: readName(from),
    serial: readU32(from),
    refresh: readU32(from),
    retry: readU32(from),
    expire: readU32(from),
    minimum: readU32(from),
  };
}

/** One string at least (RFC 1035 §3.3.14): empty rdata is short input. */
function readStrings(from: Cursor): string[] {
  const strings = [readCharString(from)];
  while (from.failed === undefined && from.at < from.end) strings.push(readCharString(from));
  return strings;
}

/**
 * What stands up to and with the last name, in the types that hold names: octets, a name, or a character-string.
 *
 * RFC 3597 §4 allows pointers in some of them and forbids them in the others; a pointer that did come would
 * point nowhere in the next message, so they are resolved in all.
 */
const BEFORE_REST: Readonly<Record<string, readonly (number | "name" | "string")[]>> = {
  MD: ["name"],
  MF: ["name"],
  MB: ["name"],
  MG: ["name"],
  MR: ["name"],
  MINFO: ["name", "name"],
  RP: ["name", "name"],
  AFSDB: [2, "name"],
  RT: [2, "name"],
  "NSAP-PTR": ["name"],
  SIG: [18, "name"],
  PX: [2, "name", "name"],
  NXT: ["name"],
  NAPTR: [4, "string", "string", "string", "name"],
  KX: [2, "name"],
  RRSIG: [18, "name"],
  NSEC: ["name"],
  TALINK: ["name", "name"],
  SVCB: [2, "name"],
  HTTPS: [2, "name"],
  LP: [2, "name"],
};

function readOther(from: Cursor, type: RRType): Uint8Array {
  const fields = Object.hasOwn(BEFORE_REST, type) ? BEFORE_REST[type] : undefined;
  if (fields === undefined) return readRest(from);
  const pieces = fields.map((field) => {
    if (field === "name") return nameOctets(readName(from));
    if (field !== "string") return readOctets(from, field);
    const text = readCharString(from);
    return Uint8Array.of(text.length, ...Array.from(text, (char) => char.charCodeAt(0)));
  });
  pieces.push(readRest(from));
  return joined(pieces);
}

function writeSoa(to: Writer, soa: Soa): void {
  writeName(to, soa.mname, true);
  writeName(to, soa.rname, true);
  for (const number of [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum]) {
    writeU32(to, number);
  }
}

function writeAddress(to: Writer, type: "A" | "AAAA", address: string): void {
  const octets = addressOctets(address);
  if (octets?.length !== (type === "A" ? 4 : 16)) throw new Error(`no ${type} record: ${address}`);
  writeOctets(to, octets);
}
