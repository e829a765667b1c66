import { describe, expect, test } from "vitest";
import { parseCorefile } from "../../src/coredns/corefile.ts";
import { DEEPEST, type Plugin } from "../../src/coredns/plugin.ts";
import { REGISTRY } from "../../src/coredns/registry.ts";
import { buildCoreDns } from "../../src/coredns/server.ts";
import { printRR } from "../../src/dns/records.ts";
import { contextOf, coreDns, mustBuild, question, type Said, upstreams } from "./scene.ts";
import { clusterOf } from "./testPlugin.ts";

/** Blocks that each ask an upstream of their own, so that the answer says which block gave it. */
const BLOCKS = `
. {
  forward . 192.0.2.1
}
cluster.local:53 {
  forward . 192.0.2.2
}
sub.cluster.local {
  forward . 192.0.2.3
}
10.0.0.0/8 {
  forward . 192.0.2.4
}
other.test:5353 {
  forward . 192.0.2.5
}
tls://secure.test {
  forward . 192.0.2.6
}
empty.test {
  health
}
dead.test {
  errors
  health
}
`;

const EVERYONE: Record<string, Said> = Object.fromEntries(
  Array.from({ length: 6 }, (_, n) => [`192.0.2.${n + 1}`, "NXDOMAIN"]),
);

describe("the block that answers", () => {
  test.each<{ why: string; ask: string; type?: string; upstream?: string; rcode?: string }>([
    { why: "is the root's for any name", ask: "example.org.", upstream: "192.0.2.1" },
    { why: "is the longest zone's", ask: "a.b.sub.cluster.local.", upstream: "192.0.2.3" },
    { why: "is found whatever the case", ask: "A.Cluster.LOCAL.", upstream: "192.0.2.2" },
    { why: "is the zone's own for its apex", ask: "cluster.local.", upstream: "192.0.2.2" },
    {
      why: "is not that of a name which only ends alike",
      ask: "notcluster.local.",
      upstream: "192.0.2.1",
    },
    {
      why: "is a reverse zone's",
      ask: "1.2.3.10.in-addr.arpa.",
      type: "PTR",
      upstream: "192.0.2.4",
    },
    { why: "is the parent's for DS", ask: "sub.cluster.local.", type: "DS", upstream: "192.0.2.2" },
    {
      why: "is the only one for DS where the parent is the root",
      ask: "cluster.local.",
      type: "DS",
      upstream: "192.0.2.2",
    },
    { why: "listens on the pods' port", ask: "a.other.test.", upstream: "192.0.2.1" },
    { why: "speaks plain DNS", ask: "a.secure.test.", upstream: "192.0.2.1" },
    { why: "refuses where no plugin of it sees queries", ask: "a.empty.test.", rcode: "REFUSED" },
    { why: "fails where its last plugin goes on", ask: "a.dead.test.", rcode: "SERVFAIL" },
    { why: "answers for the root itself", ask: ".", type: "NS", upstream: "192.0.2.1" },
  ])("$why", async ({ ask, type, upstream, rcode = "NXDOMAIN" }) => {
    const { exchange, asked } = upstreams(EVERYONE);
    const reply = await mustBuild(BLOCKS).serve(question(ask, type), contextOf({ exchange }));
    expect(reply.rcode).toBe(rcode);
    expect(asked).toEqual(upstream ? [upstream] : []);
    expect(reply.source).toBe(upstream ? "forward" : "server");
  });

  test("is none outside every zone: REFUSED", async () => {
    const reply = await mustBuild("a.test {\n log\n}").serve(question("b.test."), contextOf());
    expect(reply).toMatchObject({
      rcode: "REFUSED",
      source: "server",
      steps: [{ plugin: "server", did: "no server block for b.test." }],
    });
  });

  test("may listen on another port where the pods do", async () => {
    const { exchange, asked } = upstreams(EVERYONE);
    const cluster = { ...clusterOf([]), corefile: BLOCKS };
    const made = buildCoreDns(cluster, undefined, 5353);
    if (!made.ok) throw new Error(made.error.message);
    await made.value.serve(question("a.other.test."), contextOf({ exchange }));
    const other = await made.value.serve(question("cluster.local."), contextOf({ exchange }));
    expect([asked, other.rcode]).toEqual([["192.0.2.5"], "REFUSED"]);
  });
});

describe("the chain", () => {
  test("is the registry's order, and lists what it passes by", () => {
    const made = mustBuild(
      ". {\n forward . 192.0.2.1\n reload\n cache 30\n loop\n health\n whoami\n errors\n}",
    );
    const listed = made.blocks[0]?.plugins.map(({ directive, plugin }) => [
      plugin.name,
      directive.line,
      plugin.passedBy,
    ]);
    expect(listed).toEqual([
      ["reload", 3, "setting"],
      ["health", 6, "setting"],
      ["errors", 8, undefined],
      ["cache", 4, undefined],
      ["loop", 5, undefined],
      ["forward", 2, undefined],
      ["whoami", 7, "chain"],
    ]);
  });

  test("leads past every plugin, and each stands in the steps, also where it only passed the query on", async () => {
    const made = mustBuild(
      ". {\n errors\n kubernetes cluster.local\n prometheus\n whoami\n cache 30\n loadbalance\n forward . 192.0.2.53\n health\n}",
    );
    const { exchange } = upstreams({ "192.0.2.53": ["a.test. 30 IN A 192.0.2.1"] });
    const reply = await made.serve(question("a.test."), contextOf({ exchange }));
    expect(reply.steps.map(({ plugin, did }) => `${plugin} ${did}`)).toEqual([
      "prometheus passed by: it has no meaning here",
      "errors passed on",
      "loadbalance passed on",
      "cache miss",
      "kubernetes passed on",
      "forward asked 192.0.2.53: NOERROR",
    ]);
  });

  test("ends with SERVFAIL by the last plugin's name, which no cache keeps", async () => {
    const made = mustBuild(". {\n cache 30\n loop\n}");
    for (const _ of [1, 2]) {
      const reply = await made.serve(question("a.test."), contextOf());
      expect(reply.rcode).toBe("SERVFAIL");
      expect(reply.steps).toEqual([
        { plugin: "cache", did: "miss" },
        { plugin: "loop", did: "no next plugin found" },
      ]);
    }
  });

  test("recovers from a plugin that throws", async () => {
    const exchange = () => Promise.reject(new Error("the socket is gone"));
    const made = mustBuild(". {\n cache\n forward . 192.0.2.1\n}");
    const reply = await made.serve(question("a.test."), contextOf({ exchange }));
    expect(reply).toMatchObject({
      rcode: "SERVFAIL",
      source: "server",
      steps: [{ plugin: "forward", did: "broke: the socket is gone" }],
    });
  });

  test("lets the first forward answer that has the name", async () => {
    const said: Record<string, Said> = {
      "192.0.2.1": "REFUSED",
      "192.0.2.2": ["b.test. 9 IN A 192.0.2.9"],
    };
    const { exchange, asked } = upstreams(said);
    const made = mustBuild(
      ". {\n forward a.test 192.0.2.1\n forward . 192.0.2.1 {\n  next REFUSED\n }\n forward . 192.0.2.2\n}",
    );
    const reply = await made.serve(question("b.test."), contextOf({ exchange }));
    expect([reply.answer.map(printRR), asked]).toEqual([
      ["b.test. 9 IN A 192.0.2.9"],
      ["192.0.2.1", "192.0.2.2"],
    ]);
  });

  test("may ask the whole server again, as deep as its limit", async () => {
    const service = (name: string, externalName: string) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "default", name },
      spec: { type: "ExternalName", externalName },
    });
    const items = [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
      service("out", "api.example.org"),
      service("round", "round.default.svc.other.test"),
    ];
    const { exchange } = upstreams({ "192.0.2.1": ["api.example.org. 60 IN A 192.0.2.9"] });
    const made = mustBuild(
      "cluster.local other.test {\n kubernetes cluster.local other.test\n}\n. {\n forward . 192.0.2.1\n}",
      items,
    );
    const ask = (qname: string) => made.serve(question(qname), contextOf({ exchange }));
    expect((await ask("out.default.svc.cluster.local.")).answer.map(printRR)).toEqual([
      "out.default.svc.cluster.local. 5 IN CNAME api.example.org.",
      "api.example.org. 60 IN A 192.0.2.9",
    ]);
    const round = await ask("round.default.svc.cluster.local.");
    expect(round.answer.length).toBeLessThanOrEqual(DEEPEST + 1);
  });
});

describe("buildCoreDns() refuses", () => {
  test.each<{ why: string; corefile: string; line: number; says: string }>([
    {
      why: "a directive that no plugin has",
      corefile: ". {\n  errors\n  kubernets cluster.local\n}",
      line: 3,
      says: "unknown directive: received kubernets; known are root, metadata",
    },
    {
      why: "a plugin's bad argument",
      corefile: ". {\n  cache soon {\n    success many\n  }\n}",
      line: 3,
      says: "success takes a capacity",
    },
    {
      why: "a second cache in a block",
      corefile: ". {\n  cache\n  cache 30\n}",
      line: 3,
      says: "cache can be used once",
    },
    {
      why: "a forward without an upstream",
      corefile: ". {\n  forward .\n}",
      line: 2,
      says: "forward takes a zone and one or more upstreams: received .",
    },
    { why: "a syntax error", corefile: ". {\n", line: 1, says: "'}'" },
  ])("$why", ({ corefile, line, says }) => {
    const made = coreDns(corefile);
    expect(made).toMatchObject({ ok: false, error: { line } });
    expect(made.ok ? "" : made.error.message).toContain(says);
  });

  test("an error in an imported file, by the file's own line", () => {
    const made = coreDns(". {\n import custom/*.override\n}", [], {
      custom: { "a.override": "errors\ncache 0\n" },
    });
    expect(made).toMatchObject({
      ok: false,
      error: { line: 2, file: "/etc/coredns/custom/a.override" },
    });
  });
});

const KUBERNETES = `kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
      ttl 30
    }`;

describe("the default Corefile", () => {
  test.each<{ why: string; corefile: string; custom?: Record<string, string> }>([
    {
      why: "of kubeadm",
      corefile: `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    ${KUBERNETES}
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`,
    },
    {
      why: "of kind",
      corefile: `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    ${KUBERNETES}
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`,
    },
    {
      why: "of EKS",
      corefile: `.:53 {
    errors
    health {
        lameduck 5s
      }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
`,
    },
    {
      why: "of AKS",
      corefile: `.:53 {
    errors
    ready
    health {
      lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
      ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
    import custom/*.override
    template ANY ANY internal.cloudapp.net {
      match "^(?:[^.]+\\.){4,}internal\\.cloudapp\\.net\\.$"
      rcode NXDOMAIN
      fallthrough
    }
    template ANY ANY reddog.microsoft.com {
      rcode NXDOMAIN
    }
}
import custom/*.server
`,
      custom: {
        "log.override": "log\n",
        "corp.server": "corp.test:53 {\n  errors\n  cache 30\n  forward . 192.0.2.99\n}\n",
      },
    },
    {
      why: "of k3s",
      corefile: `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    hosts /etc/coredns/NodeHosts {
      ttl 60
      reload 15s
      fallthrough
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
    import /etc/coredns/custom/*.override
    forward . /etc/resolv.conf
}
import /etc/coredns/custom/*.server
`,
    },
  ])("$why is built, and answers inside and outside", async ({ corefile, custom = {} }) => {
    const { exchange, asked } = upstreams({ "192.0.2.53": ["example.org. 300 IN A 192.0.2.9"] });
    const made = mustBuild(corefile, [], { custom });
    const outside = await made.serve(question("example.org."), contextOf({ exchange }));
    expect(outside.answer.map(printRR)).toEqual(["example.org. 30 IN A 192.0.2.9"]);
    const inside = await made.serve(question("cluster.local.", "SOA"), contextOf({ exchange }));
    expect([inside.source, inside.answer.length, asked]).toEqual(["kubernetes", 1, ["192.0.2.53"]]);
  });

  test("of NodeLocal DNSCache has one block a zone", () => {
    const block = (zone: string, to: string) =>
      `${zone}:53 {\n errors\n cache {\n  success 9984 30\n  denial 9984 5\n }\n reload\n loop\n bind 169.254.20.10 10.96.0.10\n forward . ${to} {\n  force_tcp\n }\n prometheus :9253\n health 169.254.20.10:8080\n}\n`;
    const text = [
      block("cluster.local", "10.96.0.11"),
      block("in-addr.arpa", "10.96.0.11"),
      block("ip6.arpa", "10.96.0.11"),
      block(".", "/etc/resolv.conf"),
    ].join("");
    expect(mustBuild(text).blocks.map(({ keys }) => keys.map(({ zone }) => zone))).toEqual([
      ["cluster.local."],
      ["in-addr.arpa."],
      ["ip6.arpa."],
      ["."],
    ]);
  });
});

describe("the registry", () => {
  test("names every plugin once, policy before cache and cache before the sources", () => {
    const names = REGISTRY.map(([plugin]) => plugin);
    expect(new Set(names).size).toBe(names.length);
    const order = ["errors", "loadbalance", "rewrite", "autopath", "acl", "cache", "template"];
    const sources = ["hosts", "k8s_external", "kubernetes", "file", "loop", "forward", "whoami"];
    const both = [...order, ...sources];
    expect(names.filter((plugin) => both.includes(plugin))).toEqual(both);
  });

  /** Those that mean nothing without arguments, or without another plugin in their block. */
  const NOT_BARE = ["forward", "rewrite", "autopath", "k8s_external", "file", "template"];
  test.each(REGISTRY.filter(([plugin]) => !NOT_BARE.includes(plugin)))(
    "%s is built from its bare name, and calls itself by it",
    (plugin, setup) => {
      const parsed = parseCorefile(`. {\n${plugin}\n}`);
      const [directive] = parsed.ok ? (parsed.value[0]?.directives ?? []) : [];
      if (directive === undefined) throw new Error("no directive");
      const environment = { cluster: clusterOf([]), node: undefined, zones: ["."] };
      const made = setup(directive, environment);
      expect(made.ok && (made.value satisfies Plugin).name).toBe(plugin);
    },
  );
});
