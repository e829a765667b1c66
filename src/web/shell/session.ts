/**
 * What the shell keeps from one command to the next, what it needs of the page, and what a command gives back.
 *
 * @module
 */
import type { LifeVantage } from "../../trace/life.ts";

export interface Session {
  /** What stands before the Pod's resources: `""`, `/clusters/demo/namespaces/default/pods/alpine`. */
  readonly vantage: string;
  readonly seat: Seat;
  /** Options of every lookup, as the page's address has them: `{ ndots: "2", seed: "7" }`. */
  readonly options: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Oldest first. */
  readonly history: readonly string[];
  /** `$?` */
  readonly status: number;
  /** Path and query of the last lookup's life, which `conntrack -L` reads. */
  readonly last?: string;
}

/** The Pod that the shell runs in. */
export type Seat = Pick<LifeVantage, "cluster" | "namespace" | "pod" | "node" | "libc">;

/** What comes from the page; nothing else reaches out of the shell. */
export interface Io {
  /** A request to the page's own server; `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Ctrl-C. */
  readonly signal?: AbortSignal;
}

export interface Line {
  readonly text: string;
  /** Path and query of the lookup's life, to be opened on the stage. */
  readonly life?: string;
}

/** What one command has to work with. */
export interface Scene {
  readonly session: Session;
  readonly io: Io;
  /** Draws the choices of each lookup of this command, and of its life. */
  readonly seed: string;
  /** What came through the pipe. */
  readonly input?: readonly Line[];
}

/** What one command did. */
export interface Ran {
  readonly lines: readonly Line[];
  readonly status: number;
  readonly cwd?: string;
  readonly last?: string;
  readonly effect?: "clear" | "exit";
}

export type Command = (args: readonly string[], scene: Scene) => Ran | Promise<Ran>;

export interface Output {
  readonly lines: readonly Line[];
  readonly status: number;
  /** Of the last lookup of this line; also where no line could carry it, for nothing was printed. */
  readonly life?: string;
  /** For the next command. */
  readonly session: Session;
  readonly effect?: "clear" | "exit";
}

/** @param before the session that goes on, by other options or as another libc */
export function newSession(
  vantage: string,
  seat: Seat,
  options: Readonly<Record<string, string>> = {},
  before?: Session,
): Session {
  return { cwd: "/", history: [], status: 0, ...before, vantage, seat, options };
}

/** As `kubectl exec` shows it: `client:/# `. */
export function promptOf({ seat, cwd }: Session): string {
  return `${seat.pod}:${cwd}# `;
}

/** Text as lines; one newline at its end belongs to the last line. */
export function said(text: string, status = 0): Ran {
  return { lines: linesOf(text), status };
}

export function linesOf(text: string): Line[] {
  if (text === "") return [];
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => ({ text: line }));
}
