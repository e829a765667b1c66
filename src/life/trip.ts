/**
 * A query's trip to a server and back, by UDP or by TCP.
 *
 * @module
 */
import type { Return } from "../carrier.ts";
import type { Message, Said } from "../dns/message.ts";
import { encodeMessage } from "../dns/wire.ts";
import type { Packet } from "../packet/packet.ts";
import type { Walk } from "../packet/walk.ts";
import { replyOctets } from "./messages.ts";
import { type Encoded, openTcp, type TcpConnection } from "./tcp.ts";
import type { Flow, Load, Wire } from "./wire.ts";

/** A query under way. */
export interface Trip {
  readonly host: string;
  readonly flow: Flow;
  readonly load: Pick<Load, "query" | "leg">;
  readonly message: Message;
  readonly tcp?: TcpConnection;
}

export interface Departed {
  readonly way: Walk;
  readonly tcp?: TcpConnection;
}

/** What trips are made with. */
export interface Means {
  readonly wire: Wire;
  /** The Pod's libc makes do with a reply that was cut: musl 1.2.3. */
  readonly takesCut: boolean;
  freshPort(): number;
}

/**
 * By TCP the connection is made first, unless one is open.
 *
 * @param encoded by TCP all go in one segment; by UDP there is one
 */
export function depart(
  { wire }: Means,
  { host, flow, load }: Trip,
  encoded: readonly Encoded[],
  open: TcpConnection | undefined,
  race = false,
): Departed {
  const [{ octets }] = encoded as readonly [Encoded];
  const messages = encoded.map(({ message }) => message);
  if (flow.protocol === "udp") {
    return { way: wire.send(host, flow, { ...load, messages, octets, race }) };
  }
  if (open) return { way: open.ask(load, encoded), tcp: open };
  const made = openTcp(wire, host, flow, load);
  if (made.kind === "failed") return { way: made.way };
  return { way: made.tcp.ask(load, encoded), tcp: made.tcp };
}

/** @param got is given the octets that come back */
export function respond(
  means: Means,
  trip: Trip,
  way: Walk,
  reply: Said,
  got?: { reply?: Uint8Array },
): Return {
  const { message, flow, load } = trip;
  const { octets, response, isCut } = replyOctets(message, reply, flow.protocol);
  if (got) got.reply = octets;
  const carried = { ...load, messages: [response], octets };
  const back = trip.tcp
    ? trip.tcp.reply(load, { message: response, octets })
    : means.wire.send(way.end.host, turned(way.end.packet), carried);
  if (back.end.kind !== "delivered") return { kind: "timeout", why: whyOf(back) };
  if (!isCut) return { kind: "reply" };
  if (load.leg === "server" || !means.takesCut) return againByTcp(means, trip, reply, got);
  return { kind: "reply", kept: response.answer.length };
}

/** TC is set: who does not take what there is asks once more by TCP. */
function againByTcp(means: Means, trip: Trip, reply: Said, got?: { reply?: Uint8Array }): Return {
  const { host, load, message } = trip;
  const flow: Flow = { ...trip.flow, protocol: "tcp", sport: means.freshPort() };
  const again: Trip = { host, flow, load, message };
  const encoded = { message, octets: encodeMessage(message) };
  const { way, tcp } = depart(means, again, [encoded], undefined);
  if (tcp === undefined || way.end.kind !== "delivered") {
    return { kind: "timeout", why: whyOf(way) };
  }
  const said = respond(means, { ...again, tcp }, way, reply, got);
  tcp.close();
  return said;
}

function turned({ protocol, src, dst, sport, dport }: Packet): Flow {
  return {
    protocol: protocol === "tcp" ? "tcp" : "udp",
    src: dst,
    sport: dport,
    dst: src,
    dport: sport,
  };
}

/** Where a packet ended that was not delivered, and why. */
export function whyOf({ end }: Walk): string {
  return end.kind === "delivered" ? `${end.host} took it` : `${end.host}: ${end.why}`;
}
