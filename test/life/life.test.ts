/**
 * The ways that a lookup's packets take, by where the Pod is and what it asks.
 */
import { describe, expect, test } from "vitest";
import type { Life, LifePacket } from "../../src/trace/life.ts";
import { configMap, type Item } from "../cluster/objects.ts";
import { demoWith, nodeLocalDns, upstreamService } from "../coredns/node-local.ts";
import { testService } from "../http/service.ts";

async function lifeOf(path: string, items: readonly Item[] = []): Promise<Life> {
  const { app } = testService({ clusters: { own: demoWith(...items) } });
  const reply = await app.request(`/clusters/own${path}`);
  expect(reply.status).toBe(200);
  return (await reply.json()) as Life;
}

/** `query udp client/eth0 node-1/veth>node-1/eth0 …`: the hosts' interfaces, links as blanks, a host's inside as `>`. */
function way({ kind, protocol, hops, end }: LifePacket): string {
  let text = "";
  for (const [index, { host, device, towards }] of hops.entries()) {
    const where = `${short(host)}/${device.replace(/^veth.*/, "veth")}`;
    text += index === 0 ? where : `${towards === "in" ? " " : ">"}${where}`;
  }
  return `${kind} ${protocol} ${text}${end.kind === "delivered" ? "" : `: ${end.kind}, ${end.why}`}`;
}

function short(host: string): string {
  return host.startsWith("kube-system/coredns") ? "coredns" : host.replace(/^default\//, "");
}

function rewrites({ hops, end }: LifePacket): readonly string[] {
  return [...hops, end].flatMap((hop) =>
    hop.rewrites.map(({ hook, half, from, to, by }) => {
      const who = by.startsWith("KUBE-SEP") ? "KUBE-SEP" : by;
      return `${hop.host} ${hook} ${half} ${port(from)} > ${port(to)} by ${who}`;
    }),
  );
}

function port(endpoint: string): string {
  return endpoint.replace(/:\d{5}$/, ":#");
}

const PODS = "/namespaces/default/pods";
const NODE_LOCAL = [nodeLocalDns(), ...upstreamService()];

describe("the way of the first query", () => {
  test.each<{
    why: string;
    path: string;
    items?: readonly Item[];
    ways: readonly string[];
    rewritten: readonly string[];
  }>([
    {
      why: "through two nodes to a CoreDNS pod, and back by connection tracking",
      path: `${PODS}/client/life.json?name=web-service&family=4&seed=7`,
      ways: [
        "query udp client/eth0 node-1/veth>node-1/eth0 node-2/eth0>node-2/veth coredns/eth0",
        "reply udp coredns/eth0 node-2/veth>node-2/eth0 node-1/eth0>node-1/veth client/eth0",
      ],
      rewritten: [
        "node-1 PREROUTING dst 10.100.0.10:53 > 10.244.0.5:53 by KUBE-SEP",
        "node-1 POSTROUTING src 10.244.0.5:53 > 10.100.0.10:53 by conntrack",
      ],
    },
    {
      why: "on CoreDNS's own node it does not leave the node",
      path: `${PODS}/db-1/life.json?name=web-service&family=4&seed=7`,
      ways: [
        "query udp db-1/eth0 node-2/veth>node-2/veth coredns/eth0",
        "reply udp coredns/eth0 node-2/veth>node-2/veth db-1/eth0",
      ],
      rewritten: [
        "node-2 PREROUTING dst 10.100.0.10:53 > 10.244.0.5:53 by KUBE-SEP",
        "node-2 POSTROUTING src 10.244.0.5:53 > 10.100.0.10:53 by conntrack",
      ],
    },
    {
      why: "a Pod on the host network has no veth, and meets OUTPUT",
      path: `${PODS}/policy-clusterfirstwithhostnet/life.json?name=web-service&family=4&seed=7`,
      ways: [
        "query udp node-1/eth0 node-2/eth0>node-2/veth coredns/eth0",
        "reply udp coredns/eth0 node-2/veth>node-2/eth0 node-1/eth0",
      ],
      rewritten: [
        "node-1 OUTPUT dst 10.100.0.10:53 > 10.244.0.5:53 by KUBE-SEP",
        "node-1 POSTROUTING src 10.0.1.11:# > 10.0.1.11:# by KUBE-POSTROUTING",
        "node-1 PREROUTING dst 10.0.1.11:# > 10.0.1.11:# by conntrack",
        "node-1 INPUT src 10.244.0.5:53 > 10.100.0.10:53 by conntrack",
      ],
    },
    {
      why: "a Service without endpoints is refused by the node",
      path: `${PODS}/rejected/life.json?name=web-service&family=4&seed=7`,
      ways: [
        "query udp rejected/eth0 node-1/veth: rejected, REJECT in filter KUBE-SERVICES",
        "icmp icmp node-1/veth rejected/eth0",
      ],
      rewritten: [],
    },
    {
      why: "a Pod that asks outside leaves with its node's address",
      path: `${PODS}/policy-default/life.json?name=api.example.com&family=4&seed=7`,
      ways: [
        "query udp policy-default/eth0 node-1/veth>node-1/eth0 10.0.0.2/eth0",
        "reply udp 10.0.0.2/eth0 node-1/eth0>node-1/veth policy-default/eth0",
      ],
      rewritten: [
        "node-1 POSTROUTING src 10.244.2.20:# > 10.0.1.11:# by CNI-MASQUERADE",
        "node-1 PREROUTING dst 10.0.1.11:# > 10.244.2.20:# by conntrack",
      ],
    },
    {
      why: "NodeLocal DNSCache takes it on the node, untouched, and asks CoreDNS by TCP",
      path: `${PODS}/client/life.json?name=web-service&family=4&seed=7`,
      items: NODE_LOCAL,
      ways: [
        "query udp client/eth0 node-1/veth",
        "tcp tcp node-1/eth0 node-2/eth0>node-2/veth coredns/eth0",
      ],
      rewritten: [
        "node-1 OUTPUT dst 10.100.0.11:53 > 10.244.0.4:53 by KUBE-SEP",
        "node-1 POSTROUTING src 10.0.1.11:# > 10.0.1.11:# by KUBE-POSTROUTING",
      ],
    },
    {
      why: "where kube-proxy is in nftables mode the end is known, the rules are not",
      path: `${PODS}/client/life.json?name=web-service&family=4&seed=7`,
      items: [
        configMap("kube-system/kube-proxy", {
          "config.conf": "mode: nftables\nclusterCIDR: 10.244.0.0/16\n",
        }),
      ],
      ways: [
        "query udp client/eth0 node-1/veth>node-1/eth0 node-2/eth0>node-2/veth coredns/eth0",
        "reply udp coredns/eth0 node-2/veth>node-2/eth0 node-1/eth0>node-1/veth client/eth0",
      ],
      rewritten: [
        "node-1 PREROUTING dst 10.100.0.10:53 > 10.244.0.5:53 by kube-proxy",
        "node-1 POSTROUTING src 10.244.0.5:53 > 10.100.0.10:53 by conntrack",
      ],
    },
  ])("$why", async ({ path, items, ways, rewritten }) => {
    const life = await lifeOf(path, items);
    const [there, back] = life.packets as [LifePacket, LifePacket];
    expect([there, back].map(way)).toEqual(ways);
    expect([...rewrites(there), ...rewrites(back)]).toEqual(rewritten);
  });
});

interface FaultRow {
  readonly why: string;
  readonly ask: string;
  readonly fault: string;
  /** Name, type and what came of it; the second it was sent in. */
  readonly queries: readonly string[];
  readonly ms: number;
  readonly result: string;
  readonly note?: string;
}

describe("a fault, and what the libc then does", () => {
  test.each<FaultRow>([
    {
      why: "the race costs glibc 5 s: it sends both again",
      ask: "name=web-service",
      fault: "conntrack-race",
      queries: ["A NOERROR 0", "AAAA TIMEOUT 0", "A NOERROR 5", "AAAA NOERROR 5"],
      ms: 5000,
      result: "10.100.7.7",
    },
    {
      why: "the race costs musl 2.5 s: it sends the lost one again",
      ask: "name=web-service&libc=musl",
      fault: "conntrack-race",
      queries: ["A NOERROR 0", "AAAA TIMEOUT 0", "AAAA NOERROR 2.5"],
      ms: 2500,
      result: "10.100.7.7",
    },
    {
      why: "Go has a socket for each query, so there is no race",
      ask: "name=web-service&libc=go",
      fault: "conntrack-race",
      queries: ["A NOERROR 0", "AAAA NOERROR 0"],
      ms: 0,
      result: "10.100.7.7",
      note: "fault conntrack-race: no two packets",
    },
    {
      why: "one family sends one packet, which races with none",
      ask: "name=web-service&family=4",
      fault: "conntrack-race",
      queries: ["A NOERROR 0"],
      ms: 0,
      result: "10.100.7.7",
      note: "fault conntrack-race: no two packets",
    },
    {
      why: "a dead CoreDNS pod is asked again by the same socket, since connection tracking remembers it",
      ask: "name=web-service.default.svc.cluster.local.&family=4",
      fault: "coredns-down",
      queries: ["A TIMEOUT 0", "A TIMEOUT 5"],
      ms: 10_000,
      result: "EAI_AGAIN",
    },
    {
      why: "Go asks again by a new socket, which may draw the other pod",
      ask: "name=web-service.default.svc.cluster.local.&family=4&libc=go&seed=4",
      fault: "coredns-down",
      queries: ["A TIMEOUT 0", "A NOERROR 5"],
      ms: 5000,
      result: "10.100.7.7",
    },
    {
      why: "a query that is lost is sent again after the time limit",
      ask: "name=web-service&family=4",
      fault: "drop=1",
      queries: ["A TIMEOUT 0", "A NOERROR 5"],
      ms: 5000,
      result: "10.100.7.7",
    },
    {
      why: "so is one whose reply is lost",
      ask: "name=web-service&family=4",
      fault: "drop=2",
      queries: ["A TIMEOUT 0", "A NOERROR 5"],
      ms: 5000,
      result: "10.100.7.7",
    },
    {
      why: "a packet that is never sent cannot be lost",
      ask: "name=web-service&family=4",
      fault: "drop=3",
      queries: ["A NOERROR 0"],
      ms: 0,
      result: "10.100.7.7",
      note: "fault drop=3: only 2 packets were sent",
    },
    {
      why: "a slow upstream is asked again by forward, whose SERVFAIL comes in the second try of glibc",
      ask: "name=api.example.com.&family=4",
      fault: "upstream-slow",
      queries: ["A TIMEOUT 0", "A SERVFAIL 5"],
      ms: 6000,
      result: "EAI_AGAIN",
    },
    {
      why: "a cluster name needs no upstream",
      ask: "name=web-service&family=4",
      fault: "upstream-slow",
      queries: ["A NOERROR 0"],
      ms: 0,
      result: "10.100.7.7",
    },
  ])("$why", async ({ ask, fault, queries, ms, result, note }) => {
    const seed = ask.includes("seed=") ? "" : "&seed=7";
    const life = await lifeOf(`/life.json?${ask}&cache=off&fault=${fault}${seed}`);
    expect(life.queries.map(({ type, rcode, at }) => `${type} ${rcode} ${at / 1000}`)).toEqual(
      queries,
    );
    expect(life.cost.ms).toBe(ms);
    expect(life.result.kind === "found" ? life.result.answers.join() : life.result.error).toBe(
      result,
    );
    if (note === undefined) expect(life.notes.join()).not.toContain("fault");
    else expect(life.notes.join()).toContain(note);
  });
});
