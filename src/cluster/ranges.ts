/**
 * Blocks of addresses: which node's Pods have an address, and which addresses are Services'.
 *
 * The API does not say the range that ClusterIPs are given from, so it is inferred from those in use.
 *
 * @module
 */
import { addressOctets, canonicalAddress } from "../dns/address.ts";
import { once } from "./indexes.ts";
import { ipv4Number } from "./ipv4.ts";
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
      for (const { family, bits, nodes } of podBlocks()) {
        const node = family === familyOf(address) && nodes.get(prefixKey(address, bits) ?? "");
        if (node) return node;
      }
      return undefined;
    },
    isServiceAddress(address) {
      const block = services().get(widestKey(address) ?? "");
      return block !== undefined && commonBits(block.first, address) >= block.bits;
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
const NARROWEST = { 4: 24, 6: 112 } as const;

/**
 * kube-apiserver takes no wider ones (`validateServiceClusterIPRange` for IPv4, KEP-1880 for IPv6). ClusterIPs that
 * have less in common come from several ranges, and the Internet between them is not the cluster's.
 */
const WIDEST = { 4: 12, 6: 64 } as const;

/** The podCIDRs of one family and length; longest first, as routes are. */
interface Blocks {
  readonly family: 4 | 6;
  readonly bits: number;
  readonly nodes: Map<Prefix, Node>;
}

/** The first bits of an address: a number of IPv4's, text of IPv6's. */
type Prefix = number | string;

function blocksOf(nodes: readonly Node[]): readonly Blocks[] {
  const blocks = new Map<string, Blocks>();
  for (const node of nodes) {
    for (const cidr of node.podCIDRs) {
      const slash = cidr.indexOf("/");
      const address = cidr.slice(0, Math.max(slash, 0));
      const bits = Number(cidr.slice(slash + 1));
      const prefix = prefixKey(address, bits);
      if (prefix === undefined) continue;
      const family = familyOf(address);
      const key = `${family}/${bits}`;
      const block = blocks.get(key) ?? { family, bits, nodes: new Map() };
      blocks.set(key, block);
      block.nodes.set(prefix, node);
    }
  }
  return [...blocks.values()].sort((a, b) => b.bits - a.bits);
}

interface ServiceBlock {
  readonly first: string;
  bits: number;
}

/** The smallest block that covers the ClusterIPs, one for each of the widest ranges that has some. */
function serviceBlocks(services: readonly Service[]): ReadonlyMap<Prefix, ServiceBlock> {
  const blocks = new Map<Prefix, ServiceBlock>();
  for (const { clusterIPs } of services) {
    for (const address of clusterIPs) {
      const key = widestKey(address);
      if (key === undefined) continue;
      const block = blocks.get(key) ?? { first: address, bits: NARROWEST[familyOf(address)] };
      block.bits = Math.min(block.bits, commonBits(block.first, address));
      blocks.set(key, block);
    }
  }
  return blocks;
}

function widestKey(address: string): Prefix | undefined {
  return prefixKey(address, WIDEST[familyOf(address)]);
}

/** Of two addresses of one family. */
function commonBits(a: string, b: string): number {
  const [first, second] = [ipv4Number(a), ipv4Number(b)];
  if (first !== undefined && second !== undefined) return Math.clz32(first ^ second);
  const [octets, others] = [addressOctets(a), addressOctets(b)];
  const at = octets?.findIndex((octet, at) => octet !== others?.[at]) ?? 0;
  if (at < 0) return 128;
  return at * 8 + Math.clz32((octets?.[at] ?? 0) ^ (others?.[at] ?? 0)) - 24;
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
  return canonicalAddress(address) ?? address;
}

/** Of an address, which is not looked at closely. */
function familyOf(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

/** The first `bits` of an address; undefined where it is none. */
function prefixKey(address: string, bits: number): Prefix | undefined {
  const number = ipv4Number(address);
  if (number !== undefined) return Math.floor(number / 2 ** (32 - bits));
  const octets = addressOctets(address);
  if (octets?.length !== 16) return undefined;
  const whole = bits >> 3;
  const rest = bits & 7;
  const key = octets.subarray(0, whole).join(".");
  return rest === 0 ? key : `${key}.${(octets[whole] as number) >> (8 - rest)}`;
}
