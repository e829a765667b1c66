/**
 * Which Service and which Pods are the cluster's DNS: CoreDNS goes by many names (`kube-dns`, `coredns`,
 * `rke2-coredns-rke2-coredns`), but its Pods by two labels.
 *
 * @module
 */
import { nameKey, SERVICE_NAME } from "./indexes.ts";
import type { EndpointSlice, Pod, Service } from "./model.ts";

/** The Service that kubelet would be told of: `kube-system/kube-dns`, else one on port 53 in front of CoreDNS's Pods. */
export function dnsServiceOf(
  services: readonly Service[],
  pods: Iterable<Pod>,
  slices: readonly EndpointSlice[],
): Service | undefined {
  const known = FOUND.get(services) ?? { service: findDnsService(services, pods, slices) };
  FOUND.set(services, known);
  return known.service;
}

/** By a cluster's Services: servers ask for it with each query, and it is found by looking at all of them. */
const FOUND = new WeakMap<readonly Service[], { readonly service: Service | undefined }>();

function findDnsService(
  services: readonly Service[],
  pods: Iterable<Pod>,
  slices: readonly EndpointSlice[],
): Service | undefined {
  const fitting = services.filter(
    (service) =>
      service.clusterIPs.length > 0 &&
      service.ports.some(({ protocol, port }) => protocol === "UDP" && port === 53) &&
      // NodeLocal DNSCache reaches CoreDNS by this one; no pod is told of it.
      service.name !== "kube-dns-upstream",
  );
  const byName =
    fitting.find(isKubeDns) ?? fitting.find((service) => hasDnsLabel(service.selector));
  if (byName || fitting.length === 0) return byName;
  const dnsPods = new Set<string>();
  for (const { namespace, name, labels } of pods) {
    if (hasDnsLabel(labels)) dnsPods.add(nameKey(namespace, name));
  }
  const fronting = new Set(
    slices
      .filter(({ endpoints }) =>
        endpoints.some(({ pod }) => pod && dnsPods.has(nameKey(pod.namespace, pod.name))),
      )
      .map((slice) => nameKey(slice.namespace, slice.labels[SERVICE_NAME] ?? "")),
  );
  return fitting.find((service) => fronting.has(nameKey(service.namespace, service.name)));
}

export function isKubeDns(service: Service): boolean {
  return service.namespace === "kube-system" && service.name === "kube-dns";
}

/** Whether labels, or a selector, are those of CoreDNS's Pods. */
export function hasDnsLabel(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels?.["k8s-app"] === "kube-dns" || labels?.["app.kubernetes.io/name"] === "coredns";
}
