import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { any } from "../../../src/coredns/plugins/any.ts";
import { built, contextOf, mustBuild, plugin, question } from "../scene.ts";
import { ask, type Subject, testPlugin } from "../testPlugin.ts";

const SUBJECT: Subject = { plugins: [["any", any]], corefile: "any" };

testPlugin(SUBJECT, [
  {
    why: "ANY is answered with a HINFO record that names the RFC",
    ask: ["example.org.", "ANY"],
    answer: ['example.org. 8482 IN HINFO "ANY obsoleted" "See RFC 8482"'],
    steps: ["any answered ANY with HINFO alone (RFC 8482)"],
    reply: { authoritative: false, source: "any" },
  },
  {
    why: "a name that does not exist is answered too, in the question's spelling",
    behind: [],
    ask: ["No.Such.Name.Example.org.", "ANY"],
    answer: ['No.Such.Name.Example.org. 8482 IN HINFO "ANY obsoleted" "See RFC 8482"'],
  },
  {
    why: "another type goes on to the next plugin",
    behind: ["example.org. 30 IN A 192.0.2.1"],
    ask: ["example.org.", "A"],
    answer: ["example.org. 30 IN A 192.0.2.1"],
    steps: [],
  },
  {
    why: "HINFO itself goes on to the next plugin",
    behind: ["example.org. 30 IN A 192.0.2.1"],
    ask: ["example.org.", "HINFO"],
    steps: [],
  },
]);

describe("any", () => {
  test("the manual page's example answers ANY before whoami does", async () => {
    const coredns = mustBuild("example.org {\n whoami\n any\n}");
    const reply = await coredns.serve(question("example.org.", "ANY"), contextOf());
    expect(reply.answer.map(({ type, ttl }) => `${ttl} ${type}`)).toEqual(["8482 HINFO"]);
  });

  test.each<{ text: string; says: string }>([
    { text: "any example.org", says: "1: any takes no arguments: received example.org" },
    { text: "any {\n ttl 5\n}", says: "2: any has no option ttl" },
  ])("refuses $text", ({ text, says }) => {
    expect(built(any, text)).toContain(says);
  });

  test("any type and label gets one record or what is behind", () => {
    const made = plugin(any, "any");
    expect(made.name).toBe("any");
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom("ANY", "A", "TYPE65280", "AXFR"),
        fc.stringMatching(/^[a-z0-9]{1,20}$/),
        async (type, label) => {
          const reply = await ask({ ...SUBJECT, behind: [] }, `${label}.test.`, type);
          expect(reply.answer.length).toBe(type === "ANY" ? 1 : 0);
        },
      ),
    );
  });
});
