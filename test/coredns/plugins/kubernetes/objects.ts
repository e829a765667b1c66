/**
 * Objects of a cluster as `kubectl get -o json` prints them, short to write.
 *
 * @module
 */
type Fields = Readonly<Record<string, unknown>>;

export function namespace(name: string, labels: Fields = {}): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** @param of `namespace/name` */
export function service(of: string, spec: Fields, labels: Fields = {}): object {
  return { apiVersion: "v1", kind: "Service", metadata: { ...named(of), labels }, spec };
}

/** `ports`: `name/protocol/port`, the name may be empty. */
export function ports(...texts: readonly string[]): object[] {
  return texts.map((text) => {
    const [name, protocol, port] = text.split("/");
    return { ...(name && { name }), protocol, port: Number(port) };
  });
}

/** An EndpointSlice of `service`, `namespace/name`; of IPv6 where an address has a colon. */
export function slice(
  of: string,
  endpoints: readonly Fields[],
  { open = [] as readonly object[], name = "", labels = {} as Fields } = {},
): object {
  const { namespace, name: service } = named(of);
  const addressType = JSON.stringify(endpoints.map((one) => one.addresses)).includes(":")
    ? "IPv6"
    : "IPv4";
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: name || `${service}-${addressType.toLowerCase()}`,
      namespace,
      labels: { "kubernetes.io/service-name": service, ...labels },
    },
    addressType,
    endpoints,
    ports: open,
  };
}

export function endpoint(address: string, more: Fields = {}): Fields {
  return { addresses: [address], conditions: { ready: true }, ...more };
}

/** @param of `namespace/name` */
export function pod(of: string, podIP: string, status: Fields = {}, metadata: Fields = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...named(of), ...metadata },
    spec: { nodeName: "node-1", containers: [{ name: "main" }] },
    status: { phase: "Running", podIP, podIPs: [{ ip: podIP }], ...status },
  };
}

function named(of: string): { namespace: string; name: string } {
  const [namespace = "", name = ""] = of.split("/");
  return { namespace, name };
}
