/**
 * Who serves the zone: the Services in front of the CoreDNS pods, or `ns.dns.<zone>`.
 *
 * Upstream: `nsAddrs` in `plugin/kubernetes/ns.go`.
 *
 * @module
 */
import { endpointLabel, readyAddresses, type View } from "./view.ts";

/** A name without the zone (`kube-dns.kube-system.svc`) and one of its addresses. */
export interface Nameserver {
  readonly target: string;
  readonly address: string;
}

/** The name of a server that no Service stands for. */
export const DEFAULT_NAMESERVER = "ns.dns";

/** @param server the addresses of the CoreDNS pod that was asked */
export function nameservers(view: View, server: readonly string[]): readonly Nameserver[] {
  const slices = server.flatMap((address) => view.slicesByIP(address));
  if (slices.length === 0) {
    return server.map((address) => ({ target: DEFAULT_NAMESERVER, address }));
  }
  return slices.flatMap(({ slice, service: name }) => {
    const service = view.service(slice.namespace, name);
    if (service === undefined) return [];
    const target = `${service.name}.${service.namespace}.svc`;
    if (!service.headless) return service.clusterIPs.map((address) => ({ target, address }));
    return [...readyAddresses([slice])].map((ready) => ({
      target: `${endpointLabel(ready, view.options)}.${target}`,
      address: ready.address,
    }));
  });
}
