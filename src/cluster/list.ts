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
import { CONFIG_MAPS, PLAIN_KUBE_PROXY, plainCorefile, readConfig } from "./config.ts";
import { dnsServiceOf } from "./dns-service.ts";
import { slicesFromPods } from "./endpoints.ts";
import { addressKey, type ClusterData, nameKey, withIndexes } from "./indexes.ts";
import {
  complain,
  describeListError,
  type ListError,
  listOf,
  member,
  note,
  type Place,
  type Report,
  rootPlace,
  solid,
  textOf,
} from "./json.ts";
import type {
  Cluster,
  EndpointSlice,
  Namespace,
  Node,
  Pod,
  Service,
  ServiceImport,
} from "./model.ts";
import { readName, readNamespace, readNode } from "./objects.ts";
import { readPod } from "./pods.ts";
import { readService, readServiceImport } from "./services.ts";
import { readSlice } from "./slices.ts";

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
  const objects = readItems(root);
  const defaultPod = readDefaultPod(root, objects);
  const config = readConfig(objects.configMaps);
  if (report.error) return err(report.error);

  const services = [...objects.services.values()];
  const pods = [...objects.pods.values()];
  const given = [...objects.slices.values()];
  const made = slicesFromPods(services, pods, given);
  if (!made.ok) return err({ path: "$.items", message: made.error });
  const slices = [...given, ...made.value.slices];
  const dns = config.clusterDNS ? undefined : dnsServiceOf(services, pods, slices);
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
    assumed: [
      ...(config.domain === undefined ? [`${ASSUMED.domain} cluster.local`] : []),
      ...(config.clusterDNS ? [] : [`${ASSUMED.clusterDNS} ${describeDns(dns)}`]),
      ...(config.corefile === undefined ? [`${ASSUMED.corefile} kubeadm's`] : []),
      ...(config.kubeProxy ? [] : [`${ASSUMED.kubeProxy} mode iptables, no clusterCIDR`]),
      ...describeMade(made.value.services),
      ...describeNodes([...objects.nodes.values()], config.nodeResolvConfOff),
      ...(objects.namespaces.size === 0 && objects.names.size > 0
        ? [`${ASSUMED.namespaces} those that objects are in`]
        : []),
    ],
    ...(defaultPod !== undefined && { defaultPod }),
    namespaces: objects.namespaces.size > 0 ? objects.namespaces : namespacesOf(objects.names),
    services,
    pods,
    nodes: [...objects.nodes.values()],
    slices,
    serviceImports: [...objects.serviceImports.values()],
  };
  return ok(withIndexes(data));
}

/** How each sentence in `assumed` begins; `compact.ts` leaves out what was assumed. */
export const ASSUMED = {
  domain: "clusterDomain",
  clusterDNS: "clusterDNS",
  corefile: "Corefile",
  kubeProxy: "kube-proxy",
  endpoints: "endpoints",
  resolvConf: "resolv.conf",
  namespaces: "namespaces",
} as const;

/** Whether the setting stands where the List is silent. */
export function isAssumed(cluster: Cluster, what: keyof typeof ASSUMED): boolean {
  return cluster.assumed.some((sentence) => sentence.startsWith(`${ASSUMED[what]} `));
}

interface Objects {
  readonly namespaces: Map<string, Namespace>;
  readonly nodes: Map<string, Node>;
  readonly services: Map<string, Service>;
  readonly slices: Map<string, EndpointSlice>;
  readonly pods: Map<string, Pod>;
  readonly serviceImports: Map<string, ServiceImport>;
  readonly configMaps: Map<string, Place>;
  /** The namespaces that objects are in; ConfigMaps do not count, since most are dropped. */
  readonly names: Set<string>;
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

function readItems(root: Place): Objects {
  const objects: Objects = {
    namespaces: new Map(),
    nodes: new Map(),
    services: new Map(),
    slices: new Map(),
    pods: new Map(),
    serviceImports: new Map(),
    configMaps: new Map(),
    names: new Set(),
  };
  if (typeof root.value !== "object" || root.value === null || Array.isArray(root.value)) {
    complain(root, "a v1 List");
    return objects;
  }
  const kindPlace = member(root, "kind");
  const listKind = textOf(solid(kindPlace)) ?? "";
  if (!listKind.endsWith("List")) complain(kindPlace, "List");
  // The items of a PodList, as the API server gives it, do not repeat their kind.
  const itemKind = listKind.slice(0, -"List".length);
  const listGroup = itemKind === "" ? undefined : textOf(member(root, "apiVersion"));
  const items = member(root, "items");
  if (items.value === undefined) note(items, "is missing");
  for (const item of listOf(items)) {
    if (root.report.error) break;
    const kind = textOf(member(item, "kind")) ?? itemKind;
    const version = textOf(member(item, "apiVersion")) ?? listGroup;
    if (GROUPS.get(kind) === groupOf(version, kind)) readItem(kind, item, objects);
  }
  return objects;
}

/** `v1` has the empty group; a hand-written object without a version has the group its kind asks for. */
function groupOf(version: string | undefined, kind: string): string {
  if (version === undefined) return GROUPS.get(kind) ?? "unknown";
  return version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
}

function readItem(kind: string, item: Place, objects: Objects): void {
  const { namespace, name } = readName(item);
  const key = nameKey(namespace, name);
  if (kind === "Namespace") objects.namespaces.set(name, readNamespace(item));
  else if (kind === "Node") objects.nodes.set(name, readNode(item));
  else if (kind !== "ConfigMap") objects.names.add(namespace);
  if (kind === "Service") objects.services.set(key, readService(item));
  else if (kind === "EndpointSlice") objects.slices.set(key, readSlice(item));
  else if (kind === "Pod") objects.pods.set(key, readPod(item));
  else if (kind === "ServiceImport") objects.serviceImports.set(key, readServiceImport(item));
  else if (kind === "ConfigMap" && namespace === "kube-system" && CONFIG_MAPS.has(name)) {
    objects.configMaps.set(name, member(item, "data"));
  }
}

function readDefaultPod(root: Place, { pods }: Objects): string | undefined {
  if (root.report.error) return undefined;
  const annotations = member(member(root, "metadata"), "annotations");
  const place = member(annotations, "ndots.dev/default-pod");
  const text = textOf(place);
  if (text === undefined || text === "") return undefined;
  const [namespace, name, ...more] = text.split("/");
  if (!namespace || !name || more.length > 0) complain(place, "namespace/name of a Pod");
  else if (!pods.has(nameKey(namespace, name))) {
    note(place, `names a Pod that is not in the List: ${JSON.stringify(text)}`);
  }
  return text;
}

function describeDns(service: Service | undefined): string {
  if (service === undefined) return "unknown: the List has no Service of CoreDNS";
  const { clusterIPs, namespace, name } = service;
  return `${clusterIPs.join(", ")}, of Service ${namespace}/${name}`;
}

function describeMade(services: number): readonly string[] {
  if (services === 0) return [];
  const whose = services === 1 ? "1 Service" : `${services} Services`;
  return [`${ASSUMED.endpoints} of ${whose} without EndpointSlices: the Pods that match`];
}

function describeNodes(nodes: readonly Node[], off: boolean): readonly string[] {
  const silent = nodes.filter((node) => node.resolvConf === undefined).length;
  if (off || (silent === 0 && nodes.length > 0)) return [];
  const whose = nodes.length === 0 ? "nodes" : `${silent} of ${nodes.length} nodes`;
  return [`${ASSUMED.resolvConf} of ${whose}: nameserver 192.0.2.53`];
}

function namespacesOf(names: ReadonlySet<string>): ReadonlyMap<string, Namespace> {
  return new Map([...names].map((name) => [name, { name, labels: {} }]));
}
