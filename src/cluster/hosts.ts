/**
 * The /etc/hosts that kubelet writes into a Pod.
 *
 * After `ensureHostsFile`, `managedHostsFileContent` and `nodeHostsFileContent` in `pkg/kubelet/kubelet_pods.go` of
 * Kubernetes 1.36.
 *
 * @module
 */
import type { Cluster, Node, Pod } from "./model.ts";

/** The file of a node that says nothing of it. */
export const PLAIN_NODE_HOSTS = "127.0.0.1\tlocalhost\n";

/** The file, octet for octet. */
export function podHosts(cluster: Cluster, pod: Pod, node: Node | undefined): string {
  const aliases = aliasLines(pod);
  if (pod.hostNetwork) {
    const file = node?.hosts ?? PLAIN_NODE_HOSTS;
    return `# Kubernetes-managed hosts file (host network).\n${file}${aliases}`;
  }
  const { hostname, domain } = hostnameOf(cluster, pod);
  const names = domain === "" ? hostname : `${hostname}.${domain}\t${hostname}`;
  const own = pod.podIPs.map((address) => `${address}\t${names}\n`).join("");
  return `# Kubernetes-managed hosts file.\n${LOOPBACK_LINES}${own}${aliases}`;
}

/** The multicast names really have `fe00::` there, not `ff02::`. */
const LOOPBACK_LINES = [
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "fe00::0\tip6-mcastprefix",
  "fe00::1\tip6-allnodes",
  "fe00::2\tip6-allrouters",
  "",
].join("\n");

/** What a Linux hostname may have (`HOST_NAME_MAX` less one, `truncatePodHostnameIfNeeded`). */
const LONGEST_HOSTNAME = 63;

/** A Pod has a domain only with a subdomain, and never with a `hostnameOverride` (KEP-4762). */
function hostnameOf(cluster: Cluster, pod: Pod): { hostname: string; domain: string } {
  if (pod.hostnameOverride !== undefined) {
    return { hostname: fitting(pod.hostnameOverride), domain: "" };
  }
  const hostname = fitting(pod.hostname ?? pod.name);
  const { subdomain, namespace } = pod;
  const domain = subdomain === undefined ? "" : `${subdomain}.${namespace}.svc.${cluster.domain}`;
  return { hostname, domain };
}

function fitting(hostname: string): string {
  if (hostname.length <= LONGEST_HOSTNAME) return hostname;
  return hostname.slice(0, LONGEST_HOSTNAME).replace(/[-.]+$/, "");
}

function aliasLines({ hostAliases }: Pod): string {
  if (hostAliases.length === 0) return "";
  const lines = hostAliases.map(({ ip, hostnames }) => `${ip}\t${hostnames.join("\t")}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join("")}`;
}
