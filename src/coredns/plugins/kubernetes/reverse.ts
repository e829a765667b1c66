/**
 * PTR records: a ClusterIP's Service, else the endpoints that have the address.
 *
 * Upstream: `plugin/kubernetes/reverse.go`.
 *
 * @module
 */
import { canonicalAddress } from "../../../dns/address.ts";
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
