/**
 * EndpointSlices for Services whose slices the dump lacks: made from the Pods that the selector matches, as the
 * endpointslice controller of kube-controller-manager makes them.
 *
 * @module
 */
import { addressFamily } from "../dns/address.ts";
import { err, ok, type Result } from "../result.ts";
import { addTo, nameKey, SERVICE_NAME } from "./indexes.ts";
import type { Endpoint, EndpointSlice, Pod, Service } from "./model.ts";

export interface MadeSlices {
  readonly slices: readonly EndpointSlice[];
  /** How many Services had a selector and no slice. */
  readonly services: number;
}

/** Those that have a selector and none of these slices. */
export function servicesWithoutSlices(
  services: readonly Service[],
  slices: readonly Pick<EndpointSlice, "namespace" | "labels">[],
): readonly Service[] {
  const having = new Set(
    slices.map((slice) => nameKey(slice.namespace, slice.labels[SERVICE_NAME] ?? "")),
  );
  return services.filter(
    (service) =>
      service.type !== "ExternalName" &&
      Object.keys(service.selector ?? {}).length > 0 &&
      !having.has(nameKey(service.namespace, service.name)),
  );
}

/** Says who made a slice; the value marks those that are ours. */
export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MADE_HERE = "ndots.dev";

/**
 * The slices of every Service that has a selector and none in `slices`.
 *
 * @returns an error, a sentence, where that would take more than {@link MOST_COMPARISONS}
 */
export function slicesFromPods(
  services: readonly Service[],
  pods: Iterable<Pod>,
  slices: readonly Pick<EndpointSlice, "namespace" | "labels">[],
): Result<MadeSlices, string> {
  const lacking = servicesWithoutSlices(services, slices);
  if (lacking.length === 0) return ok({ slices: [], services: 0 });
  const byLabel = podsByLabel(pods, lacking);
  const made: EndpointSlice[] = [];
  let comparisons = 0;
  for (const service of lacking) {
    const some = fewestPods(service, byLabel);
    comparisons += some.length;
    if (comparisons > MOST_COMPARISONS) {
      return err("has too many Services without EndpointSlices: add endpointslices to the dump");
    }
    made.push(
      ...slicesOfService(
        service,
        some.filter((pod) => isSelected(pod, service)),
      ),
    );
  }
  return ok({ slices: made, services: lacking.length });
}

/** Whether `slice` came from {@link slicesFromPods}. */
export function isMadeFromPods(slice: EndpointSlice): boolean {
  return slice.labels[MANAGED_BY] === MADE_HERE;
}

/** Services times Pods that may match: more than the largest clusters have, and about a second of work. */
const MOST_COMPARISONS = 400_000;

/** Only by the labels that a selector names. */
function podsByLabel(
  pods: Iterable<Pod>,
  services: readonly Service[],
): ReadonlyMap<string, readonly Pod[]> {
  const map = new Map<string, Pod[]>();
  const named = new Set<string>();
  for (const { namespace, selector = {} } of services) {
    for (const [key, value] of Object.entries(selector)) {
      map.set(labelKey(namespace, key, value), []);
      named.add(key);
    }
  }
  for (const pod of pods) {
    for (const [key, value] of Object.entries(pod.labels)) {
      if (named.has(key)) map.get(labelKey(pod.namespace, key, value))?.push(pod);
    }
  }
  return map;
}

/** The shortest list among those of the selector's labels: only its Pods can match. */
function fewestPods(
  service: Service,
  byLabel: ReadonlyMap<string, readonly Pod[]>,
): readonly Pod[] {
  let fewest: readonly Pod[] | undefined;
  for (const [key, value] of Object.entries(service.selector ?? {})) {
    const some = byLabel.get(labelKey(service.namespace, key, value)) ?? [];
    if (fewest === undefined || some.length < fewest.length) fewest = some;
  }
  return fewest ?? [];
}

function labelKey(namespace: string, key: string, value: string): string {
  return JSON.stringify([namespace, key, value]);
}

/** A Pod without an address, or one that has finished, is no endpoint (`ShouldPodBeInEndpoints`). */
function isSelected(pod: Pod, service: Service): boolean {
  if (pod.podIPs.length === 0 || pod.phase === "Succeeded" || pod.phase === "Failed") return false;
  return Object.entries(service.selector ?? {}).every(([key, value]) => pod.labels[key] === value);
}

/** One slice for each address family and each set of ports: named targetPorts may differ from Pod to Pod. */
function slicesOfService(service: Service, pods: readonly Pod[]): readonly EndpointSlice[] {
  const slices: EndpointSlice[] = [];
  for (const addressType of familiesOf(service, pods)) {
    const byPorts = new Map<string, Pod[]>();
    for (const pod of pods) {
      if (addressOfFamily(pod, addressType) === undefined) continue;
      addTo(byPorts, JSON.stringify(portsOf(service, pod)), pod);
    }
    for (const some of byPorts.values()) {
      slices.push({
        namespace: service.namespace,
        name: `${service.name}-${slices.length + 1}`,
        labels: { [SERVICE_NAME]: service.name, [MANAGED_BY]: MADE_HERE },
        addressType,
        ports: portsOf(service, some[0] as Pod),
        endpoints: some.map((pod) => endpointOf(pod, service, addressType)),
      });
    }
  }
  return slices;
}

/** The Service's own families; a headless Service in a List written by hand takes those of its Pods. */
function familiesOf(service: Service, pods: readonly Pod[]): readonly ("IPv4" | "IPv6")[] {
  if (service.ipFamilies) return service.ipFamilies;
  const addresses = service.headless ? pods.flatMap((pod) => pod.podIPs) : service.clusterIPs;
  const families = new Set(addresses.map(addressFamily));
  return (["IPv4", "IPv6"] as const).filter((family) => families.has(family === "IPv4" ? 4 : 6));
}

function addressOfFamily(pod: Pod, addressType: "IPv4" | "IPv6"): string | undefined {
  const family = addressType === "IPv4" ? 4 : 6;
  return pod.podIPs.find((address) => addressFamily(address) === family);
}

/** A named targetPort that the Pod's containers do not have is left out (`FindPort`). */
function portsOf(service: Service, pod: Pod): EndpointSlice["ports"] {
  return service.ports.flatMap(({ name, protocol, port, targetPort = port }) => {
    const found = typeof targetPort === "number" ? targetPort : pod.namedPorts[targetPort];
    return found === undefined ? [] : [{ name, protocol, port: found }];
  });
}

/** Ready, serving and terminating as `podToEndpoint` sets them. */
function endpointOf(pod: Pod, service: Service, addressType: "IPv4" | "IPv6"): Endpoint {
  const serving = pod.ready;
  const named = pod.hostname !== undefined && pod.subdomain === service.name;
  return {
    addresses: [addressOfFamily(pod, addressType) as string],
    ready: service.publishNotReadyAddresses || (serving && !pod.deleting),
    serving,
    terminating: pod.deleting,
    ...(named && pod.hostname !== undefined && { hostname: pod.hostname }),
    ...(pod.nodeName !== undefined && { nodeName: pod.nodeName }),
    pod: { namespace: pod.namespace, name: pod.name },
  };
}
