/**
 * Where a packet to a nameserver ends.
 */
import { expect, test } from "vitest";
import { type Route, route } from "../../src/cluster/route.ts";
import { vantageOf } from "../../src/cluster/vantage.ts";
import {
  clusterOf,
  configMap,
  type Item,
  kubeDns,
  namespace,
  node,
  pod,
  ready,
  service,
  slice,
} from "./objects.ts";

const DNS = [{ name: "dns", port: 53, protocol: "UDP" }];
const VIP = "10.96.0.10";
const DNS_LABEL = { "k8s-app": "kube-dns" };
const ending = (address: string) => ({
  addresses: [address],
  conditions: { ready: false, serving: true, terminating: true },
});
const down = (address: string) => ({ addresses: [address], conditions: { ready: false } });
const on = (nodeName: string) => ({ nodeName });
const corednsPod = (name: string, podIP: string, spec: Item = {}) =>
  pod(`kube-system/${name}`, { labels: DNS_LABEL, status: { podIP }, spec });
const targeting = (name: string) => ({
  targetRef: { kind: "Pod", namespace: "kube-system", name },
});
/** A Service for DNS that is not kube-dns. */
const other = (clusterIP: string, spec: Item = {}) =>
  service("kube-system/other", { clusterIP, ports: DNS, ...spec });
const NODE_LOCAL = configMap("kube-system/node-local-dns", { Corefile: "cluster.local:53 {\n}\n" });

const CLIENT = pod("client", { spec: { nodeName: "n1" }, status: { podIP: "10.244.1.5" } });
const ON_HOST = pod("client", { spec: { nodeName: "n1", hostNetwork: true } });
const BASE = [
  namespace("default"),
  node("n1", {
    spec: { podCIDR: "10.244.1.0/24" },
    files: { "resolv.conf": "nameserver 192.0.2.53\n" },
  }),
  node("n2", { spec: { podCIDR: "10.244.2.0/24" }, files: { "resolv.conf": "" } }),
];

function spelled(to: Route): string {
  switch (to.kind) {
    case "coredns":
    case "node-local":
      return `${to.kind} ${to.endpoints.join()}:${to.port}${to.service ? ` ${to.service.name}` : ""}`;
    case "upstream":
      return `upstream ${to.address}`;
    default:
      return `${to.kind}: ${to.why}`;
  }
}

test.each<{
  why: string;
  items: readonly unknown[];
  client?: Item;
  to?: string;
  port?: number;
  protocol?: "UDP" | "TCP";
  ends: string;
}>([
  {
    why: "kube-dns's ClusterIP goes to its ready endpoints",
    items: kubeDns(ready("10.244.2.2"), ready("10.244.2.3"), down("10.244.2.4")),
    ends: "coredns 10.244.2.2,10.244.2.3:53 kube-dns",
  },
  {
    why: "conditions that say nothing are ready",
    items: kubeDns({ addresses: ["10.244.2.2"] }),
    ends: "coredns 10.244.2.2:53 kube-dns",
  },
  {
    why: "the target port is the slice's",
    items: [
      service("kube-system/kube-dns", {
        clusterIP: VIP,
        ports: [{ name: "dns", port: 53, protocol: "UDP", targetPort: "dns" }],
      }),
      slice(
        "kube-system/kube-dns",
        [{ name: "dns", port: 5353, protocol: "UDP" }],
        [ready("10.244.2.2")],
      ),
    ],
    ends: "coredns 10.244.2.2:5353 kube-dns",
  },
  {
    why: "a Service of the cluster's DNS by any other name",
    items: [
      configMap("kube-system/kubelet-config", { kubelet: "clusterDNS: [10.96.0.20]" }),
      other("10.96.0.20"),
      slice("kube-system/other", DNS, [ready("10.244.2.2")]),
    ],
    to: "10.96.0.20",
    ends: "coredns 10.244.2.2:53 other",
  },
  {
    why: "a Service whose Pods have CoreDNS's label",
    items: [
      other("10.96.0.20"),
      slice("kube-system/other", DNS, [ready("10.244.2.2", targeting("c1"))]),
      corednsPod("c1", "10.244.2.2"),
    ],
    to: "10.96.0.20",
    ends: "coredns 10.244.2.2:53 other",
  },
  {
    why: "a Service on port 53 with other Pods is not modelled",
    items: [other("10.96.0.20"), slice("kube-system/other", DNS, [ready("10.244.2.9")])],
    to: "10.96.0.20",
    ends: "silence: what answers behind Service kube-system/other is not modelled",
  },
  {
    why: "no endpoint at all is REJECTed",
    items: kubeDns(),
    ends: "reject: Service kube-system/kube-dns has no ready endpoint",
  },
  {
    why: "no ready endpoint is REJECTed",
    items: kubeDns(down("10.244.2.2")),
    ends: "reject: Service kube-system/kube-dns has no ready endpoint",
  },
  {
    why: "without a ready endpoint those that end and still serve are taken",
    items: kubeDns(down("10.244.2.2"), ending("10.244.2.3")),
    ends: "coredns 10.244.2.3:53 kube-dns",
  },
  {
    why: "with a ready one they are not",
    items: kubeDns(ready("10.244.2.2"), ending("10.244.2.3")),
    ends: "coredns 10.244.2.2:53 kube-dns",
  },
  {
    why: "a port that the Service has not is nobody's",
    items: kubeDns(ready("10.244.2.2")),
    port: 5353,
    ends: "silence: Service kube-system/kube-dns has no port 5353/UDP",
  },
  {
    why: "TCP port 53 is not UDP port 53",
    items: [
      service("kube-system/kube-dns", {
        clusterIP: VIP,
        ports: [{ name: "dns", port: 53, protocol: "TCP" }],
      }),
    ],
    ends: "silence: Service kube-system/kube-dns has no port 53/UDP",
  },
  {
    why: "by TCP it is asked for",
    items: kubeDns(ready("10.244.2.2")),
    protocol: "TCP",
    ends: "coredns 10.244.2.2:53 kube-dns",
  },
  {
    why: "internalTrafficPolicy Local keeps to the Pod's node",
    items: [
      service("kube-system/kube-dns", {
        clusterIP: VIP,
        ports: DNS,
        internalTrafficPolicy: "Local",
      }),
      slice("kube-system/kube-dns", DNS, [
        ready("10.244.1.2", on("n1")),
        ready("10.244.2.2", on("n2")),
      ]),
    ],
    ends: "coredns 10.244.1.2:53 kube-dns",
  },
  {
    why: "internalTrafficPolicy Local without one there is DROPped",
    items: [
      service("kube-system/kube-dns", {
        clusterIP: VIP,
        ports: DNS,
        internalTrafficPolicy: "Local",
      }),
      slice("kube-system/kube-dns", DNS, [ready("10.244.2.2", on("n2"))]),
    ],
    ends: "silence: Service kube-system/kube-dns has internalTrafficPolicy Local and no endpoint on n1",
  },
  {
    why: "internalTrafficPolicy Local without any endpoint is REJECTed",
    items: [
      service("kube-system/kube-dns", {
        clusterIP: VIP,
        ports: DNS,
        internalTrafficPolicy: "Local",
      }),
      slice("kube-system/kube-dns", DNS, []),
    ],
    ends: "reject: Service kube-system/kube-dns has no ready endpoint",
  },
  {
    why: "an IPv6 ClusterIP has IPv6 endpoints",
    items: [
      service("kube-system/kube-dns", { clusterIPs: [VIP, "fd00::a"], ports: DNS }),
      slice("kube-system/kube-dns", DNS, [ready("10.244.2.2")]),
      slice("kube-system/kube-dns", DNS, [ready("fd00:1::2")], "IPv6"),
    ],
    to: "FD00::000A",
    ends: "coredns fd00:1::2:53 kube-dns",
  },
  {
    why: "a family without endpoints is REJECTed, whatever the other has",
    items: [
      service("kube-system/kube-dns", { clusterIPs: [VIP, "fd00::a"], ports: DNS }),
      slice("kube-system/kube-dns", DNS, [ready("10.244.2.2")]),
    ],
    to: "fd00::a",
    ends: "reject: Service kube-system/kube-dns has no ready endpoint",
  },
  {
    why: "an external address of the Service is kube-proxy's too",
    items: [
      service("kube-system/kube-dns", {
        clusterIP: VIP,
        externalIPs: ["198.51.100.1"],
        ports: DNS,
      }),
      slice("kube-system/kube-dns", DNS, [ready("10.244.2.2")]),
    ],
    to: "198.51.100.1",
    ends: "coredns 10.244.2.2:53 kube-dns",
  },
  {
    why: "on another port it is whoever has it outside",
    items: [
      service("kube-system/kube-dns", {
        clusterIP: VIP,
        externalIPs: ["198.51.100.1"],
        ports: DNS,
      }),
    ],
    to: "198.51.100.1",
    port: 5353,
    ends: "upstream 198.51.100.1",
  },
  {
    why: "a CoreDNS Pod may be asked itself",
    items: [...kubeDns(ready("10.244.2.2", targeting("c1"))), corednsPod("c1", "10.244.2.2")],
    to: "10.244.2.2",
    ends: "coredns 10.244.2.2:53",
  },
  {
    why: "so may kube-dns's endpoint whose Pod is not in the dump",
    items: kubeDns(ready("10.244.2.2")),
    to: "10.244.2.2",
    ends: "coredns 10.244.2.2:53",
  },
  {
    why: "another Pod is not modelled",
    items: [...kubeDns(ready("10.244.2.2")), pod("web", { status: { podIP: "10.244.2.8" } })],
    to: "10.244.2.8",
    ends: "silence: what Pod default/web answers is not modelled",
  },
  {
    why: "an address of a node's podCIDR that no Pod has",
    items: kubeDns(ready("10.244.2.2")),
    to: "10.244.2.77",
    ends: "silence: 10.244.2.77 is in the podCIDR of node n2, and no Pod has it",
  },
  {
    why: "an address of the service range that no Service has",
    items: kubeDns(ready("10.244.2.2")),
    to: "10.96.0.99",
    ends: "silence: 10.96.0.99 is in the service range, and no Service has it",
  },
  {
    why: "the range is wide enough for all ClusterIPs",
    items: [...kubeDns(), service("web", { clusterIP: "10.111.3.4" })],
    to: "10.100.0.1",
    ends: "silence: 10.100.0.1 is in the service range, and no Service has it",
  },
  {
    why: "no wider",
    items: [...kubeDns(), service("web", { clusterIP: "10.96.1.4" })],
    to: "10.96.2.1",
    ends: "upstream 10.96.2.1",
  },
  {
    why: "two ranges do not make everything between them the cluster's",
    items: [...kubeDns(), service("web", { clusterIP: "172.20.0.4" })],
    to: "100.64.0.1",
    ends: "upstream 100.64.0.1",
  },
  {
    why: "a node's own resolver is outside, wherever its address lies",
    items: [...kubeDns(), service("web", { clusterIP: "192.0.2.7" })],
    to: "192.0.2.53",
    ends: "upstream 192.0.2.53",
  },
  {
    why: "an address outside",
    items: kubeDns(),
    to: "198.51.100.53",
    ends: "upstream 198.51.100.53",
  },
  {
    why: "the Pod's own loopback has nothing on it",
    items: kubeDns(),
    to: "127.0.0.53",
    ends: "reject: nothing listens on port 53 in the Pod itself",
  },
  {
    why: "nor has IPv6's",
    items: kubeDns(),
    to: "::1",
    ends: "reject: nothing listens on port 53 in the Pod itself",
  },
  {
    why: "a host network's loopback is the node's, where its stub listens",
    items: kubeDns(),
    client: ON_HOST,
    to: "127.0.0.53",
    ends: "upstream 127.0.0.53",
  },
  {
    why: "what is no address",
    items: [],
    to: "dns.example.org",
    ends: "silence: dns.example.org is no address",
  },
  {
    why: "NodeLocal DNSCache on its own address, with CoreDNS behind it",
    items: [...kubeDns(ready("10.244.2.2")), NODE_LOCAL],
    to: "169.254.20.10",
    ends: "node-local 10.244.2.2:53 kube-dns",
  },
  {
    why: "it has kube-dns's ClusterIP as well",
    items: [...kubeDns(ready("10.244.2.2")), NODE_LOCAL],
    ends: "node-local 10.244.2.2:53 kube-dns",
  },
  {
    why: "but not in ipvs mode",
    items: [
      ...kubeDns(ready("10.244.2.2")),
      NODE_LOCAL,
      configMap("kube-system/kube-proxy", { "config.conf": "mode: ipvs" }),
    ],
    ends: "coredns 10.244.2.2:53 kube-dns",
  },
  {
    why: "its misses go to kube-dns-upstream where that is",
    items: [
      ...kubeDns(ready("10.244.2.2")),
      NODE_LOCAL,
      service("kube-system/kube-dns-upstream", { clusterIP: "10.96.5.5", ports: DNS }),
      slice("kube-system/kube-dns-upstream", DNS, [ready("10.244.2.3", targeting("c1"))]),
      corednsPod("c1", "10.244.2.3"),
    ],
    ends: "node-local 10.244.2.3:53 kube-dns-upstream",
  },
  {
    why: "it answers, with nothing behind it, where kube-dns has no endpoint",
    items: [...kubeDns(), NODE_LOCAL],
    ends: "node-local :53",
  },
  {
    why: "without it its address is nobody's",
    items: kubeDns(ready("10.244.2.2")),
    to: "169.254.20.10",
    ends: "silence: 169.254.20.10 is link-local, and the cluster has no ConfigMap node-local-dns",
  },
])("$why", ({ items, client = CLIENT, to = VIP, port, protocol, ends }) => {
  const cluster = clusterOf([...BASE, client, ...items]);
  const vantage = vantageOf(cluster, { namespace: "default", pod: "client" });
  if (!vantage.ok) throw new Error("there is a client");
  expect(spelled(route(vantage.value, to, port, protocol))).toBe(ends);
});
