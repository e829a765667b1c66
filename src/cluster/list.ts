/**
 * A cluster from the `v1` List that `kubectl get ns,nodes,svc,endpointslices,pods,configmaps -A -o json` prints.
 *
 * Only the fields that a resolver needs are read, and only what is read can be wrong: an unknown kind, a field
 * that means nothing here and any other ConfigMap are passed over. Every default that stands in for something
 * missing is a sentence in `assumed`.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";
import { describeAssumed } from "./assumed.ts";
import { CONFIG_MAPS, PLAIN_KUBE_PROXY, plainCorefile, readConfig } from "./config.ts";
import { dnsServiceOf } from "./dns-service.ts";
import { EndpointTable, endpointRows, joinedRows } from "./endpoint-rows.ts";
import { slicesFromPods } from "./endpoints.ts";
import { addressKey, type ClusterData, nameKey, withIndexes } from "./indexes.ts";
import {
  complain,
  describeListError,
  elementsOf,
  type ListError,
  member,
  note,
  type Place,
  type Report,
  rootPlace,
  solid,
  textOf,
} from "./json.ts";
import type { Cluster, EndpointSlice, Namespace, Node, Service, ServiceImport } from "./model.ts";
import { readName, readNamespace, readNode } from "./objects.ts";
import { PodCollector, PodTable } from "./pod-rows.ts";
import { readPod } from "./pods.ts";
import { readService, readServiceImport } from "./services.ts";
import { readSlice } from "./slices.ts";
import { readPacked } from "./unpack.ts";

export { describeListError, type ListError };

/**
 * Reads a List (or a typed one: `PodList`) as the cluster `name`.
 *
 * Of two objects of one name the later stands, so that dumps may be joined.
 *
 * @returns the cluster, or the first thing that is wrong
 */
export function readList(name: string, json: unknown): Result<Cluster, ListError> {
  const report: Report = { error: undefined };
  const root = rootPlace(json, report);
  if (typeof json !== "object" || json === null || Array.isArray(json)) complain(root, "a v1 List");
  const reader = new ListReader(root);
  const items = member(root, "items");
  if (items.value === undefined) note(items, "is missing");
  for (const item of elementsOf(items, MOST_ITEMS)) reader.add(item);
  return reader.cluster(name, root);
}

/** Takes the items of a List one by one: a dump of hundreds of megabytes is never in memory as a whole. */
export class ListReader {
  readonly #objects = noObjects();
  readonly #head: { readonly kind: string; readonly version: string | undefined };

  /** @param root the List; only its kind is looked at */
  constructor(root: Place) {
    this.#head = headOf(root);
  }

  /** @returns whether anything of it is kept */
  add(item: Place): boolean {
    // The items of a PodList, as the API server gives it, do not repeat their kind.
    const { kind, version } = this.#head;
    return readItem(
      textOf(member(item, "kind")) ?? kind,
      textOf(member(item, "apiVersion")) ?? version,
      item,
      this.#objects,
    );
  }

  /** @param root the List, of which all but the items is known now */
  cluster(name: string, root: Place): Result<Cluster, ListError> {
    headOf(root);
    if (root.report.error) return err(root.report.error);
    return clusterOf(name, root, this.#objects);
  }
}

function clusterOf(name: string, root: Place, objects: Objects): Result<Cluster, ListError> {
  const { report } = root;
  const packed = readPacked(member(root, "packed"), name);
  if (report.error) return err(report.error);
  const pods = new PodTable(packed?.pods ?? objects.pods.rows());
  if (packed && objects.pods.length + objects.slices.size > 0) {
    note(member(root, "items"), "has Pods or EndpointSlices beside those that are packed");
  }
  for (const { namespace } of packed?.pods.kinds ?? []) objects.names.add(namespace);
  for (const { namespace } of packed?.endpoints.heads ?? []) objects.names.add(namespace);
  const defaultPod = readDefaultPod(root, pods);
  const config = readConfig(objects.configMaps);
  if (report.error) return err(report.error);

  const services = [...objects.services.values()];
  const given = packed?.endpoints ?? endpointRows(objects.slices.values(), pods);
  const made = packed
    ? ok({ slices: [], services: packed.madeFor })
    : slicesFromPods(services, pods, given.heads);
  if (!made.ok) return err({ path: "$.items", message: made.error });
  const endpoints = new EndpointTable(
    joinedRows(given, endpointRows(made.value.slices, pods)),
    pods,
  );
  const dns = config.clusterDNS ? undefined : dnsServiceOf(services, pods, endpoints.slices);
  const domain = config.domain ?? "cluster.local";
  const data: ClusterData = {
    name,
    domain,
    clusterDNS: config.clusterDNS ?? dns?.clusterIPs.map(addressKey) ?? [],
    corefile: config.corefile ?? plainCorefile(domain || "cluster.local"),
    corednsFiles: config.corednsFiles,
    corednsCustom: config.corednsCustom,
    kubeDns: config.kubeDns,
    ...(config.nodeLocalCorefile !== undefined && { nodeLocalCorefile: config.nodeLocalCorefile }),
    kubeProxy: config.kubeProxy ?? PLAIN_KUBE_PROXY,
    ...(config.nodeResolvConfOff && { nodeResolvConfOff: true as const }),
    assumed: describeAssumed({
      config,
      dns,
      servicesWithoutSlices: made.value.services,
      nodes: [...objects.nodes.values()],
      namespaces: objects.namespaces.size === 0 && objects.names.size > 0,
    }),
    ...(defaultPod !== undefined && { defaultPod }),
    namespaces: objects.namespaces.size > 0 ? objects.namespaces : namespacesOf(objects.names),
    services,
    nodes: [...objects.nodes.values()],
    serviceImports: [...objects.serviceImports.values()],
  };
  return ok(withIndexes(data, { pods, endpoints }));
}

interface Objects {
  readonly namespaces: Map<string, Namespace>;
  readonly nodes: Map<string, Node>;
  readonly services: Map<string, Service>;
  readonly slices: Map<string, EndpointSlice>;
  readonly pods: PodCollector;
  readonly serviceImports: Map<string, ServiceImport>;
  readonly configMaps: Map<string, Place>;
  /** The namespaces that objects are in; ConfigMaps do not count, since most are dropped. */
  readonly names: Set<string>;
}

function noObjects(): Objects {
  return {
    namespaces: new Map(),
    nodes: new Map(),
    services: new Map(),
    slices: new Map(),
    pods: new PodCollector(),
    serviceImports: new Map(),
    configMaps: new Map(),
    names: new Set(),
  };
}

/** Core kinds have no group; a Service of `serving.knative.dev` is another thing. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ["Namespace", ""],
  ["Node", ""],
  ["Service", ""],
  ["Pod", ""],
  ["ConfigMap", ""],
  ["EndpointSlice", "discovery.k8s.io"],
  ["ServiceImport", "multicluster.x-k8s.io"],
]);

/** Six times the objects of the largest cluster that Kubernetes is tested with. */
export const MOST_ITEMS = 1_000_000;

function headOf(root: Place): { kind: string; version: string | undefined } {
  const place = member(root, "kind");
  const text = textOf(solid(place)) ?? "";
  if (!text.endsWith("List")) complain(place, "List");
  const kind = text.slice(0, -"List".length);
  return { kind, version: kind === "" ? undefined : textOf(member(root, "apiVersion")) };
}

/** `v1` has the empty group; a hand-written object without a version has the group its kind asks for. */
function groupOf(version: string | undefined, kind: string): string {
  if (version === undefined) return GROUPS.get(kind) ?? "unknown";
  return version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
}

function readItem(
  kind: string,
  version: string | undefined,
  item: Place,
  objects: Objects,
): boolean {
  if (GROUPS.get(kind) !== groupOf(version, kind)) return false;
  const { namespace, name } = readName(item);
  const key = nameKey(namespace, name);
  if (kind === "Namespace") objects.namespaces.set(name, readNamespace(item));
  else if (kind === "Node") objects.nodes.set(name, readNode(item));
  else if (kind !== "ConfigMap") objects.names.add(namespace);
  if (kind === "Service") objects.services.set(key, readService(item));
  else if (kind === "EndpointSlice") objects.slices.set(key, readSlice(item));
  else if (kind === "Pod") objects.pods.add(readPod(item));
  else if (kind === "ServiceImport") objects.serviceImports.set(key, readServiceImport(item));
  if (kind !== "ConfigMap") return true;
  const isRead = namespace === "kube-system" && CONFIG_MAPS.has(name);
  if (isRead) objects.configMaps.set(name, member(item, "data"));
  return isRead;
}

/** Characters of a name that is shown; no Pod's has more. */
const SHOWN = 2 * 253;

function readDefaultPod(root: Place, pods: PodTable): string | undefined {
  const annotations = member(member(root, "metadata"), "annotations");
  const place = member(annotations, "ndots.dev/default-pod");
  const text = textOf(place);
  if (text === undefined || text === "") return undefined;
  const [namespace, name, ...more] = text.split("/");
  if (!namespace || !name || more.length > 0) complain(place, "namespace/name of a Pod");
  else if (pods.rowOf(namespace, name) === undefined) {
    note(place, `names a Pod that is not in the List: ${JSON.stringify(text.slice(0, SHOWN))}`);
  }
  return text;
}

function namespacesOf(names: ReadonlySet<string>): ReadonlyMap<string, Namespace> {
  return new Map([...names].map((name) => [name, { name, labels: {} }]));
}
