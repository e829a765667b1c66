/**
 * What an {@link Outcome} amounts to, in the words of RFC 2308: data, NODATA, NXDOMAIN, or an rcode that is an error.
 *
 * @module
 */
import type { RRType } from "../dns/message.ts";
import type { Outcome, StubError, StubQuery, StubQuestion, StubResult } from "./resolver.ts";

/** A query with what came of it. */
export interface Answered {
  readonly query: StubQuery;
  readonly outcome: Outcome;
}

export function hasData({ outcome }: Answered): boolean {
  return outcome.kind === "reply" && outcome.rcode === "NOERROR" && outcome.answers > 0;
}

export function isNodata({ outcome }: Answered): boolean {
  return outcome.kind === "reply" && outcome.rcode === "NOERROR" && outcome.answers === 0;
}

export function isNxdomain({ outcome }: Answered): boolean {
  return outcome.kind === "reply" && outcome.rcode === "NXDOMAIN";
}

/** Whether the reply to the wanted type alone settles the name for glibc and Go, which take what either type has. */
export function settles(answered: Answered, question: Pick<StubQuestion, "consistent">): boolean {
  if (hasData(answered)) return true;
  return isNxdomain(answered) && question.consistent?.(answered.query) !== false;
}

/** Of a pair: the wanted type's first, so that `find` prefers it. */
export function wantedFirst(
  pair: readonly Answered[],
  wanted: RRType | undefined,
): readonly Answered[] {
  return [...pair].sort(
    (a, b) => Number(b.query.qtype === wanted) - Number(a.query.qtype === wanted),
  );
}

/** The types in the order in which a libc sends them; the wanted one of a pair stands apart where it may go alone. */
export function splitPair(question: StubQuestion): {
  readonly types: readonly RRType[];
  readonly wanted: RRType | undefined;
} {
  const types = [...question.types].sort();
  const wanted = types.length > 1 ? question.wanted : undefined;
  return { types, wanted: wanted !== undefined && types.includes(wanted) ? wanted : undefined };
}

/** A failure; without `by` where nothing was sent for it. */
export function failed(error: StubError, by: StubQuery | undefined, ended: boolean): StubResult {
  return by === undefined ? { kind: "failed", error, ended } : { kind: "failed", error, by, ended };
}
