/**
 * Runs a regular expression over a text, all its ways at once (Pike's virtual machine), as Go does.
 *
 * The time is at most text times program: no pattern can make it run away, as backtracking lets `(a*)*b` do.
 *
 * @module
 */
import { isWordCharacter } from "./classes.ts";
import type { Instruction, Program } from "./program.ts";
import type { Assertion } from "./tree.ts";

/** Places that a way kept, the newest first: ways share what they have in common. */
interface Kept {
  readonly slot: number;
  readonly at: number;
  readonly before: Kept | undefined;
}

interface Way {
  readonly at: Extract<Instruction, { op: "char" | "match" }>;
  readonly kept: Kept | undefined;
}

/**
 * The leftmost match, and of those the one that the pattern prefers.
 *
 * @returns where the match and its groups begin and end, in characters; undefined for no match
 */
export function run(
  program: Program,
  text: readonly number[],
  slots: number,
): (number | undefined)[] | undefined {
  const seen = new Uint32Array(program.instructions.length);
  let ways: Way[] = [];
  let matched: { readonly kept: Kept | undefined } | undefined;
  for (let at = 0; at <= text.length; at++) {
    // Places are marked with the round in which they were reached: 0 is never.
    const round = at + 1;
    const here: Way[] = [];
    for (const { at: instruction, kept } of ways) {
      if (instruction.op === "char")
        reach(program, instruction.next, text, at, kept, seen, round, here);
    }
    ways = [];
    if (matched === undefined) {
      const begin = { slot: 0, at, before: undefined };
      reach(program, program.start, text, at, begin, seen, round, here);
    }
    const code = text[at];
    for (const way of here) {
      if (way.at.op === "match") {
        matched = { kept: { slot: 1, at, before: way.kept } };
        // The ways behind this one are those that the pattern likes less.
        break;
      }
      if (code !== undefined && way.at.set(code)) ways.push(way);
    }
    if (matched && ways.length === 0) break;
  }
  return matched && places(matched.kept, slots);
}

/** Adds to `here` the characters and matches that lead on from `start` without reading, the preferred first. */
function reach(
  program: Program,
  start: number,
  text: readonly number[],
  at: number,
  before: Kept | undefined,
  seen: Uint32Array,
  round: number,
  here: Way[],
): void {
  const todo: { readonly to: number; readonly kept: Kept | undefined }[] = [
    { to: start, kept: before },
  ];
  for (let one = todo.pop(); one; one = todo.pop()) {
    const { to, kept } = one;
    if (seen[to] === round) continue;
    seen[to] = round;
    const instruction = program.instructions[to] as Instruction;
    switch (instruction.op) {
      case "split":
        todo.push({ to: instruction.other, kept }, { to: instruction.next, kept });
        break;
      case "save":
        todo.push({ to: instruction.next, kept: { slot: instruction.slot, at, before: kept } });
        break;
      case "assert":
        if (holds(instruction.what, text, at)) todo.push({ to: instruction.next, kept });
        break;
      default:
        here.push({ at: instruction, kept });
    }
  }
}

function holds(what: Assertion, text: readonly number[], at: number): boolean {
  const newline = 0x0a;
  const isWord = (code: number | undefined) => code !== undefined && isWordCharacter(code);
  switch (what) {
    case "begin-text":
      return at === 0;
    case "end-text":
      return at === text.length;
    case "begin-line":
      return at === 0 || text[at - 1] === newline;
    case "end-line":
      return at === text.length || text[at] === newline;
    case "word-boundary":
      return isWord(text[at - 1]) !== isWord(text[at]);
    case "no-word-boundary":
      return isWord(text[at - 1]) === isWord(text[at]);
  }
}

function places(newest: Kept | undefined, slots: number): (number | undefined)[] {
  const found: (number | undefined)[] = Array.from({ length: slots });
  for (let kept = newest; kept; kept = kept.before) found[kept.slot] ??= kept.at;
  return found;
}
