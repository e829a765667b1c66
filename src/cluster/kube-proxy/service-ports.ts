/**
 * Services as kube-proxy keeps them: one entry for each port, of one address family (`BaseServicePortInfo` in
 * `pkg/proxy/serviceport.go`), indexed by what a packet may be sent to.
 *
 * @module
 */
import { addressFamily, canonicalAddress } from "../../dns/address.ts";
import { addressKey, addTo, once, SERVICE_NAME } from "../indexes.ts";
import type { Cluster, EndpointSlice, Service, ServicePort } from "../model.ts";
import { networkOf } from "./rules.ts";

export interface ProxiedPort {
  /** `namespace/service:port`; without the colon where the port has no name. */
  readonly name: string;
  readonly service: Service;
  readonly servicePort: ServicePort;
  readonly protocol: "udp" | "tcp" | "sctp";
  readonly port: number;
  /** Addresses are canonical. */
  readonly clusterIP: string;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  readonly sourceRanges: readonly string[];
  readonly nodePort: number | undefined;
  readonly healthCheckNodePort: number | undefined;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** Seconds; undefined without session affinity. */
  readonly affinity: number | undefined;
}

export interface ProxiedPorts {
  /** In the order of the dump; kube-proxy's own is that of a Go map, which is none. */
  readonly all: () => readonly ProxiedPort[];
  /** Those of the Services that a packet to that address, or to that port of a node, may be for; the address is canonical. */
  matching(address: string, port: number): readonly ProxiedPort[];
  /** Over a thousand endpoints: kube-proxy leaves most comments out. */
  readonly large: () => boolean;
}

/** The ports of a cluster, made once for each family. */
export function proxiedPorts(cluster: Cluster, family: 4 | 6): ProxiedPorts {
  const made = CACHE.get(cluster) ?? {
    4: once(() => makePorts(cluster, 4)),
    6: once(() => makePorts(cluster, 6)),
  };
  CACHE.set(cluster, made);
  return made[family]();
}

const CACHE = new WeakMap<Cluster, Readonly<Record<4 | 6, () => ProxiedPorts>>>();

/** `largeClusterEndpointsThreshold`. */
const LARGE = 1000;

/** Only addresses are indexed at first: a packet pays for the ports of the Services that it meets. */
function makePorts(cluster: Cluster, family: 4 | 6): ProxiedPorts {
  const { services } = cluster;
  const made = new Map<number, readonly ProxiedPort[]>();
  const portsAt = (at: number): readonly ProxiedPort[] => {
    const there = made.get(at) ?? portsOf(services[at] as Service, family);
    made.set(at, there);
    return there;
  };
  const byAddress = new Map<string, number[]>();
  const byNodePort = new Map<number, number[]>();
  for (const [at, service] of services.entries()) {
    const { clusterIPs, externalIPs, ingress, healthCheckNodePort } = service;
    for (const address of clusterIPs) addTo(byAddress, addressKey(address), at);
    for (const address of externalIPs) addTo(byAddress, addressKey(address), at);
    for (const { ip } of ingress) if (ip !== undefined) addTo(byAddress, addressKey(ip), at);
    if (healthCheckNodePort !== undefined) addTo(byNodePort, healthCheckNodePort, at);
    for (const { nodePort } of service.ports) {
      if (nodePort !== undefined) addTo(byNodePort, nodePort, at);
    }
  }
  return {
    all: once(() => services.flatMap((_, at) => portsAt(at))),
    matching(address, port) {
      const found = new Set([...(byAddress.get(address) ?? []), ...(byNodePort.get(port) ?? [])]);
      return [...found].sort((a, b) => a - b).flatMap(portsAt);
    },
    large: once(() => isLarge(cluster, family)),
  };
}

/** Another proxy's Services, headless ones and ExternalName ones have no rules (`ShouldSkipService`). */
function portsOf(service: Service, family: 4 | 6): readonly ProxiedPort[] {
  if (service.type === "ExternalName" || service.headless) return [];
  if (service.labels["service.kubernetes.io/service-proxy-name"] !== undefined) return [];
  const ofFamily = (addresses: readonly string[]) => canonicalOf(addresses, family);
  const [clusterIP] = ofFamily(service.clusterIPs);
  if (clusterIP === undefined) return [];
  const externalIPs = ofFamily(service.externalIPs);
  // Addresses whose balancer rewrites packets itself (`ipMode: Proxy`, KEP-1860) are not kube-proxy's.
  const loadBalancerIPs = ofFamily(
    service.ingress.flatMap(({ ip, ipMode }) => (ip === undefined || ipMode === "Proxy" ? [] : ip)),
  );
  const reachable =
    service.type === "LoadBalancer" || service.type === "NodePort" || externalIPs.length > 0;
  const externalLocal = reachable && service.externalTrafficPolicy === "Local";
  const { healthCheckNodePort } = service;
  return service.ports.map((servicePort) => ({
    name: `${service.namespace}/${service.name}${servicePort.name && `:${servicePort.name}`}`,
    service,
    servicePort,
    protocol: servicePort.protocol.toLowerCase() as ProxiedPort["protocol"],
    port: servicePort.port,
    clusterIP,
    externalIPs,
    loadBalancerIPs,
    sourceRanges: service.loadBalancerSourceRanges
      .filter((block) => addressFamily(block.slice(0, block.indexOf("/"))) === family)
      .map(networkOf),
    nodePort: servicePort.nodePort,
    healthCheckNodePort:
      externalLocal && service.type === "LoadBalancer" ? healthCheckNodePort : undefined,
    internalLocal: service.internalTrafficPolicy === "Local",
    externalLocal,
    affinity: service.sessionAffinity === "ClientIP" ? service.affinityTimeout : undefined,
  }));
}

function canonicalOf(addresses: readonly string[], family: 4 | 6): readonly string[] {
  return addresses
    .filter((address) => addressFamily(address) === family)
    .map((address) => canonicalAddress(address) ?? address);
}

/** Whether the endpoints of all ports together are over {@link LARGE}; those of headless Services do not count. */
function isLarge(cluster: Cluster, family: 4 | 6): boolean {
  const addressType = family === 4 ? "IPv4" : "IPv6";
  let count = 0;
  for (const slice of cluster.slices) {
    // Endpoints are made when they are asked for, so those of the other family are not.
    if (slice.addressType !== addressType) continue;
    const { endpoints, namespace, labels, ports } = slice;
    if (endpoints.length === 0) continue;
    const service = cluster.service(namespace, labels[SERVICE_NAME] ?? "");
    if (service === undefined) continue;
    for (const { servicePort } of portsOf(service, family)) {
      if (ports.some((port) => isFor(port, servicePort))) count += endpoints.length;
    }
    if (count > LARGE) return true;
  }
  return false;
}

/** Ports of a slice and of its Service go together by name. */
export function isFor(
  port: EndpointSlice["ports"][number],
  { name, protocol }: ServicePort,
): boolean {
  return port.name === name && port.protocol === protocol;
}
