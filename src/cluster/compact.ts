/**
 * A cluster as a `v1` List again, with only the fields that were read: what is shown, and what is stored.
 *
 * It is written from the {@link Cluster}, never copied from a dump, so nothing that was not read can get into it;
 * and what was assumed is left out, so that reading it again assumes the same.
 *
 * @module
 */
import { isAssumed } from "./assumed.ts";
import { isMadeFromPods } from "./endpoints.ts";
import type {
  Cluster,
  Endpoint,
  EndpointSlice,
  Node,
  Pod,
  Service,
  ServiceImport,
} from "./model.ts";
import { type NeededLabels, neededFiles, neededLabels } from "./needed.ts";
import { DEFAULT_AFFINITY } from "./services.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An object as kubectl prints it. */
export interface Item extends Fields {
  readonly kind: string;
  readonly spec?: Fields;
  readonly status?: Fields;
}

/** `readList(name, compactList(cluster))` is `cluster` again, but for labels and files that nothing reads. */
export function compactList(cluster: Cluster): unknown {
  return { ...compactHead(cluster), items: [...compactItems(cluster)] };
}

/** The text of {@link compactList} in pieces, indented by two: that of a large cluster fits no isolate. */
export function* compactText(cluster: Cluster): Generator<string> {
  const head = JSON.stringify(compactHead(cluster), undefined, 2);
  yield `${head.slice(0, -"\n}".length)},\n  "items": [`;
  let before = "\n";
  for (const item of compactItems(cluster)) {
    yield before + JSON.stringify(item, undefined, 2).replace(/^/gm, "    ");
    before = ",\n";
  }
  yield before === "\n" ? "]\n}\n" : "\n  ]\n}\n";
}

function* compactItems(cluster: Cluster): Generator<Item> {
  const needed = neededLabels(cluster);
  yield* compactObjects(cluster, needed);
  for (const slice of cluster.slices) {
    if (!isMadeFromPods(slice)) yield compactSlice(slice, needed);
  }
  for (const pod of cluster.pods) yield compactPod(pod, needed);
}

/** All of a List but its items. */
export function compactHead({ defaultPod }: Cluster): Readonly<Record<string, unknown>> {
  const annotations = { "ndots.dev/default-pod": defaultPod };
  const metadata = defaultPod === undefined ? {} : { annotations };
  return { apiVersion: "v1", kind: "List", metadata };
}

/** All of its items but EndpointSlices and Pods. */
export function compactObjects(cluster: Cluster, needed: NeededLabels): readonly Item[] {
  const namespaces = isAssumed(cluster, "namespaces") ? [] : [...cluster.namespaces.values()];
  return [
    ...namespaces.map(({ name, labels }) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, ...filled({ labels: needed.ofNamespace(labels) }) },
    })),
    ...cluster.nodes.map(compactNode),
    ...cluster.services.map((service) => compactService(service, needed)),
    ...cluster.serviceImports.map(compactServiceImport),
    ...compactConfig(cluster),
  ];
}

function compactNode(node: Node): Item {
  const annotations = {
    ...(node.resolvConf !== undefined && { "ndots.dev/resolv.conf": node.resolvConf }),
    ...(node.hosts !== undefined && { "ndots.dev/hosts": node.hosts }),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name, ...filled({ labels: node.labels, annotations }) },
    spec: filled({ podCIDRs: node.podCIDRs }),
    status: {
      ...filled({
        addresses: node.internalIPs.map((address) => ({ type: "InternalIP", address })),
      }),
      conditions: [readyCondition(node.ready)],
    },
  };
}

function compactService(service: Service, needed: NeededLabels): Item {
  const { namespace, name, labels, headless, ingress, affinityTimeout, ...rest } = service;
  const { clusterIPs, ipFamilies, ports, selector, externalIPs, ...policies } = rest;
  const { loadBalancerSourceRanges, ...settings } = policies;
  const addresses = headless ? ["None"] : clusterIPs;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, ...filled({ labels: needed.ofService(labels) }) },
    spec: {
      ...settings,
      ...(addresses.length > 0 && { clusterIP: addresses[0], clusterIPs: addresses }),
      ...filled({ ipFamilies: ipFamilies ?? [], ports, externalIPs, loadBalancerSourceRanges }),
      ...(selector !== undefined && { selector }),
      ...(affinityTimeout !== DEFAULT_AFFINITY && {
        sessionAffinityConfig: { clientIP: { timeoutSeconds: affinityTimeout } },
      }),
    },
    ...(ingress.length > 0 && { status: { loadBalancer: { ingress } } }),
  };
}

export function compactSlice(slice: EndpointSlice, needed: NeededLabels): Item {
  const { namespace, name, labels, addressType, ports, endpoints } = slice;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, ...filled({ labels: needed.ofSlice(labels) }) },
    addressType,
    ports,
    endpoints: endpoints.map(compactEndpoint),
  };
}

export function compactEndpoint(endpoint: Endpoint): unknown {
  const { ready, serving, terminating, pod, ...rest } = endpoint;
  return {
    ...rest,
    conditions: { ready, serving, terminating },
    ...(pod && { targetRef: { kind: "Pod", ...pod } }),
  };
}

export function compactPod(pod: Pod, needed: NeededLabels): Item {
  const ports = Object.entries(pod.namedPorts).map(([name, containerPort]) => ({
    name,
    containerPort,
  }));
  const { nodeName, hostname, subdomain, hostnameOverride, dnsConfig } = pod;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      ...filled({ labels: needed.ofPod(pod.labels) }),
      ...(pod.libc && { annotations: { "ndots.dev/libc": pod.libc } }),
      // The model keeps that a Pod is being deleted, not since when.
      ...(pod.deleting && { deletionTimestamp: "1970-01-01T00:00:00Z" }),
    },
    spec: {
      ...(nodeName !== undefined && { nodeName }),
      ...(pod.hostNetwork && { hostNetwork: true }),
      dnsPolicy: pod.dnsPolicy,
      ...(dnsConfig && { dnsConfig }),
      ...(hostname !== undefined && { hostname }),
      ...(subdomain !== undefined && { subdomain }),
      ...(hostnameOverride !== undefined && { hostnameOverride }),
      ...(pod.setHostnameAsFQDN && { setHostnameAsFQDN: true }),
      ...filled({ hostAliases: pod.hostAliases }),
      ...(ports.length > 0 && { containers: [{ ports }] }),
    },
    status: {
      phase: pod.phase,
      ...(pod.podIP !== undefined && { podIP: pod.podIP }),
      ...filled({ podIPs: pod.podIPs.map((ip) => ({ ip })) }),
      conditions: [readyCondition(pod.ready)],
    },
  };
}

function compactServiceImport({ namespace, name, type, ips, ports }: ServiceImport): Item {
  return {
    apiVersion: "multicluster.x-k8s.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { name, namespace },
    spec: { type, ...filled({ ips, ports }) },
  };
}

/** The ConfigMaps with only the keys that are read, and of kubelet's and kube-proxy's files only the settings. */
function compactConfig(cluster: Cluster): readonly Item[] {
  const { corefile, kubeDns, nodeLocalCorefile } = cluster;
  const files = neededFiles(cluster);
  const maps: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    [
      "coredns",
      {
        ...(!isAssumed(cluster, "corefile") && { Corefile: corefile }),
        ...Object.fromEntries(files.coredns),
      },
    ],
    ["coredns-custom", Object.fromEntries(files.custom)],
    ["kubelet-config", kubeletSettings(cluster)],
    ["kube-proxy", kubeProxySettings(cluster)],
    ["kube-dns", Object.fromEntries(kubeDns)],
    ["node-local-dns", nodeLocalCorefile === undefined ? {} : { Corefile: nodeLocalCorefile }],
  ];
  return maps
    .filter(([, data]) => Object.keys(data).length > 0)
    .map(([name, data]) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "kube-system" },
      data,
    }));
}

function kubeletSettings(cluster: Cluster): Readonly<Record<string, string>> {
  const settings = {
    ...(!isAssumed(cluster, "clusterDNS") && { clusterDNS: cluster.clusterDNS }),
    ...(!isAssumed(cluster, "domain") && { clusterDomain: cluster.domain }),
    ...(cluster.nodeResolvConfOff && { resolvConf: "" }),
  };
  return Object.keys(settings).length === 0 ? {} : { kubelet: yaml(settings) };
}

function kubeProxySettings(cluster: Cluster): Readonly<Record<string, string>> {
  if (isAssumed(cluster, "kubeProxy")) return {};
  const { mode, clusterCIDR, masqueradeAll, masqueradeBit } = cluster.kubeProxy;
  const top = yaml({ mode, clusterCIDR: clusterCIDR.join(",") });
  return {
    "config.conf": `${top}iptables:\n  masqueradeAll: ${masqueradeAll}\n  masqueradeBit: ${masqueradeBit}\n`,
  };
}

/** JSON's strings and lists are YAML's. */
function yaml(settings: Readonly<Record<string, string | readonly string[]>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("");
}

function readyCondition(ready: boolean): unknown {
  return { type: "Ready", status: ready ? "True" : "False" };
}

/** Without the fields that are empty. */
function filled<T extends Readonly<Record<string, object>>>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => Object.keys(value).length > 0),
  ) as Partial<T>;
}
