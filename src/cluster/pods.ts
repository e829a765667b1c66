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

/** Fields that may be absent are set one by one: a large dump is mostly Pods, and spreading is five times slower. */
export function readPod(item: Place): Pod {
  const metadata = member(item, "metadata");
  const spec = member(item, "spec");
  const status = member(item, "status");
  const podIP = addressOf(member(status, "podIP"));
  const several = everyOf(member(status, "podIPs"), (place) => addressOf(member(place, "ip")));
  // A List written by hand may say nothing of the state: an address is taken as running.
  const phase = textOf(member(status, "phase")) ?? (podIP === undefined ? "Pending" : "Running");
  const { namespace, name } = readName(item);
  const pod: Unfinished = {
    namespace,
    name,
    labels: labelsOf(item),
    podIPs: several.length > 0 || podIP === undefined ? several : [podIP],
    phase,
    deleting: isPresent(member(metadata, "deletionTimestamp")),
    ready: isReady(item) ?? phase === "Running",
    hostNetwork: flagOf(member(spec, "hostNetwork")) ?? false,
    dnsPolicy: textOf(member(spec, "dnsPolicy")) || "ClusterFirst",
    setHostnameAsFQDN: flagOf(member(spec, "setHostnameAsFQDN")) ?? false,
    hostAliases: everyOf(member(spec, "hostAliases"), (place) => ({
      ip: addressOf(solid(member(place, "ip"))) ?? "",
      hostnames: textsOf(member(place, "hostnames")),
    })),
    namedPorts: namedPortsOf(spec),
  };
  if (podIP !== undefined) pod.podIP = podIP;
  for (const key of OPTIONAL) {
    const text = textOf(member(spec, key));
    if (text) pod[key] = text;
  }
  const dnsConfig = readDnsConfig(member(spec, "dnsConfig"));
  if (dnsConfig) pod.dnsConfig = dnsConfig;
  const libc = wordOf(member(member(metadata, "annotations"), "ndots.dev/libc"), LIBCS);
  if (libc) pod.libc = libc;
  return pod;
}

type Unfinished = { -readonly [Key in keyof Pod]: Pod[Key] };

/** Fields of the spec that are text; empty is absent. */
const OPTIONAL = ["nodeName", "hostname", "subdomain", "hostnameOverride"] as const;

function readDnsConfig(place: Place): Pod["dnsConfig"] {
  if (!isPresent(place)) return undefined;
  return {
    nameservers: addressesOf(member(place, "nameservers")),
    searches: textsOf(member(place, "searches")),
    options: everyOf(member(place, "options"), (option) => {
      const value = textOf(member(option, "value"));
      return { name: textOf(solid(member(option, "name"))) ?? "", ...(value && { value }) };
    }),
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
