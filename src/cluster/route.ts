/**
 * Where a packet from a Pod to a nameserver ends: what kube-proxy's rules and the node's routes make of it.
 *
 * This is the outcome alone, without hops. Rules follow kube-proxy 1.36 (`pkg/proxy/topology.go` for the choice of
 * endpoints, `pkg/proxy/iptables/proxier.go` for REJECT and DROP).
 *
 * @module
 */
import { addressFamily, canonicalAddress } from "../dns/address.ts";
import { hasDnsLabel, isKubeDns } from "./dns-service.ts";
import type { Cluster, Endpoint, Pod, Service, ServicePort } from "./model.ts";
import { NODE_LOCAL, nodeLocalOf } from "./node-local.ts";
import { rangesOf } from "./ranges.ts";

/** Who sends a packet: what a `Vantage` says of its Pod, or a server inside the cluster that asks another. */
export interface Sender {
  readonly cluster: Cluster;
  readonly pod: Pick<Pod, "hostNetwork" | "nodeName">;
}

export type Route =
  | CoreDnsRoute
  | NodeLocalRoute
  /** A resolver outside the cluster. */
  | { readonly kind: "upstream"; readonly address: string }
  /** ICMP port unreachable comes back. */
  | { readonly kind: "reject"; readonly why: string }
  /** Nothing comes back. */
  | { readonly kind: "silence"; readonly why: string };

export interface CoreDnsRoute {
  readonly kind: "coredns";
  /** As asked: a ClusterIP, or a Pod's own address. */
  readonly address: string;
  /** Absent where a Pod was asked directly. */
  readonly service?: Service;
  /** The Pods' addresses to choose from, in the slices' order; at least one. */
  readonly endpoints: readonly string[];
  /** The port that CoreDNS is reached at behind the address. */
  readonly port: number;
}

/** NodeLocal DNSCache on the Pod's node. */
export interface NodeLocalRoute {
  readonly kind: "node-local";
  readonly address: string;
  /** The CoreDNS behind the cache, as in {@link CoreDnsRoute}; empty where it is out of the cache's reach. */
  readonly service?: Service;
  readonly endpoints: readonly string[];
  readonly port: number;
}

/** Sentences are without their full stop; `protocol` is that of the packet. */
export function route(
  vantage: Sender,
  address: string,
  port = 53,
  protocol: "UDP" | "TCP" = "UDP",
): Route {
  const to = canonicalAddress(address);
  if (to === undefined) return silence(`${address} is no address`);
  const packet: Packet = { vantage, to, port, protocol };
  return (
    toLoopback(packet) ??
    toNodeLocal(packet) ??
    toService(packet) ??
    toPod(packet) ??
    toNobody(packet) ?? { kind: "upstream", address: to }
  );
}

/** Whether an endpoint of `service` is CoreDNS: the Service is the cluster's DNS or selects by CoreDNS's label, or the Pod has it. */
export function isCoreDns(cluster: Cluster, service: Service, endpoint: Endpoint): boolean {
  if (isKubeDns(service) || hasDnsLabel(service.selector)) return true;
  if (service.clusterIPs.some((address) => isClusterDns(cluster, address))) return true;
  const pod = endpoint.pod && cluster.pod(endpoint.pod.namespace, endpoint.pod.name);
  return hasDnsLabel(pod?.labels);
}

interface Packet {
  readonly vantage: Sender;
  /** Canonical. */
  readonly to: string;
  readonly port: number;
  readonly protocol: "UDP" | "TCP";
}

/** A Pod's loopback is its own; on a host network it is the node's, where a stub of the system may listen. */
function toLoopback({ vantage, to, port }: Packet): Route | undefined {
  // Linux takes 0.0.0.0 and :: for this host.
  const loopback = to.startsWith("127.") || to === "::1" || to === "0.0.0.0" || to === "::";
  if (!loopback || vantage.pod.hostNetwork) return undefined;
  return reject(`nothing listens on port ${port} in the Pod itself`);
}

/** In iptables mode the cache also has kube-dns's ClusterIP on its interface, so Pods need no other nameserver. */
function toNodeLocal(packet: Packet): Route | undefined {
  const { vantage, to, port } = packet;
  const nodeLocal = nodeLocalOf(vantage.cluster);
  if (!nodeLocal?.addresses.includes(to)) {
    if (to !== NODE_LOCAL) return undefined;
    const lacks = nodeLocal
      ? `NodeLocal DNSCache listens on ${nodeLocal.addresses.join(", ")}`
      : "the cluster has no ConfigMap node-local-dns";
    return silence(`${to} is link-local, and ${lacks}`);
  }
  if (port !== 53) return reject(`NodeLocal DNSCache does not listen on port ${port}`);
  const behind = behindNodeLocal(packet, nodeLocal.behind);
  if (behind?.kind !== "coredns") return { kind: "node-local", address: to, endpoints: [], port };
  return { ...behind, kind: "node-local", address: to };
}

/** Misses go to Service kube-dns-upstream, which has kube-dns's Pods and an address of its own. */
function behindNodeLocal(packet: Packet, service: Service | undefined): Route | undefined {
  const isClusterIP = packet.vantage.cluster.serviceByIP(packet.to) !== undefined;
  const to = service?.clusterIPs.find(
    (address) => !isClusterIP || addressFamily(address) === addressFamily(packet.to),
  );
  return to === undefined ? undefined : toService({ ...packet, to });
}

function toService(packet: Packet): Route | undefined {
  const { vantage, to, port, protocol } = packet;
  const { cluster } = vantage;
  const internal = cluster.serviceByIP(to);
  const service = internal ?? rangesOf(cluster).serviceByExternalIP(to);
  if (service === undefined) return undefined;
  const what = `Service ${service.namespace}/${service.name}`;
  const servicePort = service.ports.find((one) => one.port === port && one.protocol === protocol);
  // No rule takes such a packet: it leaves for the address itself, and only an external one exists out there.
  if (servicePort === undefined) {
    return internal && silence(`${what} has no port ${port}/${protocol}`);
  }
  const all = endpointsOf(cluster, service, servicePort, to);
  const usable = preferReady(all);
  if (usable.length === 0) return reject(`${what} has no ready endpoint`);
  const { nodeName } = vantage.pod;
  const chosen =
    internal?.internalTrafficPolicy === "Local"
      ? preferReady(all.filter(({ endpoint }) => nodeName && endpoint.nodeName === nodeName))
      : usable;
  if (chosen.length === 0) {
    const where = nodeName ?? "the Pod's node";
    return silence(`${what} has internalTrafficPolicy Local and no endpoint on ${where}`);
  }
  const dns = chosen.filter(({ endpoint }) => isCoreDns(cluster, service, endpoint));
  const [first] = dns;
  if (first === undefined) return silence(`what answers behind ${what} is not modelled`);
  return {
    kind: "coredns",
    address: to,
    service,
    endpoints: dns.map(({ address }) => address),
    port: first.port,
  };
}

/** A Pod's own address: CoreDNS answers there too; what any other Pod does with the packet is its own affair. */
function toPod({ vantage, to, port }: Packet): Route | undefined {
  const { cluster } = vantage;
  const pods = cluster
    .podsByIP(to)
    .filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
  const [pod] = pods;
  const behindDns = cluster.endpointsByIP(to).some(({ slice, endpoint, service }) => {
    const owner = service === undefined ? undefined : cluster.service(slice.namespace, service);
    return owner !== undefined && isCoreDns(cluster, owner, endpoint);
  });
  if (behindDns || pods.some(({ labels }) => hasDnsLabel(labels))) {
    return { kind: "coredns", address: to, endpoints: [to], port };
  }
  // On a host network the address is the node's, where a resolver of the node may listen.
  if (pod === undefined || pod.hostNetwork) return undefined;
  return silence(`what Pod ${pod.namespace}/${pod.name} answers is not modelled`);
}

function toNobody({ vantage, to }: Packet): Route | undefined {
  const ranges = rangesOf(vantage.cluster);
  if (ranges.isNodeNameserver(to)) return undefined;
  if (ranges.isServiceAddress(to)) {
    return silence(`${to} is in the service range, and no Service has it`);
  }
  const node = ranges.nodeOfPodAddress(to);
  if (node) return silence(`${to} is in the podCIDR of node ${node.name}, and no Pod has it`);
  return undefined;
}

interface Target {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly port: number;
}

/** Those of the address's family that serve this port of the Service, which slices know by its name. */
function endpointsOf(
  cluster: Cluster,
  service: Service,
  servicePort: ServicePort,
  to: string,
): readonly Target[] {
  const family = addressFamily(to) === 4 ? "IPv4" : "IPv6";
  const targets: Target[] = [];
  for (const slice of cluster.slicesOf(service.namespace, service.name)) {
    if (slice.addressType !== family) continue;
    const port = slice.ports.find(
      ({ name, protocol }) => name === servicePort.name && protocol === servicePort.protocol,
    )?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints) {
      // kube-proxy uses an endpoint's first address only, as the API says.
      const [address] = endpoint.addresses;
      if (address !== undefined) targets.push({ endpoint, address, port });
    }
  }
  return targets;
}

/** The ready ones; if there are none, those that still serve while they end (KEP-1669). */
function preferReady(targets: readonly Target[]): readonly Target[] {
  const ready = targets.filter(({ endpoint }) => endpoint.ready);
  if (ready.length > 0) return ready;
  return targets.filter(({ endpoint }) => endpoint.serving && endpoint.terminating);
}

function isClusterDns(cluster: Cluster, address: string): boolean {
  return cluster.clusterDNS.includes(canonicalAddress(address) ?? address);
}

function reject(why: string): Route {
  return { kind: "reject", why };
}

function silence(why: string): Route {
  return { kind: "silence", why };
}
