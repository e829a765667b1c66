/**
 * The account of one query of a lookup. Header, JSON and EDE are spellings of a list of these.
 *
 * @module
 */
import type { CacheStatus, Reply, Step } from "../coredns/plugin.ts";
import type { Rcode, RR, RRType } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import { negativeTtl } from "../dns/ttl.ts";

export interface TracedQuery {
  /** The expanded name. */
  readonly name: Name;
  readonly type: RRType;
  /** `TIMEOUT` and `REJECT` where no reply came. */
  readonly rcode: Rcode | "TIMEOUT" | "REJECT";
  /** Records of the asked type; 0 with NOERROR is NODATA. */
  readonly answers: number;
  /** The plugin that gave the answer; `upstream` where the pod asks a resolver outside the cluster itself. */
  readonly source?: string;
  readonly cache?: CacheStatus;
  /** Seconds left, positive or negative. */
  readonly ttl?: number;
  /** The address of the outside resolver. */
  readonly upstream?: string;
  /** From 1. */
  readonly attempt: number;
  /** What a reader should know of the whole lookup; on its first query. */
  readonly note?: string;
  /** Why the name stood in the list. Found out only where it is told: header and EDE have no room for it. */
  reason(): string;
  readonly steps: readonly Step[];
}

/** Seconds that a reply may be kept: of its answer, or by RFC 2308 §5 of its SOA; undefined where it has neither. */
export function replyTtl(reply: Pick<Reply, "rcode" | "answer" | "authority">): number | undefined {
  const negative = negativeTtl(reply.authority);
  let lowest = reply.answer.length === 0 ? negative : undefined;
  for (const rr of reply.answer) lowest = lower(lowest, rr.ttl);
  // A CNAME chain that ends in NXDOMAIN or NODATA holds as long as its shortest part.
  return reply.answer.length > 0 && negative !== undefined ? lower(lowest, negative) : lowest;
}

/** How many records of `type` the answer section holds; all of them for ANY. */
export function countAnswers(answer: readonly RR[], type: RRType): number {
  if (type === "ANY") return answer.length;
  let count = 0;
  for (const rr of answer) if (rr.type === type) count++;
  return count;
}

export function lower(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
