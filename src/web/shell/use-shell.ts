/**
 * What happens at the shell's line: keys, commands, completion, and what is on the screen after them.
 *
 * The line itself is the browser's: nothing is drawn again while one types.
 *
 * @module
 */
import { useEffect, useRef, useState } from "hono/jsx";
import { commonStart, complete } from "./complete.ts";
import { run } from "./run.ts";
import { type Entry, piecesOf, recall, scrolled } from "./screen.ts";
import { type Io, linesOf, newSession, promptOf, type Session } from "./session.ts";

export interface ShellProps {
  /** Where it begins: `newSession(…)`. Of a later one seat and options count, the rest is the shell's own. */
  readonly session: Session;
  /** Absent on the server. */
  readonly io?: Io;
  /** Opens a lookup on the stage; without it the link goes to the life's own page. */
  readonly onLife?: (path: string) => void;
  /** After each command. */
  readonly onSession?: (session: Session) => void;
  readonly onExit?: () => void;
}

/** Milliseconds after which a command is ended as by Ctrl-C. */
const LONGEST_RUN = 30_000;

export function useShell({ session: first, io, onSession, onExit }: ShellProps) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [kept, setSession] = useState(first);
  const session = newSession(kept.vantage, first.seat, first.options, kept);
  const [isBusy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const typing = useRef({ id: 0, at: first.history.length, draft: "", isLeaving: false });
  const running = useRef<AbortController>(null);

  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [entries]);

  const nextId = (): number => {
    const now = typing.current;
    if (now) now.id++;
    return now?.id ?? 0;
  };
  const add = (entry: Entry): void => setEntries((all) => scrolled(all, entry));
  const echo = (text: string): void =>
    add({ id: nextId(), kind: "typed", prompt: promptOf(session), text });
  const print = (text: string): void =>
    add({ id: nextId(), kind: "printed", pieces: piecesOf({ lines: linesOf(text) }) });

  const execute = async (line: string): Promise<void> => {
    if (io === undefined || isBusy) return;
    echo(line);
    setBusy(true);
    const abort = new AbortController();
    running.current = abort;
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(LONGEST_RUN)]);
    const output = await run(line, session, { ...io, signal });
    running.current = null;
    setBusy(false);
    setSession(output.session);
    onSession?.(output.session);
    if (typing.current) typing.current.at = output.session.history.length;
    const pieces = piecesOf(output);
    if (output.effect === "clear") setEntries([]);
    else if (pieces.length > 0) add({ id: nextId(), kind: "printed", pieces });
    if (output.effect === "exit") onExit?.();
  };

  const completeWord = async (field: HTMLInputElement): Promise<void> => {
    if (io === undefined) return;
    const [line, at] = [field.value, field.selectionStart ?? field.value.length];
    const { from, candidates } = await complete(line, at, session, io);
    // What was typed meanwhile is not to be lost.
    if (field.value !== line || candidates.length === 0) return;
    const start = commonStart(candidates);
    const isWhole = candidates.length === 1 && !/[/=]$/.test(start);
    const typed = line.slice(from, at);
    if (candidates.length > 1 && start === typed) {
      echo(line);
      print(candidates.join("  "));
      return;
    }
    const word = isWhole ? `${start} ` : start;
    field.value = line.slice(0, from) + word + line.slice(at);
    field.setSelectionRange(from + word.length, from + word.length);
  };

  const move = (field: HTMLInputElement, step: -1 | 1): void => {
    const now = typing.current;
    if (!now) return;
    if (now.at === session.history.length) now.draft = field.value;
    const recalled = recall(session.history, now.at, step, now.draft);
    if (recalled === undefined) return;
    now.at = recalled.at;
    field.value = recalled.text;
    field.setSelectionRange(recalled.text.length, recalled.text.length);
  };

  const interrupt = (field: HTMLInputElement): void => {
    if (running.current) {
      running.current.abort();
      return;
    }
    echo(`${field.value}^C`);
    field.value = "";
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const field = input.current;
    const now = typing.current;
    if (!field || !now) return;
    // The stage steps by the same keys.
    event.stopPropagation();
    const isLeaving = now.isLeaving;
    now.isLeaving = event.key === "Escape";
    const control = event.ctrlKey && !event.altKey && !event.metaKey ? event.key.toLowerCase() : "";
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      move(field, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Tab" && !event.shiftKey && !isLeaving && field.value.trim() !== "") {
      void completeWord(field);
    } else if (control === "l") {
      setEntries([]);
    } else if (control === "u") {
      field.value = "";
    } else if (control === "c" && field.selectionStart === field.selectionEnd) {
      interrupt(field);
    } else if (control === "d" && field.value === "") {
      onExit?.();
    } else {
      return;
    }
    event.preventDefault();
  };

  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const field = input.current;
    if (!field || isBusy) return;
    const line = field.value;
    field.value = "";
    void execute(line);
  };

  return { session, entries, isBusy, input, log, execute, onKeyDown, onSubmit };
}
