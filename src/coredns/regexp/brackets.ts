/**
 * Escapes and `[…]` of a regular expression.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import {
  anyOf,
  type CharSet,
  type Flags,
  not,
  oneOf,
  perlClass,
  posixClass,
  unicodeClass,
} from "./classes.ts";

type Read<T> = Result<T & { readonly end: number }, string>;

/** From `[` at `at` to its `]`. A `]` that stands first is a character, and so is a `-` that is no range. */
export function readClass(text: string, at: number, flags: Flags): Read<{ set: CharSet }> {
  const negated = text[at + 1] === "^";
  const first = negated ? at + 2 : at + 1;
  const sets: CharSet[] = [];
  let next = first;
  while (next === first || text[next] !== "]") {
    if (next >= text.length) return wrong("missing closing ]", text.slice(at));
    const item = readNamed(text, next, flags) ?? readRange(text, next, at, flags);
    if (!item.ok) return item;
    sets.push(item.value.set);
    next = item.value.end;
  }
  const set = anyOf(sets);
  return ok({ set: negated ? not(set) : set, end: next + 1 });
}

/** `[:alpha:]`, `\d` or `\pN`; undefined where a single character stands. */
function readNamed(text: string, at: number, flags: Flags): Read<{ set: CharSet }> | undefined {
  if (text.startsWith("[:", at)) {
    const close = text.indexOf(":]", at + 2);
    if (close < 0) return undefined;
    const set = posixClass(text.slice(at + 2, close), flags.foldCase);
    if (set === undefined) return wrong("invalid character class range", text.slice(at, close + 2));
    return ok({ set, end: close + 2 });
  }
  if (text[at] !== "\\") return undefined;
  const letter = text[at + 1] ?? "";
  if (letter === "p" || letter === "P") return readUnicodeClass(text, at, flags);
  const perl = perlClass(letter, flags.foldCase);
  return perl && ok({ set: perl, end: at + 2 });
}

function readRange(text: string, at: number, open: number, flags: Flags): Read<{ set: CharSet }> {
  const low = readCharacter(text, at, open);
  if (!low.ok) return low;
  let high: Read<{ code: number }> = low;
  const { end } = low.value;
  if (text[end] === "-" && end + 1 < text.length && text[end + 1] !== "]") {
    high = readCharacter(text, end + 1, open);
    if (!high.ok) return high;
    if (high.value.code < low.value.code) {
      return wrong("invalid character class range", text.slice(at, high.value.end));
    }
  }
  const set = oneOf([[low.value.code, high.value.code]], flags.foldCase);
  return ok({ set, end: high.value.end });
}

function readCharacter(text: string, at: number, open: number): Read<{ code: number }> {
  const code = text.codePointAt(at);
  if (code === undefined) return wrong("missing closing ]", text.slice(open));
  if (text[at] === "\\") return readEscape(text, at);
  return ok({ code, end: at + String.fromCodePoint(code).length });
}

/** `\n`, `\x7f`, `\012`, `\.`: a backslash that stands for one character. */
export function readEscape(text: string, at: number): Read<{ code: number }> {
  const code = text.codePointAt(at + 1);
  if (code === undefined) return wrong("trailing backslash at end of expression", "");
  const char = String.fromCodePoint(code);
  const control = CONTROLS.get(char);
  if (control !== undefined) return ok({ code: control, end: at + 2 });
  for (const form of [OCTAL, HEX, LONG_HEX]) {
    form.lastIndex = at;
    const digits = form.exec(text);
    if (digits === null) continue;
    const value = Number.parseInt(digits[1] as string, form === OCTAL ? 8 : 16);
    if (value > 0x10ffff) break;
    return ok({ code: value, end: at + digits[0].length });
  }
  if (code < 0x80 && !/[0-9A-Za-z]/.test(char)) return ok({ code, end: at + 2 });
  return wrong("invalid escape sequence", text.slice(at, at + 1 + char.length));
}

/** A digit from 1 to 7 alone would be a back reference, which Go has not. */
const OCTAL = /\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/y;
const HEX = /\\x([0-9A-Fa-f]{2})/y;
const LONG_HEX = /\\x\{([0-9A-Fa-f]{1,8})\}/y;

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
]);

/** `\pL`, `\p{Greek}`, and their negations `\PL`, `\p{^Greek}`. */
export function readUnicodeClass(text: string, at: number, flags: Flags): Read<{ set: CharSet }> {
  const braced = text[at + 2] === "{";
  const close = braced ? text.indexOf("}", at) : at + 2;
  const code = text.codePointAt(at + 2);
  if (close < 0 || code === undefined) {
    return wrong("invalid character class range", text.slice(at));
  }
  const name = braced ? text.slice(at + 3, close) : String.fromCodePoint(code);
  const end = braced ? close + 1 : at + 2 + name.length;
  const set = unicodeClass(name, flags.foldCase);
  if (set === undefined) return wrong("invalid character class range", text.slice(at, end));
  return ok({ set: text[at + 1] === "P" ? not(set) : set, end });
}

function wrong(phrase: string, piece: string): { ok: false; error: string } {
  return err(`${phrase}: \`${piece}\``);
}
