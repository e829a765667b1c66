import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { template } from "../../../src/coredns/plugins/template.ts";
import { printRR } from "../../../src/dns/records.ts";
import { built, contextOf, mustBuild, plugin, question, replyOf } from "../scene.ts";
import { testPlugin } from "../testPlugin.ts";

const BEHIND = ["www.example.com. 30 IN A 192.0.2.80", "web.example. 30 IN A 192.0.2.81"];

const IP = `template IN A example {
  match (^|[.])ip-(?P<a>[0-9]*)-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$
  answer "{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
  fallthrough
}
template IN PTR in-addr.arpa {
  match ^(?P<d>[0-9]*)[.](?P<c>[0-9]*)[.](?P<b>[0-9]*)[.](?P<a>[0-9]*)[.]in-addr[.]arpa[.]$
  answer "{{ .Name }} 60 IN PTR ip-{{ .Group.a }}-{{ .Group.b }}-{{ .Group.c }}-{{ .Group.d }}.example."
}`;
const INVALID = `template ANY ANY invalid {
  rcode NXDOMAIN
  authority "invalid. 60 {{ .Class }} SOA ns.invalid. hostmaster.invalid. (1 60 60 60 60)"
  ederror 21 "Blocked according to RFC2606"
}`;
const SEARCHED = `template IN ANY example.com.dc1.example.com {
  rcode NXDOMAIN
  authority "{{ .Zone }} 60 IN SOA ns.example.com hostmaster.example.com (1 60 60 60 60)"
}`;
const SEARCHED_BY_PATTERN = String.raw`template IN ANY example.com {
  match "example\.com\.(dc1\.example\.com\.)$"
  rcode NXDOMAIN
  authority "{{ index .Match 1 }} 60 IN SOA ns.{{ index .Match 1 }} hostmaster.{{ index .Match 1 }} (1 60 60 60 60)"
  fallthrough
}`;
const HEXADECIMAL = `template IN A example {
  match "^ip0a(?P<b>[a-f0-9]{2})(?P<c>[a-f0-9]{2})(?P<d>[a-f0-9]{2})[.]example[.]$"
  answer "{{ .Name }} 60 IN A 10.{{ parseInt .Group.b 16 8 }}.{{ parseInt .Group.c 16 8 }}.{{ parseInt .Group.d 16 8 }}"
  fallthrough
}`;
const SEVERAL = `template IN A example {
  match "^ip-(?P<a>10)-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]dc[.]example[.]$"
  match "^(?P<a>[0-9]*)[.](?P<b>[0-9]*)[.](?P<c>[0-9]*)[.](?P<d>[0-9]*)[.]ext[.]example[.]$"
  answer "{{ .Name }} 60 IN A {{ .Group.a}}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
  fallthrough
}`;
const TEN = "match ^ip-10-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$";
const NAMESERVERS = `authority  "example. 60 IN NS ns0.example."
  authority  "example. 60 IN NS ns1.example."
  additional "ns0.example. 60 IN A 203.0.113.8"
  additional "ns1.example. 60 IN A 198.51.100.8"`;
const ADDRESS_AND_MX = (more: string) => `template IN A example {
  ${TEN}
  answer "{{ .Name }} 60 IN A 10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
  ${more}
  fallthrough
}
template IN MX example {
  ${TEN}
  answer "{{ .Name }} 60 IN MX 10 {{ .Name }}"
  additional "{{ .Name }} 60 IN A 10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
  ${more}
  fallthrough
}`;
const ENGINEERING = String.raw`template IN SOA {
  match ^engineering\.coredns\.io\.$
  answer "{{ .Zone }} 3600 IN SOA ns1.{{ .Zone }} admin.{{ .Zone }} (1 60 120 86400 3600)"
  fallthrough
}
template IN SOA {
  authority "{{ .Zone }} 3600 IN SOA {$HOSTNAME}. engineering.coredns.io. (1 60 120 86400 3600)"
}`;
const MANUAL = `template IN A example.org {
  match ^ip-(?P<a>[0-9]+)-(?P<b>[0-9]+)-(?P<c>[0-9]+)-(?P<d>[0-9]+)[.]example[.]org[.]$
  answer "{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
  fallthrough
}`;
const ALIAS = `template IN ANY foogle.com {
  match "^foogle\\.com\\.$"
  answer "foogle.com 60 IN CNAME google.com"
}
template IN A google.com {
  answer "google.com 300 IN A 192.0.2.44"
}`;

testPlugin({ plugins: [["template", template]], behind: BEHIND }, [
  {
    why: "the manual page's example answers",
    corefile: MANUAL,
    ask: ["ip-10-244-0-4.example.org.", "A"],
    answer: ["ip-10-244-0-4.example.org. 60 IN A 10.244.0.4"],
  },
  {
    why: "everything is NXDOMAIN",
    corefile: "template ANY ANY {\n rcode NXDOMAIN\n}",
    ask: ["any.test.", "MX"],
    rcode: "NXDOMAIN",
    reply: { authoritative: true, source: "template" },
    steps: ["template NXDOMAIN, 0 answers"],
  },
  {
    why: ".invalid is NXDOMAIN with an SOA and an extended error",
    corefile: INVALID,
    ask: ["a.invalid.", "A"],
    rcode: "NXDOMAIN",
    authority: ["invalid. 60 IN SOA ns.invalid. hostmaster.invalid. 1 60 60 60 60"],
    reply: { ede: [{ code: 21, text: "Blocked according to RFC2606" }] },
  },
  {
    why: "other zones go to the next plugin",
    corefile: INVALID,
    ask: ["www.example.com.", "A"],
    answer: ["www.example.com. 30 IN A 192.0.2.80"],
    steps: [],
  },
  {
    why: "a name with the search domain twice is NXDOMAIN, by its zone",
    corefile: SEARCHED,
    ask: ["www.example.com.dc1.example.com.", "A"],
    rcode: "NXDOMAIN",
    authority: [
      "example.com.dc1.example.com. 60 IN SOA ns.example.com. hostmaster.example.com. 1 60 60 60 60",
    ],
  },
  {
    why: "the same by a pattern",
    corefile: SEARCHED_BY_PATTERN,
    ask: ["www.example.com.dc1.example.com.", "A"],
    rcode: "NXDOMAIN",
    authority: [
      "dc1.example.com. 60 IN SOA ns.dc1.example.com. hostmaster.dc1.example.com. 1 60 60 60 60",
    ],
    steps: [String.raw`template NXDOMAIN, 0 answers by match example\.com\.(dc1\.example\.com\.)$`],
  },
  {
    why: "a name that the pattern does not match falls through",
    corefile: SEARCHED_BY_PATTERN,
    ask: ["www.example.com.", "A"],
    answer: ["www.example.com. 30 IN A 192.0.2.80"],
    steps: ["template no match for www.example.com.: fallthrough"],
  },
  {
    why: "an address in the name is the answer",
    corefile: IP,
    ask: ["a.IP-10-96-0-10.example.", "A"],
    answer: ["a.ip-10-96-0-10.example. 60 IN A 10.96.0.10"],
  },
  {
    why: "a reverse name is turned round",
    corefile: IP,
    ask: ["10.0.96.10.in-addr.arpa.", "PTR"],
    answer: ["10.0.96.10.in-addr.arpa. 60 IN PTR ip-10-96-0-10.example."],
  },
  {
    why: "a name that no pattern matches is SERVFAIL without fallthrough",
    corefile: IP,
    ask: ["x.10.in-addr.arpa.", "PTR"],
    rcode: "SERVFAIL",
    reply: { unwritten: true },
    steps: ["template no match for x.10.in-addr.arpa., and no fallthrough"],
  },
  {
    why: "another type goes on, and is no matter of fallthrough",
    corefile: IP,
    ask: ["ip-10-96-0-10.example.", "AAAA"],
    rcode: "NXDOMAIN",
    steps: [],
  },
  {
    why: "hexadecimal groups are read by parseInt",
    corefile: HEXADECIMAL,
    ask: ["ip0a7b7b7b.example.", "A"],
    answer: ["ip0a7b7b7b.example. 60 IN A 10.123.123.123"],
  },
  {
    why: "the first of several patterns that matches",
    corefile: SEVERAL,
    ask: ["ip-10-1-2-3.dc.example.", "A"],
    answer: ["ip-10-1-2-3.dc.example. 60 IN A 10.1.2.3"],
  },
  {
    why: "the second of several patterns",
    corefile: SEVERAL,
    ask: ["192.0.2.9.ext.example.", "A"],
    answer: ["192.0.2.9.ext.example. 60 IN A 192.0.2.9"],
  },
  {
    why: "A of a name with an MX",
    corefile: ADDRESS_AND_MX(""),
    ask: ["ip-10-1-2-3.example.", "A"],
    answer: ["ip-10-1-2-3.example. 60 IN A 10.1.2.3"],
  },
  {
    why: "MX with its address in additional",
    corefile: ADDRESS_AND_MX(""),
    ask: ["ip-10-1-2-3.example.", "MX"],
    answer: ["ip-10-1-2-3.example. 60 IN MX 10 ip-10-1-2-3.example."],
    additional: ["ip-10-1-2-3.example. 60 IN A 10.1.2.3"],
  },
  {
    why: "nameservers in authority, their addresses behind others in additional",
    corefile: ADDRESS_AND_MX(NAMESERVERS),
    ask: ["ip-10-1-2-3.example.", "MX"],
    answer: ["ip-10-1-2-3.example. 60 IN MX 10 ip-10-1-2-3.example."],
    authority: ["example. 60 IN NS ns0.example.", "example. 60 IN NS ns1.example."],
    additional: [
      "ip-10-1-2-3.example. 60 IN A 10.1.2.3",
      "ns0.example. 60 IN A 203.0.113.8",
      "ns1.example. 60 IN A 198.51.100.8",
    ],
  },
  {
    why: "the apex has its SOA",
    block: "engineering.coredns.io.",
    corefile: ENGINEERING,
    ask: ["engineering.coredns.io.", "SOA"],
    answer: [
      "engineering.coredns.io. 3600 IN SOA ns1.engineering.coredns.io. admin.engineering.coredns.io. 1 60 120 86400 3600",
    ],
  },
  {
    why: "below the apex the second template answers, with an empty environment variable",
    block: "engineering.coredns.io.",
    corefile: ENGINEERING,
    ask: ["x.engineering.coredns.io.", "SOA"],
    authority: [
      "engineering.coredns.io. 3600 IN SOA . engineering.coredns.io. 1 60 120 86400 3600",
    ],
  },
  {
    why: "a CNAME is followed for A",
    corefile: ALIAS,
    ask: ["foogle.com.", "A"],
    answer: ["foogle.com. 60 IN CNAME google.com.", "google.com. 300 IN A 192.0.2.44"],
    steps: [
      String.raw`template NOERROR, 1 answer by match ^foogle\.com\.$`,
      "template NOERROR, 1 answer",
    ],
  },
  {
    why: "a CNAME is followed with the option upstream, which changes nothing any more",
    corefile: ALIAS.replace("match", "upstream 192.0.2.1\n match"),
    ask: ["foogle.com.", "A"],
    answer: ["foogle.com. 60 IN CNAME google.com.", "google.com. 300 IN A 192.0.2.44"],
  },
  {
    why: "a CNAME stands alone where its target has no such type",
    corefile: ALIAS,
    ask: ["foogle.com.", "AAAA"],
    answer: ["foogle.com. 60 IN CNAME google.com."],
  },
  {
    why: "a CNAME is not followed for other types",
    corefile: `${ALIAS}\ntemplate IN MX google.com {\n answer "google.com MX 1 mx.test"\n}`,
    ask: ["foogle.com.", "MX"],
    answer: ["foogle.com. 60 IN CNAME google.com."],
  },
  {
    why: "a CNAME to itself ends",
    corefile: `template IN A loop.test {\n answer "loop.test 60 CNAME loop.test" "loop.test 60 CNAME loop.test"\n}`,
    ask: ["loop.test.", "A"],
    answer: Array.from({ length: 34 }, () => "loop.test. 60 IN CNAME loop.test."),
  },
  {
    why: "a record without TTL has 3600",
    corefile: 'template IN TXT {\n answer "{{ .Name }} TXT {{ .Type }} \\"{{ .Remote }}\\""\n}',
    ask: ["a.test.", "TXT"],
    answer: ['a.test. 3600 IN TXT "TXT" "10.244.2.5"'],
  },
  {
    why: "the name is in lower case",
    corefile: 'template IN A {\n answer "{{ .Name }} A 192.0.2.1"\n}',
    ask: ["WEB.Example.", "A"],
    answer: ["web.example. 3600 IN A 192.0.2.1"],
  },
  {
    why: "several templates on a line are several records",
    corefile: 'template IN A {\n answer "a.test A 192.0.2.1" "a.test A 192.0.2.2"\n}',
    ask: ["a.test.", "A"],
    answer: ["a.test. 3600 IN A 192.0.2.1", "a.test. 3600 IN A 192.0.2.2"],
  },
  {
    why: "what is no record is SERVFAIL",
    corefile: 'template IN A {\n answer "{{ .Name }} A {{ .Group.none }}"\n}',
    ask: ["web.example.", "A"],
    rcode: "SERVFAIL",
    reply: { unwritten: true },
    steps: [
      "template answer {{ .Name }} A {{ .Group.none }}: not a record: web.example. A <no value>: A: takes one IPv4 address: received <no value>",
    ],
  },
  {
    why: "what cannot be executed is SERVFAIL",
    corefile: 'template IN A {\n authority "{{ .Nope }}"\n}',
    ask: ["web.example.", "A"],
    rcode: "SERVFAIL",
    steps: [
      "template authority {{ .Nope }}: can't evaluate field Nope in type *template.templateData",
    ],
  },
  {
    why: "an empty record is SERVFAIL",
    corefile: 'template IN A {\n answer "{{ if false }}x{{ end }}"\n}',
    ask: ["web.example.", "A"],
    rcode: "SERVFAIL",
  },
  {
    why: "the rcode SERVFAIL answers nothing at all",
    corefile: 'template IN A {\n rcode SERVFAIL\n authority "a.test NS b.test"\n}',
    ask: ["web.example.", "A"],
    rcode: "SERVFAIL",
    reply: { unwritten: true },
    steps: ["template SERVFAIL"],
  },
  {
    why: "a template without records is NODATA",
    corefile: "template IN AAAA",
    ask: ["web.example.", "AAAA"],
    reply: { authoritative: true },
  },
  {
    why: "a question for ANY gets the template's type",
    corefile: 'template IN A {\n answer "{{ .Name }} TXT {{ .Type }}"\n}',
    ask: ["web.example.", "ANY"],
    answer: ['web.example. 3600 IN TXT "A"'],
  },
  {
    why: "another class goes to the next plugin",
    corefile: "template CH A {\n rcode REFUSED\n}",
    ask: ["web.example.", "A"],
    answer: ["web.example. 30 IN A 192.0.2.81"],
  },
  {
    why: "fallthrough counts in the zones named",
    corefile: "template IN A {\n match ^never$\n rcode REFUSED\n fallthrough com\n}",
    ask: ["web.example.", "A"],
    rcode: "SERVFAIL",
  },
  {
    why: "the longest of several zones is .Zone",
    corefile: 'template IN TXT test a.test {\n answer "{{ .Name }} TXT {{ .Zone }}"\n}',
    ask: ["b.a.test.", "TXT"],
    answer: ['b.a.test. 3600 IN TXT "a.test."'],
  },
  {
    why: "what stands behind an rcode is a line of its own",
    corefile: "template IN A {\n rcode NXDOMAIN match ^never$\n fallthrough\n}",
    ask: ["web.example.", "A"],
    answer: ["web.example. 30 IN A 192.0.2.81"],
  },
  {
    why: ".Meta is empty without the metadata plugin",
    corefile:
      'template IN TXT {\n answer "a.test TXT x{{ .Meta `kubernetes/client-namespace` }}"\n}',
    ask: ["a.test.", "TXT"],
    answer: ['a.test. 3600 IN TXT "x"'],
  },
]);

test("template knows the client's pod where the block has metadata and kubernetes with pods verified", async () => {
  const server = mustBuild(`. {
  metadata
  kubernetes cluster.local {
    pods verified
  }
  template IN TXT {
    answer "a.test TXT {{ .Meta \`kubernetes/client-namespace\` }} {{ .Meta \`kubernetes/client-label/app\` }}"
  }
}`);
  const pod = {
    namespace: "shop",
    name: "web",
    labels: { app: "web" },
    podIPs: ["10.244.2.5"],
    phase: "Running",
    deleting: false,
    ready: true,
    hostNetwork: false,
    dnsPolicy: "ClusterFirst",
    setHostnameAsFQDN: false,
    hostAliases: [],
    namedPorts: {},
  };
  const query = contextOf({ client: { address: "10.244.2.5", pod } });
  const reply = await server.serve(question("a.test.", "TXT"), query);
  expect(reply.answer.map(printRR)).toEqual(['a.test. 3600 IN TXT "shop" "web"']);
});

describe("template refuses", () => {
  test.each<{ text: string; says: string }>([
    {
      text: "template",
      says: "1: template takes a class, a type and any number of zones: received none",
    },
    { text: "template IN", says: "received IN" },
    {
      text: "template in A",
      says: "1: template takes one of the classes IN, CS, CH, HS, NONE, ANY: received in",
    },
    {
      text: "template IN a",
      says: "1: template takes a record type in upper case such as A, or ANY: received a",
    },
    {
      text: "template IN A {\n match\n}",
      says: "2: match takes one or more regular expressions: received none",
    },
    {
      text: 'template IN A {\n match ok "(a"\n}',
      says: "2: match takes regular expressions as Go has them: received (a: missing closing ): `(a`",
    },
    {
      text: "template IN A {\n\n answer\n}",
      says: "3: answer takes one or more templates of records: received none",
    },
    {
      text: 'template IN A {\n answer "{{ upper .Name }} A 192.0.2.1"\n}',
      says: '2: answer takes Go templates of records: received {{ upper .Name }} A 192.0.2.1: function "upper" not defined',
    },
    {
      text: 'template IN A {\n additional "{{"\n}',
      says: "2: additional takes Go templates of records: received {{: unclosed action",
    },
    { text: 'template IN A {\n authority "{{ end }}"\n}', says: "unexpected {{end}}" },
    {
      text: "template IN A {\n rcode\n}",
      says: "2: rcode takes an rcode in upper case such as NXDOMAIN: received none",
    },
    { text: "template IN A {\n rcode nxdomain\n}", says: "received nxdomain" },
    { text: "template IN A {\n rcode 3\n}", says: "received 3" },
    { text: "template IN A {\n rcode RCODE42\n}", says: "received RCODE42" },
    {
      text: "template IN A {\n rcode NXDOMAIN REFUSED\n}",
      says: "2: template has no option REFUSED: known are match, answer, additional, authority, rcode, ederror, fallthrough, upstream",
    },
    {
      text: "template IN A {\n ederror\n}",
      says: "2: ederror takes a number up to 65535 and, if wanted, a reason in quotes: received none",
    },
    { text: "template IN A {\n ederror 65536\n}", says: "received 65536" },
    { text: "template IN A {\n ederror 21 not quoted\n}", says: "received 21 not quoted" },
    { text: "template IN A {\n ttl 30\n}", says: "2: template has no option ttl: known are match" },
  ])("$text", ({ text, says }) => {
    expect(built(template, text)).toContain(says);
  });

  test("nothing of what the man page lists", () => {
    const all =
      'template ANY ANY a.test b.test {\n match a b\n answer "a.test A 192.0.2.1"\n additional "a.test A 192.0.2.1"\n authority "a.test NS b.test"\n rcode NOTIMPL\n ederror 15\n fallthrough a.test\n upstream\n}';
    expect(built(template, all)).toMatchObject({ name: "template" });
  });
});

test("no template throws or writes a reply of another shape", async () => {
  const text = fc
    .array(
      fc.constantFrom(
        "{{ .Name }}",
        "{{ .Group.a }}",
        "A",
        "60",
        "IN",
        "192.0.2.1",
        "CNAME",
        "a.test",
        "(",
        ";",
        "$TTL 5",
        "{{ index .Match 1 }}",
        "{{ range 3 }}",
        "{{ end }}",
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(" "));
  const qname = fc.constantFrom("a.test.", "10.test.", ".");
  await fc.assert(
    fc.asyncProperty(text, qname, async (record, asked) => {
      const made = built(template, `template IN A {\n match (?P<a>[0-9]*)\n answer "${record}"\n}`);
      if (typeof made === "string") return;
      const resolve = async () => replyOf({});
      const reply = await made.serve(question(asked), contextOf({ resolve }), async () =>
        replyOf({}),
      );
      expect(["NOERROR", "SERVFAIL"]).toContain(reply.rcode);
      expect(reply.answer.length).toBe(reply.rcode === "NOERROR" ? 1 : 0);
      expect(reply.steps[0]?.plugin).toBe("template");
    }),
  );
});

test("a CNAME that leads back through the whole server ends", async () => {
  const made = plugin(template, 'template IN A {\n answer "{{ .Name }} CNAME {{ .Name }}"\n}');
  const resolve = async () => replyOf({ rcode: "SERVFAIL" });
  const reply = await made.serve(question("a.test."), contextOf({ resolve, depth: 8 }), async () =>
    replyOf({}),
  );
  expect(reply.answer.map(printRR)).toEqual(["a.test. 3600 IN CNAME a.test."]);
});
