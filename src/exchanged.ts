/**
 * The queries of one lookup, as they were sent and answered; the answer and the trace are made of them.
 *
 * @module
 */
import type { Reply } from "./coredns/plugin.ts";
import type { Ede, Question } from "./dns/message.ts";
import type { Candidate, Outcome, StubQuery } from "./stub/resolver.ts";
import { replyTtl, type TracedQuery } from "./trace/query.ts";

export interface Asked {
  readonly question: Question;
  /** A trailing dot was typed, which the wire format cannot say. */
  readonly absolute: boolean;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
  /** The AD bit: the asker understands it (RFC 6840 §5.7). */
  readonly authenticData: boolean;
  readonly recursionDesired: boolean;
}

/** A query of the stub and what came of it. */
export interface Exchanged {
  readonly query: StubQuery;
  readonly outcome: Outcome;
  readonly reply?: Reply;
  /** Why no reply came. */
  readonly ede?: Ede;
  readonly upstream?: string;
}

/** The reply that the stub got: a server may have been reached and sent none. */
export function received({ outcome, reply }: Exchanged): Reply | undefined {
  return outcome.kind === "reply" ? reply : undefined;
}

/**
 * The notes stand on the first query; why no reply came stands where it is told first.
 *
 * @param candidates is asked only where someone reads a `reason`, which headers and EDEs do not have
 */
export function traceOf(
  exchanged: readonly Exchanged[],
  candidates: () => readonly Candidate[],
  notes: readonly string[],
): readonly TracedQuery[] {
  const told = new Set<string>();
  return exchanged.map((one, index) => {
    const why = one.ede === undefined || told.has(one.ede.text) ? [] : [one.ede.text];
    for (const text of why) told.add(text);
    return traced(one, candidates, index === 0 ? [...notes, ...why] : why);
  });
}

function traced(
  one: Exchanged,
  candidates: () => readonly Candidate[],
  notes: readonly string[],
): TracedQuery {
  const { query, outcome, upstream } = one;
  const reply = received(one);
  const traced: Writable<TracedQuery> = {
    name: query.qname,
    type: query.qtype,
    rcode: outcome.kind === "reply" ? outcome.rcode : NO_REPLY[outcome.kind],
    answers: outcome.kind === "reply" ? outcome.answers : 0,
    attempt: query.attempt,
    reason: () => candidates()[query.candidate]?.reason ?? "",
    steps: one.reply?.steps ?? [],
  };
  if (reply !== undefined) {
    traced.source = reply.source;
    traced.cache = reply.cache;
    const ttl = replyTtl(reply);
    if (ttl !== undefined) traced.ttl = ttl;
  }
  const via = reply?.upstream ?? upstream;
  if (via !== undefined) traced.upstream = via;
  if (notes.length > 0) traced.note = notes.join("; ");
  return traced;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_REPLY = { timeout: "TIMEOUT", unreachable: "REJECT" } as const;
