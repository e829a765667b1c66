import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Context } from "../../../src/coredns/plugin.ts";
import { name } from "../../../src/dns/name.ts";
import { printRR } from "../../../src/dns/records.ts";
import { contextOf, coreDns, mustBuild, question, upstreams } from "../scene.ts";
import { records } from "../testPlugin.ts";

/** The zone of CoreDNS's manual page, and a name for every case of a lookup. */
const ZONE = `
$ORIGIN example.org.
@	3600 IN	SOA sns.dns.icann.org. noc.dns.icann.org. 2017042745 7200 3600 1209600 3600
	3600 IN NS a.iana-servers.net.
	3600 IN NS b.iana-servers.net.

www     IN A     127.0.0.1
        IN AAAA  ::1
alias   60 IN CNAME www
chain   60 IN CNAME alias
gone    60 IN CNAME nothing
away    60 IN CNAME web.example.net.
lost    60 IN CNAME nowhere.example.net.
self    60 IN CNAME self
apex    60 IN CNAME @
into-sub 60 IN CNAME a.sub
mx      60 IN MX 10 www
        60 IN MX 20 WWW
_sip._tcp 60 IN SRV 0 5 5060 www
svc     60 IN HTTPS 1 www alpn=h2
*.wild  60 IN A 192.0.2.9
        60 IN MX 10 www
*.alias-wild 60 IN CNAME www
deep.ent 60 IN A 192.0.2.10
*       60 IN TXT "anything"
b.*.e   60 IN A 192.0.2.11
sub     60 IN NS ns.sub
        60 IN NS ns.example.net.
        60 IN DS 1 8 2 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF
ns.sub  60 IN A 192.0.2.53
d       60 IN DNAME new
host.new 60 IN A 192.0.2.20
srv.new 60 IN SRV 0 5 80 www
round   60 IN DNAME round
MiXeD   60 IN TXT "case"
`;

const SOA =
  "example.org. 3600 IN SOA sns.dns.icann.org. noc.dns.icann.org. 2017042745 7200 3600 1209600 3600";
const NS = [
  "example.org. 3600 IN NS a.iana-servers.net.",
  "example.org. 3600 IN NS b.iana-servers.net.",
];
const WWW = ["www.example.org. 3600 IN A 127.0.0.1", "www.example.org. 3600 IN AAAA ::1"];

const SIGNED = `
$TTL 300
@ IN SOA ns hostmaster 7 1 1 1 60
  IN RRSIG SOA 8 2 300 20300101000000 20200101000000 1 signed.test. AAAA
  IN NS ns
  IN RRSIG NS 8 2 300 20300101000000 20200101000000 1 signed.test. AAAB
  IN NSEC a A NS SOA RRSIG NSEC
a IN A 192.0.2.1
  IN RRSIG A 8 3 300 20300101000000 20200101000000 1 signed.test. AAAC
  IN NSEC *.w A RRSIG NSEC
*.w IN A 192.0.2.2
  IN RRSIG A 8 2 300 20300101000000 20200101000000 1 signed.test. AAAD
  IN NSEC @ A RRSIG NSEC
`;

const RRSIG = "RRSIG %TYPE% 300 20300101000000 20200101000000 1 signed.test. %KEY%";
const rrsig = (owner: string, type: string, key: string) =>
  `${owner} 300 IN ${RRSIG.replace("%TYPE%", type).replace("%KEY%", key)}`;

const SHARED = `
@   3600 IN SOA sns.dns.icann.org. noc.dns.icann.org. 2017042745 7200 3600 1209600 3600
@   3600 IN NS a.iana-servers.net.
www 3600 IN A 127.0.0.1
`;

const FILES = {
  "db.example.org": ZONE,
  "db.shared": SHARED,
  "db.signed": SIGNED,
  "db.apex": "@ 60 IN SOA ns hostmaster 1 1 1 1 1\n@ 60 IN NS ns\n",
  "db.sub": "@ 60 IN SOA ns hostmaster 1 1 1 1 1\nwww 60 IN A 192.0.2.77\n",
};

interface Row {
  readonly why: string;
  readonly corefile?: string;
  readonly ask: readonly [name: string, type: string];
  readonly rcode?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  readonly aa?: boolean;
  readonly context?: Partial<Context>;
  readonly steps?: readonly string[];
}

const ALONE = "example.org {\n file db.example.org\n}";
const FORWARDING = `${ALONE}\n. {\n forward . 192.0.2.53\n}`;

async function ask({ corefile = ALONE, ask: [qname, type], context }: Row) {
  const { exchange } = upstreams({
    "192.0.2.53": ["web.example.net. 30 IN A 203.0.113.7"],
    "192.0.2.54": "NXDOMAIN",
    "192.0.2.55": "SERVFAIL",
  });
  const server = mustBuild(corefile, [], { beside: FILES });
  const reply = await server.serve(question(qname, type), contextOf({ exchange, ...context }));
  const print = (section: typeof reply.answer) => section.map(printRR);
  return {
    ...reply,
    answer: print(reply.answer),
    authority: print(reply.authority),
    additional: print(reply.additional),
  };
}

const print = (lines: readonly string[] = []) => records(lines).map(printRR);

describe("file", () => {
  test.each<Row>([
    {
      why: "the manual's zone: a name has its address, and the zone's nameservers in authority",
      ask: ["www.example.org.", "A"],
      answer: [WWW[0] as string],
      authority: NS,
      steps: ["file www.example.org. in example.org."],
    },
    {
      why: "the page's example: a name of the zone stands before what is outside",
      corefile: `example.org {
        file db.example.org {
            fallthrough
        }
        forward . 192.0.2.53
    }`,
      ask: ["www.example.org.", "A"],
      answer: [WWW[0] as string],
      authority: NS,
    },
    {
      why: "the manual's example: transfer stands beside it and changes nothing",
      corefile: `example.org {
        file db.example.org
        transfer {
            to * 10.240.1.1
        }
    }`,
      ask: ["www.example.org.", "A"],
      answer: [WWW[0] as string],
      authority: NS,
    },
    {
      why: "owners are answered in lower case, however the question or the file is spelled",
      ask: ["mixed.EXAMPLE.org.", "TXT"],
      answer: ['mixed.example.org. 60 IN TXT "case"'],
      authority: NS,
    },
    {
      why: "one file serves two zones: @ is the apex of each",
      corefile: ". {\n file db.shared example.org example.net\n}",
      ask: ["www.example.net.", "A"],
      answer: ["www.example.net. 3600 IN A 127.0.0.1"],
      authority: ["example.net. 3600 IN NS a.iana-servers.net."],
    },
    {
      why: "the zone may stand in the directive",
      corefile: ". {\n file db.example.org example.org\n}",
      ask: ["www.example.org.", "AAAA"],
      answer: [WWW[1] as string],
      authority: NS,
    },
    {
      why: "a CIDR block is its reverse zone",
      corefile: ". {\n file db.shared 10.0.0.0/8\n}",
      ask: ["10.in-addr.arpa.", "NS"],
      answer: ["10.in-addr.arpa. 3600 IN NS a.iana-servers.net."],
    },
    {
      why: "as the block's last plugin it refuses names outside its zones",
      corefile: ". {\n file db.example.org example.org\n}",
      ask: ["www.example.net.", "A"],
      rcode: "REFUSED",
      aa: false,
      steps: ["file the name lies in none of its zones"],
    },
    {
      why: "a next plugin is asked for names outside its zones",
      corefile: ". {\n file db.example.org example.org\n forward . 192.0.2.53\n}",
      ask: ["web.example.net.", "A"],
      answer: ["web.example.net. 30 IN A 203.0.113.7"],
      aa: false,
    },
    {
      why: "SOA at the apex",
      ask: ["example.org.", "SOA"],
      answer: [SOA],
      authority: NS,
    },
    { why: "NS at the apex", ask: ["example.org.", "NS"], answer: NS },
    {
      why: "SOA below the apex is NODATA",
      ask: ["www.example.org.", "SOA"],
      authority: [SOA],
    },
    {
      why: "NODATA, the SOA with its own TTL",
      ask: ["www.example.org.", "MX"],
      authority: [SOA],
      steps: ["file www.example.org. has no MX"],
    },
    {
      why: "the apex without records of its own is NODATA",
      ask: ["example.org.", "A"],
      authority: [SOA],
    },
    {
      why: "a zone of nothing but SOA and NS denies its own apex",
      corefile: "apex.test {\n file db.apex\n}",
      ask: ["apex.test.", "A"],
      rcode: "NXDOMAIN",
      authority: ["apex.test. 60 IN SOA ns.apex.test. hostmaster.apex.test. 1 1 1 1 1"],
    },
    {
      why: "no such name",
      ask: ["no.www.example.org.", "A"],
      rcode: "NXDOMAIN",
      authority: [SOA],
      steps: ["file no no.www.example.org. in example.org."],
    },
    { why: "ANY is NODATA", ask: ["www.example.org.", "ANY"], authority: [SOA] },
    {
      why: "a chain of CNAMEs in the zone is followed",
      ask: ["chain.example.org.", "A"],
      answer: [
        "chain.example.org. 60 IN CNAME alias.example.org.",
        "alias.example.org. 60 IN CNAME www.example.org.",
        WWW[0] as string,
      ],
      authority: NS,
    },
    {
      why: "a question for the CNAME is not followed",
      ask: ["alias.example.org.", "CNAME"],
      answer: ["alias.example.org. 60 IN CNAME www.example.org."],
      authority: NS,
    },
    {
      why: "an alias whose target lacks the type is the CNAME alone, as an answer",
      ask: ["alias.example.org.", "TXT"],
      answer: ["alias.example.org. 60 IN CNAME www.example.org."],
      authority: NS,
    },
    {
      why: "an alias asked for NS has its target asked of the server again",
      ask: ["alias.example.org.", "NS"],
      answer: ["alias.example.org. 60 IN CNAME www.example.org."],
      authority: [SOA],
    },
    {
      why: "an alias of a name below a zone cut is a referral behind the CNAME",
      ask: ["into-sub.example.org.", "A"],
      answer: ["into-sub.example.org. 60 IN CNAME a.sub.example.org."],
      authority: [
        "sub.example.org. 60 IN NS ns.sub.example.org.",
        "sub.example.org. 60 IN NS ns.example.net.",
      ],
      additional: ["ns.sub.example.org. 60 IN A 192.0.2.53"],
    },
    {
      why: "an alias of a name that a wildcard covers finds it by asking the server again",
      ask: ["gone.example.org.", "TXT"],
      answer: [
        "gone.example.org. 60 IN CNAME nothing.example.org.",
        'nothing.example.org. 60 IN TXT "anything"',
      ],
      authority: NS,
    },
    {
      why: "an alias that leaves the zone is asked of the whole server",
      corefile: FORWARDING,
      ask: ["away.example.org.", "A"],
      answer: [
        "away.example.org. 60 IN CNAME web.example.net.",
        "web.example.net. 30 IN A 203.0.113.7",
      ],
      authority: NS,
      steps: [
        "file away.example.org. is an alias of web.example.net.: NOERROR",
        "forward asked 192.0.2.53: NOERROR",
      ],
    },
    {
      why: "an alias of a name that does not exist elsewhere is NXDOMAIN with the zone's own SOA",
      corefile: FORWARDING.replace("192.0.2.53", "192.0.2.54"),
      ask: ["lost.example.org.", "A"],
      rcode: "NXDOMAIN",
      answer: ["lost.example.org. 60 IN CNAME nowhere.example.net."],
      authority: [SOA],
    },
    {
      why: "an alias whose target fails is SERVFAIL that shows the CNAME",
      corefile: FORWARDING.replace("192.0.2.53", "192.0.2.55"),
      ask: ["lost.example.org.", "A"],
      rcode: "SERVFAIL",
      answer: ["lost.example.org. 60 IN CNAME nowhere.example.net."],
      authority: NS,
    },
    {
      why: "an alias whose target nobody serves is left alone: REFUSED is no failure",
      ask: ["lost.example.org.", "A"],
      answer: ["lost.example.org. 60 IN CNAME nowhere.example.net."],
      authority: NS,
    },
    {
      why: "an alias of itself is repeated ten times",
      ask: ["self.example.org.", "A"],
      answer: Array(10).fill("self.example.org. 60 IN CNAME self.example.org."),
      authority: NS,
    },
    {
      why: "an alias of the apex finds its nameservers",
      ask: ["apex.example.org.", "NS"],
      answer: ["apex.example.org. 60 IN CNAME example.org.", ...NS],
      authority: NS,
    },
    {
      why: "the hosts of MX records are in additional, each once",
      ask: ["mx.example.org.", "MX"],
      answer: [
        "mx.example.org. 60 IN MX 10 www.example.org.",
        "mx.example.org. 60 IN MX 20 www.example.org.",
      ],
      authority: NS,
      additional: WWW,
    },
    {
      why: "and those of SRV records",
      ask: ["_sip._tcp.example.org.", "SRV"],
      answer: ["_sip._tcp.example.org. 60 IN SRV 0 5 5060 www.example.org."],
      authority: NS,
      additional: WWW,
    },
    {
      why: "and those of HTTPS records",
      ask: ["svc.example.org.", "HTTPS"],
      answer: ['svc.example.org. 60 IN HTTPS 1 www.example.org. alpn="h2"'],
      authority: NS,
      additional: WWW,
    },
    {
      why: "a wildcard takes the asked name, in lower case",
      ask: ["A.b.Wild.example.org.", "A"],
      answer: ["a.b.wild.example.org. 60 IN A 192.0.2.9"],
      authority: NS,
      steps: ["file a.b.wild.example.org., by *.wild.example.org., in example.org."],
    },
    {
      why: "a wildcard's MX has its host in additional",
      ask: ["x.wild.example.org.", "MX"],
      answer: ["x.wild.example.org. 60 IN MX 10 www.example.org."],
      authority: NS,
      additional: WWW,
    },
    {
      why: "a wildcard without the type is NODATA",
      ask: ["x.wild.example.org.", "TXT"],
      authority: [SOA],
    },
    {
      why: "a wildcard's CNAME is followed",
      ask: ["x.alias-wild.example.org.", "A"],
      answer: ["x.alias-wild.example.org. 60 IN CNAME www.example.org.", WWW[0] as string],
      authority: NS,
    },
    {
      why: "a wildcard does not reach below a name that exists",
      ask: ["x.www.example.org.", "TXT"],
      rcode: "NXDOMAIN",
      authority: [SOA],
    },
    {
      why: "nor below an empty non-terminal",
      ask: ["x.ent.example.org.", "TXT"],
      rcode: "NXDOMAIN",
      authority: [SOA],
    },
    {
      why: "but it hides the empty non-terminal beside it, as CoreDNS has it",
      ask: ["ent.example.org.", "TXT"],
      answer: ['ent.example.org. 60 IN TXT "anything"'],
      authority: NS,
    },
    {
      why: "an empty non-terminal without a wildcard beside it is NODATA",
      ask: ["new.example.org.", "A"],
      authority: [SOA],
    },
    {
      why: "a wildcard may be an empty non-terminal (RFC 4592 §4.9)",
      ask: ["something.e.example.org.", "A"],
      authority: [SOA],
    },
    {
      why: "the name of a wildcard can be asked for",
      ask: ["*.wild.example.org.", "A"],
      answer: ["*.wild.example.org. 60 IN A 192.0.2.9"],
      authority: NS,
    },
    {
      why: "a delegation is a referral with glue, and not authoritative",
      ask: ["www.sub.example.org.", "A"],
      authority: [
        "sub.example.org. 60 IN NS ns.sub.example.org.",
        "sub.example.org. 60 IN NS ns.example.net.",
      ],
      additional: ["ns.sub.example.org. 60 IN A 192.0.2.53"],
      aa: false,
      steps: ["file delegates sub.example.org."],
    },
    {
      why: "also for the delegated name's own NS",
      ask: ["sub.example.org.", "NS"],
      authority: [
        "sub.example.org. 60 IN NS ns.sub.example.org.",
        "sub.example.org. 60 IN NS ns.example.net.",
      ],
      additional: ["ns.sub.example.org. 60 IN A 192.0.2.53"],
      aa: false,
    },
    {
      why: "DS belongs to the parent",
      ask: ["sub.example.org.", "DS"],
      answer: [
        "sub.example.org. 60 IN DS 1 8 2 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF",
      ],
      authority: NS,
    },
    {
      why: "names below a DNAME are moved by a CNAME",
      ask: ["host.d.example.org.", "A"],
      answer: [
        "d.example.org. 60 IN DNAME new.example.org.",
        "host.d.example.org. 60 IN CNAME host.new.example.org.",
        "host.new.example.org. 60 IN A 192.0.2.20",
      ],
      authority: NS,
    },
    {
      why: "with the hosts of what they find in additional",
      ask: ["srv.d.example.org.", "SRV"],
      answer: [
        "d.example.org. 60 IN DNAME new.example.org.",
        "srv.d.example.org. 60 IN CNAME srv.new.example.org.",
        "srv.new.example.org. 60 IN SRV 0 5 80 www.example.org.",
      ],
      authority: NS,
      additional: WWW,
    },
    {
      why: "a question for the CNAME that a DNAME makes is not followed",
      ask: ["nope.d.example.org.", "CNAME"],
      answer: [
        "d.example.org. 60 IN DNAME new.example.org.",
        "nope.d.example.org. 60 IN CNAME nope.new.example.org.",
      ],
      authority: NS,
    },
    {
      why: "a DNAME's own name is not moved",
      ask: ["d.example.org.", "DNAME"],
      answer: ["d.example.org. 60 IN DNAME new.example.org."],
      authority: NS,
    },
    {
      why: "a DNAME of itself is SERVFAIL",
      ask: ["x.round.example.org.", "A"],
      rcode: "SERVFAIL",
      aa: false,
    },
    { why: "transfers are refused", ask: ["example.org.", "AXFR"], rcode: "REFUSED", aa: false },
    {
      why: "fallthrough sends NXDOMAIN on",
      corefile: "example.net {\n file db.shared {\n fallthrough\n }\n forward . 192.0.2.53\n}",
      ask: ["web.example.net.", "A"],
      answer: ["web.example.net. 30 IN A 203.0.113.7"],
      aa: false,
      steps: [
        "file no web.example.net. in example.net.: fallthrough",
        "forward asked 192.0.2.53: NOERROR",
      ],
    },
    {
      why: "NODATA stays where it is",
      corefile: "example.net {\n file db.shared {\n fallthrough\n }\n forward . 192.0.2.53\n}",
      ask: ["www.example.net.", "AAAA"],
      authority: [
        "example.net. 3600 IN SOA sns.dns.icann.org. noc.dns.icann.org. 2017042745 7200 3600 1209600 3600",
      ],
    },
    {
      why: "fallthrough may be for some zones only",
      corefile:
        "example.net {\n file db.shared {\n fallthrough in-addr.arpa\n }\n forward . 192.0.2.53\n}",
      ask: ["web.example.net.", "A"],
      rcode: "NXDOMAIN",
      authority: [
        "example.net. 3600 IN SOA sns.dns.icann.org. noc.dns.icann.org. 2017042745 7200 3600 1209600 3600",
      ],
    },
    {
      why: "of several files the longest zone answers, wherever it stands",
      corefile: ". {\n file db.example.org example.org\n file db.sub sub.example.org\n}",
      ask: ["www.sub.example.org.", "A"],
      answer: ["www.sub.example.org. 60 IN A 192.0.2.77"],
    },
    {
      why: "of two files for a zone the later one answers",
      corefile: ". {\n file db.example.org example.org\n file db.sub example.org\n}",
      ask: ["www.example.org.", "A"],
      answer: ["www.example.org. 60 IN A 192.0.2.77"],
    },
    {
      why: "the file may be named as it is mounted, and below root",
      corefile: "example.org {\n root /etc/coredns\n file ./db.example.org\n}",
      ask: ["www.example.org.", "A"],
      answer: [WWW[0] as string],
      authority: NS,
    },
    {
      why: "a missing file is waited for: SERVFAIL until it is there",
      corefile: "example.org {\n file /zones/db.missing\n}",
      ask: ["www.example.org.", "A"],
      rcode: "SERVFAIL",
      aa: false,
      steps: [
        `file example.org. is not loaded: open /zones/db.missing: no such file; there is ${Object.keys(FILES).join(", ")}`,
      ],
    },
    {
      why: "without DO there are no signatures",
      corefile: "signed.test {\n file db.signed\n}",
      ask: ["a.signed.test.", "A"],
      answer: ["a.signed.test. 300 IN A 192.0.2.1"],
      authority: ["signed.test. 300 IN NS ns.signed.test."],
    },
    {
      why: "with DO every RRset has its own",
      corefile: "signed.test {\n file db.signed\n}",
      context: { dnssecOk: true },
      ask: ["a.signed.test.", "A"],
      answer: ["a.signed.test. 300 IN A 192.0.2.1", rrsig("a.signed.test.", "A 8 3", "AAAC")],
      authority: [
        "signed.test. 300 IN NS ns.signed.test.",
        rrsig("signed.test.", "NS 8 2", "AAAB"),
      ],
    },
    {
      why: "with DO a denial has the NSEC that covers the name and the one that covers the wildcard",
      corefile: "signed.test {\n file db.signed\n}",
      context: { dnssecOk: true },
      ask: ["b.signed.test.", "A"],
      rcode: "NXDOMAIN",
      authority: [
        "signed.test. 300 IN SOA ns.signed.test. hostmaster.signed.test. 7 1 1 1 60",
        rrsig("signed.test.", "SOA 8 2", "AAAA"),
        "a.signed.test. 300 IN NSEC *.w.signed.test. A RRSIG NSEC",
        "signed.test. 300 IN NSEC a.signed.test. A NS SOA RRSIG NSEC",
      ],
    },
    {
      why: "with DO a wildcard's answer has the NSEC that covers the name",
      corefile: "signed.test {\n file db.signed\n}",
      context: { dnssecOk: true },
      ask: ["x.w.signed.test.", "A"],
      answer: ["x.w.signed.test. 300 IN A 192.0.2.2", rrsig("x.w.signed.test.", "A 8 2", "AAAD")],
      authority: [
        "signed.test. 300 IN NS ns.signed.test.",
        rrsig("signed.test.", "NS 8 2", "AAAB"),
        "*.w.signed.test. 300 IN NSEC signed.test. A RRSIG NSEC",
      ],
    },
  ])("$why", async (row) => {
    const reply = await ask(row);
    expect({
      rcode: reply.rcode,
      answer: reply.answer,
      authority: reply.authority,
      additional: reply.additional,
      aa: reply.authoritative,
    }).toEqual({
      rcode: row.rcode ?? "NOERROR",
      answer: print(row.answer),
      authority: print(row.authority),
      additional: print(row.additional),
      aa: row.aa ?? true,
    });
    if (row.steps) {
      expect(reply.steps.map(({ plugin, did }) => `${plugin} ${did}`)).toEqual(row.steps);
    }
  });

  test.each<{ corefile: string; says: string }>([
    { corefile: "a.test {\n file\n}", says: "2: file takes a file and its zones: received none" },
    {
      corefile: "a.test {\n file db.shared {\n transfer to *\n }\n}",
      says: "3: file has no option transfer: known are reload, reload_by_mtime, fallthrough",
    },
    {
      corefile: "a.test {\n file db.shared {\n no_reload\n }\n}",
      says: "3: file has no option no_reload",
    },
    {
      corefile: "a.test {\n file db.shared {\n reload\n }\n}",
      says: "3: reload takes one duration: received none",
    },
    {
      corefile: "a.test {\n file db.shared {\n reload soon\n }\n}",
      says: "3: reload takes one duration: received soon",
    },
    {
      corefile: "a.test {\n errors\n file db.missing {\n reload 0\n }\n}",
      says: "3: open db.missing: no such file; there is db.example.org, db.shared",
    },
    {
      corefile: "a.test {\n file db.shared\n file db.missing {\n reload 0\n }\n}",
      says: "3: open db.missing: no such file",
    },
    {
      corefile: "a.test {\n file broken\n}",
      says: "2: file broken line 2, for origin a.test.: A: takes one IPv4 address: received 127.0.0.300",
    },
    {
      corefile: "a.test {\n file nosoa\n}",
      says: "2: file nosoa: has no SOA record for origin a.test.",
    },
    {
      corefile: "a.test {\n file serial0\n}",
      says: "2: file serial0 has SOA serial 0, which is no change for a.test.",
    },
    {
      corefile: "a.test {\n file nsec3\n}",
      says: "2: file nsec3: zones with NSEC3 are not supported: received NSEC3PARAM at a.test.",
    },
  ])("refuses $corefile", ({ corefile, says }) => {
    const beside = {
      ...FILES,
      broken: "@ 60 IN SOA ns hostmaster 1 1 1 1 1\nwww 60 IN A 127.0.0.300\n",
      nosoa: "www 60 IN A 192.0.2.1\n",
      serial0: "@ 60 IN SOA ns hostmaster 0 1 1 1 1\n",
      nsec3: "@ 60 IN SOA ns hostmaster 1 1 1 1 1\n@ 60 IN NSEC3PARAM 1 0 0 -\n",
    };
    const built = coreDns(corefile, [], { beside });
    if (built.ok) throw new Error("expected an error");
    expect(`${built.error.line}: ${built.error.message}`).toContain(says);
  });

  test("answers every question in a well-formed way", async () => {
    const server = mustBuild(ALONE, [], { beside: FILES });
    const labels = ["www", "*", "d", "sub", "wild", "ent", "self", "round", "x", "new", "e"];
    const types = ["A", "NS", "CNAME", "SOA", "MX", "DS", "ANY", "DNAME", "SRV", "TYPE65280"];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...labels), { maxLength: 6 }),
        fc.constantFrom(...types),
        fc.boolean(),
        async (left, type, dnssecOk) => {
          const qname = name([...left, "example", "org"].join("."));
          const reply = await server.serve(
            { name: qname, type, class: 1 },
            contextOf({ dnssecOk }),
          );
          for (const rr of [...reply.answer, ...reply.authority, ...reply.additional]) {
            expect(print([printRR(rr)])).toEqual([printRR(rr)]);
          }
          expect(["NOERROR", "NXDOMAIN", "SERVFAIL"]).toContain(reply.rcode);
          expect(reply.answer.length).toBeLessThan(64);
          expect(reply.steps.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
