/**
 * PTR records: a ClusterIP's Service, else the endpoints that have the address.
 *
 * Upstream: `plugin/kubernetes/reverse.go`.
 *
 * @module
 */
import { arpaAddress, canonicalAddress } from "../../../dns/address.ts";
import { fromLabels, labels, type Name } from "../../../dns/name.ts";
import { endpointLabel, readyAddresses, type View } from "./view.ts";

/** Names without the zone, each once: `web.default.svc`, `10-244-1-7.web.default.svc`. */
export function namesOfAddress(view: View, address: string): readonly string[] {
  const service = view.serviceByIP(address);
  if (service !== undefined && view.namespaceListed(service.namespace)) {
    return [`${service.name}.${service.namespace}.svc`];
  }
  const names = new Set<string>();
  for (const { slice, service } of view.slicesByIP(address)) {
    if (!view.namespaceListed(slice.namespace)) continue;
    for (const ready of readyAddresses([slice])) {
      if (canonicalAddress(ready.address) !== address) continue;
      names.add(`${endpointLabel(ready, view.options)}.${service}.${slice.namespace}.svc`);
    }
  }
  return [...names];
}

/** 32 digits, `ip6` and `arpa`. */
const IP6_LABELS = 34;

/**
 * The address that a name under `arpa` stands for. Upstream reads an IPv6 address by four digits at a time from its beginning, so
 * that up to three labels left of the last digit are not looked at (`reverse6` in plugin/pkg/dnsutil).
 */
export function reverseAddress(qname: Name): string | undefined {
  const parts = labels(qname);
  const more = parts.length - IP6_LABELS;
  return arpaAddress(more > 0 && more < 4 ? fromLabels(parts.slice(more)) : qname);
}
