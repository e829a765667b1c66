/**
 * The pieces of a Go template: text, and the tokens between `{{` and `}}`.
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";

export type TokenKind =
  /** `.Name`, without the dot */
  | "field"
  /** `$`, `$x` */
  | "variable"
  | "word"
  | "number"
  /** Its value, without quotes. */
  | "string"
  /** `.`, `|`, `(`, `)`, `,`, `:=`, `=` */
  | "sign";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** White space stands in front of it. */
  readonly apart: boolean;
}

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly tokens: readonly Token[] };

/** `{{-` and `-}}` take the white space away that the text has on their side; comments are left out. */
export function pieces(template: string): Result<readonly Piece[], string> {
  const found: Piece[] = [];
  let at = 0;
  let trimNext = false;
  while (at <= template.length) {
    const open = template.indexOf("{{", at);
    let text = template.slice(at, open < 0 ? template.length : open);
    const trims = open >= 0 && /^-[ \t\r\n]/.test(template.slice(open + 2, open + 4));
    if (trimNext) text = text.replace(/^[ \t\r\n]+/, "");
    if (trims) text = text.trimEnd();
    if (text !== "") found.push({ kind: "text", text });
    if (open < 0) break;
    const from = open + (trims ? 3 : 2);
    const comment = commentEnd(template, from);
    const action = comment === undefined ? readAction(template, from) : comment;
    if (!action.ok) return action;
    const { tokens, end, trim } = action.value;
    if (comment === undefined) found.push({ kind: "action", tokens });
    at = end;
    trimNext = trim;
  }
  return ok(found);
}

interface Action {
  readonly tokens: readonly Token[];
  readonly end: number;
  readonly trim: boolean;
}

/** Undefined where no comment stands; it must fill the braces. */
function commentEnd(template: string, from: number): Result<Action, string> | undefined {
  const start = from + (/^[ \t\r\n]/.test(template.slice(from)) ? 1 : 0);
  if (!template.startsWith("/*", start)) return undefined;
  const close = template.indexOf("*/", start + 2);
  if (close < 0) return err("unclosed comment");
  const end = /^(?:[ \t\r\n]+-)?\}\}/.exec(template.slice(close + 2, close + 40))?.[0];
  if (end === undefined) return err("comment ends before closing delimiter");
  return ok({ tokens: [], end: close + 2 + end.length, trim: end.length > 2 });
}

function readAction(template: string, from: number): Result<Action, string> {
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    const space = blanks(template, at);
    at += space;
    if (space > 0 && template.startsWith("-}}", at)) return ok({ tokens, end: at + 3, trim: true });
    if (template.startsWith("}}", at)) return ok({ tokens, end: at + 2, trim: false });
    if (at >= template.length) return err("unclosed action");
    const token = readToken(template, at, space > 0);
    if (!token.ok) return token;
    tokens.push(token.value.token);
    at = token.value.end;
  }
}

function blanks(text: string, at: number): number {
  let end = at;
  while (" \t\r\n".includes(text[end] ?? "x")) end++;
  return end - at;
}

function readToken(
  text: string,
  at: number,
  apart: boolean,
): Result<{ token: Token; end: number }, string> {
  const quote = text[at];
  if (quote === "`" || quote === '"' || quote === "'") return readQuoted(text, at, quote, apart);
  for (const [kind, form] of FORMS) {
    form.lastIndex = at;
    const found = form.exec(text)?.[0];
    if (found === undefined) continue;
    const token = { kind, text: kind === "field" ? found.slice(1) : found, apart };
    return ok({ token, end: at + found.length });
  }
  const char = String.fromCodePoint(text.codePointAt(at) as number);
  return err(`unexpected ${JSON.stringify(char)} in an action`);
}

const FORMS: readonly (readonly [TokenKind, RegExp])[] = [
  ["number", /[+-]?(?:[0-9]|\.[0-9])[0-9A-Za-z_.]*/y],
  ["field", /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ["variable", /\$(?:[\p{L}_][\p{L}\p{N}_]*)?/uy],
  ["word", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["sign", /:=|[.|(),=]/y],
];

function readQuoted(
  text: string,
  at: number,
  quote: string,
  apart: boolean,
): Result<{ token: Token; end: number }, string> {
  let value = "";
  for (let next = at + 1; next < text.length; ) {
    const char = text[next] as string;
    if (char === quote) {
      const end = next + 1;
      if (quote !== "'") return ok({ token: { kind: "string", text: value, apart }, end });
      const [point, more] = [...value];
      if (point === undefined || more !== undefined)
        return err(`malformed character constant: '${value}'`);
      return ok({ token: { kind: "number", text: String(point.codePointAt(0)), apart }, end });
    }
    if (quote === "`" || char !== "\\") {
      if (quote !== "`" && char === "\n") break;
      value += char;
      next++;
      continue;
    }
    ESCAPE.lastIndex = next;
    const found = ESCAPE.exec(text);
    if (found === null) return err(`invalid escape in ${text.slice(at, next + 2)}`);
    const [all, hex, unicode, octal, letter = ""] = found;
    const code = Number.parseInt(hex ?? unicode ?? octal ?? "", octal === undefined ? 16 : 8);
    value += Number.isNaN(code) ? (ESCAPED.get(letter) ?? letter) : String.fromCodePoint(code);
    next += all.length;
  }
  return err("unterminated quoted string");
}

const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([0-3][0-7]{2})|([abfnrtv\\'"]))/y;

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);
