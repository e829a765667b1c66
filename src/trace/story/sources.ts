/**
 * Where each step's sentence can be read up.
 *
 * @module
 */
import type { Source } from "./step.ts";

export const GETADDRINFO = manual(3, "getaddrinfo");
export const RES_SEARCH = manual(3, "resolver");
export const HOSTS = manual(5, "hosts");
export const RESOLV_CONF = manual(5, "resolv.conf");
export const VETH = manual(4, "veth");
export const UDP = manual(7, "udp");
export const TCP = manual(7, "tcp");
export const ICMP = manual(7, "icmp");
export const IPTABLES = manual(8, "iptables");
export const EXTENSIONS = manual(8, "iptables-extensions");
export const LOCALHOST = rfc(6761, "6.3");
export const NXDOMAIN = rfc(8020, "2");
export const NODATA = rfc(2308, "2.2");
export const SERVER_FAILURE = rfc(2308, "7.1");
export const RESPONSE = rfc(1034, "4.3.1");

export const DNS_POLICY: Source = {
  label: "Kubernetes: a Pod's DNS policy",
  url: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy",
};
export const VIRTUAL_IPS: Source = {
  label: "Kubernetes: virtual IPs and kube-proxy",
  url: "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-iptables",
};
export const NETWORKING: Source = {
  label: "Kubernetes: cluster networking",
  url: "https://kubernetes.io/docs/concepts/cluster-administration/networking/",
};
export const NODE_LOCAL: Source = {
  label: "Kubernetes: NodeLocal DNSCache",
  url: "https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/",
};
export const COREDNS_CHAIN: Source = {
  label: "CoreDNS: how queries are processed",
  url: "https://coredns.io/2017/06/08/how-queries-are-processed-in-coredns/",
};

export function manual(section: number, page: string): Source {
  return {
    label: `${page}(${section})`,
    url: `https://man7.org/linux/man-pages/man${section}/${page}.${section}.html`,
  };
}

export function rfc(number: number, section: string): Source {
  return {
    label: `RFC ${number} §${section}`,
    url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
  };
}

/** Every plugin of CoreDNS itself has a page of its name; what is none of them leads to the chain's own. */
export function pluginPage(plugin: string): Source {
  if (!/^[a-z0-9_]+$/.test(plugin) || plugin === "server") return COREDNS_CHAIN;
  return { label: `CoreDNS: ${plugin}`, url: `https://coredns.io/plugins/${plugin}/` };
}
