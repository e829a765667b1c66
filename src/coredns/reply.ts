/**
 * Replies that a plugin makes itself: the blank to fill in, and none at all.
 *
 * @module
 */
import { bare, type Ede, type Rcode } from "../dns/message.ts";
import type { Context, Reply, Step } from "./plugin.ts";

/** NOERROR without records, without AA: what `SetReply` of miekg/dns begins with. */
export function blank(plugin: string, context: Pick<Context, "cacheOff">): Omit<Reply, "steps"> {
  return { ...bare("NOERROR"), source: plugin, cache: context.cacheOff ? "off" : "miss" };
}

/** What the server writes where a plugin gave up: CoreDNS's `cache` never sees it. */
export function gaveUp(
  source: string,
  rcode: Rcode,
  steps: readonly Step[],
  ede: readonly Ede[] = [],
): Reply {
  return { ...bare(rcode, ede), source, cache: "miss", steps, unwritten: true };
}

/** `reply` with what `plugin` did in front of what the plugins behind it did. */
export function stepped(plugin: string, did: string, reply: Reply): Reply {
  return { ...reply, steps: [{ plugin, did }, ...reply.steps] };
}

/**
 * No reply. The rcode is for those inside who asked on the client's behalf and wait for something; caches leave it alone.
 *
 * @param why what the client's trace says in place of an rcode
 */
export function dropped(
  plugin: string,
  context: Pick<Context, "cacheOff">,
  did: string,
  why: string,
): Reply {
  return {
    ...blank(plugin, context),
    rcode: "SERVFAIL",
    // RFC 8914 §4.23: nothing that would know the answer was reached.
    ede: [{ code: 22, text: why }],
    steps: [{ plugin, did }],
    unwritten: true,
    dropped: true,
  };
}
