import { describe, expect, test } from "vitest";
import { printable, printableLines } from "../src/printable.ts";

describe("text from outside", () => {
  test.each([
    {
      why: "plain text stays",
      text: "web-service.Straße",
      line: "web-service.Straße",
      lines: "web-service.Straße",
    },
    {
      why: "a terminal's escape is shown",
      text: "\u001b[31m",
      line: "\\u001b[31m",
      lines: "\\u001b[31m",
    },
    { why: "so is its one-octet form", text: "\u009b31m", line: "\\u009b31m", lines: "\\u009b31m" },
    {
      why: "a sentence has one line",
      text: "a\r\nb\tc\n",
      line: "a\\u000d\\u000ab\\u0009c\\u000a",
      lines: "a\r\nb\tc\n",
    },
    {
      why: "a lone carriage return would write over its line",
      text: "a\rb",
      line: "a\\u000db",
      lines: "a\\u000db",
    },
    {
      why: "text that runs backwards does not",
      text: "\u202etxt",
      line: "\\u202etxt",
      lines: "\\u202etxt",
    },
    { why: "null", text: "a\u0000b", line: "a\\u0000b", lines: "a\\u0000b" },
  ])("$why", ({ text, line, lines }) => {
    expect([printable(text, 100), printableLines(text)]).toEqual([line, lines]);
  });

  test("is cut, and never in the middle of a character", () => {
    expect(printable("abcdef", 3)).toBe("abc…");
    expect(printable("ab😀", 3)).toBe("ab\ufffd…");
  });
});
