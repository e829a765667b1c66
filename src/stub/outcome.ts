/**
 * What an {@link Outcome} amounts to, in the words of RFC 2308: data, NODATA, NXDOMAIN, or an rcode that is an error.
 *
 * @module
 */
import type { RRType } from "../dns/message.ts";
import type { Outcome, StubQuery, StubQuestion } from "./resolver.ts";

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
