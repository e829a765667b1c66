import { describe, expect, test } from "vitest";
import { type Directive, parseCorefile, printKey } from "../../src/coredns/corefile.ts";

/** A Corefile as its blocks print: keys, then each directive, a level deeper for each brace. */
function outline(text: string, files: Record<string, string> = {}): string[] {
  const parsed = parseCorefile(text, new Map(Object.entries(files)));
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.message}`);
  return parsed.value.flatMap((block) => [
    block.keys.map(printKey).join(" "),
    ...lines(block.directives, "  "),
  ]);
}

function lines(directives: readonly Directive[], indent: string): string[] {
  return directives.flatMap(({ name, args, block }) => [
    indent + [name, ...args].join(" "),
    ...lines(block, `${indent}  `),
  ]);
}

describe("parseCorefile()", () => {
  test.each<{ why: string; text: string; files?: Record<string, string>; is: string[] }>([
    {
      why: "several keys stand on one line, with commas or without",
      text: "example.org, example.com example.net:1053 {\n whoami\n}\na.test b.test\n{\n}",
      is: [
        "dns://example.org.:53 dns://example.com.:53 dns://example.net.:1053",
        "  whoami",
        "dns://a.test.:53 dns://b.test.:53",
      ],
    },
    {
      why: "a comma at the end of a line goes on with keys on the next",
      text: "example.org,\nexample.com {\n log\n}",
      is: ["dns://example.org.:53 dns://example.com.:53", "  log"],
    },
    {
      why: "each scheme has its port, and zones are in lower case",
      text: "dns://A.test tls://. https://b.test grpc://c.test:5553 quic://d.test {\n}",
      is: [
        "dns://a.test.:53 tls://.:853 https://b.test.:443 grpc://c.test.:5553 quic://d.test.:853",
      ],
    },
    {
      why: "a CIDR block is its reverse zone",
      text: "10.0.0.0/24 2001:db8::/32 10.0.0.0/8:5300 {\n}",
      is: [
        "dns://0.0.10.in-addr.arpa.:53 dns://8.b.d.0.1.0.0.2.ip6.arpa.:53 dns://10.in-addr.arpa.:5300",
      ],
    },
    {
      why: "a CIDR block between two octets is several reverse zones",
      text: "10.1.5.0/22 fd00::/6 {\n}",
      is: [
        "dns://4.1.10.in-addr.arpa.:53 dns://5.1.10.in-addr.arpa.:53 dns://6.1.10.in-addr.arpa.:53 " +
          "dns://7.1.10.in-addr.arpa.:53 dns://c.f.ip6.arpa.:53 dns://d.f.ip6.arpa.:53 " +
          "dns://e.f.ip6.arpa.:53 dns://f.f.ip6.arpa.:53",
      ],
    },
    {
      why: "a single block needs no braces",
      text: "example.org\nlog\nforward . 192.0.2.53 {\n  policy sequential\n}\ncache 30\n",
      is: [
        "dns://example.org.:53",
        "  log",
        "  forward . 192.0.2.53",
        "    policy sequential",
        "  cache 30",
      ],
    },
    {
      why: "quotes hold white space and lines together, and only a quote is escaped in them",
      text: '. {\n log . "{remote} \\"{name}\\" \\d\nsecond"\n errors ""\n}',
      is: ["dns://.:53", '  log . {remote} "{name}" \\d\nsecond', "  errors "],
    },
    {
      why: "a comment goes from # to the end of the line, behind a word too",
      text: "# one\n. { # two\n cache 30# three\n # log\n log\n}",
      is: ["dns://.:53", "  cache 30", "  log"],
    },
    {
      why: "environment variables are empty",
      text: ".:53 {\n forward . {$UPSTREAM}192.0.2.53 {%OTHER%} {$}\n}",
      is: ["dns://.:53", "  forward . 192.0.2.53  {$}"],
    },
    {
      why: "a snippet stands where it is imported, in blocks and in directives",
      text: "(common) {\n errors\n log\n}\n(quick) {\n max_fails 1\n}\n. {\n cache 30\n import common\n forward . 192.0.2.53 {\n  import quick\n  policy random\n }\n}",
      is: [
        "dns://.:53",
        "  cache 30",
        "  errors",
        "  log",
        "  forward . 192.0.2.53",
        "    max_fails 1",
        "    policy random",
      ],
    },
    {
      why: "files are imported in the order of their names, and an empty pattern is only a warning",
      text: ". {\n errors\n import custom/*.override\n import custom/*.nothing\n log\n}\nimport custom/*.server\n",
      files: {
        "custom/b.override": "cache 5",
        "/etc/coredns/custom/a.override": "loop\n",
        "custom/extra.server": "example.org:53 {\n whoami\n}",
        "custom/deeper/c.override": "any",
      },
      is: [
        "dns://.:53",
        "  errors",
        "  loop",
        "  cache 5",
        "  log",
        "dns://example.org.:53",
        "  whoami",
      ],
    },
    {
      why: "an imported file imports from its own folder",
      text: ". {\n import custom/one\n}",
      files: { "custom/one": "import two\nlog", "custom/two": "errors", two: "any" },
      is: ["dns://.:53", "  errors", "  log"],
    },
    {
      why: "keys may be imported",
      text: "(zones) {\n a.test b.test\n}\nimport zones\n{\n log\n}",
      is: ["dns://a.test.:53 dns://b.test.:53", "  log"],
    },
    {
      why: "a block may have nothing in it, and a Corefile may be empty",
      text: "\n\n. {\n}\n",
      is: ["dns://.:53"],
    },
    {
      why: "a byte order mark and carriage returns are not there",
      text: "\ufeff.:53 {\r\n  errors\r\n}\r\n",
      is: ["dns://.:53", "  errors"],
    },
    {
      why: "braces nest, and words may stand behind an opening one",
      text: ". {\n kubernetes cluster.local { pods insecure\n  fallthrough in-addr.arpa {\n   deeper 1\n  }\n }\n}",
      is: [
        "dns://.:53",
        "  kubernetes cluster.local",
        "    pods insecure",
        "    fallthrough in-addr.arpa",
        "      deeper 1",
      ],
    },
    {
      why: "blocks may share a zone on other ports, schemes and bound addresses, and with views",
      text: ".:53 {\n}\n.:5353 {\n}\ntls://.:53 {\n}\na.test {\n bind 192.0.2.1\n}\na.test {\n bind 192.0.2.2\n}\nb.test {\n view one {\n }\n}\nb.test {\n}",
      is: [
        "dns://.:53",
        "dns://.:5353",
        "tls://.:53",
        "dns://a.test.:53",
        "  bind 192.0.2.1",
        "dns://a.test.:53",
        "  bind 192.0.2.2",
        "dns://b.test.:53",
        "  view one",
        "dns://b.test.:53",
      ],
    },
  ])("$why", ({ text, files, is }) => {
    expect(outline(text, files)).toEqual(is);
  });

  test("each directive has its line, and its file where it was imported", () => {
    const text = "\n. {\n  errors\n  import more\n  cache {\n    success 1000\n  }\n}";
    const parsed = parseCorefile(text, new Map([["more", "\n\nlog"]]));
    expect(parsed).toMatchObject({
      ok: true,
      value: [
        {
          line: 2,
          directives: [
            { name: "errors", line: 3 },
            { name: "log", line: 3, file: "/etc/coredns/more" },
            { name: "cache", line: 5, block: [{ name: "success", line: 6 }] },
          ],
        },
      ],
    });
  });
});

describe("parseCorefile() refuses", () => {
  const doubling = Array.from({ length: 20 }, (_, n) => {
    return `(s${n + 1}) {\n import s${n}\n import s${n}\n}`;
  });
  test.each<{
    why: string;
    text: string;
    files?: Record<string, string>;
    line: number;
    says: string;
  }>([
    { why: "a block that is not closed", text: ". {\n  log\n", line: 2, says: "'}'" },
    {
      why: "a directive that is not closed",
      text: ". {\n cache {\n  success 1\n",
      line: 2,
      says: "'}' of cache is missing",
    },
    {
      why: "a brace on the line below its directive",
      text: ". {\n cache\n {\n }\n}",
      line: 3,
      says: "'{' must stand on the line of its directive, cache",
    },
    {
      why: "a closing brace behind a directive",
      text: ". { errors }",
      line: 1,
      says: "unexpected '}' behind errors",
    },
    {
      why: "words behind a closing brace",
      text: ". {\n cache {\n } log\n}",
      line: 3,
      says: "a new line must follow '}' of cache",
    },
    { why: "a comma before the block", text: "a.test, {\n}", line: 1, says: "another key" },
    { why: "a comma at the end", text: "a.test,", line: 1, says: "another key" },
    {
      why: "a zone that is no name",
      text: "\na..test {\n}",
      line: 2,
      says: "zone is not a valid domain name: received a..test",
    },
    {
      why: "a port that is none",
      text: "a.test:99999 {\n}",
      line: 1,
      says: "up to 65535: received a.test:99999",
    },
    {
      why: "a colon with nothing behind it",
      text: "a.test: {\n}",
      line: 1,
      says: "expecting data after last colon",
    },
    { why: "a block of too many bits", text: "10.0.0.0/40 {\n}", line: 1, says: "40 bits" },
    {
      why: "the same zone and port twice",
      text: ".:53 {\n}\n. {\n}",
      line: 3,
      says: "cannot serve dns://.:53 - it is already defined",
    },
    {
      why: "the same zone twice in one block",
      text: "a.test A.test. {\n}",
      line: 1,
      says: "cannot serve dns://a.test.:53 - it is already defined",
    },
    {
      why: "the same zone bound to the same address",
      text: "a.test {\n bind 192.0.2.1\n}\na.test {\n bind 192.0.2.1\n}",
      line: 4,
      says: "cannot serve dns://a.test.:53 on 192.0.2.1 - it is already defined",
    },
    {
      why: "a zone on all addresses beside one on some",
      text: "a.test {\n bind 192.0.2.1\n}\na.test {\n}",
      line: 4,
      says: "zone overlap listener capacity with dns://a.test.:53 on 192.0.2.1",
    },
    {
      why: "a snippet declared twice",
      text: "(a) {\n}\n(a) {\n}",
      line: 3,
      says: "snippet a is declared twice",
    },
    {
      why: "a snippet without a block",
      text: "(a)\nlog",
      line: 1,
      says: "snippet a has no { … } block",
    },
    {
      why: "a snippet that is not closed",
      text: "(a) {\n log\n",
      line: 2,
      says: "'}' of snippet a is missing",
    },
    {
      why: "an import of nothing",
      text: ". {\n import\n}",
      line: 2,
      says: "import takes the name",
    },
    {
      why: "an import of two things",
      text: ". {\n import a b\n}",
      line: 2,
      says: "received a and b",
    },
    {
      why: "a file that is not there",
      text: ". {\n import custom/one\n}",
      files: { two: "" },
      line: 2,
      says: "file to import not found: received custom/one; there is two",
    },
    {
      why: "a pattern with two wildcards",
      text: ". {\n import */*.override\n}",
      line: 2,
      says: "a pattern with one wildcard",
    },
    {
      why: "a snippet that imports itself",
      text: "(a) {\n import a\n}\n. {\n import a\n}",
      line: 2,
      says: "may be imported 1000 times",
    },
    {
      why: "two files that import each other",
      text: ". {\n import a\n}",
      files: { a: "import b", b: "import a" },
      line: 1,
      says: "may be imported 1000 times",
    },
    {
      why: "snippets that double and double",
      text: ["(s0) {\n log\n}", ...doubling, ". {\n import s20\n}"].join("\n"),
      line: 10,
      says: "may be imported 1000 times",
    },
    {
      why: "a snippet so long that its imports are endless",
      text: `(a) {\n${"log x\n".repeat(2000)}}\n. {\n${"import a\n".repeat(100)}}`,
      line: 2052,
      says: "200000 words",
    },
    {
      why: "braces without end",
      text: `. {\n${"a {\n".repeat(40)}${"}\n".repeat(41)}`,
      line: 34,
      says: "braces may stand 32 deep",
    },
  ])("$why", ({ text, files = {}, line, says }) => {
    const parsed = parseCorefile(text, new Map(Object.entries(files)));
    expect(parsed).toMatchObject({ ok: false, error: { line } });
    expect(parsed.ok ? "" : parsed.error.message).toContain(says);
  });

  test("an error in an imported file, by its name", () => {
    const files = new Map([["custom/a.override", "log\ncache\n{\n}"]]);
    expect(parseCorefile(". {\n import custom/*.override\n}", files)).toEqual({
      ok: false,
      error: {
        line: 3,
        message: "'{' must stand on the line of its directive, cache",
        file: "/etc/coredns/custom/a.override",
      },
    });
  });

  test("nothing by throwing, whatever the text", () => {
    const pieces = [
      "{",
      "}",
      "import",
      "(a)",
      "a",
      "\n",
      " ",
      '"',
      "#",
      ",",
      "{$X}",
      "\\",
      ".:53",
      "*",
    ];
    let seed = 1;
    for (let round = 0; round < 3000; round++) {
      let text = "";
      for (let length = 0; length < 20; length++) {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        text += pieces[seed % pieces.length] + (seed % 3 === 0 ? " " : "");
      }
      const parsed = parseCorefile(text, new Map([["a", text]]));
      if (!parsed.ok) expect(parsed.error.message).not.toBe("");
    }
  });
});
