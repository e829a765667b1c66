/**
 * Records as zone-file lines, `web.example.org. 30 IN A 192.0.2.1`, both ways (RFC 1035 §5.1).
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";
import { addressFamily, canonicalAddress } from "./address.ts";
import { cursor } from "./cursor.ts";
import { parseFields, printFields } from "./fields.ts";
import type { OtherType, RR, RRType } from "./message.ts";
import { describeNameError, type Name, parseName, ROOT } from "./name.ts";
import { readRdata } from "./rdata.ts";
import { charString, fromHex, hex, quote, seconds, unsigned, type Word, words } from "./text.ts";
import { isMetaType, parseType } from "./types.ts";

/** What a line without a TTL has, as in CoreDNS's parser. */
const DEFAULT_TTL = 3600;

/**
 * Reads `owner [ttl] [IN] type rdata`; TTL and class in either order. Names are absolute with or without their dot.
 *
 * @returns the record, or a sentence without its full stop
 */
export function parseRR(line: string): Result<RR, string> {
  const split = words(line);
  if (!split.ok) return split;
  const [owner, ...rest] = split.value;
  if (owner === undefined) return err("the line is empty");
  const name = parseOwner(owner);
  if (!name.ok) return name;
  let ttl: number | undefined;
  let hasClass = false;
  let at = 0;
  for (; at < 2; at++) {
    const text = rest[at]?.text ?? "";
    const time: Result<number, string> =
      ttl === undefined && /^[0-9]/.test(text) ? seconds(text) : err("");
    if (time.ok) ttl = time.value;
    else if (!hasClass && /^(IN|CLASS1)$/i.test(text)) hasClass = true;
    else break;
  }
  const type = rest[at]?.text;
  if (type === undefined) return err(`the type is missing: ${line}`);
  const known = /^[0-9]/.test(type) ? undefined : parseType(type);
  if (known === undefined || isMetaType(known)) return err(`not a record type: ${type}`);
  // RFC 2181 §8: a TTL has 31 bits.
  if (ttl !== undefined && ttl > 0x7fffffff)
    return err(`a TTL is at most 2147483647: received ${ttl}`);
  const record = parseRdata(name.value, ttl ?? DEFAULT_TTL, known, rest.slice(at + 1));
  return record.ok ? record : err(`${known}: ${record.error}`);
}

/** The record as a line that {@link parseRR} reads. */
export function printRR(rr: RR): string {
  return `${rr.name} ${rr.ttl} IN ${rr.type} ${printRdata(rr)}`;
}

/** The record's data as it stands in a zone file; types without a form of their own as `\# length hex` (RFC 3597 §5). */
export function printRdata(rr: RR): string {
  if (rr.data instanceof Uint8Array) return printFields(rr.type, rr.data) ?? printUnknown(rr.data);
  switch (rr.type) {
    case "SOA": {
      const soa = rr.data;
      return `${soa.mname} ${soa.rname} ${soa.serial} ${soa.refresh} ${soa.retry} ${soa.expire} ${soa.minimum}`;
    }
    case "SRV":
      return `${rr.data.priority} ${rr.data.weight} ${rr.data.port} ${rr.data.target}`;
    case "MX":
      return `${rr.data.preference} ${rr.data.exchange}`;
    case "TXT":
      return rr.data.map(quote).join(" ");
    default:
      return rr.data as string;
  }
}

/** `@` is the origin, which is the root here. */
function parseOwner(word: Word): Result<Name, string> {
  return word.text === "@" ? ok(ROOT) : parseDomain(word.text);
}

function parseDomain(text: string): Result<Name, string> {
  const name = parseName(text);
  return name.ok ? name : err(`${text}: ${describeNameError(name.error)}`);
}

function parseRdata(name: Name, ttl: number, type: RRType, data: Word[]): Result<RR, string> {
  if (data[0]?.text === "\\#" && !data[0].quoted) return parseUnknown(name, ttl, type, data);
  switch (type) {
    case "A":
    case "AAAA": {
      const text = data[0]?.text ?? "";
      if (data.length !== 1 || addressFamily(text) !== (type === "A" ? 4 : 6)) {
        return err(`takes one IPv${type === "A" ? 4 : 6} address: received ${received(data)}`);
      }
      return ok({ name, ttl, type, data: canonicalAddress(text) as string });
    }
    case "CNAME":
    case "NS":
    case "PTR":
    case "DNAME": {
      if (data.length !== 1) return err(`takes one name: received ${received(data)}`);
      const target = parseOwner(data[0] as Word);
      return target.ok ? ok({ name, ttl, type, data: target.value }) : target;
    }
    case "TXT": {
      const strings = data.map(charString);
      const wrong = strings.find((string) => !string.ok);
      if (wrong && !wrong.ok) return wrong;
      if (strings.length === 0) return err("takes one string at least");
      return ok({
        name,
        ttl,
        type,
        data: strings.map((string) => (string.ok ? string.value : "")),
      });
    }
    case "SOA":
    case "SRV":
    case "MX":
      return parseNumbersAndNames(name, ttl, type, data);
    default: {
      const octets = parseFields(type, data);
      if (octets === undefined)
        return err(`its data is written as \\# length hex: received ${received(data)}`);
      return octets.ok ? ok({ name, ttl, type: type as OtherType, data: octets.value }) : octets;
    }
  }
}

function parseNumbersAndNames(
  name: Name,
  ttl: number,
  type: "SOA" | "SRV" | "MX",
  data: Word[],
): Result<RR, string> {
  const form = FORMS[type];
  if (data.length !== form.length)
    return err(`takes ${form.join(" ")}: received ${received(data)}`);
  const names: Name[] = [];
  const numbers: number[] = [];
  for (const [at, word] of data.entries()) {
    const field = form[at] as string;
    if (NAMES.has(field)) {
      const target = parseOwner(word);
      if (!target.ok) return target;
      names.push(target.value);
    } else {
      const number = type === "SOA" ? parseSoaNumber(field, word.text) : unsigned(word.text, 16);
      if (!number.ok) return err(`${field} is ${number.error}`);
      numbers.push(number.value);
    }
  }
  const [first, second] = names as [Name, Name];
  const [a, b, c, d, e] = numbers as [number, number, number, number, number];
  if (type === "MX") return ok({ name, ttl, type, data: { preference: a, exchange: first } });
  if (type === "SRV") {
    return ok({ name, ttl, type, data: { priority: a, weight: b, port: c, target: first } });
  }
  const times = { serial: a, refresh: b, retry: c, expire: d, minimum: e };
  return ok({ name, ttl, type, data: { mname: first, rname: second, ...times } });
}

const FORMS = {
  SOA: ["mname", "rname", "serial", "refresh", "retry", "expire", "minimum"],
  SRV: ["priority", "weight", "port", "target"],
  MX: ["preference", "exchange"],
} as const;

const NAMES: ReadonlySet<string> = new Set(["mname", "rname", "target", "exchange"]);

function parseSoaNumber(field: string, text: string): Result<number, string> {
  return field === "serial" ? unsigned(text, 32) : seconds(text);
}

function parseUnknown(name: Name, ttl: number, type: RRType, data: Word[]): Result<RR, string> {
  const length = unsigned(data[1]?.text ?? "", 16);
  if (!length.ok) return length;
  const octets = fromHex(
    data
      .slice(2)
      .map((word) => word.text)
      .join(""),
  );
  if (!octets.ok) return octets;
  if (octets.value.length !== length.value) {
    return err(`\\# says ${length.value} octets: received ${octets.value.length}`);
  }
  const from = cursor(octets.value);
  const record = readRdata(from, type, name, ttl);
  return from.failed === undefined ? ok(record) : err(`these octets are no ${type} record`);
}

function printUnknown(octets: Uint8Array): string {
  return octets.length === 0 ? "\\# 0" : `\\# ${octets.length} ${hex(octets)}`;
}

function received(data: readonly Word[]): string {
  return data.length === 0
    ? "nothing"
    : data
        .map((word) => word.text)
        .join(" ")
        .slice(0, 200);
}
