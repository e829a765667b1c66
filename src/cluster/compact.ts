/**
 * A cluster as a `v1` List again, with only the fields that were read: what is shown, and what is stored.
 *
 * It is written from the {@link Cluster}, never copied from a dump, so nothing that was not read can get into it;
 * and what was assumed is left out, so that reading it again assumes the same.
 *
 * @module
 */
import { isMadeFromPods } from "./endpoints.ts";
import { isAssumed } from "./list.ts";
import type {
  Cluster,
  Endpoint,
  EndpointSlice,
  Node,
  Pod,
  Service,
  ServiceImport,
} from "./model.ts";
import { DEFAULT_AFFINITY } from "./services.ts";

/** `readList(name, compactList(cluster))` is `cluster` again. */
export function compactList(cluster: Cluster): unknown {
  const namespaces = isAssumed(cluster, "namespaces") ? [] : [...cluster.namespaces.values()];
  return {
    apiVersion: "v1",
    kind: "List",
    metadata: {
      ...(cluster.defaultPod !== undefined && {
        annotations: { "ndots.dev/default-pod": cluster.defaultPod },
      }),
    },
    items: [
      ...namespaces.map(({ name, labels }) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, ...filled({ labels }) },
      })),
      ...cluster.nodes.map(compactNode),
      ...cluster.services.map(compactService),
      ...cluster.slices.filter((slice) => !isMadeFromPods(slice)).map(compactSlice),
      ...cluster.pods.map(compactPod),
      ...cluster.serviceImports.map(compactServiceImport),
      ...compactConfig(cluster),
    ],
  };
}

function compactNode(node: Node): unknown {
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

function compactService(service: Service): unknown {
  const { namespace, name, labels, headless, ingress, affinityTimeout, ...rest } = service;
  const { clusterIPs, ipFamilies, ports, selector, externalIPs, ...policies } = rest;
  const { loadBalancerSourceRanges, ...settings } = policies;
  const addresses = headless ? ["None"] : clusterIPs;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, ...filled({ labels }) },
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

function compactSlice(slice: EndpointSlice): unknown {
  const { namespace, name, labels, addressType, ports, endpoints } = slice;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, ...filled({ labels }) },
    addressType,
    ports,
    endpoints: endpoints.map(compactEndpoint),
  };
}

function compactEndpoint(endpoint: Endpoint): unknown {
  const { ready, serving, terminating, pod, ...rest } = endpoint;
  return {
    ...rest,
    conditions: { ready, serving, terminating },
    ...(pod && { targetRef: { kind: "Pod", ...pod } }),
  };
}

function compactPod(pod: Pod): unknown {
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
      ...filled({ labels: pod.labels }),
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

function compactServiceImport({ namespace, name, type, ips, ports }: ServiceImport): unknown {
  return {
    apiVersion: "multicluster.x-k8s.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { name, namespace },
    spec: { type, ...filled({ ips, ports }) },
  };
}

/** The ConfigMaps with only the keys that are read, and of kubelet's and kube-proxy's files only the settings. */
function compactConfig(cluster: Cluster): readonly unknown[] {
  const { corefile, corednsFiles, corednsCustom, kubeDns, nodeLocalCorefile } = cluster;
  const maps: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    [
      "coredns",
      {
        ...(!isAssumed(cluster, "corefile") && { Corefile: corefile }),
        ...Object.fromEntries(corednsFiles),
      },
    ],
    ["coredns-custom", Object.fromEntries(corednsCustom)],
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
