/**
 * Packets through the clusters in zones/, by the rules that kube-proxy would have written.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster, Pod } from "../../src/cluster/model.ts";
import { hostOf, topologyOf, vethName } from "../../src/cluster/topology.ts";
import { vantageOf } from "../../src/cluster/vantage.ts";
import { connectionText } from "../../src/packet/conntrack.ts";
import { DEFAULT_TTL, endpointText, type Packet, replyTo } from "../../src/packet/packet.ts";
import { ruleText } from "../../src/packet/save.ts";
import type { Topology } from "../../src/packet/topology.ts";
import { type Network, type Walk, walk } from "../../src/packet/walk.ts";
import { RECORDING, replay, rowText } from "../packet/replay.ts";
import { clusterOf, configMap, type Item, kubeDns, node, pod, ready, service } from "./objects.ts";

const read = readList("demo", JSON.parse(readFileSync("zones/demo.json", "utf8")));
if (!read.ok) throw new Error(describeListError(read.error));
const DEMO = read.value;

function podOf(cluster: Cluster, name: string): Pod {
  const [namespace = "", own = ""] = name.split("/");
  const found = cluster.pod(namespace, own);
  if (found === undefined) throw new Error(`no Pod ${name}`);
  return found;
}

const FRESH: Network = new Map();

function query(src: string, dst: string, more: Partial<Packet> = {}): Packet {
  return { protocol: "udp", src, sport: 40000, dst, dport: 53, ttl: DEFAULT_TTL, ...more };
}

/** `node-1 eth0: 10.244.2.5:40000 > …`; veths by their Pod. */
function hops(cluster: Cluster, { hops }: Walk): readonly string[] {
  const names = new Map([...cluster.pods].map((one) => [vethName(one), `veth(${one.name})`]));
  return hops.map(({ host, device, packet }) => {
    const { src, sport, dst, dport, ttl, about } = packet;
    const way = about
      ? `${src} > ${dst} icmp`
      : `${endpointText(src, sport)} > ${endpointText(dst, dport)}`;
    return `${host} ${names.get(device) ?? device}: ${way} ttl ${ttl}`;
  });
}

function ending({ end }: Walk): string {
  return end.kind === "delivered" ? `delivered to ${end.host}` : `${end.kind}: ${end.why}`;
}

/** The chains and targets of the rules that were met on the way, hook by hook. */
function met({ hops, end }: Walk): readonly string[] {
  return [...hops.flatMap(({ rules }) => rules), ...end.rules].map(
    ({ hook, table, chain, rule }) =>
      `${hook} ${table}: ${ruleText(chain, rule, 4).replace(/^-A (\S+).*?(?: -j (\S+).*)?$/, "$1 > $2")}`,
  );
}

describe.each(RECORDING.lookups)("as the kernel carried it: $libc looks up $name", (lookup) => {
  const pods = new Map([
    ["client", "default/client"],
    ["corea", `kube-system/${DEMO.podsByIP("10.244.0.4")[0]?.name}`],
    ["coreb", `kube-system/${DEMO.podsByIP("10.244.0.5")[0]?.name}`],
  ]);
  const hosts = new Map([
    ...pods,
    ["node1", "node-1"],
    ["node2", "node-2"],
    ["resolver", "10.0.0.2"],
  ]);
  const namespaces = new Map([...hosts].map(([namespace, host]) => [host, namespace]));
  const veths = new Map(
    [...pods].map(([namespace, name]) => [vethName(podOf(DEMO, name)), `veth-${namespace}`]),
  );
  const { rows, conntrack } = replay(
    topologyOf(DEMO),
    lookup,
    (namespace) => hosts.get(namespace) as string,
    (host, device) => `${namespaces.get(host)} ${veths.get(device) ?? device}`,
  );

  test("every packet is on the same interfaces, in the same order", () => {
    expect(rows).toEqual(lookup.packets.map(rowText));
  });

  test.each(Object.keys(lookup.conntrack))("%s keeps the same connections", (node) => {
    expect(conntrack[node]).toEqual([...(lookup.conntrack[node] ?? [])].sort());
  });
});

describe("a Pod asks kube-dns", () => {
  const topology = topologyOf(DEMO);
  const there = walk(topology, "default/client", query("10.244.2.5", "10.100.0.10"), FRESH, {
    now: 0,
    random: () => 0,
  });

  test("the rules it meets are those of the talk", () => {
    expect(met(there)).toEqual([
      "PREROUTING nat: PREROUTING > KUBE-SERVICES",
      "PREROUTING nat: KUBE-SERVICES > KUBE-SVC-TCOU7JCQXEZGVUNU",
      "PREROUTING nat: KUBE-SVC-TCOU7JCQXEZGVUNU > KUBE-SEP-WXWGHGKZOCNYRYI7",
      "PREROUTING nat: KUBE-SEP-WXWGHGKZOCNYRYI7 > DNAT",
      "FORWARD filter: FORWARD > KUBE-PROXY-FIREWALL",
      "FORWARD filter: FORWARD > KUBE-FORWARD",
      "FORWARD filter: FORWARD > KUBE-SERVICES",
      "FORWARD filter: FORWARD > KUBE-EXTERNAL-SERVICES",
      "POSTROUTING nat: POSTROUTING > KUBE-POSTROUTING",
      "POSTROUTING nat: KUBE-POSTROUTING > RETURN",
      "POSTROUTING nat: POSTROUTING > CNI-MASQUERADE",
      "POSTROUTING nat: CNI-MASQUERADE > ACCEPT",
      // The other node: the packet is for a Pod, and for no Service.
      "PREROUTING nat: PREROUTING > KUBE-SERVICES",
      "FORWARD filter: FORWARD > KUBE-PROXY-FIREWALL",
      "FORWARD filter: FORWARD > KUBE-FORWARD",
      "FORWARD filter: FORWARD > KUBE-SERVICES",
      "FORWARD filter: FORWARD > KUBE-EXTERNAL-SERVICES",
      "POSTROUTING nat: POSTROUTING > KUBE-POSTROUTING",
      "POSTROUTING nat: KUBE-POSTROUTING > RETURN",
    ]);
  });

  test("the node's end of the pair is named as the bridge plugin names it", () => {
    expect(vethName(podOf(DEMO, "default/client"))).toMatch(/^veth[0-9a-f]{8}$/);
    expect(there.hops[1]).toMatchObject({
      host: "node-1",
      device: vethName(podOf(DEMO, "default/client")),
    });
  });

  test.each([
    [0.49, "10.244.0.4"],
    [0.51, "10.244.0.5"],
  ])("the die falls on %d: %s", (die, endpoint) => {
    const walked = walk(topology, "default/client", query("10.244.2.5", "10.100.0.10"), FRESH, {
      now: 0,
      random: () => die,
    });
    expect(walked.end.packet.dst).toBe(endpoint);
  });

  test("from CoreDNS's own node", () => {
    const [other] = [...DEMO.pods].filter(({ podIP }) => podIP === "10.244.0.14");
    const walked = walk(
      topology,
      hostOf(other as Pod),
      query("10.244.0.14", "10.100.0.10"),
      FRESH,
      {
        now: 0,
        random: () => 0,
      },
    );
    expect(hops(DEMO, walked)).toEqual([
      "prod/web-service-58d4c7b9f-vm4ds eth0: 10.244.0.14:40000 > 10.100.0.10:53 ttl 64",
      "node-2 veth(web-service-58d4c7b9f-vm4ds): 10.244.0.14:40000 > 10.100.0.10:53 ttl 64",
      "node-2 veth(coredns-7db6d8ff4d-4xk2p): 10.244.0.14:40000 > 10.244.0.4:53 ttl 63",
      "kube-system/coredns-7db6d8ff4d-4xk2p eth0: 10.244.0.14:40000 > 10.244.0.4:53 ttl 63",
    ]);
  });

  test("from CoreDNS itself, that gets itself: the node's address stands for it", () => {
    const walked = walk(
      topology,
      "kube-system/coredns-7db6d8ff4d-4xk2p",
      query("10.244.0.4", "10.100.0.10"),
      FRESH,
      { now: 0, random: () => 0.25 },
    );
    expect(walked.end).toMatchObject({
      kind: "delivered",
      host: "kube-system/coredns-7db6d8ff4d-4xk2p",
      packet: { src: "10.0.1.12", sport: 17152, dst: "10.244.0.4" },
    });
    expect(met(walked).filter((rule) => /MASQ/.test(rule))).toEqual([
      "PREROUTING nat: KUBE-SEP-WXWGHGKZOCNYRYI7 > KUBE-MARK-MASQ",
      "PREROUTING nat: KUBE-MARK-MASQ > MARK",
      "POSTROUTING nat: KUBE-POSTROUTING > MASQUERADE",
    ]);
  });

  test("from a host network: OUTPUT, no veth, and masqueraded since it is no Pod's address", () => {
    const host = podOf(DEMO, "default/policy-clusterfirstwithhostnet");
    const walked = walk(topology, hostOf(host), query("10.0.1.11", "10.100.0.10"), FRESH, {
      now: 0,
      random: () => 0.25,
    });
    expect(hops(DEMO, walked)).toEqual([
      "node-1 eth0: 10.0.1.11:17152 > 10.244.0.4:53 ttl 64",
      "node-2 eth0: 10.0.1.11:17152 > 10.244.0.4:53 ttl 64",
      "node-2 veth(coredns-7db6d8ff4d-4xk2p): 10.0.1.11:17152 > 10.244.0.4:53 ttl 63",
      "kube-system/coredns-7db6d8ff4d-4xk2p eth0: 10.0.1.11:17152 > 10.244.0.4:53 ttl 63",
    ]);
    const back = walk(topology, walked.end.host, replyTo(walked.end.packet), walked.network, {
      now: 1,
      random: () => 0,
    });
    expect(back.end).toMatchObject({
      kind: "delivered",
      host: "node-1",
      packet: { src: "10.100.0.10", dst: "10.0.1.11", dport: 40000 },
    });
  });

  test("its endpoint is gone and still in the rules: nobody answers", () => {
    const gone = topologyOf(DEMO, { gone: new Set(["10.244.0.4"]) });
    const walked = walk(gone, "default/client", query("10.244.2.5", "10.100.0.10"), FRESH, {
      now: 0,
      random: () => 0,
    });
    expect(ending(walked)).toBe("lost: no Pod on node-2 has 10.244.0.4");
    expect(hops(DEMO, walked)).toHaveLength(4);
  });
});

describe("other ends", () => {
  const go = (from: string, packet: Packet, topology: Topology = topologyOf(DEMO)) =>
    walk(topology, from, packet, FRESH, { now: 0, random: () => 0 });

  test("a Service without endpoints: ICMP comes back from the node", () => {
    const walked = go("default/rejected", query("10.244.2.24", "10.100.0.53"));
    expect(ending(walked)).toBe("rejected: REJECT in filter KUBE-SERVICES");
    const back = walked.end.kind === "rejected" ? walked.end.back : walked;
    expect(hops(DEMO, back)).toEqual([
      "node-1 veth(rejected): 10.0.1.11 > 10.244.2.24 icmp ttl 64",
      "default/rejected eth0: 10.0.1.11 > 10.244.2.24 icmp ttl 64",
    ]);
  });

  test("a ClusterIP that no Service has ends on the wire", () => {
    expect(ending(go("default/lost", query("10.244.2.23", "10.100.0.99")))).toBe(
      "lost: nobody has 10.100.0.99",
    );
  });

  test("a resolver outside sees the node's address, and the reply finds the Pod", () => {
    const there = go("default/client", query("10.244.2.5", "10.0.0.2"));
    expect(hops(DEMO, there).slice(1)).toEqual([
      "node-1 veth(client): 10.244.2.5:40000 > 10.0.0.2:53 ttl 64",
      "node-1 eth0: 10.0.1.11:40000 > 10.0.0.2:53 ttl 63",
      "10.0.0.2 eth0: 10.0.1.11:40000 > 10.0.0.2:53 ttl 63",
    ]);
    const back = walk(topologyOf(DEMO), "10.0.0.2", replyTo(there.end.packet), there.network, {
      now: 20,
      random: () => 0,
    });
    expect(ending(back)).toBe("delivered to default/client");
    expect(back.network.get("node-1")?.connections.map((one) => connectionText(one, 20))).toEqual([
      "udp      17 30 src=10.244.2.5 dst=10.0.0.2 sport=40000 dport=53 src=10.0.0.2 dst=10.0.1.11 sport=53 dport=40000 mark=0 use=1",
    ]);
  });

  test("IPv6 goes the same way by tables of its own", () => {
    const there = go(
      "default/client",
      query("fd00:10:244:2::5", "fd00:10:100::6", { protocol: "tcp", dport: 80 }),
    );
    expect(there.end.packet).toMatchObject({ dst: "fd00:10:244:1::4", dport: 8080 });
    expect(there.end.host).toBe("default/web-service-6b7c9d5f4-8h2wl");
  });

  test("IPv6 to the world from a node without an IPv6 address is dropped at the masquerade", () => {
    expect(ending(go("default/client", query("fd00:10:244:2::5", "2001:db8::53")))).toBe(
      "dropped: eth0 has no address to masquerade with",
    );
  });

  test("a node port on the node's own address", () => {
    const walked = go(
      "192.0.2.9",
      query("192.0.2.9", "10.0.1.13", { protocol: "tcp", dport: 30080 }),
    );
    expect(walked.end).toMatchObject({
      kind: "delivered",
      packet: { dst: "10.244.1.4", dport: 8080, src: "10.0.1.13" },
    });
  });
});

describe("clusters that say less", () => {
  const CLIENT = pod("client", { spec: { nodeName: "n1" }, status: { podIP: "10.244.1.5" } });
  const CORE = pod("kube-system/core", {
    spec: { nodeName: "n2" },
    status: { podIP: "10.244.2.2" },
  });
  const address = (ip: string): Item => ({
    status: { addresses: [{ type: "InternalIP", address: ip }] },
  });
  const ask = (cluster: Cluster, to = "10.96.0.10", extra?: Pod) =>
    walk(
      topologyOf(cluster, extra ? { pod: extra } : {}),
      extra ? hostOf(extra) : "default/client",
      query(extra?.podIP ?? "10.244.1.5", to),
      FRESH,
      { now: 0, random: () => 0 },
    );

  test("Pods are found by their addresses where nodes have no podCIDR (EKS), and nothing is masqueraded", () => {
    const cluster = clusterOf([
      node("n1", address("192.0.2.11")),
      node("n2", address("192.0.2.12")),
      CLIENT,
      CORE,
      ...kubeDns(ready("10.244.2.2")),
    ]);
    expect(hops(cluster, ask(cluster)).slice(2)).toEqual([
      "n1 eth0: 10.244.1.5:40000 > 10.244.2.2:53 ttl 63",
      "n2 eth0: 10.244.1.5:40000 > 10.244.2.2:53 ttl 63",
      "n2 veth(core): 10.244.1.5:40000 > 10.244.2.2:53 ttl 62",
      "kube-system/core eth0: 10.244.1.5:40000 > 10.244.2.2:53 ttl 62",
    ]);
    expect(ask(cluster, "192.0.2.53").end.packet.src).toBe("10.244.1.5");
  });

  test("Pods on nodes that the dump has not", () => {
    const cluster = clusterOf([CLIENT, CORE, ...kubeDns(ready("10.244.2.2"))]);
    expect(ending(ask(cluster))).toBe("delivered to kube-system/core");
  });

  test("a made-up Pod on no node at all", () => {
    const cluster = clusterOf([CORE, ...kubeDns(ready("10.244.2.2"))]);
    const vantage = vantageOf(cluster);
    if (!vantage.ok) throw new Error("no vantage");
    expect(
      ending(
        ask(cluster, "10.96.0.10", {
          ...vantage.value.pod,
          podIP: "10.244.9.9",
          podIPs: ["10.244.9.9"],
        }),
      ),
    ).toBe("delivered to kube-system/core");
  });

  test("without iptables no rule takes the packet, and nothing is tracked", () => {
    const cluster = clusterOf([
      configMap("kube-system/kube-proxy", { "config.conf": "mode: ipvs\n" }),
      node("n1", address("192.0.2.11")),
      CLIENT,
      ...kubeDns(ready("10.244.2.2")),
    ]);
    expect(ending(ask(cluster))).toBe("lost: nobody has 10.96.0.10");
  });

  test("NodeLocal DNSCache takes the packet on the node: NOTRACK, no DNAT, no connection", () => {
    const cluster = clusterOf([
      node("n1", address("192.0.2.11")),
      CLIENT,
      CORE,
      ...kubeDns(ready("10.244.2.2")),
      service("kube-system/kube-dns-upstream", {
        clusterIP: "10.96.0.99",
        ports: [{ name: "dns-tcp", port: 53, protocol: "TCP" }],
      }),
      configMap("kube-system/node-local-dns", { Corefile: ".:53 {\n}\n" }),
    ]);
    for (const to of ["10.96.0.10", "169.254.20.10"]) {
      const walked = ask(cluster, to);
      expect(ending(walked)).toBe("delivered to n1");
      expect(met(walked)).toEqual([
        "PREROUTING raw: PREROUTING > NOTRACK",
        "INPUT filter: INPUT > ACCEPT",
      ]);
      expect(walked.network.get("n1")?.connections).toEqual([]);
      const back = walk(topologyOf(cluster), "n1", replyTo(walked.end.packet), walked.network, {
        now: 0,
        random: () => 0,
      });
      expect(ending(back)).toBe("delivered to default/client");
      expect(met(back)).toEqual(["OUTPUT raw: OUTPUT > NOTRACK", "OUTPUT filter: OUTPUT > ACCEPT"]);
    }
  });

  test("session affinity: the source comes to the same endpoint again, until its time is over", () => {
    const [vip, slice] = kubeDns(ready("10.244.2.2"), ready("10.244.2.3")) as [Item, Item];
    const spec = {
      ...(vip.spec as Item),
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    };
    const cluster = clusterOf([node("n1", address("192.0.2.11")), CLIENT, { ...vip, spec }, slice]);
    const topology = topologyOf(cluster);
    const draw = (network: Network, sport: number, now: number, die: number) =>
      walk(topology, "default/client", query("10.244.1.5", "10.96.0.10", { sport }), network, {
        now,
        random: () => die,
      });
    const first = draw(FRESH, 1, 0, 0.9);
    const again = draw(first.network, 2, 60_000, 0.1);
    const later = draw(again.network, 3, 120_001, 0.1);
    expect([first, again, later].map(({ end }) => end.packet.dst)).toEqual([
      "10.244.2.3",
      "10.244.2.3",
      "10.244.2.2",
    ]);
  });

  test("the rules of a node are made once, those of the last nodes kept", () => {
    const names = Array.from({ length: 40 }, (_, at) => `n${at}`);
    const cluster = clusterOf([
      ...names.map((name) => node(name)),
      ...kubeDns(ready("10.244.2.2")),
    ]);
    const rulesOn = (name: string) => topologyOf(cluster).host(name)?.rules(4);
    const first = rulesOn("n0");
    expect(first).toBeDefined();
    expect(rulesOn("n0")).toBe(first);
    expect(rulesOn("n1")).not.toBe(first);
    for (const name of names) rulesOn(name);
    expect(rulesOn("n0")).not.toBe(first);
  });
});
