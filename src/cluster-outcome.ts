/**
 * What came of a query to a server inside the cluster, as the server that asked it and as the trace have it.
 *
 * @module
 */
import type { Reply, Step, UpstreamOutcome } from "./coredns/plugin.ts";

export type ClusterOutcome =
  | { readonly kind: "reply"; readonly reply: Reply }
  /** `reply` is that of a server that was reached and sends none, for the steps in it. */
  | { readonly kind: "timeout" | "unreachable"; readonly why: string; readonly reply?: Reply };

/** The outcome as one of an upstream. What CoreDNS has in its memory is a miss to who asked it. */
export function exchanged(outcome: ClusterOutcome): UpstreamOutcome {
  if (outcome.kind !== "reply") return failed(outcome.kind, outcome.why, outcome.reply?.steps);
  const inner = outcome.reply;
  const { rcode, authoritative, authenticData, answer, authority, additional, ede } = inner;
  const cache = inner.cache === "kv" || inner.cache === "off" ? inner.cache : "miss";
  const flags = { rcode, authoritative, authenticData };
  return { kind: "reply", ...flags, answer, authority, additional, cache, ede, notes: [], inner };
}

/** RFC 8914 §4: no reachable authority, network error. */
const EDE_OF = { timeout: 22, unreachable: 23, budget: 22 } as const;

export function failed(
  how: keyof typeof EDE_OF,
  why: string,
  steps: readonly Step[] = [],
): UpstreamOutcome {
  return { kind: "failed", how, why, ede: { code: EDE_OF[how], text: why }, steps };
}
