/**
 * The cluster as the plugin's options let it be seen: `namespaces`, `labels`, `namespace_labels` and `noendpoints` applied.
 *
 * @module
 */
import type {
  Cluster,
  Endpoint,
  EndpointSlice,
  Pod,
  Service,
  ServiceImport,
} from "../../../cluster/model.ts";
import type { Options } from "./options.ts";
import { selects } from "./selector.ts";

export interface View {
  readonly options: Options;
  /** Undefined where the namespace is there to be asked for; else why not, a sentence without its full stop. */
  namespaceHidden(namespace: string): string | undefined;
  /** Whether `namespaces` lets PTR records of that namespace through; `namespace_labels` does not count here. */
  namespaceListed(namespace: string): boolean;
  service(namespace: string, name: string): Service | undefined;
  serviceImport(namespace: string, name: string): ServiceImport | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  importSlices(namespace: string, service: string): readonly EndpointSlice[];
  serviceByIP(address: string): Service | undefined;
  /** The slices in which a ready endpoint has that address, each once; `service` is empty where a slice names none. */
  slicesByIP(address: string): readonly SliceOf[];
  /** Pods that run and have that address in `podIPs`. */
  pods(address: string): readonly Pod[];
}

export interface SliceOf {
  readonly slice: EndpointSlice;
  readonly service: string;
}

/** An address of an endpoint that is ready. */
export interface ReadyAddress {
  readonly address: string;
  readonly endpoint: Endpoint;
  readonly slice: EndpointSlice;
}

export function viewOf(cluster: Cluster, options: Options): View {
  const selected = <T extends { readonly labels: Readonly<Record<string, string>> }>(of: T) =>
    selects(options.labels, of.labels);
  const listed = (namespace: string) =>
    options.namespaces.length === 0 || options.namespaces.includes(namespace);
  return {
    options,
    namespaceHidden(namespace) {
      if (!listed(namespace)) return `namespace ${namespace} is not in namespaces`;
      const found = cluster.namespaces.get(namespace);
      if (found === undefined) return `namespace ${namespace} does not exist`;
      if (selects(options.namespaceLabels, found.labels)) return undefined;
      return `namespace ${namespace} does not match namespace_labels`;
    },
    namespaceListed: (namespace) =>
      options.namespaces.length === 0 || (listed(namespace) && cluster.namespaces.has(namespace)),
    service: (namespace, name) => only(cluster.service(namespace, name), selected),
    serviceImport: (namespace, name) => cluster.serviceImport(namespace, name),
    slices: (namespace, service) =>
      options.noEndpoints ? [] : cluster.slicesOf(namespace, service).filter(selected),
    importSlices: (namespace, service) =>
      options.noEndpoints ? [] : cluster.slicesOfImport(namespace, service),
    serviceByIP: (address) => only(cluster.serviceByIP(address), selected),
    slicesByIP(address) {
      const slices = new Map<EndpointSlice, SliceOf>();
      for (const { slice, service, endpoint } of cluster.endpointsByIP(address)) {
        if (options.noEndpoints || !endpoint.ready) continue;
        if (selected(slice)) slices.set(slice, { slice, service: service ?? "" });
      }
      return [...slices.values()];
    },
    pods: (address) => cluster.podsByIP(address).filter((pod) => runs(pod) && selected(pod)),
  };
}

/**
 * The ready addresses of these slices, in their order. Slices of type FQDN have no meaning that Kubernetes defines, and
 * nothing writes them: they are passed over.
 */
export function* readyAddresses(slices: readonly EndpointSlice[]): Generator<ReadyAddress> {
  for (const slice of slices) {
    if (slice.addressType === "FQDN") continue;
    for (const endpoint of slice.endpoints) {
      if (!endpoint.ready) continue;
      for (const address of endpoint.addresses) yield { address, endpoint, slice };
    }
  }
}

/**
 * The label by which an endpoint's address is known below its Service: the hostname, else the Pod's name if the option asks for
 * it and it can be a label, else the address with dashes (upstream: `endpointHostname`).
 */
export function endpointLabel({ address, endpoint }: ReadyAddress, options: Options): string {
  if (endpoint.hostname) return endpoint.hostname;
  const pod = endpoint.pod?.name;
  if (options.endpointPodNames && pod && pod.length < 64) return pod;
  if (address.includes(".")) return address.replaceAll(".", "-");
  const dashed = address.replaceAll(":", "-");
  return dashed.endsWith("-") ? `${dashed}0` : dashed;
}

/** Deleted and finished Pods are not in CoreDNS's list (upstream: `object/pod.go`, `controller.go`). */
function runs(pod: Pod): boolean {
  return !pod.deleting && !["Succeeded", "Failed", "Unknown"].includes(pod.phase);
}

function only<T>(found: T | undefined, selected: (of: T) => boolean): T | undefined {
  return found !== undefined && selected(found) ? found : undefined;
}
