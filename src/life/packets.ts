/**
 * Packets as the account tells them: every interface with what was rewritten before it, and the rules that matched.
 *
 * @module
 */
import type { Message } from "../dns/message.ts";
import type { MetRule, Rewrite } from "../packet/hooks.ts";
import { halfText } from "../packet/nat.ts";
import { familyOf, type Packet } from "../packet/packet.ts";
import { ruleText } from "../packet/save.ts";
import type { End, Hop, Walk } from "../packet/walk.ts";
import type { LifeEnd, LifeHop, LifePacket, LifeRewrite, LifeRule } from "../trace/life.ts";
import type { Sent } from "./wire.ts";

/** How many rules the packets of an account tell; they are most of what it weighs. */
export const MOST_RULES = 1500;

/** What is told of kube-proxy's rules. */
interface Telling {
  /** kube-proxy's mode where its rules are not modelled: they are left out, and the hop says so. */
  readonly unmodelled: string | undefined;
  /** How many rules may still be told. */
  left: number;
}

export interface SpeltPackets {
  readonly packets: readonly LifePacket[];
  /** Some rules were left out for their number. */
  readonly isCut: boolean;
}

export function spellPackets(sent: readonly Sent[], unmodelled: string | undefined): SpeltPackets {
  const telling: Telling = { unmodelled, left: MOST_RULES };
  const inTime = sent.toSorted((a, b) => a.at - b.at);
  const packets = inTime.flatMap((one) => {
    const packet = spell(one, one.walk, one.at, telling);
    const { end, hops } = one.walk;
    if (end.kind !== "rejected") return [packet];
    const { query, leg, ipId } = one;
    const at = one.at + hops.length;
    return [
      packet,
      spell({ at, query, leg, ipId, walk: end.back, messages: [] }, end.back, at, telling),
    ];
  });
  return { packets, isCut: telling.left < 0 };
}

function spell(sent: Sent, way: Walk, at: number, telling: Telling): LifePacket {
  const { query, leg, messages, tcp } = sent;
  const { protocol } = way.hops[0]?.packet ?? way.end.packet;
  const [message] = messages;
  return {
    at,
    query,
    kind: kindOf(sent, protocol),
    leg,
    protocol,
    ...(tcp && { flags: tcp.flags }),
    ...(message && { question: questionsOf(messages) }),
    ...(message?.flags.qr && { rcode: message.rcode }),
    ...(message && { id: message.id }),
    hops: way.hops.map((hop) => spellHop(hop, telling)),
    end: spellEnd(way.end, telling),
  };
}

/** `web-service.default.svc.cluster.local. A`; a segment with two messages has two. */
function questionsOf(messages: readonly Message[]): string {
  const questions = messages.flatMap(({ question }) => question);
  return questions.map(({ name, type }) => `${name} ${type}`).join(", ");
}

function kindOf({ messages }: Sent, protocol: string): LifePacket["kind"] {
  const [message] = messages;
  if (protocol.includes("icmp")) return "icmp";
  if (message === undefined) return "tcp";
  return message.flags.qr ? "reply" : "query";
}

function spellHop(hop: Hop, telling: Telling): LifeHop {
  const { unmodelled } = telling;
  const { host, device, towards, packet, rewrites, tracked } = hop;
  const isHidden = unmodelled !== undefined && rewrites.length > 0;
  return {
    host,
    device,
    towards,
    src: halfText(packet, "src"),
    dst: halfText(packet, "dst"),
    ttl: packet.ttl,
    rules: rulesText(hop.rules, packet, telling),
    rewrites: rewrites.map((rewrite) => spellRewrite(rewrite, unmodelled)),
    ...(tracked && { state: tracked.state }),
    ...(isHidden && { note: hidden(unmodelled) }),
  };
}

function spellEnd(end: End, telling: Telling): LifeEnd {
  const { unmodelled } = telling;
  const { kind, host, packet, rules, rewrites, tracked } = end;
  return {
    kind,
    host,
    rules: rulesText(rules, packet, telling),
    rewrites: rewrites.map((rewrite) => spellRewrite(rewrite, unmodelled)),
    ...(tracked && { state: tracked.state }),
    ...(end.kind !== "delivered" && { why: end.why }),
  };
}

function hidden(mode: string): string {
  return `kube-proxy is in ${mode} mode, which is not modelled: where the packet goes is, by which rules is not`;
}

function rulesText(
  rules: readonly MetRule[],
  packet: Packet,
  telling: Telling,
): readonly LifeRule[] {
  if (telling.unmodelled !== undefined) return [];
  telling.left -= rules.length;
  if (telling.left < 0) return [];
  const family = familyOf(packet);
  return rules.map(({ hook, table, chain, rule }) => ({
    hook,
    table,
    chain,
    rule: ruleText(chain, rule, family),
  }));
}

function spellRewrite({ hook, half, from, to, by }: Rewrite, unmodelled?: string): LifeRewrite {
  const decided = unmodelled === undefined ? (by === "conntrack" ? by : by.chain) : "kube-proxy";
  return { hook, half, from, to, by: by === "conntrack" ? by : decided };
}
