/**
 * Where the cluster's CoreDNS runs, and what of its Corefile listens on which port there.
 *
 * @module
 */
import { dnsServiceOf } from "../cluster/dns-service.ts";
import type { Cluster, Node } from "../cluster/model.ts";
import { buildFrom, type CoreDns } from "./server.ts";

export interface Home {
  /** The node whose resolv.conf CoreDNS has. */
  readonly node: Node | undefined;
  /** The port of its pods that its Service leads to. */
  readonly port: number;
}

export function homeOfCoreDns(cluster: Cluster): Home {
  const named = cluster.clusterDNS.map((address) => cluster.serviceByIP(address));
  // Where kubelet gives the address of the node's own cache, no Service has it.
  const others = named.some((service) => service !== undefined)
    ? []
    : [dnsServiceOf(cluster.services, cluster.pods, cluster.slices)];
  for (const service of [...named, ...others]) {
    if (service === undefined) continue;
    for (const slice of cluster.slicesOf(service.namespace, service.name)) {
      const port = slice.ports.find(({ protocol }) => protocol === "UDP")?.port;
      const nodeName = slice.endpoints.find((one) => one.nodeName !== undefined)?.nodeName;
      if (nodeName !== undefined) return { node: cluster.node(nodeName), port: port ?? 53 };
    }
  }
  return { node: cluster.nodes[0], port: 53 };
}

/**
 * The server on another port of CoreDNS's pods, as in `forward internal.test 127.0.0.1:5353` with a block `.:5353`.
 *
 * @param coredns the server on the port that the Service leads to
 * @returns undefined where no block of the Corefile listens on `port`
 */
export function coreDnsOn(port: number, cluster: Cluster, coredns: CoreDns): CoreDns | undefined {
  const home = homeOfCoreDns(cluster);
  if (port === home.port) return coredns;
  const listens = coredns.blocks.some(({ keys }) =>
    keys.some((key) => key.scheme === "dns" && key.port === port),
  );
  if (!listens) return undefined;
  const others = OTHERS.get(coredns) ?? new Map<number, CoreDns>();
  OTHERS.set(coredns, others);
  const known = others.get(port);
  if (known) return known;
  const built = buildFrom(cluster.corefile, cluster, home.node, port);
  if (!built.ok) return undefined;
  others.set(port, built.value);
  return built.value;
}

/** As many as the Corefile has ports. */
const OTHERS = new WeakMap<CoreDns, Map<number, CoreDns>>();
