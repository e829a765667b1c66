import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isWithin,
  labelOctets,
  labels,
  type Name,
  name,
  nameOfLabels,
  parent,
  parseName,
  sameName,
} from "../../src/dns/name.ts";

describe("parseName()", () => {
  const label63 = "a".repeat(63);
  const name253 = `${`${"a".repeat(49)}.`.repeat(5)}abc`;
  test.each<{ why: string; text: string; is: string }>([
    { why: "the root dot is added", text: "web.example.org", is: "web.example.org." },
    { why: "case is kept", text: "Web.Example.ORG.", is: "Web.Example.ORG." },
    { why: "the root", text: ".", is: "." },
    { why: "an escaped dot belongs to its label", text: "a\\.b.test", is: "a\\.b.test." },
    { why: "a needless escape is taken off", text: "\\a\\098.test", is: "ab.test." },
    {
      why: "octets that cannot be printed are numbers",
      text: "a\\000\\255.test.",
      is: "a\\000\\255.test.",
    },
    { why: "a blank is a number", text: "a b.test", is: "a\\032b.test." },
    {
      why: "what has a meaning in zone files is escaped",
      text: 'a";@$().test',
      is: 'a\\"\\;\\@\\$\\(\\).test.',
    },
    { why: "a backslash of its own", text: "a\\\\.test", is: "a\\\\.test." },
    { why: "63 octets make a label", text: label63, is: `${label63}.` },
    {
      why: "an escape is one octet of the 63",
      text: `\\.${"a".repeat(62)}`,
      is: `\\.${"a".repeat(62)}.`,
    },
    { why: "253 octets make a name", text: name253, is: `${name253}.` },
  ])("$why", ({ text, is }) => {
    expect(parseName(text)).toEqual({ ok: true, value: is });
  });

  test.each<{ why: string; text: string; error: object }>([
    { why: "nothing is no name", text: "", error: { kind: "empty-label", label: 1 } },
    { why: "an empty label", text: "a..test", error: { kind: "empty-label", label: 2 } },
    { why: "an empty label in front", text: ".test", error: { kind: "empty-label", label: 1 } },
    { why: "two dots at the end", text: "test..", error: { kind: "empty-label", label: 2 } },
    {
      why: "64 octets",
      text: `a.${"b".repeat(64)}`,
      error: { kind: "long-label", label: 2, octets: 64 },
    },
    {
      why: "254 octets",
      text: `${`${"a".repeat(49)}.`.repeat(5)}abcd`,
      error: { kind: "long-name", octets: 254 },
    },
    {
      why: "254 octets, some of them escaped",
      text: `${`${"a".repeat(49)}.`.repeat(5)}ab\\.d`,
      error: { kind: "long-name", octets: 254 },
    },
    { why: "octet 256", text: "a.\\256", error: { kind: "bad-escape", label: 2 } },
    { why: "two digits", text: "\\12", error: { kind: "bad-escape", label: 1 } },
    { why: "a backslash at the end", text: "a\\", error: { kind: "bad-escape", label: 1 } },
    { why: "not ASCII", text: "a.é", error: { kind: "not-ascii", label: 2 } },
  ])("$why", ({ text, error }) => {
    expect(parseName(text)).toEqual({ ok: false, error });
  });

  test("any text is a name or an error, and a name reads as itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const parsed = parseName(text);
        if (parsed.ok) expect(parseName(parsed.value)).toEqual(parsed);
      }),
    );
  });
});

test("any octets of labels come back from their text", () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 3 }), (octets) => {
      const text = nameOfLabels(octets);
      expect(labelOctets(text)).toEqual(octets);
      expect(parseName(text)).toEqual({ ok: true, value: text });
      expect(labels(text)).toHaveLength(octets.length);
    }),
  );
});

describe("isWithin()", () => {
  test.each<{ why: string; of: string; zone: string; is: boolean }>([
    { why: "a name is within itself", of: "example.org", zone: "EXAMPLE.org", is: true },
    { why: "below", of: "web.example.org", zone: "example.org", is: true },
    {
      why: "the same letters are not a label",
      of: "myexample.org",
      zone: "example.org",
      is: false,
    },
    { why: "an escaped dot is no border", of: "web\\.example.org", zone: "example.org", is: false },
    {
      why: "behind an escaped backslash the dot is one",
      of: "web\\\\.example.org",
      zone: "example.org",
      is: true,
    },
    { why: "above", of: "org", zone: "example.org", is: false },
    { why: "everything is below the root", of: "org", zone: ".", is: true },
  ])("$why", ({ of, zone, is }) => {
    expect(isWithin(name(of), name(zone))).toBe(is);
  });
});

test("parent() takes the leftmost label off, an escaped dot with it", () => {
  expect(parent(name("a\\.b.example.org"))).toBe("example.org.");
  expect(parent("." as Name)).toBe(".");
});

test("sameName() folds ASCII case and nothing else", () => {
  expect(sameName(name("Web.TEST"), name("wEB.test"))).toBe(true);
  expect(sameName(name("\\192.test"), name("\\224.test"))).toBe(false);
});
