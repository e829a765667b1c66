/**
 * The shell: runs one line in the Pod and says what it prints.
 *
 * Nothing here draws, waits by itself or throws: requests, clock and randomness come from the page ({@link Io}), and
 * what was typed or received is text to the end.
 *
 * @module
 */
import { COMMANDS } from "./commands.ts";
import type { Io, Line, Output, Ran, Scene, Session } from "./session.ts";
import { said } from "./session.ts";
import { readLine } from "./words.ts";

/** Lines that one command prints; what is more is counted. */
export const MOST_LINES = 500;

/** Lines of the history. */
const MOST_HISTORY = 200;

/** Characters of a printed line. */
const LONGEST_TEXT = 4096;

export async function run(line: string, session: Session, io: Io): Promise<Output> {
  const before = remember(line, session);
  const read = readLine(line, session.status);
  if (!read.ok) return finished(said(`sh: ${read.error}`, 2), before);
  if (read.value.length === 0) return finished({ lines: [], status: session.status }, before);
  const seed = session.options.seed ?? `${Math.floor(io.random() * 2 ** 32)}`;
  let ran: Ran = { lines: [], status: 0 };
  for (const [at, words] of read.value.entries()) {
    const scene: Scene = { session: before, io, seed, ...(at > 0 && { input: ran.lines }) };
    const { last } = ran;
    ran = await command(words, scene);
    if (ran.last === undefined && last !== undefined) ran = { ...ran, last };
    if (io.signal?.aborted) return finished(said("^C", 130), before);
  }
  return finished(ran, before);
}

async function command([name = "", ...args]: readonly string[], scene: Scene): Promise<Ran> {
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (known === undefined) return said(`sh: ${name}: not found`, 127);
  try {
    return await known.run(args, scene);
  } catch (error) {
    // Ctrl-C ends a request by an exception, and so does a body that breaks off.
    const why = error instanceof Error ? error.message : String(error);
    return said(`${name}: it broke off: ${why}`, 1);
  }
}

function remember(line: string, session: Session): Session {
  const { history } = session;
  if (line.trim() === "" || history.at(-1) === line) return session;
  return { ...session, history: [...history, line].slice(-MOST_HISTORY) };
}

function finished({ lines, status, cwd, last, effect }: Ran, session: Session): Output {
  const next: Session = {
    ...session,
    status,
    ...(cwd !== undefined && { cwd }),
    ...(last !== undefined && { last }),
  };
  return {
    lines: bounded(lines).map(printable),
    status,
    ...(last !== undefined && { life: last }),
    session: next,
    ...(effect && { effect }),
  };
}

function bounded(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= MOST_LINES) return lines;
  const more = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), { text: `… and ${more} more; use | grep, head or tail` }];
}

/**
 * A line without what would move the cursor or turn the text round: controls but the tab, and the marks of
 * bidirectional text (Unicode TR36, 3.3), each as U+FFFD.
 */
function printable(line: Line): Line {
  const cut = line.text.length > LONGEST_TEXT ? `${line.text.slice(0, LONGEST_TEXT)}…` : line.text;
  return { ...line, text: cut.replace(UNPRINTABLE, "\ufffd") };
}

const UNPRINTABLE = /(?!\t)\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
