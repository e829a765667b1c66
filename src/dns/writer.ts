/**
 * Writing the octets of a message from left to right, names compressed (RFC 1035 §4.1.4).
 *
 * @module
 */
import { type Name, ROOT } from "./name.ts";

export interface Writer {
  readonly octets: Uint8Array;
  at: number;
  /** Where each name that has been written begins: the text has one spelling for the same octets, case included. */
  readonly names: Map<string, number>;
}

/** The length of a message stands in 16 bits on TCP (RFC 1035 §4.2.2), the length of rdata in every record. */
export const LONGEST_MESSAGE = 0xffff;

/** A writer over `octets`. It writes no further than they reach; `at` goes on counting. */
export function writer(octets: Uint8Array): Writer {
  return { octets, at: 0, names: new Map() };
}

/**
 * Writes a name; `compress` says whether a pointer may stand in it (owners, and rdata of RFC 1035's own types).
 *
 * Only octet-identical ends of names are shared, so that no case is lost.
 */
export function writeName(to: Writer, name: Name, compress: boolean): void {
  for (let start = 0; name !== ROOT && start < name.length; ) {
    if (writePointer(to, start === 0 ? name : name.slice(start), compress)) return;
    start = writeLabel(to, name, start);
  }
  writeU8(to, 0);
}

export function writeU8(to: Writer, value: number): void {
  to.octets[to.at++] = value;
}

export function writeU16(to: Writer, value: number): void {
  to.octets[to.at++] = value >> 8;
  to.octets[to.at++] = value;
}

export function writeU32(to: Writer, value: number): void {
  writeU16(to, value >>> 16);
  writeU16(to, value & 0xffff);
}

export function writeOctets(to: Writer, octets: Uint8Array): void {
  if (to.at + octets.length <= to.octets.length) to.octets.set(octets, to.at);
  to.at += octets.length;
}

/** A character-string (RFC 1035 §3.3) of characters `\u0000`–`\u00ff`; text over 255 octets becomes several. */
export function writeCharString(to: Writer, text: string): void {
  for (let start = 0; start === 0 || start < text.length; start += 255) {
    const end = Math.min(text.length, start + 255);
    writeU8(to, end - start);
    for (let at = start; at < end; at++) writeU8(to, text.charCodeAt(at));
  }
}

/** Overwrites the two octets at `at`. */
export function patchU16(to: Writer, at: number, value: number): void {
  to.octets[at] = value >> 8;
  to.octets[at + 1] = value;
}

/** The wire form of a name that stands alone, not compressed. */
export function nameOctets(name: Name): Uint8Array {
  const to = writer(new Uint8Array(256));
  writeName(to, name, false);
  return to.octets.slice(0, to.at);
}

/** Writes the label that begins at `start`, escapes resolved; returns where the next one begins. */
function writeLabel(to: Writer, name: Name, start: number): number {
  const head = to.at++;
  let at = start;
  for (; at < name.length; at++) {
    let code = name.charCodeAt(at);
    if (code === DOT) break;
    if (code === BACKSLASH) {
      code = name.charCodeAt(++at);
      if (code >= ZERO && code <= NINE) {
        code = Number(name.slice(at, at + 3));
        at += 2;
      }
    }
    writeU8(to, code);
  }
  const octets = to.at - head - 1;
  // Names are checked where they are made: a label that is too long here is our own fault.
  if (octets < 1 || octets > 63) throw new Error(`${name} has a label of ${octets} octets`);
  to.octets[head] = octets;
  return at + 1;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;

/** Writes a pointer to an earlier `name` where there is one; else this is the place that later ones point to. */
function writePointer(to: Writer, name: string, compress: boolean): boolean {
  const known = to.names.get(name);
  if (known === undefined) {
    // A pointer has 14 bits.
    if (to.at < 0x4000) to.names.set(name, to.at);
    return false;
  }
  if (compress) writeU16(to, 0xc000 | known);
  return compress;
}
