import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseZoneFile } from "../../../src/coredns/zonefile/parse.ts";
import { name } from "../../../src/dns/name.ts";
import { printRR } from "../../../src/dns/records.ts";

const FILES: Readonly<Record<string, string>> = {
  part: "in 7 A 192.0.2.7\n",
  loop: "$INCLUDE loop\n",
  bad: "\n\nx 5 A nowhere\n",
};

function read(text: string, origin = "example.org."): string[] | string {
  const read = parseZoneFile(text, name(origin), (path) => FILES[path]);
  return read.ok ? read.value.map(printRR) : `${read.error.line}: ${read.error.message}`;
}

describe("parseZoneFile()", () => {
  test.each<{ why: string; text: string; origin?: string; is: string[] }>([
    {
      why: "the module's example",
      text: `$TTL 1h
$ORIGIN example.org.
@    IN SOA ns hostmaster ( 2026082000 ; serial
                            2h 1h 14d 5m )
        NS  ns
ns      A   192.0.2.1
`,
      is: [
        "example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 2026082000 7200 3600 1209600 300",
        "example.org. 3600 IN NS ns.example.org.",
        "ns.example.org. 3600 IN A 192.0.2.1",
      ],
    },
    {
      why: "names with a final dot are absolute, all others relative, in rdata too",
      text: "a 5 CNAME b\nb.example.net. 5 MX 10 c.example.net.\nc 5 SRV 1 2 3 @",
      is: [
        "a.example.org. 5 IN CNAME b.example.org.",
        "b.example.net. 5 IN MX 10 c.example.net.",
        "c.example.org. 5 IN SRV 1 2 3 example.org.",
      ],
    },
    {
      why: "$ORIGIN may be relative, and the root may be the origin",
      text: "a 5 A 192.0.2.1\n$ORIGIN sub\na 5 A 192.0.2.2\n$ORIGIN .\na 5 NS b",
      is: [
        "a.example.org. 5 IN A 192.0.2.1",
        "a.sub.example.org. 5 IN A 192.0.2.2",
        "a. 5 IN NS b.",
      ],
    },
    {
      why: "TTL and class stand in either order, and both may be left out",
      text: "a 5 IN A 192.0.2.1\na IN 6 A 192.0.2.1\na A 192.0.2.1\na in a 192.0.2.1",
      is: [5, 6, 6, 6].map((ttl) => `a.example.org. ${ttl} IN A 192.0.2.1`),
    },
    {
      why: "$TTL decides over the last TTL that was written out",
      text: "$TTL 1m30s\na 5 A 192.0.2.1\na A 192.0.2.1",
      is: ["a.example.org. 5 IN A 192.0.2.1", "a.example.org. 90 IN A 192.0.2.1"],
    },
    {
      why: "behind a class a TTL may be missing altogether: it is 0",
      text: "a IN A 192.0.2.1",
      is: ["a.example.org. 0 IN A 192.0.2.1"],
    },
    {
      why: "quotes protect blanks, semicolons, parentheses and line ends",
      text: 'a 5 TXT "one; (two)" three \\"four\\"\nb 5 TXT "a\nb"\n',
      is: [
        'a.example.org. 5 IN TXT "one; (two)" "three" "\\"four\\""',
        'b.example.org. 5 IN TXT "a\\010b"',
      ],
    },
    {
      why: "an owner may be a type's or a class's name",
      text: "a 5 A 192.0.2.1\nin 5 A 192.0.2.2\nmx 5 A 192.0.2.3",
      is: ["a", "in", "mx"].map((owner, at) => `${owner}.example.org. 5 IN A 192.0.2.${at + 1}`),
    },
    {
      why: "escapes in names are kept",
      text: "a\\.b 5 CNAME c\\.\nx\\032y 5 A 192.0.2.1",
      is: [
        "a\\.b.example.org. 5 IN CNAME c\\..example.org.",
        "x\\032y.example.org. 5 IN A 192.0.2.1",
      ],
    },
    {
      why: "types without a form of their own are written in hexadecimal",
      text: "a 5 TYPE65280 \\# 2 ABCD\nb 5 NS \\# 3 016100",
      is: ["a.example.org. 5 IN TYPE65280 \\# 2 ABCD", "b.example.org. 5 IN NS a."],
    },
    {
      why: "$INCLUDE reads another file, whose origin and owner end with it",
      text: "a 5 A 192.0.2.1\n$INCLUDE part sub\n  A 192.0.2.2\n",
      is: [
        "a.example.org. 5 IN A 192.0.2.1",
        "in.sub.example.org. 7 IN A 192.0.2.7",
        "a.example.org. 5 IN A 192.0.2.2",
      ],
    },
    {
      why: "$GENERATE makes a record a number",
      text: "$TTL 5\n$GENERATE 1-5/2 host-\x24{0,3,d} A 192.0.2.$",
      is: [1, 3, 5].map((n) => `host-00${n}.example.org. 5 IN A 192.0.2.${n}`),
    },
    {
      why: "with offsets, and $$ for a dollar sign",
      text: '$TTL 5\n$GENERATE 9-10 \x24{1} TXT "$$\x24{16,0,x}"',
      is: ['10.example.org. 5 IN TXT "$19"', '11.example.org. 5 IN TXT "$1a"'],
    },
    {
      why: "blank lines, comments and Windows line ends do not matter",
      text: "\r\n; nothing\r\n   ; nothing\r\na 5 A 192.0.2.1 ; one\r\n",
      is: ["a.example.org. 5 IN A 192.0.2.1"],
    },
    { why: "an empty text has no records", text: "", is: [] },
  ])("$why", ({ text, origin, is }) => {
    expect(read(text, origin)).toEqual(is);
  });

  test.each<{ text: string; says: string }>([
    { text: "\n A 192.0.2.1", says: "2: the first record has no owner" },
    { text: "a A 192.0.2.1", says: "1: no record before has a TTL" },
    { text: "a 5", says: "1: the record has no type" },
    { text: "a 5 IN", says: "1: the record has no type" },
    {
      text: "a soon A 192.0.2.1",
      says: "1: expected a TTL, a class or a record type: received soon",
    },
    { text: "a 5 5 A 192.0.2.1", says: "1: expected a TTL, a class or a record type: received 5" },
    { text: "a 5 CH TXT x", says: "1: only class IN is served: received CH" },
    { text: "a 5 A 192.0.2.300", says: "1: A: takes one IPv4 address: received 192.0.2.300" },
    { text: "a..b 5 A 192.0.2.1", says: "1: a..b: label 2 is empty" },
    { text: "a 5 MX 10 b..c", says: "1: b..c: label 2 is empty" },
    { text: "a 5 SOA (\n b c 1", says: "1: a parenthesis is not closed" },
    { text: "\na 5 A 192.0.2.1 )", says: "2: a closing parenthesis has no opening one" },
    { text: 'a 5 TXT "x\n\n', says: "1: a quotation mark is not closed" },
    { text: "$TTL", says: "1: $TTL takes one time: received nothing" },
    { text: "$TTL soon", says: "1: $TTL takes one time: received soon" },
    { text: "$ORIGIN a b", says: "1: $ORIGIN takes one name: received a b" },
    { text: "$INCLUDE nothing", says: "1: $INCLUDE names no file: received nothing" },
    { text: "$INCLUDE bad", says: "1: bad line 3: A: takes one IPv4 address: received nowhere" },
    {
      text: `$GENERATE 0-65534 $ 5 TXT ${'"x" '.repeat(200)}`,
      says: "1: $INCLUDE and $GENERATE make at most 8388608 characters",
    },
    { text: `${"x".repeat(100)} 5 A a`, says: `1: ${"x".repeat(80)}…: label 1 has 100 octets` },
    { text: "$INCLUDE loop", says: "$INCLUDE goes 7 files deep at most" },
    {
      text: "$GENERATE 5-1 a A 192.0.2.$",
      says: "1: $GENERATE takes a range of up to 65535 numbers: received 5-1",
    },
    {
      text: "$GENERATE 1-2 a\x24{x} 5 A b",
      says: "1: bad modifier in $GENERATE: received \x24{x}",
    },
    { text: "$GENERATE 1-2 $GENERATE 1-2 a", says: "1: $GENERATE generates no directives" },
  ])("refuses $text", ({ text, says }) => {
    expect(read(text)).toContain(says);
  });

  test("reads any text, or says where it is wrong", () => {
    const word = fc.constantFrom(
      ...'@ a b. \\ " ( ) ; $TTL $ORIGIN $INCLUDE $GENERATE 1-9 $ \x24{1} IN CH A MX SOA TXT 5 1h \\# * \n \t'.split(
        " ",
      ),
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 40 }),
        fc.constantFrom(" ", "\n", ""),
        (parts, gap) => {
          const got = read(parts.join(gap));
          expect(typeof got === "string" ? got : read(got.join("\n"), ".")).toEqual(got);
        },
      ),
      { numRuns: 500 },
    );
  });
});
