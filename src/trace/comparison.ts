/**
 * The same name looked up in several ways, side by side: its form, and the table of it for a terminal.
 *
 * @module
 */
import { BLANK, columns, type Line, line, type Part, print, row } from "./terminal.ts";
import { duration } from "./transcript/words.ts";

export interface Comparison {
  /** As typed. */
  readonly name: string;
  readonly rows: readonly ComparisonRow[];
  /** Sentences without their full stop. */
  readonly notes: readonly string[];
}

export interface ComparisonRow {
  /** What is different: `musl 1.2.3`, `ndots:2`. */
  readonly what: string;
  /** How to ask so: `libc=musl`, `type api.example.com.`. */
  readonly how: string;
  readonly queries: number;
  readonly wasted: number;
  /** Between the Pod and its nameservers, both ways. */
  readonly packets: number;
  /** Milliseconds that the libc waits. */
  readonly ms: number;
  /** Addresses, or the libc's error. */
  readonly result: string;
  readonly found: boolean;
  readonly note?: string;
}

/** A table of at most 80 columns, the notes of its rows below it. */
export function comparisonText(
  comparison: Comparison,
  { color }: { readonly color: boolean },
): string {
  const { name, rows, notes } = comparison;
  return print(
    [
      line(0, { text: name, tone: "title" }, ", looked up in several ways"),
      BLANK,
      ...table(rows),
      BLANK,
      ...ways(rows),
      ...(notes.length > 0 ? [BLANK] : []),
      ...notes.map((note) => line(0, note)),
    ],
    color,
  );
}

const NUMBERS = ["queries", "wasted", "packets", "wait"] as const;

const GAP = 2;

/** The first column may take this much; a longer `what` has a line of its own. */
const WIDEST_FIRST = 28;

function table(rows: readonly ComparisonRow[]): readonly Line[] {
  const numbers = rows.map(({ queries, wasted, packets, ms }) => [
    String(queries),
    String(wasted),
    String(packets),
    duration(ms),
  ]);
  const widths = NUMBERS.map((head, at) =>
    Math.max(head.length, ...numbers.map((row) => row[at]?.length ?? 0)),
  );
  const first = Math.min(WIDEST_FIRST, Math.max(4, ...rows.map(({ what }) => columns(what))));
  const before = first + widths.reduce((sum, width) => sum + GAP + width, 0) + GAP;
  const cells = (values: readonly string[]): string =>
    values.map((value, at) => " ".repeat(GAP) + value.padStart(widths[at] ?? 0)).join("");
  return [
    row(0, before, { text: " ".repeat(first) + cells(NUMBERS), tone: "quiet" }, "result"),
    ...rows.flatMap((one, at) => {
      const counts = cells(numbers[at] ?? []);
      const result = resultOf(one);
      const gap = first - columns(one.what);
      if (gap >= 0) return [row(0, before, one.what + " ".repeat(gap) + counts, ...result)];
      return [line(0, one.what), row(0, before, " ".repeat(first) + counts, ...result)];
    }),
  ];
}

function resultOf({ found, result }: ComparisonRow): readonly Part[] {
  return [
    found ? { text: "FOUND", tone: "good" } : { text: "NOT FOUND", tone: "bad" },
    ` ${result}`,
  ];
}

/** How each row is asked, and what is to be known of it. */
function ways(rows: readonly ComparisonRow[]): readonly Line[] {
  const width = Math.min(WIDEST_FIRST, Math.max(...rows.map(({ what }) => columns(what)), 4)) + GAP;
  return rows.flatMap(({ what, how, note }) => [
    ...(how === what ? [] : [row(0, width, { text: what, tone: "quiet" }, how)]),
    ...(note === undefined ? [] : [row(0, width, how === what ? what : "", note)]),
  ]);
}
