/**
 * The transcript of real lives, and of lives with anything in them.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import { transcript } from "../../src/trace/transcript.ts";
import { nodeLocalDns, upstreamService } from "../coredns/node-local.ts";
import { EVERY_FIELD, RESULTS } from "./every-field.ts";
import { hostileText, unfitLines, withoutRendition } from "./hostile.ts";
import { type Asking, demo, LIVES, lifeOf, livesOfAllPods } from "./lives.ts";

const plain = (life: Life) => transcript(life, { color: false });

/** The lines stand in the text in this order, each whole; blanks in front do not count. */
function expectInOrder(text: string, lines: readonly string[]): void {
  const all = text.split("\n").map((line) => line.trim());
  let from = 0;
  for (const line of lines) {
    const at = all.indexOf(line, from);
    expect(at, `${line}\n\nis not behind line ${from} of\n\n${text}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}

const WEB = "web-service.default.svc.cluster.local.";

test.each<{ why: string; name: string; asking?: Asking; lines: readonly string[] }>([
  {
    why: "from the Pod to CoreDNS and back, in the order of the talk",
    name: "web-service",
    lines: [
      'getaddrinfo("web-service")',
      "Pod           default/client, 10.244.2.5, on node-1 of cluster demo",
      "libc          glibc 2.36",
      "result        FOUND 10.100.7.7",
      "cost          2 queries, 0 wasted, 4 packets, 0 upstream queries",
      "/etc/resolv.conf, written by kubelet",
      "nameserver 10.100.0.10",
      "/etc/hosts    the name is not in the hosts file",
      "0 dots, fewer than ndots:5",
      "1  web-service.default.svc.cluster.local.   search domain 1 of 4",
      `Query 1 of 2: ${WEB} A`,
      "out of default/client by eth0: 10.244.2.5:33046 → 10.100.0.10:53, ttl 64",
      "PREROUTING, nat",
      "→ KUBE-SERVICES              # kubernetes service portals",
      "→ KUBE-SVC-TCOU7JCQXEZGVUNU  -d 10.100.0.10/32 -p udp --dport 53",
      "destination 10.100.0.10:53 → 10.244.0.5:53",
      "out of node-1 by eth0: 10.244.2.5:33046 → 10.244.0.5:53, ttl 63, NEW",
      "into   node-2 by eth0",
      "into   kube-system/coredns-7db6d8ff4d-q9v7m by eth0",
      "kube-system/coredns-7db6d8ff4d-q9v7m: plugins (line of the Corefile)",
      "cache (14)        off",
      "kubernetes (7)    Service web-service in default: ClusterIP 10.100.7.7",
      "the reply",
      "source 10.244.0.5:53 → 10.100.0.10:53, by conntrack",
      "10.100.0.10:53 → 10.244.2.5:33046",
      "into   default/client by eth0",
      "NOERROR   from kubernetes, cache off, TTL 30",
      `${WEB} 30 IN A 10.100.7.7`,
      `Query 2 of 2: ${WEB} AAAA`,
      "at 0 ms by UDP on the socket of query 1 to 10.100.0.10",
      "the query: the same way as query 1, by conntrack",
      "the reply: the same way as query 1, by conntrack",
      "NODATA    NOERROR without such a record, from kubernetes, cache off, TTL 30",
      "conntrack -L on node-1",
      "udp      17 29 src=10.244.2.5 dst=10.100.0.10 sport=33046 dport=53",
      "src=10.244.0.5 dst=10.244.2.5 sport=53 dport=33046 mark=0 use=1",
      "web-service: FOUND 10.100.7.7",
      "web-service.default.svc.cluster.local.   FOUND",
      "web-service.svc.cluster.local.           not asked",
    ],
  },
  {
    why: "ten queries stay readable: what goes the same way is told in a line",
    name: "api.example.com",
    lines: [
      "Query 3 of 10: api.example.com.svc.cluster.local. A",
      "the query: the same way as query 1, KUBE-SEP-LPGSDLJ3FDW46N4W → 10.244.0.5:53",
      "kubernetes: namespace com does not exist",
      "the reply: the same way as query 1, by conntrack",
      "NXDOMAIN  from kubernetes, cache off, TTL 30",
      "Query 7 of 10: api.example.com.us-west-2.compute.internal. A",
      "forward (13)      asked 10.0.0.2: NXDOMAIN",
      "kube-system/coredns-7db6d8ff4d-4xk2p asks 10.0.0.2:53",
      "→ MASQUERADE                 ! -d 224.0.0.0/4",
      "source 10.244.0.4:39448 → 10.0.1.12:39448",
      "10.0.0.2 replies NXDOMAIN",
      "destination 10.0.1.12:39448 → 10.244.0.4:39448, by conntrack",
      "api.example.com: FOUND 203.0.113.10, 2001:db8:80::10",
      "api.example.com.default.svc.cluster.local.   NXDOMAIN",
      "api.example.com.                             FOUND",
      "10 queries, 8 wasted, 20 packets, 4 upstream queries",
      "Asking for less",
      "type api.example.com.",
      "2 queries, 0 wasted, 4 packets, 2 upstream queries",
    ],
  },
  {
    why: "a lookup that the hosts file answers has no query",
    name: "client",
    lines: [
      "result        FOUND 10.244.2.5, fd00:10:244:2::5",
      "/etc/hosts    lines 8, 9 of the hosts file: nothing is asked",
      "client: FOUND 10.244.2.5, fd00:10:244:2::5",
      "no query",
    ],
  },
  {
    why: "a failure has the libc's word, and says so in other words than a success",
    name: "nope",
    lines: [
      "result        NOT FOUND EAI_NONAME: Name or service not known",
      "nope: NOT FOUND EAI_NONAME: Name or service not known",
      "nope.default.svc.cluster.local.   NXDOMAIN",
      "nope.                             NXDOMAIN",
    ],
  },
  {
    why: "a lost race waits as long as glibc does, and says that nobody waited",
    name: "web-service",
    asking: { options: { fault: { kind: "conntrack-race" } } },
    lines: [
      "fault         conntrack-race",
      `Query 2 of 4: ${WEB} AAAA`,
      "PREROUTING, nat: as before",
      "dropped on node-1: another packet of the flow was confirmed first:",
      "TIMEOUT   5 s wait: no reply (modelled, not slept)",
      `Query 3 of 4: ${WEB} A`,
      "at 5 s by UDP on the socket of query 1 to 10.100.0.10, attempt 2",
      "4 queries, 0 wasted, 7 packets, 0 upstream queries, 5 s of waiting",
    ],
  },
  {
    why: "musl waits half of that",
    name: "web-service",
    asking: { pod: "alpine", options: { fault: { kind: "conntrack-race" } } },
    lines: ["libc          musl 1.2.3", "TIMEOUT   2.5 s wait: no reply (modelled, not slept)"],
  },
  {
    why: "a REJECT comes back as an ICMP error",
    name: "web-service",
    asking: { pod: "rejected" },
    lines: [
      "# default/dns-without-pods:dns has no endpoints",
      "rejected on node-1: REJECT in filter KUBE-SERVICES",
      "ICMP port unreachable from node-1",
      "REJECT    an ICMP error came back",
    ],
  },
  {
    why: "a Pod on the host network has no veth: its packets begin in OUTPUT",
    name: "api.example.com",
    asking: { pod: "policy-clusterfirst-hostnet" },
    lines: ["on the host network", "the query", "OUTPUT, nat", "into   10.0.0.2 by eth0"],
  },
  {
    why: "a plugin of the node's own cache has no line in the Corefile of CoreDNS",
    name: "web-service",
    asking: { open: demo(nodeLocalDns(), ...upstreamService()) },
    lines: [
      "→ NOTRACK                    -d 10.100.0.10/32 -p udp --dport 53",
      "node-local-dns    the node's own cache at 10.100.0.10 answers port 53",
      "cache             off",
      "coredns           the pod at 10.244.0.5 is asked",
      "cache (14)        off",
      "TCP SYN from node-1",
      "node-1 asks 10.100.0.11:53: the same way, by conntrack",
    ],
  },
  {
    why: "a connection without a reply says so over the addresses that one would have",
    name: "web-service",
    asking: { pod: "lost" },
    lines: [
      "lost on node-1: nobody has 10.100.0.99",
      "udp      17 19 src=10.244.2.23 dst=10.100.0.99 sport=33046 dport=53",
      "[UNREPLIED] src=10.100.0.99 dst=10.0.1.11 sport=53 dport=33046",
      "web-service: NOT FOUND EAI_AGAIN: Temporary failure in name resolution",
    ],
  },
  {
    why: "a server that waits says when it asks again",
    name: "api.example.com.",
    asking: { options: { fault: { kind: "upstream-slow" } } },
    lines: ["TIMEOUT   5 s wait: no reply (modelled, not slept)", "at 6 s, the reply"],
  },
])("$why", async ({ name, asking, lines }) => {
  expectInOrder(plain(await lifeOf(name, asking)), lines);
});

test("a libc's own settings and kubelet's warnings are told", async () => {
  const life = { ...EVERY_FIELD, result: RESULTS[1] } as Life;
  expectInOrder(plain(life), [
    "result        NOT FOUND EAI_NONAME: Name or service not known",
    "glibc 2.36    ndots:5, timeout 5 s, 2 attempts, 1 search domain, 1 nameserver,",
    "a note",
    "Warning       DNSConfigForming: a message",
  ]);
});

test("more queries than anyone reads are named, and more packets are counted", () => {
  const [query] = EVERY_FIELD.queries;
  const [packet] = EVERY_FIELD.packets;
  const queries = Array.from({ length: 1000 }, (_, index) => ({ ...query, index }));
  const packets = Array.from({ length: 50_000 }, (_, at) => ({ ...packet, at, query: at % 500 }));
  const entries = Array.from({ length: 5000 }, () => "udp      17 29 src=… src=…");
  const text = plain({
    ...EVERY_FIELD,
    queries,
    packets,
    conntrack: [{ host: "node-1", entries }],
  } as Life);
  expectInOrder(text, ["and 40 more packets", "960 more queries", "and 4976 more"]);
  expect(text.length).toBeLessThan(300_000);
});

describe("every life", () => {
  let lives: readonly (readonly [string, Life])[];
  beforeAll(async () => {
    const ours = LIVES.map(
      async ({ why, name, asking }) => [why, await lifeOf(name, asking)] as const,
    );
    lives = [
      ...(await Promise.all(ours)),
      ...(await livesOfAllPods("demo", "web-service.prod")),
      ...(await livesOfAllPods("lab")),
    ];
  }, 60_000);

  test("has lines of at most 80 columns without control characters", () => {
    expect(lives.length).toBeGreaterThan(60);
    for (const [, life] of lives) {
      for (const line of plain(life).split("\n")) expect(line).toMatch(/^[\x20-\x7e→…§]{0,80}$/);
    }
  });

  test("is told in full: what was asked, each query, and the result twice", () => {
    for (const [why, life] of lives) {
      // Folding puts blanks and line feeds into what is long.
      const bare = (text: string) => text.replace(/\s/g, "");
      const text = bare(plain(life));
      const { asked, result, queries, candidates } = life;
      const verdict = result.kind === "found" ? "FOUND" : `NOTFOUND${bare(result.error)}`;
      expect(text.split(verdict).length, why).toBeGreaterThan(2);
      expect(text).toContain(bare(asked.self));
      for (const { name } of candidates) expect(text).toContain(bare(name));
      for (const { index, name, type } of queries.slice(0, 40)) {
        expect(text).toContain(`Query${index + 1}of${queries.length}:${bare(name)}${type}`);
      }
    }
  });

  test("is the same in colour, which is never the only sign", () => {
    for (const [, life] of lives) {
      const colored = transcript(life, { color: true });
      expect(withoutRendition(colored)).toBe(plain(life));
      expect(colored).not.toBe(plain(life));
    }
  });
});

describe("a life with anything in it", () => {
  /** Values that the type lists, and keys that it has; all other text may come from outside. */
  const LISTED = new Set(["kind", "outcome", "what", "call", "family", "half", "towards", "leg"]);

  /** The value with some of its texts replaced, as `draw` says. */
  function replaced(value: unknown, draw: () => string | undefined, key = ""): unknown {
    if (typeof value === "string") return LISTED.has(key) ? value : (draw() ?? value);
    if (Array.isArray(value)) return value.map((one) => replaced(one, draw, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, replaced(one, draw, name)]),
    );
  }

  let real: Life;
  beforeAll(async () => {
    real = await lifeOf("web-service");
  });

  test("has lines of at most 80 columns without control characters, in colour as without", () => {
    const texts = fc.array(fc.option(hostileText(), { nil: undefined }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(texts, fc.constantFrom("real", "every"), (drawn, which) => {
        let at = 0;
        const draw = () => drawn[at++ % drawn.length];
        const life = replaced(which === "real" ? real : EVERY_FIELD, draw) as Life;
        const text = plain(life);
        expect(unfitLines(text)).toEqual([]);
        expect(withoutRendition(transcript(life, { color: true }))).toBe(text);
      }),
      { numRuns: 50 },
    );
  }, 30_000);
});
