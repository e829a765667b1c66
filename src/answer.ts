/**
 * What the asker of a lookup is told, by the libc's result: one winner for both address types, else the outcome of the
 * query that decided.
 *
 * @module
 */
import type { Reply } from "./coredns/plugin.ts";
import { bare, type Ede, type RR, type RRType, type Said } from "./dns/message.ts";
import { type Name, sameName } from "./dns/name.ts";
import { negativeTtl } from "./dns/ttl.ts";
import { type Asked, type Exchanged, received } from "./exchanged.ts";
import type { StubError, StubQuery, StubResult } from "./stub/resolver.ts";
import { lower, replyTtl } from "./trace/query.ts";

export interface Answer extends Said {
  /** The libc's own word, where every candidate failed. */
  readonly error?: StubError;
  /** Seconds that the whole answer may be kept; undefined where it may not. */
  readonly ttl: number | undefined;
}

/** Seconds that an answer may be kept where a failure was passed over on the way (RFC 9520 §3.2 asks for at least 1). */
const FAILURE_TTL = 5;

export function answerOf(
  asked: Asked,
  result: StubResult,
  exchanged: readonly Exchanged[],
): Answer {
  const decided = exchanged.find((one) => one.query === result.by);
  if (result.kind === "found") {
    const winner = lastOf(exchanged, result.by, asked.question.type);
    // `no-aaaa` never asks for what is wanted: the name has data, but not of that type.
    if (winner === undefined) return { ...bare("NOERROR"), ttl: undefined };
    return resolved(asked, winner, exchanged);
  }
  const { error } = result;
  const reply = decided && received(decided);
  if (error.word === "EAI_AGAIN" || (decided !== undefined && reply === undefined)) {
    const ede = reply?.ede ?? (decided?.ede === undefined ? [] : [decided.ede]);
    return { ...failure(ede), error };
  }
  if (decided === undefined || reply === undefined) {
    return { ...bare("NXDOMAIN"), error, ttl: undefined };
  }
  if (result.ended && reply.rcode === "NOERROR") {
    return { ...resolved(asked, decided, exchanged), error };
  }
  const kept = keepAsked(reply, asked);
  const ttl = reply.rcode === "NOERROR" || reply.rcode === "NXDOMAIN" ? replyTtl(kept) : undefined;
  const own = sameName(decided.query.qname, asked.question.name);
  return { ...kept, answer: own ? kept.answer : [], error, ttl };
}

function failure(ede: readonly Ede[]): Answer {
  return { ...bare("SERVFAIL", ede), ttl: undefined };
}

/** The last exchange for the winner's name with the asked type: `by` may be its sibling. */
function lastOf(
  exchanged: readonly Exchanged[],
  by: StubQuery,
  type: RRType,
): Exchanged | undefined {
  return exchanged.findLast(
    ({ query }) => query.candidate === by.candidate && query.qtype === type,
  );
}

/** The answer at the name that was found, behind a CNAME from the name that was asked where they differ. */
function resolved(asked: Asked, winner: Exchanged, exchanged: readonly Exchanged[]): Answer {
  const reply = received(winner);
  if (reply === undefined) return failure(winner.ede === undefined ? [] : [winner.ede]);
  const kept = keepAsked(reply, asked);
  // The sibling type has data at this name, so it exists: an upstream's NXDOMAIN for one type would hide the other.
  const rcode = reply.rcode === "NXDOMAIN" ? "NOERROR" : reply.rcode;
  if (rcode !== "NOERROR") return { ...failure(reply.ede), rcode };
  const found = replyTtl(kept);
  if (sameName(winner.query.qname, asked.question.name)) return { ...kept, rcode, ttl: found };
  const own = leadingBack(kept.answer, winner.query.qname, asked.question.name);
  if (own !== undefined) return { ...kept, rcode, answer: own, ttl: found };

  let ttl = found;
  for (const one of exchanged) {
    if (one !== winner && one.query.candidate !== winner.query.candidate) {
      ttl = lower(ttl, passedOver(one));
    }
  }
  const cname: RR = {
    name: asked.question.name,
    type: "CNAME",
    ttl: ttl ?? 0,
    data: winner.query.qname,
  };
  // The asked name's own record was made here, so no signature covers it.
  return { ...kept, rcode, authenticData: false, answer: [cname, ...kept.answer], ttl };
}

/**
 * What stands in `answer` behind a chain of CNAMEs from `found` to the name that was asked, as CoreDNS's autopath makes;
 * undefined where none leads there. A CNAME to `found` in front of it would close a circle.
 */
function leadingBack(answer: readonly RR[], found: Name, asked: Name): readonly RR[] | undefined {
  const passed = new Set<RR>();
  let at = found;
  while (!sameName(at, asked)) {
    const here = at;
    const cname = answer.find(
      (rr) => rr.type === "CNAME" && sameName(rr.name, here) && !passed.has(rr),
    );
    if (cname?.type !== "CNAME") return undefined;
    passed.add(cname);
    at = cname.data;
  }
  return answer.filter((rr) => !passed.has(rr) && !sameName(rr.name, found));
}

/** Seconds that the search may rely on this candidate's failing. */
function passedOver(one: Exchanged): number {
  const reply = received(one);
  if (reply === undefined) return FAILURE_TTL;
  return negativeTtl(reply.authority) ?? FAILURE_TTL;
}

/** `reply` with the CNAME chain and the asked type alone in its answer; signatures and denials only under DO. */
function keepAsked(reply: Reply, asked: Asked): Answer {
  const { type } = asked.question;
  const isKept = (rr: RR): boolean =>
    type === "ANY" ||
    rr.type === type ||
    rr.type === "CNAME" ||
    rr.type === "DNAME" ||
    (asked.dnssecOk && rr.type === "RRSIG");
  const isShown = (rr: RR): boolean => asked.dnssecOk || !DNSSEC_ONLY.has(rr.type);
  return {
    rcode: reply.rcode,
    authoritative: reply.authoritative,
    authenticData: reply.authenticData,
    answer: reply.answer.filter(isKept),
    authority: reply.authority.filter(isShown),
    additional: reply.additional.filter(isShown),
    ede: reply.ede,
    ttl: undefined,
  };
}

/** RFC 4035 §3.2.1: not sent to who did not ask for them. */
const DNSSEC_ONLY: ReadonlySet<RRType> = new Set(["RRSIG", "NSEC", "NSEC3"]);
