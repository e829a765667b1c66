/**
 * The walk: a packet from the host that sends it to where it ends, interface by interface.
 *
 * Order on a host as in the kernel: a packet of its own is routed, then OUTPUT, POSTROUTING; one that comes in meets
 * PREROUTING, is routed, then INPUT, or FORWARD and POSTROUTING. An interface shows what a capture there would: what
 * arrives before, what leaves after the hooks.
 *
 * @module
 */
import type { Tracked } from "./conntrack.ts";
import {
  FRESH,
  type HostState,
  type MetRule,
  type Passing,
  type Rewrite,
  runHook,
  type Stop,
} from "./hooks.ts";
import type { Random } from "./nat.ts";
import { familyOf, type Packet, portUnreachable } from "./packet.ts";
import { rulesetOf } from "./ruleset.ts";
import { type Host, type Place, sourceAddress, type Topology } from "./topology.ts";

/** What every host keeps, by its name; a host that is not there has seen nothing. */
export type Network = ReadonlyMap<string, HostState>;

/** A packet on an interface, and what became of it in this host before it was seen here. */
export interface Hop extends Place {
  readonly towards: "out" | "in";
  readonly packet: Packet;
  /** Empty on arrival. */
  readonly rules: readonly MetRule[];
  readonly rewrites: readonly Rewrite[];
  /** As connection tracking took it; absent on arrival, and where nothing tracks. */
  readonly tracked?: Tracked;
}

/** Where the walk ended, with what the packet met there; sentences are without their full stop. */
export type End = {
  readonly host: string;
  readonly packet: Packet;
  readonly rules: readonly MetRule[];
  readonly rewrites: readonly Rewrite[];
  readonly tracked?: Tracked;
} & (
  | { readonly kind: "delivered" }
  /** By a rule, or lost in the race of two packets (`insert_failed`). */
  | { readonly kind: "dropped"; readonly why: string }
  /** `back`: the ICMP error on its way to the sender. */
  | { readonly kind: "rejected"; readonly why: string; readonly back: Walk }
  /** Nobody there to take it. */
  | { readonly kind: "lost"; readonly why: string }
);

export interface Walk {
  readonly hops: readonly Hop[];
  readonly end: End;
  /** What the hosts keep afterwards. */
  readonly network: Network;
}

export interface WalkOptions {
  /** Milliseconds, on any clock that all packets of a network share. */
  readonly now: number;
  readonly random: Random;
  /** The packet races one of the same flow: the first host that tracks it does not see that one's connection yet. */
  readonly race?: boolean;
  /** The packet is lost between two hosts of a `segment`, or on the first link of all. */
  readonly lost?: "segment" | "link";
}

/** Sends `packet` from a process on host `from`. Throws where the topology has no such host. */
export function walk(
  topology: Topology,
  from: string,
  packet: Packet,
  network: Network,
  options: WalkOptions,
): Walk {
  const host = topology.host(from);
  if (host === undefined) throw new Error(`no host ${from}`);
  return new Walker(topology, network, options).send(host, packet);
}

/** More than a TTL has, so that no wrong topology keeps a packet going round. */
const MOST_HOPS = 300;

const NO_RULES = { 4: rulesetOf(4, []), 6: rulesetOf(6, []) } as const;

class Walker {
  readonly #topology: Topology;
  readonly #network: Map<string, HostState>;
  readonly #options: WalkOptions;
  readonly #hops: Hop[] = [];
  #racing: boolean;

  constructor(topology: Topology, network: Network, options: WalkOptions) {
    this.#topology = topology;
    this.#network = new Map(network);
    this.#options = options;
    this.#racing = options.race ?? false;
  }

  /** A packet that the host itself makes; an ICMP error brings the connection of the packet it is about. */
  send(host: Host, packet: Packet, tracked?: Tracked): Walk {
    const passing = this.#enter(host, packet, tracked);
    const device = this.#wayTo(host, packet.dst);
    if (typeof device === "string") return this.#lost(passing, device);
    const stop = this.#hook(passing, "OUTPUT", { out: device.name });
    if (stop) return this.#stopped(passing, stop);
    // A rewritten destination is routed again (`ip_route_me_harder`).
    const way = this.#wayTo(host, passing.packet.dst);
    if (typeof way === "string") return this.#lost(passing, way);
    return this.#leave(passing, way);
  }

  #receive(host: Host, device: string, packet: Packet, looped?: Passing): Walk {
    this.#see(host.name, device, "in", packet);
    const passing = looped ?? this.#enter(host, packet);
    const stop = this.#hook(passing, "PREROUTING", { in: device });
    if (stop) return this.#stopped(passing, stop);
    if (host.isLocal(passing.packet.dst)) {
      const refused = this.#hook(passing, "INPUT", { in: device });
      if (refused) return this.#stopped(passing, refused);
      return this.#end(passing, { kind: "delivered" });
    }
    if (!host.forwards) return this.#lost(passing, `${host.name} does not forward`);
    const way = this.#wayTo(host, passing.packet.dst);
    if (typeof way === "string") return this.#lost(passing, way);
    if (packet.ttl <= 1) return this.#lost(passing, `the TTL ran out on ${host.name}`);
    passing.packet = { ...passing.packet, ttl: packet.ttl - 1 };
    const refused = this.#hook(passing, "FORWARD", { in: device, out: way.name });
    if (refused) return this.#stopped(passing, refused);
    return this.#leave(passing, way);
  }

  #leave(passing: Passing, way: Way): Walk {
    const { host } = passing;
    const stop = this.#hook(passing, "POSTROUTING", { out: way.name });
    if (stop) return this.#stopped(passing, stop);
    const { packet } = passing;
    this.#see(host.name, way.name, "out", packet, passing);
    if (this.#hops.length > MOST_HOPS) return this.#lost(passing, "the packet goes round");
    if (way.name === LOOPBACK) {
      return this.#receive(host, LOOPBACK, packet, { ...passing, met: [], rewrites: [] });
    }
    const kind = host.device(way.name)?.link.kind;
    const { lost } = this.#options;
    if (lost === "link" || (lost === "segment" && kind === "segment")) {
      return this.#lost({ ...passing, met: [], rewrites: [] }, `on the wire behind ${way.name}`);
    }
    const next = this.#across(host, way);
    const receiver = next && this.#topology.host(next.host);
    if (next === undefined || receiver === undefined) {
      return this.#lost({ ...passing, met: [], rewrites: [] }, `nobody has ${way.next}`);
    }
    return this.#receive(receiver, next.device, packet);
  }

  #wayTo(host: Host, to: string): Way | string {
    if (host.isLocal(to)) return { name: LOOPBACK, next: to };
    const route = host.route(to);
    return typeof route === "string" ? route : { name: route.device, next: route.via ?? to };
  }

  #across(host: Host, { name, next }: Way): Place | undefined {
    const link = host.device(name)?.link;
    if (link?.kind === "veth") return link.peer;
    return link?.kind === "segment" ? this.#topology.neighbour(link.name, next) : undefined;
  }

  #enter(host: Host, packet: Packet, tracked?: Tracked): Passing {
    const family = familyOf(packet);
    return {
      host,
      rules: host.rules(family) ?? NO_RULES[family],
      random: this.#options.random,
      now: this.#options.now,
      packet,
      state: this.#network.get(host.name) ?? FRESH,
      mark: 0,
      tracked,
      untracked: undefined,
      confirmed: false,
      met: [],
      rewrites: [],
    };
  }

  /** Without rules there are no hooks. */
  #hook(
    passing: Passing,
    hook: Parameters<typeof runHook>[1],
    devices: { readonly in?: string; readonly out?: string },
  ): Stop | undefined {
    const { host, rules } = passing;
    if (rules === NO_RULES[rules.family]) return undefined;
    const blind = this.#racing && passing.tracked === undefined;
    const stop = runHook(passing, hook, { ...devices, blind });
    if (blind) this.#racing = false;
    this.#network.set(host.name, passing.state);
    return stop;
  }

  #see(
    host: string,
    device: string,
    towards: Hop["towards"],
    packet: Packet,
    passing?: Passing,
  ): void {
    this.#hops.push({
      host,
      device,
      towards,
      packet,
      rules: passing?.met ?? [],
      rewrites: passing?.rewrites ?? [],
      ...(passing?.tracked && { tracked: passing.tracked }),
    });
  }

  #stopped(passing: Passing, stop: Stop): Walk {
    if (stop.kind === "insert_failed") {
      const why = "another packet of the flow was confirmed first: insert_failed";
      return this.#end(passing, { kind: "dropped", why });
    }
    if (stop.kind === "no-address") {
      const why = `${stop.device} has no address to masquerade with`;
      return this.#end(passing, { kind: "dropped", why });
    }
    const where = `in ${stop.rule?.table ?? "filter"} ${stop.rule?.chain ?? stop.hook}`;
    if (stop.kind === "DROP") {
      return this.#end(passing, { kind: "dropped", why: `DROP ${where}` });
    }
    return this.#reject(passing, `REJECT ${where}`);
  }

  /** The ICMP error is a packet of the host's own; it comes from the address that looks back at the sender. */
  #reject(passing: Passing, why: string): Walk {
    const { host, packet, tracked } = passing;
    const way = this.#wayTo(host, packet.src);
    const device = typeof way === "string" ? "" : way.name;
    const own = host.isLocal(packet.src) ? packet.src : undefined;
    const src = own ?? sourceAddress(host, device, familyOf(packet));
    if (src === undefined) return this.#end(passing, { kind: "dropped", why });
    const related = tracked && {
      ...tracked,
      state: "RELATED" as const,
      direction: tracked.direction === "original" ? ("reply" as const) : ("original" as const),
    };
    const walker = new Walker(this.#topology, this.#network, this.#options);
    const back = walker.send(host, portUnreachable(packet, src), related);
    for (const [name, state] of back.network) this.#network.set(name, state);
    return this.#end(passing, { kind: "rejected", why, back });
  }

  #lost(passing: Passing, why: string): Walk {
    return this.#end(passing, { kind: "lost", why });
  }

  #end(passing: Passing, how: EndKind): Walk {
    const { host, packet, met, rewrites, tracked } = passing;
    const end: End = {
      host: host.name,
      packet,
      rules: met,
      rewrites,
      ...(tracked && { tracked }),
      ...how,
    };
    return { hops: this.#hops, end, network: this.#network };
  }
}

/** The loopback interface; every host has it. */
const LOOPBACK = "lo";

interface Way {
  /** The device's name. */
  readonly name: string;
  /** The address to ask the link for. */
  readonly next: string;
}

type EndKind =
  | { readonly kind: "delivered" }
  | { readonly kind: "dropped" | "lost"; readonly why: string }
  | { readonly kind: "rejected"; readonly why: string; readonly back: Walk };
