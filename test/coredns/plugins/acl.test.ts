import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acl } from "../../../src/coredns/plugins/acl.ts";
import { built, contextOf, mustBuild, question, told, upstreams } from "../scene.ts";

const block = (...lines: string[]) => `. {\n${lines.join("\n")}\n forward . 192.0.2.53\n}`;
const BLOCK_16 = block("acl {", "block type A net 192.168.0.0/16", "}");
const FILTER_16 = block("acl {", "filter type A net 192.168.0.0/16", "}");
const EXCEPT_24 = block("acl {", "allow net 192.168.1.0/24", "block net 192.168.0.0/16", "}");
const ONLY_24 = block("acl {", "allow net 192.168.0.0/24 192.168.1.0/24", "block", "}");
const ZONE =
  "example.org {\n acl a.example.org {\n block net 192.168.1.0/24\n }\n forward . 192.0.2.53\n}";
const DROP = block("acl {", "drop net 192.0.2.0/24", "}");
const TWO = (first: string, second: string) => block("acl {", first, "}", "acl {", second, "}");

type Ends = "allowed" | "REFUSED" | "filtered" | "dropped";

interface Row {
  readonly why: string;
  readonly corefile: string;
  readonly from: string;
  readonly ask?: readonly [name: string, type: string];
  readonly ends: Ends;
  readonly step?: string;
}

async function askFrom({ corefile, from, ask = ["example.org.", "A"] }: Omit<Row, "why" | "ends">) {
  const { exchange } = upstreams({ "192.0.2.53": ["example.org. 30 IN A 192.0.2.1"] });
  const context = contextOf({ client: { address: from }, exchange });
  return mustBuild(corefile).serve(question(...ask), context);
}

const rows: Row[] = [
  {
    why: "the manual page's first example blocks A from a network",
    corefile: BLOCK_16,
    from: "192.168.3.4",
    ends: "REFUSED",
    step: "acl blocked 192.168.3.4 by block type A net 192.168.0.0/16: REFUSED",
  },
  {
    why: "another type from there is allowed",
    corefile: BLOCK_16,
    from: "192.168.3.4",
    ask: ["example.org.", "AAAA"],
    ends: "allowed",
    step: "acl allowed 192.168.3.4: no line fits",
  },
  {
    why: "another client is allowed",
    corefile: BLOCK_16,
    from: "192.169.3.4",
    ends: "allowed",
  },
  {
    why: "filter is an answer without records",
    corefile: FILTER_16,
    from: "192.168.3.4",
    ends: "filtered",
    step: "acl filtered 192.168.3.4 by filter type A net 192.168.0.0/16: NOERROR without records",
  },
  {
    why: "the first line that fits decides: an allow in front of a block",
    corefile: EXCEPT_24,
    from: "192.168.1.9",
    ends: "allowed",
    step: "acl allowed 192.168.1.9 by allow net 192.168.1.0/24",
  },
  {
    why: "who is not in the allowed network meets the block",
    corefile: EXCEPT_24,
    from: "192.168.2.9",
    ends: "REFUSED",
  },
  {
    why: "who is in neither network is allowed",
    corefile: EXCEPT_24,
    from: "10.244.2.5",
    ends: "allowed",
  },
  {
    why: "a bare block turns away all others",
    corefile: ONLY_24,
    from: "10.244.2.5",
    ends: "REFUSED",
    step: "acl blocked 10.244.2.5 by block: REFUSED",
  },
  {
    why: "the second network of an allow is allowed as well",
    corefile: ONLY_24,
    from: "192.168.1.1",
    ends: "allowed",
  },
  {
    why: "a bare block turns away IPv6 clients too",
    corefile: ONLY_24,
    from: "fd00::5",
    ends: "REFUSED",
  },
  {
    why: "zones limit a rule to the names in them",
    corefile: ZONE,
    from: "192.168.1.5",
    ask: ["x.A.example.org.", "A"],
    ends: "REFUSED",
  },
  {
    why: "a name outside the rule's zones is not looked at",
    corefile: ZONE,
    from: "192.168.1.5",
    ask: ["b.example.org.", "A"],
    ends: "allowed",
    step: "forward asked 192.0.2.53: NOERROR",
  },
  {
    why: "drop is no reply at all",
    corefile: DROP,
    from: "192.0.2.77",
    ends: "dropped",
    step: "acl dropped 192.0.2.77 by drop net 192.0.2.0/24: no reply",
  },
  { why: "drop lets the others through", corefile: DROP, from: "198.51.100.7", ends: "allowed" },
  {
    why: "an allow in the first acl ends the search in the second too",
    corefile: TWO("allow net 10.0.0.0/8", "block"),
    from: "10.244.2.5",
    ends: "allowed",
    step: "acl allowed 10.244.2.5 by allow net 10.0.0.0/8",
  },
  {
    why: "where no line of the first acl fits, the second is looked at",
    corefile: TWO("allow net 10.0.0.0/8", "block"),
    from: "192.0.2.5",
    ends: "REFUSED",
  },
  {
    why: "a single address is a block of its own",
    corefile: block("acl {", "block net 10.244.2.5", "}"),
    from: "10.244.2.5",
    ends: "REFUSED",
  },
  {
    why: "a single IPv6 address is compared by its value",
    corefile: block("acl {", "block net FD00:0::5", "}"),
    from: "fd00::5",
    ends: "REFUSED",
  },
  {
    why: "an IPv4 block says nothing of IPv6 clients",
    corefile: block("acl {", "block net 0.0.0.0/0", "}"),
    from: "fd00::5",
    ends: "allowed",
  },
  {
    why: "an asterisk is every client and every type, and hides what stands behind it",
    corefile: block("acl {", "BLOCK Type * nonsense NET * nonsense", "}"),
    from: "fd00::5",
    ask: ["example.org.", "HTTPS"],
    ends: "REFUSED",
  },
  {
    why: "several types and nets add up",
    corefile: block("acl {", "block type A type TXT AAAA net 192.0.2.1 net 10.0.0.0/8", "}"),
    from: "10.244.2.5",
    ask: ["example.org.", "AAAA"],
    ends: "REFUSED",
  },
  {
    why: "an interface behind the address is cut off",
    corefile: block("acl {", "allow net fe80::/10", "block", "}"),
    from: "fe80::1%eth0",
    ends: "allowed",
  },
  {
    why: "a client whose address cannot be read is blocked",
    corefile: block("acl {", "allow", "}"),
    from: "nobody",
    ends: "REFUSED",
    step: "acl blocked a client without an address: REFUSED",
  },
  {
    why: "an acl without lines allows",
    corefile: block("acl"),
    from: "10.244.2.5",
    ends: "allowed",
  },
];

const ENDS: Record<Ends, object> = {
  allowed: { rcode: "NOERROR", source: "forward" },
  REFUSED: { rcode: "REFUSED", source: "acl", ede: [{ code: 15, text: "" }], authority: [] },
  filtered: { rcode: "NOERROR", answer: [], authority: [], ede: [{ code: 17, text: "" }] },
  dropped: { dropped: true, unwritten: true, answer: [], source: "acl" },
};

describe("acl", () => {
  test.each(rows)("$why", async ({ ends, step, ...row }) => {
    const reply = await askFrom(row);
    expect(reply).toMatchObject(ENDS[ends]);
    if (ends !== "dropped") expect(reply).not.toHaveProperty("dropped");
    if (step) expect(told(reply.steps)[0]).toBe(step);
  });

  test("stands in front of the cache: a blocked client sees nothing of another's answer", async () => {
    const coredns = mustBuild(block("cache", "acl {", "block net 192.0.2.0/24", "}"));
    const { exchange } = upstreams({ "192.0.2.53": ["example.org. 30 IN A 192.0.2.1"] });
    const from = (address: string) =>
      coredns.serve(question("example.org."), contextOf({ client: { address }, exchange }));
    expect((await from("10.244.2.5")).rcode).toBe("NOERROR");
    expect((await from("192.0.2.5")).rcode).toBe("REFUSED");
  });

  test("a line with a thousand blocks is cut in the trace", async () => {
    const nets = Array.from({ length: 1000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`).join(" ");
    const corefile = block("acl {", `block net ${nets}`, "}");
    const reply = await askFrom({ corefile, from: "10.3.231.1" });
    expect(reply.rcode).toBe("REFUSED");
    expect(reply.steps[0]?.did.length).toBeLessThan(150);
  });

  test.each<{ lines: string; says: string }>([
    { lines: "deny", says: "2: acl has no action deny: known are allow, block, filter, drop" },
    {
      lines: "block A net 10.0.0.0/8",
      says: "2: block takes type QTYPE... and net SOURCE...: received A net 10.0.0.0/8",
    },
    {
      lines: "block type net 10.0.0.0/8",
      says: "2: type takes types in upper case, such as A, or",
    },
    { lines: "block type A net", says: "2: net takes addresses, CIDR blocks, or *: received none" },
    {
      lines: "allow\nblock type ABC",
      says: "3: type takes types in upper case, such as A, or *: received ABC",
    },
    {
      lines: "block type a",
      says: "2: type takes types in upper case, such as A, or *: received a",
    },
    { lines: "block type TYPE65", says: "received TYPE65" },
    {
      lines: "block net 192.168.0/16",
      says: "2: net takes addresses, CIDR blocks, or *: received 192.168.0/16",
    },
    { lines: "block net 192.168.0.0/33", says: "received 192.168.0.0/33" },
    { lines: "block net 192.168.0.0/", says: "received 192.168.0.0/" },
    { lines: "block net web.test", says: "received web.test" },
    { lines: "block {\n net 10.0.0.1\n}", says: "2: block takes no block: received net" },
  ])("refuses $lines", ({ lines, says }) => {
    expect(built(acl, `acl {\n${lines}\n}`)).toContain(says);
  });

  test("whatever the lines, a query is allowed, refused, filtered or dropped", () => {
    const action = fc.constantFrom("allow", "block", "filter", "drop");
    const types = fc.constantFrom("", "type A", "type *", "type AAAA TXT");
    const net = fc.constantFrom(
      "",
      "net *",
      "net 10.0.0.0/8",
      "net ::/0",
      "net 192.0.2.1 10.1.2.3",
    );
    const line = fc.tuple(action, types, net).map((words) => words.join(" "));
    const from = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    return fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), from, async (lines, address) => {
        const reply = await askFrom({ corefile: block("acl {", ...lines, "}"), from: address });
        expect(["NOERROR", "REFUSED", "SERVFAIL"]).toContain(reply.rcode);
        expect(reply.rcode === "SERVFAIL").toBe("dropped" in reply);
        expect(reply.steps.length).toBeGreaterThan(0);
      }),
    );
  });
});
