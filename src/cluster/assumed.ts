/**
 * The defaults that stand where a List is silent, a sentence for each.
 *
 * @module
 */
import type { Config } from "./config.ts";
import type { Cluster, Node, Service } from "./model.ts";

/** How each sentence begins; `compact.ts` leaves out what was assumed. */
const ASSUMED = {
  domain: "clusterDomain",
  clusterDNS: "clusterDNS",
  corefile: "Corefile",
  kubeProxy: "kube-proxy",
  endpoints: "endpoints",
  resolvConf: "resolv.conf",
  namespaces: "namespaces",
} as const;

/** Whether the setting stands where the List is silent. */
export function isAssumed({ assumed }: Cluster, what: keyof typeof ASSUMED): boolean {
  return assumed.some((sentence) => sentence.startsWith(`${ASSUMED[what]} `));
}

export interface Silences {
  /** What stands in the ConfigMaps. */
  readonly config: Config;
  /** Whose address stands in for clusterDNS. */
  readonly dns: Service | undefined;
  readonly servicesWithoutSlices: number;
  readonly nodes: readonly Node[];
  /** The List has objects in namespaces, and no namespace. */
  readonly namespaces: boolean;
}

export function describeAssumed(silences: Silences): readonly string[] {
  const { config, dns, servicesWithoutSlices, nodes, namespaces } = silences;
  return [
    ...(config.domain === undefined ? [`${ASSUMED.domain} cluster.local`] : []),
    ...(config.clusterDNS ? [] : [`${ASSUMED.clusterDNS} ${describeDns(dns)}`]),
    ...(config.corefile === undefined ? [`${ASSUMED.corefile} kubeadm's`] : []),
    ...(config.kubeProxy ? [] : [`${ASSUMED.kubeProxy} mode iptables, no clusterCIDR`]),
    ...describeMade(servicesWithoutSlices),
    ...describeNodes(nodes, config.nodeResolvConfOff),
    ...(namespaces ? [`${ASSUMED.namespaces} those that objects are in`] : []),
  ];
}

function describeDns(service: Service | undefined): string {
  if (service === undefined) return "unknown: the List has no Service of CoreDNS";
  const { clusterIPs, namespace, name } = service;
  return `${clusterIPs.join(", ")}, of Service ${namespace}/${name}`;
}

function describeMade(services: number): readonly string[] {
  if (services === 0) return [];
  const whose = services === 1 ? "1 Service" : `${services} Services`;
  return [`${ASSUMED.endpoints} of ${whose} without EndpointSlices: the Pods that match`];
}

function describeNodes(nodes: readonly Node[], off: boolean): readonly string[] {
  const silent = nodes.filter((node) => node.resolvConf === undefined).length;
  if (off || (silent === 0 && nodes.length > 0)) return [];
  const whose = nodes.length === 0 ? "nodes" : `${silent} of ${nodes.length} nodes`;
  return [`${ASSUMED.resolvConf} of ${whose}: nameserver 192.0.2.53`];
}
