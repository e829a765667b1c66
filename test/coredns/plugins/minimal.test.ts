import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minimal } from "../../../src/coredns/plugins/minimal.ts";
import { printRR } from "../../../src/dns/records.ts";
import { built, contextOf, mustBuild, plugin, question, replyOf, upstreams } from "../scene.ts";

const A = "example.org. 30 IN A 192.0.2.1";
const NS = "example.org. 30 IN NS ns.example.org.";
const GLUE = "ns.example.org. 30 IN A 192.0.2.53";
const SOA = "example.org. 30 IN SOA ns.example.org. root.example.org. 1 2 3 4 5";
const CNAME = "www.example.org. 30 IN CNAME nowhere.example.org.";

type Said = Parameters<typeof replyOf>[0];

async function through(said: Said, type = "A", name = "example.org.") {
  const made = plugin(minimal, "minimal");
  return made.serve(question(name, type), contextOf(), async () => replyOf(said));
}

describe("minimal", () => {
  test.each<{ why: string; said: Said; type?: string; name?: string; left: string[] }>([
    {
      why: "an answer loses authority and additional records",
      said: { answer: [A], authority: [NS], additional: [GLUE] },
      left: [A],
    },
    {
      why: "an answer that has nothing else stays as it is",
      said: { answer: [A] },
      left: [A],
    },
    {
      why: "NODATA keeps its SOA",
      said: { authority: [SOA], additional: [GLUE] },
      left: [SOA, GLUE],
    },
    {
      why: "NXDOMAIN keeps its SOA",
      said: { rcode: "NXDOMAIN", authority: [SOA] },
      left: [SOA],
    },
    {
      why: "a CNAME that leads to nothing is an answer, and loses the SOA that says so",
      said: { answer: [CNAME], authority: [SOA] },
      name: "www.example.org.",
      left: [CNAME],
    },
    {
      why: "a delegation keeps nameservers and glue",
      said: { authority: [NS], additional: [GLUE] },
      left: [NS, GLUE],
    },
    {
      why: "SERVFAIL keeps what it has",
      said: { rcode: "SERVFAIL", authority: [NS] },
      left: [NS],
    },
    {
      why: "REFUSED keeps what it has",
      said: { rcode: "REFUSED", additional: [GLUE] },
      left: [GLUE],
    },
    {
      why: "a zone transfer keeps what it has",
      said: { answer: [SOA, A, SOA], additional: [GLUE] },
      type: "AXFR",
      left: [SOA, A, SOA, GLUE],
    },
    {
      why: "a reply that no plugin wrote passes",
      said: { answer: [A], authority: [NS], more: { unwritten: true } },
      left: [A, NS],
    },
  ])("$why", async ({ said, type, name, left }) => {
    const reply = await through(said, type, name);
    const sections = [reply.answer, reply.authority, reply.additional];
    expect(sections.flat().map(printRR)).toEqual(left);
    expect(reply.rcode).toBe(said.rcode ?? "NOERROR");
  });

  test("says how many records it left out, and nothing where there were none", async () => {
    const cut = await through({ answer: [A], authority: [NS], additional: [GLUE] });
    expect(cut.steps.map(({ plugin, did }) => `${plugin} ${did}`)).toEqual([
      "minimal left out 2 of authority and additional records",
      "behind answered",
    ]);
    expect((await through({ answer: [A] })).steps).toHaveLength(1);
  });

  test("an Extended DNS Error stays", async () => {
    const ede = [{ code: 3, text: "stale" }];
    const reply = await through({ answer: [A], authority: [NS], more: { ede } });
    expect(reply.ede).toEqual(ede);
  });

  test("the manual page's example minimizes what forward brings", async () => {
    const corefile = "example.org {\n whoami\n forward . 8.8.8.8\n minimal\n}";
    const { exchange } = upstreams({ "8.8.8.8": [A] });
    const context = contextOf({ exchange });
    const reply = await mustBuild(corefile).serve(question("example.org."), context);
    expect(reply.answer.map(printRR)).toEqual([A]);
  });

  test.each<{ text: string; says: string }>([
    { text: "minimal yes", says: "1: minimal takes no arguments: received yes" },
    { text: "minimal {\n on\n}", says: "2: minimal has no option on" },
  ])("refuses $text", ({ text, says }) => {
    expect(built(minimal, text)).toContain(says);
  });

  test("never touches the answer", () => {
    const some = fc.subarray([A, NS, GLUE, SOA, CNAME]);
    const rcodes = fc.constantFrom("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "RCODE42");
    return fc.assert(
      fc.asyncProperty(rcodes, some, some, some, async (rcode, answer, authority, additional) => {
        const reply = await through({ rcode, answer, authority, additional });
        expect(reply.answer.map(printRR)).toEqual(answer);
        expect(reply.authority.length).toBeOneOf([0, authority.length]);
      }),
    );
  });
});
