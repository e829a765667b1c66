/**
 * The story of real lives: what is told, in which order, and how much of it.
 */
import { describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import type { Step } from "../../src/trace/story/step.ts";
import { storyOf } from "../../src/trace/story.ts";
import { testService } from "../http/service.ts";

async function lifeOf(path: string): Promise<Life> {
  const reply = await testService().app.request(path);
  if (reply.status !== 200) throw new Error(`${path}: ${await reply.text()}`);
  return (await reply.json()) as Life;
}

const POD = "/clusters/demo/namespaces/default/pods";

/** `q0-dnat` and the like, without what tells queries apart. */
function kinds(steps: readonly Step[]): string[] {
  return steps.map(({ id }) => id.replace(/^q\d+-/, "").replace(/-\d+$/, ""));
}

test.each<{ why: string; path: string; tells: readonly string[] }>([
  {
    why: "a Service's name is found at the first query, and the sibling goes the same way",
    path: "/life.json?name=web-service&seed=7&family=4",
    tells: [
      "call",
      "before",
      "resolv-conf",
      "search",
      "send",
      "veth",
      "services",
      "choice",
      "dnat",
      "through-server-node",
      "arrive",
      "pass",
      "plugin-cache-miss",
      "plugin-kubernetes-noerror",
      "answer",
      "undo-src",
      "decision",
      "result",
    ],
  },
  {
    why: "what the hosts file has is told without a packet",
    path: "/life.json?name=localhost&seed=7",
    tells: ["call", "before", "before", "result"],
  },
  {
    why: "an address is none of DNS's business",
    path: "/life.json?name=192.0.2.1&seed=7",
    tells: ["call", "before", "result"],
  },
  {
    why: "a Pod with the node's own resolver goes past CoreDNS, masqueraded",
    path: `${POD}/policy-default/life.json?name=api.example.com&seed=7&family=4`,
    tells: [
      "call",
      "before",
      "resolv-conf",
      "search",
      "send",
      "veth",
      "snat",
      "arrive",
      "answer",
      "undo-dst",
      "decision",
      "result",
    ],
  },
  {
    why: "a Pod on the host network has no veth pair, and meets the rules in OUTPUT",
    path: `${POD}/policy-clusterfirstwithhostnet/life.json?name=web-service&seed=7&family=4`,
    tells: [
      "call",
      "before",
      "resolv-conf",
      "search",
      "send",
      "services",
      "choice",
      "dnat",
      "snat",
      "through-server-node",
      "arrive",
      "pass",
      "plugin-cache-miss",
      "plugin-kubernetes-noerror",
      "answer",
      "undo-dst",
      "undo-src",
      "decision",
      "result",
    ],
  },
  {
    why: "a REJECT ends the packet on the node and comes back as an ICMP error",
    path: `${POD}/rejected/life.json?name=web-service&seed=7&family=4`,
    tells: [
      "call",
      "before",
      "resolv-conf",
      "search",
      "send",
      "veth",
      "end",
      "answer",
      "same-back",
      "decision",
      "result",
    ],
  },
  {
    why: "what nobody answers is waited for, once told and then in one step",
    path: `${POD}/lost/life.json?name=web-service.&seed=7&family=4`,
    tells: [
      "call",
      "before",
      "resolv-conf",
      "search",
      "send",
      "veth",
      "snat",
      "end",
      "wait",
      "send",
      "again-src",
      "end",
      "same-wait",
      "decision",
      "result",
    ],
  },
])("$why", async ({ path, tells }) => {
  expect(kinds(storyOf(await lifeOf(path)))).toEqual(tells);
});

describe("api.example.com, as on the talk's slide", async () => {
  const life = await lifeOf("/life.json?name=api.example.com&seed=7");
  const steps = storyOf(life);

  test("each name is decided once, in order, and the last is found", () => {
    const decided = steps.filter(({ outcome, place }) => outcome !== undefined && place === "libc");
    expect(decided.map(({ title }) => title)).toEqual([
      "api.example.com.default.svc.cluster.local. NXDOMAIN",
      "api.example.com.svc.cluster.local. NXDOMAIN",
      "api.example.com.cluster.local. NXDOMAIN",
      "api.example.com.us-west-2.compute.internal. NXDOMAIN",
      "api.example.com. FOUND",
    ]);
  });

  test("names that go the same way take one step each", () => {
    const own = (candidate: number) => steps.filter((step) => step.candidate === candidate).length;
    expect(own(0)).toBeGreaterThan(12);
    expect([own(1), own(2)]).toEqual([1, 1]);
  });

  test("what leaves the cluster is told where it first does", () => {
    const onward = steps.filter(({ phase }) => phase === "upstream");
    expect(kinds(onward)).toEqual(["onward", "snat", "arrive", "answer", "undo-dst"]);
    expect(new Set(onward.map(({ candidate }) => candidate))).toEqual(new Set([3]));
  });

  test("plugins point at their line of the Corefile", () => {
    const lines = life.coredns.corefile.split("\n");
    const acting = steps.filter(({ plugin }) => plugin !== undefined);
    expect(acting.length).toBeGreaterThan(3);
    for (const { plugin, line } of acting) {
      expect(lines[(line ?? 0) - 1]?.trim().split(" ")[0]).toBe(plugin);
    }
  });

  test("the same lookup past every cache has the same steps", async () => {
    const again = storyOf(await lifeOf("/life.json?name=api.example.com&seed=7&cache=off"));
    expect(again.length).toBe(steps.length);
    expect(again.map(({ title }) => title)).toEqual(steps.map(({ title }) => title));
  });
});

/** Every vantage there is, with names of every kind. */
const NAMES = [
  "web-service",
  "api.example.com",
  "api.example.com.",
  "no-such-name",
  "external-api",
  "dual",
  "10-244-1-4.default.pod",
  "db-0.db",
  "localhost",
];
const FAULTS = ["", "&fault=conntrack-race", "&fault=coredns-down", "&fault=drop=1"];

describe.each(["demo", "lab"])("every Pod of %s", async (cluster) => {
  const { app } = testService();
  const list = (await (await app.request(`/clusters/${cluster}`)).json()) as {
    items: readonly { kind: string; metadata: { namespace: string; name: string } }[];
  };
  const pods = list.items.filter(({ kind }) => kind === "Pod").map(({ metadata }) => metadata);

  test.each(pods)("$namespace/$name", async ({ namespace, name: pod }) => {
    const vantage = `/clusters/${cluster}/namespaces/${namespace}/pods/${pod}`;
    for (const [index, name] of NAMES.entries()) {
      const fault = FAULTS[index % FAULTS.length];
      const reply = await app.request(`${vantage}/life.json?name=${name}&seed=${index}${fault}`);
      expect(reply.status).toBe(200);
      sound((await reply.json()) as Life);
    }
  });
});

/** What holds of any story. */
function sound(life: Life): void {
  const steps = storyOf(life);
  expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
  expect(steps.at(0)?.id).toBe("call");
  expect(steps.at(-1)?.phase).toBe("result");
  for (const step of steps) {
    expect(`${step.title} ${step.sentence}`).not.toMatch(/undefined|NaN|\[object|``/);
    expect(step.source.url).toMatch(
      /^https:\/\/(?:man7\.org|www\.rfc-editor\.org|kubernetes\.io|coredns\.io)\//,
    );
    expect(step.id).toMatch(/^[a-z0-9-]+$/);
    if (step.packet) {
      const hops = life.packets[step.packet.index]?.hops.length ?? -1;
      // A packet that its own node refuses is on no interface.
      expect(step.packet.hop).toBeLessThan(Math.max(1, hops));
    }
    if (step.query !== undefined) expect(life.queries[step.query]).toBeDefined();
    if (step.line !== undefined) {
      expect(step.line).toBeLessThanOrEqual(life.coredns.corefile.split("\n").length);
    }
  }
  const times = steps.map(({ at }) => at);
  expect(times.slice(1).filter((at, index) => at < (times[index] as number))).toEqual([]);
  expect(steps.length).toBeLessThanOrEqual(12 + 9 * life.queries.length);
}
