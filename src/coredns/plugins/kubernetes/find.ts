/**
 * Which records stand behind a name of a cluster zone: Services, endpoints, Pods, and those of imported Services.
 *
 * Upstream: `findServices`, `findPods` and `findMultiClusterServices` in `plugin/kubernetes/kubernetes.go`.
 *
 * @module
 */

import type { EndpointSlice, Service } from "../../../cluster/model.ts";
import { addressFamily } from "../../../dns/address.ts";
import type { Request, ServiceRequest } from "./request.ts";
import { endpointLabel, type ReadyAddress, readyAddresses, type View } from "./view.ts";

/** One address with one port; for an ExternalName the name it stands for. */
export interface Item {
  /** An address, or the target of a CNAME. */
  readonly host: string;
  /** The name that an SRV record would point to, without the zone: `web.default.svc`. */
  readonly target: string;
  /** Undefined where the Service has no ports; 0 for a Pod. */
  readonly port: number | undefined;
}

/** `did` is a sentence without its full stop for people. */
export type Found =
  /** Without items the name is there, but nothing else: NODATA. */
  | { readonly exists: true; readonly items: readonly Item[]; readonly did: string }
  | { readonly exists: false; readonly did: string };

/** @param multicluster the zone holds imported Services, not the cluster's own */
export function find(view: View, request: Request, multicluster: boolean): Found {
  if (request.kind === "none") return nothing(request.why);
  if (request.kind === "empty") return there([], "a name above others, without records");
  const hidden = view.namespaceHidden(request.namespace);
  if (hidden !== undefined) return nothing(hidden);
  if (request.kind === "service") {
    return multicluster ? findImport(view, request) : findService(view, request);
  }
  const disabled = view.options.pods === "disabled";
  if (request.kind === "namespace") {
    if (request.of === "pod" && disabled) return nothing("pods disabled");
    return there([], `namespace ${request.namespace}, without records of its own`);
  }
  return disabled ? nothing("pods disabled") : findPod(view, request.namespace, request.address);
}

function findPod(view: View, namespace: string, label: string): Found {
  const address = podAddress(label);
  const target = `${label}.${namespace}.pod`;
  if (addressFamily(address) === undefined) return nothing(`${label} is no address with dashes`);
  if (view.options.pods === "insecure") {
    const did = "pods insecure: the address is in the name";
    return there([{ host: address, target, port: 0 }], did);
  }
  // CoreDNS compares the texts, so that another spelling of an IPv6 address is another name.
  const pods = view
    .pods(address)
    .filter((pod) => pod.namespace === namespace && pod.podIP?.toLowerCase() === address);
  if (pods.length === 0) return nothing(`no Pod with ${address} in namespace ${namespace}`);
  const did = `Pod ${pods.map((pod) => pod.name).join(", ")} in ${namespace}: ${address}`;
  return there(
    pods.map(() => ({ host: address, target, port: 0 })),
    did,
  );
}

/** `10-244-1-4` is IPv4, all else IPv6: `fd00--4`. */
function podAddress(label: string): string {
  const three = label.split("-").length === 4 && !label.includes("--");
  return label.replaceAll("-", three ? "." : ":");
}

function findService(view: View, request: ServiceRequest): Found {
  const { namespace, part } = request;
  const service = view.service(namespace, request.service);
  if (service === undefined)
    return nothing(`no Service ${request.service} in namespace ${namespace}`);
  const named = `Service ${service.name} in ${service.namespace}`;
  const slices = () => view.slices(service.namespace, service.name);
  if (service.type === "ExternalName") return findExternalName(service, part, named);
  if (view.options.ignoreEmptyService && !service.headless && isEmpty(slices())) {
    return nothing(`${named} has no ready endpoint (ignore empty_service)`);
  }
  const target = `${service.name}.${service.namespace}.svc`;
  if (service.headless || part?.kind === "endpoint") {
    // Names with a cluster label exist in multicluster zones alone, where no Service of our own is.
    return findEndpoints(view, part, named, slices(), (ready) => `${label(view, ready)}.${target}`);
  }
  if (part?.kind === "zone") return nothing(`${named} is not headless: no zones below it`);
  const ports = service.ports.length > 0 ? service.ports : NO_PORTS;
  return findClusterIPs(part, named, "ClusterIP", ports, service.clusterIPs, target);
}

function findExternalName(service: Service, part: ServiceRequest["part"], named: string): Found {
  const host = service.externalName ?? "";
  // `_._` is port and protocol left open, which is what the bare name says.
  const open = part?.kind === "port" && part.port === "" && part.protocol === "";
  if (part !== undefined && !open)
    return nothing(`${named} is an ExternalName: nothing is below it`);
  if (host === "") return nothing(`${named} is an ExternalName without a name`);
  if (addressFamily(host) !== undefined)
    return nothing(`${named}: ExternalName ${host} is an address`);
  const target = `${service.name}.${service.namespace}.svc`;
  return there([{ host, target, port: 0 }], `${named}: ExternalName ${host}`);
}

function findImport(view: View, request: ServiceRequest): Found {
  const { namespace, part } = request;
  const found = view.serviceImport(namespace, request.service);
  if (found === undefined) {
    return nothing(`no ServiceImport ${request.service} in namespace ${namespace}`);
  }
  const named = `ServiceImport ${found.name} in ${found.namespace}`;
  const headless = found.type === "Headless";
  const slices = view.importSlices(found.namespace, found.name);
  if (view.options.ignoreEmptyService && !headless && isEmpty(slices)) {
    return nothing(`${named} has no ready endpoint (ignore empty_service)`);
  }
  const target = `${found.name}.${found.namespace}.svc`;
  if (headless || part?.kind === "endpoint") {
    const wanted = part?.kind === "endpoint" ? part.cluster : undefined;
    if (part?.kind === "endpoint" && wanted === undefined) {
      return nothing(`${named}: an endpoint's name has its cluster's label`);
    }
    const ofCluster =
      wanted === undefined ? slices : slices.filter((slice) => sourceCluster(slice) === wanted);
    return findEndpoints(view, part, named, ofCluster, (ready) => {
      const cluster = sourceCluster(ready.slice);
      return `${label(view, ready)}.${cluster === "" ? "" : `${cluster}.`}${target}`;
    });
  }
  return findClusterIPs(part, named, "ClusterSetIP", found.ports, found.ips, target);
}

function findClusterIPs(
  part: ServiceRequest["part"],
  named: string,
  kind: "ClusterIP" | "ClusterSetIP",
  ports: readonly Port[],
  addresses: readonly string[],
  target: string,
): Found {
  const open = ports.filter((port) => isPort(part, port));
  if (open.length === 0) return nothing(`${named} has no port ${portText(part)}`);
  const items = open.flatMap(({ port }) => addresses.map((host) => ({ host, target, port })));
  return there(items, `${named}: ${kind} ${addresses.join(", ") || "none yet"}`);
}

/** The records of a headless Service, of one endpoint, or of the endpoints in one zone. */
function findEndpoints(
  view: View,
  part: ServiceRequest["part"],
  named: string,
  slices: readonly EndpointSlice[],
  target: (ready: ReadyAddress) => string,
): Found {
  const all = [...readyAddresses(slices)];
  let ready = all;
  if (part?.kind === "endpoint") {
    ready = all.filter((one) => label(view, one).toLowerCase() === part.endpoint);
    if (ready.length === 0) return nothing(`${named} has no ready endpoint ${part.endpoint}`);
  } else if (part?.kind === "zone") {
    ready = all.filter(({ endpoint }) => endpoint.zone?.toLowerCase() === part.zone);
    if (ready.length === 0) {
      const did = `${named} has no ready endpoint in zone ${part.zone}`;
      if (part.directive === "pin" || all.length === 0) return there([], did);
      ready = all;
    }
  }
  if (ready.length === 0) return nothing(`${named} has no ready endpoint`);
  const items = ready.flatMap((one) => {
    const ports = one.slice.ports.length > 0 ? one.slice.ports : NO_PORTS;
    const open = ports.filter((port) => isPort(part, port));
    return open.map(({ port }) => ({ host: one.address, target: target(one), port }));
  });
  if (items.length === 0)
    return nothing(`${named} has no ready endpoint with port ${portText(part)}`);
  const addresses = new Set(items.map(({ host }) => host));
  return there(items, `${named}: ${endpointsText([...addresses])}`);
}

interface Port {
  readonly name: string;
  readonly protocol: string;
  readonly port?: number | undefined;
}

/** A Service or slice without ports is found, but no port of it is (upstream: port -1). */
const NO_PORTS: readonly Port[] = [{ name: "", protocol: "", port: undefined }];

function isPort(part: ServiceRequest["part"], port: Port): boolean {
  if (part?.kind !== "port") return true;
  return (
    (part.port === "" || part.port === port.name.toLowerCase()) &&
    (part.protocol === "" || part.protocol === port.protocol.toLowerCase())
  );
}

function portText(part: ServiceRequest["part"]): string {
  return part?.kind === "port" ? `${part.port || "*"}/${part.protocol || "*"}` : "at all";
}

/** The first few: a Service may have a thousand. */
function endpointsText(addresses: readonly string[]): string {
  const first = addresses.slice(0, 3).join(", ");
  if (addresses.length === 1) return `ready endpoint ${first}`;
  return `${addresses.length} ready endpoints ${first}${addresses.length > 3 ? " …" : ""}`;
}

function label(view: View, ready: ReadyAddress): string {
  return endpointLabel(ready, view.options);
}

function sourceCluster(slice: EndpointSlice): string {
  return (slice.labels["multicluster.kubernetes.io/source-cluster"] ?? "").toLowerCase();
}

function isEmpty(slices: readonly EndpointSlice[]): boolean {
  return readyAddresses(slices).next().done === true;
}

function there(items: readonly Item[], did: string): Found {
  return { exists: true, items, did };
}

function nothing(did: string): Found {
  return { exists: false, did };
}
