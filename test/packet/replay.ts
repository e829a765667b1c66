/**
 * The packets of a recording sent again, one walk for each that a process sent, and what the walks must show.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { connectionText } from "../../src/packet/conntrack.ts";
import { DEFAULT_TTL, endpointText, type Packet } from "../../src/packet/packet.ts";
import type { Topology } from "../../src/packet/topology.ts";
import { type Network, walk } from "../../src/packet/walk.ts";

export interface Row {
  readonly us: number;
  /** Namespace and interface. */
  readonly at: string;
  readonly src: string;
  readonly dst: string;
  readonly ipTtl: number;
}

export interface Lookup {
  readonly libc: string;
  readonly name: string;
  readonly packets: readonly Row[];
  /** By node, the lines of `conntrack -L`. */
  readonly conntrack: Readonly<Record<string, readonly string[]>>;
}

/** Two lookups as Linux carried them; see `fixtures/kernel-walk.json`. */
export const RECORDING = JSON.parse(
  readFileSync(new URL("../fixtures/kernel-walk.json", import.meta.url), "utf8"),
) as { readonly iptablesSave: readonly string[]; readonly lookups: readonly Lookup[] };

export interface Replayed {
  /** `at`, `src`, `dst` and `ipTtl` of each row. */
  readonly rows: readonly string[];
  readonly conntrack: Readonly<Record<string, readonly string[]>>;
}

export function rowText({ at, src, dst, ipTtl }: Omit<Row, "us">): string {
  return `${at}: ${src} > ${dst} ttl ${ipTtl}`;
}

/**
 * Each packet is sent where the recording first shows it; the dice fall as they fell then.
 *
 * @param hostOf the topology's name for a namespace of the recording
 * @param placeOf the recording's name for an interface of the topology
 */
export function replay(
  topology: Topology,
  lookup: Lookup,
  hostOf: (namespace: string) => string,
  placeOf: (host: string, device: string) => string,
): Replayed {
  const rows: string[] = [];
  let network: Network = new Map();
  let now = 0;
  for (let at = 0; at < lookup.packets.length; ) {
    const first = lookup.packets[at] as Row;
    // What the node's uplink then shows tells which endpoint was drawn: the first of two below 0.5.
    const drawn = lookup.packets[at + 2]?.dst === "10.244.0.4:53" ? 0.1 : 0.9;
    now = first.us / 1000;
    const packet = packetOf(first);
    const from = hostOf(first.at.split(" ")[0] as string);
    const walked = walk(topology, from, packet, network, { now, random: () => drawn });
    network = walked.network;
    rows.push(
      ...walked.hops.map((hop) => rowText(rowOf(placeOf(hop.host, hop.device), hop.packet))),
    );
    at += walked.hops.length;
  }
  const conntrack = Object.fromEntries(
    Object.keys(lookup.conntrack).map((node) => {
      const connections = network.get(hostOf(node))?.connections ?? [];
      return [node, connections.map((one) => connectionText(one, now + 100)).sort()];
    }),
  );
  return { rows, conntrack };
}

function rowOf(at: string, { src, sport, dst, dport, ttl }: Packet): Omit<Row, "us"> {
  return { at, src: endpointText(src, sport), dst: endpointText(dst, dport), ipTtl: ttl };
}

function packetOf({ src, dst, ipTtl }: Row): Packet {
  if (ipTtl !== DEFAULT_TTL) throw new Error(`a packet starts with a TTL of 64: received ${ipTtl}`);
  const [from = "", sport] = src.split(":");
  const [to = "", dport] = dst.split(":");
  return {
    protocol: "udp",
    src: from,
    dst: to,
    sport: Number(sport),
    dport: Number(dport),
    ttl: ipTtl,
  };
}
