/**
 * A regular expression as a tree.
 *
 * @module
 */
import type { CharSet } from "./classes.ts";

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
