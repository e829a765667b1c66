/**
 * The lookup's packets as a capture that opens in Wireshark: one interface for each place that a packet passes.
 *
 * @module
 */
import { frame, type IpPacket, ipPacket, macOf } from "../packet/frame.ts";
import { endpointText, familyOf, type Packet } from "../packet/packet.ts";
import { type CapturedPacket, writePcapng } from "../packet/pcapng.ts";
import type { Hop, Walk } from "../packet/walk.ts";
import type { Sent } from "./wire.ts";

/** @param start milliseconds since 1970 */
export function capture(sent: readonly Sent[], start: number): Uint8Array<ArrayBuffer> {
  const places = new Map<string, number>();
  const packets: CapturedPacket[] = [];
  const add = (one: Sent, way: Walk, at: number): number => {
    for (const [index, hop] of way.hops.entries()) {
      const name = `${hop.host} ${hop.device}`;
      if (!places.has(name)) places.set(name, places.size);
      const comment = commentOf(hop);
      packets.push({
        interface: places.get(name) as number,
        at: at + index,
        frame: frame({ ...ipOf(hop.packet, one), ...macsOf(way.hops, index) }),
        ...(comment !== undefined && { comment }),
      });
    }
    return at + way.hops.length;
  };
  for (const one of sent.toSorted((a, b) => a.at - b.at)) {
    const then = add(one, one.walk, one.at);
    const { end } = one.walk;
    if (end.kind === "rejected") add(one, end.back, then);
  }
  const interfaces = [...places.keys()].map((name) => ({ name }));
  return writePcapng({ interfaces, packets, start, application: "ndots" });
}

/** Where something was rewritten on the way to this interface: `PREROUTING DNAT 10.100.0.10:53 → 10.244.0.4:53 …`. */
function commentOf({ host, rewrites }: Hop): string | undefined {
  if (rewrites.length === 0) return undefined;
  return rewrites
    .map(({ hook, half, from, to, by }) => {
      const what = half === "dst" ? "destination" : "source";
      const who = by === "conntrack" ? "connection tracking" : by.chain;
      return `${host} ${hook}: ${what} ${from} -> ${to} (${who})`;
    })
    .join("; ");
}

type Carried = Pick<Sent, "octets" | "tcp" | "ipId">;

function ipOf(packet: Packet, carried: Carried): IpPacket {
  const { octets, tcp, ipId } = carried;
  const { protocol, src, dst, sport, dport, ttl, about } = packet;
  const ends = { src, dst, ipTtl: ttl, ipId, srcPort: sport, dstPort: dport };
  if (about) {
    // Port unreachable (RFC 792, RFC 4443 §3.1).
    const [type, code] = familyOf(packet) === 6 ? [1, 4] : [3, 3];
    const quoted = ipPacket(ipOf(about, carried));
    return { ...ends, protocol: "icmp", payload: NOTHING, icmp: { type, code, quoted } };
  }
  const payload = octets ?? NOTHING;
  if (protocol === "tcp" && tcp) return { ...ends, protocol, payload, tcp };
  return { ...ends, protocol: "udp", payload };
}

const NOTHING = new Uint8Array();

/** On a link both ends see the same frame. */
function macsOf(hops: readonly Hop[], index: number): { srcMac: string; dstMac: string } {
  const hop = hops[index] as Hop;
  const sender = hop.towards === "out" ? hop : hops[index - 1];
  const receiver = hop.towards === "in" ? hop : hops[index + 1];
  return { srcMac: macAt(sender, hop), dstMac: macAt(receiver, hop) };
}

function macAt(hop: Hop | undefined, other: Hop): string {
  if (hop) return macOf(`${hop.host} ${hop.device}`);
  // Nobody answered for it: as long as that is so, nothing but the address is known.
  return macOf(endpointText(other.packet.dst, 0));
}
