/**
 * The cluster with one thing changed, to see what a lookup would then cost.
 *
 * @module
 */
import { dnsServiceOf } from "../cluster/dns-service.ts";
import type { Cluster, Service } from "../cluster/model.ts";
import { nodeLocalOf } from "../cluster/node-local.ts";
import { vantageOf } from "../cluster/vantage.ts";
import type { Asker, OpenCluster } from "../clusters.ts";
import { parseCorefile } from "../coredns/corefile.ts";
import { homeOfCoreDns } from "../coredns/home.ts";
import { buildFrom, type CoreDns } from "../coredns/server.ts";
import { addressFamily } from "../dns/address.ts";

/** With `autopath @kubernetes` and `pods verified`, which it needs; undefined where it has autopath, or no kubernetes. */
export function withAutopath(open: OpenCluster): CoreDns | undefined {
  const known = KNOWN.get(open);
  if (known !== undefined) return known.coredns;
  const text = autopathCorefile(open.cluster.corefile);
  const { node, port } = homeOfCoreDns(open.cluster);
  const built = text === undefined ? undefined : buildFrom(text, open.cluster, node, port);
  const coredns = built?.ok ? built.value : undefined;
  KNOWN.set(open, { coredns });
  return coredns;
}

const KNOWN = new WeakMap<OpenCluster, { readonly coredns: CoreDns | undefined }>();

/** The text with the two lines that autopath takes; undefined where they do not fit. */
export function autopathCorefile(corefile: string): string | undefined {
  const parsed = parseCorefile(corefile, new Map());
  if (!parsed.ok) return undefined;
  const directives = parsed.value.flatMap((block) => block.directives);
  if (directives.some(({ name }) => name === "autopath")) return undefined;
  const kubernetes = directives.find(({ name, file }) => name === "kubernetes" && !file);
  if (kubernetes === undefined) return undefined;
  const lines = corefile.split("\n");
  const at = kubernetes.line - 1;
  const opening = lines[at] ?? "";
  const pods = kubernetes.block.find(({ name }) => name === "pods");
  const indent = /^\s*/.exec(opening)?.[0] ?? "";
  if (pods) lines[pods.line - 1] = `${indent}    pods verified`;
  else if (/\{\s*$/.test(opening)) lines.splice(at + 1, 0, `${indent}    pods verified`);
  else lines[at] = `${opening.trimEnd()} {\n${indent}    pods verified\n${indent}}`;
  lines.splice(at, 0, `${indent}autopath @kubernetes`);
  return lines.join("\n");
}

/**
 * With NodeLocal DNSCache on every node, as Kubernetes' manifest installs it, and the Service that it asks; undefined where
 * the cluster has it, or where kube-proxy's mode would want another address in every Pod.
 */
export function withNodeLocal(open: OpenCluster): OpenCluster | undefined {
  const known = NODE_LOCAL_KNOWN.get(open);
  if (known !== undefined) return known.open;
  const cluster = nodeLocalCluster(open.cluster);
  const changed = cluster && {
    ...open,
    cluster,
    vantage: (asker: Asker) => vantageOf(cluster, asker),
  };
  NODE_LOCAL_KNOWN.set(open, { open: changed });
  return changed;
}

const NODE_LOCAL_KNOWN = new WeakMap<OpenCluster, { readonly open: OpenCluster | undefined }>();

const UPSTREAM = "kube-dns-upstream";

function nodeLocalCluster(cluster: Cluster): Cluster | undefined {
  if (nodeLocalOf(cluster) || cluster.kubeProxy.mode !== "iptables") return undefined;
  const kubeDns = dnsServiceOf(cluster.services, cluster.pods, cluster.slices);
  const address = kubeDns && freeBeside(cluster, kubeDns.clusterIPs[0]);
  if (kubeDns === undefined || address === undefined) return undefined;
  const { namespace, name } = kubeDns;
  const upstream: Service = { ...kubeDns, name: UPSTREAM, clusterIPs: [address] };
  return {
    ...cluster,
    nodeLocalCorefile: MANIFEST,
    services: [...cluster.services, upstream],
    service: (inside, called) =>
      inside === namespace && called === UPSTREAM ? upstream : cluster.service(inside, called),
    slicesOf: (inside, called) =>
      cluster.slicesOf(inside, inside === namespace && called === UPSTREAM ? name : called),
    serviceByIP: (one) => (one === address ? upstream : cluster.serviceByIP(one)),
  };
}

/** An IPv4 ClusterIP in the same /24 that no Service has; undefined where none is free. */
function freeBeside(cluster: Cluster, taken: string | undefined): string | undefined {
  if (taken === undefined || addressFamily(taken) !== 4) return undefined;
  const network = taken.slice(0, taken.lastIndexOf(".") + 1);
  for (let host = 254; host > 0; host--) {
    const address = `${network}${host}`;
    if (cluster.serviceByIP(address) === undefined) return address;
  }
  return undefined;
}

const TO_CLUSTER = "forward . __PILLAR__CLUSTER__DNS__ {\n force_tcp\n }";

/** What the blocks of `cluster/addons/dns/nodelocaldns` in Kubernetes say, without what serves no queries. */
const MANIFEST = [
  ["__PILLAR__DNS__DOMAIN__", "cache {\n success 9984 30\n denial 9984 5\n }", TO_CLUSTER],
  ["in-addr.arpa", "cache 30", TO_CLUSTER],
  ["ip6.arpa", "cache 30", TO_CLUSTER],
  [".", "cache 30", "forward . __PILLAR__UPSTREAM__SERVERS__"],
]
  .map(
    ([zone, cache, forward]) =>
      `${zone}:53 {\n errors\n ${cache}\n bind __PILLAR__LOCAL__DNS__ __PILLAR__DNS__SERVER__\n ${forward}\n}\n`,
  )
  .join("");
