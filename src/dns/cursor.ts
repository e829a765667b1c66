/**
 * Reading the octets of a message from left to right.
 *
 * The first thing that is wrong stays in `failed`; from then on every read gives zeros and empty values, so
 * that a reader looks once, behind what it has read, and not after each octet.
 *
 * @module
 */
import { ESCAPED, type Name, ROOT } from "./name.ts";
import type { WireError } from "./wire-error.ts";

export interface Cursor {
  readonly octets: Uint8Array;
  at: number;
  /** Where the message, or the rdata that is being read, ends. */
  end: number;
  failed: WireError | undefined;
}

/** RFC 1035 §4.1.1. */
export const HEADER_OCTETS = 12;

export function cursor(input: Uint8Array): Cursor {
  // A `slice` of Node's Buffer is no copy.
  const octets =
    input.constructor === Uint8Array
      ? input
      : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return { octets, at: 0, end: octets.length, failed: undefined };
}

/**
 * A domain name, decompressed (RFC 1035 §4.1.4).
 *
 * Every pointer must go back behind the place where the labels that it ends began, so that no chain of pointers
 * is followed twice; with the limit of 255 octets the work on one name is bounded.
 */
export function readName(from: Cursor): Name {
  const { octets } = from;
  let written = 0;
  let length = 1;
  let at = from.at;
  let end = from.end;
  let segment = at;
  let after = -1;
  for (;;) {
    if (at >= end) return failName(from, { kind: "short-input", at, wanted: 1 });
    const octet = octets[at] as number;
    if (octet === 0) break;
    if (octet < 0x40) {
      if (at + octet >= end) return failName(from, { kind: "short-input", at, wanted: octet + 1 });
      length += octet + 1;
      if (length > 255) return failName(from, { kind: "long-name", at: from.at });
      for (let last = at + octet; at < last; )
        written = writeEscaped(octets[++at] as number, written);
      text[written++] = DOT;
      at++;
    } else if (octet >= 0xc0) {
      if (at + 2 > end) return failName(from, { kind: "short-input", at, wanted: 2 });
      const target = ((octet & 0x3f) << 8) | (octets[at + 1] as number);
      if (target >= segment || target < HEADER_OCTETS) {
        return failName(from, { kind: "forward-pointer", at, target });
      }
      // Rdata ends where its length says; the name that a pointer leads to lies elsewhere in the message.
      if (after < 0) after = at + 2;
      end = octets.length;
      at = target;
      segment = target;
    } else {
      return failName(from, { kind: "label-type", at, octet });
    }
  }
  from.at = after < 0 ? at + 1 : after;
  return written === 0 ? ROOT : (textOf(text.subarray(0, written)) as Name);
}

export function readU8(from: Cursor): number {
  return take(from, 1) ? (from.octets[from.at - 1] as number) : 0;
}

export function readU16(from: Cursor): number {
  if (!take(from, 2)) return 0;
  const { octets, at } = from;
  return ((octets[at - 2] as number) << 8) | (octets[at - 1] as number);
}

export function readU32(from: Cursor): number {
  return readU16(from) * 0x10000 + readU16(from);
}

/** The next `count` octets, as a copy. */
export function readOctets(from: Cursor, count: number): Uint8Array {
  return take(from, count) ? from.octets.slice(from.at - count, from.at) : new Uint8Array();
}

/** Everything up to the end. */
export function readRest(from: Cursor): Uint8Array {
  return readOctets(from, Math.max(0, from.end - from.at));
}

/** A character-string (RFC 1035 §3.3); each character is an octet. */
export function readCharString(from: Cursor): string {
  const length = readU8(from);
  return take(from, length) ? latin1(from.octets.subarray(from.at - length, from.at)) : "";
}

/** Octets as characters `\u0000`–`\u00ff`. */
export function latin1(octets: Uint8Array): string {
  let characters = "";
  for (let at = 0; at < octets.length; at += MOST_ARGUMENTS) {
    characters += textOf(octets.subarray(at, at + MOST_ARGUMENTS));
  }
  return characters;
}

/** A call takes only so many arguments as the stack has room for. */
const MOST_ARGUMENTS = 1024;

function textOf(codes: Uint8Array): string {
  // `apply` takes anything like an array; its type asks for one.
  return String.fromCharCode.apply(null, codes as unknown as number[]);
}

export function fail(from: Cursor, error: WireError): void {
  from.failed ??= error;
}

/**
 * The name that is being read: 255 octets of up to four characters each. Adding up strings instead would keep
 * thirty times the memory for every name of a hostile message.
 */
const text = new Uint8Array(1024);

const DOT = 0x2e;

/** Writes an octet of a label as a zone file has it; returns where the next one goes. */
function writeEscaped(octet: number, at: number): number {
  const escaped = ESCAPED[octet] as string;
  if (escaped.length === 1) {
    text[at] = octet;
    return at + 1;
  }
  for (let index = 0; index < escaped.length; index++) text[at + index] = escaped.charCodeAt(index);
  return at + escaped.length;
}

/** Steps over `count` octets if they are there. */
function take(from: Cursor, count: number): boolean {
  if (from.failed !== undefined) return false;
  if (from.at + count > from.end) {
    fail(from, { kind: "short-input", at: from.at, wanted: count });
    return false;
  }
  from.at += count;
  return true;
}

function failName(from: Cursor, error: WireError): Name {
  fail(from, error);
  return ROOT;
}
