/**
 * Lookups as the contract tells them: who asks, what is asked, what the libc makes of it, and what the trace says.
 */
import { parseList } from "structured-headers";
import { describe, expect, test } from "vitest";
import { printRR } from "../../src/dns/records.ts";
import { BUNDLED_CLUSTERS } from "../../src/runtime/zones.ts";
import { edeTexts, message, post, query, testService } from "./service.ts";

const { app } = testService();
const PODS = "/clusters/demo/namespaces/default/pods";

interface Traced {
  readonly name: string;
  readonly type: string;
  readonly rcode: string;
  readonly answers: number;
  readonly source?: string;
  readonly cache?: string;
  readonly attempt?: number;
  readonly note?: string;
  readonly ttl?: number;
}

interface Resolved {
  readonly Status: number;
  readonly Answer?: readonly { name: string; type: number; TTL: number; data: string }[];
  readonly Authority?: readonly { name: string; type: number; TTL: number; data: string }[];
  readonly Comment?: string;
  readonly Trace: readonly Traced[];
}

async function resolve(path: string, at = app): Promise<Resolved> {
  const reply = await at.request(path);
  expect(reply.status).toBe(200);
  return (await reply.json()) as Resolved;
}

const spelled = (trace: readonly Traced[]): string[] =>
  trace.map(({ name, type, rcode, answers }) =>
    [name, type, rcode === "NOERROR" && answers === 0 ? "NODATA" : rcode].join(" "),
  );

const SEARCHED = [
  "api.example.com.default.svc.cluster.local. A NXDOMAIN",
  "api.example.com.svc.cluster.local. A NXDOMAIN",
  "api.example.com.cluster.local. A NXDOMAIN",
  "api.example.com.us-west-2.compute.internal. A NXDOMAIN",
  "api.example.com. A NOERROR",
];

describe("the talk's slides", () => {
  const ROWS = [
    {
      why: "a Service of the same namespace takes one query",
      ask: "web-service",
      trace: ["web-service.default.svc.cluster.local. A NOERROR"],
    },
    { why: "an outside name takes five", ask: "api.example.com", trace: SEARCHED },
    {
      why: "the trailing dot makes it one",
      ask: "api.example.com.",
      trace: ["api.example.com. A NOERROR"],
    },
    {
      why: "ndots:2 asks it as it is first",
      ask: "api.example.com&ndots=2",
      trace: ["api.example.com. A NOERROR"],
    },
    {
      why: "search=off asks it as it is",
      ask: "api.example.com&search=off",
      trace: ["api.example.com. A NOERROR"],
    },
    {
      why: "another namespace's Service is the second candidate",
      ask: "web-service.prod",
      trace: [
        "web-service.prod.default.svc.cluster.local. A NXDOMAIN",
        "web-service.prod.svc.cluster.local. A NOERROR",
      ],
    },
    {
      why: "a Service's full name has four dots, fewer than five, and is searched",
      ask: "web-service.prod.svc.cluster.local",
      trace: [
        "web-service.prod.svc.cluster.local.default.svc.cluster.local. A NXDOMAIN",
        "web-service.prod.svc.cluster.local.svc.cluster.local. A NXDOMAIN",
        "web-service.prod.svc.cluster.local.cluster.local. A NXDOMAIN",
        "web-service.prod.svc.cluster.local.us-west-2.compute.internal. A NXDOMAIN",
        "web-service.prod.svc.cluster.local. A NOERROR",
      ],
    },
    {
      why: "a Pod's name is its address",
      ask: "10-244-1-4.default.pod.cluster.local.",
      trace: ["10-244-1-4.default.pod.cluster.local. A NOERROR"],
    },
    {
      why: "names under arpa are never searched",
      ask: "10.0.100.10.in-addr.arpa&type=PTR",
      trace: ["10.0.100.10.in-addr.arpa. PTR NOERROR"],
    },
    {
      why: "PTR is never searched, wherever it is",
      ask: "web-service&type=PTR",
      trace: ["web-service. PTR NXDOMAIN"],
    },
    {
      why: "ANY is what the chain says, and is never searched",
      ask: "web-service.default.svc.cluster.local&type=ANY",
      trace: ["web-service.default.svc.cluster.local. ANY NODATA"],
    },
    {
      why: "TXT is searched by glibc",
      ask: "web-service&type=TXT&ndots=1",
      trace: [
        "web-service.default.svc.cluster.local. TXT NODATA",
        "web-service.svc.cluster.local. TXT NXDOMAIN",
        "web-service.cluster.local. TXT NXDOMAIN",
        "web-service.us-west-2.compute.internal. TXT NXDOMAIN",
        "web-service. TXT NXDOMAIN",
      ],
    },
    {
      why: "and not by musl",
      ask: "web-service&type=TXT&libc=musl",
      trace: ["web-service. TXT NXDOMAIN"],
    },
  ];
  test.each(ROWS)("$why: $ask", async ({ ask, trace }) => {
    expect(spelled((await resolve(`/resolve?name=${ask}`)).Trace)).toEqual(trace);
  });
});

describe("the answer", () => {
  test("an expanded name is behind a CNAME whose TTL is the smallest on the way", async () => {
    const { Answer, Trace } = await resolve("/resolve?name=web-service.prod");
    expect(Answer?.map(({ name, type, data }) => [name, type, data].join(" "))).toEqual([
      "web-service.prod. 5 web-service.prod.svc.cluster.local.",
      expect.stringMatching(/^web-service\.prod\.svc\.cluster\.local\. 1 10\.100\./),
    ]);
    expect(Answer?.[0]?.TTL).toBe(Math.min(...Trace.map(({ ttl }) => ttl as number)));
  });

  test("a name found as it is has no CNAME", async () => {
    const { Answer } = await resolve("/resolve?name=api.example.com");
    expect(Answer?.map(({ type }) => type)).toEqual([1]);
  });

  test("the type that the winner lacks is NODATA there, with the zone's SOA", async () => {
    const { Status, Answer, Authority, Trace } = await resolve(
      "/resolve?name=web-service&type=AAAA",
    );
    expect(Status).toBe(0);
    expect(Answer?.map(({ type, data }) => `${type} ${data}`)).toEqual([
      "5 web-service.default.svc.cluster.local.",
    ]);
    expect(Authority?.map(({ name, type }) => `${name} ${type}`)).toEqual(["cluster.local. 6"]);
    expect(spelled(Trace)).toEqual([
      "web-service.default.svc.cluster.local. AAAA NODATA",
      "web-service.default.svc.cluster.local. A NOERROR",
    ]);
  });

  test("family=6 asks for one type alone, and so searches on", async () => {
    const { Trace } = await resolve("/resolve?name=web-service&type=AAAA&family=6");
    expect(spelled(Trace)).toEqual([
      "web-service.default.svc.cluster.local. AAAA NODATA",
      "web-service.svc.cluster.local. AAAA NXDOMAIN",
      "web-service.cluster.local. AAAA NXDOMAIN",
      "web-service.us-west-2.compute.internal. AAAA NXDOMAIN",
      "web-service. AAAA NXDOMAIN",
    ]);
  });

  test("when every candidate fails, rcode and SOA are the deciding query's", async () => {
    const { Status, Authority, Comment } = await resolve("/resolve?name=nothing");
    expect(Status).toBe(3);
    expect(Authority?.map(({ name, type }) => `${name} ${type}`)).toEqual([". 6"]);
    expect(Comment).toMatch(/^EAI_NONAME: Name or service not known/);
  });

  test("max-age of a denial is the smaller of the SOA's TTL and MINIMUM", async () => {
    const reply = await app.request("/resolve?name=nothing.default.svc.cluster.local.");
    const { Authority } = (await reply.json()) as Resolved;
    const minimum = Number(Authority?.[0]?.data.split(" ").at(-1));
    const ttl = Math.min(Authority?.[0]?.TTL as number, minimum);
    expect(reply.headers.get("cache-control")).toBe(`max-age=${ttl}`);
  });

  test("AD is clear and AA is the chain's where a CNAME was made", async () => {
    const { flags } = await message(await post(app, query("web-service", "A", { dnssecOk: true })));
    expect(flags).toMatchObject({ ad: false, aa: true });
  });
});

describe("the trace, in each of its spellings", () => {
  test("header, EDE and JSON tell the same queries in the same order", async () => {
    const reply = await post(app, query("api.example.com"), "/dns-query?seed=7");
    const header = parseList(reply.headers.get("dns-trace") as string).map(([member]) => member);
    const ede = edeTexts(await message(reply)).map((text) => text.split(" ")[1]);
    const json = (await resolve("/resolve?name=api.example.com&seed=7")).Trace.map(
      ({ name }) => name,
    );
    expect(header).toEqual(SEARCHED.map((line) => line.split(" ")[0]));
    expect(ede).toEqual(header);
    expect(json).toEqual(header);
  });

  test("every parameter of the header is of the type that the contract says", async () => {
    const reply = await app.request("/resolve?name=api.example.com");
    for (const [, parameters] of parseList(reply.headers.get("dns-trace") as string)) {
      for (const token of ["type", "rcode", "source", "cache"]) {
        expect(parameters.get(token)?.constructor.name).toBe("Token");
      }
      for (const integer of ["answers", "ttl"])
        expect(parameters.get(integer)).toBeTypeOf("number");
    }
    const last = parseList(reply.headers.get("dns-trace") as string).at(-1);
    expect(last?.[1].get("upstream")).toBe("10.0.0.2");
  });

  test("trace=off leaves the EDE out", async () => {
    const reply = await message(await post(app, query("api.example.com"), "/dns-query?trace=off"));
    expect(edeTexts(reply)).toEqual([]);
  });

  test("the libc's cap on ndots is noted", async () => {
    const { Trace } = await resolve("/resolve?name=a.example.com&ndots=200");
    expect(Trace[0]?.note).toMatch(/ndots:200 .*15/);
  });

  test("a name that a client has searched already is noted", async () => {
    const { Trace } = await resolve("/resolve?name=web-service.default.svc.cluster.local");
    expect(Trace[0]?.note).toMatch(/already ends in search domain/);
  });

  test("names with odd octets stay one member of the header", async () => {
    const reply = await app.request(
      `/resolve?type=TXT&name=${encodeURIComponent('a\\"\\010b\\;\\\\.test.')}`,
    );
    const list = parseList(reply.headers.get("dns-trace") as string);
    expect(list.map(([member]) => member)).toEqual(['a\\"\\010b\\;\\\\.test.']);
  });
});

describe("who asks", () => {
  test("a Pod in kube-system searches its own namespace", async () => {
    const { Trace } = await resolve("/clusters/demo/namespaces/kube-system/resolve?name=kube-dns");
    expect(spelled(Trace)).toEqual(["kube-dns.kube-system.svc.cluster.local. A NOERROR"]);
  });

  test("glibc, musl and Go differ at five dots: musl does not search", async () => {
    const ask = (pod: string) => resolve(`${PODS}/${pod}/resolve?name=a.b.c.d.e.test`);
    const [glibc, musl, go] = await Promise.all([ask("client"), ask("alpine"), ask("golang")]);
    expect(glibc.Trace.length).toBe(5);
    expect(musl.Trace.length).toBe(1);
    expect(go.Trace.length).toBe(5);
    expect([glibc.Comment, musl.Comment, go.Comment].map((text) => text?.split(":")[0])).toEqual([
      "EAI_NONAME",
      "EAI_NONAME",
      "no such host",
    ]);
  });

  test("kube-dns without a ready endpoint is REJECTed at once: try again", async () => {
    const { Status, Trace, Comment } = await resolve(`${PODS}/rejected/resolve?name=web-service`);
    expect(Status).toBe(2);
    expect(Trace[0]?.rcode).toBe("REJECT");
    expect(Comment).toMatch(/^EAI_AGAIN/);
  });

  test("a nameserver that nobody has is a time-out, asked again", async () => {
    const reply = await app.request(`${PODS}/lost/resolve?name=web-service.`);
    const { Status, Trace } = (await reply.json()) as Resolved;
    expect(Status).toBe(2);
    expect(Trace.map(({ rcode, attempt }) => `${rcode} ${attempt ?? 1}`)).toEqual([
      "TIMEOUT 1",
      "TIMEOUT 2",
    ]);
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  test("dnsPolicy None with an outside nameserver never meets CoreDNS", async () => {
    const clusters = await resolve("/clusters/demo");
    const pods = (
      clusters as unknown as {
        items: {
          kind: string;
          metadata: { name: string; namespace: string };
          spec: { dnsPolicy?: string; dnsConfig?: { nameservers?: string[] } };
        }[];
      }
    ).items;
    const outside = pods.find(
      ({ kind, spec }) =>
        kind === "Pod" &&
        spec.dnsPolicy === "None" &&
        spec.dnsConfig?.nameservers?.[0]?.startsWith("198.51.100."),
    );
    const path = `/clusters/demo/namespaces/${outside?.metadata.namespace}/pods/${outside?.metadata.name}`;
    const { Trace } = await resolve(`${path}/resolve?name=api.example.com.`);
    expect(Trace.map(({ source }) => source)).toEqual(["upstream"]);
    const inside = await resolve(`${path}/resolve?name=web-service.default.svc.cluster.local.`);
    expect(inside.Status).toBe(3);
  });
});

describe("files of a cluster", () => {
  test("resolv.conf is what kubelet writes", async () => {
    const reply = await app.request("/resolv.conf");
    expect(reply.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await reply.text()).toBe(
      "search default.svc.cluster.local svc.cluster.local cluster.local us-west-2.compute.internal\nnameserver 10.100.0.10\noptions ndots:5\n",
    );
  });
  test("hosts is what kubelet writes, with the pod's own line", async () => {
    const lines = (await (await app.request("/hosts")).text()).split("\n");
    expect(lines[0]).toBe("# Kubernetes-managed hosts file.");
    expect(lines).toContain("10.244.2.5\tclient");
  });
  test("a node's tables are what iptables-save prints, by kube-proxy's names", async () => {
    const tables = await (await app.request("/clusters/demo/nodes/node-1/iptables")).text();
    expect(tables).toMatch(/^\*filter$/m);
    expect(tables).toMatch(/-j KUBE-SVC-TCOU7JCQXEZGVUNU$/m);
    const six = await (await app.request("/clusters/demo/nodes/node-1/iptables?family=6")).text();
    expect(six).toMatch(/fd00:/);
  });
  test.each([
    ["/clusters/demo/nodes/nope/iptables", 404, /there are node-1/],
    ["/clusters/demo/nodes/node-1/iptables?family=5", 400, /4, 6/],
  ])("%s: %d", async (path, status, says) => {
    const reply = await app.request(path);
    expect(reply.status).toBe(status);
    expect(((await reply.json()) as { detail: string }).detail).toMatch(says);
  });
  test("the Corefile is text", async () => {
    expect(await (await app.request("/clusters/demo/corefile")).text()).toMatch(
      /kubernetes cluster\.local/,
    );
  });
  test("the clusters are listed, and each is a List", async () => {
    const { clusters } = (await (await app.request("/clusters")).json()) as {
      clusters: { name: string }[];
    };
    expect(clusters.map(({ name }) => name)).toEqual(["demo", "lab"]);
    expect(await (await app.request("/clusters/lab")).json()).toMatchObject({
      kind: "List",
      apiVersion: "v1",
    });
  });
});

describe("every record of the wire answer", () => {
  test.each([
    ["demo", "web-service", "10.100."],
    ["lab", "web-service", ""],
  ])("%s: %s", async (cluster, asked, prefix) => {
    const { answer } = await message(
      await post(app, query(asked), `/clusters/${cluster}/dns-query`),
    );
    expect(answer.map(printRR).join("\n")).toContain(prefix);
    expect(answer.map(({ type }) => type)).toEqual(["CNAME", "A"]);
  });
});

describe("a cluster's own Corefile", () => {
  /** The demo's cluster with another Corefile. */
  const withCorefile = (corefile: string) => {
    const list = structuredClone(BUNDLED_CLUSTERS.demo) as {
      items: { kind: string; metadata: { name: string }; data?: { Corefile?: string } }[];
    };
    for (const { kind, metadata, data } of list.items) {
      if (kind === "ConfigMap" && metadata.name === "coredns" && data) data.Corefile = corefile;
    }
    return testService({ clusters: { own: list } }).app;
  };

  test("autopath finds an outside name in one query, and its CNAME back to what was asked closes no circle", async () => {
    const own = withCorefile(
      ". {\n autopath @kubernetes\n kubernetes cluster.local {\n  pods verified\n }\n forward . /etc/resolv.conf\n}",
    );
    const { Trace, Answer } = await resolve("/clusters/own/resolve?name=api.example.com", own);
    expect(spelled(Trace)).toEqual(["api.example.com.default.svc.cluster.local. A NOERROR"]);
    expect(Answer?.map(({ name, data }) => `${name} ${data}`)).toEqual([
      "api.example.com. 203.0.113.10",
    ]);
  });

  test("a name that autopath finds elsewhere keeps its chain behind the CNAME", async () => {
    const own = withCorefile(
      ". {\n autopath @kubernetes\n kubernetes cluster.local {\n  pods verified\n }\n forward . /etc/resolv.conf\n}",
    );
    const { Answer } = await resolve("/clusters/own/resolve?name=web-service.prod", own);
    expect(Answer?.map(({ name, data }) => `${name} ${data}`)).toEqual([
      "web-service.prod. web-service.prod.default.svc.cluster.local.",
      "web-service.prod.default.svc.cluster.local. web-service.prod.svc.cluster.local.",
      "web-service.prod.svc.cluster.local. 10.100.42.42",
    ]);
  });

  test("a query that acl drops is a time-out to the pod", async () => {
    const own = withCorefile(
      ". {\n acl {\n  drop net 10.244.0.0/16\n }\n forward . /etc/resolv.conf\n}",
    );
    const { Status, Trace } = await resolve("/clusters/own/resolve?name=api.example.com.", own);
    expect(Status).toBe(2);
    expect(Trace.map(({ rcode }) => rcode)).toEqual(["TIMEOUT", "TIMEOUT"]);
    expect(Trace[0]?.source).toBeUndefined();
  });
});
