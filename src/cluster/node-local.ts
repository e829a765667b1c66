/**
 * NodeLocal DNSCache: the addresses that it takes on every node, and the Service behind it.
 *
 * A dump does not show the daemon's arguments, so its addresses are read from the `bind` lines of its Corefile; what
 * these leave to be filled in is what the manifest gives it: 169.254.20.10, and with kube-proxy in iptables mode the
 * ClusterIP of kube-dns too, so that Pods need no other nameserver (cluster/addons/dns/nodelocaldns in Kubernetes).
 *
 * @module
 */
import { canonicalAddress } from "../dns/address.ts";
import { dnsServiceOf } from "./dns-service.ts";
import type { Cluster, Service } from "./model.ts";

export interface NodeLocal {
  /** Canonical, in the order of the Corefile; at least one. */
  readonly addresses: readonly string[];
  /** The Service that leads to CoreDNS: kube-dns-upstream, else kube-dns; undefined in a dump without either. */
  readonly behind: Service | undefined;
}

/** The address that the manifest gives the cache on every node. */
export const NODE_LOCAL = "169.254.20.10";

/** Undefined where the cluster has no ConfigMap node-local-dns. */
export function nodeLocalOf(cluster: Cluster): NodeLocal | undefined {
  if (cluster.nodeLocalCorefile === undefined) return undefined;
  const known = KNOWN.get(cluster) ?? read(cluster, cluster.nodeLocalCorefile);
  KNOWN.set(cluster, known);
  return known;
}

const KNOWN = new WeakMap<Cluster, NodeLocal>();

function read(cluster: Cluster, corefile: string): NodeLocal {
  const kubeDns =
    cluster.service("kube-system", "kube-dns") ??
    dnsServiceOf(cluster.services, cluster.pods, cluster.slices);
  // In ipvs mode the kernel takes a ClusterIP before any socket of the node could.
  const takesClusterIPs = cluster.kubeProxy.mode === "iptables";
  const given = [NODE_LOCAL, ...(takesClusterIPs ? (kubeDns?.clusterIPs ?? []) : [])];
  const bound = new Set<string>();
  const lines = bindLines(corefile);
  for (const words of lines.length === 0 ? [[""]] : lines) {
    for (const word of words) {
      const address = canonicalAddress(word);
      const own = address === undefined || address === "0.0.0.0" || address === "::";
      for (const one of own ? given : [address]) {
        if (takesClusterIPs || cluster.serviceByIP(one) === undefined) bound.add(one);
      }
    }
  }
  return {
    addresses: bound.size === 0 ? given : [...bound],
    behind: cluster.service("kube-system", "kube-dns-upstream") ?? kubeDns,
  };
}

/** The arguments of each `bind`: a directive stands on a line of its own. */
function bindLines(corefile: string): readonly (readonly string[])[] {
  return corefile.split("\n").flatMap((line) => {
    const [name, ...args] = line.replace(/#.*/, "").trim().split(/\s+/);
    return name === "bind" && args.length > 0 ? [args] : [];
  });
}
