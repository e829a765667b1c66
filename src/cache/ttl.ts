/**
 * How long a resolver's answer may be kept, and what its TTLs are after a while. All times are seconds.
 *
 * @module
 */
import type { Message, RR } from "../dns/message.ts";
import { negativeTtl } from "../dns/ttl.ts";

/** RFC 2308 §5 speaks of one to three hours as sensible. */
const LONGEST_NEGATIVE = 3 * 3600;
const LONGEST_POSITIVE = 24 * 3600;

/**
 * Seconds that `reply`, which answers its first question, may be kept; 0 where it may not.
 *
 * Kept are NOERROR and NXDOMAIN that are not truncated. A reply without the asked type at the end of its CNAME chain needs an SOA
 * and lives as long as the smaller of that record's TTL and MINIMUM (RFC 2308 §5); everything lives no longer than its
 * shortest TTL.
 */
export function lifetime(reply: Message): number {
  if (reply.flags.tc || (reply.rcode !== "NOERROR" && reply.rcode !== "NXDOMAIN")) return 0;
  const records = [...reply.answer, ...reply.authority, ...reply.additional];
  let shortest = LONGEST_POSITIVE;
  for (const { ttl } of records) shortest = Math.min(shortest, ttl);
  if (!isNegative(reply)) return shortest;
  const negative = negativeTtl(reply.authority);
  return negative === undefined ? 0 : Math.min(shortest, negative, LONGEST_NEGATIVE);
}

/** Whether the answer lacks the asked type: NXDOMAIN or NODATA, behind a CNAME chain or not. */
export function isNegative(reply: Message): boolean {
  const type = reply.question[0]?.type;
  if (reply.rcode === "NXDOMAIN") return true;
  return type === "ANY" ? reply.answer.length === 0 : !reply.answer.some((rr) => rr.type === type);
}

/** `records` as they are `elapsed` seconds later: no TTL falls under 0. */
export function countDown(records: readonly RR[], elapsed: number): readonly RR[] {
  return elapsed <= 0
    ? records
    : records.map((rr) => ({ ...rr, ttl: Math.max(0, rr.ttl - elapsed) }));
}
