/**
 * The wire of one lookup: packets are sent one after the other, walk through the cluster's hosts, and are kept.
 *
 * @module
 */
import type { Message } from "../dns/message.ts";
import { DEFAULT_TTL, type Packet, type TcpFlag } from "../packet/packet.ts";
import type { Topology } from "../packet/topology.ts";
import { type Network, type Walk, walk } from "../packet/walk.ts";
import { type Random, seededRandom } from "../random.ts";

/** A packet that a process sent, with its way. */
export interface Sent {
  /** Microseconds since the call. */
  readonly at: number;
  /** The Pod's query that it belongs to, from 0. */
  readonly query: number;
  readonly leg: "pod" | "server";
  readonly walk: Walk;
  /** Of UDP, or of a TCP segment that carries some. */
  readonly messages: readonly Message[];
  readonly octets?: Uint8Array;
  readonly tcp?: Segment;
  /** IPv4's identification. */
  readonly ipId: number;
}

export interface Segment {
  readonly seq: number;
  readonly ack: number;
  readonly flags: readonly (TcpFlag | "PSH")[];
}

/** What a packet carries, and for whom. */
export interface Load {
  readonly query: number;
  readonly leg: Sent["leg"];
  readonly messages?: readonly Message[];
  readonly octets?: Uint8Array;
  readonly tcp?: Segment;
  /** It races the packet that was sent before it on its socket. */
  readonly race?: boolean;
}

export interface Flow {
  readonly protocol: "udp" | "tcp";
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

export interface Accidents {
  /** The number of the packet that is lost, from 1. */
  readonly dropped?: number;
  /** The cluster as a packet finds it that would go this way; undefined where it stays as it is. */
  readonly otherwise?: (way: Walk) => Topology | undefined;
}

export class Wire {
  readonly sent: Sent[] = [];
  /** Microseconds since the call. */
  now = 0;
  #topology: Topology;
  #network: Network = new Map();
  readonly #random: Random;
  readonly #accidents: Accidents;

  constructor(topology: Topology, random: Random, accidents: Accidents) {
    this.#topology = topology;
    this.#random = random;
    this.#accidents = accidents;
  }

  get network(): Network {
    return this.#network;
  }

  /** A whole number from 0 to below 2 to the power of `bits`. */
  draw(bits: number): number {
    return Math.floor(this.#random() * 2 ** bits);
  }

  /** Sends from a process on `host`; the clock goes on by a microsecond an interface. */
  send(host: string, flow: Flow, load: Load): Walk {
    const { query, leg, messages = [], octets, tcp, race = false } = load;
    const seed = this.draw(32);
    const packet: Packet = {
      ...flow,
      ttl: DEFAULT_TTL,
      ...(tcp && { flags: tcp.flags.filter((flag) => flag !== "PSH") }),
    };
    const walked = (lost?: "segment" | "link") =>
      walk(this.#topology, host, packet, this.#network, {
        now: this.now / 1000,
        // The same dice, however often it is walked.
        random: seededRandom(seed),
        race,
        ...(lost && { lost }),
      });
    const way = this.#withAccidents(walked);
    this.#network = way.network;
    this.sent.push({
      at: this.now,
      query,
      leg,
      walk: way,
      ipId: this.draw(16),
      messages,
      ...(octets && { octets }),
      ...(tcp && { tcp }),
    });
    const { end } = way;
    this.now += Math.max(1, way.hops.length + (end.kind === "rejected" ? end.back.hops.length : 0));
    return way;
  }

  #withAccidents(walked: (lost?: "segment" | "link") => Walk): Walk {
    const { dropped, otherwise } = this.#accidents;
    if (this.sent.length + 1 === dropped) {
      const cut = walked("segment");
      // Where sender and receiver share a node there is no wire between.
      return cut.end.kind === "delivered" ? walked("link") : cut;
    }
    const way = walked();
    const other = otherwise?.(way);
    if (other === undefined) return way;
    this.#topology = other;
    return walked();
  }
}
