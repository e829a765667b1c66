/**
 * A packet as far as netfilter and routing look at it.
 *
 * @module
 */
import { addressFamily } from "../dns/address.ts";

export type Protocol = "udp" | "tcp" | "sctp" | "icmp" | "ipv6-icmp";

export type TcpFlag = "SYN" | "ACK" | "FIN" | "RST";

export interface Packet {
  readonly protocol: Protocol;
  /** Canonical, both of one family. */
  readonly src: string;
  readonly dst: string;
  /** 0 where the protocol has no ports. */
  readonly sport: number;
  readonly dport: number;
  /** IPv4's TTL or IPv6's hop limit. */
  readonly ttl: number;
  /** Of a TCP segment. */
  readonly flags?: readonly TcpFlag[];
  /** Of an ICMP error: the packet that it is about, which it carries. */
  readonly about?: Packet;
}

/** What Linux gives a packet to start with (`net.ipv4.ip_default_ttl`, IPv6's `hop_limit`). */
export const DEFAULT_TTL = 64;

export function familyOf(packet: Packet): 4 | 6 {
  return addressFamily(packet.dst) === 6 ? 6 : 4;
}

/** `10.244.0.4:53`, `[fd00::4]:53`. */
export function endpointText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The packet of an application's reply: addresses and ports turned round, a full TTL. */
export function replyTo(packet: Packet): Packet {
  return {
    protocol: packet.protocol,
    src: packet.dst,
    dst: packet.src,
    sport: packet.dport,
    dport: packet.sport,
    ttl: DEFAULT_TTL,
  };
}

/** ICMP (or ICMPv6) port unreachable about `packet`, from `src`. */
export function portUnreachable(packet: Packet, src: string): Packet {
  return {
    protocol: familyOf(packet) === 6 ? "ipv6-icmp" : "icmp",
    src,
    dst: packet.src,
    sport: 0,
    dport: 0,
    ttl: DEFAULT_TTL,
    about: packet,
  };
}
