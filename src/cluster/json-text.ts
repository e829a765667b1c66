/**
 * Where something is in a JSON text (RFC 8259): what breaks it, and the value at a path.
 *
 * The engines' own errors name the place only sometimes, and quote the text, which may hold secrets. No text is too deep:
 * what is open is kept in an array, not on the call stack.
 *
 * @module
 */

export interface TextPlace {
  /** Index of the character. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** The first character that no JSON text has there, or the end of a text that lacks something; undefined where nothing does. */
export function brokenPlace(text: string): TextPlace | undefined {
  const at = readValues(text, () => {});
  return at === undefined ? undefined : placeAt(text, at);
}

/**
 * Where the value at `path` begins; where it is missing, the innermost that has it.
 *
 * @param path as a message about a List has it: `$.items[3].spec["a key"]`; what follows it is not read
 */
export function placeOfPath(text: string, path: string): TextPlace | undefined {
  const keys = keysOf(path);
  let inside = -1;
  let found: { readonly depth: number; readonly at: number } | undefined;
  readValues(text, (at, depth, key) => {
    if (inside < depth - 1 || (depth > 0 && key !== keys[depth - 1])) {
      inside = Math.min(inside, depth - 1);
      return;
    }
    inside = depth;
    // Of two members of one name the last counts.
    if (found === undefined || depth >= found.depth) found = { depth, at };
  });
  return found && placeAt(text, found.at);
}

function keysOf(path: string): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  const step = /\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d{1,9})\]|\["((?:[^"\\]|\\.){0,200})"\]/y;
  step.lastIndex = path.startsWith("$") ? 1 : 0;
  for (let match = step.exec(path); match !== null; match = step.exec(path)) {
    const [, word, index, quoted] = match;
    if (word !== undefined) keys.push(word);
    else if (index !== undefined) keys.push(Number(index));
    else keys.push(unquoted(`"${quoted}"`));
  }
  return keys;
}

function placeAt(text: string, at: number): TextPlace {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", start)) {
    line++;
    start = end + 1;
  }
  return { at, line, column: at - start + 1 };
}

/** A value that begins, in how many arrays and objects, and under which key of the innermost. */
type OnValue = (at: number, depth: number, key: string | number) => void;

/** @returns where it is broken */
function readValues(text: string, onValue: OnValue): number | undefined {
  /** The key at hand in each object and array that is open: text, or a number. */
  const open: (string | number)[] = [];
  let wanted: "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end" = "value";
  let at = afterSpace(text, 0);
  while (at < text.length) {
    const char = text[at] as string;
    const top = open.length - 1;
    const inArray = typeof open[top] === "number";
    let next = at + 1;
    if (wanted === "key" || wanted === "key or end") {
      if (char === '"') {
        next = afterString(text, at);
        if (next < 0) return -next;
        open[top] = unquoted(text.slice(at, next));
        wanted = "colon";
      } else if (char === "}" && wanted === "key or end") {
        open.pop();
        wanted = "comma or end";
      } else return at;
    } else if (wanted === "colon") {
      if (char !== ":") return at;
      wanted = "value";
    } else if (wanted === "comma or end") {
      if (char === "," && top >= 0) {
        if (inArray) open[top] = (open[top] as number) + 1;
        wanted = inArray ? "value" : "key";
      } else if (top >= 0 && char === (inArray ? "]" : "}")) open.pop();
      else return at;
    } else if (char === "]" && wanted === "value or end") {
      open.pop();
      wanted = "comma or end";
    } else {
      onValue(at, open.length, open[top] ?? "");
      if (char === "{" || char === "[") {
        open.push(char === "[" ? 0 : "");
        wanted = char === "[" ? "value or end" : "key or end";
      } else {
        next = char === '"' ? afterString(text, at) : afterWord(text, at);
        if (next < 0) return -next;
        if (next === at) return at;
        wanted = "comma or end";
      }
    }
    at = afterSpace(text, next);
  }
  return wanted === "comma or end" && open.length === 0 ? undefined : at;
}

const SPACE = /[ \t\n\r]*/y;
const WORD = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

function afterSpace(text: string, at: number): number {
  return afterMatch(SPACE, text, at);
}

function afterWord(text: string, at: number): number {
  return afterMatch(WORD, text, at);
}

function afterMatch(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Behind its closing quote; the negative of where it is broken, which is never at 0. */
function afterString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return -at;
    const next = code === 0x5c ? afterMatch(ESCAPE, text, at) : at + 1;
    if (next === at) return -at;
    at = next;
  }
  return -at;
}

/** A string of JSON that is whole. */
function unquoted(literal: string): string {
  return literal.includes("\\") ? (JSON.parse(literal) as string) : literal.slice(1, -1);
}
