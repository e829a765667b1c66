/**
 * The same name looked up in several ways, side by side: its form, and the table of it for a terminal.
 *
 * @module
 */
import { BLANK, columns, type Line, line, type Part, print, row, WIDTH } from "./terminal.ts";
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
  /** How to ask so: `libc=musl`, `name=api.example.com.`. */
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

/** A table of at most 80 columns; below it the results that are too long for it, how each way is asked, and the notes. */
export function comparisonText(
  { name, rows, notes }: Comparison,
  { color }: { readonly color: boolean },
): string {
  const groups = [...tableLines(rows), wayLines(rows), notes.map((note) => line(0, note))];
  return print(
    [
      line(0, { text: name, tone: "title" }, ", looked up in several ways"),
      ...groups.filter((lines) => lines.length > 0).flatMap((lines) => [BLANK, ...lines]),
    ],
    color,
  );
}

interface Column {
  readonly head: string;
  readonly value: (row: ComparisonRow) => string;
}

const COUNTS: readonly Column[] = [
  { head: "queries", value: ({ queries }) => String(queries) },
  { head: "wasted", value: ({ wasted }) => String(wasted) },
  { head: "packets", value: ({ packets }) => String(packets) },
];

const WAIT: Column = { head: "wait", value: ({ ms }) => duration(ms) };

const GAP = 2;

/** A longer `what` has a line of its own. */
const WIDEST_FIRST = 28;

/** The table, and the results that it only refers to. */
function tableLines(rows: readonly ComparisonRow[]): readonly (readonly Line[])[] {
  const shown = rows.some(({ ms }) => ms > 0) ? [...COUNTS, WAIT] : COUNTS;
  const widths = shown.map(({ head, value }) =>
    Math.max(head.length, ...rows.map((one) => value(one).length)),
  );
  const first = firstWidth(rows);
  const before = first + widths.reduce((sum, width) => sum + GAP + width, 0) + GAP;
  const counts = (text: (column: Column) => string): string =>
    shown.map((column, at) => " ".repeat(GAP) + text(column).padStart(widths[at] ?? 0)).join("");
  const long = [...new Set(rows.map(verdict).filter((text) => before + columns(text) > WIDTH))];
  const table = rows.flatMap((one) => {
    const at = long.indexOf(verdict(one));
    const result: readonly Part[] = [word(one), at < 0 ? ` ${one.result}` : ` [${at + 1}]`];
    const numbers = counts(({ value }) => value(one));
    const gap = first - columns(one.what);
    if (gap >= 0) return [row(0, before, one.what + " ".repeat(gap) + numbers, ...result)];
    return [line(0, one.what), row(0, before, " ".repeat(first) + numbers, ...result)];
  });
  const head = " ".repeat(first) + counts((column) => column.head);
  return [
    [row(0, before, { text: head, tone: "quiet" }, { text: "result", tone: "quiet" }), ...table],
    long.map((text, at) => row(0, 5, `[${at + 1}]`, text)),
  ];
}

function word({ found }: ComparisonRow): Part {
  return found ? { text: "FOUND", tone: "good" } : { text: "NOT FOUND", tone: "bad" };
}

function verdict({ found, result }: ComparisonRow): string {
  return `${found ? "FOUND" : "NOT FOUND"} ${result}`;
}

function wayLines(rows: readonly ComparisonRow[]): readonly Line[] {
  const width = firstWidth(rows) + GAP;
  return rows.flatMap(({ what, how, note }) => [
    row(0, width, { text: what, tone: "quiet" }, how),
    ...(note === undefined ? [] : [row(0, width, "", note)]),
  ]);
}

function firstWidth(rows: readonly ComparisonRow[]): number {
  return Math.min(WIDEST_FIRST, Math.max(0, ...rows.map(({ what }) => columns(what))));
}
