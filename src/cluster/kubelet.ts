/**
 * The /etc/resolv.conf that kubelet and the container runtime write into a Pod.
 *
 * After `pkg/kubelet/network/dns/dns.go` of Kubernetes 1.36 (`GetPodDNS`) and containerd v2
 * (`parseDNSOptions`). Go keeps options in a map and so writes them in any order; here they stand in the order in
 * which they were first seen.
 *
 * @module
 */

import { canonicalAddress } from "../dns/address.ts";
import { err, ok, type Result } from "../result.ts";
import { printResolvConf } from "../stub/resolvconf.ts";
import type { ResolvConf } from "../stub/resolver.ts";
import type { Cluster, Node, Pod } from "./model.ts";

/** A warning that `kubectl describe pod` (or node) would show. */
export interface PodEvent {
  readonly reason: string;
  readonly message: string;
}

export interface PodResolvConf {
  readonly conf: ResolvConf;
  /** The file, octet for octet. */
  readonly text: string;
  readonly events: readonly PodEvent[];
}

/** The file of a node that says nothing of it. */
export const PLAIN_NODE_RESOLV_CONF = "nameserver 192.0.2.53\n";

/**
 * The resolv.conf of `pod` on `node`: its dnsPolicy's base, then its dnsConfig, then the limits.
 *
 * A node's file that kubelet cannot read keeps the Pod from starting, whatever its policy: the file is then
 * empty, and the event says why.
 */
export function podResolvConf(cluster: Cluster, pod: Pod, node: Node | undefined): PodResolvConf {
  const file = cluster.nodeResolvConfOff
    ? ok(NOTHING)
    : parseNodeResolvConf(node?.resolvConf ?? PLAIN_NODE_RESOLV_CONF);
  if (!file.ok) {
    const message = `Failed to create pod sandbox: ${file.error}`;
    return { conf: NOTHING, text: "", events: [{ reason: "FailedCreatePodSandBox", message }] };
  }
  const base = baseOf(cluster, pod, node, file.value);
  const merged = pod.dnsConfig ? withDnsConfig(base.conf, pod.dnsConfig) : base.conf;
  const fitting = withinLimits(merged);
  return {
    conf: fitting.conf,
    text: printResolvConf(fitting.conf),
    events: [...base.events, ...fitting.events],
  };
}

/** The node's file as kubelet reads it, which is not how a libc does: `domain` and `;` mean nothing to it. */
export function parseNodeResolvConf(text: string): Result<ResolvConf, string> {
  const nameservers: string[] = [];
  let search: readonly string[] = [];
  const options = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [word, ...words] = line.trim().split(/\s+/);
    if (word?.startsWith("#")) continue;
    if (word === "nameserver") {
      if (words[0] === undefined) return err("nameserver list is empty");
      nameservers.push(words[0]);
    } else if (word === "search") {
      search = words.map((domain) => domain.replace(/\.$/, "")).filter((domain) => domain !== "");
    } else if (word === "options") {
      for (const option of words) options.set(optionName(option), option);
    }
  }
  return ok({ nameservers, search, options: [...options.values()] });
}

const NOTHING: ResolvConf = { nameservers: [], search: [], options: [] };

interface Formed {
  readonly conf: ResolvConf;
  readonly events: readonly PodEvent[];
}

function baseOf(cluster: Cluster, pod: Pod, node: Node | undefined, file: ResolvConf): Formed {
  const policy = effectivePolicy(pod);
  if (policy === "None") return { conf: NOTHING, events: [] };
  if (policy === "Default") return { conf: hostConf(cluster, node, file), events: [] };
  if (cluster.clusterDNS.length > 0) return { conf: clusterConf(cluster, pod, file), events: [] };
  return { conf: hostConf(cluster, node, file), events: missingClusterDns(pod) };
}

/** `getPodDNSType`: a host network turns ClusterFirst into Default, and an unknown policy is ClusterFirst for all. */
function effectivePolicy(pod: Pod): "ClusterFirst" | "Default" | "None" {
  if (pod.dnsPolicy === "None" || pod.dnsPolicy === "Default") return pod.dnsPolicy;
  if (pod.dnsPolicy === "ClusterFirst" && pod.hostNetwork) return "Default";
  return "ClusterFirst";
}

/** The node's nameservers and options are lost; its search domains stay. */
function clusterConf(cluster: Cluster, pod: Pod, file: ResolvConf): ResolvConf {
  const { domain, clusterDNS } = cluster;
  return {
    nameservers: clusterDNS.map((address) => canonicalAddress(address) ?? address),
    search:
      domain === ""
        ? file.search
        : distinct([`${pod.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...file.search]),
    options: ["ndots:5"],
  };
}

/** Without a file (`resolvConf: ""`) kubelet turns DNS off, by way of the loopback address. */
function hostConf(cluster: Cluster, node: Node | undefined, file: ResolvConf): ResolvConf {
  if (!cluster.nodeResolvConfOff) return file;
  const loopbacks = (node?.internalIPs ?? []).map((ip) => (ip.includes(":") ? "::1" : "127.0.0.1"));
  return {
    nameservers: loopbacks.length > 0 ? loopbacks : ["127.0.0.1"],
    search: ["."],
    options: [],
  };
}

/** One for the node, one for the Pod, which is named with its UID; a UID is not among the fields that are kept. */
function missingClusterDns(pod: Pod): readonly PodEvent[] {
  const message =
    'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';
  return [
    { reason: "MissingClusterDNS", message },
    {
      reason: "MissingClusterDNS",
      message: `pod: "${pod.name}_${pod.namespace}()". ${message}`,
    },
  ];
}

/** Entries are told apart as text, and only here: without a dnsConfig a node's duplicates stay. */
function withDnsConfig(
  base: ResolvConf,
  { nameservers, searches, options }: NonNullable<Pod["dnsConfig"]>,
): ResolvConf {
  const merged = new Map(base.options.map((option) => [optionName(option), option]));
  for (const { name, value } of options) {
    merged.set(name, value === undefined || value === "" ? name : `${name}:${value}`);
  }
  return {
    nameservers: distinct([...base.nameservers, ...nameservers]),
    search: distinct([...base.search, ...searches]),
    options: [...merged.values()],
  };
}

/** The API's own limits (`MaxDNSNameservers`, `MaxDNSSearchPaths`, `MaxDNSSearchListChars`) and a domain's length. */
const MOST_NAMESERVERS = 3;
const MOST_SEARCHES = 32;
const LONGEST_DOMAIN = 253;
const LONGEST_SEARCH_LINE = 2048;

function withinLimits(conf: ResolvConf): Formed {
  const events: PodEvent[] = [];
  const nameservers = conf.nameservers.slice(0, MOST_NAMESERVERS);
  if (nameservers.length < conf.nameservers.length) {
    events.push({
      reason: "DNSConfigForming",
      message: `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${nameservers.join(" ")}`,
    });
  }
  const search = fittingSearch(conf.search);
  if (search.length < conf.search.length) {
    events.push({
      reason: "DNSConfigForming",
      message: `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${search.join(" ")}`,
    });
  }
  return { conf: { nameservers, search, options: conf.options }, events };
}

/** The number of domains is cut first, then long ones go, then the tail of a line that is still too long. */
function fittingSearch(search: readonly string[]): readonly string[] {
  const domains = search
    .slice(0, MOST_SEARCHES)
    .filter((domain) => domain.length <= LONGEST_DOMAIN);
  while (domains.join(" ").length > LONGEST_SEARCH_LINE) domains.pop();
  return domains;
}

function optionName(option: string): string {
  const colon = option.indexOf(":");
  return colon < 0 ? option : option.slice(0, colon);
}

function distinct(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
