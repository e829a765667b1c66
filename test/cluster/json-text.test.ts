/**
 * Where a JSON text is broken, and where in it a value stands.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenPlace, placeOfPath } from "../../src/cluster/json-text.ts";

const deep = 100_000;

test.each<{ why: string; text: string; at: string | undefined }>([
  { why: "an object is whole", text: '{"a": [1, -2.5e3, true, null, "\\u00e9"]}', at: undefined },
  { why: "a bare value is JSON too", text: ' "a"\n', at: undefined },
  { why: "nothing lacks a value", text: "", at: "1:1" },
  { why: "blanks lack a value", text: " \n ", at: "2:2" },
  { why: "a comma too many is broken behind it", text: '{"a": 1,\n}', at: "2:1" },
  { why: "a comma too few is broken at what follows", text: "[1\n 2]", at: "2:2" },
  { why: "single quotes are none", text: "{'a': 1}", at: "1:2" },
  { why: "a comment is none of JSON's", text: "[ // one\n1]", at: "1:3" },
  { why: "a number has no leading zero", text: "[01]", at: "1:3" },
  { why: "a number has no bare sign", text: "[-]", at: "1:2" },
  { why: "NaN is no value", text: "[NaN]", at: "1:2" },
  { why: "a line may not end in a string", text: '["a\nb"]', at: "1:4" },
  { why: "an escape that is none is broken at its backslash", text: '["a\\x"]', at: "1:4" },
  { why: "half a surrogate's escape is broken", text: '["\\u12"]', at: "1:3" },
  { why: "a text that is cut is broken at its end", text: '{"items": [{"kind": "Pod"', at: "1:26" },
  { why: "a string that is cut too", text: '["abc', at: "1:6" },
  { why: "brackets of two kinds do not close each other", text: "[1}", at: "1:3" },
  { why: "a second value is one too many", text: "{} {}", at: "1:4" },
  { why: "YAML is broken at its first word", text: "apiVersion: v1\n", at: "1:1" },
  { why: "a key without a value", text: '{"a"}', at: "1:5" },
  { why: "a key that is no text", text: "{1: 2}", at: "1:2" },
  {
    why: "many levels that close are whole",
    text: "[".repeat(deep) + "]".repeat(deep),
    at: undefined,
  },
  {
    why: "many levels that do not are broken at the end",
    text: "[".repeat(deep),
    at: `1:${deep + 1}`,
  },
])("brokenPlace(): $why", ({ text, at }) => {
  const place = brokenPlace(text);
  expect(place && `${place.line}:${place.column}`).toBe(at);
});

describe("brokenPlace()", () => {
  test("finds something exactly where the engine does", () => {
    const pieces = fc.constantFrom(...'{}[],:"\\0123-.eEtruefalsn \n\t\u0001éa'.split(""));
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 3 }), fc.array(pieces, { maxLength: 3 }))
      .map(([json, where, gone, put]) => {
        const at = where % (json.length + 1);
        return json.slice(0, at) + put.join("") + json.slice(at + gone);
      });
    fc.assert(
      fc.property(
        fc.oneof(
          damaged,
          fc.array(pieces).map((some) => some.join("")),
        ),
        (text) => {
          expect(brokenPlace(text) === undefined).toBe(parses(text));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("names a place up to which the text could still become JSON", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, where) => {
        const cut = json.slice(0, where % (json.length + 1));
        const place = brokenPlace(cut);
        if (place !== undefined) expect(place.at).toBeGreaterThanOrEqual(lastToken(cut));
      }),
      { numRuns: 3000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where the last word, number or escape begins, which may be cut: `tru` is broken at its `t`. */
function lastToken(text: string): number {
  const token = /(?:\\(?:u[0-9A-Fa-f]{0,3})?|[-+.0-9A-Za-z]*)$/.exec(text)?.[0] ?? "";
  return text.length - token.length;
}

const LIST = `{
  "kind": "List",
  "items": [
    {"kind": "Pod", "metadata": {"labels": {"a.b/c": 1, "e\\"e": 2}}},
    {
      "kind": "Service",
      "spec": {"ports": [{"port": 80}, {"port": "http"}]},
      "spec": {"ports": [{"port": 81},
        {"port": 0}]}
    }
  ]
}`;

test.each<{ why: string; path: string; at: string }>([
  { why: "the whole", path: "$", at: "1:1" },
  { why: "a member", path: "$.kind", at: "2:11" },
  { why: "an element", path: "$.items[1]", at: "5:5" },
  { why: "of two members of one name the last", path: "$.items[1].spec.ports[1].port", at: "9:18" },
  { why: "a key in quotes", path: '$.items[0].metadata.labels["a.b/c"]', at: "4:54" },
  { why: "a key with a quote in it", path: '$.items[0].metadata.labels["e\\"e"]', at: "4:65" },
  { why: "what is missing is at what should have it", path: "$.items[0].spec.ports", at: "4:5" },
  { why: "an element too far is at its array", path: "$.items[7]", at: "3:12" },
  { why: "words behind the path are not read", path: "$.kind takes List: received 1", at: "2:11" },
  { why: "what is no path is the whole", path: "Corefile line 3", at: "1:1" },
])("placeOfPath(): $why", ({ path, at }) => {
  const place = placeOfPath(LIST, path);
  expect(place && `${place.line}:${place.column}`).toBe(at);
});

test("placeOfPath(): nothing is found in nothing", () => {
  expect(placeOfPath("", "$.items")).toBeUndefined();
});
