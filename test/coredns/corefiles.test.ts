/**
 * Whole Corefiles: the defaults of the distributions, and three that are hard, each asked several questions.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Context, Exchange } from "../../src/coredns/plugin.ts";
import { name, sameName } from "../../src/dns/name.ts";
import { printRR } from "../../src/dns/records.ts";
import { endpoint, namespace, pod, ports, service, slice } from "./plugins/kubernetes/objects.ts";
import { contextOf, coreDns, mustBuild, question, type Said, told, upstreams } from "./scene.ts";
import { records } from "./testPlugin.ts";

const CLUSTER = [
  namespace("default"),
  namespace("prod"),
  namespace("kube-system"),
  service("default/web-service", { clusterIP: "10.96.0.20", ports: ports("http/TCP/80") }),
  service("prod/web-service", {
    type: "LoadBalancer",
    clusterIP: "10.96.0.30",
    externalIPs: ["198.51.100.7"],
    ports: ports("http/TCP/80"),
  }),
  service("prod/db", { clusterIP: "None", ports: ports("sql/TCP/5432") }),
  slice("prod/db", [endpoint("10.244.1.7", { hostname: "db-0" })]),
  pod("default/client", "10.244.2.5"),
];

interface Question {
  readonly why: string;
  readonly ask: readonly [name: string, type: string];
  /** Milliseconds since the server began; its cache is the same for all questions. */
  readonly at?: number;
  readonly from?: string;
  readonly rcode?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly steps?: readonly string[];
  /** The plugin that gave the answer. */
  readonly source?: string;
}

interface Given {
  readonly file: string;
  readonly beside?: Record<string, string>;
  readonly custom?: Record<string, string>;
  readonly outside?: Record<string, Said>;
  readonly questions: readonly Question[];
}

const OUTSIDE: Record<string, Said> = {
  "192.0.2.53": [
    "api.example.com. 300 IN A 203.0.113.10",
    "node-1.internal.cloudapp.net. 300 IN A 10.224.0.4",
  ],
};

function soa(zone: string, ttl: number): string {
  return `${zone} ${ttl} IN SOA ns.dns.${zone} hostmaster.${zone} SERIAL 7200 1800 86400 ${ttl}`;
}

function inCluster(ttl: number): readonly Question[] {
  return [
    {
      why: "a Service has its ClusterIP",
      ask: ["web-service.prod.svc.cluster.local.", "A"],
      answer: [`web-service.prod.svc.cluster.local. ${ttl} IN A 10.96.0.30`],
    },
    {
      why: "an endpoint has its address",
      ask: ["db-0.db.prod.svc.cluster.local.", "A"],
      answer: [`db-0.db.prod.svc.cluster.local. ${ttl} IN A 10.244.1.7`],
    },
    {
      why: "a name that the search list makes is denied by the cluster",
      ask: ["api.example.com.default.svc.cluster.local.", "A"],
      rcode: "NXDOMAIN",
      authority: [soa("cluster.local.", ttl)],
    },
    {
      why: "pods insecure: any address has a name",
      ask: ["10-1-2-3.default.pod.cluster.local.", "A"],
      answer: [`10-1-2-3.default.pod.cluster.local. ${ttl} IN A 10.1.2.3`],
    },
    {
      why: "a ClusterIP has a PTR record",
      ask: ["30.0.96.10.in-addr.arpa.", "PTR"],
      answer: [`30.0.96.10.in-addr.arpa. ${ttl} IN PTR web-service.prod.svc.cluster.local.`],
    },
    {
      why: "all else is asked outside, and kept for 30 seconds at most",
      ask: ["api.example.com.", "A"],
      answer: ["api.example.com. 30 IN A 203.0.113.10"],
    },
    {
      why: "ten seconds later the cache has it",
      ask: ["api.example.com.", "A"],
      at: 10_000,
      answer: ["api.example.com. 20 IN A 203.0.113.10"],
      steps: ["cache hit, 20 s left"],
    },
  ];
}

const ALL: readonly Given[] = [
  {
    file: "kubeadm",
    questions: [
      ...inCluster(30),
      {
        why: "the cluster's own names are not cached",
        ask: ["web-service.prod.svc.cluster.local.", "A"],
        at: 10_000,
        answer: ["web-service.prod.svc.cluster.local. 30 IN A 10.96.0.30"],
        steps: ["cache miss", "kubernetes Service web-service in prod: ClusterIP 10.96.0.30"],
      },
    ],
  },
  {
    file: "kind",
    questions: [
      ...inCluster(30),
      {
        why: "the cluster's own names are cached too",
        ask: ["web-service.prod.svc.cluster.local.", "A"],
        at: 10_000,
        answer: ["web-service.prod.svc.cluster.local. 20 IN A 10.96.0.30"],
        steps: ["cache hit, 20 s left"],
      },
    ],
  },
  { file: "eks", questions: inCluster(5) },
  {
    file: "aks",
    questions: [
      ...inCluster(30),
      {
        why: "the VM's own search domain is denied at once, for names that only a search list makes",
        ask: ["web-service.prod.svc.abc.bx.internal.cloudapp.net.", "A"],
        rcode: "NXDOMAIN",
        source: "template",
      },
      {
        why: "and is asked outside for others",
        ask: ["node-1.internal.cloudapp.net.", "A"],
        answer: ["node-1.internal.cloudapp.net. 30 IN A 10.224.0.4"],
        source: "forward",
      },
      {
        why: "Azure's old search domain holds nothing",
        ask: ["web-service.reddog.microsoft.com.", "AAAA"],
        rcode: "NXDOMAIN",
        source: "template",
      },
    ],
  },
  {
    file: "k3s",
    beside: { NodeHosts: "192.0.2.11 node-1\n192.0.2.12 node-2 node-2.lan\n" },
    questions: [
      ...inCluster(5),
      {
        why: "a node's name comes from NodeHosts, with its own TTL, cut by the cache",
        ask: ["node-2.lan.", "A"],
        answer: ["node-2.lan. 30 IN A 192.0.2.12"],
      },
      {
        why: "and its address has a name",
        ask: ["11.2.0.192.in-addr.arpa.", "PTR"],
        answer: ["11.2.0.192.in-addr.arpa. 30 IN PTR node-1."],
      },
    ],
  },
  {
    file: "stub-domains",
    outside: {
      ...OUTSIDE,
      "192.0.2.10": ["1.1.1.10.in-addr.arpa. 60 IN PTR outside.example."],
      "192.0.2.11": { failed: "timeout" },
      "192.0.2.12": [
        "www.corp.example. 60 IN A 198.51.100.12",
        "www.eu.corp.test. 60 IN A 198.51.100.22",
      ],
      "192.0.2.13:853": ["www.lab.corp.example. 60 IN A 198.51.100.13"],
      "192.0.2.14": "NXDOMAIN",
    },
    questions: [
      {
        why: "kubernetes without zones takes the block's keys",
        ask: ["web-service.default.svc.cluster.local.", "A"],
        answer: ["web-service.default.svc.cluster.local. 10 IN A 10.96.0.20"],
        steps: ["cache miss", "kubernetes Service web-service in default: ClusterIP 10.96.0.20"],
      },
      {
        why: "pods verified: the client has a name",
        ask: ["10-244-2-5.default.pod.cluster.local.", "A"],
        answer: ["10-244-2-5.default.pod.cluster.local. 10 IN A 10.244.2.5"],
      },
      {
        why: "and an address without a pod has none",
        ask: ["10-244-2-6.default.pod.cluster.local.", "A"],
        rcode: "NXDOMAIN",
        authority: [soa("cluster.local.", 10)],
      },
      {
        why: "unknown addresses fall through to the block's own forward",
        ask: ["1.1.1.10.in-addr.arpa.", "PTR"],
        answer: ["1.1.1.10.in-addr.arpa. 30 IN PTR outside.example."],
      },
      {
        why: "a longer zone has the ClusterIPs: kubernetes never sees them",
        ask: ["20.0.96.10.in-addr.arpa.", "PTR"],
        rcode: "NXDOMAIN",
        steps: ["cache miss", "forward asked 192.0.2.14: NXDOMAIN"],
      },
      {
        why: "a stub domain goes to its own resolvers, the second where the first is silent",
        ask: ["www.corp.example.", "A"],
        answer: ["www.corp.example. 30 IN A 198.51.100.12"],
        steps: [
          "cache miss",
          "forward 192.0.2.11 failed: timeout",
          "forward asked 192.0.2.12: NOERROR",
        ],
      },
      {
        why: "a key on the next line is of the same block",
        ask: ["www.eu.corp.test.", "A"],
        answer: ["www.eu.corp.test. 30 IN A 198.51.100.22"],
      },
      {
        why: "a longer stub domain goes elsewhere, by TLS",
        ask: ["www.lab.corp.example.", "A"],
        answer: ["www.lab.corp.example. 30 IN A 198.51.100.13"],
      },
      {
        why: "an excepted name has no plugin left: SERVFAIL",
        ask: ["www.secret.corp.example.", "A"],
        rcode: "SERVFAIL",
        steps: ["cache miss", "forward no next plugin found"],
      },
      {
        why: "all else goes to the node's resolver",
        ask: ["api.example.com.", "A"],
        answer: ["api.example.com. 30 IN A 203.0.113.10"],
      },
    ],
  },
  {
    file: "imports",
    custom: {
      "a.override": "hosts {\n 192.0.2.80 legacy.corp.example\n fallthrough\n}\n",
      "b.override": "rewrite stop name exact old.example web-service.default.svc.cluster.local\n",
      "cache.snippet": "cache 60\n",
      "corp.server":
        "corp.test:53 {\n import upstreams\n}\nzone.test:53 {\n file /etc/coredns/custom/db.zone.test\n}\n",
      "db.zone.test":
        "$TTL 1h\n@ IN SOA ns hostmaster 1 1h 1h 1h 5m\n  IN NS ns\n* IN CNAME web-service.default.svc.cluster.local.\n",
    },
    outside: { "192.0.2.53": ["intra.corp.test. 300 IN A 203.0.113.20"] },
    questions: [
      {
        why: "an override's hosts stand in the block",
        ask: ["legacy.corp.example.", "A"],
        answer: ["legacy.corp.example. 60 IN A 192.0.2.80"],
      },
      {
        why: "an override's rewrite leads to a Service, and the answer has the asked name",
        ask: ["old.example.", "A"],
        answer: ["old.example. 30 IN A 10.96.0.20"],
      },
      {
        why: "a server file is a block, with a snippet of the Corefile, and has no cache",
        ask: ["intra.corp.test.", "A"],
        answer: ["intra.corp.test. 300 IN A 203.0.113.20"],
        steps: ["forward asked 192.0.2.53: NOERROR"],
      },
      {
        why: "a wildcard CNAME of a zone file leads back into the cluster",
        ask: ["shop.zone.test.", "A"],
        answer: [
          "shop.zone.test. 3600 IN CNAME web-service.default.svc.cluster.local.",
          "web-service.default.svc.cluster.local. 30 IN A 10.96.0.20",
        ],
        authority: ["zone.test. 3600 IN NS ns.zone.test."],
      },
    ],
  },
  {
    file: "everything",
    beside: {
      NodeHosts: "192.0.2.11 node-1.nodes.example\n192.0.2.12 node-2.other.example\n",
      "db.corp.example":
        "@ 300 IN SOA ns hostmaster 1 1h 1h 1h 5m\n@ 300 IN NS ns\nns 300 IN A 192.0.2.54\ndb 300 IN CNAME db-0.db.prod.svc.cluster.local.\n",
    },
    outside: {
      "192.0.2.53": [
        "api.example.com. 300 IN A 203.0.113.10",
        "new.corp.example. 300 IN A 203.0.113.11",
      ],
    },
    questions: [
      {
        why: "rewrite comes first: the old suffix is a Service, and the answer has the old name",
        ask: ["web-service.prod.svc.old.example.", "A"],
        answer: ["web-service.prod.svc.old.example. 5 IN A 10.96.0.30"],
      },
      {
        why: "one exact name too",
        ask: ["db.example.", "A"],
        answer: ["db.example. 5 IN A 10.96.0.30"],
      },
      {
        why: "autopath finds the bare name behind the first element of the search list",
        ask: ["api.example.com.default.svc.cluster.local.", "A"],
        answer: [
          "api.example.com.default.svc.cluster.local. 30 IN CNAME api.example.com.",
          "api.example.com. 30 IN A 203.0.113.10",
        ],
      },
      {
        why: "a client that is no pod has no search list",
        ask: ["api.example.com.prod.svc.cluster.local.", "A"],
        from: "10.244.2.99",
        rcode: "NXDOMAIN",
        authority: [soa("cluster.local.", 5)],
      },
      {
        why: "template makes addresses of names",
        ask: ["IP-192-0-2-77.ip.example.", "A"],
        answer: ["ip-192-0-2-77.ip.example. 30 IN A 192.0.2.77"],
      },
      {
        why: "hosts has inline entries and those of its file, within its zone",
        ask: ["printer.nodes.example.", "A"],
        answer: ["printer.nodes.example. 30 IN A 192.0.2.200"],
      },
      {
        why: "a node of the file",
        ask: ["node-1.nodes.example.", "A"],
        answer: ["node-1.nodes.example. 30 IN A 192.0.2.11"],
      },
      {
        why: "k8s_external has a Service's external address",
        ask: ["web-service.prod.ext.example.", "A"],
        answer: ["web-service.prod.ext.example. 5 IN A 198.51.100.7"],
      },
      {
        why: "a zone file's alias leads into the cluster; minimal takes the nameservers off",
        ask: ["db.corp.example.", "A"],
        answer: [
          "db.corp.example. 5 IN CNAME db-0.db.prod.svc.cluster.local.",
          "db-0.db.prod.svc.cluster.local. 5 IN A 10.244.1.7",
        ],
      },
      {
        why: "what the zone file lacks is asked outside",
        ask: ["new.corp.example.", "A"],
        answer: ["new.corp.example. 30 IN A 203.0.113.11"],
      },
      {
        why: "acl blocks a type for a network",
        ask: ["api.example.com.", "AAAA"],
        from: "10.244.9.1",
        rcode: "REFUSED",
      },
      {
        why: "any answers ANY with HINFO",
        ask: ["api.example.com.", "ANY"],
        answer: ['api.example.com. 8482 IN HINFO "ANY obsoleted" "See RFC 8482"'],
      },
    ],
  },
];

describe.each(ALL)("Corefile of $file", ({ file, questions, outside = OUTSIDE, ...files }) => {
  const text = readFileSync(new URL(`../fixtures/corefiles/${file}.Corefile`, import.meta.url));
  const corefile = text.toString();
  const exchange = resolvers(outside);
  const server = mustBuild(corefile, CLUSTER, files);

  test.each(questions)("$why", async ({ ask: [qname, type], at = 0, ...row }) => {
    const context: Partial<Context> = {
      exchange,
      now: () => at,
      ...(row.from !== undefined && { client: { address: row.from } }),
    };
    const reply = await server.serve(question(qname, type), contextOf(context));
    expect({
      rcode: reply.rcode,
      answer: reply.answer.map(printRR),
      authority: reply.authority.map((rr) =>
        printRR(rr.type === "SOA" ? { ...rr, data: { ...rr.data, serial: 0 } } : rr),
      ),
    }).toEqual({
      rcode: row.rcode ?? "NOERROR",
      answer: print(row.answer),
      authority: print(row.authority),
    });
    if (row.source) expect(reply.source).toBe(row.source);
    if (row.steps) {
      expect(told(reply.steps)).toEqual(row.steps);
    }
  });

  test("lists every directive once, in CoreDNS's order", () => {
    const built = coreDns(corefile, CLUSTER, files);
    if (!built.ok) throw new Error(built.error.message);
    for (const block of built.value.blocks) {
      const lines = block.plugins.map(({ directive }) => directive);
      expect(new Set(lines).size).toBe(lines.length);
      expect(block.plugins.map(({ plugin }) => plugin.name)).toEqual(
        lines.map((directive) => directive.name),
      );
    }
  });

  test("says no or yes to every type of a name, and never breaks", async () => {
    for (const type of ["A", "AAAA", "NS", "SOA", "SRV", "PTR", "ANY", "TXT", "HTTPS", "DS"]) {
      for (const qname of ["cluster.local.", "a.b.c.example.", ".", "x.corp.example."]) {
        const reply = await server.serve(
          { name: name(qname), type, class: 1 },
          contextOf({ exchange }),
        );
        expect(["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"]).toContain(reply.rcode);
        expect(reply.steps.filter(({ did }) => did.startsWith("broke"))).toEqual([]);
      }
    }
  });
});

/** Resolvers that know these records and no others. */
function resolvers(outside: Record<string, Said>): Exchange {
  const { exchange } = upstreams(outside);
  return async (address, asked, flags) => {
    const outcome = await exchange(address, asked, flags);
    if (outcome.kind === "failed") return outcome;
    const answer = outcome.answer.filter(
      (rr) => sameName(rr.name, asked.name) && rr.type === asked.type,
    );
    return answer.length > 0 ? { ...outcome, answer } : { ...outcome, answer, rcode: "NXDOMAIN" };
  };
}

function print(lines: readonly string[] = []): string[] {
  return records(lines.map((line) => line.replace("SERIAL", "0"))).map(printRR);
}
