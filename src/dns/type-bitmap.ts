/**
 * The types that exist at a name: NSEC's list of them (RFC 4034 §4.1.2).
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";
import { parseType, typeName, typeNumber } from "./types.ts";

/** The types in order, blanks between; undefined where the octets are no such list. */
export function printTypes(octets: Uint8Array): string | undefined {
  const types: string[] = [];
  let at = 0;
  let lastWindow = -1;
  while (at < octets.length) {
    const window = octets[at] as number;
    const length = octets[at + 1] ?? 0;
    const end = at + 2 + length;
    if (window <= lastWindow || length < 1 || length > 32 || end > octets.length) return undefined;
    for (let bit = 0; bit < length * 8; bit++) {
      const octet = octets[at + 2 + (bit >> 3)] as number;
      if (octet & (0x80 >> (bit & 7))) types.push(typeName(window * 256 + bit));
    }
    lastWindow = window;
    at = end;
  }
  return types.join(" ");
}

export function parseTypes(words: readonly string[]): Result<number[], string> {
  const windows = new Map<number, number[]>();
  for (const word of words) {
    const type = parseType(word);
    if (type === undefined) return err(`not a record type: ${word}`);
    const number = typeNumber(type);
    const bits = windows.get(number >> 8) ?? [];
    windows.set(number >> 8, bits);
    const at = (number & 255) >> 3;
    while (bits.length <= at) bits.push(0);
    bits[at] = (bits[at] as number) | (0x80 >> (number & 7));
  }
  const inOrder = [...windows].sort(([a], [b]) => a - b);
  return ok(inOrder.flatMap(([window, bits]) => [window, bits.length, ...bits]));
}
