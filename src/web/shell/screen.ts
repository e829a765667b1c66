/**
 * What stands on the shell's screen, and what the arrow keys bring back: plain values, drawn by `Shell.tsx`.
 *
 * @module
 */
import type { Line, Output } from "./session.ts";

/** A line that was typed, or what a command printed. */
export type Entry = {
  readonly id: number;
} & (
  | { readonly kind: "typed"; readonly prompt: string; readonly text: string }
  | { readonly kind: "printed"; readonly pieces: readonly Piece[] }
);

/** Text up to a line that has a life to open. */
export interface Piece {
  readonly text: string;
  readonly life?: string;
}

/** Lines that the screen keeps. */
export const SCROLLBACK = 2000;

/** What is printed as few pieces, each with its life at its end. */
export function piecesOf({ lines, life }: Pick<Output, "lines" | "life">): Piece[] {
  const pieces: Piece[] = [];
  let held: string[] = [];
  for (const line of lines) {
    held.push(line.text);
    if (line.life === undefined) continue;
    pieces.push({ text: held.join("\n"), life: line.life });
    held = [];
  }
  if (held.length > 0) pieces.push({ text: held.join("\n") });
  const isOffered = life === undefined || lines.some((line: Line) => line.life !== undefined);
  return isOffered ? pieces : [...pieces, { text: "", life }];
}

/** `entries` and one more, without the oldest where the screen would hold too many lines. */
export function scrolled(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const all = [...entries, entry];
  let lines = all.reduce((sum, one) => sum + heightOf(one), 0);
  let from = 0;
  for (; lines > SCROLLBACK && from < all.length - 1; from++) lines -= heightOf(all[from] as Entry);
  return from === 0 ? all : all.slice(from);
}

/** A place in the history: from 0, the oldest; its length is the line that is being typed. */
export interface Recalled {
  readonly at: number;
  readonly text: string;
}

/** One line up (-1) or down (1); undefined where there is none further. */
export function recall(
  history: readonly string[],
  at: number,
  step: -1 | 1,
  draft: string,
): Recalled | undefined {
  const to = at + step;
  if (to < 0 || to > history.length) return undefined;
  return { at: to, text: history[to] ?? draft };
}

function heightOf(entry: Entry): number {
  if (entry.kind === "typed") return 1;
  return entry.pieces.reduce((sum, { text }) => sum + text.split("\n").length, 0);
}
