/**
 * The cluster as a network: Pods joined to their nodes by veth pairs, nodes and the world outside on one segment.
 *
 * Between nodes packets are routed, not tunnelled, and the world outside is one hop away: no dump says what lies between.
 * A Pod on the host network is its node.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { addressFamily, canonicalAddress } from "../dns/address.ts";
import type { Device, Host, Place, Route, Topology } from "../packet/topology.ts";
import { addressKey, kept, once } from "./indexes.ts";
import { keptRulesOf } from "./kube-proxy/ruleset.ts";
import type { Cluster, Node, Pod } from "./model.ts";
import { NODE_LOCAL, nodeLocalOf } from "./node-local.ts";
import { rangesOf } from "./ranges.ts";

export interface TopologyOptions {
  /** A Pod that is not among the cluster's, as a vantage makes one up. */
  readonly pod?: Pod;
  /** Addresses whose Pods are gone while the rules still name them. */
  readonly gone?: ReadonlySet<string>;
}

/**
 * Hosts are called `namespace/pod`, by the node's name, and by their address outside. {@link hostOf} gives a Pod's.
 */
export function topologyOf(cluster: Cluster, options: TopologyOptions = {}): Topology {
  const world: World = { cluster, options, hosts: new Map() };
  return {
    host: (name) => {
      const there = world.hosts.get(name);
      if (there) return there;
      const host = makeHost(world, name);
      if (host) world.hosts.set(name, host);
      return host;
    },
    neighbour: (_, address) => neighbour(world, address),
  };
}

/** The host that a Pod's packets come from: its own network namespace, or its node's. */
export function hostOf(pod: Pod): string {
  return pod.hostNetwork ? nodeNameOf(pod) : `${pod.namespace}/${pod.name}`;
}

/** The node's end of a Pod's veth pair: as the bridge plugin names it, with a hash where that has a random number. */
export function vethName(pod: Pod): string {
  return hashed(`${pod.namespace}/${pod.name}`);
}

/** A node has a hundred Pods, and all of them are named when one packet passes. */
const MOST_HASHED = 10_000;

const hashed = kept(MOST_HASHED, (text: string) => {
  const octets = sha256(new TextEncoder().encode(text));
  const hex = [...octets.subarray(0, 4)].map((octet) => octet.toString(16).padStart(2, "0"));
  return `veth${hex.join("")}`;
});

/** The interface of a Pod, and that of a node to the others. */
export const UPLINK = "eth0";

/** What joins the nodes. */
export const UNDERLAY = "underlay";

const NODE_LOCAL_DEVICE = "nodelocaldns";

/** The node of a Pod that is on none, in a dump without nodes. */
const NO_NODE = "node";

interface World {
  readonly cluster: Cluster;
  readonly options: TopologyOptions;
  readonly hosts: Map<string, Host>;
}

function makeHost(world: World, name: string): Host | undefined {
  if (name.includes("/")) {
    const pod = podNamed(world, name);
    return pod && !pod.hostNetwork ? podHost(pod) : undefined;
  }
  const node = world.cluster.node(name);
  if (node) return nodeHost(world, node);
  if (addressFamily(name) !== undefined) return outsideHost(name);
  return isPodsNode(world, name) ? nodeHost(world, bareNode(name)) : undefined;
}

function podNamed({ cluster, options }: World, name: string): Pod | undefined {
  const [namespace = "", pod = ""] = name.split("/");
  const { pod: extra } = options;
  if (extra && hostOf(extra) === name) return extra;
  return cluster.pod(namespace, pod);
}

function isPodsNode({ cluster, options }: World, name: string): boolean {
  return name === NO_NODE || options.pod?.nodeName === name || cluster.podsOnNode(name).length > 0;
}

/** A node that Pods are on and the dump has not. */
function bareNode(name: string): Node {
  return { name, labels: {}, internalIPs: [], podCIDRs: [], ready: true };
}

function podHost(pod: Pod): Host {
  const addresses = pod.podIPs.map(canonical);
  const eth0: Device = {
    name: UPLINK,
    addresses,
    link: { kind: "veth", peer: { host: nodeNameOf(pod), device: vethName(pod) } },
  };
  return {
    name: hostOf(pod),
    addresses,
    isLocal: (address) => addresses.includes(address) || isLoopback(address),
    device: (name) => (name === UPLINK ? eth0 : loopback(name)),
    route: () => ({ device: UPLINK }),
    forwards: false,
    rules: () => undefined,
  };
}

function nodeHost(world: World, node: Node): Host {
  const { cluster } = world;
  const addresses = node.internalIPs.map(canonical);
  const cache = nodeLocalOf(cluster)?.addresses ?? [];
  const pods = once(() => podsOn(world, node));
  const rules = {
    4: once(() => keptRulesOf(cluster, node, 4)),
    6: once(() => keptRulesOf(cluster, node, 6)),
  };
  const uplink: Device = {
    name: UPLINK,
    addresses,
    link: { kind: "segment", name: UNDERLAY },
  };
  return {
    name: node.name,
    addresses,
    isLocal: (address) =>
      addresses.includes(address) || cache.includes(address) || isLoopback(address),
    device: (name) => {
      if (name === UPLINK) return uplink;
      if (name === NODE_LOCAL_DEVICE && cache.length > 0) {
        return { name, addresses: cache, link: { kind: "loopback" } };
      }
      const pod = pods().byVeth.get(name);
      if (pod === undefined) return loopback(name);
      const peer = { host: hostOf(pod), device: UPLINK };
      return { name, addresses: [], link: { kind: "veth", peer } };
    },
    route: (to) => routeOn(world, node, to, pods().byAddress.get(to)),
    forwards: true,
    rules: (family) => rules[family](),
  };
}

function routeOn(world: World, node: Node, to: string, own: Pod | undefined): Route | string {
  if (own) return { device: vethName(own) };
  const owner = rangesOf(world.cluster).nodeOfPodAddress(to) ?? nodeOfPod(world, to);
  if (owner === undefined) return { device: UPLINK };
  // The kernel asks the bridge for it and gets no answer: after 3 s an ICMP host unreachable goes back.
  if (owner.name === node.name) return `no Pod on ${node.name} has ${to}`;
  const family = addressFamily(to);
  const via = owner.internalIPs.find((address) => addressFamily(address) === family);
  return { device: UPLINK, ...(via !== undefined && { via: canonical(via) }) };
}

function neighbour(world: World, address: string): Place | undefined {
  const { cluster } = world;
  const ranges = rangesOf(cluster);
  const node =
    cluster.nodeByIP(address) ?? nodeOfPod(world, address) ?? ranges.nodeOfPodAddress(address);
  if (node) return { host: node.name, device: UPLINK };
  // A ClusterIP is on no interface: where no rule took the packet, it ends on the wire.
  if (ranges.isServiceAddress(address) && !ranges.isNodeNameserver(address)) return undefined;
  return address === NODE_LOCAL ? undefined : { host: address, device: UPLINK };
}

function outsideHost(name: string): Host {
  const address = canonical(name);
  const eth0: Device = {
    name: UPLINK,
    addresses: [address],
    link: { kind: "segment", name: UNDERLAY },
  };
  return {
    name,
    addresses: [address],
    isLocal: (one) => one === address || isLoopback(one),
    device: (device) => (device === UPLINK ? eth0 : loopback(device)),
    route: () => ({ device: UPLINK }),
    forwards: false,
    rules: () => undefined,
  };
}

interface NodePods {
  readonly byAddress: ReadonlyMap<string, Pod>;
  readonly byVeth: ReadonlyMap<string, Pod>;
}

function podsOn(world: World, node: Node): NodePods {
  const byAddress = new Map<string, Pod>();
  const byVeth = new Map<string, Pod>();
  const extra = world.options.pod ? [world.options.pod] : [];
  const nowhere = node.name === NO_NODE ? world.cluster.podsOnNode(undefined) : [];
  for (const pod of [...world.cluster.podsOnNode(node.name), ...nowhere, ...extra]) {
    if (nodeNameOf(pod) !== node.name || !isThere(world, pod)) continue;
    byVeth.set(vethName(pod), pod);
    for (const address of pod.podIPs) byAddress.set(addressKey(address), pod);
  }
  return { byAddress, byVeth };
}

function nodeOfPod(world: World, address: string): Node | undefined {
  const { cluster, options } = world;
  const there = cluster.podsByIP(address).find((pod) => isThere(world, pod));
  const extra = options.pod?.podIPs.includes(address) ? options.pod : undefined;
  const pod = there ?? extra;
  if (pod === undefined) return undefined;
  return cluster.node(nodeNameOf(pod)) ?? bareNode(nodeNameOf(pod));
}

/** Whether the Pod has a network namespace of its own, and still has it. */
function isThere({ options }: World, pod: Pod): boolean {
  if (pod.hostNetwork || pod.phase === "Succeeded" || pod.phase === "Failed") return false;
  return !pod.podIPs.some((address) => options.gone?.has(canonical(address)));
}

function nodeNameOf(pod: Pod): string {
  return pod.nodeName ?? NO_NODE;
}

function loopback(name: string): Device | undefined {
  if (name !== "lo") return undefined;
  return { name, addresses: ["127.0.0.1", "::1"], link: { kind: "loopback" } };
}

/** Linux takes 0.0.0.0 and :: for this host. */
function isLoopback(address: string): boolean {
  return (
    address.startsWith("127.") || address === "::1" || address === "0.0.0.0" || address === "::"
  );
}

function canonical(address: string): string {
  return canonicalAddress(address) ?? address;
}
