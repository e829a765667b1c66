/**
 * Kept responses are a short cut: whatever is asked in whatever order, they are what asking the queries again gives.
 *
 * Beside each service stands another one with the same clock that is asked the same with `seed`, and so keeps no response.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClusterStore } from "../../src/clusters.ts";
import type { RR } from "../../src/dns/message.ts";
import { printRR } from "../../src/dns/records.ts";
import { decodeMessage } from "../../src/dns/wire.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";
import { configMap, type Item, service } from "../cluster/objects.ts";
import { demoWith, nodeLocalDns, upstreamService } from "../coredns/node-local.ts";
import { base64url, message, post, query, type TestService, testService } from "./service.ts";

const KUBERNETES = "kubernetes cluster.local in-addr.arpa {\n pods insecure\n ttl 30\n}";

const corefile = (...directives: string[]): Item =>
  configMap("kube-system/coredns", { Corefile: `.:53 {\n${directives.join("\n")}\n}\n` });

/** What a Corefile may do to a reply on its way from the memory. */
const CLUSTERS: Readonly<Record<string, unknown>> = {
  plain: demoWith(),
  nodelocal: demoWith(nodeLocalDns(), ...upstreamService()),
  bare: demoWith(corefile(KUBERNETES, "forward . 10.0.0.2")),
  long: demoWith(corefile("log", KUBERNETES, "cache 3600", "forward . 10.0.0.2", "loadbalance")),
  keepttl: demoWith(corefile(KUBERNETES, "cache 20 {\n keepttl\n}", "forward . 10.0.0.2")),
  stale: demoWith(corefile(KUBERNETES, "cache 5 {\n serve_stale 1h\n}", "forward . 10.0.0.2")),
  prefetch: demoWith(
    corefile(KUBERNETES, "cache 10 {\n prefetch 2 1m 50%\n}", "forward . 10.0.0.2"),
  ),
  denials: demoWith(
    corefile(
      KUBERNETES,
      "cache 30 {\n denial 2000 3\n disable success cluster.local\n}",
      "forward . 10.0.0.2",
    ),
  ),
  rewritten: demoWith(
    corefile(
      "rewrite ttl exact web-service.default.svc.cluster.local 7",
      "rewrite name exact api.example.com web-service.prod.svc.cluster.local answer auto",
      KUBERNETES,
      "cache 30",
      "forward . 10.0.0.2",
    ),
  ),
  turned: demoWith(
    corefile(
      "acl {\n block type TXT\n filter type MX\n drop type HTTPS\n}",
      "any",
      "local",
      KUBERNETES,
      "cache",
      "forward . 10.0.0.2",
    ),
  ),
  autopath: demoWith(
    corefile(
      "autopath @kubernetes",
      KUBERNETES.replace("insecure", "verified"),
      "cache 9",
      "forward . 10.0.0.2",
    ),
  ),
  preferred: demoWith(
    corefile(
      KUBERNETES,
      "cache 30",
      "loadbalance {\n prefer 10.244.2.0/24\n}",
      "forward . 10.0.0.2",
    ),
  ),
  weighted: demoWith(
    corefile(KUBERNETES, "cache 30", "loadbalance weighted weights", "forward . 10.0.0.2"),
  ),
  several: demoWith(
    corefile(
      KUBERNETES,
      "cache 30",
      "forward . 10.0.0.2 10.0.0.3 10.0.0.4 {\n policy round_robin\n}",
    ),
  ),
  random: demoWith(
    corefile(
      'template IN A rolled.test {\n answer "{{ .Name }} 60 IN A 192.0.2.{{ .ID }}"\n}',
      KUBERNETES,
      "cache 30",
      "forward . 10.0.0.2",
    ),
  ),
};

const NAMES = [
  "web-service",
  "WEB-service",
  "web-service.prod",
  "web-service.default.svc.cluster.local",
  "web-headless",
  "db",
  "db-0.db",
  "dual",
  "nobody",
  "external-api",
  "web-alias",
  "kubernetes.default",
  "api.example.com",
  "Api.Example.com",
  "www.example.org",
  "nothing.invalid",
  "rolled.test",
  "a.b.c.d.e.f.g",
  "10-244-1-4.default.pod",
  "7.7.100.10.in-addr.arpa",
  ".",
];

const TYPES = ["A", "AAAA", "A", "AAAA", "SRV", "TXT", "ANY", "MX", "PTR", "NS", "SOA", "HTTPS"];

const VANTAGES = [
  "",
  "/namespaces/prod",
  "/namespaces/default/pods/alpine",
  "/namespaces/default/pods/golang",
  "/namespaces/default/pods/policy-default",
  "/namespaces/default/pods/rejected",
];

const OPTIONS = [
  "",
  "",
  "",
  "/trace=off",
  "/search=off",
  "/ndots=1",
  "/libc=musl",
  "/family=6",
  "/cache=off",
];

interface Ask {
  readonly after: number;
  readonly vantage: string;
  readonly options: string;
  readonly qname: string;
  readonly type: string;
  readonly isGet: boolean;
  readonly id: number;
  readonly rd: boolean;
  readonly ad: boolean;
  readonly edns: boolean;
  readonly dnssecOk: boolean;
  readonly padded: boolean;
}

const AFTER = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0, 1, 250, 999, 1000) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 12_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 12_000, max: 700_000 }) },
);

/** Questions that come again and again, and others that differ from them in one thing alone. */
const asks: fc.Arbitrary<readonly Ask[]> = fc
  .record({
    qname: fewOf(NAMES),
    type: fewOf(TYPES),
    vantage: fewOf(VANTAGES),
    options: fewOf(OPTIONS),
  })
  .chain(({ qname, type, vantage, options }) =>
    fc.array(
      fc.record({
        after: AFTER,
        vantage: mostly(...vantage),
        options: mostly(...options),
        qname: mostly(...qname),
        type: mostly(...type),
        isGet: fc.boolean(),
        id: fc.nat(0xffff),
        rd: mostly(true, false),
        ad: mostly(false, true),
        edns: mostly(true, false),
        dnssecOk: mostly(false, true),
        padded: mostly(false, true),
      }),
      { minLength: 2, maxLength: 30 },
    ),
  );

function fewOf(values: readonly string[]): fc.Arbitrary<[string, string]> {
  return fc.tuple(fc.constantFrom(...values), fc.constantFrom(...values));
}

function mostly<T>(usual: T, other: T): fc.Arbitrary<T> {
  return fc.nat(9).map((draw) => (draw < 9 ? usual : other));
}

function sent(asked: Ask): Uint8Array<ArrayBuffer> {
  const { id, rd, ad, edns, dnssecOk, padded } = asked;
  const options = padded ? [{ code: 12, data: new Uint8Array(20) }] : [];
  const octets = query(asked.qname, asked.type, {
    id,
    rd,
    edns: edns || dnssecOk || padded,
    dnssecOk,
    options,
  });
  if (ad) octets[3] = (octets[3] as number) | 0x20;
  return octets;
}

function asking(
  app: TestService["app"],
  cluster: string,
  asked: Ask,
  seed: string,
): Promise<Response> {
  const path = `/clusters/${cluster}${asked.vantage}/dns-query${asked.options}`;
  if (!asked.isGet) return post(app, sent(asked), `${path}${seed && `?${seed}`}`);
  const dns = `dns=${base64url(sent(asked))}`;
  return Promise.resolve(app.request(`${path}?${dns}${seed && `&${seed}`}`));
}

/** Octets and headers; where chance has a part, the answer's records in one order. */
async function told(response: Response): Promise<unknown> {
  const octets = new Uint8Array(await response.arrayBuffer());
  const headers = Object.fromEntries(response.headers);
  const read = decodeMessage(octets);
  if (!read.ok) return { status: response.status, headers, octets: [...octets] };
  const addresses = read.value.answer.filter(({ type }) => type === "A" || type === "AAAA");
  if (addresses.length < 2) return { status: response.status, headers, octets: [...octets] };
  const inOrder = (records: readonly RR[]) => records.map(printRR).toSorted();
  const { answer, authority, additional } = read.value;
  const sections = [answer, authority, additional].map(inOrder);
  return {
    status: response.status,
    headers,
    ...read.value,
    sections,
    answer: [],
    authority: [],
    additional: [],
  };
}

describe("a kept response is what asking again gives", () => {
  test.each(Object.keys(CLUSTERS))(
    "in a cluster of the kind %s",
    async (cluster) => {
      await fc.assert(
        fc.asyncProperty(asks, async (turns) => {
          const clock = { now: Date.UTC(2026, 8, 1) };
          const clusters = { [cluster]: CLUSTERS[cluster] };
          const keeping = testService({ clusters, clock });
          const other = testService({ clusters, clock });
          for (const turn of turns) {
            clock.now += turn.after;
            const kept = await told(await asking(keeping.app, cluster, turn, ""));
            expect(kept).toEqual(await told(await asking(other.app, cluster, turn, "seed=1")));
            // What a plugin does behind the client's back is done before the next question.
            await wait(0);
          }
        }),
        { numRuns: 40 },
      );
    },
    60_000,
  );
});

/** The `cache` parameters of one answer's trace, and its addresses. */
async function shown(app: TestService["app"], cluster: string, qname: string, id = 0) {
  const reply = await post(app, query(qname, "A", { id }), `/clusters/${cluster}/dns-query`);
  const trace = reply.headers.get("dns-trace") ?? "";
  const { answer } = await message(reply);
  return {
    cache: [...trace.matchAll(/;cache=([a-z]+)/g)].map(([, status]) => status),
    rcodes: [...trace.matchAll(/;rcode=([A-Z]+)/g)].map(([, rcode]) => rcode),
    addresses: answer.flatMap((rr) => (rr.type === "A" ? [rr.data] : [])),
  };
}

/** Each lookup of a service draws from another seed. */
function drawing(own: unknown, store?: ClusterStore): TestService {
  let seed = 0;
  return testService({ clusters: { own }, seed: () => ++seed, ...(store && { store }) });
}

describe("a kept response", () => {
  test("is shuffled anew each time: any address may come first, and none is lost", async () => {
    const { app } = drawing(demoWith());
    const first = (await shown(app, "own", "web-headless")).addresses;
    expect(first.length).toBeGreaterThan(1);
    const orders = new Set<string>();
    for (let ask = 0; ask < 40; ask++) {
      const { cache, addresses } = await shown(app, "own", "web-headless");
      expect(cache).toEqual(["memory"]);
      expect(addresses.toSorted()).toEqual(first.toSorted());
      orders.add(addresses.join(" "));
    }
    expect(new Set([...orders].map((order) => order.split(" ")[0])).size).toBe(first.length);
  });

  test("is not what a seed asks for: that fixes the order each time", async () => {
    const { app } = drawing(demoWith());
    const orders = new Set<string>();
    for (let ask = 0; ask < 8; ask++) {
      const reply = await post(app, query("web-headless"), "/clusters/own/dns-query/seed=5");
      const { answer } = await message(reply);
      orders.add(answer.map(printRR).join("; "));
      expect(reply.headers.get("link")).toContain("seed=5>");
    }
    expect(orders.size).toBe(1);
  });

  test("does not hide that one of two CoreDNS pods does not run", async () => {
    const own = demoWith(corefile(KUBERNETES, "loop", "cache 30", "forward . 10.244.0.4"));
    const { app } = drawing(own);
    const first: (string | undefined)[] = [];
    for (let ask = 0; ask < 40; ask++) {
      first.push((await shown(app, "own", "web-service")).rcodes[0]);
    }
    // Each query draws one of the two.
    expect(first.filter((rcode) => rcode === "NOERROR").length).toBeGreaterThan(8);
    expect(first.filter((rcode) => rcode === "TIMEOUT").length).toBeGreaterThan(8);
  });

  test("goes when the memory drops the reply for others", async () => {
    const few = "cache 30 {\n success 1024\n}";
    const { app } = drawing(demoWith(corefile(KUBERNETES, few, "forward . 10.0.0.2")));
    const name = "10-1-2-3.default.pod.cluster.local.";
    const path = "/clusters/own/dns-query/search=off";
    const statusOf = async (qname: string): Promise<string | undefined> => {
      const reply = await post(app, query(qname), path);
      return /;cache=([a-z]+)/.exec(reply.headers.get("dns-trace") ?? "")?.[1];
    };
    expect([await statusOf(name), await statusOf(name), await statusOf(name)]).toEqual([
      "miss",
      "memory",
      "memory",
    ]);
    for (let other = 0; other < 1024; other++) {
      await statusOf(`10-2-${other >> 8}-${other & 255}.default.pod.cluster.local.`);
    }
    expect(await statusOf(name)).toBe("miss");
  });

  test("goes with the version of the cluster that it is about", async () => {
    const lasting = corefile(
      KUBERNETES.replace("ttl 30", "ttl 3600"),
      "cache 3600",
      "forward . 10.0.0.2",
    );
    const version = (clusterIP: string) => {
      const spec = { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80 }] };
      return new TextEncoder().encode(
        JSON.stringify(demoWith(lasting, service("default/shop", spec))),
      );
    };
    let stored = { version: "1", octets: version("10.100.1.1") };
    const { app, clock } = drawing(demoWith(), {
      names: async () => ["shop"],
      get: async (name) => (name === "shop" ? stored : undefined),
    });
    for (const cache of ["miss", "memory", "memory"]) {
      const { addresses, cache: status } = await shown(app, "shop", "shop");
      expect([addresses, status]).toEqual([["10.100.1.1"], [cache]]);
    }
    stored = { version: "2", octets: version("10.100.1.2") };
    clock.now += 61_000;
    // The old version answers while the new one is read.
    await shown(app, "shop", "shop");
    await wait(50);
    expect((await shown(app, "shop", "shop")).addresses).toEqual(["10.100.1.2"]);
  });

  test("is not shared by replies that are still on their way", async () => {
    const { app } = drawing(demoWith());
    await shown(app, "own", "web-service");
    await shown(app, "own", "web-service");
    const ids = [0, 1, 0, 0xffff, 0];
    const path = "/clusters/own/dns-query";
    const asked = ids.map((id) => post(app, query("web-service", "A", { id }), path));
    const replies = await Promise.all(asked);
    const read = await Promise.all(replies.map(message));
    expect(read.map(({ id }) => id)).toEqual(ids);
  });
});
