import { readFileSync } from "node:fs";

/** The octets of `test/fixtures/NAME.hex`; lines that begin with # say where they are from. */
export function fixture(name: string): Uint8Array {
  const text = readFileSync(new URL(`../fixtures/${name}.hex`, import.meta.url), "utf8");
  return octets(text.replace(/^#.*$/gm, ""));
}

/** Octets of hexadecimal digits; blanks do not matter. */
export function octets(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/\s/g, ""), "hex"));
}
