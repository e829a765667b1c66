/**
 * The look-ups of a {@link Cluster}: each index is built when it is first asked for, once, so that no look-up
 * grows with the cluster and a lookup that needs one index does not pay for the others.
 *
 * Names are compared without regard to case, as DNS does; addresses in their canonical form.
 *
 * @module
 */
import { canonicalAddress } from "../dns/address.ts";
import type { Cluster, EndpointAt, EndpointSlice, Node, Pod, Service } from "./model.ts";

type LookUps =
  | "service"
  | "serviceImport"
  | "slicesOf"
  | "slicesOfImport"
  | "pod"
  | "node"
  | "serviceByIP"
  | "endpointsByIP"
  | "podsByIP"
  | "nodeByIP";

/** A cluster's objects and settings. */
export type ClusterData = Omit<Cluster, LookUps>;

export const SERVICE_NAME = "kubernetes.io/service-name";
export const IMPORT_NAME = "multicluster.kubernetes.io/service-name";

export function withIndexes(data: ClusterData): Cluster {
  const services = once(() => byName(data.services));
  const imports = once(() => byName(data.serviceImports));
  const pods = once(() => byName(data.pods));
  const nodes = once(() => new Map(data.nodes.map((node) => [node.name.toLowerCase(), node])));
  const slices = once(() => slicesByLabel(data.slices, SERVICE_NAME));
  const importSlices = once(() => slicesByLabel(data.slices, IMPORT_NAME));
  const serviceIPs = once(() => firstByAddress(data.services, (service) => service.clusterIPs));
  const nodeIPs = once(() => firstByAddress(data.nodes, (node) => node.internalIPs));
  const podIPs = once(() => podsByAddress(data.pods));
  const endpoints = once(() => endpointsByAddress(data.slices));
  return {
    ...data,
    service: (namespace, name) => services().get(nameKey(namespace, name)),
    serviceImport: (namespace, name) => imports().get(nameKey(namespace, name)),
    slicesOf: (namespace, service) => slices().get(nameKey(namespace, service)) ?? NONE,
    slicesOfImport: (namespace, service) => importSlices().get(nameKey(namespace, service)) ?? NONE,
    pod: (namespace, name) => pods().get(nameKey(namespace, name)),
    node: (name) => nodes().get(name.toLowerCase()),
    serviceByIP: (address): Service | undefined => serviceIPs().get(addressKey(address)),
    endpointsByIP: (address): readonly EndpointAt[] => endpoints().get(addressKey(address)) ?? NONE,
    podsByIP: (address): readonly Pod[] => podIPs().get(addressKey(address)) ?? NONE,
    nodeByIP: (address): Node | undefined => nodeIPs().get(addressKey(address)),
  };
}

/** Kubernetes names hold no `/`, so a name with one in it finds nothing. */
export function nameKey(namespace: string, name: string): string {
  return `${namespace}/${name}`.toLowerCase();
}

/** The first call computes, the others give what it found. */
export function once<T>(compute: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    found ??= { value: compute() };
    return found.value;
  };
}

/** Appends to the list at `key`. */
export function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const there = map.get(key);
  if (there) there.push(value);
  else map.set(key, [value]);
}

/** IPv4 text has one spelling only. */
export function addressKey(address: string): string {
  return address.includes(":") ? (canonicalAddress(address) ?? address) : address;
}

const NONE: readonly never[] = Object.freeze([]);

function byName<T extends { readonly namespace: string; readonly name: string }>(
  objects: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [nameKey(object.namespace, object.name), object]));
}

function slicesByLabel(
  slices: readonly EndpointSlice[],
  label: string,
): ReadonlyMap<string, readonly EndpointSlice[]> {
  const map = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const name = slice.labels[label];
    if (name !== undefined) addTo(map, nameKey(slice.namespace, name), slice);
  }
  return map;
}

function firstByAddress<T>(
  objects: readonly T[],
  addresses: (object: T) => readonly string[],
): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const object of objects) {
    for (const address of addresses(object)) {
      const key = addressKey(address);
      if (!map.has(key)) map.set(key, object);
    }
  }
  return map;
}

function podsByAddress(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const map = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const address of pod.podIPs) addTo(map, addressKey(address), pod);
  }
  return map;
}

function endpointsByAddress(
  slices: readonly EndpointSlice[],
): ReadonlyMap<string, readonly EndpointAt[]> {
  const map = new Map<string, EndpointAt[]>();
  for (const slice of slices) {
    const service = slice.labels[SERVICE_NAME];
    for (const endpoint of slice.endpoints) {
      for (const address of endpoint.addresses) {
        addTo(map, addressKey(address), { slice, endpoint, service });
      }
    }
  }
  return map;
}
