/**
 * Connection tracking: the entries of one host, their states and timers, and how `conntrack -L` prints them.
 *
 * Timers follow the kernel of the recordings, 6.18 (`nf_conntrack_proto_udp.c`, `nf_conntrack_proto_tcp.c` and their
 * default time-outs). Clocks are milliseconds.
 *
 * @module
 */
import { type Packet, type Protocol, replyTo } from "./packet.ts";
import type { CtState } from "./ruleset.ts";

export interface Tuple {
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
}

export type TcpState =
  | "SYN_SENT"
  | "SYN_RECV"
  | "ESTABLISHED"
  | "FIN_WAIT"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "TIME_WAIT"
  | "CLOSE";

/** One entry. NAT is in the tuples: `reply` is what comes back, so a DNAT shows as its `src`. */
export interface Connection {
  readonly protocol: Protocol;
  readonly original: Tuple;
  readonly reply: Tuple;
  /** Without it `conntrack -L` says `[UNREPLIED]`. */
  readonly seenReply: boolean;
  readonly assured: boolean;
  readonly tcp?: TcpState;
  readonly dnat: boolean;
  readonly snat: boolean;
  /** The rules of the nat table have been asked, once for each half. */
  readonly asked: { readonly dst: boolean; readonly src: boolean };
  readonly mark: number;
  readonly since: number;
  readonly expires: number;
}

/** What a packet is to the tracker. */
export interface Tracked {
  readonly state: CtState;
  /** The way that the packet goes; that of an ICMP error is its own, not that of the packet it is about. */
  readonly direction: "original" | "reply";
  readonly connection: Connection;
}

/** UDP: 30 s, and 120 s for a flow in both directions that is over 2 s old. */
const UDP_SHORT = 30_000;
const UDP_STREAM = 120_000;
const UDP_STREAM_AGE = 2_000;

const TCP_TIMES: Readonly<Record<TcpState, number>> = {
  SYN_SENT: 120_000,
  SYN_RECV: 60_000,
  ESTABLISHED: 432_000_000,
  FIN_WAIT: 120_000,
  CLOSE_WAIT: 60_000,
  LAST_ACK: 30_000,
  TIME_WAIT: 120_000,
  CLOSE: 10_000,
};

/** What has no tracker of its own (`nf_conntrack_proto_generic.c`). */
const GENERIC = 600_000;

/**
 * The packet's connection with its timers moved on, or a new one that is not among `connections` yet.
 *
 * @returns undefined where the packet is INVALID: an ICMP error about nothing that is known
 */
export function track(
  connections: readonly Connection[],
  packet: Packet,
  now: number,
): Tracked | undefined {
  if (packet.about) {
    // The error goes the way of an answer to the packet within, which is as its other end saw it: rewritten.
    const related = find(connections, replyTo(packet.about), now);
    return related && { state: "RELATED", ...related };
  }
  const found = find(connections, packet, now);
  if (found === undefined) {
    return { state: "NEW", direction: "original", connection: newConnection(packet, now) };
  }
  const { connection, direction } = found;
  const replied = connection.seenReply || direction === "reply";
  return {
    state: replied ? "ESTABLISHED" : "NEW",
    direction,
    connection: moveOn(connection, direction, packet, now),
  };
}

/** `connections` with `now` in the place of `before`; behind the others where it is not there. */
export function replaced(
  connections: readonly Connection[],
  before: Connection,
  now: Connection,
): readonly Connection[] {
  if (before === now) return connections;
  const at = connections.indexOf(before);
  return at < 0 ? [...connections, now] : connections.with(at, now);
}

/** Those whose time has not run out. */
export function alive(connections: readonly Connection[], now: number): readonly Connection[] {
  return connections.filter(({ expires }) => expires > now);
}

/** One line as `conntrack -L` prints it, with the seconds that are left at `now`. */
export function connectionText(connection: Connection, now: number): string {
  const { protocol, original, reply, seenReply, assured, tcp, mark } = connection;
  const seconds = Math.max(0, Math.floor((connection.expires - now) / 1000));
  return [
    `${protocol.padEnd(8)} ${NUMBERS[protocol]} ${seconds}`,
    tcp,
    tupleText(original),
    seenReply ? undefined : "[UNREPLIED]",
    tupleText(reply),
    assured ? "[ASSURED]" : undefined,
    `mark=${mark}`,
    "use=1",
  ]
    .filter((word) => word !== undefined)
    .join(" ");
}

export function sameTuple(a: Tuple, b: Tuple): boolean {
  return a.sport === b.sport && a.dport === b.dport && a.src === b.src && a.dst === b.dst;
}

const NUMBERS: Readonly<Record<Protocol, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  "ipv6-icmp": 58,
  sctp: 132,
};

function tupleText({ src, dst, sport, dport }: Tuple): string {
  return `src=${src} dst=${dst} sport=${sport} dport=${dport}`;
}

function find(
  connections: readonly Connection[],
  packet: Packet,
  now: number,
): Pick<Tracked, "connection" | "direction"> | undefined {
  for (const connection of connections) {
    if (connection.protocol !== packet.protocol || connection.expires <= now) continue;
    if (sameTuple(connection.original, packet)) return { connection, direction: "original" };
    if (sameTuple(connection.reply, packet)) return { connection, direction: "reply" };
  }
  return undefined;
}

function newConnection({ protocol, src, dst, sport, dport }: Packet, now: number): Connection {
  const tcp = protocol === "tcp" ? ("SYN_SENT" as const) : undefined;
  return {
    protocol,
    original: { src, dst, sport, dport },
    reply: { src: dst, dst: src, sport: dport, dport: sport },
    seenReply: false,
    assured: false,
    ...(tcp && { tcp }),
    dnat: false,
    snat: false,
    asked: { dst: false, src: false },
    mark: 0,
    since: now,
    expires: now + (tcp ? TCP_TIMES[tcp] : protocol === "udp" ? UDP_SHORT : GENERIC),
  };
}

/** The first reply still gets the short time: the kernel looks at the bit before it sets it. */
function moveOn(
  connection: Connection,
  direction: Tracked["direction"],
  packet: Packet,
  now: number,
): Connection {
  const seenReply = connection.seenReply || direction === "reply";
  if (connection.protocol === "udp") {
    const stream = connection.seenReply && now > connection.since + UDP_STREAM_AGE;
    return {
      ...connection,
      seenReply,
      assured: connection.assured || stream,
      expires: now + (stream ? UDP_STREAM : UDP_SHORT),
    };
  }
  if (connection.protocol === "tcp") {
    const tcp = nextTcp(connection.tcp ?? "SYN_SENT", direction, packet);
    const assured = connection.assured || tcp === "ESTABLISHED";
    return { ...connection, seenReply, assured, tcp, expires: now + TCP_TIMES[tcp] };
  }
  return { ...connection, seenReply, expires: now + GENERIC };
}

/** The part of `tcp_conntracks` that a connection without losses goes through. */
function nextTcp(state: TcpState, direction: Tracked["direction"], packet: Packet): TcpState {
  const has = (flag: "SYN" | "ACK" | "FIN" | "RST") => packet.flags?.includes(flag) ?? false;
  if (has("RST")) return "CLOSE";
  if (has("SYN")) {
    return direction === "reply" && state === "SYN_SENT" ? "SYN_RECV" : state;
  }
  if (has("FIN")) {
    if (state === "ESTABLISHED" || state === "SYN_RECV") return "FIN_WAIT";
    return state === "FIN_WAIT" || state === "CLOSE_WAIT" ? "LAST_ACK" : state;
  }
  if (state === "SYN_RECV" && direction === "original") return "ESTABLISHED";
  if (state === "FIN_WAIT") return "CLOSE_WAIT";
  return state === "LAST_ACK" ? "TIME_WAIT" : state;
}
