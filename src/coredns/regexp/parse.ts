/**
 * The syntax of Go's regular expressions (pkg.go.dev/regexp/syntax): from a pattern to a tree.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import { readAtom } from "./atoms.ts";
import type { Flags } from "./classes.ts";
import type { Node, Pattern, Repeat } from "./tree.ts";

/** Go's limit, also for the product of nested counts. */
const MOST_REPEATS = 1000;
/** Go's limit too; what walks the tree goes as deep. */
const DEEPEST = 1000;

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
      if (open.length > DEEPEST) return wrong("expression nests too deeply", text);
      const index = group.value.kind === "capture" ? names.length : 0;
      // Go lets two groups have the same name.
      if (group.value.kind === "capture") names.push(group.value.name);
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
    return wrong("invalid repeat count", lazy ? operator.slice(0, -1) : operator);
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
      if (!node.counted || node.most === 0)
        return node.most === 0 || isWithinRepeats(node.of, limit);
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
  if (named && at + named[0].length < text.length) {
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
  return wrong("invalid or unsupported Perl syntax", text.slice(at));
}

const FLAGS: ReadonlyMap<string, keyof Flags> = new Map([
  ["i", "foldCase"],
  ["m", "multiLine"],
  ["s", "dotNewline"],
  ["U", "ungreedy"],
] as const);

function wrong(phrase: string, piece: string): { ok: false; error: string } {
  return err(`${phrase}: \`${piece}\``);
}
