/**
 * Address translation: what a nat rule does to a connection, and what the connection then does to each packet.
 *
 * The destination is rewritten before routing (PREROUTING, OUTPUT), the source after it (POSTROUTING, INPUT), so that
 * a reply still has its true source in FORWARD (`nf_nat_core.c`).
 *
 * @module
 */
import { type Connection, sameTuple, type Tracked, type Tuple } from "./conntrack.ts";
import { endpointText, type Packet } from "./packet.ts";

/** Which half of a packet is rewritten. */
export type Half = "dst" | "src";

/** From 0 to below 1, as `Math.random`. */
export type Random = () => number;

/** Sends the connection to `address`; its port stays where none is given. */
export function withDnat(connection: Connection, address: string, port?: number): Connection {
  const reply = { ...connection.reply, src: address, sport: port ?? connection.reply.sport };
  return { ...connection, reply, dnat: !sameTuple(reply, connection.reply) || connection.dnat };
}

/** Lets the connection come from `address`, with a port of its own where its port is taken or `random` chooses. */
export function withSnat(
  connection: Connection,
  others: readonly Connection[],
  address: string,
  choice: { readonly port?: number; readonly random?: Random } = {},
): Connection {
  const reply = {
    ...connection.reply,
    dst: address,
    dport: freePort(connection, others, address, choice),
  };
  return { ...connection, reply, snat: !sameTuple(reply, connection.reply) || connection.snat };
}

/** The packet with one half as the connection has it. An ICMP error is rewritten without and within. */
export function translated(packet: Packet, { direction, connection }: Tracked, half: Half): Packet {
  const far = direction === "original" ? connection.reply : connection.original;
  if (packet.about === undefined) {
    if (half === "dst") return { ...packet, dst: far.src, dport: far.sport };
    return { ...packet, src: far.dst, sport: far.dport };
  }
  // The packet within went the other way, so its other half is the one that was rewritten.
  const dnatted = half === "dst" ? "original" : "reply";
  if (!(direction === dnatted ? connection.dnat : connection.snat)) return packet;
  const { about } = packet;
  return half === "dst"
    ? { ...packet, dst: far.src, about: { ...about, src: far.src, sport: far.sport } }
    : { ...packet, src: far.dst, about: { ...about, dst: far.dst, dport: far.dport } };
}

/** `10.100.0.10:53`, that half of the packet. */
export function halfText(packet: Packet, half: Half): string {
  const { src, sport, dst, dport } = packet;
  if (packet.about) return half === "src" ? src : dst;
  return half === "src" ? endpointText(src, sport) : endpointText(dst, dport);
}

/**
 * Privileged ports stay among themselves (`nf_nat_l4proto_unique_tuple`): below 512, 600 to 1023, and the rest.
 */
function freePort(
  connection: Connection,
  others: readonly Connection[],
  address: string,
  { port, random }: { readonly port?: number; readonly random?: Random },
): number {
  const wanted = port ?? connection.original.sport;
  if (wanted === 0) return 0;
  const reply = { ...connection.reply, dst: address };
  const isFree = (dport: number) => !isTaken({ ...reply, dport }, connection, others);
  if (random === undefined && isFree(wanted)) return wanted;
  const [low, high] = wanted < 512 ? [1, 511] : wanted < 1024 ? [600, 1023] : [1024, 65535];
  const size = high - low + 1;
  const offset = random === undefined ? wanted - low : Math.floor(random() * size);
  for (let step = 0; step < size; step++) {
    const candidate = low + ((offset + step) % size);
    if (isFree(candidate)) return candidate;
  }
  return wanted;
}

function isTaken(reply: Tuple, connection: Connection, others: readonly Connection[]): boolean {
  return others.some(
    (other) => other.protocol === connection.protocol && sameTuple(other.reply, reply),
  );
}
