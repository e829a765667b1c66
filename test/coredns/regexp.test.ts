import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type GoRegexp } from "../../src/coredns/regexp/regexp.ts";

function regexp(pattern: string): GoRegexp {
  const compiled = compile(pattern);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value;
}

/** What Go's `FindStringSubmatch` gave for the same pattern and text; null for no match, and for a group without part. */
const MATCHES: readonly {
  why: string;
  pattern: string;
  text: string;
  is: readonly (string | null)[] | null;
}[] = [
  { why: "finds a match anywhere", pattern: "b+", text: "abbc", is: ["bb"] },
  { why: "takes the leftmost match", pattern: "b|ab", text: "ab", is: ["ab"] },
  {
    why: "takes the first branch that matches, not the longest",
    pattern: "a|ab",
    text: "ab",
    is: ["a"],
  },
  { why: "matches nothing at all", pattern: "", text: "ab", is: [""] },
  { why: "says no", pattern: "^b", text: "ab", is: null },
  {
    why: "gives the groups in order",
    pattern: "^ip-(?P<a>[0-9]*)-(?<b>[0-9]*)[.]",
    text: "ip-10-96.example.",
    is: ["ip-10-96.", "10", "96"],
  },
  {
    why: "leaves a group undefined that took no part",
    pattern: "(a)|(b)",
    text: "b",
    is: ["b", null, "b"],
  },
  { why: "keeps a group's last turn", pattern: "(a|b)*", text: "aba", is: ["aba", "a"] },
  {
    why: "keeps a group that a later turn did not touch",
    pattern: "(?:(a)|b)*",
    text: "ab",
    is: ["ab", "a"],
  },
  { why: "leaves a loop over nothing", pattern: "(|a)*", text: "aa", is: ["", ""] },
  { why: "takes much", pattern: "(a+)(a*)", text: "aaa", is: ["aaa", "aaa", ""] },
  {
    why: "takes little with a ? behind",
    pattern: "(a+?)(a*)",
    text: "aaa",
    is: ["aaa", "a", "aa"],
  },
  { why: "takes little under (?U)", pattern: "(?U)(a+)(a*?)", text: "aaa", is: ["aaa", "a", "aa"] },
  {
    why: "counts",
    pattern: "(a{2})(a{1,2})(a{0,})",
    text: "aaaaaa",
    is: ["aaaaaa", "aa", "aa", "aa"],
  },
  { why: "counts to none", pattern: "xa{0}y", text: "xy", is: ["xy"] },
  { why: "takes {,2} as text", pattern: "a{,2}", text: "aaa{,2}", is: ["a{,2}"] },
  { why: "ends a text with $, not a line", pattern: "a$", text: "a\nb", is: null },
  { why: "ends a line with $ under (?m)", pattern: "(?m)a$", text: "a\nb", is: ["a"] },
  { why: "begins a line with ^ under (?m)", pattern: "(?m)^b", text: "a\nb", is: ["b"] },
  {
    why: "begins and ends a text with \\A and \\z",
    pattern: "(?m)\\Aa\\z",
    text: "a\nb",
    is: null,
  },
  { why: "takes no newline for .", pattern: "a.b", text: "a\nb", is: null },
  { why: "takes a newline for . under (?s)", pattern: "(?s)a.b", text: "a\nb", is: ["a\nb"] },
  { why: "takes a newline for what is not x", pattern: "a[^x]b", text: "a\nb", is: ["a\nb"] },
  { why: "folds case under (?i)", pattern: "(?i)wEb", text: "WeB", is: ["WeB"] },
  { why: "folds a class before it negates it", pattern: "(?i)[^a]+", text: "Ab", is: ["b"] },
  { why: "ends flags with their group", pattern: "(?i:a)b", text: "Ab AB", is: ["Ab"] },
  { why: "takes a flag back", pattern: "(?i)a(?-i)b", text: "AB Ab", is: ["Ab"] },
  { why: "folds the Kelvin sign to k", pattern: "(?i)K", text: "\u212a", is: ["\u212a"] },
  { why: "quotes between \\Q and \\E", pattern: "\\Qa.b\\E+", text: "axb a.bb", is: ["a.bb"] },
  { why: "quotes to the end without \\E", pattern: "\\Q(a", text: "(a", is: ["(a"] },
  { why: "knows Perl's classes", pattern: "\\d\\D\\s\\S\\w\\W", text: "1a x_-", is: ["1a x_-"] },
  { why: "knows POSIX classes", pattern: "[[:alpha:]][[:^alpha:]]", text: "1a1", is: ["a1"] },
  {
    why: "knows Unicode's classes",
    pattern: "\\p{Greek}\\PN\\pL\\p{^L}",
    text: "αxb1",
    is: ["αxb1"],
  },
  { why: "takes a ] that stands first as a character", pattern: "[]a]+", text: "a]b", is: ["a]"] },
  {
    why: "takes a - that is no range as a character",
    pattern: "[\\d-]+",
    text: "a1-2",
    is: ["1-2"],
  },
  { why: "reads escapes", pattern: "\\x61\\x{62}\\143\\t\\.", text: "abc\t.", is: ["abc\t."] },
  { why: "sees word boundaries of ASCII words", pattern: "\\bb\\B", text: "ab bc", is: ["b"] },
  {
    why: "counts a character beyond 16 bits as one",
    pattern: "^.(.)$",
    text: "😀é",
    is: ["😀é", "é"],
  },
];

describe("match()", () => {
  test.each(MATCHES)("$why: $pattern", ({ pattern, text, is }) => {
    const found = regexp(pattern).match(text);
    expect(found?.map((group) => group ?? null) ?? null).toEqual(is);
  });

  test("takes time by the text and the pattern alone", () => {
    const text = `${"a".repeat(1000)}!`;
    for (const pattern of ["(a*)*b", "(a|a?)+$b", "(?:a?){100}a{100}b", "(.*)(.*)(.*)(.*)(.*)x"]) {
      expect(regexp(pattern).match(text)).toBeUndefined();
    }
  }, 5000);

  test("is not done on endless texts", () => {
    expect(regexp("a").match("a".repeat(1_000_000))).toBeUndefined();
  });
});

test("groupNames has the groups by number, without a name undefined, twice the same allowed", () => {
  expect(regexp("(?P<a>x)(y)(?<a>z)").groupNames).toEqual([undefined, "a", undefined, "a"]);
});

describe("compile() refuses", () => {
  test.each([
    ["(a", "missing closing ): `(a`"],
    ["a)", "unexpected ): `a)`"],
    ["[a", "missing closing ]: `[a`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["a|+", "missing argument to repetition operator: `+`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["a{2}{3}", "invalid nested repetition operator: `{2}{3}`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["a{3,2}", "invalid repeat count: `{3,2}`"],
    ["(a{100}){100}", "invalid repeat count: `{100}`"],
    ["[z-a]", "invalid character class range: `z-a`"],
    ["[[:vowel:]]", "invalid character class range: `[:vowel:]`"],
    ["\\p{Klingon}", "invalid character class range: `\\p{Klingon}`"],
    ["a\\", "trailing backslash at end of expression: ``"],
    ["(a)\\1", "invalid escape sequence: `\\1`"],
    ["a\\Z", "invalid escape sequence: `\\Z`"],
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
    ["(?!a)", "invalid or unsupported Perl syntax: `(?!`"],
    ["(?<=a)", "invalid named capture: `(?<=a)`"],
    ["(?P<a-b>c)", "invalid named capture: `(?P<a-b>`"],
    ["a".repeat(10_001), "a regular expression has at most 10000 characters: received 10001"],
    ["(".repeat(1001) + ")".repeat(1001), "expression nests too deeply"],
    ["(?:a{100}|b){10}".repeat(10), "expression too large"],
  ])("%s", (pattern, says) => {
    const compiled = compile(pattern);
    expect(compiled.ok ? "compiled" : compiled.error).toContain(says);
  });
});

test("no pattern throws, and what matches is a piece of the text", () => {
  const piece = fc.constantFrom(
    ..."ab.*+?()[]{}|^$\\-:,1",
    "(?i)",
    "(?P<n>",
    "\\Q",
    "[[:alpha:]]",
    "{1,3}",
    "\\pL",
  );
  const pattern = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(pattern, fc.string({ maxLength: 20 }), (source, text) => {
      const compiled = compile(source);
      if (!compiled.ok) {
        expect(compiled.error).not.toBe("");
        return;
      }
      const found = compiled.value.match(text);
      for (const group of found ?? []) expect(text).toContain(group ?? "");
      if (found) expect(found).toHaveLength(compiled.value.groupNames.length);
    }),
    { numRuns: 1000 },
  );
});
