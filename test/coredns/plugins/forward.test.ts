import { describe, expect, test } from "vitest";
import { forward } from "../../../src/coredns/plugins/forward.ts";
import { printRR } from "../../../src/dns/records.ts";
import { built, contextOf, plugin, question, replyOf, type Said, upstreams } from "../scene.ts";
import { clusterOf } from "../testPlugin.ts";

const FOUND = ["web.test. 60 IN A 192.0.2.9"];
const behind = async () => replyOf({ rcode: "NXDOMAIN" });

describe("forward asks", () => {
  test.each<{
    why: string;
    corefile: string;
    ask?: string;
    said?: Record<string, Said>;
    random?: number;
    resolvConf?: string;
    asked: string[];
    rcode?: string;
  }>([
    { why: "its upstream", corefile: "forward . 192.0.2.1", asked: ["192.0.2.1"] },
    {
      why: "nobody about other zones",
      corefile: "forward other.test 192.0.2.1",
      asked: [],
      rcode: "NXDOMAIN",
    },
    {
      why: "nobody about excepted zones",
      corefile: "forward . 192.0.2.1 {\n except b.test test\n}",
      asked: [],
      rcode: "NXDOMAIN",
    },
    {
      why: "about its own zone even where that is excepted",
      corefile: "forward web.test 192.0.2.1 {\n except test\n}",
      asked: ["192.0.2.1"],
    },
    {
      why: "ports other than 53 with the port",
      corefile:
        "forward . 192.0.2.1:53 192.0.2.2:5353 [2001:DB8::1]:53 [2001:db8::2]:54 2001:db8::3 {\n policy sequential\n}",
      said: {},
      asked: [
        ..."12"
          .split("")
          .flatMap(() => [
            "192.0.2.1",
            "192.0.2.2:5353",
            "2001:db8::1",
            "[2001:db8::2]:54",
            "2001:db8::3",
          ]),
      ],
      rcode: "SERVFAIL",
    },
    {
      why: "by TLS on its port",
      corefile:
        "forward . tls://192.0.2.1 tls://192.0.2.2:8853 tls://[2001:db8::1]%dns.test dns://192.0.2.3 {\n policy sequential\n tls_servername dns.test\n max_connect_attempts 4\n}",
      said: {},
      asked: ["192.0.2.1:853", "192.0.2.2:8853", "[2001:db8::1]:853", "192.0.2.3"],
      rcode: "SERVFAIL",
    },
    {
      why: "the nameservers of the node's resolv.conf",
      corefile: "forward . /etc/resolv.conf {\n policy sequential\n}",
      resolvConf:
        "# node\nnameserver 10.0.0.2\nsearch x\nnameserver  fe80::1%eth0\nnameserver rubbish\n",
      said: { "fe80::1": FOUND },
      asked: ["10.0.0.2", "fe80::1"],
    },
    {
      why: "192.0.2.53 where nobody knows the node's resolv.conf",
      corefile: "forward . /etc/resolv.conf",
      said: { "192.0.2.53": FOUND },
      asked: ["192.0.2.53"],
    },
    {
      why: "the next where one does not answer",
      corefile: "forward . 192.0.2.3 192.0.2.1 {\n policy sequential\n}",
      asked: ["192.0.2.3", "192.0.2.1"],
    },
    {
      why: "twice round the list at most",
      corefile: "forward . 192.0.2.3 192.0.2.4 {\n policy sequential\n}",
      asked: ["192.0.2.3", "192.0.2.4", "192.0.2.3", "192.0.2.4"],
      rcode: "SERVFAIL",
    },
    {
      why: "no more often than max_connect_attempts",
      corefile: "forward . 192.0.2.3 192.0.2.4 {\n max_connect_attempts 1\n policy sequential\n}",
      asked: ["192.0.2.3"],
      rcode: "SERVFAIL",
    },
    {
      why: "nobody more when there is no time",
      corefile: "forward . 192.0.2.3 192.0.2.1 {\n policy sequential\n}",
      said: { "192.0.2.3": { failed: "no time left" } },
      asked: ["192.0.2.3"],
      rcode: "SERVFAIL",
    },
    {
      why: "nobody more where one refuses",
      corefile: "forward . 192.0.2.5 192.0.2.1 {\n policy sequential\n}",
      asked: ["192.0.2.5"],
      rcode: "REFUSED",
    },
    {
      why: "the next where failover names the rcode",
      corefile:
        "forward . 192.0.2.5 192.0.2.1 {\n policy sequential\n failover servfail REFUSED\n}",
      asked: ["192.0.2.5", "192.0.2.1"],
    },
    {
      why: "everyone once where all fail over, and takes the last reply",
      corefile:
        "forward . 192.0.2.5 192.0.2.6 {\n policy sequential\n failover REFUSED SERVFAIL\n}",
      asked: ["192.0.2.5", "192.0.2.6"],
      rcode: "SERVFAIL",
    },
    {
      why: "in the seed's order by default",
      corefile: "forward . 192.0.2.3 192.0.2.4 192.0.2.1",
      random: 0.99,
      asked: ["192.0.2.3", "192.0.2.4", "192.0.2.1"],
    },
    {
      why: "in another order with another seed",
      corefile: "forward . 192.0.2.3 192.0.2.4 192.0.2.1",
      random: 0,
      asked: ["192.0.2.4", "192.0.2.1"],
    },
  ])(
    "$why",
    async ({
      corefile,
      ask = "web.test.",
      said,
      random = 0,
      resolvConf,
      asked,
      rcode = "NOERROR",
    }) => {
      const everyone: Record<string, Said> = {
        "192.0.2.1": FOUND,
        "192.0.2.5": "REFUSED",
        "192.0.2.6": "SERVFAIL",
      };
      const world = upstreams({ ...everyone, ...said });
      const node = { name: "n", labels: {}, internalIPs: [], podCIDRs: [], ready: true };
      const exchange = said && Object.keys(said).length === 0 ? upstreams({}) : world;
      const made = plugin(forward, corefile, resolvConf ? { node: { ...node, resolvConf } } : {});
      const context = contextOf({ exchange: exchange.exchange, random: () => random });
      const reply = await made.serve(question(ask), context, behind);
      expect([reply.rcode, exchange.asked]).toEqual([rcode, asked]);
    },
  );

  test("upstreams in turn with round_robin", async () => {
    const made = plugin(
      forward,
      "forward . 192.0.2.1 192.0.2.2 192.0.2.3 {\n policy round_robin\n}",
    );
    const { exchange, asked } = upstreams({
      "192.0.2.1": FOUND,
      "192.0.2.2": FOUND,
      "192.0.2.3": FOUND,
    });
    for (const _ of [1, 2, 3, 4])
      await made.serve(question("web.test."), contextOf({ exchange }), behind);
    expect(asked).toEqual(["192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.2"]);
  });

  test("the next forward of the block only where there is one", async () => {
    const { exchange } = upstreams({ "192.0.2.1": "NXDOMAIN" });
    const ask = async (following: number) => {
      const made = plugin(forward, "forward . 192.0.2.1 {\n next nxdomain\n}", { following });
      const next = async () => replyOf({ answer: FOUND });
      return (await made.serve(question("web.test."), contextOf({ exchange }), next)).rcode;
    };
    expect([await ask(0), await ask(1)]).toEqual(["NXDOMAIN", "NOERROR"]);
  });

  test("the next forward about NODATA with next_on_nodata", async () => {
    const { exchange } = upstreams({ "192.0.2.1": [] });
    const made = plugin(forward, "forward . 192.0.2.1 {\n next_on_nodata\n}", { following: 1 });
    const reply = await made.serve(question("web.test."), contextOf({ exchange }), behind);
    expect(reply.steps).toEqual([
      { plugin: "forward", did: "asked 192.0.2.1: NOERROR" },
      { plugin: "behind", did: "answered" },
    ]);
  });
});

describe("forward's reply", () => {
  test("is the upstream's, with its flags, notes and errors", async () => {
    const made = plugin(forward, "forward . 192.0.2.1");
    const reply = await made.serve(
      question("web.test."),
      contextOf({
        exchange: async (address, asked, flags) => {
          expect([address, asked.name, flags.dnssecOk]).toEqual(["192.0.2.1", "web.test.", true]);
          return {
            kind: "reply",
            rcode: "NOERROR",
            authenticData: true,
            authoritative: true,
            answer: replyOf({ answer: FOUND }).answer,
            authority: [],
            additional: [],
            cache: "kv",
            ede: [{ code: 3, text: "old" }],
            notes: ["KV was slow"],
          };
        },
        dnssecOk: true,
      }),
      behind,
    );
    expect(reply).toMatchObject({
      rcode: "NOERROR",
      authoritative: true,
      authenticData: true,
      source: "forward",
      cache: "kv",
      upstream: "192.0.2.1",
      ede: [{ code: 3, text: "old" }],
      steps: [
        { plugin: "forward", did: "asked 192.0.2.1: NOERROR" },
        { plugin: "forward", did: "KV was slow" },
      ],
    });
    expect(reply.answer.map(printRR)).toEqual(FOUND);
  });

  test("is SERVFAIL with the last reason where nobody answers, for no cache to keep", async () => {
    const { exchange } = upstreams({ "192.0.2.1": { failed: "timed out" } });
    const reply = await plugin(forward, "forward . 192.0.2.1").serve(
      question("web.test."),
      contextOf({ exchange }),
      behind,
    );
    expect(reply).toMatchObject({
      rcode: "SERVFAIL",
      unwritten: true,
      ede: [{ code: 22, text: "timed out" }],
      steps: [
        { plugin: "forward", did: "192.0.2.1 failed: timed out" },
        { plugin: "forward", did: "192.0.2.1 failed: timed out" },
        { plugin: "forward", did: "192.0.2.1 failed: timed out" },
      ],
    });
  });
});

describe("forward refuses", () => {
  test.each<{ text: string; says: string }>([
    { text: "forward", says: "1: forward takes a zone and one or more upstreams: received none" },
    { text: "forward .", says: "1: forward takes a zone and one or more upstreams: received ." },
    { text: "forward a..b 192.0.2.1", says: "zone is not a valid domain name" },
    {
      text: "forward . resolver.test",
      says: "1: not an IP address or file: received resolver.test",
    },
    {
      text: "forward . /etc/other.conf",
      says: "not an IP address or file: received /etc/other.conf",
    },
    { text: "forward . 192.0.2.300", says: "not an IP address or file: received 192.0.2.300" },
    { text: "forward . quic://192.0.2.1", says: "forward asks by dns, tls, https, not by quic" },
    {
      text: "forward . 192.0.2.1 {\n max_age 9s\n}",
      says: "2: max_age is at least as long as expire, 10s if not given",
    },
    {
      text: `forward . ${"192.0.2.1 ".repeat(16)}`,
      says: "forward takes 15 upstreams at most: received 16",
    },
    {
      text: "forward . 192.0.2.1 {\n\n policy fair\n}",
      says: "3: policy takes one of random, round_robin, sequential: received fair",
    },
    {
      text: "forward . 192.0.2.1 {\n except\n}",
      says: "2: except takes one or more zones: received none",
    },
    {
      text: "forward . 192.0.2.1 {\n max_fails -1\n}",
      says: "max_fails takes a number of 0 or more: received -1",
    },
    { text: "forward . 192.0.2.1 {\n max_concurrent many\n}", says: "received many" },
    {
      text: "forward . 192.0.2.1 {\n expire 10\n}",
      says: "expire takes a duration such as 10s: received 10",
    },
    {
      text: "forward . 192.0.2.1 {\n force_tcp yes\n}",
      says: "force_tcp takes no arguments: received yes",
    },
    { text: "forward . 192.0.2.1 {\n tls a b c d\n}", says: "tls takes a certificate" },
    {
      text: "forward . 192.0.2.1 {\n health_check 5s norec\n}",
      says: "health_check has no option norec",
    },
    {
      text: "forward . 192.0.2.1 {\n health_check 5s domain a..b\n}",
      says: "a domain name: received a..b",
    },
    {
      text: "forward . 192.0.2.1 {\n failover NOERROR\n}",
      says: "NOERROR cannot be used in failover",
    },
    { text: "forward . 192.0.2.1 {\n next REFUSE\n}", says: "REFUSE is not a valid rcode" },
    {
      text: "forward . 192.0.2.1 {\n upstream\n}",
      says: "2: forward has no option upstream: known are except",
    },
  ])("$text", ({ text, says }) => {
    expect(built(forward, text)).toContain(says);
  });

  test("a file without nameservers, but takes one of the Corefile's ConfigMap", () => {
    const cluster = {
      ...clusterOf([]),
      corednsFiles: new Map([
        ["empty.conf", "search a.test\n"],
        ["up.conf", "nameserver 192.0.2.1\n"],
      ]),
    };
    expect(built(forward, "forward . empty.conf", { cluster })).toBe(
      "1: no nameservers found in empty.conf",
    );
    expect(built(forward, "forward . /etc/coredns/up.conf", { cluster })).toMatchObject({
      name: "forward",
    });
  });

  test("nothing of what the man page lists", () => {
    const all =
      "forward example.org 192.0.2.1 {\n except a.test\n force_tcp\n prefer_udp\n expire 10s\n max_age 1m\n max_fails 3\n max_connect_attempts 0\n max_idle_conns 5\n tls\n tls_servername a.test\n policy random\n health_check 0.5s no_rec domain a.test\n max_concurrent 1000\n next NXDOMAIN\n next_on_nodata\n failfast_all_unhealthy_upstreams\n failover SERVFAIL\n}";
    expect(built(forward, all)).toMatchObject({ name: "forward" });
  });
});
