/**
 * NodeLocal DNSCache - a CoreDNS on every node that a pod's query meets before the cluster's.
 *
 * Its Corefile is that of ConfigMap kube-system/node-local-dns, with what the node fills in (node-cache in
 * kubernetes/dns, and the `sed` that the Kubernetes docs have for the manifest):
 *
 *     __PILLAR__LOCAL__DNS__         the addresses it listens on: 169.254.20.10, and kube-dns's ClusterIP in iptables mode
 *     __PILLAR__DNS__SERVER__        nothing, as these are among them
 *     __PILLAR__DNS__DOMAIN__        the cluster's domain
 *     __PILLAR__CLUSTER__DNS__       the ClusterIP of kube-dns-upstream, else of kube-dns
 *     __PILLAR__UPSTREAM__SERVERS__  `upstreamNameservers` of ConfigMap kube-dns, else /etc/resolv.conf
 *
 * Each of kube-dns's `stubDomains` becomes a server block behind them. With this one the node keeps what CoreDNS said
 * for half a minute:
 *
 *     __PILLAR__DNS__DOMAIN__:53 {
 *         cache 30
 *         bind __PILLAR__LOCAL__DNS__
 *         forward . __PILLAR__CLUSTER__DNS__
 *     }
 *
 * @module
 */
import type { Cluster, Node } from "../cluster/model.ts";
import { NODE_LOCAL, nodeLocalOf } from "../cluster/node-local.ts";
import { err, type Result } from "../result.ts";
import type { CorefileError } from "./corefile.ts";
import { buildFrom, type CoreDns } from "./server.ts";

/** What node-cache reads of ConfigMap kube-system/kube-dns. */
export interface KubeDnsConfig {
  /** At most 15, as `forward` takes no more. */
  readonly upstreamNameservers: readonly string[];
  /** The nameservers of each domain. */
  readonly stubDomains: ReadonlyMap<string, readonly string[]>;
}

/**
 * The server on `node`, whose cache lives as long as the cluster; undefined where the cluster has no NodeLocal DNSCache.
 *
 * @param node whose /etc/resolv.conf it has; undefined is a node that says nothing of it
 * @returns or why it does not start, with the line in the ConfigMap's Corefile
 */
export function nodeLocalOn(
  cluster: Cluster,
  node: Node | undefined,
): Result<CoreDns, CorefileError> | undefined {
  if (cluster.nodeLocalCorefile === undefined) return undefined;
  const servers = SERVERS.get(cluster) ?? new Map<string, Result<CoreDns, CorefileError>>();
  SERVERS.set(cluster, servers);
  const name = node?.name ?? "";
  const known = servers.get(name) ?? buildNodeLocal(cluster, node);
  servers.delete(name);
  servers.set(name, known);
  for (const oldest of servers.keys()) {
    if (servers.size <= MOST_NODES) break;
    servers.delete(oldest);
  }
  return known;
}

/** Each has caches of its own, of up to ten thousand answers a block. */
const MOST_NODES = 16;

const SERVERS = new WeakMap<Cluster, Map<string, Result<CoreDns, CorefileError>>>();

/** What node-cache cannot use of ConfigMap kube-dns it writes to its log, and does without all of it. */
export function buildNodeLocal(
  cluster: Cluster,
  node: Node | undefined,
  kubeDns = readKubeDns(cluster.kubeDns),
): Result<CoreDns, CorefileError> {
  // The pods mount the Corefile alone: nothing of CoreDNS's ConfigMaps can be imported.
  const alone = { ...cluster, corednsFiles: new Map(), corednsCustom: new Map() };
  const built = filledCorefile(cluster, kubeDns);
  if (!built.ok) return built;
  const server = buildFrom(built.value, alone, node);
  return server.ok || kubeDns === NO_KUBE_DNS ? server : buildNodeLocal(cluster, node, NO_KUBE_DNS);
}

/** The Corefile that the node's server reads; lines keep their numbers. */
export function filledCorefile(
  cluster: Cluster,
  kubeDns: KubeDnsConfig,
): Result<string, CorefileError> {
  const template = cluster.nodeLocalCorefile ?? "";
  const local = nodeLocalOf(cluster)?.addresses ?? [NODE_LOCAL];
  const listens = local.join(" ");
  const behind = coreDnsAddresses(cluster, local);
  if (behind.length === 0 && template.includes(CLUSTER_DNS)) {
    const line = template.slice(0, template.indexOf(CLUSTER_DNS)).split("\n").length;
    const message = `${CLUSTER_DNS} has nothing to stand for: no Service kube-dns-upstream or kube-dns leads to CoreDNS`;
    return err({ line, message });
  }
  const servers = kubeDns.upstreamNameservers;
  const filled = template
    .replaceAll(UPSTREAM_SERVERS, () => servers.join(" ") || "/etc/resolv.conf")
    .replaceAll(CLUSTER_DNS, behind.join(" "))
    // With a port behind it, as in `health __PILLAR__LOCAL__DNS__:8080`, only the manifest's one address makes sense.
    .replaceAll(`${LOCAL_DNS}:`, `${local[0]}:`)
    .replaceAll(LOCAL_DNS, listens)
    .replaceAll(DNS_SERVER, "")
    .replaceAll(DNS_DOMAIN, cluster.domain);
  const stubs = [...kubeDns.stubDomains].map(([domain, to]) => stubBlock(domain, to, listens));
  return { ok: true, value: [filled, ...stubs].join("\n") };
}

const LOCAL_DNS = "__PILLAR__LOCAL__DNS__";
const DNS_SERVER = "__PILLAR__DNS__SERVER__";
const DNS_DOMAIN = "__PILLAR__DNS__DOMAIN__";
const CLUSTER_DNS = "__PILLAR__CLUSTER__DNS__";
const UPSTREAM_SERVERS = "__PILLAR__UPSTREAM__SERVERS__";

const NO_KUBE_DNS: KubeDnsConfig = { upstreamNameservers: [], stubDomains: new Map() };

/** What `data` of ConfigMap kube-dns says, each key JSON; nothing where one is not, since node-cache then takes nothing of it. */
export function readKubeDns(data: ReadonlyMap<string, string>): KubeDnsConfig {
  const upstreams = parsed(data.get("upstreamNameservers") ?? "[]");
  const stubs = parsed(data.get("stubDomains") ?? "{}");
  if (!isWords(upstreams) || typeof stubs !== "object" || stubs === null) return NO_KUBE_DNS;
  const stubDomains = new Map<string, readonly string[]>();
  for (const [domain, servers] of Object.entries(stubs)) {
    if (!isWords([domain]) || !isWords(servers)) return NO_KUBE_DNS;
    stubDomains.set(domain, servers);
  }
  return { upstreamNameservers: upstreams, stubDomains };
}

/**
 * Where misses go. A cache that has taken kube-dns's ClusterIP cannot ask it there; a dump without kube-dns-upstream still
 * has the pods that it leads to.
 */
function coreDnsAddresses(cluster: Cluster, local: readonly string[]): readonly string[] {
  const behind = nodeLocalOf(cluster)?.behind;
  if (behind === undefined) return [];
  const free = behind.clusterIPs.filter((address) => !local.includes(address));
  // Environment variable KUBE_DNS_UPSTREAM_SERVICE_HOST holds the first ClusterIP alone.
  if (free.length > 0) return free.slice(0, 1);
  const endpoints = cluster
    .slicesOf(behind.namespace, behind.name)
    .flatMap((slice) => slice.endpoints.filter(({ ready }) => ready));
  return endpoints.flatMap(({ addresses }) => addresses.slice(0, 1)).slice(0, MOST_UPSTREAMS);
}

/** `forward` takes no more. */
const MOST_UPSTREAMS = 15;

/** As node-cache writes it. */
function stubBlock(domain: string, servers: readonly string[], listens: string): string {
  const directives = ["errors", "cache 30", `bind ${listens}`, `forward . ${servers.join(" ")}`];
  return `${domain}:53 {\n${directives.map((one) => `    ${one}\n`).join("")}}\n`;
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether each stands in a Corefile as one word. */
function isWords(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every((one) => typeof one === "string" && /^[^\s"{}#]{1,255}$/.test(one))
  );
}
