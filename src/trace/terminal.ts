/**
 * Text for a terminal: lines of at most 80 columns, folded where they are longer, with or without colour.
 *
 * Everything goes through {@link print}: it is the one place where what comes from outside loses its control
 * characters, and the one place that writes any.
 *
 * @module
 */

/** `title` a heading, `good` found, `bad` not, `changed` a rewritten address, `quiet` a detail. */
export type Tone = "title" | "good" | "bad" | "changed" | "quiet";

export interface Toned {
  readonly text: string;
  readonly tone: Tone;
}

export type Part = string | Toned;

export interface Line {
  /** Columns in front of it. */
  readonly indent: number;
  /** Columns in front of what is folded. */
  readonly hang: number;
  readonly parts: readonly Part[];
}

/** The lines as text, each with its line feed. */
export function print(lines: readonly Line[], color: boolean): string {
  return lines.map((one) => printLine(one, color)).join("");
}

/** A line that folds by four columns. */
export function line(indent: number, ...parts: readonly Part[]): Line {
  return { indent, hang: indent + 4, parts };
}

/** `left` filled up to `width` columns, then the rest, which folds under itself. */
export function row(indent: number, width: number, left: Part, ...right: readonly Part[]): Line {
  const gap = Math.max(2, width - columns(textOf(left)));
  return { indent, hang: indent + width, parts: [left, " ".repeat(gap), ...right] };
}

export const BLANK: Line = line(0);

export const WIDTH = 80;

/** As a terminal may get it: what would control it, or hide or reorder what follows, is `\ufffd`; far too long is cut. */
export function shown(text: string): string {
  const whole = text.length > LONGEST ? `${text.slice(0, LONGEST)} … (cut)` : text;
  if (PLAIN.test(whole)) return whole;
  return whole
    .replaceAll("\t", "  ")
    .replace(/\p{Zs}/gu, " ")
    .replace(UNFIT, "\ufffd");
}

/** Columns that the text takes when it is shown; never fewer than it does. */
export function columns(text: string): number {
  const clean = shown(text);
  if (PLAIN.test(clean)) return clean.length;
  let sum = 0;
  for (const char of clean) sum += columnsOf(char);
  return sum;
}

/** The longest line that means something is a search list, of 2,048 characters. */
const LONGEST = 4096;

const PLAIN = /^[\x20-\x7e]*$/;

/** Controls, formatting (marks of direction among it), halves of pairs, what is private or nothing, separators. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** What is folded keeps at least half a line. */
const DEEPEST = WIDTH / 2;

/** Parameters of Select Graphic Rendition (ECMA-48 §8.3.117). */
const RENDITION: Readonly<Record<Tone, string>> = {
  title: "1",
  good: "1;32",
  bad: "1;31",
  changed: "33",
  quiet: "2",
};

interface Cell {
  readonly char: string;
  readonly width: number;
  readonly tone: Tone | undefined;
}

function printLine(one: Line, color: boolean): string {
  const { indent, hang, parts } = one;
  const text = parts.map(textOf).join("");
  // Most lines fit as they are: nothing of them needs to be looked at letter by letter.
  if (!color && indent + text.length <= WIDTH && PLAIN.test(text)) {
    return `${" ".repeat(indent)}${text}`.trimEnd().concat("\n");
  }
  return foldedLine(parts.flatMap(cellsOf), indent, hang, color);
}

function foldedLine(cells: readonly Cell[], indent: number, hang: number, color: boolean): string {
  let end = cells.length;
  while (cells[end - 1]?.char === " ") end--;
  let text = "";
  let margin = indent;
  for (let from = 0; from < end; ) {
    const below = Math.min(hang, DEEPEST);
    let to = breakAt(cells, { from, end, room: WIDTH - margin, below: WIDTH - below });
    const next = to;
    while (cells[to - 1]?.char === " ") to--;
    text += `${" ".repeat(margin)}${painted(cells.slice(from, to), color)}\n`;
    margin = below;
    from = next;
    while (cells[from]?.char === " ") from++;
  }
  return text === "" ? "\n" : text;
}

interface Stretch {
  readonly from: number;
  readonly end: number;
  /** Columns of this line, and of those below it. */
  readonly room: number;
  readonly below: number;
}

/**
 * Where the line that begins at `from` ends: behind all, else at the last blank, else behind the last dot, else where it
 * is full. A word that fills more than the next line is broken at once.
 */
function breakAt(cells: readonly Cell[], { from, end, room, below }: Stretch): number {
  const full = reach(cells, from, end, room);
  if (full === end) return end;
  let first = from;
  while (cells[first]?.char === " ") first++;
  let blank = full;
  while (blank > first && cells[blank]?.char !== " ") blank--;
  let joint = full;
  while (joint > first + 1 && !isJoint(cells, joint - 1)) joint--;
  const hasBlank = blank > first;
  const hasJoint = joint > first + 1;
  if (hasBlank && !(hasJoint && joint > blank && isLonger(cells, blank + 1, end, below))) {
    return blank;
  }
  return hasJoint ? joint : Math.max(full, from + 1);
}

/** The first cell that has no room. */
function reach(cells: readonly Cell[], from: number, end: number, room: number): number {
  let used = 0;
  for (let at = from; at < end; at++) {
    used += (cells[at] as Cell).width;
    if (used > room) return at;
  }
  return end;
}

function isLonger(cells: readonly Cell[], from: number, end: number, room: number): boolean {
  const full = reach(cells, from, end, room);
  return full < end && cells.slice(from, full + 1).every(({ char }) => char !== " ");
}

/** A dot that ends a label (an escaped one does not), or what joins the parts of a path, a list or an option. */
function isJoint(cells: readonly Cell[], at: number): boolean {
  const char = cells[at]?.char ?? "";
  return JOINTS.has(char) && cells[at - 1]?.char !== "\\";
}

const JOINTS: ReadonlySet<string> = new Set([".", "/", ",", "=", "&"]);

function painted(cells: readonly Cell[], color: boolean): string {
  let text = "";
  let tone: Tone | undefined;
  for (const cell of cells) {
    if (color && cell.tone !== tone) {
      if (tone !== undefined) text += "\x1b[0m";
      if (cell.tone !== undefined) text += `\x1b[${RENDITION[cell.tone]}m`;
      tone = cell.tone;
    }
    text += cell.char;
  }
  return tone === undefined ? text : `${text}\x1b[0m`;
}

function cellsOf(part: Part): Cell[] {
  const tone = typeof part === "string" ? undefined : part.tone;
  return [...shown(textOf(part))].map((char) => ({ char, width: columnsOf(char), tone }));
}

function textOf(part: Part): string {
  return typeof part === "string" ? part : part.text;
}

/** Two for all that may be two: East Asian scripts and pictures, and what has its own width in every terminal. */
function columnsOf(char: string): number {
  const point = char.codePointAt(0) as number;
  if (point < 0x1100 || char === "\ufffd") return 1;
  return point >= 0x2010 && point <= 0x2193 ? 1 : 2;
}
