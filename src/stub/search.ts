/**
 * The search list: which names a libc would try for what was typed, in which order, and why.
 *
 * Sources: glibc `resolv/res_query.c` (`__res_context_search`), musl `src/network/lookup_name.c`
 * (`name_from_dns_search`), Go `src/net/dnsclient_unix.go` (`nameList`).
 *
 * @module
 */
import { parseName } from "../dns/name.ts";
import type { Candidate, Libc, StubQuestion, StubSettings } from "./resolver.ts";
import { isAddressType, readTyped, refusal, type Typed } from "./typed.ts";

/** A candidate, and what the libc does in its place where it cannot be sent. */
export interface Planned {
  readonly candidate: Candidate;
  readonly unsent?: Unsent;
}

/**
 * `skip`: on to the next. `leave`: the rest of the list is left for the name as it is (glibc). `fail`: the lookup
 * ends as "no such name" (musl). `unanswered`: a packet goes out that no server can read (musl).
 */
export type Unsent = "skip" | "leave" | "fail" | "unanswered";

/**
 * The names in the order in which they would be tried; empty where the libc refuses the name and sends nothing.
 *
 * What is never reached (behind a suffix that ends the list) is left out.
 */
export function planSearch(
  question: StubQuestion,
  settings: StubSettings,
  libc: Libc,
): readonly Planned[] {
  const typed = readTyped(question.typed);
  if (typed === undefined || refusal(typed, question, libc) !== undefined) return [];
  if (typed.absolute) {
    return asItIs(typed, "ends in a dot: fully qualified, nothing else is tried");
  }
  switch (libc) {
    case "glibc":
      return glibcList(typed, settings);
    case "musl":
      return muslList(typed, settings, question);
    case "go":
      return goList(typed, settings);
  }
}

function glibcList(typed: Typed, settings: StubSettings): readonly Planned[] {
  const enough = typed.dots >= settings.ndots;
  const list: Planned[] = enough ? asItIs(typed, `${reachesNdots(typed, settings)} first`) : [];
  let rootListed = false;
  for (const [index, domain] of settings.search.entries()) {
    // One dot in front is passed over, which makes of "." the empty suffix, the root.
    const suffix = domain.startsWith(".") ? domain.slice(1) : domain;
    rootListed ||= suffix === "";
    const reason = becauseOf(typed, settings, index, enough);
    const planned = join(typed, suffix, domain, reason, "leave", "ends the list");
    list.push(planned);
    if (planned.unsent !== undefined) break;
  }
  return enough || rootListed ? list : [...list, ...asItIs(typed, lastReason(typed, settings))];
}

function muslList(
  typed: Typed,
  settings: StubSettings,
  question: StubQuestion,
): readonly Planned[] {
  if (!question.types.some(isAddressType)) {
    return asItIs(typed, "as it is: musl's res_search does not search");
  }
  if (typed.dots >= settings.ndots) {
    return asItIs(typed, `${reachesNdots(typed, settings)} and nothing else`);
  }
  const list: Planned[] = [];
  const length = octetsOf(typed);
  for (const [index, domain] of settings.search.entries()) {
    const reason = becauseOf(typed, settings, index, false);
    if (length + 1 + domain.length >= MUSL_BUFFER) {
      list.push(unsent(typed, domain, `${reason}; too long for musl, skipped`, "skip"));
      continue;
    }
    if (domain === "." || domain.endsWith("..")) {
      const why = `${reason}; musl cannot encode the second dot, no server reads the packet`;
      list.push(unsent(typed, domain, why, "unanswered"));
      return list;
    }
    const planned = join(typed, domain, domain, reason, "fail", "ends the lookup");
    list.push(planned);
    if (planned.unsent !== undefined) return list;
  }
  return [...list, ...asItIs(typed, lastReason(typed, settings))];
}

function goList(typed: Typed, settings: StubSettings): readonly Planned[] {
  const enough = typed.dots >= settings.ndots;
  const list: Planned[] = enough ? asItIs(typed, `${reachesNdots(typed, settings)} first`) : [];
  for (const [index, domain] of settings.search.entries()) {
    const reason = becauseOf(typed, settings, index, enough);
    list.push(
      domain === "."
        ? unsent(typed, domain, `${reason}; Go passes over the root`, "skip")
        : join(typed, domain, domain, reason, "skip", "is skipped"),
    );
  }
  return enough ? list : [...list, ...asItIs(typed, lastReason(typed, settings))];
}

/** `char canon[256]`: name, dot and domain must leave room for the NUL. */
const MUSL_BUFFER = 256;

function asItIs(typed: Typed, reason: string): Planned[] {
  const text = typed.text === "" ? "." : `${typed.text}.`;
  return [{ candidate: { name: typed.name, text, reason } }];
}

function join(
  typed: Typed,
  suffix: string,
  domain: string,
  reason: string,
  otherwise: Unsent,
  what: string,
): Planned {
  const text = suffix === "" ? `${typed.text}.` : `${typed.text}.${withDot(suffix)}`;
  const name = parseName(text);
  if (name.ok) return { candidate: { name: name.value, text, suffix: domain, reason } };
  const why = `${reason}; it cannot be encoded, which ${what}`;
  return { candidate: { name: undefined, text, suffix: domain, reason: why }, unsent: otherwise };
}

function unsent(typed: Typed, domain: string, reason: string, fate: Unsent): Planned {
  const text = `${typed.text}.${withDot(domain)}`;
  return { candidate: { name: undefined, text, suffix: domain, reason }, unsent: fate };
}

function withDot(domain: string): string {
  return domain.endsWith(".") ? domain : `${domain}.`;
}

function becauseOf(
  typed: Typed,
  settings: StubSettings,
  index: number,
  triedAsItIs: boolean,
): string {
  const place = `search domain ${index + 1} of ${settings.search.length}`;
  return triedAsItIs
    ? `${place}, after the name as it is`
    : `${dots(typed)}, fewer than ndots:${settings.ndots}: ${place}`;
}

function reachesNdots(typed: Typed, settings: StubSettings): string {
  return `${dots(typed)}, at least ndots:${settings.ndots}: as it is`;
}

function lastReason(typed: Typed, settings: StubSettings): string {
  if (settings.search.length > 0) return "as it is: the list gave nothing";
  return `${dots(typed)}, fewer than ndots:${settings.ndots}, but there is no search list: as it is`;
}

function dots(typed: Typed): string {
  return typed.dots === 1 ? "1 dot" : `${typed.dots} dots`;
}

/** Without the root's dot. */
function octetsOf(typed: Typed): number {
  return typed.labels.reduce((sum, label) => sum + label.length + 1, -1);
}
