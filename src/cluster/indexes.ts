/**
 * The look-ups of a {@link Cluster}: each index is built when it is first asked for, once, so that no look-up
 * grows with the cluster and a lookup that needs one index does not pay for the others.
 *
 * Names are compared without regard to case, as DNS does; addresses in their canonical form.
 *
 * @module
 */
import { canonicalAddress } from "../dns/address.ts";
import type { EndpointTable } from "./endpoint-rows.ts";
import type { Cluster, EndpointSlice, Node, Service } from "./model.ts";
import type { PodTable } from "./pod-rows.ts";

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
  | "podsOnNode"
  | "podNames"
  | "nodeByIP";

/** A cluster's objects and settings. */
export type ClusterData = Omit<Cluster, LookUps | "pods" | "slices">;

/** Those of its objects that there are too many of to be kept as they are. */
export interface Tables {
  readonly pods: PodTable;
  readonly endpoints: EndpointTable;
}

export const SERVICE_NAME = "kubernetes.io/service-name";
export const IMPORT_NAME = "multicluster.kubernetes.io/service-name";

export function withIndexes(data: ClusterData, { pods, endpoints }: Tables): Cluster {
  const services = once(() => byName(data.services));
  const imports = once(() => byName(data.serviceImports));
  const nodes = once(() => new Map(data.nodes.map((node) => [node.name.toLowerCase(), node])));
  const slices = once(() => slicesByLabel(endpoints.slices, SERVICE_NAME));
  const importSlices = once(() => slicesByLabel(endpoints.slices, IMPORT_NAME));
  const serviceIPs = once(() => firstByAddress(data.services, (service) => service.clusterIPs));
  const nodeIPs = once(() => firstByAddress(data.nodes, (node) => node.internalIPs));
  return {
    ...data,
    pods,
    slices: endpoints.slices,
    service: (namespace, name) => services().get(nameKey(namespace, name)),
    serviceImport: (namespace, name) => imports().get(nameKey(namespace, name)),
    slicesOf: (namespace, service) => slices().get(nameKey(namespace, service)) ?? NONE,
    slicesOfImport: (namespace, service) => importSlices().get(nameKey(namespace, service)) ?? NONE,
    pod: (namespace, name) => {
      const row = pods.rowOf(namespace, name);
      return row === undefined ? undefined : pods.at(row);
    },
    node: (name) => nodes().get(name.toLowerCase()),
    serviceByIP: (address): Service | undefined => serviceIPs().get(addressKey(address)),
    endpointsByIP: (address) => endpoints.withAddress(address),
    podsByIP: (address) => pods.withAddress(address),
    podsOnNode: (name) => pods.onNode(name),
    podNames: (namespace) => pods.namesIn(namespace),
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

/** Computes for a key that is not at hand, and keeps at most `most`; when there are more, all are forgotten. */
export function kept<K, V>(most: number, compute: (key: K) => V): (key: K) => V {
  const found = new Map<K, V>();
  return (key) => {
    const there = found.get(key);
    if (there !== undefined) return there;
    const value = compute(key);
    if (found.size >= most) found.clear();
    found.set(key, value);
    return value;
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
