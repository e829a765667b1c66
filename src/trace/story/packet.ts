/**
 * A packet's way, place by place: what each host on it did.
 *
 * @module
 */
import type { Life, LifeHop, LifePacket } from "../life.ts";
import { addressOf, asWritten, type Cast, type Sight } from "./cast.ts";
import { natTellings } from "./nat.ts";
import * as sources from "./sources.ts";
import type { Phase, Seen, Telling } from "./step.ts";

/** The whole way of a packet that carries a question, an answer or an error; TCP's own segments are told by the first. */
export function packetTellings(
  life: Life,
  cast: Cast,
  packet: LifePacket,
  index: number,
): Telling[] {
  if (packet.kind === "tcp" && !isOpening(packet)) return [];
  const sight: Sight = { life, cast, packet, index, phase: phaseOf(packet) };
  if (packet.kind === "tcp") return [handshake(sight)];
  const tellings = packet.kind === "query" ? outward(sight) : homeward(sight);
  const end = ending(sight);
  return end === undefined ? tellings : [...tellings, end];
}

function phaseOf({ kind, leg }: LifePacket): Phase {
  if (leg === "server") return "upstream";
  return kind === "query" || kind === "tcp" ? "packet" : "reply";
}

function isOpening({ flags }: LifePacket): boolean {
  return flags?.includes("SYN") === true && !flags.includes("ACK");
}

function handshake({ packet, index, phase, cast }: Sight): Telling {
  const first = packet.hops[0];
  return {
    key: "handshake",
    phase,
    title: "TCP: a handshake before the question",
    sentence: `\`${first?.src}\` opens a TCP connection to \`${first?.dst}\`: SYN, SYN and ACK, ACK. Only then does the question go out, so that it costs more packets than UDP.`,
    source: sources.TCP,
    place: first === undefined ? "pod" : cast.placeOf(first.host),
    focus: "iptables",
    packet: { index, hop: 0 },
  };
}

/** From who asks to who is asked. */
function outward(sight: Sight): Telling[] {
  const { packet, cast } = sight;
  return packet.hops.flatMap((hop, at) => {
    const place = cast.placeOf(hop.host);
    if (at === 0) return [sent(sight, hop), ...natTellings(sight, hop, 0)];
    const last = at === packet.hops.length - 1;
    if (hop.towards === "in") {
      if (last && packet.end.kind === "delivered") return [arrived(sight, hop, at)];
      return place === "node" && packet.leg === "pod" ? [crossed(sight, hop, at)] : [];
    }
    const nat = natTellings(sight, hop, at);
    if (nat.length > 0) return nat;
    return place === "server-node" || packet.leg === "server" ? [forwarded(sight, hop, at)] : [];
  });
}

function sent({ packet, index, phase, cast, life }: Sight, hop: LifeHop): Telling {
  const seen: Seen = { index, hop: 0, before: true };
  const common = { phase, packet: seen, place: cast.placeOf(hop.host) };
  const { src, dst } = asWritten(hop);
  const asked = `the question \`${packet.question}\``;
  if (packet.leg === "server") {
    return {
      ...common,
      key: "onward",
      title: `A query of its own to ${dst}`,
      sentence: `\`${hop.host}\` asks the resolver outside: a packet from \`${src}\` to \`${dst}\` with ${asked}.`,
      source: sources.UDP,
      focus: "corefile",
    };
  }
  const own = life.vantage.hostNetwork
    ? "its node's address, since the Pod is on the host network,"
    : "the Pod's address";
  const before = life.packets
    .slice(0, index)
    .some(({ hops }) => hops[0] !== undefined && asWritten(hops[0]).src === src);
  const port = before ? "the port that it has already" : "a random port";
  return {
    ...common,
    key: "send",
    title: `${packet.protocol.toUpperCase()} to ${dst}`,
    sentence: `The library builds a ${packet.protocol.toUpperCase()} packet from ${own} and ${port}, \`${src}\`, to the nameserver \`${dst}\`. In it: ${asked}.`,
    source: packet.protocol === "udp" ? sources.UDP : sources.TCP,
    focus: "message",
  };
}

function crossed({ packet, index, phase, cast }: Sight, hop: LifeHop, at: number): Telling {
  return {
    key: "veth",
    phase,
    title: `Over the veth pair into ${hop.host}`,
    sentence: `What goes into the Pod's \`${packet.hops[0]?.device}\` comes out of \`${hop.device}\` in the node's network namespace. Source and destination are still what the Pod wrote: \`${hop.src}\` to \`${hop.dst}\`.`,
    source: sources.VETH,
    place: cast.placeOf(hop.host),
    focus: "iptables",
    packet: { index, hop: at },
  };
}

function forwarded({ index, phase, cast }: Sight, hop: LifeHop, at: number): Telling {
  const rules = hop.rules.length === 0 ? "no rule changes it" : "its rules let it pass unchanged";
  return {
    key: `through-${cast.placeOf(hop.host)}`,
    phase,
    title: `${hop.host} passes it on`,
    sentence: `\`${hop.host}\` routes the packet out by \`${hop.device}\`; ${rules}. The source is \`${hop.src}\`, the TTL now ${hop.ttl}.`,
    source: sources.NETWORKING,
    place: cast.placeOf(hop.host),
    focus: "iptables",
    packet: { index, hop: at },
  };
}

function arrived({ packet, index, cast }: Sight, hop: LifeHop, at: number): Telling {
  const outside = cast.placeOf(hop.host) === "upstream";
  const onNode = cast.placeOf(hop.host) === "node";
  const who = outside
    ? `the resolver outside the cluster`
    : onNode
      ? `the DNS cache on the node itself`
      : `Pod \`${hop.host}\``;
  return {
    key: "arrive",
    phase: outside || packet.leg === "server" ? "upstream" : "coredns",
    title: outside ? `At ${addressOf(hop.dst)}, outside the cluster` : `At ${hop.dst}`,
    sentence: `The packet reaches ${who} at \`${hop.dst}\`. What it sees as the source: \`${hop.src}\`.`,
    source: outside ? sources.NETWORKING : onNode ? sources.NODE_LOCAL : sources.DNS_POLICY,
    place: outside ? "upstream" : onNode ? "node" : "server",
    focus: outside ? "message" : "corefile",
    packet: { index, hop: at },
  };
}

/** From who was asked back. */
function homeward(sight: Sight): Telling[] {
  const { packet, cast, index, phase } = sight;
  const first = packet.hops[0];
  if (first === undefined) return [];
  const said = packet.kind === "icmp" ? "an ICMP error" : `${packet.rcode}`;
  const leaves: Telling = {
    key: "answer",
    phase,
    title: `${upperFirst(said)} sets out for ${addressOf(first.dst)}`,
    sentence: `\`${first.host}\` sends ${said} from \`${first.src}\` to \`${first.dst}\`${
      packet.leg === "pod" && cast.placeOf(first.host) === "server"
        ? ": straight to the Pod, from an address that the Pod never asked"
        : ""
    }.`,
    source: packet.kind === "icmp" ? sources.ICMP : sources.RESPONSE,
    place: cast.placeOf(first.host),
    focus: "message",
    packet: { index, hop: 0 },
    ...(packet.kind === "icmp" ? { outcome: "failed" } : {}),
  };
  const atEnd = { ...(packet.hops.at(-1) ?? first), ...packet.end };
  return [
    leaves,
    ...packet.hops.flatMap((hop, at) => natTellings(sight, hop, at)),
    ...natTellings(sight, atEnd, packet.hops.length - 1),
  ];
}

/** Where the packet did not arrive. */
function ending({ packet, index, phase, cast }: Sight): Telling | undefined {
  const { end, hops } = packet;
  if (end.kind === "delivered") return undefined;
  const what = { dropped: "Dropped", rejected: "Rejected", lost: "Lost" }[end.kind];
  const last = end.rules.at(-1)?.rule;
  const rule = last !== undefined && / -j (?:REJECT|DROP)/.test(last) ? last : undefined;
  return {
    key: "end",
    phase,
    title: `${what} on ${end.host}`,
    sentence: `The packet ends here: ${end.why ?? end.kind}.${rule === undefined ? "" : ` The rule: \`${rule}\`.`}`,
    source: rule !== undefined ? sources.EXTENSIONS : sources.NETWORKING,
    place: cast.placeOf(end.host),
    focus: "iptables",
    packet: { index, hop: Math.max(0, hops.length - 1) },
    ...(rule === undefined ? {} : { chain: end.rules.at(-1)?.chain ?? "" }),
    outcome: "failed",
  };
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
