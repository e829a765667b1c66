/**
 * The journey of a lookup's packets: queries and replies between the Pod, CoreDNS and the resolvers outside.
 *
 * A carrier that walks each packet through the rules; where a query is answered is where its packet ended. The clock is
 * modelled: it stands at what the stub says, and moves with what the servers wait for.
 *
 * @module
 */

import type { Carrier, Crossing, PodCrossing, PodQuery, Return, ServerQuery } from "../carrier.ts";
import { hostOf } from "../cluster/topology.ts";
import type { Vantage } from "../cluster/vantage.ts";
import { addressFamily } from "../dns/address.ts";
import type { Question, Said } from "../dns/message.ts";
import { encodeMessage } from "../dns/wire.ts";
import type { Walk } from "../packet/walk.ts";
import type { Libc } from "../stub/resolver.ts";
import { FORWARD_LIMIT, SLOW } from "./fault.ts";
import { type QueryStyle, queryMessage } from "./messages.ts";
import { Pool } from "./pool.ts";
import type { Encoded, TcpConnection } from "./tcp.ts";
import { type Departed, depart, type Means, respond, type Trip, whyOf } from "./trip.ts";
import type { Flow, Wire } from "./wire.ts";

export interface Asking extends QueryStyle {
  readonly vantage: Vantage;
  readonly libc: Libc;
  /** Resolvers outside answer after {@link SLOW}. */
  readonly slow: boolean;
  /** The second query of the first socket races the first. */
  readonly race: boolean;
}

/** What the Pod sent and got for one query, in the order of sending. */
export interface Exchange {
  readonly port: number;
  readonly reached?: string;
  readonly request: Uint8Array;
  reply?: Uint8Array;
}

export interface Journey extends Carrier {
  readonly exchanges: readonly Exchange[];
  /** Milliseconds that replies took which the stub waited for. */
  waited(): number;
  /** Whether the race was run; undefined where nobody asked for it. */
  raced(): boolean | undefined;
}

/** Linux's `ip_local_port_range`. */
const FIRST_PORT = 32_768;
const PORTS = 60_999 - FIRST_PORT + 1;

export function createJourney(asking: Asking, wire: Wire): Journey {
  return new PacketJourney(asking, wire);
}

class PacketJourney implements Journey {
  readonly exchanges: Exchange[] = [];
  readonly #asking: Asking;
  readonly #wire: Wire;
  readonly #means: Means;
  readonly #sockets = new Map<number, number>();
  readonly #ids = new Map<string, number>();
  /** Where a server stands that was reached at an address. */
  readonly #hosts = new Map<string, string>();
  readonly #ports = new Set<number>();
  readonly #pool = new Pool();
  readonly #open = new Map<number, { readonly tcp: TcpConnection; waiting: number }>();
  /** Replies that came too late for the try that asked, by question and socket: milliseconds since the call. */
  readonly #late = new Map<string, number>();
  #current = 0;
  #elapsed = 0;
  #shift = 0;
  #raced: boolean | undefined;

  constructor(asking: Asking, wire: Wire) {
    this.#asking = asking;
    this.#wire = wire;
    this.#means = {
      wire,
      takesCut: asking.libc === "musl",
      freshPort: () => this.#freshPort(),
    };
    if (asking.race) this.#raced = false;
  }

  waited(): number {
    return this.#shift;
  }

  raced(): boolean | undefined {
    return this.#raced;
  }

  fromPod(queries: readonly PodQuery[]): readonly PodCrossing[] {
    this.#pool.release();
    const segments = new Map<number, Departed>();
    return queries.map((query) => this.#fromPod(query, queries, segments));
  }

  #fromPod(
    query: PodQuery,
    batch: readonly PodQuery[],
    segments: Map<number, Departed>,
  ): PodCrossing {
    const { vantage } = this.#asking;
    const { socket, address, port, protocol } = query;
    const src = addressTowards(vantage, address);
    const index = this.exchanges.length;
    const isFirst = !this.#sockets.has(socket);
    const sport = this.#portOf(socket);
    const own = this.#encoded(query);
    const request = own.octets;
    if (src === undefined) {
      this.exchanges.push({ port: sport, request });
      return unreachable(`the Pod has no address to reach ${address} with`);
    }
    const flow: Flow = { protocol, src, sport, dst: address, dport: port };
    const load = { query: index, leg: "pod" } as const;
    const trip: Trip = { host: hostOf(vantage.pod), flow, load, message: own.message };
    this.#wire.now = Math.max(this.#wire.now, (query.at + this.#shift) * 1000);
    const race = this.#raced === false && !isFirst && index === 1 && protocol === "udp";
    // glibc writes both messages of a pair to a TCP socket at once (`send_vc`): they share a segment.
    const same = batch.filter((one) => one.socket === socket && protocol === "tcp");
    const together = same.length === 0 ? [own] : same.map((one) => this.#encoded(one));
    const departed =
      segments.get(socket) ??
      depart(this.#means, trip, together, this.#open.get(socket)?.tcp, race);
    if (protocol === "tcp") segments.set(socket, departed);
    const { way, tcp } = departed;
    if (race) this.#raced = way.end.kind === "dropped";
    if (tcp) this.#open.set(socket, { tcp, waiting: (this.#open.get(socket)?.waiting ?? 0) + 1 });
    const arrived = this.#arrival(way);
    const exchange: Exchange = {
      port: sport,
      request,
      ...(arrived.reached !== undefined && { reached: arrived.reached }),
    };
    this.exchanges.push(exchange);
    const sent = this.#wire.now;
    return {
      ...arrived,
      begin: () => {
        this.#current = index;
        this.#elapsed = 0;
      },
      back: (reply) =>
        this.#backToPod({ ...trip, ...(tcp && { tcp }) }, way, reply, query, exchange, sent),
    };
  }

  #encoded({ question }: PodQuery): Encoded {
    const message = queryMessage(question, this.#idOf(question), this.#asking);
    return { message, octets: encodeMessage(message) };
  }

  fromServer(query: ServerQuery): Crossing {
    const { from, question, address, port, protocol } = query;
    const host = this.#hosts.get(from);
    if (host === undefined) return { back: () => ({ kind: "reply" }) };
    const socket = this.#pool.take(`${from} ${address} ${port} ${protocol}`, () => ({
      protocol,
      src: this.#sourceOf(host, from),
      sport: this.#freshPort(),
      dst: address,
      dport: port,
    }));
    const message = queryMessage(question, this.#wire.draw(16), this.#asking);
    const load = { query: this.#current, leg: "server" } as const;
    const trip: Trip = { host, flow: socket.flow, load, message };
    const encoded = [{ message, octets: encodeMessage(message) }];
    const { way, tcp } = depart(this.#means, trip, encoded, socket.tcp);
    if (tcp) socket.tcp = tcp;
    const arrived = this.#arrival(way);
    const isOutside = arrived.reached !== undefined && way.end.host === arrived.reached;
    if (arrived.failed?.kind === "timeout") this.#wait(FORWARD_LIMIT);
    if (isOutside && this.#asking.slow) {
      this.#wait(FORWARD_LIMIT);
      const why = `${address} takes ${SLOW / 1000} s to answer, and forward waits ${FORWARD_LIMIT / 1000} s`;
      return { failed: { kind: "timeout", why }, back: () => ({ kind: "timeout", why }) };
    }
    return {
      ...arrived,
      back: (reply) => {
        const said = respond(this.#means, { ...trip, ...(tcp && { tcp }) }, way, reply);
        if (said.kind === "timeout") this.#wait(FORWARD_LIMIT);
        else socket.answered = true;
        return said;
      },
    };
  }

  /** The way back, if the stub still waits; a reply that comes too late is found by the next try of the same socket. */
  #backToPod(
    trip: Trip,
    way: Walk,
    reply: Said,
    query: PodQuery,
    exchange: Exchange,
    sent: number,
  ): Return {
    const { slow } = this.#asking;
    if (slow && way.end.host === query.address) this.#wait(SLOW);
    const elapsed = this.#elapsed;
    this.#elapsed = 0;
    const key = `${query.socket} ${query.question.name} ${query.question.type}`;
    const arrives = this.#late.get(key) ?? query.at + elapsed;
    if (arrives > query.at + query.limit) {
      this.#late.set(key, arrives);
      this.#wire.now = sent;
      return {
        kind: "timeout",
        why: `the reply takes ${elapsed / 1000} s, and the libc waits ${query.limit / 1000} s`,
      };
    }
    const delay = arrives - query.at;
    this.#shift += delay;
    this.#wire.now = Math.max(sent + delay * 1000, delay > 0 ? 0 : this.#wire.now);
    const said = respond(this.#means, trip, way, reply, exchange);
    const open = this.#open.get(query.socket);
    if (open && --open.waiting === 0) {
      open.tcp.close();
      this.#open.delete(query.socket);
    }
    return said;
  }

  #arrival(way: Walk): Pick<Crossing, "reached" | "failed"> {
    const { end } = way;
    if (end.kind === "delivered") {
      this.#hosts.set(end.packet.dst, end.host);
      return { reached: end.packet.dst };
    }
    const kind =
      end.kind === "rejected" && end.back.end.kind === "delivered" ? "unreachable" : "timeout";
    return { failed: { kind, why: whyOf(way) } };
  }

  #wait(ms: number): void {
    this.#elapsed += ms;
    this.#wire.now += ms * 1000;
  }

  #portOf(socket: number): number {
    const known = this.#sockets.get(socket);
    if (known !== undefined) return known;
    const port = this.#freshPort();
    this.#sockets.set(socket, port);
    return port;
  }

  /** No two sockets of a lookup have the same. */
  #freshPort(): number {
    let port = FIRST_PORT + (this.#wire.draw(30) % PORTS);
    while (this.#ports.has(port)) port = FIRST_PORT + ((port + 1 - FIRST_PORT) % PORTS);
    this.#ports.add(port);
    return port;
  }

  /** glibc and musl send the same octets again; Go makes a new message for every try. */
  #idOf(question: Question): number {
    const key = `${question.name} ${question.type}`;
    const known = this.#asking.libc === "go" ? undefined : this.#ids.get(key);
    const id = known ?? this.#wire.draw(16);
    this.#ids.set(key, id);
    return id;
  }

  /** A node's own cache listens on an address that only the node has, and asks from the node's. */
  #sourceOf(host: string, asked: string): string {
    const { cluster } = this.#asking.vantage;
    const family = asked.includes(":");
    const node = cluster.node(host);
    if (node === undefined || node.internalIPs.includes(asked)) return asked;
    return node.internalIPs.find((address) => address.includes(":") === family) ?? asked;
  }
}

/** The Pod's address of the other's family, as the kernel picks it; undefined where it has none. */
function addressTowards({ address, pod, node }: Vantage, to: string): string | undefined {
  const family = addressFamily(to);
  const own = pod.hostNetwork ? (node?.internalIPs ?? []) : pod.podIPs;
  return [address, ...own].find((one) => addressFamily(one) === family);
}

/** What never leaves: ENETUNREACH, which a libc takes as it takes ECONNREFUSED. */
function unreachable(why: string): PodCrossing {
  const back = (): Return => ({ kind: "timeout", why });
  return { failed: { kind: "unreachable", why }, begin: () => undefined, back };
}
