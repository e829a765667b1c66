/**
 * Who stands on the stage: the names, addresses, chains and plugins of one life.
 *
 * @module
 */
import type { Life, LifePacket } from "../../trace/life.ts";
import { addressOf, castOf } from "../../trace/story/cast.ts";
import { printable } from "../text.tsx";

export interface Scene {
  readonly pod: string;
  readonly address: string;
  readonly libc: string;
  readonly node: string;
  /** Of the nat table, in the order in which they were met. */
  readonly chains: readonly string[];
  /** Entries that the node's connection tracking has in the end. */
  readonly tracked: number;
  readonly serverNode?: string;
  /** The Pod of CoreDNS, or what else the nameserver's address leads to. */
  readonly server: string;
  readonly serverAddress?: string;
  readonly plugins: readonly {
    readonly plugin: string;
    readonly line: number;
    /** Saw no query of this lookup. */
    readonly idle: boolean;
  }[];
  readonly corefile: readonly string[];
  readonly upstream?: string;
  /** Places that the lookup never came to. */
  readonly idle: ReadonlySet<"server" | "upstream" | "node">;
}

/** More would not fit; the rest stands in the drawer. */
const MOST_CHAINS = 5;
const MOST_PLUGINS = 7;

export function sceneOf(life: Life): Scene {
  const { vantage, coredns } = life;
  const cast = castOf(life);
  const places = new Map<string, string>();
  for (const packet of life.packets) {
    for (const { host } of packet.hops) {
      const place = cast.placeOf(host);
      if (!places.has(place)) places.set(place, host);
    }
  }
  const asked = life.packets.find(({ leg, kind }) => leg === "pod" && kind === "query");
  const server = places.get("server");
  const serverNode = places.get("server-node");
  const upstream = places.get("upstream");
  const reached = asked?.end.kind === "delivered" ? asked.hops.at(-1)?.dst : undefined;
  const idle = new Set<"server" | "upstream" | "node">();
  if (server === undefined) idle.add("server");
  if (upstream === undefined) idle.add("upstream");
  if (life.packets.length === 0) idle.add("node");
  return {
    pod: `${vantage.namespace}/${vantage.pod}`,
    address: vantage.address,
    libc: vantage.libcVersion,
    node: cast.node,
    chains: chainsOf(asked),
    tracked: life.conntrack.find(({ host }) => host === cast.node)?.entries.length ?? 0,
    ...(serverNode === undefined ? {} : { serverNode }),
    server: server ?? "CoreDNS",
    ...(server === undefined || reached === undefined ? {} : { serverAddress: addressOf(reached) }),
    plugins: pluginsOf(life),
    corefile: printable(coredns.corefile).split("\n"),
    ...(upstream === undefined ? {} : { upstream }),
    idle,
  };
}

/** The way through the node's tables, up to what ends it or rewrites the source on its way out. */
function chainsOf(packet: LifePacket | undefined): string[] {
  if (packet === undefined) return ["PREROUTING"];
  const { hops, end } = packet;
  const rules = [...hops.flatMap((hop) => hop.rules), ...end.rules];
  const nat = rules.filter(({ table, hook }) => table === "nat" && hook !== "POSTROUTING");
  const stopped = end.kind === "rejected" || end.kind === "dropped" ? end.rules : [];
  const filter = stopped.filter(({ table }) => table === "filter");
  const snat = hops
    .flatMap(({ rewrites }) => rewrites)
    .filter(({ half, by }) => half === "src" && by !== "conntrack")
    .map(({ by }) => by);
  const out = filter.length > 0 ? [] : snat.length > 0 ? snat : ["POSTROUTING"];
  const way = [...(nat.length > 0 ? nat : [{ chain: "PREROUTING" }]), ...filter.slice(-1)];
  return [...new Set([...way.map(({ chain }) => chain), ...out])].slice(0, MOST_CHAINS);
}

/** Those that can answer, in the order of the chain; where there is no room, those that saw no query are left out. */
function pluginsOf({ queries, coredns }: Life): Scene["plugins"] {
  const steps = queries.flatMap((query) => query.steps);
  const passedBy = new Set(
    steps.filter(({ did }) => did.startsWith("passed by")).map(({ plugin }) => plugin),
  );
  const seen = new Set(steps.map(({ plugin }) => plugin));
  const lines = new Map<string, number>();
  for (const { plugin, line } of coredns.plugins) {
    const counts = !passedBy.has(plugin) && !SETTINGS.has(plugin);
    if (counts && !lines.has(plugin)) lines.set(plugin, line);
  }
  const all = [...lines].map(([plugin, line]) => ({ plugin, line, idle: !seen.has(plugin) }));
  const shown = all.length > MOST_PLUGINS ? all.filter(({ idle }) => !idle) : all;
  return shown.slice(0, MOST_PLUGINS);
}

/** Directives that set something and see no query. */
const SETTINGS: ReadonlySet<string> = new Set(
  "bind bufsize cancel debug dnstap health log multisocket nsid pprof prometheus ready reload root timeouts tls trace".split(
    " ",
  ),
);
