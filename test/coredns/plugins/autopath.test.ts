import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Context, Exchange } from "../../../src/coredns/plugin.ts";
import { autopath } from "../../../src/coredns/plugins/autopath.ts";
import { buildCoreDns } from "../../../src/coredns/server.ts";
import { isWithin, sameName } from "../../../src/dns/name.ts";
import { printRR } from "../../../src/dns/records.ts";
import { built, contextOf, plugin, question, replyOf } from "../scene.ts";
import { clusterOf, records } from "../testPlugin.ts";

const CLUSTER = [
  { kind: "Namespace", metadata: { name: "default" } },
  { kind: "Namespace", metadata: { name: "prod" } },
  pod("client", "10.244.2.5"),
  pod("done", "10.244.2.6", { phase: "Succeeded" }),
  pod("second", "10.244.2.7", { podIPs: [{ ip: "10.244.2.7" }, { ip: "fd00::7" }] }),
  service("web", "prod", "10.96.0.20"),
  service("db", "default", "10.96.0.21"),
];

const VERIFIED = "autopath @kubernetes\nkubernetes cluster.local {\n pods verified\n}";
const SOA = "example.org. 60 IN SOA ns.example.org. host.example.org. 1 2 3 4 60";
const NS =
  "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5";

interface Scene {
  readonly why: string;
  readonly corefile: string;
  readonly block?: string;
  readonly ask: readonly [name: string, type: string];
  /** What the resolver outside knows. */
  readonly outside?: readonly string[];
  readonly files?: Record<string, string>;
  readonly resolvConf?: string;
  readonly client?: string;
}

describe("autopath", () => {
  test.each<
    Scene & {
      rcode?: string;
      answer?: string[];
      authority?: string[];
      did?: string;
      asked?: string[];
    }
  >([
    {
      why: "finds a Service of another namespace in the second domain, and leads there with a CNAME",
      corefile: VERIFIED,
      ask: ["web.prod.default.svc.cluster.local.", "A"],
      answer: [
        "web.prod.default.svc.cluster.local. 5 IN CNAME web.prod.svc.cluster.local.",
        "web.prod.svc.cluster.local. 5 IN A 10.96.0.20",
      ],
      did: "found web.prod.svc.cluster.local., try 2 of 4, for web.prod.",
    },
    {
      why: "takes the first domain without a CNAME where the name is there",
      corefile: VERIFIED,
      ask: ["DB.default.svc.cluster.local.", "A"],
      answer: ["DB.default.svc.cluster.local. 5 IN A 10.96.0.21"],
      did: "found DB.default.svc.cluster.local., try 1 of 4, for DB.",
    },
    {
      why: "asks for the bare name last, behind the search of the server's own node",
      corefile: `${VERIFIED}\nforward . 192.0.2.53`,
      resolvConf: "nameserver 192.0.2.53\nsearch corp.example.org\n",
      ask: ["api.example.org.default.svc.cluster.local.", "A"],
      outside: ["api.example.org. 60 IN A 192.0.2.1"],
      answer: [
        "api.example.org.default.svc.cluster.local. 60 IN CNAME api.example.org.",
        "api.example.org. 60 IN A 192.0.2.1",
      ],
      asked: ["api.example.org.corp.example.org.", "api.example.org."],
      did: "found api.example.org., try 5 of 5, for api.example.org.",
    },
    {
      why: "takes NODATA for an answer, and gives it without a CNAME",
      corefile: VERIFIED,
      ask: ["web.prod.default.svc.cluster.local.", "AAAA"],
      authority: [NS],
      did: "found web.prod.svc.cluster.local., try 2 of 4, for web.prod.",
    },
    {
      why: "gives the first NXDOMAIN where there is nothing",
      corefile: `${VERIFIED}\nforward . 192.0.2.53`,
      ask: ["gone.default.svc.cluster.local.", "A"],
      outside: [],
      rcode: "NXDOMAIN",
      authority: [NS],
      asked: ["gone."],
      did: "found nothing for gone. in 4 tries",
    },
    {
      why: "ends the walk where an upstream does not answer",
      corefile: `${VERIFIED}\nforward . 192.0.2.99`,
      ask: ["gone.default.svc.cluster.local.", "A"],
      rcode: "SERVFAIL",
      did: "gave up at gone.",
    },
    {
      why: "is not for names below other domains, which later steps of a search ask for",
      corefile: VERIFIED,
      ask: ["web.prod.svc.cluster.local.", "A"],
      answer: ["web.prod.svc.cluster.local. 5 IN A 10.96.0.20"],
      did: "no search: not below default.svc.cluster.local., where a search begins",
    },
    {
      why: "breaks off at the first domain itself, where no name is left",
      corefile: VERIFIED,
      ask: ["default.svc.cluster.local.", "A"],
      rcode: "SERVFAIL",
      did: "broke off: default.svc.cluster.local. is the search domain itself, no name stands before it",
    },
    {
      why: "does nothing without pods verified",
      corefile: "autopath @kubernetes\nkubernetes cluster.local {\n pods insecure\n}",
      ask: ["web.prod.default.svc.cluster.local.", "A"],
      rcode: "NXDOMAIN",
      authority: [NS],
      did: "no search: the kubernetes plugin does not know its clients: pods insecure, not verified",
    },
    {
      why: "does nothing for a client that is no Pod",
      corefile: VERIFIED,
      client: "10.0.0.9",
      ask: ["web.prod.default.svc.cluster.local.", "A"],
      rcode: "NXDOMAIN",
      authority: [NS],
      did: "no search: no Pod has the client's address 10.0.0.9",
    },
    {
      why: "does not know a Pod that has ended",
      corefile: VERIFIED,
      client: "10.244.2.6",
      ask: ["web.prod.default.svc.cluster.local.", "A"],
      rcode: "NXDOMAIN",
      authority: [NS],
      did: "no search: no Pod has the client's address 10.244.2.6",
    },
    {
      why: "knows a Pod by status.podIP only, not by its other addresses",
      corefile: VERIFIED,
      client: "fd00::7",
      ask: ["web.prod.default.svc.cluster.local.", "A"],
      rcode: "NXDOMAIN",
      authority: [NS],
      did: "no search: no Pod has the client's address fd00::7",
    },
    {
      why: "does nothing where the block has no kubernetes",
      corefile: "autopath @kubernetes\nforward . 192.0.2.53",
      ask: ["web.default.svc.cluster.local.", "A"],
      outside: [],
      rcode: "NXDOMAIN",
      did: "no search: no kubernetes plugin in the server block",
    },
    {
      why: "does nothing outside the zones of kubernetes",
      corefile: `${VERIFIED}\nforward . 192.0.2.53`,
      ask: ["www.example.org.", "A"],
      outside: ["www.example.org. 60 IN A 192.0.2.1"],
      answer: ["www.example.org. 60 IN A 192.0.2.1"],
      did: "no search: www.example.org. is in no zone of the kubernetes plugin",
    },
    {
      why: "knows the root as the zone of kubernetes",
      corefile: "autopath @kubernetes\nkubernetes . {\n pods verified\n}",
      ask: ["web.prod.default.svc.", "A"],
      answer: ["web.prod.default.svc. 5 IN CNAME web.prod.svc.", "web.prod.svc. 5 IN A 10.96.0.20"],
    },
    {
      why: "walks the search list of a file beside the Corefile",
      corefile: "autopath my-resolv.conf\nforward . 192.0.2.53",
      files: { "my-resolv.conf": "# ours\n search old.test\nsearch example.org Example.COM\n" },
      ask: ["b.example.org.", "A"],
      outside: ["b.example.com. 3600 IN A 192.0.2.2"],
      answer: ["b.example.org. 3600 IN CNAME b.example.com.", "b.example.com. 3600 IN A 192.0.2.2"],
      asked: ["b.example.org.", "b.example.com."],
    },
    {
      why: "walks the search list of the node's own file",
      corefile: "autopath /etc/resolv.conf\nforward . 192.0.2.53",
      resolvConf: "domain example.org\n",
      ask: ["b.example.org.", "A"],
      outside: ["b. 3600 IN A 192.0.2.2"],
      answer: ["b.example.org. 3600 IN CNAME b.", "b. 3600 IN A 192.0.2.2"],
    },
    {
      why: "puts one CNAME before the answer's own, with the TTL of the first record",
      corefile: "autopath /etc/coredns/a.conf\nforward . 192.0.2.53",
      files: { "a.conf": "search example.org example.com" },
      ask: ["b.example.org.", "A"],
      outside: ["b.example.com. 30 IN CNAME c.example.com.", "c.example.com. 90 IN A 192.0.2.2"],
      answer: [
        "b.example.org. 30 IN CNAME b.example.com.",
        "b.example.com. 30 IN CNAME c.example.com.",
        "c.example.com. 90 IN A 192.0.2.2",
      ],
    },
    {
      why: "takes an rcode other than NXDOMAIN for an answer",
      corefile: "autopath a.conf\nforward . 192.0.2.53",
      files: { "a.conf": "search refused.test example.com" },
      ask: ["b.refused.test.", "A"],
      outside: ["b.example.com. 30 IN A 192.0.2.2"],
      rcode: "REFUSED",
      asked: ["b.refused.test."],
    },
    {
      why: "has its zones from the arguments",
      corefile: "autopath example.com a.conf\nforward . 192.0.2.53",
      files: { "a.conf": "search example.org example.com" },
      ask: ["b.example.org.", "A"],
      outside: [SOA, "b.example.com. 30 IN A 192.0.2.2"],
      rcode: "NXDOMAIN",
      authority: [SOA],
      asked: ["b.example.org."],
    },
    {
      why: "has the zones of its server block without arguments, and other names pass by",
      block: "example.com example.org",
      corefile: "autopath a.conf\nforward . 192.0.2.53",
      files: { "a.conf": "search example.org example.com" },
      ask: ["b.example.org.", "A"],
      outside: ["b.example.com. 30 IN A 192.0.2.2"],
      answer: ["b.example.org. 30 IN CNAME b.example.com.", "b.example.com. 30 IN A 192.0.2.2"],
    },
    {
      why: "does nothing with a file that has no search list",
      corefile: "autopath a.conf\nforward . 192.0.2.53",
      files: { "a.conf": "nameserver 192.0.2.1\n" },
      ask: ["b.example.org.", "A"],
      outside: [],
      rcode: "NXDOMAIN",
      did: "no search: the search list is empty",
    },
    {
      why: "passes over candidates that are no names",
      corefile: "autopath a.conf\nforward . 192.0.2.53",
      files: { "a.conf": `search a.test ${"l23456789.".repeat(24)}test b.test\n` },
      ask: ["name-of-24-characters-x.a.test.", "A"],
      outside: ["name-of-24-characters-x.b.test. 30 IN A 192.0.2.2"],
      answer: [
        "name-of-24-characters-x.a.test. 30 IN CNAME name-of-24-characters-x.b.test.",
        "name-of-24-characters-x.b.test. 30 IN A 192.0.2.2",
      ],
    },
    {
      why: "keeps each try in the cache behind it, under the name that was tried",
      corefile: "cache 30\nautopath a.conf\nforward . 192.0.2.53",
      files: { "a.conf": "search example.org example.com" },
      ask: ["b.example.org.", "A"],
      outside: ["b.example.com. 300 IN A 192.0.2.2"],
      answer: ["b.example.org. 30 IN CNAME b.example.com.", "b.example.com. 30 IN A 192.0.2.2"],
    },
    {
      why: "counts the last of several",
      corefile: "autopath a.conf\nautopath b.conf\nforward . 192.0.2.53",
      files: { "a.conf": "search example.org example.com", "b.conf": "search test" },
      ask: ["b.example.org.", "A"],
      outside: ["b.example.com. 30 IN A 192.0.2.2"],
      rcode: "NXDOMAIN",
      did: "no search: not below test., where a search begins",
    },
    {
      why: "walks the list of erratic, which is made for tests",
      corefile: "autopath @erratic\nforward . 192.0.2.53\nerratic",
      ask: ["x.a.example.org.", "A"],
      outside: ["x.b.example.org. 30 IN A 192.0.2.2"],
      answer: [
        "x.a.example.org. 30 IN CNAME x.b.example.org.",
        "x.b.example.org. 30 IN A 192.0.2.2",
      ],
    },
  ])("$why", async (row) => {
    const asked: string[] = [];
    const reply = await coreDnsOf(row).serve(question(...row.ask), contextFor(row, asked));
    expect({
      rcode: reply.rcode,
      answer: reply.answer.map(printRR),
      authority: reply.authority.map(printRR),
    }).toEqual({
      rcode: row.rcode ?? "NOERROR",
      answer: row.answer ?? [],
      authority: row.authority ?? [],
    });
    if (row.did !== undefined) expect(reply.steps[0]).toEqual({ plugin: "autopath", did: row.did });
    if (row.asked !== undefined) expect(asked).toEqual(row.asked);
  });

  test("shows the steps of every try behind its own", async () => {
    const row = {
      why: "",
      corefile: `${VERIFIED}\nforward . 192.0.2.53`,
      ask: ["web.prod.default.svc.cluster.local.", "A"],
    } as const;
    const reply = await coreDnsOf(row).serve(question(...row.ask), contextFor(row, []));
    expect(reply.steps.map(({ plugin }) => plugin)).toEqual([
      "autopath",
      "kubernetes",
      "kubernetes",
    ]);
    expect(reply.source).toBe("kubernetes");
  });

  test("goes on where a plugin gave up without an error", async () => {
    const environment = {
      cluster: { ...clusterOf([]), corednsFiles: new Map([["a.conf", "search a.test b.test"]]) },
    };
    const made = plugin(autopath, "autopath a.conf", environment);
    const reply = await made.serve(question("x.a.test."), contextOf(), async ({ name }) =>
      name === "x.a.test."
        ? replyOf({ rcode: "SERVFAIL", more: { unwritten: true, source: "hosts" } })
        : replyOf({ answer: [`${name} 5 IN A 192.0.2.1`] }),
    );
    expect(reply.answer.map(printRR)).toEqual([
      "x.a.test. 5 IN CNAME x.b.test.",
      "x.b.test. 5 IN A 192.0.2.1",
    ]);
  });
});

describe("autopath refuses", () => {
  test.each<{ text: string; says: string }>([
    {
      text: "autopath",
      says: "1: autopath takes zones and a resolv.conf, or @kubernetes: received none",
    },
    { text: 'autopath ""', says: "1: autopath takes zones and a resolv.conf, or @kubernetes" },
    {
      text: "autopath example.org my-resolv.conf",
      says: "1: autopath takes a resolv.conf: my-resolv.conf is no such file",
    },
  ])("$text", ({ text, says }) => {
    expect(built(autopath, text)).toContain(says);
  });

  test("a plugin of the block that has no search list, at its line", () => {
    const made = buildCoreDns(
      { ...clusterOf([]), corefile: ". {\n\nautopath @forward\nforward . 192.0.2.53\n}" },
      undefined,
    );
    expect(made).toEqual({
      ok: false,
      error: { line: 3, message: "autopath takes @kubernetes or @erratic: received @forward" },
    });
  });
});

test("autopath never throws, and its CNAME leads from the asked name to the first record", async () => {
  const label = fc.constantFrom("a", "b", "default", "svc", "cluster", "local", "x".repeat(63));
  const name = fc
    .array(label, { maxLength: 6 })
    .map((labels) => `${labels.join(".")}.`)
    .filter((text) => text.length <= 254);
  const config = fc.array(fc.oneof(name, fc.string({ maxLength: 10 })), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(name, config, fc.nat(3), async (qname, domains, misses) => {
      const file = new Map([["a.conf", `search ${domains.join(" ")}`]]);
      const environment = { cluster: { ...clusterOf([]), corednsFiles: file } };
      const made = plugin(autopath, "autopath a.conf", environment);
      let tries = 0;
      const reply = await made.serve(question(qname), contextOf(), async (asked) =>
        tries++ < misses
          ? replyOf({ rcode: "NXDOMAIN" })
          : replyOf({ answer: [`${asked.name} 5 IN A 192.0.2.1`] }),
      );
      const [first, second] = reply.answer;
      if (first === undefined) return;
      expect(sameName(first.name, question(qname).name)).toBe(true);
      if (first.type === "CNAME") expect(first.data).toBe(second?.name);
    }),
  );
});

function coreDnsOf({ corefile, block = ".", files, resolvConf }: Scene) {
  const cluster = {
    ...clusterOf(CLUSTER),
    corefile: `${block} {\n${corefile}\n}`,
    corednsFiles: new Map(Object.entries(files ?? {})),
  };
  const node = { name: "n", labels: {}, internalIPs: [], podCIDRs: [], ready: true };
  const built = buildCoreDns(cluster, { ...node, ...(resolvConf && { resolvConf }) });
  if (!built.ok) throw new Error(`line ${built.error.line}: ${built.error.message}`);
  return built.value;
}

function contextFor({ outside = [], client = "10.244.2.5" }: Scene, asked: string[]): Context {
  const exchange: Exchange = async (address, { name, type }) => {
    asked.push(name);
    if (address === "192.0.2.99") {
      return {
        kind: "failed",
        why: "timed out",
        ede: { code: 22, text: "timed out" },
        how: "timeout",
      };
    }
    const known = records(outside);
    const here = known.filter((rr) => sameName(rr.name, name) && rr.type !== "SOA");
    const alias = here.find((rr) => rr.type === "CNAME");
    const chain =
      alias?.type === "CNAME" ? known.filter((rr) => sameName(rr.name, alias.data)) : [];
    const refused = name.endsWith(".refused.test.") ? "REFUSED" : undefined;
    return {
      ...replyOf({ rcode: refused ?? (here.length > 0 ? "NOERROR" : "NXDOMAIN") }),
      answer: [...here, ...chain].filter((rr) => rr.type === type || rr.type === "CNAME"),
      authority: known.filter((rr) => rr.type === "SOA" && isWithin(name, rr.name)),
      kind: "reply",
      cache: "miss",
      notes: [],
    };
  };
  return contextOf({ client: { address: client }, exchange });
}

function pod(name: string, podIP: string, status: object = {}): object {
  const metadata = { name, namespace: "default" };
  return { kind: "Pod", metadata, status: { phase: "Running", podIP, ...status } };
}

function service(name: string, namespace: string, clusterIP: string): object {
  return { kind: "Service", metadata: { name, namespace }, spec: { clusterIP, ports: [] } };
}
