/**
 * Small Kubernetes objects for tests, in the shape that kubectl prints, and the List around them.
 *
 * @module
 */
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster } from "../../src/cluster/model.ts";

export type Item = Readonly<Record<string, unknown>>;

export function list(items: readonly unknown[], annotations: Item = {}): Item {
  return { apiVersion: "v1", kind: "List", metadata: { annotations }, items };
}

/** The cluster of these items; a test that gives wrong ones fails with the reason. */
export function clusterOf(items: readonly unknown[], annotations: Item = {}): Cluster {
  const cluster = readList("test", list(items, annotations));
  if (!cluster.ok) throw new Error(describeListError(cluster.error));
  return cluster.value;
}

export function namespace(name: string, labels: Item = {}): Item {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

export function node(name: string, more: { spec?: Item; status?: Item; files?: Item } = {}): Item {
  const { spec = {}, status = {}, files = {} } = more;
  const annotations = Object.fromEntries(
    Object.entries(files).map(([file, text]) => [`ndots.dev/${file}`, text]),
  );
  return { apiVersion: "v1", kind: "Node", metadata: { name, annotations }, spec, status };
}

/** `name` is `namespace/name`, or the name in `default`. */
export function service(name: string, spec: Item, metadata: Item = {}): Item {
  return { apiVersion: "v1", kind: "Service", metadata: { ...named(name), ...metadata }, spec };
}

/** An EndpointSlice of the Service of that name. */
export function slice(
  name: string,
  ports: readonly Item[],
  endpoints: readonly Item[],
  addressType = "IPv4",
): Item {
  const metadata = named(name);
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...metadata,
      name: `${metadata.name}-${addressType.toLowerCase()}`,
      labels: { "kubernetes.io/service-name": metadata.name },
    },
    addressType,
    ports,
    endpoints,
  };
}

export function pod(
  name: string,
  more: { spec?: Item; status?: Item; labels?: Item; annotations?: Item; metadata?: Item } = {},
): Item {
  const { spec = {}, status = {}, labels = {}, annotations = {}, metadata = {} } = more;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...named(name), labels, annotations, ...metadata },
    spec,
    status,
  };
}

export function configMap(name: string, data: Item): Item {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { ...named(name) }, data };
}

/** kube-dns as kubeadm installs it, with these endpoints. */
export function kubeDns(...endpoints: readonly Item[]): readonly Item[] {
  const ports = [
    { name: "dns", port: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, protocol: "TCP" },
  ];
  return [
    service("kube-system/kube-dns", {
      clusterIP: "10.96.0.10",
      clusterIPs: ["10.96.0.10"],
      ports,
      selector: { "k8s-app": "kube-dns" },
    }),
    slice("kube-system/kube-dns", ports, endpoints),
  ];
}

/** A ready endpoint at `address`. */
export function ready(address: string, more: Item = {}): Item {
  return { addresses: [address], conditions: { ready: true }, ...more };
}

function named(name: string): { readonly name: string; readonly namespace: string } {
  const [first = "", second] = name.split("/");
  return second === undefined
    ? { name: first, namespace: "default" }
    : { name: second, namespace: first };
}
