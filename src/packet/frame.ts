/**
 * Packets as octets: Ethernet, IPv4 (RFC 791) and IPv6 (RFC 8200), UDP (RFC 768), TCP (RFC 9293), ICMP (RFC 792) and
 * ICMPv6 (RFC 4443), their lengths and checksums right.
 *
 * No options, no extension headers, no fragments.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { addressOctets } from "../dns/address.ts";
import { joined } from "../octets.ts";

/** An IP packet. `src` and `dst` are addresses of one family; ports and `payload` mean nothing to ICMP. */
export interface IpPacket {
  readonly src: string;
  readonly dst: string;
  /** IPv6's hop limit. */
  readonly ipTtl: number;
  /** `icmp` is ICMPv6 between IPv6 addresses. */
  readonly protocol: "udp" | "tcp" | "icmp";
  readonly srcPort: number;
  readonly dstPort: number;
  /** Over TCP with the two octets of length in front, where it is DNS (RFC 1035 §4.2.2). */
  readonly payload: Uint8Array;
  /** The identification of IPv4; 0 if absent. */
  readonly ipId?: number;
  readonly tcp?: TcpFields;
  readonly icmp?: IcmpFields;
}

export interface TcpFields {
  readonly seq: number;
  readonly ack: number;
  readonly flags: readonly (keyof typeof TCP_FLAGS)[];
}

export interface IcmpFields {
  readonly type: number;
  readonly code: number;
  /** The packet that the error is about, from its IP header on: {@link ipPacket}. What is too long is cut. */
  readonly quoted: Uint8Array;
}

export interface Frame extends IpPacket {
  /** `02:00:5e:10:00:01`. */
  readonly srcMac: string;
  readonly dstMac: string;
}

/** The octets of an Ethernet frame, without padding and frame check sequence, as a capture on Linux has it. */
export function frame(spec: Frame): Uint8Array {
  const packet = ipPacket(spec);
  const etherType = (packet[0] as number) >> 4 === 4 ? 0x0800 : 0x86dd;
  return joined([macOctets(spec.dstMac), macOctets(spec.srcMac), u16(etherType), packet]);
}

/**
 * The packet from its IP header on. Throws where the addresses are none or of two families, and where the payload is
 * longer than {@link longestPayload}.
 */
export function ipPacket(spec: IpPacket): Uint8Array {
  const src = addressOctets(spec.src);
  const dst = addressOctets(spec.dst);
  if (src === undefined || dst === undefined || src.length !== dst.length) {
    throw new Error(`not two addresses of one family: ${spec.src}, ${spec.dst}`);
  }
  const ends = { src, dst };
  const longest = longestPayload(spec.protocol, src.length === 4 ? 4 : 6);
  if (spec.payload.length > longest) {
    throw new Error(`a ${spec.protocol} payload takes ${longest} octets: ${spec.payload.length}`);
  }
  const body = SEGMENTS[spec.protocol](spec, ends);
  return joined([
    src.length === 4 ? ipv4Header(spec, ends, body) : ipv6Header(spec, ends, body),
    body,
  ]);
}

/** As many octets of payload as one packet can say that it has; the caller splits what TCP carries. */
export function longestPayload(protocol: IpPacket["protocol"], family: 4 | 6): number {
  if (protocol === "icmp") return 0;
  // IPv4's length counts its own header, IPv6's does not.
  return 0xffff - (family === 4 ? IPV4_HEADER : 0) - (protocol === "udp" ? UDP_HEADER : TCP_HEADER);
}

/** A MAC address for what bears this name: always the same, unicast, locally administered (IEEE 802-2014 §8.4.2). */
export function macOf(text: string): string {
  const octets = sha256(new TextEncoder().encode(text)).slice(0, 6);
  octets[0] = ((octets[0] as number) & 0xfc) | 2;
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(":");
}

/** RFC 1071: the complement of the sum in one's complement of 16-bit words; only the last part's length may be odd. */
export function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) {
      sum += ((part[at] as number) << 8) | (part[at + 1] ?? 0);
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const UDP_HEADER = 8;
const TCP_HEADER = 20;
const ICMP_HEADER = 8;

/** RFC 9293 §3.1. */
const TCP_FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;
/** What Linux offers on Ethernet, in any segment but a reset. */
const TCP_WINDOW = 64_240;

/** An error quotes as much as keeps it within the packet that every host takes (RFC 1812 §4.3.2.3, RFC 4443 §3.1). */
const LONGEST_ERROR = { 4: 576, 6: 1280 } as const;

interface Ends {
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
}

/** By protocol: what stands behind the IP header. */
const SEGMENTS: Readonly<Record<IpPacket["protocol"], (spec: IpPacket, ends: Ends) => Uint8Array>> =
  { udp, tcp, icmp };

function udp(spec: IpPacket, ends: Ends): Uint8Array {
  const length = u16(UDP_HEADER + spec.payload.length);
  const datagram = joined([u16(spec.srcPort), u16(spec.dstPort), length, u16(0), spec.payload]);
  const sum = checksum([pseudoHeader(spec, ends, datagram.length), datagram]);
  // 0 says "no checksum", so that one that comes out as 0 is sent as its other form.
  return withU16(datagram, 6, sum || 0xffff);
}

function tcp(spec: IpPacket, ends: Ends): Uint8Array {
  const { seq, ack, flags } = spec.tcp ?? { seq: 0, ack: 0, flags: [] };
  const bits = flags.reduce((all, flag) => all | TCP_FLAGS[flag], 0);
  const segment = joined([
    u16(spec.srcPort),
    u16(spec.dstPort),
    u32(seq),
    u32(ack),
    Uint8Array.of((TCP_HEADER / 4) << 4, bits),
    u16(flags.includes("RST") ? 0 : TCP_WINDOW),
    u16(0),
    u16(0),
    spec.payload,
  ]);
  return withU16(segment, 16, checksum([pseudoHeader(spec, ends, segment.length), segment]));
}

function icmp(spec: IpPacket, ends: Ends): Uint8Array {
  const { type, code, quoted } = spec.icmp ?? { type: 0, code: 0, quoted: new Uint8Array() };
  const isV4 = ends.src.length === 4;
  const room = isV4 ? LONGEST_ERROR[4] - IPV4_HEADER : LONGEST_ERROR[6] - IPV6_HEADER;
  const kept = quoted.subarray(0, room - ICMP_HEADER);
  const message = joined([Uint8Array.of(type, code), u16(0), u32(0), kept]);
  // ICMPv6 alone counts the pseudo-header.
  const before = isV4 ? [] : [pseudoHeader(spec, ends, message.length)];
  return withU16(message, 2, checksum([...before, message]));
}

function ipv4Header(spec: IpPacket, { src, dst }: Ends, body: Uint8Array): Uint8Array {
  // Linux sets DF on UDP and TCP (path MTU discovery), and on its ICMP errors the precedence "internetwork control".
  const [service, fragment] = spec.protocol === "icmp" ? [0xc0, 0] : [0, 0x4000];
  const header = joined([
    Uint8Array.of(0x45, service),
    u16(IPV4_HEADER + body.length),
    u16(spec.ipId ?? 0),
    u16(fragment),
    Uint8Array.of(spec.ipTtl, protocolNumber(spec, 4)),
    u16(0),
    src,
    dst,
  ]);
  return withU16(header, 10, checksum([header]));
}

function ipv6Header(spec: IpPacket, { src, dst }: Ends, body: Uint8Array): Uint8Array {
  const next = Uint8Array.of(protocolNumber(spec, 6), spec.ipTtl);
  return joined([u32(0x60000000), u16(body.length), next, src, dst]);
}

/** RFC 768, RFC 9293 §3.1; RFC 8200 §8.1. The sum is the same for lengths in 16 and in 32 bits. */
function pseudoHeader(spec: IpPacket, { src, dst }: Ends, length: number): Uint8Array {
  return joined([src, dst, u32(length), u32(protocolNumber(spec, src.length === 4 ? 4 : 6))]);
}

function protocolNumber({ protocol }: IpPacket, family: 4 | 6): number {
  if (protocol === "icmp") return family === 4 ? 1 : 58;
  return protocol === "udp" ? 17 : 6;
}

function macOctets(mac: string): Uint8Array {
  const octets = mac.split(":").map((octet) => Number.parseInt(octet, 16));
  if (octets.length !== 6 || octets.some((octet) => !(octet >= 0 && octet <= 0xff))) {
    throw new Error(`not a MAC address: ${mac}`);
  }
  return Uint8Array.from(octets);
}

/** `octets`, which are our own, with the two at `at` set. */
function withU16(octets: Uint8Array, at: number, value: number): Uint8Array {
  octets.set(u16(value), at);
  return octets;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
