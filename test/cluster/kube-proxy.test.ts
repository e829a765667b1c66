/**
 * The rules that kube-proxy writes, Service by Service, as iptables-save prints them.
 */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endpointChain, serviceChains } from "../../src/cluster/kube-proxy/names.ts";
import { rulesOf } from "../../src/cluster/kube-proxy/ruleset.ts";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster, Node } from "../../src/cluster/model.ts";
import { evaluate } from "../../src/packet/evaluate.ts";
import { DEFAULT_TTL, type Packet } from "../../src/packet/packet.ts";
import type { Chain, TableName } from "../../src/packet/ruleset.ts";
import { ruleText } from "../../src/packet/save.ts";
import {
  clusterOf,
  configMap,
  type Item,
  kubeDns,
  node,
  ready,
  service,
  slice,
} from "./objects.ts";

test.each([
  ["KUBE-SVC-TCOU7JCQXEZGVUNU", serviceChains("kube-system/kube-dns:dns", "udp").cluster],
  ["KUBE-SVC-ERIFXISQEP7F7OF4", serviceChains("kube-system/kube-dns:dns-tcp", "tcp").cluster],
  ["KUBE-SVC-NPX46M4PTMTKRN6Y", serviceChains("default/kubernetes:https", "tcp").cluster],
  ["KUBE-SEP-WXWGHGKZOCNYRYI7", endpointChain("kube-system/kube-dns:dns", "udp", "10.244.0.4", 53)],
  ["KUBE-SEP-LPGSDLJ3FDW46N4W", endpointChain("kube-system/kube-dns:dns", "udp", "10.244.0.5", 53)],
])("%s is kube-proxy's own hash", (known, ours) => {
  expect(ours).toBe(known);
});

const CIDR = configMap("kube-system/kube-proxy", {
  "config.conf": "mode: iptables\nclusterCIDR: 10.244.0.0/16,fd00:10:244::/48\n",
});
const NODES = [
  node("n1", {
    spec: { podCIDRs: ["10.244.1.0/24", "fd00:10:244:1::/64"] },
    status: { addresses: [{ type: "InternalIP", address: "192.0.2.11" }] },
  }),
  node("n2", { spec: { podCIDRs: ["10.244.2.0/24"] } }),
];
const HTTP = [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP" }];
const TARGET = [{ name: "http", port: 8080, protocol: "TCP" }];
const on = (nodeName: string) => ({ nodeName });
const ending = (address: string, more: Item = {}) => ({
  addresses: [address],
  conditions: { ready: false, serving: true, terminating: true },
  ...more,
});
const web = (spec: Item = {}, more: Item = {}): Item => ({
  ...service("shop/web", { clusterIP: "10.96.0.20", ports: HTTP, ...spec }),
  ...more,
});
const external = (spec: Item) =>
  web(
    {
      type: "LoadBalancer",
      externalIPs: ["198.51.100.7"],
      ports: [{ ...HTTP[0], nodePort: 30080 }],
      ...spec,
    },
    { status: { loadBalancer: { ingress: [{ ip: "203.0.113.200" }] } } },
  );
const behind = (...endpoints: readonly Item[]) => slice("shop/web", TARGET, endpoints);

const {
  cluster: SVC,
  local: SVL,
  external: EXT,
  firewall: FW,
} = serviceChains("shop/web:http", "tcp");
const sep = (address: string) => endpointChain("shop/web:http", "tcp", address, 8080);

/** Lines that are there whatever the Services are. */
const BASE = linesOf(clusterOf([CIDR, ...NODES]), "n1");

function nodeOf(cluster: Cluster, name: string): Node {
  const found = cluster.node(name);
  if (found === undefined) throw new Error(`no node ${name}`);
  return found;
}

/** Every rule of the table, `-A …`, without those of an empty cluster. */
function linesOf(
  cluster: Cluster,
  on: string,
  tables: readonly TableName[] = ["filter", "nat"],
  family: 4 | 6 = 4,
): readonly string[] {
  return tables.flatMap((name) => {
    const table = rulesOf(cluster, nodeOf(cluster, on), family)?.table(name);
    return (table?.chainNames() ?? []).flatMap((chain) =>
      (table?.chain(chain)?.rules() ?? []).map((rule) => ruleText(chain, rule, family)),
    );
  });
}

function serviceLines(items: readonly Item[], name = "n1"): readonly string[] {
  const lines = linesOf(clusterOf([CIDR, ...NODES, ...items]), name);
  return lines.filter((line) => !BASE.includes(line));
}

const CLUSTER_IP = `-d 10.96.0.20/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80`;
const ENDPOINT = (address: string, note = `-m comment --comment "shop/web:http" `) => [
  `-A ${sep(address)} -s ${address}/32 ${note}-j KUBE-MARK-MASQ`,
  `-A ${sep(address)} -p tcp ${note}-m tcp -j DNAT --to-destination ${address}:8080`,
];
const refusal = (chain: string, address: string, kind: "REJECT" | "DROP") =>
  `-A ${chain} -d ${address}/32 -p tcp -m comment --comment "shop/web:http has no ${kind === "DROP" ? "local " : ""}endpoints" -m tcp --dport 80 -j ${kind}${kind === "REJECT" ? " --reject-with icmp-port-unreachable" : ""}`;

test.each<{ why: string; items: readonly Item[]; on?: string; lines: readonly string[] }>([
  {
    why: "one endpoint needs no die",
    items: [web(), behind(ready("10.244.1.5"))],
    lines: [
      ...ENDPOINT("10.244.1.5"),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -j ${sep("10.244.1.5")}`,
    ],
  },
  {
    why: "three endpoints, sorted as text, with a third, a half and the rest",
    items: [web(), behind(ready("10.244.1.2"), ready("10.244.1.10"), ready("10.244.1.9"))],
    lines: [
      ...["10.244.1.10", "10.244.1.2", "10.244.1.9"].flatMap((address) => ENDPOINT(address)),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.10:8080" -m statistic --mode random --probability 0.33333333349 -j ${sep("10.244.1.10")}`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.2:8080" -m statistic --mode random --probability 0.50000000000 -j ${sep("10.244.1.2")}`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.9:8080" -j ${sep("10.244.1.9")}`,
    ],
  },
  {
    why: "no endpoint: REJECT, and nothing in nat",
    items: [web(), behind({ addresses: ["10.244.1.5"], conditions: { ready: false } })],
    lines: [refusal("KUBE-SERVICES", "10.96.0.20", "REJECT")],
  },
  {
    why: "without a ready endpoint those that end and still serve",
    items: [web(), behind(ending("10.244.1.5"))],
    lines: [
      ...ENDPOINT("10.244.1.5"),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -j ${sep("10.244.1.5")}`,
    ],
  },
  {
    why: "internalTrafficPolicy Local: the endpoints of this node, in a chain SVL",
    items: [
      web({ internalTrafficPolicy: "Local" }),
      behind(ready("10.244.1.5", on("n1")), ready("10.244.2.5", on("n2"))),
    ],
    lines: [
      ...ENDPOINT("10.244.1.5"),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVL}`,
      `-A ${SVL} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVL} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -j ${sep("10.244.1.5")}`,
    ],
  },
  {
    why: "internalTrafficPolicy Local without one here: DROP",
    items: [web({ internalTrafficPolicy: "Local" }), behind(ready("10.244.2.5", on("n2")))],
    lines: [refusal("KUBE-SERVICES", "10.96.0.20", "DROP")],
  },
  {
    why: "session affinity: where the source was last, then the die",
    items: [
      web({
        sessionAffinity: "ClientIP",
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
      }),
      behind(ready("10.244.1.5")),
    ],
    lines: [
      `-A ${sep("10.244.1.5")} -s 10.244.1.5/32 -m comment --comment "shop/web:http" -j KUBE-MARK-MASQ`,
      `-A ${sep("10.244.1.5")} -p tcp -m comment --comment "shop/web:http" -m recent --set --name ${sep("10.244.1.5")} --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.1.5:8080`,
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -m recent --rcheck --seconds 60 --reap --name ${sep("10.244.1.5")} --mask 255.255.255.255 --rsource -j ${sep("10.244.1.5")}`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -j ${sep("10.244.1.5")}`,
    ],
  },
  {
    why: "external addresses and a node port go by EXT, masqueraded",
    items: [external({}), behind(ready("10.244.1.5"))],
    lines: [
      `-A ${EXT} -m comment --comment "masquerade traffic for shop/web:http external destinations" -j KUBE-MARK-MASQ`,
      `-A ${EXT} -j ${SVC}`,
      `-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web:http" -m tcp --dport 30080 -j ${EXT}`,
      ...ENDPOINT("10.244.1.5"),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A KUBE-SERVICES -d 198.51.100.7/32 -p tcp -m comment --comment "shop/web:http external IP" -m tcp --dport 80 -j ${EXT}`,
      `-A KUBE-SERVICES -d 203.0.113.200/32 -p tcp -m comment --comment "shop/web:http loadbalancer IP" -m tcp --dport 80 -j ${EXT}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -j ${sep("10.244.1.5")}`,
    ],
  },
  {
    why: "externalTrafficPolicy Local: short cuts for Pods and the node, SVL for the rest, and a health check port",
    items: [
      external({ externalTrafficPolicy: "Local", healthCheckNodePort: 32000 }),
      behind(ready("10.244.1.5", on("n1")), ready("10.244.2.5", on("n2"))),
    ],
    lines: [
      `-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web:http health check node port" -m tcp --dport 32000 -j ACCEPT`,
      `-A ${EXT} -s 10.244.0.0/16 -m comment --comment "pod traffic for shop/web:http external destinations" -j ${SVC}`,
      `-A ${EXT} -m comment --comment "masquerade LOCAL traffic for shop/web:http external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
      `-A ${EXT} -m comment --comment "route LOCAL traffic for shop/web:http external destinations" -m addrtype --src-type LOCAL -j ${SVC}`,
      `-A ${EXT} -j ${SVL}`,
      `-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web:http" -m tcp --dport 30080 -j ${EXT}`,
      ...["10.244.1.5", "10.244.2.5"].flatMap((address) => ENDPOINT(address)),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A KUBE-SERVICES -d 198.51.100.7/32 -p tcp -m comment --comment "shop/web:http external IP" -m tcp --dport 80 -j ${EXT}`,
      `-A KUBE-SERVICES -d 203.0.113.200/32 -p tcp -m comment --comment "shop/web:http loadbalancer IP" -m tcp --dport 80 -j ${EXT}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -m statistic --mode random --probability 0.50000000000 -j ${sep("10.244.1.5")}`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.2.5:8080" -j ${sep("10.244.2.5")}`,
      `-A ${SVL} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -j ${sep("10.244.1.5")}`,
    ],
  },
  {
    why: "externalTrafficPolicy Local without an endpoint here: DROP for what comes from outside",
    items: [
      external({ externalTrafficPolicy: "Local", externalIPs: [] }),
      behind(ready("10.244.2.5", on("n2"))),
    ],
    lines: [
      refusal("KUBE-EXTERNAL-SERVICES", "203.0.113.200", "DROP"),
      `-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "shop/web:http has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DROP`,
      `-A ${EXT} -s 10.244.0.0/16 -m comment --comment "pod traffic for shop/web:http external destinations" -j ${SVC}`,
      `-A ${EXT} -m comment --comment "masquerade LOCAL traffic for shop/web:http external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
      `-A ${EXT} -m comment --comment "route LOCAL traffic for shop/web:http external destinations" -m addrtype --src-type LOCAL -j ${SVC}`,
      `-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web:http" -m tcp --dport 30080 -j ${EXT}`,
      ...ENDPOINT("10.244.2.5"),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A KUBE-SERVICES -d 203.0.113.200/32 -p tcp -m comment --comment "shop/web:http loadbalancer IP" -m tcp --dport 80 -j ${EXT}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.2.5:8080" -j ${sep("10.244.2.5")}`,
    ],
  },
  {
    why: "external addresses without endpoints are REJECTed too",
    items: [external({}), behind()],
    lines: [
      refusal("KUBE-EXTERNAL-SERVICES", "198.51.100.7", "REJECT"),
      refusal("KUBE-EXTERNAL-SERVICES", "203.0.113.200", "REJECT"),
      `-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "shop/web:http has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j REJECT --reject-with icmp-port-unreachable`,
      refusal("KUBE-SERVICES", "10.96.0.20", "REJECT"),
    ],
  },
  {
    why: "loadBalancerSourceRanges: a chain FW, and DROP for what it lets fall through",
    items: [
      external({
        externalIPs: [],
        loadBalancerSourceRanges: ["198.51.100.9/24", "192.0.2.0/24", "2001:db8::/32"],
      }),
      behind(ready("10.244.1.5")),
    ],
    lines: [
      `-A KUBE-PROXY-FIREWALL -d 203.0.113.200/32 -p tcp -m comment --comment "shop/web:http traffic not accepted by ${FW}" -m tcp --dport 80 -j DROP`,
      `-A ${EXT} -m comment --comment "masquerade traffic for shop/web:http external destinations" -j KUBE-MARK-MASQ`,
      `-A ${EXT} -j ${SVC}`,
      `-A ${FW} -s 198.51.100.0/24 -m comment --comment "shop/web:http loadbalancer IP" -j ${EXT}`,
      `-A ${FW} -s 192.0.2.0/24 -m comment --comment "shop/web:http loadbalancer IP" -j ${EXT}`,
      `-A ${FW} -s 203.0.113.200/32 -m comment --comment "shop/web:http loadbalancer IP" -j ${EXT}`,
      `-A ${FW} -m comment --comment "other traffic to shop/web:http will be dropped by KUBE-PROXY-FIREWALL"`,
      `-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web:http" -m tcp --dport 30080 -j ${EXT}`,
      ...ENDPOINT("10.244.1.5"),
      `-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`,
      `-A KUBE-SERVICES -d 203.0.113.200/32 -p tcp -m comment --comment "shop/web:http loadbalancer IP" -m tcp --dport 80 -j ${FW}`,
      `-A ${SVC} ! -s 10.244.0.0/16 ${CLUSTER_IP} -j KUBE-MARK-MASQ`,
      `-A ${SVC} -m comment --comment "shop/web:http -> 10.244.1.5:8080" -j ${sep("10.244.1.5")}`,
    ],
  },
  {
    why: "a balancer that rewrites packets itself is not kube-proxy's",
    items: [
      web(
        {},
        { status: { loadBalancer: { ingress: [{ ip: "203.0.113.200", ipMode: "Proxy" }] } } },
      ),
      behind(),
    ],
    lines: [refusal("KUBE-SERVICES", "10.96.0.20", "REJECT")],
  },
  {
    why: "headless and ExternalName Services, and another proxy's, have no rules",
    items: [
      web({ clusterIP: "None" }),
      service("shop/out", { type: "ExternalName", externalName: "example.org", ports: HTTP }),
      service(
        "shop/other",
        { clusterIP: "10.96.0.30", ports: HTTP },
        { labels: { "service.kubernetes.io/service-proxy-name": "cilium" } },
      ),
    ],
    lines: [],
  },
])("a Service's rules: $why", ({ items, on: name, lines }) => {
  expect([...serviceLines(items, name)].sort()).toEqual([...lines].sort());
  // Within each chain the order is kube-proxy's.
  for (const chain of new Set(lines.map((line) => line.split(" ")[1]))) {
    const inChain = (line: string) => line.startsWith(`-A ${chain} `);
    const ours = serviceLines(items, name).filter(inChain);
    // Table nat and table filter have chains of one name; the sentence tells them apart well enough here.
    expect(ours).toEqual(lines.filter(inChain));
  }
});

describe("the rest of a node's rules", () => {
  const withMode = (config: string) =>
    clusterOf([
      configMap("kube-system/kube-proxy", { "config.conf": config }),
      ...NODES,
      web(),
      behind(ready("10.244.1.5")),
    ]);

  test("base chains and jumps are in kubelet's and kube-proxy's order", () => {
    expect(BASE).toEqual([
      "-A INPUT -j KUBE-FIREWALL",
      '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
      '-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS',
      '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
      '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
      '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
      '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
      "-A OUTPUT -j KUBE-FIREWALL",
      '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
      '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
      "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP",
      '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
      '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
      '-A POSTROUTING -s 10.244.1.0/24 -m comment --comment "CNI: Pods of this node" -j CNI-MASQUERADE',
      '-A CNI-MASQUERADE -d 10.244.0.0/16 -m comment --comment "CNI: from Pod to Pod" -j ACCEPT',
      '-A CNI-MASQUERADE ! -d 224.0.0.0/4 -m comment --comment "CNI: Pods leave the cluster with the node\\\'s address" -j MASQUERADE',
      "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
      "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
      "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
      '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
      '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    ]);
  });

  test("table mangle has the canaries", () => {
    const cluster = clusterOf(NODES);
    const names = rulesOf(cluster, nodeOf(cluster, "n1"))?.table("mangle")?.chainNames();
    expect(names?.slice(5)).toEqual([
      "KUBE-IPTABLES-HINT",
      "KUBE-KUBELET-CANARY",
      "KUBE-PROXY-CANARY",
    ]);
  });

  test("without a cluster CIDR nothing masquerades at the ClusterIP", () => {
    const lines = linesOf(withMode("mode: iptables\n"), "n1");
    expect(lines.filter((line) => line.startsWith(`-A ${SVC} `))).toHaveLength(1);
    expect(lines).toContain(
      '-A CNI-MASQUERADE -d 10.244.2.0/24 -m comment --comment "CNI: from Pod to Pod" -j ACCEPT',
    );
  });

  test("masqueradeAll and another bit", () => {
    const lines = linesOf(
      withMode("iptables:\n  masqueradeAll: true\n  masqueradeBit: 31\n"),
      "n1",
    );
    expect(lines).toContain(`-A ${SVC} ${CLUSTER_IP} -j KUBE-MARK-MASQ`);
    expect(lines).toContain("-A KUBE-MARK-MASQ -j MARK --set-xmark 0x80000000/0x80000000");
  });

  test("where nothing says which addresses are Pods' the CNI has no chain (EKS)", () => {
    const lines = linesOf(clusterOf([node("n1")]), "n1");
    expect(lines.filter((line) => line.includes("CNI"))).toEqual([]);
  });

  test("over a thousand endpoints the comments are left out of the dice and the endpoints", () => {
    // The texts have ports, and a colon stands behind the digits: 10.244.3.9 is the last of all.
    const many = Array.from({ length: 1001 }, (_, at) => ready(`10.244.${at >> 8}.${at & 255}`));
    const lines = serviceLines([web(), behind(...many)]);
    expect(lines).toContain(ENDPOINT("10.244.0.7", "")[1]);
    expect(lines).toContain(`-A ${SVC} -j ${sep("10.244.3.9")}`);
    expect(lines).toContain(`-A KUBE-SERVICES ${CLUSTER_IP} -j ${SVC}`);
  });

  test.each(["ipvs", "nftables"])("mode %s is not modelled", (mode) => {
    const cluster = withMode(`mode: ${mode}\n`);
    expect(rulesOf(cluster, nodeOf(cluster, "n1"))).toBeUndefined();
  });

  test("IPv6 has tables of its own", () => {
    const cluster = clusterOf([
      CIDR,
      ...NODES,
      web({ clusterIP: "10.96.0.20", clusterIPs: ["10.96.0.20", "FD00:10:96::20"] }),
      slice("shop/web", TARGET, [ready("fd00:10:244:1::5")], "IPv6"),
    ]);
    const chain = endpointChain("shop/web:http", "tcp", "fd00:10:244:1::5", 8080);
    const lines = linesOf(cluster, "n1", ["filter", "nat"], 6);
    expect(lines).toContain(
      `-A ${chain} -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination [fd00:10:244:1::5]:8080`,
    );
    expect(lines).toContain(
      `-A ${SVC} ! -s fd00:10:244::/48 -d fd00:10:96::20/128 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    );
    expect(lines).toContain(
      '-A KUBE-SERVICES ! -d ::1/128 -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    );
    expect(linesOf(cluster, "n1")).toContain(refusal("KUBE-SERVICES", "10.96.0.20", "REJECT"));
  });

  test("NodeLocal DNSCache: its last rule is the first, kube-dns's address before its own", () => {
    const cluster = clusterOf([
      ...NODES,
      ...kubeDns(ready("10.244.2.2")),
      configMap("kube-system/node-local-dns", { Corefile: ".:53 {\n}\n" }),
    ]);
    const skip = '-m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK';
    const lines = linesOf(cluster, "n1", ["raw"]);
    expect(lines.slice(0, 5)).toEqual([
      `-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 ${skip}`,
      `-A PREROUTING -d 10.96.0.10/32 -p tcp -m tcp --dport 53 ${skip}`,
      `-A PREROUTING -d 169.254.20.10/32 -p udp -m udp --dport 53 ${skip}`,
      `-A PREROUTING -d 169.254.20.10/32 -p tcp -m tcp --dport 53 ${skip}`,
      `-A OUTPUT -s 10.96.0.10/32 -p tcp -m tcp --sport 8080 ${skip}`,
    ]);
    expect(lines).toHaveLength(16);
    expect(linesOf(cluster, "n1", ["filter"])[0]).toBe(
      '-A INPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: allow DNS traffic" -j ACCEPT',
    );
  });
});

describe("rules made for one packet", () => {
  const read = readList("demo", JSON.parse(readFileSync("zones/demo.json", "utf8")));
  if (!read.ok) throw new Error(describeListError(read.error));
  const cluster = read.value;
  const addresses = cluster.services.flatMap(({ clusterIPs }) =>
    clusterIPs.filter((ip) => !ip.includes(":")),
  );
  const withoutShortCut = ({ name, policy, rules }: Chain): Chain => ({
    name,
    rules,
    ...(policy && { policy }),
  });

  test("are those that all rules would have given", () => {
    const table = (name: TableName) => {
      const found = rulesOf(cluster, nodeOf(cluster, "node-1"))?.table(name);
      if (found === undefined) throw new Error(name);
      return found;
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...addresses, "203.0.113.200", "10.0.1.11", "10.244.0.4", "192.0.2.1"),
        fc.constantFrom(53, 80, 443, 9153, 30080, 5432, 1),
        fc.constantFrom("udp" as const, "tcp" as const),
        fc.constantFrom("PREROUTING", "OUTPUT", "FORWARD", "INPUT"),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (dst, dport, protocol, hook, die) => {
          const packet: Packet = {
            protocol,
            src: "10.244.2.5",
            sport: 4000,
            dst,
            dport,
            ttl: DEFAULT_TTL,
          };
          const circumstances = {
            mark: 0,
            isLocal: (address: string) => address === "10.0.1.11",
            recent: new Map(),
            random: () => die,
            now: 0,
          };
          for (const name of ["nat", "filter"] as const) {
            const all = table(name);
            const slow = {
              ...all,
              chain: (chain: string) => {
                const found = all.chain(chain);
                return found && withoutShortCut(found);
              },
            };
            expect(evaluate(all, hook, packet, circumstances)).toEqual(
              evaluate(slow, hook, packet, circumstances),
            );
          }
        },
      ),
    );
  });

  test("are made without those of other Services", () => {
    const fresh = readList("demo", JSON.parse(readFileSync("zones/demo.json", "utf8")));
    if (!fresh.ok) throw new Error("unreadable");
    let asked = 0;
    const watched: Cluster = {
      ...fresh.value,
      slicesOf: (namespace, name) => {
        asked++;
        return fresh.value.slicesOf(namespace, name);
      },
    };
    const table = rulesOf(watched, nodeOf(watched, "node-1"))?.table("nat");
    asked = 0;
    table?.chain("KUBE-SERVICES")?.candidates?.({
      protocol: "udp",
      src: "10.244.2.5",
      sport: 4000,
      dst: "10.100.0.10",
      dport: 53,
      ttl: 64,
    });
    // Each port of kube-dns once.
    expect(asked).toBe(3);
  });
});
