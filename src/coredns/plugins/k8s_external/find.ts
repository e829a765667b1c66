/**
 * Which addresses from outside stand behind a name, and which names behind an address.
 *
 * Upstream: `plugin/kubernetes/external.go`, and `nsAddrs` in `plugin/kubernetes/ns.go`.
 *
 * @module
 */
import type { Cluster, Service } from "../../../cluster/model.ts";
import { endpointLabel, readyAddresses, type View } from "../kubernetes/view.ts";

/** One address, or name, with one port. */
export interface ExternalItem {
  /** An address; the name of a load balancer that has none. */
  readonly host: string;
  /** The name that an SRV record would point to, without the zone: `web.default`. */
  readonly target: string;
  /** Undefined where the Service has no ports. */
  readonly port: number | undefined;
}

/** Without items the name is there, but nothing else: NODATA. `did` is a sentence without its full stop. */
export type FoundOutside =
  | { readonly exists: true; readonly items: readonly ExternalItem[]; readonly did: string }
  | { readonly exists: false; readonly did: string };

/** @param left the labels left of the zone, in lower case, leftmost first: at least one */
export function findOutside(view: View, left: readonly string[], headless: boolean): FoundOutside {
  const [namespace = "", name, ...further] = [...left].reverse();
  const hidden = view.namespaceHidden(namespace);
  if (hidden !== undefined) return { exists: false, did: hidden };
  if (name === undefined) {
    return { exists: true, items: [], did: `namespace ${namespace}, without records of its own` };
  }
  const part = partOf(further);
  if (part === undefined) {
    return { exists: false, did: `${further.length} labels left of ${name}` };
  }
  const service = view.service(namespace, name);
  if (service === undefined) {
    return { exists: false, did: `no Service ${name} in namespace ${namespace}` };
  }
  const named = `Service ${service.name} in ${service.namespace}`;
  const hosts = hostsOf(service);
  const isByEndpoint = service.headless || part.endpoint !== "";
  const items =
    headless && hosts.length === 0 && isByEndpoint
      ? endpointItems(view, service, part)
      : hostItems(service, hosts, part);
  const [first] = items;
  if (first === undefined) return { exists: false, did: `${named} ${missing(hosts, part)}` };
  const all = [...new Set(items.map(({ host }) => host))];
  const some = all.slice(0, 3).join(", ");
  return { exists: true, items, did: `${named}: ${some}${all.length > 3 ? " …" : ""}` };
}

/** `spec.externalIPs`, then the load balancer's addresses, or names where it has none. */
export function hostsOf(service: Service): readonly string[] {
  return [
    ...service.externalIPs,
    ...service.ingress.map(({ ip, hostname }) => ip ?? hostname ?? ""),
  ];
}

/** The Services by each of their hosts, as it is spelled there, in the order of the dump. */
export function servicesByHost(cluster: Cluster): ReadonlyMap<string, readonly Service[]> {
  const map = new Map<string, Service[]>();
  for (const service of cluster.services) {
    for (const host of new Set(hostsOf(service))) {
      const known = map.get(host);
      if (known) known.push(service);
      else map.set(host, [service]);
    }
  }
  return map;
}

/**
 * The addresses under which the outside reaches this CoreDNS; its own ones where no Service stands in front of it. One that
 * two slices lead to is there twice, as in CoreDNS.
 */
export function serverAddresses(
  view: View,
  server: readonly string[],
  headless: boolean,
): readonly string[] {
  const slices = server.flatMap((address) => view.slicesByIP(address));
  if (slices.length === 0) return server;
  return slices.flatMap(({ slice, service: name }) => {
    const service = view.service(slice.namespace, name);
    if (service === undefined) return [];
    if (!headless || !service.headless) return hostsOf(service);
    return [...readyAddresses([slice])].map(({ address }) => address);
  });
}

/** What stands left of the Service; an empty text is any. */
interface Part {
  readonly endpoint: string;
  readonly port: string;
  readonly protocol: string;
}

/** @param further the labels left of the Service, the rightmost first */
function partOf(further: readonly string[]): Part | undefined {
  const [first = "", second, ...rest] = further.map((label) => label.replace(/^_/, ""));
  if (second === undefined) return { endpoint: first, port: "", protocol: "" };
  return rest.length > 0 ? undefined : { endpoint: "", port: second, protocol: first };
}

/** Any one label in front of a Service with external addresses is let pass: CoreDNS looks at it for endpoints alone. */
function hostItems(service: Service, hosts: readonly string[], part: Part): ExternalItem[] {
  const target = `${service.name}.${service.namespace}`;
  const ports = service.ports.length > 0 ? service.ports : NO_PORTS;
  const open = ports.filter((port) => isPort(part, port));
  return hosts.flatMap((host) => open.map(({ port }) => ({ host, target, port })));
}

function endpointItems(view: View, service: Service, part: Part): ExternalItem[] {
  return [...readyAddresses(view.slices(service.namespace, service.name))].flatMap((ready) => {
    const label = endpointLabel(ready, view.options);
    if (part.endpoint !== "" && part.endpoint !== label.toLowerCase()) return [];
    const ports = ready.slice.ports.length > 0 ? ready.slice.ports : NO_PORTS;
    const target = `${label}.${service.name}.${service.namespace}`;
    return ports
      .filter((port) => isPort(part, port))
      .map(({ port }) => ({ host: ready.address, target, port }));
  });
}

interface Port {
  readonly name: string;
  readonly protocol: string;
  readonly port?: number | undefined;
}

/** A Service or slice without ports is found, but no port of it is (upstream: port -1). */
const NO_PORTS: readonly Port[] = [{ name: "", protocol: "", port: undefined }];

function isPort(part: Part, port: Port): boolean {
  return (
    (part.port === "" || part.port === port.name.toLowerCase()) &&
    (part.protocol === "" || part.protocol === port.protocol.toLowerCase())
  );
}

function missing(hosts: readonly string[], { port, protocol }: Part): string {
  if (hosts.length === 0) return "has no address to be reached at from outside";
  return `has no port ${port || "*"}/${protocol || "*"}`;
}
