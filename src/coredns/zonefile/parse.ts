/**
 * Zone files: the records of a text such as
 *
 * ```zone
 * $TTL 1h
 * $ORIGIN example.org.
 * @    IN SOA ns hostmaster ( 2026082000 ; serial
 *                             2h 1h 14d 5m )
 *         NS  ns
 * ns      A   192.0.2.1
 * ```
 *
 * The syntax is RFC 1035's (§5.1) with `$TTL` (RFC 2308 §4) and `$GENERATE`, as miekg/dns reads it: a record without a
 * TTL has that of `$TTL`, else the last one written out, else 0 where its class stands there.
 *
 * @module
 */
import type { RR } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { parseRR } from "../../dns/records.ts";
import { seconds, type Word } from "../../dns/text.ts";
import { isMetaType, parseType } from "../../dns/types.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Entry, entries, type ZoneFileError } from "./entries.ts";
import { generated } from "./generate.ts";
import { absoluteName, absoluteRdata, shortened } from "./names.ts";

export type { ZoneFileError } from "./entries.ts";

/** A ConfigMap holds 1 MiB; `$INCLUDE` and `$GENERATE` must not make more of it than so many records and characters. */
const MOST_RECORDS = 100_000;
const MOST_MADE = 2 ** 23;
/** miekg/dns's limit for `$INCLUDE` in included files. */
const DEEPEST_INCLUDE = 7;

/**
 * The records in order, or the first error.
 *
 * @param open the text of a file that `$INCLUDE` names
 */
export function parseZoneFile(
  text: string,
  origin: Name,
  open: (path: string) => string | undefined,
): Result<readonly RR[], ZoneFileError> {
  const state: State = {
    records: [],
    origin,
    owner: undefined,
    ttl: undefined,
    open,
    depth: 0,
    made: { left: MOST_MADE },
  };
  const wrong = readText(text, state);
  return wrong ? err(wrong) : ok(state.records);
}

interface State {
  readonly records: RR[];
  origin: Name;
  /** The last one, for lines that begin with a blank. */
  owner: Name | undefined;
  /** What records without a TTL have. */
  ttl: { readonly seconds: number; readonly byDirective: boolean } | undefined;
  readonly open: (path: string) => string | undefined;
  readonly depth: number;
  /** Characters that included and generated text may still have. */
  readonly made: { left: number };
}

function readText(text: string, state: State): ZoneFileError | undefined {
  for (const entry of entries(text)) {
    if (!entry.ok) return entry.error;
    const wrong = readEntry(entry.value, state);
    if (wrong !== undefined) return { line: entry.value.line, message: wrong };
  }
  return undefined;
}

function readEntry(entry: Entry, state: State): string | undefined {
  const [first, ...rest] = entry.words as [Word, ...Word[]];
  if (entry.blankOwner) return readRecord(entry.words, state);
  switch (first.text.toUpperCase()) {
    case "$TTL":
      return readTtl(rest, state);
    case "$ORIGIN":
      return readOrigin(rest, state);
    case "$INCLUDE":
      return readInclude(rest, state);
    case "$GENERATE":
      return readGenerate(rest, state);
    default: {
      const owner = absoluteName(first.text, state.origin);
      if (!owner.ok) return owner.error;
      state.owner = owner.value;
      return readRecord(rest, state);
    }
  }
}

/** `[ttl] [class] type rdata`, TTL and class in either order. */
function readRecord(words: readonly Word[], state: State): string | undefined {
  if (state.owner === undefined) return "the first record has no owner";
  let ttl: number | undefined;
  let hasClass = false;
  for (const [index, { text }] of words.entries()) {
    const isClass = CLASSES.test(text);
    const type = isClass || /^[0-9]/.test(text) ? undefined : parseType(text);
    if (type !== undefined && !isMetaType(type)) {
      const inherited = state.ttl?.seconds ?? (hasClass ? 0 : undefined);
      if (ttl === undefined && inherited === undefined) return "no record before has a TTL";
      return addRecord(type, ttl ?? inherited ?? 0, words.slice(index + 1), state);
    }
    if (isClass && !hasClass) {
      if (!/^(IN|CLASS1)$/i.test(text)) return `only class IN is served: received ${text}`;
      hasClass = true;
      continue;
    }
    const time = ttl === undefined ? seconds(text) : err("");
    if (!time.ok) return `expected a TTL, a class or a record type: received ${shortened(text)}`;
    ttl = time.value;
    if (!state.ttl?.byDirective) state.ttl = { seconds: ttl, byDirective: false };
  }
  return "the record has no type";
}

function addRecord(
  type: string,
  ttl: number,
  rdata: readonly Word[],
  state: State,
): string | undefined {
  if (state.records.length >= MOST_RECORDS) return `a zone has at most ${MOST_RECORDS} records`;
  const spelled = absoluteRdata(type, rdata, state.origin);
  if (!spelled.ok) return spelled.error;
  const rr = parseRR(`${state.owner} ${ttl} IN ${type} ${spelled.value}`);
  if (!rr.ok) return rr.error;
  state.records.push(rr.value);
  return undefined;
}

const CLASSES = /^(IN|CS|CH|HS|NONE|ANY|CLASS[0-9]{1,5})$/i;

function readTtl(args: readonly Word[], state: State): string | undefined {
  const ttl = seconds(args[0]?.text ?? "");
  if (!ttl.ok || args.length !== 1) return `$TTL takes one time: received ${received(args)}`;
  state.ttl = { seconds: ttl.value, byDirective: true };
  return undefined;
}

function readOrigin(args: readonly Word[], state: State): string | undefined {
  const name = args.length === 1 ? absoluteName(args[0]?.text ?? "", state.origin) : err("");
  if (!name.ok) return `$ORIGIN takes one name: received ${received(args)}`;
  state.origin = name.value;
  return undefined;
}

/** The included file has an origin, owner and TTL of its own, which end with it. */
function readInclude(args: readonly Word[], state: State): string | undefined {
  const [path, origin] = args;
  if (path === undefined || args.length > 2) {
    return `$INCLUDE takes a file and an origin: received ${received(args)}`;
  }
  const from = origin ? absoluteName(origin.text, state.origin) : ok(state.origin);
  if (!from.ok) return from.error;
  if (state.depth >= DEEPEST_INCLUDE) return `$INCLUDE goes ${DEEPEST_INCLUDE} files deep at most`;
  const text = state.open(path.text);
  if (text === undefined) return `$INCLUDE names no file: received ${shortened(path.text)}`;
  if (!spend(text.length, state)) return TOO_MUCH;
  const inner: State = { ...state, origin: from.value, owner: undefined, depth: state.depth + 1 };
  const wrong = readText(text, inner);
  return wrong && `${shortened(path.text)} line ${wrong.line}: ${wrong.message}`;
}

function readGenerate(args: readonly Word[], state: State): string | undefined {
  const lines = generated(args);
  if (!lines.ok) return lines.error;
  if (state.records.length + lines.value.count > MOST_RECORDS) {
    return `a zone has at most ${MOST_RECORDS} records`;
  }
  for (let at = 0; at < lines.value.count; at++) {
    const words = lines.value.line(at);
    if (!words.ok) return words.error;
    const length = words.value.reduce((sum, { text }) => sum + text.length, 0);
    if (!spend(length, state)) return TOO_MUCH;
    const wrong = readEntry({ line: 0, blankOwner: false, words: words.value }, state);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const TOO_MUCH = `$INCLUDE and $GENERATE make at most ${MOST_MADE} characters`;

function spend(characters: number, { made }: State): boolean {
  made.left -= characters;
  return made.left >= 0;
}

function received(args: readonly Word[]): string {
  const text = args.map((word) => word.text).join(" ");
  return text === "" ? "nothing" : shortened(text);
}
