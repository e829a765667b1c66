/**
 * Lookups through the node's own cache, and what is forwarded to addresses of the cluster.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configMap, type Item, node } from "../cluster/objects.ts";
import { demoWith, MANIFEST, nodeLocalDns, upstreamService } from "../coredns/node-local.ts";
import { told } from "../coredns/scene.ts";
import { testService } from "./service.ts";

interface Resolved {
  readonly Status: number;
  readonly Answer?: readonly { data: string }[];
  readonly Comment?: string;
  readonly Trace: readonly {
    readonly name: string;
    readonly rcode: string;
    readonly source?: string;
    readonly cache?: string;
    readonly upstream?: string;
    readonly note?: string;
    readonly steps: readonly { plugin: string; did: string }[];
  }[];
}

/** One or more lookups, one behind the other; `after` are the seconds that pass before each. */
async function resolve(items: readonly Item[], asks: string | readonly string[], after = 0) {
  const { app, clock } = testService({ clusters: { own: demoWith(...items) } });
  let resolved: Resolved | undefined;
  for (const ask of [asks].flat()) {
    clock.now += after * 1000;
    const reply = await app.request(`/clusters/own${ask}`);
    expect(reply.status).toBe(200);
    resolved = (await reply.json()) as Resolved;
  }
  return resolved as Resolved;
}

const spelled = ({ Trace }: Resolved) => Trace[0] && told(Trace[0].steps);

const coredns = (corefile: string) => configMap("kube-system/coredns", { Corefile: corefile });
const INSTALLED = [nodeLocalDns(), ...upstreamService()];
const WEB = "/resolve?name=web-service&family=4&seed=1";

describe("a pod's query meets the node's own cache first", () => {
  test.each<{
    why: string;
    items?: readonly Item[];
    ask: string | readonly string[];
    after?: number;
    answer?: readonly string[];
    steps: readonly (string | RegExp)[];
    query: Partial<Resolved["Trace"][number]>;
  }>([
    {
      why: "and CoreDNS is asked for what it does not have: both chains are shown",
      ask: WEB,
      answer: ["10.100.7.7"],
      steps: [
        "node-local-dns the node's own cache at 10.100.0.10 answers port 53",
        "cache miss",
        "forward asked 10.100.0.11: NOERROR",
        /^coredns the pod at 10\.244\.0\.[45] is asked$/,
        "cache miss",
        /^kubernetes/,
      ],
      query: { source: "kubernetes", cache: "miss" },
    },
    {
      why: "and is answered there the second time",
      ask: [WEB, WEB],
      after: 2,
      answer: ["10.100.7.7"],
      steps: [
        "node-local-dns the node's own cache at 10.100.0.10 answers port 53",
        "cache hit, 28 s left",
      ],
      query: { cache: "memory" },
    },
    {
      why: "while a Pod on another node misses there and hits in CoreDNS",
      ask: [WEB, `/namespaces/default/pods/db-1${WEB}`],
      after: 2,
      answer: ["10.100.7.7"],
      steps: [
        "node-local-dns the node's own cache at 10.100.0.10 answers port 53",
        "cache miss",
        "forward asked 10.100.0.11: NOERROR",
        /^coredns/,
        "cache hit, 28 s left",
      ],
      query: { source: "kubernetes", cache: "memory" },
    },
    {
      why: "and a name outside goes from the node to its resolvers, past CoreDNS",
      ask: "/resolve?name=example.org.",
      answer: ["192.0.2.80"],
      steps: [
        "node-local-dns the node's own cache at 10.100.0.10 answers port 53",
        "cache miss",
        "forward asked 10.0.0.2: NOERROR",
      ],
      query: { source: "forward", upstream: "10.0.0.2" },
    },
    {
      why: "at 169.254.20.10 where kubelet gives that",
      items: [
        ...INSTALLED,
        configMap("kube-system/kubelet-config", { kubelet: "clusterDNS: [169.254.20.10]" }),
        configMap("kube-system/kube-proxy", { "config.conf": "mode: ipvs" }),
      ],
      ask: WEB,
      answer: ["10.100.7.7"],
      steps: [
        "node-local-dns the node's own cache at 169.254.20.10 answers port 53",
        "cache miss",
        "forward asked 10.100.0.11: NOERROR",
        /^coredns/,
        "cache miss",
        /^kubernetes/,
      ],
      query: { source: "kubernetes" },
    },
    {
      why: "which reaches CoreDNS's pods in a dump without kube-dns-upstream",
      items: [nodeLocalDns()],
      ask: WEB,
      answer: ["10.100.7.7"],
      steps: [
        /^node-local-dns/,
        "cache miss",
        /^forward asked 10\.244\.0\.[45]: NOERROR$/,
        /^coredns/,
        "cache miss",
        /^kubernetes/,
      ],
      query: { source: "kubernetes" },
    },
    {
      why: "and CoreDNS's REJECT is its SERVFAIL",
      items: [nodeLocalDns(), ...upstreamService([])],
      ask: WEB,
      steps: [
        /^node-local-dns/,
        "cache miss",
        "forward 10.100.0.11 failed: Service kube-system/kube-dns-upstream has no ready endpoint",
        "forward 10.100.0.11 failed: Service kube-system/kube-dns-upstream has no ready endpoint",
        "forward 10.100.0.11 failed: Service kube-system/kube-dns-upstream has no ready endpoint",
      ],
      query: { rcode: "SERVFAIL" },
    },
  ])("$why", async ({ items = INSTALLED, ask, after, answer, steps, query }) => {
    const resolved = await resolve(items, ask, after);
    expect(spelled(resolved)).toEqual(
      steps.map((step) => (step instanceof RegExp ? expect.stringMatching(step) : step)),
    );
    expect(resolved.Trace[0]).toMatchObject(query);
    const found = resolved.Answer?.map(({ data }) => data).filter((data) => /^[0-9.]+$/.test(data));
    expect(found).toEqual(answer);
  });

  test("which is nobody where the cluster has no ConfigMap for it", async () => {
    const kubelet = configMap("kube-system/kubelet-config", {
      kubelet: "clusterDNS: [169.254.20.10]",
    });
    const { Trace, Status } = await resolve([kubelet], "/resolve?name=web-service");
    expect([Trace[0]?.rcode, Status]).toEqual(["TIMEOUT", 2]);
    expect(Trace[0]?.note).toContain("the cluster has no ConfigMap node-local-dns");
  });

  test("whose wrong Corefile is said with its line", async () => {
    const { app } = testService({
      store: {
        names: async () => ["own"],
        get: async () => {
          const own = demoWith(nodeLocalDns(MANIFEST.replace("cache 30", "cache -1")));
          return { version: "1", octets: new TextEncoder().encode(JSON.stringify(own)) };
        },
      },
    });
    const reply = await app.request("/clusters/own/resolv.conf");
    expect(reply.status).toBe(422);
    const { detail } = (await reply.json()) as { detail: string };
    expect(detail).toMatch(/^cluster own: node-local-dns Corefile line 18: /);
  });

  test("with the answers and outcomes that CoreDNS alone gives", async () => {
    for (const name of [
      "web-service.prod",
      "nobody",
      "db-0.db",
      "example.org",
      "missing",
      "dual",
    ]) {
      const ask = `/resolve?name=${name}&seed=7`;
      const there = await resolve(INSTALLED, ask);
      const alone = await resolve([], ask);
      const seen = ({ Status, Trace }: Resolved) => [
        Status,
        ...Trace.map(({ name: qname, rcode, source }) => `${qname} ${rcode} ${source}`),
      ];
      expect(seen(there)).toEqual(seen(alone));
    }
  });
});

describe("a query that CoreDNS drops", () => {
  const DROPS = coredns(". {\n acl {\n  drop\n }\n whoami\n}");

  test("gets no reply, and the steps say why", async () => {
    const resolved = await resolve([DROPS], "/resolve?name=example.org.&family=4");
    expect([resolved.Status, resolved.Trace[0]?.rcode]).toEqual([2, "TIMEOUT"]);
    expect(spelled(resolved)?.[0]).toMatch(/^acl dropped/);
  });

  test("leaves the node's cache without one, which is its SERVFAIL", async () => {
    const resolved = await resolve([DROPS, ...INSTALLED], WEB);
    expect(resolved.Trace[0]?.rcode).toBe("SERVFAIL");
    const steps = spelled(resolved) ?? [];
    expect(steps.filter((step) => step.startsWith("forward 10.100.0.11 failed")).length).toBe(3);
    expect(steps.filter((step) => step.startsWith("acl dropped")).length).toBe(3);
  });
});

describe("what CoreDNS forwards to an address of the cluster stays inside", () => {
  const ASK = "/resolve?name=a.example.org.&family=4";
  test.each<{
    why: string;
    to: string;
    items?: readonly Item[];
    rcode: string;
    says: string;
  }>([
    {
      why: "a ClusterIP without a Service is never answered",
      to: "10.100.0.99",
      rcode: "SERVFAIL",
      says: "forward 10.100.0.99 failed: 10.100.0.99 is in the service range, and no Service has it",
    },
    {
      why: "a Service without endpoints REJECTs",
      to: "10.100.0.53",
      rcode: "SERVFAIL",
      says: "forward 10.100.0.53 failed: Service default/dns-without-pods has no ready endpoint",
    },
    {
      why: "a Pod that is not CoreDNS is not modelled",
      to: "10.244.1.4",
      rcode: "SERVFAIL",
      says: "forward 10.244.1.4 failed: what Pod default/web-service-6b7c9d5f4-8h2wl answers is not modelled",
    },
    {
      why: "a port of CoreDNS's pods that nobody listens on refuses",
      to: "10.244.0.4:5353",
      rcode: "SERVFAIL",
      says: "forward 10.244.0.4:5353 failed: CoreDNS does not listen on port 5353 of 10.244.0.4",
    },
    {
      why: "a port of its own loopback that no block has refuses",
      to: "127.0.0.1:5353",
      rcode: "SERVFAIL",
      says: "forward 127.0.0.1:5353 failed: nothing listens on port 5353 in the Pod itself",
    },
    {
      why: "its own ClusterIP is itself, until that has gone on for too long",
      to: "10.100.0.10",
      rcode: "SERVFAIL",
      says: "forward 10.100.0.10 failed: 10.100.0.10 was not asked: the cluster's servers lead to one another",
    },
    {
      why: "its own loopback is itself too",
      to: "127.0.0.1",
      rcode: "SERVFAIL",
      says: "forward 127.0.0.1 failed: 127.0.0.1 was not asked: the cluster's servers lead to one another",
    },
    {
      why: "an address of nobody is outside",
      to: "192.0.2.99",
      rcode: "NXDOMAIN",
      says: "forward asked 192.0.2.99: NXDOMAIN",
    },
  ])("$why", async ({ to, items = [], rcode, says }) => {
    const resolved = await resolve([coredns(`. {\n forward . ${to}\n}`), ...items], ASK);
    expect(resolved.Trace[0]?.rcode).toBe(rcode);
    expect(spelled(resolved)).toContain(says);
  });

  test("another block on another port of the same pod answers", async () => {
    const corefile =
      ".:53 {\n forward . 127.0.0.1:5353\n}\n.:5353 {\n cache 30\n forward . 192.0.2.9\n}";
    const resolved = await resolve([coredns(corefile)], "/resolve?name=example.org.&family=4");
    expect(spelled(resolved)).toEqual([
      "forward asked 127.0.0.1:5353: NOERROR",
      expect.stringMatching(/^coredns the pod at 10\.244\.0\.[45] is asked$/),
      "cache miss",
      "forward asked 192.0.2.9: NOERROR",
    ]);
    expect(resolved.Trace[0]).toMatchObject({ source: "forward", upstream: "192.0.2.9" });
  });

  test("CoreDNS has its own node's resolvers where kubelet gives the cache's address", async () => {
    const items = [
      ...INSTALLED,
      configMap("kube-system/kubelet-config", { kubelet: "clusterDNS: [169.254.20.10]" }),
      node("node-1", { files: { "resolv.conf": "nameserver 192.0.2.66" } }),
      nodeLocalDns(".:53 {\n forward . __PILLAR__CLUSTER__DNS__\n}"),
    ];
    const resolved = await resolve(items, "/resolve?name=example.org.&family=4");
    expect(resolved.Trace[0]?.upstream).toBe("10.0.0.2");
  });

  test("many upstreams that lead back are asked a bounded number of times", async () => {
    const corefile = `. {\n forward . ${"10.100.0.10 ".repeat(15)} {\n  failover SERVFAIL\n }\n}`;
    const { Trace } = await resolve([coredns(corefile)], ASK);
    expect(Trace[0]?.rcode).toBe("SERVFAIL");
    expect(Trace[0]?.steps.length).toBeLessThan(500);
  });
});

test("whatever the Corefiles forward to, every query ends and the answer is well formed", async () => {
  const target = fc.constantFrom(
    "10.100.0.10",
    "10.100.0.11",
    "169.254.20.10",
    "127.0.0.1",
    "127.0.0.1:5353",
    "[::1]:53",
    "10.244.0.4",
    "10.244.0.4:5353",
    "10.100.0.99",
    "10.0.0.2",
    "192.0.2.1:5353",
  );
  const block = fc
    .tuple(fc.array(target, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([to, failover]) => {
      const option = failover ? "failover SERVFAIL REFUSED" : "policy sequential";
      return `.:53 {\n cache 5\n forward . ${to.join(" ")} {\n  ${option}\n }\n}\n.:5353 {\n forward . ${to[0]}\n}`;
    });
  await fc.assert(
    fc.asyncProperty(block, block, async (own, nodeLocal) => {
      const items = [coredns(own), nodeLocalDns(nodeLocal), ...upstreamService()];
      const resolved = await resolve(items, "/resolve?name=example.org.&family=4");
      expect([0, 2, 3, 5]).toContain(resolved.Status);
      for (const { rcode, steps } of resolved.Trace) {
        expect(rcode).toMatch(/^(NOERROR|NXDOMAIN|SERVFAIL|REFUSED|TIMEOUT|REJECT)$/);
        expect(steps.length).toBeLessThan(1000);
      }
    }),
    { numRuns: 40 },
  );
});
