/**
 * A Pod of a `v1` List: what kubelet, kube-proxy and CoreDNS read of it. Of its containers only the named ports
 * are kept, since a Service's targetPort may point to one.
 *
 * @module
 */
import { LIBCS } from "../stub/resolver.ts";
import {
  addressesOf,
  addressOf,
  EMPTY,
  everyOf,
  flagOf,
  isPresent,
  listOf,
  member,
  type Place,
  solid,
  textOf,
  textsOf,
  wordOf,
} from "./json.ts";
import type { Pod } from "./model.ts";
import { isReady, labelsOf, portOf, readName } from "./objects.ts";

export function readPod(item: Place): Pod {
  const metadata = member(item, "metadata");
  const spec = member(item, "spec");
  const status = member(item, "status");
  const podIP = addressOf(member(status, "podIP"));
  const several = everyOf(member(status, "podIPs"), (place) => addressOf(member(place, "ip")));
  // A List written by hand may say nothing of the state: an address is taken as running.
  const phase = textOf(member(status, "phase")) ?? (podIP === undefined ? "Pending" : "Running");
  return {
    ...readName(item),
    labels: labelsOf(item),
    ...some("nodeName", textOf(member(spec, "nodeName"))),
    ...some("podIP", podIP),
    podIPs: several.length > 0 || podIP === undefined ? several : [podIP],
    phase,
    deleting: isPresent(member(metadata, "deletionTimestamp")),
    ready: isReady(item) ?? phase === "Running",
    hostNetwork: flagOf(member(spec, "hostNetwork")) ?? false,
    dnsPolicy: textOf(member(spec, "dnsPolicy")) || "ClusterFirst",
    ...some("dnsConfig", readDnsConfig(member(spec, "dnsConfig"))),
    ...some("hostname", textOf(member(spec, "hostname"))),
    ...some("subdomain", textOf(member(spec, "subdomain"))),
    ...some("hostnameOverride", textOf(member(spec, "hostnameOverride"))),
    setHostnameAsFQDN: flagOf(member(spec, "setHostnameAsFQDN")) ?? false,
    hostAliases: everyOf(member(spec, "hostAliases"), (place) => ({
      ip: addressOf(solid(member(place, "ip"))) ?? "",
      hostnames: textsOf(member(place, "hostnames")),
    })),
    namedPorts: namedPortsOf(spec),
    ...some("libc", wordOf(member(member(metadata, "annotations"), "ndots.dev/libc"), LIBCS)),
  };
}

/** `{ [key]: value }`, or nothing to spread where the value is absent or empty text. */
function some<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  if (value === undefined || value === "") return {};
  return { [key]: value } as { readonly [K in Key]?: Value };
}

function readDnsConfig(place: Place): Pod["dnsConfig"] {
  if (!isPresent(place)) return undefined;
  return {
    nameservers: addressesOf(member(place, "nameservers")),
    searches: textsOf(member(place, "searches")),
    options: everyOf(member(place, "options"), (option) => ({
      name: textOf(solid(member(option, "name"))) ?? "",
      ...some("value", textOf(member(option, "value"))),
    })),
  };
}

/** Init containers count if they keep running (`restartPolicy: Always`), after the others (`FindPort` of kube-controller-manager). */
function namedPortsOf(spec: Place): Readonly<Record<string, number>> {
  const sidecars = listOf(member(spec, "initContainers")).filter(
    (place) => textOf(member(place, "restartPolicy")) === "Always",
  );
  // The names are looked up as they stand in a Service, so there is no prototype for them to find.
  let named: Record<string, number> | undefined;
  for (const container of [...listOf(member(spec, "containers")), ...sidecars]) {
    for (const place of listOf(member(container, "ports"))) {
      const name = textOf(member(place, "name"));
      const port = portOf(member(place, "containerPort"));
      if (name === undefined || name === "" || port === undefined) continue;
      named ??= Object.create(null) as Record<string, number>;
      named[name] ??= port;
    }
  }
  return named ?? EMPTY;
}
