/**
 * The presentation form of rdata that is carried as octets: one row of fields a type, read and printed by the same table.
 *
 * Forms are those that dig prints and named reads, on one line and without breaks in long values.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";
import {
  type Cursor,
  cursor,
  latin1,
  readCharString,
  readName,
  readOctets,
  readRest,
  readU8,
  readU16,
  readU32,
} from "./cursor.ts";
import { describeNameError, parseName } from "./name.ts";
import { parseParams, printParams } from "./svcb.ts";
import type { Word } from "./text.ts";
import * as text from "./text.ts";
import { parseTime, printTime } from "./time.ts";
import { parseTypes, printTypes } from "./type-bitmap.ts";
import { parseType, typeName, typeNumber } from "./types.ts";
import { nameOctets } from "./writer.ts";

/** Those of the second line take all that is left. */
type Field =
  | ("u8" | "u16" | "u32" | "type" | "time" | "name" | "string" | "tag" | "salt" | "hash")
  | ("hex" | "base64" | "text" | "strings" | "types" | "params");

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  HINFO: ["string", "string"],
  MB: ["name"],
  MG: ["name"],
  MR: ["name"],
  MINFO: ["name", "name"],
  RP: ["name", "name"],
  AFSDB: ["u16", "name"],
  RT: ["u16", "name"],
  NAPTR: ["u16", "u16", "string", "string", "string", "name"],
  KX: ["u16", "name"],
  CERT: ["u16", "u16", "u8", "base64"],
  DS: ["u16", "u8", "u8", "hex"],
  SSHFP: ["u8", "u8", "hex"],
  RRSIG: ["type", "u8", "u8", "u32", "time", "time", "u16", "name", "base64"],
  NSEC: ["name", "types"],
  DNSKEY: ["u16", "u8", "u8", "base64"],
  DHCID: ["base64"],
  NSEC3: ["u8", "u8", "u16", "salt", "hash", "types"],
  NSEC3PARAM: ["u8", "u8", "u16", "salt"],
  TLSA: ["u8", "u8", "u8", "hex"],
  SMIMEA: ["u8", "u8", "u8", "hex"],
  CDS: ["u16", "u8", "u8", "hex"],
  CDNSKEY: ["u16", "u8", "u8", "base64"],
  OPENPGPKEY: ["base64"],
  CSYNC: ["u32", "u16", "types"],
  ZONEMD: ["u32", "u8", "u8", "hex"],
  SVCB: ["u16", "name", "params"],
  HTTPS: ["u16", "name", "params"],
  SPF: ["strings"],
  URI: ["u16", "u16", "text"],
  CAA: ["u8", "tag", "text"],
  RESINFO: ["strings"],
};

/** The rdata as text, or undefined where the type has no form here or these octets do not have it. */
export function printFields(type: string, octets: Uint8Array): string | undefined {
  const fields = formOf(type);
  if (fields === undefined) return undefined;
  const from = cursor(octets);
  const printed: string[] = [];
  for (const field of fields) {
    const one = PRINT[field](from);
    if (one === undefined || from.failed !== undefined) return undefined;
    if (one !== "") printed.push(one);
  }
  return from.at === octets.length ? printed.join(" ") : undefined;
}

/** The octets of rdata that is written as these words; undefined where the type has no form here. */
export function parseFields(
  type: string,
  data: readonly Word[],
): Result<Uint8Array, string> | undefined {
  const fields = formOf(type);
  if (fields === undefined) return undefined;
  const octets: number[] = [];
  for (const [at, field] of fields.entries()) {
    const rest = TAKES_REST.has(field);
    if (!rest && data[at] === undefined)
      return err(`takes ${fields.join(" ")}: received ${data.length} words`);
    const one = PARSE[field](rest ? data.slice(at) : [data[at] as Word]);
    if (!one.ok) return one;
    for (const octet of one.value) octets.push(octet);
  }
  const last = fields.at(-1) as Field;
  if (!TAKES_REST.has(last) && data.length > fields.length) {
    return err(`takes ${fields.join(" ")}: received ${data.length} words`);
  }
  return octets.length > 0xffff
    ? err("the data has more than 65535 octets")
    : ok(Uint8Array.from(octets));
}

const TAKES_REST: ReadonlySet<Field> = new Set<Field>([
  "hex",
  "base64",
  "text",
  "strings",
  "types",
  "params",
]);

const PRINT: Readonly<Record<Field, (from: Cursor) => string | undefined>> = {
  u8: (from) => String(readU8(from)),
  u16: (from) => String(readU16(from)),
  u32: (from) => String(readU32(from)),
  type: (from) => typeName(readU16(from)),
  time: (from) => printTime(readU32(from)),
  name: readName,
  string: (from) => text.quote(readCharString(from)),
  tag: (from) => {
    const tag = readCharString(from);
    return /^[0-9A-Za-z]+$/.test(tag) ? tag : undefined;
  },
  salt: (from) => text.hex(readOctets(from, readU8(from))) || "-",
  hash: (from) => text.base32hex(readOctets(from, readU8(from))) || undefined,
  hex: (from) => text.hex(readRest(from)),
  base64: (from) => text.base64(readRest(from)),
  text: (from) => text.quote(latin1(readRest(from))),
  strings: (from) => {
    const strings = [text.quote(readCharString(from))];
    while (from.failed === undefined && from.at < from.end)
      strings.push(text.quote(readCharString(from)));
    return strings.join(" ");
  },
  types: (from) => printTypes(readRest(from)),
  params: (from) => printParams(readRest(from)),
};

type Octets = Iterable<number>;

const PARSE: Readonly<Record<Field, (words: readonly Word[]) => Result<Octets, string>>> = {
  u8: (words) => number(words, 8),
  u16: (words) => number(words, 16),
  u32: (words) => number(words, 32),
  type: (words) => {
    const type = parseType(first(words));
    return type === undefined
      ? err(`not a record type: ${first(words)}`)
      : ok(bigEndian(typeNumber(type), 2));
  },
  time: (words) => {
    const time = parseTime(first(words));
    return time.ok ? ok(bigEndian(time.value, 4)) : time;
  },
  name: (words) => {
    const name = first(words) === "@" ? parseName(".") : parseName(first(words));
    return name.ok
      ? ok(nameOctets(name.value))
      : err(`${first(words)}: ${describeNameError(name.error)}`);
  },
  string: (words) => counted(text.charString(words[0] as Word)),
  tag: (words) =>
    /^[0-9A-Za-z]{1,255}$/.test(first(words))
      ? counted(ok(first(words)))
      : err(`a tag is letters and digits: received ${first(words)}`),
  salt: (words) => (first(words) === "-" ? ok([0]) : countedOctets(text.fromHex(first(words)))),
  hash: (words) => countedOctets(text.fromBase32hex(first(words))),
  hex: (words) => text.fromHex(joined(words)),
  base64: (words) => text.fromBase64(joined(words)),
  text: (words) => {
    if (words.length !== 1)
      return err(`takes one quoted text at its end: received ${words.length} words`);
    const octets = text.unescaped(first(words));
    return octets.ok ? ok(codes(octets.value)) : octets;
  },
  strings: (words) => {
    if (words.length === 0) return err("takes one string at least");
    const octets: number[] = [];
    for (const word of words) {
      const one = counted(text.charString(word));
      if (!one.ok) return one;
      octets.push(...one.value);
    }
    return ok(octets);
  },
  types: (words) => parseTypes(words.map((word) => word.text)),
  params: (words) => parseParams(words.map((word) => word.text)),
};

function formOf(type: string): readonly Field[] | undefined {
  return Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
}

function first(words: readonly Word[]): string {
  return words[0]?.text ?? "";
}

function joined(words: readonly Word[]): string {
  return words.map((word) => word.text).join("");
}

function number(words: readonly Word[], bits: 8 | 16 | 32): Result<Octets, string> {
  const value = text.unsigned(first(words), bits);
  return value.ok ? ok(bigEndian(value.value, bits / 8)) : value;
}

function bigEndian(value: number, octets: number): number[] {
  return Array.from(
    { length: octets },
    (_, at) => Math.floor(value / 256 ** (octets - 1 - at)) % 256,
  );
}

function codes(octets: string): number[] {
  return Array.from(octets, (char) => char.charCodeAt(0));
}

/** With its length in front; a character-string was checked to be short enough. */
function counted(octets: Result<string, string>): Result<number[], string> {
  return octets.ok ? ok([octets.value.length, ...codes(octets.value)]) : octets;
}

function countedOctets(octets: Result<Uint8Array, string>): Result<Octets, string> {
  if (octets.ok && octets.value.length > 255) return err("at most 255 octets are allowed");
  return octets.ok ? ok([octets.value.length, ...octets.value]) : octets;
}
