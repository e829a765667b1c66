/**
 * Lookups that are given again without their queries being asked.
 *
 * Where every reply came from the memory of CoreDNS's `cache`, the stub would take the same way again: what has changed is
 * only what time and chance do to a reply. TTLs count down, and `loadbalance` shuffles. The memory itself says whether it
 * still has each reply, so nothing is shown that asking again would not show.
 *
 * @module
 */
import type { Route } from "./cluster/route.ts";
import { withTtl } from "./coredns/plugins/cache/entry.ts";
import type { CoreDns } from "./coredns/server.ts";
import type { Exchanged } from "./exchanged.ts";

export interface Moment {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
}

/** The queries as they would be answered now: themselves where nothing has changed, undefined where one has to be asked. */
export function exchangedAgain(
  exchanged: readonly Exchanged[],
  moment: Moment,
): readonly Exchanged[] | undefined {
  const now = moment.now();
  const left: number[] = [];
  let isSame = true;
  for (const { reply } of exchanged) {
    const seconds = reply?.again?.left(now);
    if (seconds === undefined) return undefined;
    isSame &&= seconds === reply?.again?.ttl && reply.again.order === undefined;
    left.push(seconds);
  }
  return isSame ? exchanged : exchanged.map((one, at) => renewed(one, left[at] as number, moment));
}

/** Whether all replies may be given again, whichever endpoint of a Service a query meets. */
export function isRepeatable(
  exchanged: readonly Exchanged[],
  routes: readonly Route[],
  { coredns, random }: { readonly coredns: CoreDns; random(): number },
): boolean {
  return exchanged.every(({ query, outcome, reply }) => {
    if (outcome.kind !== "reply" || reply?.again === undefined) return false;
    const to = routes[query.server];
    const endpoints = to?.kind === "coredns" ? to.endpoints : [];
    return endpoints.every((server) => coredns.halted({ server, random }) === undefined);
  });
}

function renewed(one: Exchanged, ttl: number, moment: Moment): Exchanged {
  const { reply } = one;
  if (reply?.again === undefined) return one;
  const later = { ...withTtl(reply, ttl), again: { ...reply.again, ttl } };
  return { ...one, reply: reply.again.order?.(later, moment) ?? later };
}
