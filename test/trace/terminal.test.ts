/**
 * Text for a terminal: what a line may hold, and where it folds.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  columns,
  type Line,
  line,
  type Part,
  print,
  row,
  shown,
} from "../../src/trace/terminal.ts";
import { hostileText, unfitLines, withoutRendition } from "./hostile.ts";

const plain = (...lines: readonly Line[]) => print(lines, false).split("\n").slice(0, -1);

describe("a line folds", () => {
  const long = "an-index.of-a-company.with-a-long-name.example.org";
  test.each<{ why: string; line: Line; text: readonly string[] }>([
    { why: "not where it fits", line: line(2, "short"), text: ["  short"] },
    { why: "not at 80 columns", line: line(0, "x".repeat(80)), text: ["x".repeat(80)] },
    {
      why: "at the last blank that fits, and stands four columns deeper",
      line: line(2, `${"word ".repeat(15)}and-more`),
      text: [`  ${"word ".repeat(15).trimEnd()}`, "      and-more"],
    },
    {
      why: "behind a dot, where a name is longer than the line",
      line: line(2, `${long}.${long}.`),
      text: [`  ${long}.an-index.of-a-company.`, "      with-a-long-name.example.org."],
    },
    {
      why: "not behind an escaped dot, which belongs to its label",
      line: line(0, `${"a".repeat(40)}.${"b".repeat(30)}\\.${"c".repeat(20)}`),
      text: [`${"a".repeat(40)}.`, `    ${"b".repeat(30)}\\.${"c".repeat(20)}`],
    },
    {
      why: "where it is full, if nothing else is left",
      line: line(0, "x".repeat(100)),
      text: ["x".repeat(80), `    ${"x".repeat(20)}`],
    },
    {
      why: "under its second column, if it has two",
      line: row(2, 10, "Pod", "word ".repeat(14)),
      text: [`  Pod       ${"word ".repeat(13).trimEnd()}`, "            word"],
    },
    {
      why: "in half a line, however deep its second column stands",
      line: row(0, 70, "left", "x".repeat(60)),
      text: ["left", `${" ".repeat(40)}${"x".repeat(40)}`, `${" ".repeat(40)}${"x".repeat(20)}`],
    },
    {
      why: "by the columns of wide characters, not by their number",
      line: line(0, "名".repeat(41)),
      text: ["名".repeat(40), "    名"],
    },
  ])("$why", ({ line, text }) => {
    expect(plain(line)).toEqual(text);
  });
});

test.each<{ why: string; text: string; shown: string }>([
  { why: "an escape sequence stays text", text: "\x1b[2Jgone", shown: "\ufffd[2Jgone" },
  { why: "C1 controls are controls", text: "a\u009b31mb", shown: "a\ufffd31mb" },
  { why: "a line feed does not begin a line", text: "a\r\nb", shown: "a\ufffd\ufffdb" },
  { why: "nothing turns the direction", text: "a\u202eb\u2066c", shown: "a\ufffdb\ufffdc" },
  { why: "nothing is invisible", text: "a\u200bb\ufeffc", shown: "a\ufffdb\ufffdc" },
  { why: "half a pair is no character", text: "a\ud800b", shown: "a\ufffdb" },
  { why: "a tab is two blanks, so that columns can be counted", text: "a\tb", shown: "a  b" },
  { why: "letters of any script stay", text: "größe 名前", shown: "größe 名前" },
])("shown(): $why", ({ text, shown: expected }) => {
  expect(shown(text)).toBe(expected);
});

test("a text beyond all measure is cut, and says so", () => {
  const text = shown("x".repeat(1_000_000));
  expect(text.length).toBeLessThan(5_000);
  expect(text).toMatch(/… \(cut\)$/);
});

test("a colour ends with its text, also where that folds", () => {
  const text = print([line(0, "is ", { text: "x".repeat(90), tone: "good" }, ".")], true);
  expect(text).toBe(
    `is\n    \x1b[1;32m${"x".repeat(76)}\x1b[0m\n    \x1b[1;32m${"x".repeat(14)}\x1b[0m.\n`,
  );
});

describe("whatever stands in a line", () => {
  const tones = ["title", "good", "bad", "changed", "quiet"] as const;
  const part: fc.Arbitrary<Part> = fc.oneof(
    hostileText(),
    fc.record({ text: hostileText(), tone: fc.constantFrom(...tones) }),
  );
  const anyLine: fc.Arbitrary<Line> = fc.oneof(
    fc.record({
      indent: fc.nat({ max: 12 }),
      hang: fc.nat({ max: 100 }),
      parts: fc.array(part, { maxLength: 5 }),
    }),
    fc
      .tuple(fc.nat({ max: 12 }), fc.nat({ max: 60 }), part, part)
      .map(([indent, width, left, right]) => row(indent, width, left, right)),
  );

  test("it has at most 80 columns and no control characters, and colour changes no letter", () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 4 }), (lines) => {
        const text = print(lines, false);
        expect(unfitLines(text)).toEqual([]);
        expect(text.split("\n").filter((printed) => columns(printed) > 80)).toEqual([]);
        expect(withoutRendition(print(lines, true))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("nothing of it is lost in folding but blanks", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        const bare = (folded: string) => folded.replace(/\s/g, "");
        expect(bare(print([line(3, text)], false))).toBe(bare(shown(text)));
      }),
      { numRuns: 500 },
    );
  });
});
