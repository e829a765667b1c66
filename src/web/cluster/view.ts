/**
 * What the page shows of a cluster, read from its `v1` List without trusting its form.
 *
 * @module
 */

import type { Json, JsonObject } from "../shell/objects.ts";
import { at, listAt, nameOf, namespaceOf, textAt } from "../shell/objects.ts";

export interface ClusterView {
  readonly namespaces: readonly string[];
  readonly services: readonly ServiceView[];
  readonly pods: readonly PodView[];
  readonly nodes: readonly NodeView[];
  /** `kube-system/coredns`; absent where the List has none, and kubeadm's is taken. */
  readonly corefile?: string;
  /** Of the slices, by the key of their Service. */
  readonly endpoints: ReadonlyMap<string, readonly EndpointView[]>;
}

export interface ServiceView {
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** `ClusterIP`, `headless`, `NodePort`, `LoadBalancer`, `ExternalName`. */
  readonly type: string;
  /** The ClusterIP, or the external name; empty for a headless one. */
  readonly address: string;
  readonly selector: Readonly<Record<string, string>>;
}

export interface PodView {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
  readonly node: string;
  readonly ready: boolean;
  /** It has ended: nothing asks from there. */
  readonly ended: boolean;
  /** What makes it another vantage: `musl, host network`. */
  readonly about: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NodeView {
  readonly name: string;
  readonly address: string;
  readonly ready: boolean;
}

export interface EndpointView {
  readonly address: string;
  /** The Pod's key; absent for what runs outside. */
  readonly pod?: string;
  readonly ready: boolean;
}

export function viewOf(list: unknown): ClusterView {
  const namespaces = new Set<string>();
  const services: ServiceView[] = [];
  const pods: PodView[] = [];
  const nodes: NodeView[] = [];
  const endpoints = new Map<string, EndpointView[]>();
  let corefile: string | undefined;
  const ofItems = textAt(list as Json, "kind").replace(/List$/, "");
  for (const item of listAt(list as Json, "items")) {
    const name = nameOf(item);
    if (name === "") continue;
    // Without a namespace an object is in `default`, as kubectl takes it.
    const namespace = namespaceOf(item) || "default";
    const kind = textAt(item, "kind") || ofItems;
    const own = { key: `${namespace}/${name}`, namespace, name };
    if (kind === "Namespace") namespaces.add(name);
    if (kind === "Service") services.push({ ...own, ...serviceOf(item) });
    if (kind === "Pod") pods.push({ ...own, ...podOf(item) });
    if (kind === "Node")
      nodes.push({ name, address: nodeAddress(item), ready: isReady(item, true) });
    if (kind === "EndpointSlice") addSlice(endpoints, namespace, item);
    if (kind === "Service" || kind === "Pod") namespaces.add(namespace);
    if (kind === "ConfigMap" && own.key === "kube-system/coredns") {
      corefile = textAt(item, "data", "Corefile") || undefined;
    }
  }
  return {
    namespaces: [...namespaces].sort(),
    services: services.sort(byKey),
    pods: pods.sort(byKey),
    nodes: nodes.sort((a, b) => order(a.name, b.name)),
    ...(corefile !== undefined && { corefile }),
    endpoints,
  };
}

/** Of its slices; of the Pods that its selector matches where the List has no slice of it. */
export function endpointsOf(view: ClusterView, service: ServiceView): readonly EndpointView[] {
  const given = view.endpoints.get(service.key);
  const selector = Object.entries(service.selector);
  if (given !== undefined || selector.length === 0) return given ?? [];
  return view.pods.flatMap(({ key: pod, namespace, address, labels, ready, ended }) => {
    const isMeant = namespace === service.namespace && address !== "" && !ended;
    if (!isMeant || !selector.every(([key, value]) => labels[key] === value)) return [];
    return [{ address, pod, ready }];
  });
}

/** What an application in `namespace` types for the Service. */
export function typedName(service: ServiceView, namespace: string): string {
  return service.namespace === namespace ? service.name : `${service.name}.${service.namespace}`;
}

export interface Found<T> {
  readonly shown: readonly T[];
  readonly total: number;
}

/** Those that have every word of `filter` somewhere, the first `most` of them. */
export function filtered<T extends ServiceView | PodView | NodeView>(
  all: readonly T[],
  filter: string,
  most: number,
): Found<T> {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = words.length === 0 ? all : all.filter((one) => has(one, words));
  return { shown: found.slice(0, most), total: found.length };
}

function has(one: ServiceView | PodView | NodeView, words: readonly string[]): boolean {
  const place = "key" in one ? one.key : "";
  const node = "node" in one ? one.node : "";
  const type = "type" in one ? one.type : "";
  const text = `${place} ${one.name} ${one.address} ${node} ${type}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function serviceOf(item: Json): Pick<ServiceView, "type" | "address" | "selector"> {
  const type = textAt(item, "spec", "type") || "ClusterIP";
  const ip = textAt(item, "spec", "clusterIP") || textAt(item, "spec", "clusterIPs", 0);
  const external = textAt(item, "spec", "externalName");
  return {
    type: ip === "None" ? "headless" : type,
    address: type === "ExternalName" ? external : ip === "None" ? "" : ip,
    selector: textsAt(item, "spec", "selector"),
  };
}

function podOf(item: Json): Omit<PodView, "key" | "namespace" | "name"> {
  const phase = textAt(item, "status", "phase");
  const address = textAt(item, "status", "podIP") || textAt(item, "status", "podIPs", 0, "ip");
  const policy = textAt(item, "spec", "dnsPolicy");
  const about = [
    textAt(item, "metadata", "annotations", "ndots.dev/libc").replace(/^glibc$/, ""),
    at(item, "spec", "hostNetwork") === true ? "host network" : "",
    policy === "ClusterFirst" || policy === "" ? "" : `dnsPolicy ${policy}`,
  ];
  return {
    address,
    node: textAt(item, "spec", "nodeName"),
    ready: isReady(item, phase === "Running" || (phase === "" && address !== "")),
    ended: phase === "Succeeded" || phase === "Failed",
    about: about.filter((word) => word !== "").join(", "),
    labels: textsAt(item, "metadata", "labels"),
  };
}

function nodeAddress(item: Json): string {
  const internal = listAt(item, "status", "addresses").find(
    (one) => textAt(one, "type") === "InternalIP",
  );
  return textAt(internal, "address");
}

/** The condition `Ready`; `usual` where the object has no conditions. */
function isReady(item: Json, usual: boolean): boolean {
  const conditions = listAt(item, "status", "conditions");
  if (conditions.length === 0) return usual;
  const ready = conditions.find((one) => textAt(one, "type") === "Ready");
  return textAt(ready, "status") === "True";
}

function addSlice(endpoints: Map<string, EndpointView[]>, namespace: string, slice: Json): void {
  const service = textAt(slice, "metadata", "labels", "kubernetes.io/service-name");
  const key = `${namespace}/${service}`;
  const known = endpoints.get(key) ?? [];
  endpoints.set(key, known);
  for (const endpoint of listAt(slice, "endpoints")) {
    const pod = textAt(endpoint, "targetRef", "name");
    const isPod = textAt(endpoint, "targetRef", "kind") === "Pod" && pod !== "";
    const space = textAt(endpoint, "targetRef", "namespace") || namespace;
    const ready = at(endpoint, "conditions", "ready") !== false;
    for (const address of listAt(endpoint, "addresses")) {
      known.push({ address: String(address), ready, ...(isPod && { pod: `${space}/${pod}` }) });
    }
  }
}

/** Those members of the object that are texts. */
function textsAt(item: Json, ...path: readonly string[]): Readonly<Record<string, string>> {
  const value = at(item, ...path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const texts = Object.entries(value as JsonObject).filter(([, text]) => typeof text === "string");
  return Object.fromEntries(texts) as Readonly<Record<string, string>>;
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return order(a.key, b.key);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
