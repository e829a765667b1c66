/**
 * Zone-file text (RFC 1035 §5.1): its words, its character-strings, its ways to write octets.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";

/** A word of a line, escapes kept; quotes are taken off, and blanks inside them kept. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** The words of one line. A comment ends it; parentheses, which join lines in a file, are blanks. */
export function words(line: string): Result<Word[], string> {
  const found: Word[] = [];
  let text = "";
  let inWord = false;
  let quoted = false;
  let inQuotes = false;
  const end = () => {
    if (inWord) found.push({ text, quoted });
    [text, inWord, quoted] = ["", false, false];
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (char === "\\") {
      text += char + (line[++at] ?? "");
      inWord = true;
    } else if (char === '"') {
      inQuotes = !inQuotes;
      if (inQuotes && !inWord) quoted = true;
      inWord = true;
      if (!inQuotes && quoted) end();
    } else if (inQuotes) {
      text += char;
    } else if (char === ";") {
      break;
    } else if (" \t\r\n()".includes(char)) {
      end();
    } else {
      text += char;
      inWord = true;
    }
  }
  if (inQuotes) return err("a quotation mark is not closed");
  end();
  return ok(found);
}

/** The octets (`\u0000`–`\u00ff`) that an escaped word stands for; characters beyond ASCII are their UTF-8. */
export function unescaped(text: string): Result<string, string> {
  let octets = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char !== "\\") {
      const point = text.codePointAt(at) as number;
      octets += point < 0x80 ? char : utf8(String.fromCodePoint(point));
      if (point > 0xffff) at++;
      continue;
    }
    const digits = /^[0-9]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
    const next = text[at + 1];
    if (digits !== undefined && Number(digits) < 256) {
      octets += String.fromCharCode(Number(digits));
      at += 3;
    } else if (next !== undefined && next < "\u0080" && !(next >= "0" && next <= "9")) {
      octets += next;
      at += 1;
    } else {
      return err("a backslash takes a character or three digits up to 255");
    }
  }
  return ok(octets);
}

/** A character-string (characters are octets) in quotes, as dig prints it. */
export function quote(octets: string): string {
  let text = '"';
  for (const char of octets) {
    const code = char.charCodeAt(0);
    if (char === '"' || char === "\\") text += `\\${char}`;
    else text += code >= 0x20 && code < 0x7f ? char : `\\${String(code).padStart(3, "0")}`;
  }
  return `${text}"`;
}

/** A character-string: at most 255 octets. */
export function charString(word: Word): Result<string, string> {
  const octets = unescaped(word.text);
  if (octets.ok && octets.value.length > 255) {
    return err(`a string has at most 255 octets: received ${octets.value.length}`);
  }
  return octets;
}

/** An unsigned number of up to `bits` bits. */
export function unsigned(text: string, bits: 8 | 16 | 32): Result<number, string> {
  if (/^[0-9]{1,10}$/.test(text) && Number(text) < 2 ** bits) return ok(Number(text));
  return err(`not a number from 0 to ${2 ** bits - 1}: ${text}`);
}

/** Seconds, as a number or with units as BIND and CoreDNS take them (`1h30m`). */
export function seconds(text: string): Result<number, string> {
  if (/^[0-9]+$/.test(text)) return unsigned(text, 32);
  let sum = 0;
  let at = 0;
  for (const [part, digits, unit] of text.slice(0, 50).matchAll(/([0-9]{1,10})([smhdw])/gi)) {
    sum += Number(digits) * (UNITS[(unit as string).toLowerCase()] as number);
    at += part.length;
  }
  if (at !== text.length || at === 0 || sum >= 2 ** 32)
    return err(`not a time in seconds: ${text}`);
  return ok(sum);
}

export function hex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).padStart(2, "0");
  return text.toUpperCase();
}

export function fromHex(text: string): Result<Uint8Array, string> {
  if (text.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(text)) {
    return err(`not an even number of hexadecimal digits: ${text.slice(0, 80)}`);
  }
  return ok(
    Uint8Array.from({ length: text.length / 2 }, (_, at) =>
      Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
    ),
  );
}

export function base64(octets: Uint8Array): string {
  return bits(octets, 6, BASE64) + "=".repeat((3 - (octets.length % 3)) % 3);
}

export function fromBase64(text: string): Result<Uint8Array, string> {
  return fromBits(text.replace(/={1,2}$/, ""), 6, BASE64, "base64");
}

/** RFC 4648 §7, without padding: how NSEC3 writes hashes (RFC 5155 §3.3). */
export function base32hex(octets: Uint8Array): string {
  return bits(octets, 5, BASE32HEX);
}

export function fromBase32hex(text: string): Result<Uint8Array, string> {
  return fromBits(text.toUpperCase(), 5, BASE32HEX, "base32hex");
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

function utf8(text: string): string {
  let octets = "";
  for (const octet of new TextEncoder().encode(text)) octets += String.fromCharCode(octet);
  return octets;
}

/** Octets as digits of `size` bits, the last one filled up with zeros. */
function bits(octets: Uint8Array, size: number, alphabet: string): string {
  let text = "";
  let held = 0;
  let count = 0;
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xffff;
    count += 8;
    for (; count >= size; count -= size)
      text += alphabet[(held >> (count - size)) & (2 ** size - 1)];
  }
  if (count > 0) text += alphabet[(held << (size - count)) & (2 ** size - 1)];
  return text;
}

function fromBits(
  text: string,
  size: number,
  alphabet: string,
  called: string,
): Result<Uint8Array, string> {
  const octets = new Uint8Array(Math.floor((text.length * size) / 8));
  let held = 0;
  let count = 0;
  let at = 0;
  for (const char of text) {
    const digit = alphabet.indexOf(char);
    if (digit < 0) return err(`not ${called}: ${text.slice(0, 80)}`);
    held = ((held << size) | digit) & 0xffff;
    count += size;
    if (count >= 8) {
      count -= 8;
      octets[at++] = held >> count;
    }
  }
  // A last digit that holds no octet, or bits that are lost, is no output of an encoder (RFC 4648 §3.5).
  if (count >= size || (held & (2 ** count - 1)) !== 0)
    return err(`not ${called}: ${text.slice(0, 80)}`);
  return ok(octets);
}
