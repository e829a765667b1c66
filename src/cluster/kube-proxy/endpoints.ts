/**
 * The endpoints of a Service's port, as kube-proxy sorts and picks them (`endpointslicecache.go` and
 * `CategorizeEndpoints` in `pkg/proxy`). Topology hints are not read.
 *
 * @module
 */
import { canonicalAddress } from "../../dns/address.ts";
import { endpointText } from "../../packet/packet.ts";
import type { Cluster, Endpoint, Node } from "../model.ts";
import { isFor, type ProxiedPort } from "./service-ports.ts";

export interface ProxiedEndpoint {
  /** Canonical. */
  readonly address: string;
  readonly port: number;
  /** `10.244.0.4:53` */
  readonly text: string;
  readonly local: boolean;
}

export interface Categories {
  /** For traffic policy Cluster; empty where nothing uses it. */
  readonly cluster: readonly ProxiedEndpoint[];
  /** For traffic policy Local; empty where nothing uses it. */
  readonly local: readonly ProxiedEndpoint[];
  /** Those of either. */
  readonly all: readonly ProxiedEndpoint[];
  /** Whether any node has one. */
  readonly any: boolean;
}

export function isExternal(port: ProxiedPort): boolean {
  return (
    port.nodePort !== undefined || port.loadBalancerIPs.length > 0 || port.externalIPs.length > 0
  );
}

export function categorize(cluster: Cluster, node: Node, port: ProxiedPort): Categories {
  const found = endpointsOf(cluster, node, port);
  const external = isExternal(port);
  // A Pod that asks for an external address is sent to any endpoint, whatever the external policy.
  const usesCluster = !port.internalLocal || external;
  const usesLocal = port.internalLocal || (port.externalLocal && external);
  const usable = preferReady(found);
  const anywhere = usesCluster ? usable : [];
  const local = usesLocal ? preferReady(found.filter(({ local }) => local)) : [];
  const all = [...new Set([...anywhere, ...local])].sort(byText);
  return { cluster: anywhere, local, all, any: usable.length > 0 };
}

interface Found extends ProxiedEndpoint {
  readonly endpoint: Endpoint;
}

/** Sorted as text: 10.244.0.10:53 stands before 10.244.0.2:53. */
function endpointsOf(cluster: Cluster, node: Node, port: ProxiedPort): readonly Found[] {
  const { service, servicePort, clusterIP } = port;
  const addressType = clusterIP.includes(":") ? "IPv6" : "IPv4";
  const found = new Map<string, Found>();
  for (const slice of cluster.slicesOf(service.namespace, service.name)) {
    if (slice.addressType !== addressType) continue;
    const target = slice.ports.find((port) => isFor(port, servicePort))?.port;
    if (target === undefined) continue;
    for (const endpoint of slice.endpoints) {
      const address = canonicalAddress(endpoint.addresses[0] ?? "");
      if (address === undefined) continue;
      const local = endpoint.nodeName === node.name;
      const text = endpointText(address, target);
      // Of an endpoint that is in two slices, the one that is known to be local counts.
      if (!found.has(text) || local) {
        found.set(text, { address, port: target, text, local, endpoint });
      }
    }
  }
  return [...found.values()].sort(byText);
}

function preferReady(found: readonly Found[]): readonly Found[] {
  const ready = found.filter(({ endpoint }) => endpoint.ready);
  if (ready.length > 0) return ready;
  return found.filter(({ endpoint }) => endpoint.serving && endpoint.terminating);
}

function byText(a: ProxiedEndpoint, b: ProxiedEndpoint): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}
