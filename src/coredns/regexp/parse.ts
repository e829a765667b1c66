/**
 * The syntax of Go's regular expressions (pkg.go.dev/regexp/syntax): from a pattern to a tree.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import { type CharSet, type Flags, oneOf, perlClass, unicodeClass } from "./classes.ts";
import { type Escape, parseClass, parseEscape } from "./escapes.ts";

export type Assertion =
  | "begin-text"
  | "end-text"
  | "begin-line"
  | "end-line"
  | "word-boundary"
  | "no-word-boundary";

export type Node =
  | { readonly kind: "char"; readonly set: CharSet }
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "group"; readonly index: number; readonly of: Node }
  /** One behind the other; of none is the empty match. */
  | { readonly kind: "sequence"; readonly of: readonly Node[] }
  /** The first that leads to a match is taken. */
  | { readonly kind: "choice"; readonly of: readonly Node[] }
  | Repeat;

export interface Repeat {
  readonly kind: "repeat";
  readonly of: Node;
  readonly least: number;
  /** `Infinity` is no limit. */
  readonly most: number;
  readonly greedy: boolean;
  /** Written in braces. */
  readonly counted: boolean;
}

export interface Pattern {
  readonly node: Node;
  /** By the group's number; 0 is the whole match and has none. */
  readonly groupNames: readonly (string | undefined)[];
}

/** Go's limit, also for the product of nested counts. */
const MOST_REPEATS = 1000;

/** The error is Go's own phrase and the piece of the pattern that it is about. */
export function parsePattern(text: string): Result<Pattern, string> {
  const names: (string | undefined)[] = [undefined];
  const open: Level[] = [];
  let level: Level = { flags: NO_FLAGS, done: [], items: [], wrap: (of) => of };
  let repeated = "";
  let at = 0;
  while (at < text.length) {
    const char = String.fromCodePoint(text.codePointAt(at) as number);
    const before = repeated;
    repeated = "";
    const count = readCount(text, at);
    if (count !== undefined) {
      const operator = text.slice(at, count.end);
      const repeat = repeatLast(level, count, operator, before);
      if (!repeat.ok) return repeat;
      repeated = before + operator;
      at = count.end;
    } else if (char === "(") {
      const group = readGroup(text, at, level.flags);
      if (!group.ok) return group;
      at = group.value.end;
      if (group.value.kind === "flags") {
        level.flags = group.value.flags;
        continue;
      }
      open.push(level);
      const index = group.value.kind === "capture" ? names.length : 0;
      if (group.value.kind === "capture") {
        const { name } = group.value;
        if (name !== undefined && names.includes(name)) return wrong("duplicate capture", name);
        names.push(name);
      }
      const wrap = (of: Node): Node => (index === 0 ? of : { kind: "group", index, of });
      level = { flags: group.value.flags, done: [], items: [], wrap };
    } else if (char === ")") {
      const outer = open.pop();
      if (outer === undefined) return wrong("unexpected )", text);
      outer.items.push(level.wrap(closed(level)));
      level = outer;
      at++;
    } else if (char === "|") {
      level.done.push(sequence(level.items));
      level.items = [];
      at++;
    } else {
      const atom = readAtom(text, at, char, level.flags);
      if (!atom.ok) return atom;
      level.items.push(...atom.value.nodes);
      at = atom.value.end;
    }
  }
  if (open.length > 0) return wrong("missing closing )", text);
  return ok({ node: closed(level), groupNames: names });
}

/** What stands between two parentheses: the branches that are done, and the items of the one being read. */
interface Level {
  flags: Flags;
  readonly done: Node[];
  items: Node[];
  readonly wrap: (of: Node) => Node;
}

const NO_FLAGS: Flags = { foldCase: false, multiLine: false, dotNewline: false, ungreedy: false };

function closed(level: Level): Node {
  const last = sequence(level.items);
  return level.done.length === 0 ? last : { kind: "choice", of: [...level.done, last] };
}

function sequence(items: readonly Node[]): Node {
  const [only] = items;
  return items.length === 1 && only ? only : { kind: "sequence", of: items };
}

interface Count {
  readonly least: number;
  readonly most: number;
  readonly counted: boolean;
  readonly lazy: boolean;
  readonly end: number;
}

/** The repetition operator at `at`, its `?` included; undefined where there is none: `{,2}` is plain text. */
function readCount(text: string, at: number): Count | undefined {
  const simple = { "*": [0, Number.POSITIVE_INFINITY], "+": [1, Number.POSITIVE_INFINITY] };
  const char = text[at] as string;
  let bounds: readonly number[] | undefined;
  let end = at + 1;
  if (char === "*" || char === "+") bounds = simple[char];
  else if (char === "?") bounds = [0, 1];
  else if (char === "{") {
    BRACES.lastIndex = at;
    const found = BRACES.exec(text);
    if (found === null) return undefined;
    const [all, low, comma, high] = found;
    const least = Number(low);
    bounds = [least, comma === undefined ? least : high ? Number(high) : Number.POSITIVE_INFINITY];
    end = at + all.length;
  }
  if (bounds === undefined) return undefined;
  const lazy = text[end] === "?";
  const [least, most] = bounds as [number, number];
  return { least, most, lazy, counted: char === "{", end: lazy ? end + 1 : end };
}

const BRACES = /\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}/y;

function repeatLast(
  level: Level,
  count: Count,
  operator: string,
  before: string,
): Result<undefined, string> {
  const { least, most, counted, lazy } = count;
  const highest = most === Number.POSITIVE_INFINITY ? least : most;
  if (counted && (highest > MOST_REPEATS || least > highest)) {
    return wrong("invalid repeat count", operator);
  }
  if (before !== "") return wrong("invalid nested repetition operator", before + operator);
  const of = level.items.pop();
  if (of === undefined) return wrong("missing argument to repetition operator", operator);
  const greedy = lazy === level.flags.ungreedy;
  const repeat: Repeat = { kind: "repeat", of, least, most, greedy, counted };
  if (counted && !isWithinRepeats(repeat, MOST_REPEATS)) {
    return wrong("invalid repeat count", operator);
  }
  level.items.push(repeat);
  return ok(undefined);
}

/** Whether the copies that nested counts ask for stay within `limit`. */
function isWithinRepeats(node: Node, limit: number): boolean {
  switch (node.kind) {
    case "repeat": {
      if (!node.counted || node.most === 0) return node.most === 0 || isWithinRepeats(node.of, limit);
      const copies = node.most === Number.POSITIVE_INFINITY ? node.least : node.most;
      if (copies > limit) return false;
      return isWithinRepeats(node.of, copies > 0 ? Math.floor(limit / copies) : limit);
    }
    case "group":
      return isWithinRepeats(node.of, limit);
    case "sequence":
    case "choice":
      return node.of.every((one) => isWithinRepeats(one, limit));
    default:
      return true;
  }
}

type Group = { readonly end: number; readonly flags: Flags } & (
  | { readonly kind: "capture"; readonly name?: string }
  | { readonly kind: "plain" }
  /** `(?i)`: no group, the flags hold for what follows. */
  | { readonly kind: "flags" }
);

function readGroup(text: string, at: number, flags: Flags): Result<Group, string> {
  if (text[at + 1] !== "?") return ok({ kind: "capture", flags, end: at + 1 });
  const named = /^\(\?P?</.exec(text.slice(at, at + 4));
  if (named) {
    const end = text.indexOf(">", at);
    if (end < 0) return wrong("invalid named capture", text.slice(at));
    const name = text.slice(at + named[0].length, end);
    if (!/^[A-Za-z0-9_]+$/.test(name)) {
      return wrong("invalid named capture", text.slice(at, end + 1));
    }
    return ok({ kind: "capture", name, flags, end: end + 1 });
  }
  const changed: Record<keyof Flags, boolean> = { ...flags };
  let to = true;
  let letters = 0;
  for (let end = at + 2; end < text.length; end++) {
    const char = text[end] as string;
    const flag = FLAGS.get(char);
    if (flag !== undefined) {
      changed[flag] = to;
      letters++;
    } else if (char === "-" && to) {
      to = false;
      letters = 0;
    } else if ((char === ":" || char === ")") && (to || letters > 0)) {
      return ok({ kind: char === ":" ? "plain" : "flags", flags: changed, end: end + 1 });
    } else {
      return wrong("invalid or unsupported Perl syntax", text.slice(at, end + 1));
    }
  }
  return wrong("missing closing )", text);
}

const FLAGS: ReadonlyMap<string, keyof Flags> = new Map([
  ["i", "foldCase"],
  ["m", "multiLine"],
  ["s", "dotNewline"],
  ["U", "ungreedy"],
] as const);

function readAtom(text: string, at: number, char: string, flags: Flags): Escape {
  const one = (node: Node, end: number): Escape => ok({ nodes: [node], end });
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
      const read = parseClass(text, at, flags);
      return read.ok ? one({ kind: "char", set: read.value.set }, read.value.end) : read;
    }
    case "\\":
      return readBackslash(text, at, flags);
    default:
      return one(literal(char.codePointAt(0) as number, flags), after);
  }
}

function readBackslash(text: string, at: number, flags: Flags): Escape {
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
    const read = parseUnicode(text, at, flags);
    return read.ok ? ok({ nodes: [{ kind: "char", set: read.value.set }], end: read.value.end }) : read;
  }
  const escape = parseEscape(text, at);
  if (!escape.ok) return escape;
  return ok({ nodes: [literal(escape.value.code, flags)], end: escape.value.end });
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

function wrong(phrase: string, piece: string): { ok: false; error: string } {
  return err(`${phrase}: \`${piece}\``);
}
