import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reply } from "../../../src/coredns/plugin.ts";
import { rewrite } from "../../../src/coredns/plugins/rewrite.ts";
import { parseName } from "../../../src/dns/name.ts";
import { printRR } from "../../../src/dns/records.ts";
import { built, contextOf, mustBuild, plugin, question, replyOf } from "../scene.ts";
import { records, testPlugin } from "../testPlugin.ts";

const SHOP = "web.shop.svc.cluster.local. 5 IN A 10.96.0.20";
const SOA = "example.net. 60 IN SOA ns.example.net. host.example.net. 1 2 3 4 60";
const raw = String.raw;

testPlugin({ plugins: [["rewrite", rewrite]] }, [
  {
    why: "exact asks for another name, and turns the owner back",
    corefile: "rewrite name web.example.org web.shop.svc.cluster.local",
    ask: ["web.example.org.", "A"],
    behind: [SHOP],
    answer: ["web.example.org. 5 IN A 10.96.0.20"],
    steps: ["rewrite name web.example.org. to web.shop.svc.cluster.local."],
  },
  {
    why: "exact turns owners back into lower case, whatever the question's case was",
    corefile: "rewrite name exact WEB.example.org web.shop.svc.cluster.local.",
    ask: ["Web.Example.ORG.", "A"],
    behind: [SHOP],
    answer: ["web.example.org. 5 IN A 10.96.0.20"],
  },
  {
    why: "exact turns targets back, and names below the new one, in every section",
    corefile: "rewrite name exact my.example.org my.example.net",
    ask: ["my.example.org.", "SRV"],
    behind: ["my.example.net. 5 IN SRV 0 100 100 srv1.my.example.net.", SOA],
    answer: ["my.example.org. 5 IN SRV 0 100 100 srv1.my.example.org."],
  },
  {
    why: "exact leaves a denial's zone, which is no name below the new one, as it is",
    corefile: "rewrite name exact web.example.org gone.example.net",
    ask: ["web.example.org.", "A"],
    behind: [SOA],
    rcode: "NXDOMAIN",
    authority: [SOA],
  },
  {
    why: "exact does not match names below",
    corefile: "rewrite name web.example.org web.shop.svc.cluster.local",
    ask: ["a.web.example.org.", "A"],
    behind: ["a.web.example.org. 5 IN A 192.0.2.1"],
    answer: ["a.web.example.org. 5 IN A 192.0.2.1"],
    steps: [],
  },
  {
    why: "suffix brings the records under the new name",
    corefile: "rewrite name suffix .schmoogle.example. .google.example.",
    ask: ["www.schmoogle.example.", "A"],
    behind: ["www.google.example. 5 IN A 192.0.2.1"],
    answer: ["www.google.example. 5 IN A 192.0.2.1"],
  },
  {
    why: "suffix with answer auto exchanges the suffixes back, in owners and targets",
    corefile: "rewrite stop {\n name suffix .schmoogle.example .google.example answer auto\n}",
    ask: ["www.schmoogle.example.", "A"],
    behind: [
      "www.google.example. 5 IN CNAME cdn.google.example.",
      "cdn.google.example. 5 IN A 192.0.2.1",
    ],
    answer: [
      "www.schmoogle.example. 5 IN CNAME cdn.schmoogle.example.",
      "cdn.schmoogle.example. 5 IN A 192.0.2.1",
    ],
  },
  {
    why: "a suffix is text and not labels",
    corefile: "rewrite name suffix .ingress.example nginx.example",
    ask: ["a.ingress.example.", "A"],
    behind: ["anginx.example. 5 IN A 192.0.2.1"],
    answer: ["anginx.example. 5 IN A 192.0.2.1"],
  },
  {
    why: "prefix gets a final dot, so that it is the whole first label",
    corefile: "rewrite name prefix foo bar",
    ask: ["foo.example.org.", "A"],
    behind: ["bar.example.org. 5 IN A 192.0.2.1"],
    answer: ["bar.example.org. 5 IN A 192.0.2.1"],
  },
  {
    why: "prefix does not match the beginning of a label",
    corefile: "rewrite name prefix foo bar",
    ask: ["foo-1.example.org.", "A"],
    behind: ["foo-1.example.org. 5 IN A 192.0.2.1"],
    answer: ["foo-1.example.org. 5 IN A 192.0.2.1"],
  },
  {
    why: "prefix with answer auto turns the name back",
    corefile: "rewrite name prefix foo. bar. answer auto",
    ask: ["foo.example.org.", "A"],
    behind: ["bar.example.org. 5 IN A 192.0.2.1"],
    answer: ["foo.example.org. 5 IN A 192.0.2.1"],
  },
  {
    why: "substring gets a final dot, and is replaced wherever it stands",
    corefile: "rewrite name substring service.example.org service.example.net",
    ask: ["ftp.service.example.org.", "A"],
    behind: ["ftp.service.example.net. 5 IN A 192.0.2.1"],
    answer: ["ftp.service.example.net. 5 IN A 192.0.2.1"],
  },
  {
    why: "substring replaces every occurrence",
    corefile: "rewrite name substring a b",
    ask: ["a.a.test.", "A"],
    behind: ["b.b.test. 5 IN A 192.0.2.1"],
    answer: ["b.b.test. 5 IN A 192.0.2.1"],
  },
  {
    why: "regex replaces the whole name by its pattern with the groups filled in",
    corefile: raw`rewrite name regex (.*)-(us-west-1)\.example\.org {1}.service.{2}.example.net`,
    ask: ["ftp-us-west-1.example.org.", "A"],
    behind: ["ftp.service.us-west-1.example.net. 5 IN A 192.0.2.1"],
    answer: ["ftp.service.us-west-1.example.net. 5 IN A 192.0.2.1"],
  },
  {
    why: "answer name turns owners back by an expression of its own",
    corefile: raw`rewrite stop {
  name regex (.*)-(us-west-1)\.example\.org {1}.service.{2}.example.net
  answer name (.*)\.service\.(us-west-1)\.example\.net {1}-{2}.example.org
}`,
    ask: ["ftp-us-west-1.example.org.", "A"],
    behind: ["ftp.service.us-west-1.example.net. 5 IN A 192.0.2.1"],
    answer: ["ftp-us-west-1.example.org. 5 IN A 192.0.2.1"],
  },
  {
    why: "answer name leaves targets alone",
    corefile: raw`rewrite name regex (.*)\.domain\.uk {1}.cluster.local answer name (.*)\.cluster\.local {1}.domain.uk`,
    ask: ["my.domain.uk.", "SRV"],
    behind: ["my.cluster.local. 5 IN SRV 0 100 100 srv1.my.cluster.local."],
    answer: ["my.domain.uk. 5 IN SRV 0 100 100 srv1.my.cluster.local."],
  },
  {
    why: "answer value rewrites targets, also where the second word answer is left out",
    corefile: raw`rewrite name regex (.*)\.domain\.uk {1}.cluster.local answer name (.*)\.cluster\.local {1}.domain.uk value (.*)\.cluster\.local {1}.domain.uk`,
    ask: ["my.domain.uk.", "SRV"],
    behind: ["my.cluster.local. 5 IN SRV 0 100 100 srv1.my.cluster.local."],
    answer: ["my.domain.uk. 5 IN SRV 0 100 100 srv1.my.domain.uk."],
  },
  {
    why: "regex with answer auto turns the asked name back",
    corefile: raw`rewrite name regex (.*)\.rocks {1}.maps answer auto`,
    ask: ["foo.rocks.", "A"],
    behind: ["foo.maps. 5 IN A 192.0.2.1"],
    answer: ["foo.rocks. 5 IN A 192.0.2.1"],
  },
  {
    why: "a greedy group takes the final dot along, and what comes of it is no name",
    corefile: "rewrite name regex (.*) {1}.example.net",
    ask: ["web.test.", "A"],
    behind: ["web.test. 5 IN A 192.0.2.1"],
    rcode: "SERVFAIL",
    steps: ["rewrite name web.test. to web.test..example.net. is no name: label 3 is empty"],
    reply: { unwritten: true, source: "rewrite" },
  },
  {
    why: "type asks for another type",
    corefile: "rewrite type ANY HINFO",
    ask: ["web.test.", "ANY"],
    behind: ['web.test. 5 IN HINFO "ANY" "obsoleted"'],
    answer: ['web.test. 5 IN HINFO "ANY" "obsoleted"'],
    steps: ["rewrite type ANY to HINFO"],
  },
  {
    why: "class asks for another class",
    corefile: "rewrite class IN CH",
    ask: ["web.test.", "A"],
    behind: ["web.test. 5 IN A 192.0.2.1"],
    answer: ["web.test. 5 IN A 192.0.2.1"],
    steps: ["rewrite class IN to CH"],
  },
  {
    why: "ttl sets the TTL",
    corefile: raw`rewrite continue {
  ttl regex (.*)\.test 15
}`,
    ask: ["web.test.", "A"],
    behind: ["web.test. 5 IN A 192.0.2.1"],
    answer: ["web.test. 15 IN A 192.0.2.1"],
    steps: ["rewrite TTL 15 for a reply"],
  },
  {
    why: "ttl brings TTLs into a range, from below",
    corefile: "rewrite ttl suffix .example.org. 30-300",
    ask: ["web.example.org.", "A"],
    behind: ["web.example.org. 5 IN A 192.0.2.1"],
    answer: ["web.example.org. 30 IN A 192.0.2.1"],
  },
  {
    why: "ttl brings TTLs into a range, from above",
    corefile: "rewrite ttl substring example -300",
    ask: ["web.example.", "A"],
    behind: ["web.example. 3600 IN A 192.0.2.1"],
    answer: ["web.example. 300 IN A 192.0.2.1"],
  },
  {
    why: "ttl leaves TTLs within the range alone, and reaches the SOA of a denial",
    corefile: "rewrite ttl prefix gone 61-",
    ask: ["gone.example.net.", "A"],
    behind: [SOA],
    rcode: "NXDOMAIN",
    authority: [SOA.replace(" 60 IN", " 61 IN")],
  },
  {
    why: "ttl takes exact for granted",
    corefile: "rewrite ttl web.test 15",
    ask: ["a.web.test.", "A"],
    behind: ["a.web.test. 5 IN A 192.0.2.1"],
    answer: ["a.web.test. 5 IN A 192.0.2.1"],
  },
  {
    why: "rcode turns one rcode into another, also in a reply without records",
    corefile: raw`rewrite rcode regex (.*)\.example\.org SERVFAIL NOERROR`,
    ask: ["web.example.org.", "A"],
    steps: ["rewrite rcode SERVFAIL of a reply to NOERROR"],
  },
  {
    why: "rcode takes numbers",
    corefile: "rewrite rcode web.test 3 5",
    ask: ["web.test.", "A"],
    behind: [],
    rcode: "REFUSED",
  },
  {
    why: "rcode leaves other rcodes alone",
    corefile: "rewrite rcode web.test SERVFAIL NOERROR",
    ask: ["web.test.", "A"],
    behind: [],
    rcode: "NXDOMAIN",
  },
  {
    why: "cname drops the old chain and looks the new target up",
    corefile: "rewrite cname exact lb.example.net web.shop.svc.cluster.local",
    ask: ["web.example.org.", "A"],
    behind: [
      "web.example.org. 60 IN CNAME lb.example.net.",
      "lb.example.net. 60 IN A 192.0.2.1",
      SHOP,
    ],
    answer: ["web.example.org. 60 IN CNAME web.shop.svc.cluster.local.", SHOP],
    steps: [
      "rewrite CNAME target lb.example.net of a reply to web.shop.svc.cluster.local",
      "rewrite looked up CNAME target web.shop.svc.cluster.local.",
      "rewrite CNAME target lb.example.net of a reply to web.shop.svc.cluster.local",
    ],
  },
  {
    why: "cname keeps the chain above the target, and takes all of the new one",
    corefile: "rewrite continue cname suffix prod.test. staging.test.",
    ask: ["chain.test.", "A"],
    behind: [
      "chain.test. 200 IN CNAME one.test.",
      "one.test. 200 IN CNAME two.prod.test.",
      "two.prod.test. 200 IN CNAME three.prod.test.",
      "three.prod.test. 120 IN A 192.0.2.1",
      "two.staging.test. 200 IN CNAME three.staging.test.",
      "three.staging.test. 120 IN A 192.0.2.2",
    ],
    answer: [
      "chain.test. 200 IN CNAME one.test.",
      "one.test. 200 IN CNAME two.staging.test.",
      "two.staging.test. 200 IN CNAME three.staging.test.",
      "three.staging.test. 120 IN A 192.0.2.2",
    ],
  },
  {
    why: "cname leaves the lone CNAME where the new target does not exist",
    corefile: raw`rewrite cname regex (.*)\.web\.(.*)\.site\. {1}.gone.{2}.test.`,
    ask: ["order.test.", "A"],
    behind: ["order.test. 200 IN CNAME a.web.eu.site.", "a.web.eu.site. 50 IN A 192.0.2.1"],
    answer: ["order.test. 200 IN CNAME a.gone.eu.test."],
  },
  {
    why: "a cname rule that finds its own target again ends with what is known",
    corefile: "rewrite cname exact a.test b.test",
    ask: ["b.test.", "A"],
    behind: ["b.test. 5 IN CNAME a.test.", "a.test. 5 IN A 192.0.2.1"],
    answer: Array.from({ length: 9 }, () => "b.test. 5 IN CNAME b.test."),
  },
  {
    why: "edns0 changes nothing that can be seen",
    corefile: "rewrite edns0 local set 0xffee 0x61626364",
    ask: ["web.test.", "A"],
    behind: ["web.test. 5 IN A 192.0.2.1"],
    answer: ["web.test. 5 IN A 192.0.2.1"],
    steps: ["rewrite EDNS option local set, which is not modelled"],
  },
  {
    why: "edns0 without the option to replace does nothing",
    corefile: "rewrite edns0 nsid replace revert",
    ask: ["web.test.", "A"],
    behind: ["web.test. 5 IN A 192.0.2.1"],
    answer: ["web.test. 5 IN A 192.0.2.1"],
    steps: [],
  },
]);

test.each<{ why: string; type: string; before: string; after: string }>([
  { why: "MX", type: "MX", before: "10 mx.b.test.", after: "10 mx.a.test." },
  { why: "NS", type: "NS", before: "b.test.", after: "a.test." },
  { why: "PTR", type: "PTR", before: "b.test.", after: "a.test." },
  { why: "DNAME", type: "DNAME", before: "b.test.", after: "a.test." },
  {
    why: "SOA",
    type: "SOA",
    before: "ns.b.test. h.b.test. 1 2 3 4 5",
    after: "ns.a.test. h.b.test. 1 2 3 4 5",
  },
  {
    why: "NAPTR",
    type: "NAPTR",
    before: '100 10 "u" "sip" "" b.test.',
    after: '100 10 "u" "sip" "" a.test.',
  },
  { why: "no TXT", type: "TXT", before: '"b.test."', after: '"b.test."' },
])("answer auto turns back the name in $why", async ({ type, before, after }) => {
  const made = plugin(rewrite, "rewrite name a.test b.test");
  const said = replyOf({ answer: [`b.test. 5 IN ${type} ${before}`] });
  const reply = await made.serve(question("a.test.", type), contextOf(), async () => said);
  expect(reply.answer.map(printRR)).toEqual(
    records([`a.test. 5 IN ${type} ${after}`]).map(printRR),
  );
});

describe("the rules of a server block", () => {
  test.each<{ why: string; rules: string; asked: string; answer: string[] }>([
    {
      why: "end with the first that matches",
      rules: "rewrite name a.test b.test\nrewrite name b.test c.test",
      asked: "b.test. A",
      answer: ["a.test. 9 IN A 192.0.2.1"],
    },
    {
      why: "go on behind continue, and turn back in the other order",
      rules: "rewrite continue name a.test b.test\nrewrite continue name b.test c.test",
      asked: "c.test. A",
      answer: ["a.test. 9 IN A 192.0.2.1"],
    },
    {
      why: "are tried in the Corefile's order, other directives between them",
      rules: "rewrite continue type A AAAA\nlog\nrewrite type AAAA TXT\nrewrite type TXT A",
      asked: "a.test. TXT",
      answer: ["a.test. 9 IN A 192.0.2.1"],
    },
    {
      why: "end with an EDNS rule too, which matches every question",
      rules: "rewrite edns0 nsid set\nrewrite name a.test b.test",
      asked: "a.test. A",
      answer: ["a.test. 9 IN A 192.0.2.1"],
    },
    {
      why: "end with a cname rule too",
      rules: "rewrite cname x.test y.test\nrewrite name a.test b.test",
      asked: "a.test. A",
      answer: ["a.test. 9 IN A 192.0.2.1"],
    },
    {
      why: "apply reply rules behind one another, the last first",
      rules: "rewrite continue ttl a.test 10-20\nrewrite continue ttl a.test 30",
      asked: "a.test. A",
      answer: ["a.test. 20 IN A 192.0.2.1"],
    },
  ])("$why", async ({ rules, asked, answer }) => {
    const questions: string[] = [];
    const dns = mustBuild(`. {\n${rules}\nforward . 192.0.2.53\n}`);
    const exchange = contextOf({
      exchange: async (_address, { name, type }) => {
        questions.push(`${name} ${type}`);
        const said = replyOf({ answer: [`${name} 9 IN A 192.0.2.1`] });
        return { ...said, kind: "reply", cache: "miss", notes: [] };
      },
    });
    const reply = await dns.serve(question("a.test."), exchange);
    expect([questions, reply.answer.map(printRR)]).toEqual([[asked], answer]);
  });

  test.each<{ mode: string; rcode: string; unwritten: true | undefined }>([
    { mode: "stop", rcode: "NOERROR", unwritten: undefined },
    { mode: "continue", rcode: "SERVFAIL", unwritten: true },
  ])("with $mode and nobody who answers give $rcode", async ({ mode, rcode, unwritten }) => {
    const made = plugin(rewrite, `rewrite ${mode} rcode a.test SERVFAIL NOERROR`);
    const gaveUp = replyOf({ rcode: "SERVFAIL", more: { unwritten: true } });
    const reply = await made.serve(question("a.test."), contextOf(), async () => gaveUp);
    expect([reply.rcode, reply.unwritten]).toEqual([rcode, unwritten]);
  });
});

describe("rewrite refuses", () => {
  test.each<{ text: string; says: string }>([
    {
      text: "rewrite",
      says: "1: rewrite takes [continue|stop] and one of name, type, class, edns0, ttl, rcode, cname: received nothing",
    },
    { text: "rewrite stop", says: "received nothing" },
    { text: "rewrite maybe name a.test b.test", says: "received maybe" },
    {
      text: "rewrite name a.test",
      says: "1: rewrite name takes [exact|prefix|suffix|substring|regex] FROM TO [answer auto|name|value ...]: received a.test",
    },
    {
      text: "rewrite name fuzzy a.test b.test",
      says: "name matches by exact, prefix, suffix, substring, regex: received fuzzy",
    },
    {
      text: "rewrite name a.test b.test c.test",
      says: "name matches by exact, prefix, suffix, substring, regex: received a.test",
    },
    {
      text: "rewrite name exact a.test b.test c.test",
      says: "name takes answer rules behind FROM and TO: received c.test",
    },
    { text: "rewrite name exact a.test *.b.test", says: "*.b.test. is no regular expression" },
    { text: "rewrite name regex (a b", says: "(a is no regular expression" },
    { text: "rewrite name regex (a) {1}.{2}", says: "{1}.{2} uses 2 groups: (a) has 1" },
    {
      text: "rewrite name regex a b answer",
      says: "answer takes auto, name or value: received nothing",
    },
    {
      text: "rewrite name regex a b answer ttl 5",
      says: "answer takes auto, name or value: received ttl",
    },
    {
      text: "rewrite name regex a b answer name c",
      says: "answer name takes FROM and TO: received c",
    },
    {
      text: "rewrite name regex a b answer value c {1}",
      says: "answer value: {1} uses 1 groups: c has 0",
    },
    {
      text: "rewrite name regex a b answer auto name c d",
      says: "answer auto and answer name exclude each other: received both",
    },
    {
      text: "rewrite stop {\n answer name a b\n name regex b a\n}",
      says: "takes answer rules only behind a name rule: received answer",
    },
    {
      text: "rewrite name a.test b.test {\n answer auto\n}",
      says: "takes its rule on one line or in a block: received both",
    },
    {
      text: "rewrite {\n name {\n a b\n }\n}",
      says: "takes no block inside of its block: received one behind name",
    },
    { text: "rewrite type A", says: "type takes FROM and TO: received A" },
    { text: "rewrite type ANY WV", says: "type takes a type such as A: received WV" },
    { text: "rewrite class IN IN IN", says: "class takes FROM and TO: received IN IN IN" },
    { text: "rewrite class XY IN", says: "class takes a class such as IN: received XY" },
    {
      text: "rewrite ttl a.test",
      says: "ttl takes [exact|prefix|suffix|substring|regex] NAME and a TTL: received a.test",
    },
    {
      text: "rewrite ttl a.test soon",
      says: "ttl takes seconds, or a range MIN-MAX of them: received soon",
    },
    { text: "rewrite ttl a.test -", says: "received -" },
    { text: "rewrite ttl a.test 20-10", says: "received 20-10" },
    { text: "rewrite ttl regex [a 5", says: "[a is no regular expression" },
    {
      text: "rewrite rcode a.test 2",
      says: "rcode takes [exact|prefix|suffix|substring|regex] NAME and two rcodes: received a.test 2",
    },
    {
      text: "rewrite rcode fuzzy a.test 2 3",
      says: "rcode matches by exact, prefix, suffix, substring, regex: received fuzzy",
    },
    {
      text: "rewrite rcode a.test SERVFAIL nothing",
      says: "rcode takes rcodes such as SERVFAIL or numbers up to 23: received nothing",
    },
    { text: "rewrite rcode a.test 24 0", says: "received 24" },
    {
      text: "rewrite cname a.test",
      says: "cname takes [exact|prefix|suffix|substring|regex] FROM TO: received a.test",
    },
    {
      text: "rewrite cname fuzzy a.test b.test",
      says: "cname matches by exact, prefix, suffix, substring, regex: received fuzzy",
    },
    { text: "rewrite cname regex (a b", says: "(a is no regular expression" },
    { text: "rewrite edns0 local", says: "edns0 takes an option and an action: received local" },
    {
      text: "rewrite edns0 local foo 1 a",
      says: "edns0 has the actions set, append, replace, unset: received foo",
    },
    {
      text: "rewrite edns0 cookie set",
      says: "edns0 knows local, nsid and subnet: received cookie",
    },
    {
      text: "rewrite edns0 local set 1",
      says: "edns0 local set takes CODE DATA [revert]: received 1",
    },
    {
      text: "rewrite edns0 local set 1 a back",
      says: "edns0 local set takes CODE DATA [revert]: received 1 a back",
    },
    { text: "rewrite edns0 local unset", says: "edns0 local unset takes CODE: received nothing" },
    {
      text: "rewrite edns0 local set 65536 a",
      says: "edns0 local takes a code up to 65535: received 65536",
    },
    {
      text: "rewrite edns0 local set 0xffee 0xabcdefg",
      says: "edns0 local takes pairs of hex digits behind 0x: received 0xabcdefg",
    },
    { text: "rewrite edns0 local set 1 {dummy}", says: "or a label of metadata: received {dummy}" },
    { text: "rewrite edns0 nsid set junk", says: "edns0 nsid set takes [revert]: received junk" },
    {
      text: "rewrite edns0 subnet set 33 56",
      says: "edns0 subnet takes up to 32 bits for IPv4: received 33",
    },
    {
      text: "rewrite edns0 subnet set 24 -56",
      says: "edns0 subnet takes up to 128 bits for IPv6: received -56",
    },
  ])("$text", ({ text, says }) => {
    expect(built(rewrite, text)).toContain(says);
  });

  test("none of what the man page lists", () => {
    for (const text of [
      "rewrite continue name web.example.org web.shop.svc.cluster.local",
      "rewrite STOP Name Exact a.test b.test answer auto answer value b a",
      "rewrite class CH IN",
      "rewrite edns0 local set 0xffee abcd",
      "rewrite edns0 local append 65518 {client_ip} revert",
      "rewrite edns0 local set 0xffee {some-plugin/some-label}",
      "rewrite edns0 local unset 0xffee",
      "rewrite edns0 nsid set",
      "rewrite edns0 nsid unset",
      "rewrite edns0 subnet set 24 56",
      "rewrite edns0 subnet unset",
    ]) {
      expect(built(rewrite, text)).toMatchObject({ name: "rewrite" });
    }
  });

  test("a wrong rule at its own line, where others are right", () => {
    expect(() => mustBuild(". {\nrewrite type A AAAA\nlog\nrewrite type A\n}")).toThrow(
      /^line 4: /,
    );
  });
});

test("rewrite never throws, and what it asks and answers has names", async () => {
  const word = fc.oneof(
    fc.constantFrom(
      "stop",
      "continue",
      "name",
      "ttl",
      "cname",
      "rcode",
      "regex",
      "prefix",
      "suffix",
    ),
    fc.constantFrom(
      "substring",
      "answer",
      "auto",
      "value",
      "test",
      "{1}.{2}",
      "(.*)",
      ".",
      "b.test.",
      "5-9",
    ),
    fc.string({ maxLength: 8 }).map((text) => text.replace(/[\s"#{}]/g, "x") || "x"),
  );
  const said = replyOf({ answer: ["a.test. 5 IN CNAME b.test.", "b.test. 5 IN A 192.0.2.1"] });
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 2, maxLength: 8 }), async (words) => {
      const made = built(rewrite, `rewrite ${words.join(" ")}`);
      if (typeof made === "string") return;
      const asked: string[] = [];
      const next = async (inner: { name: string }): Promise<Reply> => {
        asked.push(inner.name);
        return said;
      };
      const context = contextOf({ resolve: next });
      const reply = await made.serve(question("a.test."), context, next);
      const names = [...asked, ...reply.answer.map((rr) => rr.name)];
      expect(names.every((one) => parseName(one).ok)).toBe(true);
    }),
  );
});
