/**
 * The smallest pieces of a regular expression: a character, a class, an escape, an assertion.
 *
 * @module
 */
import { ok, type Result } from "../../result.ts";
import { readClass, readEscape, readUnicodeClass } from "./brackets.ts";
import { type Flags, oneOf, perlClass } from "./classes.ts";
import type { Assertion, Node } from "./tree.ts";

/** `\Q…\E` gives a node a character. */
export type Atom = Result<{ readonly nodes: readonly Node[]; readonly end: number }, string>;

/** What begins with `char` at `at`. */
export function readAtom(text: string, at: number, char: string, flags: Flags): Atom {
  const one = (node: Node, end: number): Atom => ok({ nodes: [node], end });
  const after = at + char.length;
  switch (char) {
    case ".": {
      const newline = 0x0a;
      return one({ kind: "char", set: (code) => flags.dotNewline || code !== newline }, after);
    }
    case "^":
      return one({ kind: "assert", what: flags.multiLine ? "begin-line" : "begin-text" }, after);
    case "$":
      return one({ kind: "assert", what: flags.multiLine ? "end-line" : "end-text" }, after);
    case "[": {
      const read = readClass(text, at, flags);
      return read.ok ? one({ kind: "char", set: read.value.set }, read.value.end) : read;
    }
    case "\\":
      return readBackslash(text, at, flags);
    default:
      return one(literal(char.codePointAt(0) as number, flags), after);
  }
}

function readBackslash(text: string, at: number, flags: Flags): Atom {
  const letter = text[at + 1] ?? "";
  const what = ASSERTIONS.get(letter);
  if (what !== undefined) return ok({ nodes: [{ kind: "assert", what }], end: at + 2 });
  if (letter === "Q") {
    const close = text.indexOf("\\E", at + 2);
    const quoted = text.slice(at + 2, close < 0 ? text.length : close);
    const nodes = [...quoted].map((char) => literal(char.codePointAt(0) as number, flags));
    return ok({ nodes, end: close < 0 ? text.length : close + 2 });
  }
  const perl = /^[dswDSW]$/.test(letter) ? perlClass(letter, flags.foldCase) : undefined;
  if (perl) return ok({ nodes: [{ kind: "char", set: perl }], end: at + 2 });
  if (letter === "p" || letter === "P") {
    const read = readUnicodeClass(text, at, flags);
    return read.ok
      ? ok({ nodes: [{ kind: "char", set: read.value.set }], end: read.value.end })
      : read;
  }
  const read = readEscape(text, at);
  if (!read.ok) return read;
  return ok({ nodes: [literal(read.value.code, flags)], end: read.value.end });
}

const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ["A", "begin-text"],
  ["z", "end-text"],
  ["b", "word-boundary"],
  ["B", "no-word-boundary"],
] as const);

function literal(code: number, flags: Flags): Node {
  return { kind: "char", set: oneOf([[code, code]], flags.foldCase) };
}
