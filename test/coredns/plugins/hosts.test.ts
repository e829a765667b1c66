import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../../src/coredns/plugin.ts";
import { hosts } from "../../../src/coredns/plugins/hosts.ts";
import { printRR } from "../../../src/dns/records.ts";
import { built, contextOf, plugin, question, replyOf } from "../scene.ts";
import { testPlugin } from "../testPlugin.ts";

/** The files of ConfigMap `coredns`. */
function files(data: Record<string, string>): object[] {
  return [{ kind: "ConfigMap", metadata: { namespace: "kube-system", name: "coredns" }, data }];
}

const EXAMPLE = files({
  "example.hosts": [
    "# The following lines are desirable for IPv4 capable hosts",
    "127.0.0.1       localhost",
    "192.168.1.10    example.com            example # and an alias",
    "",
    "::1                     localhost ip6-localhost ip6-loopback",
    "fdfc:a744:27b5:3b0e::1  example.com example",
    "192.0.2.1 example.org www.Example.ORG",
    "192.0.2.2 example.org",
    "192.0.2.3 other.test",
  ].join("\n"),
  NodeHosts: "192.0.2.20 node1\r\n192.0.2.21 node2\r\n",
});

const BEHIND = [
  'example.org. 60 IN TXT "behind"',
  "new.example.org. 60 IN A 192.0.2.99",
  "other.test. 60 IN A 192.0.2.98",
  "1.2.0.192.in-addr.arpa. 60 IN PTR behind.test.",
  "9.9.9.9.in-addr.arpa. 60 IN PTR nine.test.",
];

testPlugin({ plugins: [["hosts", hosts]], corefile: "hosts example.hosts", cluster: EXAMPLE }, [
  {
    why: "answers from the file with a TTL of an hour",
    ask: ["example.com.", "A"],
    answer: ["example.com. 3600 IN A 192.168.1.10"],
    reply: { authoritative: true, source: "hosts" },
    steps: ["hosts example.com. has 192.168.1.10"],
  },
  {
    why: "answers for an alias",
    ask: ["example.", "AAAA"],
    answer: ["example. 3600 IN AAAA fdfc:a744:27b5:3b0e::1"],
  },
  {
    why: "gives every address of a name in the order of the lines",
    ask: ["example.org.", "A"],
    answer: ["example.org. 3600 IN A 192.0.2.1", "example.org. 3600 IN A 192.0.2.2"],
  },
  {
    why: "writes the owner in lower case, whatever the question's",
    ask: ["WWW.example.org.", "A"],
    answer: ["www.example.org. 3600 IN A 192.0.2.1"],
  },
  {
    why: "has NODATA without SOA for the other family",
    ask: ["example.org.", "AAAA"],
    reply: { authoritative: true },
    steps: ["hosts example.org. has no AAAA"],
  },
  { why: "has NODATA without SOA for other types", ask: ["example.org.", "MX"] },
  {
    why: "is SERVFAIL for an unknown name without fallthrough, which no cache keeps",
    ask: ["new.example.org.", "A"],
    behind: BEHIND,
    rcode: "SERVFAIL",
    reply: { unwritten: true },
    steps: ["hosts no entry for new.example.org., and no fallthrough"],
  },
  {
    why: "is SERVFAIL for an unknown name of another type too",
    ask: ["new.example.org.", "TXT"],
    behind: BEHIND,
    rcode: "SERVFAIL",
  },
  {
    why: "answers PTR with every name of the address",
    ask: ["1.2.0.192.in-addr.arpa.", "PTR"],
    behind: BEHIND,
    answer: [
      "1.2.0.192.in-addr.arpa. 3600 IN PTR example.org.",
      "1.2.0.192.in-addr.arpa. 3600 IN PTR www.example.org.",
    ],
    steps: ["hosts 192.0.2.1 is example.org., www.example.org."],
  },
  {
    why: "answers PTR of an IPv6 address",
    ask: ["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", "PTR"],
    answer: ["localhost.", "ip6-localhost.", "ip6-loopback."].map(
      (name) =>
        `1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa. 3600 IN PTR ${name}`,
    ),
  },
  {
    why: "always lets a PTR go on that has no name",
    ask: ["9.9.9.9.in-addr.arpa.", "PTR"],
    behind: BEHIND,
    answer: ["9.9.9.9.in-addr.arpa. 60 IN PTR nine.test."],
    steps: ["hosts no name for 9.9.9.9"],
  },
  {
    why: "lets a PTR go on that is no address",
    ask: ["example.org.", "PTR"],
    behind: BEHIND,
    steps: ["hosts no name for example.org."],
  },
  {
    why: "serves only its zones, and reverse names in any zone",
    corefile: "hosts example.hosts example.org example.net {\n fallthrough\n}",
    ask: ["other.test.", "A"],
    behind: BEHIND,
    answer: ["other.test. 60 IN A 192.0.2.98"],
    steps: [],
  },
  {
    why: "has no PTR of names outside its zones",
    corefile: "hosts example.hosts example.net",
    ask: ["1.2.0.192.in-addr.arpa.", "PTR"],
    behind: BEHIND,
    answer: ["1.2.0.192.in-addr.arpa. 60 IN PTR behind.test."],
  },
  {
    why: "has a PTR of a name in its zone though the reverse zone is not listed",
    corefile: "hosts example.hosts example.org",
    ask: ["2.2.0.192.in-addr.arpa.", "PTR"],
    answer: ["2.2.0.192.in-addr.arpa. 3600 IN PTR example.org."],
  },
  {
    why: "lets an unknown name of its zones go on with fallthrough",
    corefile: "hosts example.hosts example.org example.net {\n fallthrough\n}",
    ask: ["new.example.org.", "A"],
    behind: BEHIND,
    answer: ["new.example.org. 60 IN A 192.0.2.99"],
    steps: ["hosts no entry for new.example.org.: fallthrough"],
  },
  {
    why: "keeps a known name of another type under fallthrough",
    corefile: "hosts example.hosts {\n fallthrough\n}",
    ask: ["example.org.", "TXT"],
    behind: BEHIND,
  },
  {
    why: "lets types go on that it cannot hold with fallthrough_unsupported",
    corefile: "hosts example.hosts {\n fallthrough\n fallthrough_unsupported\n}",
    ask: ["example.org.", "TXT"],
    behind: BEHIND,
    answer: ['example.org. 60 IN TXT "behind"'],
    steps: ["hosts a hosts file has no TXT: fallthrough"],
  },
  {
    why: "keeps NODATA of the other family under fallthrough_unsupported",
    corefile: "hosts example.hosts {\n fallthrough\n fallthrough_unsupported\n}",
    ask: ["other.test.", "AAAA"],
    behind: BEHIND,
  },
  {
    why: "lets unsupported types go on only in the zones of fallthrough",
    corefile: "hosts example.hosts {\n fallthrough example.com\n fallthrough_unsupported\n}",
    ask: ["example.org.", "TXT"],
    behind: BEHIND,
  },
  {
    why: "falls through only in the zones named",
    corefile: "hosts example.hosts {\n fallthrough in-addr.arpa ip6.arpa\n}",
    ask: ["new.example.org.", "A"],
    behind: BEHIND,
    rcode: "SERVFAIL",
  },
  {
    why: "adds the lines in the Corefile to the file's",
    corefile: "hosts example.hosts {\n 192.0.2.9 example.org\n fallthrough\n}",
    ask: ["example.org.", "A"],
    answer: [
      "example.org. 3600 IN A 192.0.2.1",
      "example.org. 3600 IN A 192.0.2.2",
      "example.org. 3600 IN A 192.0.2.9",
    ],
  },
  {
    why: "reads k3s's NodeHosts",
    corefile: "hosts /etc/coredns/NodeHosts {\n ttl 60\n reload 15s\n fallthrough\n}",
    ask: ["node2.", "A"],
    answer: ["node2. 60 IN A 192.0.2.21"],
  },
  {
    why: "goes on without a file that is not there, and says so",
    corefile: "hosts missing.hosts {\n 192.0.2.9 example.org\n}",
    ask: ["www.example.org.", "A"],
    rcode: "SERVFAIL",
    steps: [
      "hosts no entry for www.example.org. (there is no file missing.hosts), and no fallthrough",
    ],
  },
  {
    why: "answers from the Corefile where the file is not there",
    corefile: "hosts missing.hosts {\n 192.0.2.9 example.org\n}",
    ask: ["example.org.", "A"],
    answer: ["example.org. 3600 IN A 192.0.2.9"],
  },
]);

const INLINE = "hosts {\n 10.0.0.1 example.org\n fallthrough\n}";
const WILD =
  "hosts example.hosts example.com {\n 192.168.1.10 *.example.com\n 192.168.1.11 www.example.com\n fallthrough example.com\n}";

testPlugin({ plugins: [["hosts", hosts]], behind: BEHIND }, [
  {
    why: "a block's zones are the plugin's",
    block: "example.hosts example.org",
    corefile: INLINE,
    ask: ["example.org.", "A"],
    answer: ["example.org. 3600 IN A 10.0.0.1"],
  },
  {
    why: "lines for other zones are left out",
    block: "example.hosts",
    corefile: INLINE,
    ask: ["1.0.0.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
  },
  {
    why: "a wildcard stands for one label",
    corefile: WILD,
    ask: ["apps.example.com.", "A"],
    answer: ["apps.example.com. 3600 IN A 192.168.1.10"],
  },
  {
    why: "a name of its own comes before the wildcard",
    corefile: WILD,
    ask: ["www.example.com.", "A"],
    answer: ["www.example.com. 3600 IN A 192.168.1.11"],
  },
  {
    why: "a wildcard is not for its parent",
    corefile: WILD,
    ask: ["example.com.", "A"],
    rcode: "NXDOMAIN",
  },
  {
    why: "a wildcard is not for two labels",
    corefile: WILD,
    ask: ["deep.apps.example.com.", "A"],
    rcode: "NXDOMAIN",
  },
  {
    why: "a wildcard has no PTR",
    corefile: WILD,
    ask: ["10.1.168.192.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
  },
  { why: "a wildcard has NODATA too", corefile: WILD, ask: ["apps.example.com.", "AAAA"] },
  {
    why: "the manual page's example answers",
    corefile: "hosts {\n 192.0.2.10 *.example.org\n 192.0.2.11 www.example.org\n fallthrough\n}",
    ask: ["shop.example.org.", "A"],
    answer: ["shop.example.org. 3600 IN A 192.0.2.10"],
  },
  {
    why: "ttl changes the TTL, of PTR too",
    corefile: "hosts {\n 10.0.0.1 example.org\n ttl 30\n}",
    ask: ["1.0.0.10.in-addr.arpa.", "PTR"],
    answer: ["1.0.0.10.in-addr.arpa. 30 IN PTR example.org."],
  },
  {
    why: "no_reverse makes no PTR",
    corefile: "hosts {\n no_reverse\n 192.0.2.1 example.org\n}",
    ask: ["1.2.0.192.in-addr.arpa.", "PTR"],
    answer: ["1.2.0.192.in-addr.arpa. 60 IN PTR behind.test."],
  },
  {
    why: "what stands behind no_reverse is a line of its own",
    corefile: "hosts {\n no_reverse 10.0.0.1 example.org\n}",
    ask: ["example.org.", "A"],
    answer: ["example.org. 3600 IN A 10.0.0.1"],
  },
  {
    why: "an IPv4-mapped address is an IPv4 address",
    corefile: "hosts {\n ::ffff:10.0.0.1 example.org\n}",
    ask: ["example.org.", "A"],
    answer: ["example.org. 3600 IN A 10.0.0.1"],
  },
  {
    why: "the zone of an address is left out",
    corefile: "hosts {\n fe80::1%eth0 example.org\n}",
    ask: ["example.org.", "AAAA"],
    answer: ["example.org. 3600 IN AAAA fe80::1"],
  },
  {
    why: "what is no address or no name is left out",
    corefile: "hosts {\n 10.0.0.300 a.test\n nonsense\n 10.0.0.1 a..b a.test\n}",
    ask: ["a.test.", "A"],
    answer: ["a.test. 3600 IN A 10.0.0.1"],
  },
]);

describe("hosts without a file", () => {
  const node: Environment["node"] = {
    name: "node1",
    labels: {},
    internalIPs: [],
    podCIDRs: [],
    ready: true,
    hosts: "192.0.2.7 db.example.org db\n",
  };
  const behind = async () => replyOf({ rcode: "NXDOMAIN" });

  test.each(["hosts", "hosts /etc/hosts"])("reads the node's: %s", async (text) => {
    const reply = await plugin(hosts, text, { node }).serve(
      question("db.example.org."),
      contextOf(),
      behind,
    );
    expect(reply.answer.map(printRR)).toEqual(["db.example.org. 3600 IN A 192.0.2.7"]);
  });

  test("has nothing where the node's is not known", async () => {
    const reply = await plugin(hosts, "hosts").serve(question("db."), contextOf(), behind);
    expect(reply.steps).toEqual([{ plugin: "hosts", did: "no entry for db., and no fallthrough" }]);
  });
});

describe("hosts refuses", () => {
  test.each<{ text: string; says: string }>([
    {
      text: "hosts {\n ttl\n}",
      says: "2: ttl takes seconds from 1 to 65535: received none",
    },
    { text: "hosts {\n\n ttl 0\n}", says: "3: ttl takes seconds from 1 to 65535: received 0" },
    { text: "hosts {\n ttl 65536\n}", says: "received 65536" },
    { text: "hosts {\n ttl 5m\n}", says: "received 5m" },
    {
      text: "hosts {\n reload\n}",
      says: "2: reload takes a duration such as 5s, 0s for never: received none",
    },
    { text: "hosts {\n reload 5\n}", says: "received 5" },
    { text: "hosts {\n reload -5s\n}", says: "received -5s" },
    { text: "hosts {\n reload 5s 6s\n}", says: "received 5s 6s" },
    {
      text: "hosts {\n fallthrough\n 192.0.2.1 late.test\n}",
      says: "3: hosts has no option 192.0.2.1 behind fallthrough: known are fallthrough_unsupported, no_reverse, reload, ttl; entries stand in front of it",
    },
    {
      text: "hosts {\n fallthrough_unsupported\n}",
      says: "2: fallthrough_unsupported requires fallthrough: received it alone",
    },
    {
      text: "hosts {\n fallthrough\n fallthrough_unsupported a.test\n}",
      says: "3: fallthrough_unsupported takes no arguments: received a.test",
    },
  ])("$text", ({ text, says }) => {
    expect(built(hosts, text)).toContain(says);
  });
});

test("no file makes hosts throw or answer with another owner", async () => {
  const field = fc.oneof(
    fc.constantFrom(
      "192.0.2.1",
      "::1",
      "a.test",
      "*.test",
      "*",
      "#",
      "\\",
      "a..b",
      "%",
      "\n",
      "\t",
    ),
    fc.string({ maxLength: 8 }),
  );
  const text = fc.array(field, { maxLength: 30 }).map((fields) => fields.join(" "));
  const names = fc.constantFrom("a.test.", "*.test.", "test.", ".", "1.2.0.192.in-addr.arpa.");
  const types = fc.constantFrom("A", "AAAA", "PTR", "TXT");
  await fc.assert(
    fc.asyncProperty(text, names, types, async (file, qname, type) => {
      const node = {
        name: "n",
        labels: {},
        internalIPs: [],
        podCIDRs: [],
        ready: true,
        hosts: file,
      };
      const reply = await plugin(hosts, "hosts", { node }).serve(
        question(qname, type),
        contextOf(),
        async () => replyOf({}),
      );
      for (const rr of reply.answer) expect([rr.name, rr.type]).toEqual([qname, type]);
      expect(reply.steps.length).toBeGreaterThan(0);
    }),
  );
});
