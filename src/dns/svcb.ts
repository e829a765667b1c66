/**
 * The parameters of SVCB and HTTPS records (RFC 9460 §2.1, §7): `alpn="h2,h3" port=443`.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";
import { addressFamily, addressOctets, addressOfOctets } from "./address.ts";
import { latin1 } from "./cursor.ts";
import { base64, fromBase64, quote, unescaped, unsigned } from "./text.ts";

/** IANA's registry of SvcParamKeys. */
const KEYS = [
  "mandatory",
  "alpn",
  "no-default-alpn",
  "port",
  "ipv4hint",
  "ech",
  "ipv6hint",
  "dohpath",
  "ohttp",
];

/** The parameters as dig prints them; undefined where the octets are none. */
export function printParams(octets: Uint8Array): string | undefined {
  const printed: string[] = [];
  let at = 0;
  let last = -1;
  while (at < octets.length) {
    const key = u16(octets, at);
    const end = at + 4 + u16(octets, at + 2);
    // RFC 9460 §2.2: in strictly increasing order.
    if (at + 4 > octets.length || end > octets.length || key <= last) return undefined;
    const value = printValue(key, octets.subarray(at + 4, end));
    if (value === undefined) return undefined;
    printed.push(value === "" ? keyName(key) : `${keyName(key)}=${value}`);
    last = key;
    at = end;
  }
  return printed.join(" ");
}

/** Words `key=value` in any order. */
export function parseParams(words: readonly string[]): Result<number[], string> {
  const params = new Map<number, number[]>();
  for (const word of words) {
    const equals = word.indexOf("=");
    const key = keyNumber(equals < 0 ? word : word.slice(0, equals));
    if (key === undefined) return err(`not a service parameter: ${word}`);
    if (params.has(key)) return err(`${keyName(key)} stands there twice`);
    const value = parseValue(key, equals < 0 ? "" : word.slice(equals + 1));
    if (!value.ok) return err(`${keyName(key)}: ${value.error}`);
    if (value.value.length > 0xffff) return err(`${keyName(key)} has more than 65535 octets`);
    params.set(key, value.value);
  }
  const inOrder = [...params].sort(([a], [b]) => a - b);
  return ok(
    inOrder.flatMap(([key, value]) => [
      key >> 8,
      key & 255,
      value.length >> 8,
      value.length & 255,
      ...value,
    ]),
  );
}

function keyName(key: number): string {
  return KEYS[key] ?? `key${key}`;
}

function keyNumber(name: string): number | undefined {
  const known = KEYS.indexOf(name.toLowerCase());
  if (known >= 0) return known;
  const number = /^key(0|[1-9][0-9]{0,4})$/i.exec(name)?.[1];
  return number !== undefined && Number(number) < 0xffff ? Number(number) : undefined;
}

function printValue(key: number, value: Uint8Array): string | undefined {
  switch (keyName(key)) {
    case "mandatory":
      if (value.length === 0 || value.length % 2 !== 0) return undefined;
      return chunks(value, 2)
        .map((one) => keyName(u16(one, 0)))
        .join(",");
    case "alpn":
      return printAlpn(value);
    case "no-default-alpn":
    case "ohttp":
      return value.length === 0 ? "" : undefined;
    case "port":
      return value.length === 2 ? String(u16(value, 0)) : undefined;
    case "ipv4hint":
      return printAddresses(value, 4);
    case "ipv6hint":
      return printAddresses(value, 16);
    case "ech":
      return value.length === 0 ? undefined : base64(value);
    default:
      return value.length === 0 ? "" : quote(latin1(value));
  }
}

function parseValue(key: number, text: string): Result<number[], string> {
  switch (keyName(key)) {
    case "mandatory": {
      const keys = text.split(",").map(keyNumber);
      if (keys.includes(undefined)) return err(`not a list of service parameters: ${text}`);
      const inOrder = [...new Set(keys as number[])].sort((a, b) => a - b);
      return ok(inOrder.flatMap((one) => [one >> 8, one & 255]));
    }
    case "alpn":
      return parseAlpn(text);
    case "no-default-alpn":
    case "ohttp":
      return text === "" ? ok([]) : err(`takes no value: received ${text}`);
    case "port": {
      const port = unsigned(text, 16);
      return port.ok ? ok([port.value >> 8, port.value & 255]) : port;
    }
    case "ipv4hint":
      return parseAddresses(text, 4);
    case "ipv6hint":
      return parseAddresses(text, 6);
    case "ech": {
      const octets = fromBase64(text);
      return octets.ok ? ok([...octets.value]) : octets;
    }
    default: {
      const octets = unescaped(text);
      return octets.ok ? ok(codes(octets.value)) : octets;
    }
  }
}

/** A list of length and identifier; a comma or backslash inside one is escaped for the list, then for the string (RFC 9460 §A.1). */
function printAlpn(value: Uint8Array): string | undefined {
  const ids: string[] = [];
  for (let at = 0; at < value.length; ) {
    const length = value[at] as number;
    if (length === 0 || at + 1 + length > value.length) return undefined;
    ids.push(latin1(value.subarray(at + 1, at + 1 + length)).replace(/[\\,]/g, "\\$&"));
    at += 1 + length;
  }
  return ids.length === 0 ? undefined : quote(ids.join(","));
}

function parseAlpn(text: string): Result<number[], string> {
  const list = unescaped(text);
  if (!list.ok) return list;
  const ids: string[] = [""];
  for (let at = 0; at < list.value.length; at++) {
    const char = list.value[at] as string;
    if (char === ",") ids.push("");
    else ids[ids.length - 1] += char === "\\" ? (list.value[++at] ?? "") : char;
  }
  if (ids.some((id) => id.length === 0 || id.length > 255)) {
    return err(`takes protocols of 1 to 255 octets, commas between: received ${text}`);
  }
  return ok(ids.flatMap((id) => [id.length, ...codes(id)]));
}

function printAddresses(value: Uint8Array, size: 4 | 16): string | undefined {
  if (value.length === 0 || value.length % size !== 0) return undefined;
  return chunks(value, size).map(addressOfOctets).join(",");
}

function parseAddresses(text: string, family: 4 | 6): Result<number[], string> {
  const addresses = text.split(",");
  if (!addresses.every((address) => addressFamily(address) === family)) {
    return err(`takes IPv${family} addresses, commas between: received ${text}`);
  }
  return ok(addresses.flatMap((address) => [...(addressOctets(address) as Uint8Array)]));
}

function chunks(octets: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: octets.length / size }, (_, at) =>
    octets.subarray(at * size, (at + 1) * size),
  );
}

function u16(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

function codes(octets: string): number[] {
  return Array.from(octets, (char) => char.charCodeAt(0));
}
