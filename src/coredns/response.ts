/**
 * What kind of response a reply is, and how long it may be kept (plugin/pkg/response, plugin/pkg/dnsutil and
 * plugin/cache in CoreDNS).
 *
 * @module
 */
import type { Question, RR } from "../dns/message.ts";
import { key, sameName } from "../dns/name.ts";
import type { Reply } from "./plugin.ts";

/** `other` is never kept. */
export type ResponseKind =
  | "noerror"
  | "nxdomain"
  | "nodata"
  | "delegation"
  | "server-error"
  | "other";

/** Seconds: the TTL of a reply that has no records, or none that says how long it holds. */
const SHORTEST_DEFAULT = 5;

/**
 * The kind of `reply` to a cache: a CNAME chain to nothing is NODATA where the SOA says so (RFC 2308 §2.2).
 *
 * @param now milliseconds since 1970, for the validity of signatures
 * @param dnssecOk expired signatures make a reply `other` for those who asked for them
 */
export function kindOf(
  reply: Reply,
  question: Question,
  now: number,
  dnssecOk: boolean,
): ResponseKind {
  const kind = plainKindOf(reply, question, now, dnssecOk);
  const isDenial = kind === "noerror" && reply.answer.length > 0 && hasSoa(reply);
  return isDenial && !answers(reply, question) ? "nodata" : kind;
}

/** The kind of `reply` as all other plugins see it: with records in the answer, NOERROR is an answer (plugin/pkg/response). */
export function plainKindOf(
  reply: Reply,
  question: Question,
  now: number,
  dnssecOk: boolean,
): ResponseKind {
  if (question.type === "AXFR" || question.type === "IXFR") return "other";
  if (dnssecOk && hasExpiredSignature(reply, now)) return "other";
  switch (reply.rcode) {
    case "NOERROR":
      if (reply.answer.length > 0) return "noerror";
      if (hasSoa(reply)) return "nodata";
      return reply.authority.some((rr) => rr.type === "NS") ? "delegation" : "noerror";
    case "NXDOMAIN":
      // A CNAME that leads to no such name says so of the target, not of the name that was asked.
      return reply.answer.length > 0 ? "other" : "nxdomain";
    case "SERVFAIL":
    case "NOTIMP":
      return "server-error";
    default:
      return "other";
  }
}

function hasSoa(reply: Reply): boolean {
  return reply.authority.some((rr) => rr.type === "SOA");
}

/** Whether it may be kept at all: a negative answer only with the SOA that bounds it (RFC 2308 §5). */
export function isKept(reply: Reply, question: Question, kind: ResponseKind): boolean {
  if (kind === "other") return false;
  if (kind === "nxdomain") return hasSoa(reply);
  return (
    kind !== "noerror" || hasSoa(reply) || reply.answer.length === 0 || answers(reply, question)
  );
}

/** The smallest TTL of all records, at most `most` seconds; what is no answer and no denial gets 5. */
export function smallestTtl(reply: Reply, kind: ResponseKind, most: number): number {
  if (kind !== "noerror" && kind !== "nxdomain" && kind !== "nodata") return SHORTEST_DEFAULT;
  let ttl = most;
  let records = 0;
  for (const section of [reply.answer, reply.authority, reply.additional]) {
    for (const rr of section) {
      records++;
      if (rr.ttl < ttl) ttl = rr.ttl;
    }
  }
  return records === 0 ? SHORTEST_DEFAULT : ttl;
}

/** Whether the answer holds the asked type at the end of the CNAME chain that begins at the asked name. */
export function answers(reply: Reply, question: Question): boolean {
  if (question.type === "ANY") return reply.answer.some((rr) => sameName(rr.name, question.name));
  if (question.type === "CNAME") {
    const targets = cnameTargets(reply.answer).get(key(question.name));
    return targets !== undefined && targets.size === 1;
  }
  const targets = cnameTargets(reply.answer);
  let end = key(question.name);
  for (const seen = new Set<string>(); ; ) {
    // A loop, or a name with two canonical names (RFC 2181 §10.1), answers nothing.
    if (seen.has(end)) return false;
    seen.add(end);
    const next = targets.get(end);
    if (next === undefined) break;
    if (next.size > 1) return false;
    end = [...next][0] as typeof end;
  }
  return reply.answer.some((rr) => rr.type === question.type && key(rr.name) === end);
}

function cnameTargets(answer: readonly RR[]): Map<string, Set<ReturnType<typeof key>>> {
  const targets = new Map<string, Set<ReturnType<typeof key>>>();
  for (const rr of answer) {
    if (rr.type !== "CNAME") continue;
    const owner = key(rr.name);
    const known = targets.get(owner) ?? new Set();
    targets.set(owner, known.add(key(rr.data)));
  }
  return targets;
}

function hasExpiredSignature(reply: Reply, now: number): boolean {
  const seconds = Math.floor(now / 1000);
  return [reply.answer, reply.authority, reply.additional].some((section) =>
    section.some((rr) => rr.type === "RRSIG" && !isValid(rr.data, seconds)),
  );
}

/** Expiration and inception are serial numbers of 32 bits (RFC 4034 §3.1.5). */
function isValid(rdata: Uint8Array, seconds: number): boolean {
  if (rdata.length < 16) return false;
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.byteLength);
  const ahead = (view.getUint32(8) - seconds) | 0;
  const behind = (seconds - view.getUint32(12)) | 0;
  return ahead >= 0 && behind >= 0;
}
