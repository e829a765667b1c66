/**
 * Blocks of addresses: which node's Pods have an address, and which addresses are Services'.
 *
 * The API does not say the range that ClusterIPs are given from, so it is inferred from those in use.
 *
 * @module
 */
import { addressOctets } from "../dns/address.ts";
import { once } from "./indexes.ts";
import { PLAIN_NODE_RESOLV_CONF, parseNodeResolvConf } from "./kubelet.ts";
import type { Cluster, Node, Service } from "./model.ts";

export interface Ranges {
  /** The node in whose podCIDR the address is. */
  nodeOfPodAddress(address: string): Node | undefined;
  /** Whether the address is where ClusterIPs come from. */
  isServiceAddress(address: string): boolean;
  /** Whether a node's own resolv.conf names it as a nameserver, so that it is known to be outside. */
  isNodeNameserver(address: string): boolean;
  /** The Service with that external or load balancer address. */
  serviceByExternalIP(address: string): Service | undefined;
}

/** The ranges of a cluster, made once: a look-up takes a step for each prefix length in use, not for each node. */
export function rangesOf(cluster: Cluster): Ranges {
  const known = CACHE.get(cluster);
  if (known) return known;
  const podBlocks = once(() => blocksOf(cluster.nodes));
  const services = once(() => serviceBlocks(cluster.services));
  const nameservers = once(() => nodeNameservers(cluster.nodes));
  const external = once(() => byExternalIP(cluster.services));
  const ranges: Ranges = {
    nodeOfPodAddress(address) {
      const octets = addressOctets(address);
      if (octets === undefined) return undefined;
      for (const { family, bits, nodes } of podBlocks()) {
        if (family !== octets.length) continue;
        const node = nodes.get(prefixKey(octets, bits));
        if (node) return node;
      }
      return undefined;
    },
    isServiceAddress(address) {
      const octets = addressOctets(address);
      const block = octets && services().get(widestKey(octets));
      return block !== undefined && commonBits(block.first, octets as Uint8Array) >= block.bits;
    },
    isNodeNameserver: (address) => nameservers().has(textKey(address)),
    serviceByExternalIP: (address) => external().get(textKey(address)),
  };
  CACHE.set(cluster, ranges);
  return ranges;
}

/** The octets of the block's first address and its length in bits. */
export function parseCidr(cidr: string): { octets: Uint8Array; bits: number } | undefined {
  const slash = cidr.indexOf("/");
  const octets = addressOctets(cidr.slice(0, Math.max(slash, 0)));
  return octets && { octets, bits: Number(cidr.slice(slash + 1)) };
}

const CACHE = new WeakMap<Cluster, Ranges>();

/** No service range in use is narrower: it keeps a lone Service from being its own range. */
const NARROWEST = { 4: 24, 16: 112 } as const;

/**
 * kube-apiserver takes no wider ones (`validateServiceClusterIPRange` for IPv4, KEP-1880 for IPv6). ClusterIPs that
 * have less in common come from several ranges, and the Internet between them is not the cluster's.
 */
const WIDEST = { 4: 12, 16: 64 } as const;

/** The podCIDRs of one family and length; longest first, as routes are. */
interface Blocks {
  /** Octets of an address: 4 or 16. */
  readonly family: number;
  readonly bits: number;
  readonly nodes: Map<string, Node>;
}

function blocksOf(nodes: readonly Node[]): readonly Blocks[] {
  const blocks = new Map<string, Blocks>();
  for (const node of nodes) {
    for (const cidr of node.podCIDRs) {
      const parsed = parseCidr(cidr);
      if (parsed === undefined) continue;
      const { octets, bits } = parsed;
      const key = `${octets.length}/${bits}`;
      const block = blocks.get(key) ?? { family: octets.length, bits, nodes: new Map() };
      blocks.set(key, block);
      block.nodes.set(prefixKey(octets, bits), node);
    }
  }
  return [...blocks.values()].sort((a, b) => b.bits - a.bits);
}

interface ServiceBlock {
  readonly first: Uint8Array;
  bits: number;
}

/** The smallest block that covers the ClusterIPs, one for each of the widest ranges that has some. */
function serviceBlocks(services: readonly Service[]): ReadonlyMap<string, ServiceBlock> {
  const blocks = new Map<string, ServiceBlock>();
  for (const { clusterIPs } of services) {
    for (const address of clusterIPs) {
      const octets = addressOctets(address);
      if (octets === undefined) continue;
      const key = widestKey(octets);
      const block = blocks.get(key) ?? { first: octets, bits: NARROWEST[octets.length as 4 | 16] };
      block.bits = Math.min(block.bits, commonBits(block.first, octets));
      blocks.set(key, block);
    }
  }
  return blocks;
}

function widestKey(octets: Uint8Array): string {
  return `${octets.length}/${prefixKey(octets, WIDEST[octets.length as 4 | 16])}`;
}

function commonBits(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < a.length; at++) {
    const differing = (a[at] as number) ^ (b[at] as number);
    if (differing !== 0) return at * 8 + Math.clz32(differing) - 24;
  }
  return a.length * 8;
}

/** Nodes mostly share one file, so it is parsed once. */
function nodeNameservers(nodes: readonly Node[]): ReadonlySet<string> {
  const files = new Set(nodes.map((node) => node.resolvConf ?? PLAIN_NODE_RESOLV_CONF));
  if (nodes.length === 0) files.add(PLAIN_NODE_RESOLV_CONF);
  const addresses = new Set<string>();
  for (const file of files) {
    const conf = parseNodeResolvConf(file);
    for (const address of conf.ok ? conf.value.nameservers : []) addresses.add(textKey(address));
  }
  return addresses;
}

/** kube-proxy takes load balancer addresses for its own unless their `ipMode` is Proxy (KEP-1860). */
function byExternalIP(services: readonly Service[]): ReadonlyMap<string, Service> {
  const map = new Map<string, Service>();
  for (const service of services) {
    const balanced = service.ingress.flatMap(({ ip, ipMode }) =>
      ip === undefined || ipMode === "Proxy" ? [] : [ip],
    );
    for (const address of [...service.externalIPs, ...balanced]) {
      if (!map.has(textKey(address))) map.set(textKey(address), service);
    }
  }
  return map;
}

function textKey(address: string): string {
  return addressOctets(address)?.join(".") ?? address;
}

/** The first `bits` of an address. */
function prefixKey(octets: Uint8Array, bits: number): string {
  const whole = bits >> 3;
  const rest = bits & 7;
  const key = octets.subarray(0, whole).join(".");
  return rest === 0 ? key : `${key}.${(octets[whole] as number) >> (8 - rest)}`;
}
