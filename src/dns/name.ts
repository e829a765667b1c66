/**
 * Domain names in presentation form: absolute, case kept, one spelling each.
 *
 * A {@link Name} always ends in the root dot, so `a.b` (typed, still to be searched) and `a.b.`
 * (absolute) cannot be mixed up by the type checker. Any octet may stand in a label: those that
 * a zone file could not hold are escaped as dig prints them (`\.`, `\032`; RFC 1035 §5.1).
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";

export type Name = string & { readonly __brand: "Name" };

/** Why `text` is no domain name; `label` counts from 1 at the left. */
export type NameError =
  | { readonly kind: "empty-label"; readonly label: number }
  | { readonly kind: "long-label"; readonly label: number; readonly octets: number }
  | { readonly kind: "long-name"; readonly octets: number }
  | { readonly kind: "bad-escape"; readonly label: number }
  | { readonly kind: "not-ascii"; readonly label: number };

export const ROOT = "." as Name;

/** RFC 1035 §2.3.4. 255 counts the length octets and the root's. */
const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

/**
 * Reads `text` as an absolute name, adding the root dot where it is missing. Case is kept.
 *
 * @returns the name, or the first {@link NameError} from the left
 */
export function parseName(text: string): Result<Name, NameError> {
  if (text === ".") return ok(ROOT);
  if (PLAIN.test(text)) return parsePlain(text);
  const labels: Uint8Array[] = [];
  let octets = 1;
  for (const [index, piece] of splitLabels(text).entries()) {
    const label = unescapeLabel(piece, index + 1);
    if (!label.ok) return label;
    const wrong = checkLabel(label.value.length, index + 1);
    if (wrong) return err(wrong);
    octets += label.value.length + 1;
    labels.push(label.value);
  }
  if (octets > LONGEST_NAME) return err({ kind: "long-name", octets: octets - 2 });
  return ok(nameOfLabels(labels));
}

/** `text` as a name; for constants and for text that was checked before. Throws where it is none. */
export function name(text: string): Name {
  const parsed = parseName(text);
  if (!parsed.ok) throw new Error(`${text}: ${describeNameError(parsed.error)}`);
  return parsed.value;
}

/** The name that these labels (octets each, leftmost first) spell. */
export function nameOfLabels(labels: readonly Uint8Array[]): Name {
  if (labels.length === 0) return ROOT;
  let text = "";
  for (const label of labels) {
    for (const octet of label) text += ESCAPED[octet];
    text += ".";
  }
  return text as Name;
}

/** The labels of `of` as text, escapes kept, leftmost first, without the root: `a.b.` is `["a", "b"]`. */
export function labels(of: Name): string[] {
  if (of === ROOT) return [];
  return of.includes("\\") ? splitLabels(of) : of.slice(0, -1).split(".");
}

/** The labels of `of` as octets, leftmost first. */
export function labelOctets(of: Name): Uint8Array[] {
  return labels(of).map((label, index) => {
    const octets = unescapeLabel(label, index + 1);
    return octets.ok ? octets.value : new Uint8Array();
  });
}

/** The name of these labels (text, escapes as {@link labels} gives them). */
export function fromLabels(parts: readonly string[]): Name {
  return (parts.length === 0 ? "." : `${parts.join(".")}.`) as Name;
}

/** `of` in lower case: names are the same if their keys are (RFC 4343 §3). */
export function key(of: Name): Name {
  return of.toLowerCase() as Name;
}

export function sameName(a: Name, b: Name): boolean {
  return a === b || key(a) === key(b);
}

/** Whether `of` is `zone` or lies below it. */
export function isWithin(of: Name, zone: Name): boolean {
  if (zone === ROOT) return true;
  const before = of.length - zone.length - 1;
  if (before < 0) return sameName(of, zone);
  return of[before] === "." && !isEscapedAt(of, before) && key(of).endsWith(key(zone));
}

/** `of` without its leftmost label; the root's parent is the root. */
export function parent(of: Name): Name {
  if (of.includes("\\")) return fromLabels(labels(of).slice(1));
  const rest = of.slice(of.indexOf(".") + 1);
  return rest === "" ? ROOT : (rest as Name);
}

/** Whether `text` closes with the root's dot, and not with a dot of its last label (`\\.`). */
export function endsInRootDot(text: string): boolean {
  return text.endsWith(".") && !isEscapedAt(text, text.length - 1);
}

/** What is wrong, as a sentence without its full stop. */
export function describeNameError(error: NameError): string {
  switch (error.kind) {
    case "empty-label":
      return `label ${error.label} is empty`;
    case "long-label":
      return `label ${error.label} has ${error.octets} octets, 63 are allowed`;
    case "long-name":
      return `the name has ${error.octets} octets, 253 are allowed`;
    case "bad-escape":
      return `label ${error.label} has a backslash without a character or three digits up to 255`;
    case "not-ascii":
      return `label ${error.label} is not ASCII; write an internationalized name as xn--…`;
  }
}

const PLAIN = /^[A-Za-z0-9_*/-][A-Za-z0-9_*/.-]*$/;

function parsePlain(text: string): Result<Name, NameError> {
  const absolute = text.endsWith(".") ? text : `${text}.`;
  let start = 0;
  for (let label = 1; start < absolute.length; label++) {
    const end = absolute.indexOf(".", start);
    const wrong = checkLabel(end - start, label);
    if (wrong) return err(wrong);
    start = end + 1;
  }
  // One length octet a label stands where the text has its dot; the root's is one more.
  if (absolute.length + 1 > LONGEST_NAME) {
    return err({ kind: "long-name", octets: absolute.length - 1 });
  }
  return ok(absolute as Name);
}

function checkLabel(octets: number, label: number): NameError | undefined {
  if (octets === 0) return { kind: "empty-label", label };
  if (octets > LONGEST_LABEL) return { kind: "long-label", label, octets };
  return undefined;
}

function splitLabels(text: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === ".") {
      pieces.push(piece);
      piece = "";
    } else if (char === "\\" && at + 1 < text.length) {
      piece += char + text[++at];
    } else {
      piece += char;
    }
  }
  if (piece !== "" || pieces.length === 0) pieces.push(piece);
  return pieces;
}

function unescapeLabel(text: string, label: number): Result<Uint8Array, NameError> {
  const octets = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return err({ kind: "not-ascii", label });
    if (code !== 0x5c) {
      octets[length++] = code;
      continue;
    }
    const digits = /^[0-9]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
    const next = text.charCodeAt(at + 1);
    if (digits !== undefined && Number(digits) < 256) {
      octets[length++] = Number(digits);
      at += 3;
    } else if (next < 0x80 && !(next >= 0x30 && next <= 0x39)) {
      octets[length++] = next;
      at += 1;
    } else {
      return err({ kind: "bad-escape", label });
    }
  }
  return ok(length === text.length ? octets : octets.slice(0, length));
}

/** Whether the character at `at` stands behind an odd number of backslashes. */
function isEscapedAt(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

/** Each octet as it stands in a label; the set is BIND's (`dns_name_totext`), which is what dig prints. */
export const ESCAPED: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const char = String.fromCharCode(octet);
  if ('".;\\@$()'.includes(char)) return `\\${char}`;
  if (octet > 0x20 && octet < 0x7f) return char;
  return `\\${String(octet).padStart(3, "0")}`;
});
