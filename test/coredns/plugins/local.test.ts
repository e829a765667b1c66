import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { local } from "../../../src/coredns/plugins/local.ts";
import { printRR } from "../../../src/dns/records.ts";
import { built, contextOf, mustBuild, question } from "../scene.ts";
import { ask, type Subject, testPlugin } from "../testPlugin.ts";

const SUBJECT: Subject = { plugins: [["local", local]], corefile: "local" };
const soa = (owner: string) => [`${owner} 604800 IN SOA localhost. root.localhost. 1 0 0 0 604800`];
const OFF = "local {\n localhost_prefix off\n}";
const BEHIND = ["localhost.default.svc.cluster.local. 5 IN A 192.0.2.1"];

testPlugin(SUBJECT, [
  {
    why: "localhost is 127.0.0.1 for a week, without AA",
    ask: ["localhost.", "A"],
    answer: ["localhost. 604800 IN A 127.0.0.1"],
    steps: ["local zone localhost."],
    reply: { authoritative: false, source: "local" },
  },
  {
    why: "localhost is ::1",
    ask: ["LocalHost.", "AAAA"],
    answer: ["LocalHost. 604800 IN AAAA ::1"],
  },
  { why: "localhost has an SOA", ask: ["localhost.", "SOA"], answer: soa("localhost.") },
  {
    why: "localhost has itself as nameserver",
    ask: ["localhost.", "NS"],
    answer: ["localhost. 604800 IN NS localhost."],
  },
  {
    why: "localhost has no MX",
    ask: ["localhost.", "MX"],
    authority: soa("localhost."),
    steps: ["local zone localhost.; type MX not held: NODATA"],
  },
  {
    why: "a name below localhost is this host too",
    ask: ["app.localhost.", "A"],
    answer: ["app.localhost. 604800 IN A 127.0.0.1"],
    steps: ["local a name below localhost is this host"],
  },
  {
    why: "a name below localhost has the SOA at its own name, where there is no record",
    ask: ["App.Localhost.", "TXT"],
    authority: soa("App.Localhost."),
  },
  {
    why: "a search list's localhost does not leave the host",
    ask: ["localhost.default.svc.cluster.local.", "AAAA"],
    answer: ["localhost.default.svc.cluster.local. 604800 IN AAAA ::1"],
    steps: ["local localhost is this host"],
  },
  {
    why: "a search list's localhost of another type is NODATA",
    ask: ["localhost.example.org.", "NS"],
    authority: soa("localhost.example.org."),
  },
  {
    why: "localhost_prefix off lets a search list's localhost through",
    corefile: OFF,
    behind: BEHIND,
    ask: ["localhost.default.svc.cluster.local.", "A"],
    answer: BEHIND,
    steps: [],
  },
  {
    why: "localhost_prefix off keeps names below localhost",
    corefile: OFF,
    ask: ["a.localhost.", "A"],
    answer: ["a.localhost. 604800 IN A 127.0.0.1"],
  },
  {
    why: "the last localhost_prefix counts",
    corefile: "local {\n localhost_prefix off\n localhost_prefix on\n}",
    ask: ["localhost.test.", "A"],
    answer: ["localhost.test. 604800 IN A 127.0.0.1"],
  },
  {
    why: "a label that only begins with localhost is another name",
    behind: ["localhosts.test. 5 IN A 192.0.2.1"],
    ask: ["localhosts.test.", "A"],
    answer: ["localhosts.test. 5 IN A 192.0.2.1"],
  },
  {
    why: "127.0.0.1 is localhost",
    ask: ["1.0.0.127.in-addr.arpa.", "PTR"],
    answer: ["1.0.0.127.in-addr.arpa. 604800 IN PTR localhost."],
    steps: ["local 127.0.0.1 is localhost"],
  },
  {
    why: "127.0.0.1's name has no other type, says the zone's SOA",
    ask: ["1.0.0.127.IN-ADDR.arpa.", "A"],
    authority: soa("127.IN-ADDR.arpa."),
  },
  {
    why: "no other address of 127.0.0.0/8 has a name",
    ask: ["2.0.0.127.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: soa("127.in-addr.arpa."),
    steps: ["local nothing else is in 127.in-addr.arpa."],
  },
  {
    why: "the broadcast addresses have no names",
    ask: ["255.255.255.255.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: soa("255.in-addr.arpa."),
  },
  {
    why: "the apex of a reverse zone has no address",
    ask: ["0.in-addr.arpa.", "A"],
    authority: soa("0.in-addr.arpa."),
  },
  {
    why: "the apex of a reverse zone has a nameserver",
    ask: ["127.in-addr.arpa.", "NS"],
    answer: ["127.in-addr.arpa. 604800 IN NS localhost."],
  },
  {
    why: "ip6.arpa is not looked at",
    behind: [],
    ask: [`1.${"0.".repeat(31)}ip6.arpa.`, "PTR"],
    rcode: "NXDOMAIN",
    steps: [],
  },
]);

describe("local", () => {
  test("the manual page's example answers for localhost", async () => {
    const coredns = mustBuild(". {\n local\n}");
    const reply = await coredns.serve(question("localhost."), contextOf());
    expect(reply.answer.map(printRR)).toEqual(["localhost. 604800 IN A 127.0.0.1"]);
  });

  test.each<{ text: string; says: string }>([
    { text: "local host", says: "1: local takes no arguments: received host" },
    { text: "local {\n prefix on\n}", says: "2: local has no option prefix: known are localhost" },
    {
      text: "local {\n localhost_prefix\n}",
      says: "2: localhost_prefix takes on or off: received none",
    },
    {
      text: "local {\n localhost_prefix yes\n}",
      says: "2: localhost_prefix takes on or off: received yes",
    },
    {
      text: "local {\n localhost_prefix on off\n}",
      says: "2: localhost_prefix takes on or off: received on off",
    },
  ])("refuses $text", ({ text, says }) => {
    expect(built(local, text)).toContain(says);
  });

  test("a name of its own has records or the SOA, never both", () => {
    const label = fc.constantFrom("localhost", "a", "1", "0", "127", "255", "in-addr", "arpa");
    const qnames = fc.array(label, { minLength: 1, maxLength: 6 });
    const types = fc.constantFrom("A", "AAAA", "PTR", "SOA", "NS", "ANY", "TYPE65280");
    return fc.assert(
      fc.asyncProperty(qnames, types, async (parts, type) => {
        const reply = await ask({ ...SUBJECT, behind: [] }, `${parts.join(".")}.`, type);
        if (reply.source !== "local") return;
        expect(reply.answer.length + reply.authority.length).toBe(1);
        if (reply.rcode === "NXDOMAIN") expect(reply.answer).toEqual([]);
      }),
    );
  });
});
