/**
 * A vantage: the Pod that asks, with everything of it that decides what it sees.
 *
 * @module
 */
import { addressOfOctets } from "../dns/address.ts";
import { err, ok, type Result } from "../result.ts";
import type { Libc, ResolvConf } from "../stub/resolver.ts";
import { kept, once } from "./indexes.ts";
import { EMPTY } from "./json.ts";
import { type PodEvent, podResolvConf } from "./kubelet.ts";
import type { Cluster, Node, Pod } from "./model.ts";
import { parseCidr } from "./ranges.ts";

export interface Vantage {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly pod: Pod;
  /** The Pod is not among the cluster's: it was made up to ask from there. */
  readonly madeUp: boolean;
  /** Absent where the dump does not have the Pod's node. */
  readonly node?: Node;
  readonly libc: Libc;
  readonly resolvConf: ResolvConf;
  /** The /etc/resolv.conf, octet for octet. */
  readonly text: string;
  readonly events: readonly PodEvent[];
  /** The Pod's address; {@link NO_ADDRESS} where nothing says it. */
  readonly address: string;
}

export interface VantageError {
  readonly what: "namespace" | "pod";
  readonly name: string;
  /** Those that exist, sorted, at most 20. */
  readonly known: readonly string[];
}

/** Where a Pod has no address yet, and where a made-up one has no podCIDR to take it from (the VPC CNI of EKS sets none). */
export const NO_ADDRESS = "0.0.0.0";

/**
 * The vantage of a Pod; of a made-up Pod `client` in `namespace` if no Pod is named; of the cluster's default Pod
 * (its annotation's, else `default/client`, made up) if nothing is.
 */
export function vantageOf(
  cluster: Cluster,
  asked: { readonly namespace?: string; readonly pod?: string } = {},
): Result<Vantage, VantageError> {
  const { namespace, pod: name } = asked;
  if (namespace === undefined && name === undefined) return ok(defaultVantage(cluster));
  const inNamespace = namespace ?? "default";
  const pod = name === undefined ? undefined : cluster.pod(inNamespace, name);
  if (pod) return ok(vantageOfPod(cluster, pod, false));
  // Every cluster has it, also where a dump does not.
  const exists = cluster.namespaces.has(inNamespace) || inNamespace === "default";
  if (name === undefined && exists) {
    return ok(vantageOfPod(cluster, madeUpPod(cluster, inNamespace), true));
  }
  const known = KNOWN.get(cluster) ?? remember(cluster);
  if (name === undefined || !exists) {
    return err({ what: "namespace", name: inNamespace, known: known.namespaces() });
  }
  return err({ what: "pod", name, known: known.pods(inNamespace) });
}

/** How many names an error lists. */
const MOST_KNOWN = 20;

function defaultVantage(cluster: Cluster): Vantage {
  const [namespace, name] = cluster.defaultPod?.split("/") ?? [];
  const pod = namespace && name ? cluster.pod(namespace, name) : undefined;
  if (pod) return vantageOfPod(cluster, pod, false);
  return vantageOfPod(cluster, madeUpPod(cluster, "default"), true);
}

function vantageOfPod(cluster: Cluster, pod: Pod, madeUp: boolean): Vantage {
  const node = pod.nodeName === undefined ? undefined : cluster.node(pod.nodeName);
  const { conf, text, events } = podResolvConf(cluster, pod, node);
  const hostAddress = pod.hostNetwork ? node?.internalIPs[0] : undefined;
  return {
    cluster,
    namespace: pod.namespace,
    pod,
    madeUp,
    ...(node && { node }),
    libc: pod.libc ?? "glibc",
    resolvConf: conf,
    text,
    events,
    address: pod.podIP ?? hostAddress ?? NO_ADDRESS,
  };
}

/** A Pod as `kubectl run client` would make it, on the first ready node by name. */
function madeUpPod(cluster: Cluster, namespace: string): Pod {
  const { node, address } = (MADE_UP.get(cluster) ?? placeFor(cluster))();
  return {
    namespace,
    name: "client",
    labels: EMPTY,
    ...(node && { nodeName: node.name }),
    ...(address !== undefined && { podIP: address }),
    podIPs: address === undefined ? [] : [address],
    phase: "Running",
    deleting: false,
    ready: true,
    hostNetwork: false,
    dnsPolicy: "ClusterFirst",
    setHostnameAsFQDN: false,
    hostAliases: [],
    namedPorts: EMPTY,
  };
}

interface Placed {
  readonly node: Node | undefined;
  readonly address: string | undefined;
}

/** Where a made-up Pod runs does not hang on its namespace, so it is found once. */
const MADE_UP = new WeakMap<Cluster, () => Placed>();

function placeFor(cluster: Cluster): () => Placed {
  const placed = once(() => {
    const ready = cluster.nodes.filter((node) => node.ready);
    const candidates = ready.length > 0 ? ready : cluster.nodes;
    const node = candidates.reduce<Node | undefined>(
      (first, node) => (first === undefined || node.name < first.name ? node : first),
      undefined,
    );
    return { node, address: node && freeAddress(cluster, node) };
  });
  MADE_UP.set(cluster, placed);
  return placed;
}

/** The first address of the node's first podCIDR that no Pod has, behind the network's own and the bridge's. */
function freeAddress(cluster: Cluster, node: Node): string | undefined {
  const block = node.podCIDRs[0] === undefined ? undefined : parseCidr(node.podCIDRs[0]);
  if (block === undefined) return undefined;
  const { octets, bits } = block;
  // One of these is free, since there are not as many Pods; the block's last address is IPv4's broadcast.
  const room = Math.min(2 ** (octets.length * 8 - bits) - 1, cluster.pods.length + 3);
  for (let host = 2; host < room; host++) {
    const address = addressOfOctets(plus(octets, host));
    if (cluster.podsByIP(address).length === 0) return address;
  }
  return undefined;
}

function plus(octets: Uint8Array, host: number): Uint8Array {
  const sum = Uint8Array.from(octets);
  let carry = host;
  for (let at = sum.length - 1; at >= 0 && carry > 0; at--) {
    const value = (sum[at] as number) + carry;
    sum[at] = value & 0xff;
    carry = Math.floor(value / 256);
  }
  return sum;
}

/** Of so many namespaces the names of Pods stay sorted. */
const MOST_NAMESPACES = 1000;

/** What an error may list, sorted once. */
interface Known {
  readonly namespaces: () => readonly string[];
  readonly pods: (namespace: string) => readonly string[];
}

const KNOWN = new WeakMap<Cluster, Known>();

function remember(cluster: Cluster): Known {
  const known: Known = {
    namespaces: once(() => [...cluster.namespaces.keys()].sort().slice(0, MOST_KNOWN)),
    pods: kept(MOST_NAMESPACES, (namespace) =>
      cluster.podNames(namespace).toSorted().slice(0, MOST_KNOWN),
    ),
  };
  KNOWN.set(cluster, known);
  return known;
}
