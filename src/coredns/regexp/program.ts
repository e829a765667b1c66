/**
 * A regular expression as a program for {@link run}: one instruction a character, a choice or a group's end.
 *
 * @module
 */
import type { CharSet } from "./classes.ts";
import type { Assertion, Node, Repeat } from "./tree.ts";

export type Instruction =
  | { readonly op: "match" }
  | { readonly op: "char"; readonly set: CharSet; readonly next: number }
  | { readonly op: "assert"; readonly what: Assertion; readonly next: number }
  /** Keeps the place in the text: slot 2n where group n begins, 2n + 1 where it ends. */
  | { readonly op: "save"; readonly slot: number; readonly next: number }
  /** `next` is tried before `other`. */
  | { readonly op: "split"; readonly next: number; readonly other: number };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** A match costs at most this many steps a character: a tenth of a second for the longest names. */
const MOST_INSTRUCTIONS = 5000;

/** Undefined where the program would be too large. */
export function programOf(node: Node): Program | undefined {
  const built: Instruction[] = [{ op: "match" }];
  const start = emit(node, 0, built);
  return built.length > MOST_INSTRUCTIONS ? undefined : { instructions: built, start };
}

/** Adds what matches `node` and then goes on at `next`; where it begins. */
function emit(node: Node, next: number, to: Instruction[]): number {
  if (to.length > MOST_INSTRUCTIONS) return next;
  switch (node.kind) {
    case "char":
      return to.push({ op: "char", set: node.set, next }) - 1;
    case "assert":
      return to.push({ op: "assert", what: node.what, next }) - 1;
    case "group": {
      const end = to.push({ op: "save", slot: 2 * node.index + 1, next }) - 1;
      const body = emit(node.of, end, to);
      return to.push({ op: "save", slot: 2 * node.index, next: body }) - 1;
    }
    case "sequence":
      return node.of.reduceRight((behind, one) => emit(one, behind, to), next);
    case "choice": {
      const branches = node.of.map((one) => emit(one, next, to));
      return branches.reduceRight((other, first) => {
        return to.push({ op: "split", next: first, other }) - 1;
      });
    }
    case "repeat":
      return emitRepeat(node, next, to);
  }
}

/** `x{2,4}` is `xx(x(x)?)?`, `x{2,}` is `xx+`. */
function emitRepeat(repeat: Repeat, next: number, to: Instruction[]): number {
  const { of, least, most } = repeat;
  let entry = next;
  let copies = least;
  if (most === Number.POSITIVE_INFINITY) {
    if (least === 0) return emitStar(repeat, next, to);
    entry = emitPlus(repeat, next, to);
    copies--;
  } else {
    for (let copy = least; copy < most && to.length <= MOST_INSTRUCTIONS; copy++) {
      entry = emitSplit(repeat, emit(of, entry, to), next, to);
    }
  }
  for (let copy = 0; copy < copies && to.length <= MOST_INSTRUCTIONS; copy++) {
    entry = emit(of, entry, to);
  }
  return entry;
}

/** What can match nothing is `(x+)?`: a loop that ends where it makes no way would change which branch comes first. */
function emitStar(repeat: Repeat, next: number, to: Instruction[]): number {
  if (matchesNothing(repeat.of)) return emitSplit(repeat, emitPlus(repeat, next, to), next, to);
  const loop = to.push({ op: "match" }) - 1;
  const body = emit(repeat.of, loop, to);
  to[loop] = split(repeat, body, next);
  return loop;
}

function emitPlus(repeat: Repeat, next: number, to: Instruction[]): number {
  const loop = to.push({ op: "match" }) - 1;
  const body = emit(repeat.of, loop, to);
  to[loop] = split(repeat, body, next);
  return body;
}

function emitSplit(repeat: Repeat, body: number, next: number, to: Instruction[]): number {
  return to.push(split(repeat, body, next)) - 1;
}

function split(repeat: Repeat, body: number, next: number): Instruction {
  return repeat.greedy
    ? { op: "split", next: body, other: next }
    : { op: "split", next, other: body };
}

function matchesNothing(node: Node): boolean {
  switch (node.kind) {
    case "char":
      return false;
    case "assert":
      return true;
    case "group":
      return matchesNothing(node.of);
    case "sequence":
      return node.of.every(matchesNothing);
    case "choice":
      return node.of.some(matchesNothing);
    case "repeat":
      return node.least === 0 || matchesNothing(node.of);
  }
}
