/**
 * A cluster as far as a resolver reads it: the objects of `kubectl get … -o json` with only these fields kept,
 * indexed so that no lookup's cost grows with the cluster.
 *
 * @module
 */
import type { Libc } from "../stub/resolver.ts";

export interface Namespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ServicePort {
  /** `""` where the only port has no name. */
  readonly name: string;
  /** `TCP`, `UDP` or `SCTP`. */
  readonly protocol: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`. */
  readonly type: string;
  /** `clusterIPs`, or `clusterIP` where that is absent; empty for headless and ExternalName. */
  readonly clusterIPs: readonly string[];
  /** Absent in a List written by hand. */
  readonly ipFamilies?: readonly ("IPv4" | "IPv6")[];
  /** `clusterIP` is `None`. */
  readonly headless: boolean;
  readonly externalName?: string;
  readonly ports: readonly ServicePort[];
  readonly selector?: Readonly<Record<string, string>>;
  readonly externalIPs: readonly string[];
  /** `status.loadBalancer.ingress`. */
  readonly ingress: readonly {
    readonly ip?: string;
    readonly hostname?: string;
    readonly ipMode?: string;
  }[];
  readonly sessionAffinity: "None" | "ClientIP";
  /** Seconds. */
  readonly affinityTimeout: number;
  readonly internalTrafficPolicy: "Cluster" | "Local";
  readonly externalTrafficPolicy: "Cluster" | "Local";
  readonly healthCheckNodePort?: number;
  readonly loadBalancerSourceRanges: readonly string[];
  readonly publishNotReadyAddresses: boolean;
}

export interface Endpoint {
  readonly addresses: readonly string[];
  /** `conditions`: `ready` true or missing is ready; the other two default to `ready` and false. */
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly zone?: string;
  /** The Pod behind it, of `targetRef`. */
  readonly pod?: { readonly namespace: string; readonly name: string };
}

export interface EndpointSlice {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addressType: "IPv4" | "IPv6" | "FQDN";
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly port?: number;
  }[];
  readonly endpoints: readonly Endpoint[];
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  /** `status.podIP`. */
  readonly podIP?: string;
  readonly podIPs: readonly string[];
  /** `Running`, `Pending`, `Succeeded` … */
  readonly phase: string;
  /** `metadata.deletionTimestamp` is set. */
  readonly deleting: boolean;
  readonly ready: boolean;
  readonly hostNetwork: boolean;
  /** As in the spec; absent is `ClusterFirst`. */
  readonly dnsPolicy: string;
  readonly dnsConfig?: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly { readonly name: string; readonly value?: string }[];
  };
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly hostnameOverride?: string;
  readonly setHostnameAsFQDN: boolean;
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  /** Container ports by name: what a Service's named targetPort points to. */
  readonly namedPorts: Readonly<Record<string, number>>;
  /** Annotation `ndots.dev/libc`. */
  readonly libc?: Libc;
}

export interface Node {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `InternalIP`s in the order given. */
  readonly internalIPs: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly ready: boolean;
  /** The node's own files: annotations `ndots.dev/resolv.conf` and `ndots.dev/hosts`. */
  readonly resolvConf?: string;
  readonly hosts?: string;
}

/** In the order of the dump. A hundred thousand Pods are not kept as objects: each is made when it is asked for. */
export interface Pods extends Iterable<Pod> {
  readonly length: number;
}

/** A multicluster Service (KEP-1645). */
export interface ServiceImport {
  readonly namespace: string;
  readonly name: string;
  /** `ClusterSetIP` or `Headless`. */
  readonly type: string;
  readonly ips: readonly string[];
  readonly ports: readonly ServicePort[];
}

export interface KubeProxyConfig {
  /** `iptables`, `ipvs`, `nftables`, … */
  readonly mode: string;
  readonly clusterCIDR: readonly string[];
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
}

export interface Cluster {
  readonly name: string;
  /** Without dots at its ends: `cluster.local`. */
  readonly domain: string;
  readonly clusterDNS: readonly string[];
  readonly corefile: string;
  /** Other keys of ConfigMap `kube-system/coredns` and of `coredns-custom`, by file name. */
  readonly corednsFiles: ReadonlyMap<string, string>;
  readonly corednsCustom: ReadonlyMap<string, string>;
  /** ConfigMap `kube-system/node-local-dns`, key `Corefile`. */
  readonly nodeLocalCorefile?: string;
  /** ConfigMap `kube-system/kube-dns`, keys `upstreamNameservers` and `stubDomains`: NodeLocal DNSCache reads them. */
  readonly kubeDns: ReadonlyMap<string, string>;
  readonly kubeProxy: KubeProxyConfig;
  /** kubelet runs with `resolvConf: ""`: no node's file is read. */
  readonly nodeResolvConfOff?: true;
  /** A sentence for each default that stands where the dump is silent: `clusterDomain cluster.local`. */
  readonly assumed: readonly string[];
  /** Annotation `ndots.dev/default-pod` of the List, `namespace/name`. */
  readonly defaultPod?: string;

  readonly namespaces: ReadonlyMap<string, Namespace>;
  /** In the order of the dump. */
  readonly services: readonly Service[];
  readonly pods: Pods;
  readonly nodes: readonly Node[];
  readonly slices: readonly EndpointSlice[];
  readonly serviceImports: readonly ServiceImport[];

  service(namespace: string, name: string): Service | undefined;
  serviceImport(namespace: string, name: string): ServiceImport | undefined;
  /** By label `kubernetes.io/service-name`, and by the selector where the dump has no slices for the Service. */
  slicesOf(namespace: string, service: string): readonly EndpointSlice[];
  /** By label `multicluster.kubernetes.io/service-name`. */
  slicesOfImport(namespace: string, service: string): readonly EndpointSlice[];
  pod(namespace: string, name: string): Pod | undefined;
  node(name: string): Node | undefined;
  /** Addresses are compared in canonical form (`fd00::1`). */
  serviceByIP(address: string): Service | undefined;
  /** Every endpoint with that address, ready or not, with its slice and the Service's name. */
  endpointsByIP(address: string): readonly EndpointAt[];
  /** The pods with that `podIPs` entry; more than one on a host network. */
  podsByIP(address: string): readonly Pod[];
  /** The names of the pods in that namespace, in the order of the dump. */
  podNames(namespace: string): readonly string[];
  /** The pods with that `nodeName`; those without one for undefined. */
  podsOnNode(name: string | undefined): readonly Pod[];
  nodeByIP(address: string): Node | undefined;
}

export interface EndpointAt {
  readonly slice: EndpointSlice;
  readonly endpoint: Endpoint;
  /** Undefined for a slice without the label. */
  readonly service: string | undefined;
}
