import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster } from "../../src/cluster/model.ts";
import { nodeLocalOf } from "../../src/cluster/node-local.ts";
import {
  buildNodeLocal,
  filledCorefile,
  nodeLocalOn,
  readKubeDns,
} from "../../src/coredns/node-local.ts";
import { printRR } from "../../src/dns/records.ts";
import { configMap, type Item } from "../cluster/objects.ts";
import { demoWith, MANIFEST, nodeLocalDns, upstreamService } from "./node-local.ts";
import { contextOf, question, upstreams } from "./scene.ts";

function clusterOf(...items: readonly Item[]): Cluster {
  const cluster = readList("test", demoWith(...items));
  if (!cluster.ok) throw new Error(describeListError(cluster.error));
  return cluster.value;
}

const IPVS = configMap("kube-system/kube-proxy", { "config.conf": "mode: ipvs" });

describe("what the node fills in", () => {
  test.each<{
    why: string;
    items?: readonly Item[];
    line: string;
    kubeDns?: Record<string, string>;
    is: string;
  }>([
    {
      why: "listens on the link-local address and kube-dns's ClusterIP",
      line: "bind __PILLAR__LOCAL__DNS__ __PILLAR__DNS__SERVER__",
      is: "bind 169.254.20.10 10.100.0.10 ",
    },
    {
      why: "listens on the link-local address alone in ipvs mode",
      items: [IPVS],
      line: "bind __PILLAR__LOCAL__DNS__ __PILLAR__DNS__SERVER__",
      is: "bind 169.254.20.10 ",
    },
    {
      why: "takes one address where a port stands behind it",
      line: "health __PILLAR__LOCAL__DNS__:8080",
      is: "health 169.254.20.10:8080",
    },
    {
      why: "asks kube-dns-upstream for the cluster's names",
      line: "forward . __PILLAR__CLUSTER__DNS__",
      is: "forward . 10.100.0.11",
    },
    {
      why: "asks kube-dns where there is no kube-dns-upstream and its ClusterIP is free",
      items: [IPVS],
      line: "forward . __PILLAR__CLUSTER__DNS__",
      is: "forward . 10.100.0.10",
    },
    {
      why: "asks CoreDNS's pods where it has taken the only ClusterIP itself",
      items: [],
      line: "forward . __PILLAR__CLUSTER__DNS__",
      is: "forward . 10.244.0.4 10.244.0.5",
    },
    {
      why: "serves the cluster's domain",
      line: "template ANY ANY __PILLAR__DNS__DOMAIN__",
      is: "template ANY ANY cluster.local",
    },
    {
      why: "asks the node's resolvers for all else",
      line: "forward . __PILLAR__UPSTREAM__SERVERS__",
      is: "forward . /etc/resolv.conf",
    },
    {
      why: "asks kube-dns's upstreamNameservers in their place",
      line: "forward . __PILLAR__UPSTREAM__SERVERS__",
      kubeDns: { upstreamNameservers: '["192.0.2.1", "192.0.2.2:5353"]' },
      is: "forward . 192.0.2.1 192.0.2.2:5353",
    },
    {
      why: "adds a block for each stub domain",
      line: "whoami",
      kubeDns: { stubDomains: '{"acme.test": ["192.0.2.1"]}' },
      is: "whoami\nacme.test:53 {\n    errors\n    cache 30\n    bind 169.254.20.10 10.100.0.10\n    forward . 192.0.2.1\n}\n",
    },
    {
      why: "leaves what is filled in already",
      line: "bind 169.254.20.10 10.100.0.10",
      is: "bind 169.254.20.10 10.100.0.10",
    },
  ])("$why", ({ items = upstreamService(), line, kubeDns, is }) => {
    const cluster = clusterOf(nodeLocalDns(line), ...items);
    const config = readKubeDns(new Map(Object.entries(kubeDns ?? {})));
    expect(filledCorefile(cluster, config)).toEqual({ ok: true, value: is });
  });

  test("has a line to complain about where nothing leads to CoreDNS", () => {
    const gone = demoWith(nodeLocalDns());
    const items = (gone.items as readonly Item[]).filter(({ kind }) => kind !== "Service");
    const cluster = readList("test", { ...gone, items });
    if (!cluster.ok) throw new Error(describeListError(cluster.error));
    expect(filledCorefile(cluster.value, readKubeDns(new Map()))).toEqual({
      ok: false,
      error: {
        line: 10,
        message:
          "__PILLAR__CLUSTER__DNS__ has nothing to stand for: no Service kube-dns-upstream or kube-dns leads to CoreDNS",
      },
    });
  });

  test.each<{ why: string; data: Record<string, string> }>([
    { why: "is no JSON", data: { upstreamNameservers: "192.0.2.1" } },
    { why: "is another type", data: { upstreamNameservers: '"192.0.2.1"' } },
    { why: "would end the block", data: { upstreamNameservers: '["192.0.2.1\\n}"]' } },
    { why: "has a domain that is no word", data: { stubDomains: '{"a b": ["192.0.2.1"]}' } },
    { why: "has no list of servers", data: { stubDomains: '{"a": "192.0.2.1"}' } },
  ])("takes nothing of a ConfigMap kube-dns that $why", ({ data }) => {
    expect(readKubeDns(new Map(Object.entries(data)))).toEqual(readKubeDns(new Map()));
  });

  test("does without a ConfigMap kube-dns that names what is no address", () => {
    const cluster = clusterOf(nodeLocalDns(), ...upstreamService());
    const kubeDns = readKubeDns(new Map([["stubDomains", '{"acme.test": ["dns.example.org"]}']]));
    const built = buildNodeLocal(cluster, undefined, kubeDns);
    expect(built.ok && built.value.blocks.length).toBe(4);
  });
});

test("the manual page's example", async () => {
  const corefile = `__PILLAR__DNS__DOMAIN__:53 {
    cache 30
    bind __PILLAR__LOCAL__DNS__
    forward . __PILLAR__CLUSTER__DNS__
}`;
  const cluster = clusterOf(nodeLocalDns(corefile), ...upstreamService());
  const server = nodeLocalOn(cluster, undefined);
  if (!server?.ok) throw new Error("it starts");
  const { exchange, asked } = upstreams({
    "10.100.0.11": ["web-service.default.svc.cluster.local. 60 IN A 10.100.7.7"],
  });
  for (const [now, ttl] of [
    [0, 30],
    [29_000, 1],
  ]) {
    const context = contextOf({ exchange, now: () => now as number });
    const asks = question("web-service.default.svc.cluster.local.");
    const { answer } = await server.value.serve(asks, context);
    expect(answer.map(printRR)).toEqual([
      `web-service.default.svc.cluster.local. ${ttl} IN A 10.100.7.7`,
    ]);
  }
  expect(asked).toEqual(["10.100.0.11"]);
});

describe("the addresses it takes", () => {
  test.each<{ why: string; corefile?: string; items?: readonly Item[]; are: readonly string[] }>([
    { why: "are the manifest's", are: ["169.254.20.10", "10.100.0.10"] },
    { why: "leave ClusterIPs to ipvs", items: [IPVS], are: ["169.254.20.10"] },
    {
      why: "are those of bind where it names some",
      corefile: ".:53 {\n bind 169.254.25.10 # of another installer\n}",
      are: ["169.254.25.10"],
    },
    {
      why: "are the manifest's where bind names an interface",
      corefile: ".:53 {\n bind nodelocaldns\n}",
      are: ["169.254.20.10", "10.100.0.10"],
    },
    {
      why: "are the manifest's without bind",
      corefile: ".:53 {\n}",
      are: ["169.254.20.10", "10.100.0.10"],
    },
  ])("$why", ({ corefile, items = [], are }) => {
    const cluster = clusterOf(nodeLocalDns(corefile), ...items);
    expect(nodeLocalOf(cluster)?.addresses).toEqual(are);
  });
});

describe("the node's server", () => {
  const cluster = clusterOf(nodeLocalDns(), ...upstreamService());

  test("asks CoreDNS for cluster names, the node's resolver for others", async () => {
    const { exchange, asked } = upstreams({
      "10.100.0.11": ["web-service.default.svc.cluster.local. 30 IN A 10.100.7.7"],
      "10.0.0.2": ["example.org. 300 IN A 192.0.2.80"],
    });
    const server = nodeLocalOn(cluster, cluster.node("node-1"));
    if (!server?.ok) throw new Error("it starts");
    const context = contextOf({ exchange });
    const inside = question("web-service.default.svc.cluster.local.");
    const first = await server.value.serve(inside, context);
    const second = await server.value.serve(inside, contextOf({ exchange, now: () => 9000 }));
    const outside = await server.value.serve(question("example.org."), context);
    expect([first, second, outside].map(({ answer }) => answer.map(printRR))).toEqual([
      ["web-service.default.svc.cluster.local. 30 IN A 10.100.7.7"],
      ["web-service.default.svc.cluster.local. 21 IN A 10.100.7.7"],
      ["example.org. 30 IN A 192.0.2.80"],
    ]);
    expect(asked).toEqual(["10.100.0.11", "10.0.0.2"]);
  });

  test("is one on each node, with a cache of its own", () => {
    const first = nodeLocalOn(cluster, cluster.node("node-1"));
    expect(nodeLocalOn(cluster, cluster.node("node-1"))).toBe(first);
    expect(nodeLocalOn(cluster, cluster.node("node-2"))).not.toBe(first);
  });

  test("is gone from memory once many other nodes were asked from", () => {
    const [node] = cluster.nodes;
    if (node === undefined) throw new Error("the demo has nodes");
    const first = nodeLocalOn(cluster, node);
    for (let n = 0; n < 16; n++) nodeLocalOn(cluster, { ...node, name: `other-${n}` });
    expect(nodeLocalOn(cluster, node)).not.toBe(first);
  });

  test("is none without the ConfigMap", () => {
    expect(nodeLocalOn(clusterOf(), undefined)).toBeUndefined();
  });

  test("does not start on a node whose resolv.conf has no nameserver", () => {
    const [node] = cluster.nodes;
    if (node === undefined) throw new Error("the demo has nodes");
    const made = nodeLocalOn(cluster, { ...node, name: "bare", resolvConf: "search a.test" });
    expect(made).toMatchObject({ ok: false, error: { line: MANIFEST.split("\n").length - 3 } });
  });

  test("imports nothing of CoreDNS's ConfigMaps", () => {
    const custom = configMap("kube-system/coredns-custom", { "a.override": "whoami" });
    const other = clusterOf(nodeLocalDns(".:53 {\n import custom/a.override\n}"), custom);
    expect(nodeLocalOn(other, undefined)).toMatchObject({
      ok: false,
      error: { line: 2, message: expect.stringContaining("file to import not found") },
    });
  });
});

test("whatever the ConfigMaps say, it is built or its error has a line", () => {
  const words = fc.constantFrom(
    "__PILLAR__LOCAL__DNS__",
    "__PILLAR__CLUSTER__DNS__",
    "__PILLAR__UPSTREAM__SERVERS__",
    "__PILLAR__",
    "bind",
    "forward .",
    "cache",
    ".:53",
    "{",
    "}",
    "\n",
    "#",
    "$&",
    "10.100.0.10",
    "0.0.0.0",
  );
  const servers = fc.array(fc.oneof(fc.constantFrom("192.0.2.1", "$&", "}"), fc.string()));
  fc.assert(
    fc.property(fc.array(words), servers, (parts, upstreamNameservers) => {
      const cluster = clusterOf(nodeLocalDns(parts.join(" ")), ...upstreamService());
      const data = new Map([["upstreamNameservers", JSON.stringify(upstreamNameservers)]]);
      const built = buildNodeLocal(cluster, undefined, readKubeDns(data));
      expect(built.ok || built.error.line > 0).toBe(true);
      expect(nodeLocalOf(cluster)?.addresses.length).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});
