/**
 * The table of `/compare`.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Comparison, type ComparisonRow, comparisonText } from "../../src/trace/comparison.ts";
import { hostileText, unfitLines, withoutRendition } from "./hostile.ts";

const ROW: ComparisonRow = {
  what: "glibc 2.36",
  how: "libc=glibc",
  queries: 10,
  wasted: 8,
  packets: 20,
  ms: 0,
  result: "203.0.113.10",
  found: true,
};

const text = (rows: readonly ComparisonRow[], notes: readonly string[] = []) =>
  comparisonText({ name: "api.example.org", rows, notes }, { color: false });

test.each<{
  why: string;
  rows: readonly ComparisonRow[];
  notes?: readonly string[];
  lines: string;
}>([
  {
    why: "numbers stand under one another, and how to ask so below",
    rows: [
      ROW,
      { ...ROW, what: "ndots:2", how: "ndots=2", queries: 2, wasted: 0, packets: 4 },
      {
        ...ROW,
        what: "trailing dot",
        how: "name=x.",
        result: "EAI_NONAME",
        found: false,
        note: "a note",
      },
    ],
    notes: ["autopath: the Corefile has it"],
    lines: `\
api.example.org, looked up in several ways

              queries  wasted  packets  result
glibc 2.36         10       8       20  FOUND 203.0.113.10
ndots:2             2       0        4  FOUND 203.0.113.10
trailing dot       10       8       20  NOT FOUND EAI_NONAME

glibc 2.36    libc=glibc
ndots:2       ndots=2
trailing dot  name=x.
              a note

autopath: the Corefile has it
`,
  },
  {
    why: "waits have a column as soon as one way waits",
    rows: [
      { ...ROW, ms: 2500 },
      { ...ROW, what: "musl" },
    ],
    lines: `\
api.example.org, looked up in several ways

            queries  wasted  packets   wait  result
glibc 2.36       10       8       20  2.5 s  FOUND 203.0.113.10
musl             10       8       20   0 ms  FOUND 203.0.113.10

glibc 2.36  libc=glibc
musl        libc=glibc
`,
  },
  {
    why: "a result without room is told once, below",
    rows: [
      { ...ROW, result: "203.0.113.10, 203.0.113.11, 203.0.113.12" },
      { ...ROW, what: "musl", result: "203.0.113.10, 203.0.113.11, 203.0.113.12" },
      { ...ROW, what: "Go" },
    ],
    lines: `\
api.example.org, looked up in several ways

            queries  wasted  packets  result
glibc 2.36       10       8       20  FOUND [1]
musl             10       8       20  FOUND [1]
Go               10       8       20  FOUND 203.0.113.10

[1]  FOUND 203.0.113.10, 203.0.113.11, 203.0.113.12

glibc 2.36  libc=glibc
musl        libc=glibc
Go          libc=glibc
`,
  },
  {
    why: "a way with a long name has it on a line of its own",
    rows: [{ ...ROW, what: "NodeLocal DNSCache on every node of the cluster" }],
    lines: `\
api.example.org, looked up in several ways

                              queries  wasted  packets  result
NodeLocal DNSCache on every node of the cluster
                                   10       8       20  FOUND 203.0.113.10

NodeLocal DNSCache on every node of the cluster  libc=glibc
`,
  },
  {
    why: "without a way there is no table to read",
    rows: [],
    lines: "api.example.org, looked up in several ways\n\n  queries  wasted  packets  result\n",
  },
])("$why", ({ rows, notes, lines }) => {
  expect(text(rows, notes)).toBe(lines);
});

describe("whatever is compared", () => {
  const count = fc.nat({ max: 100_000 });
  const anyRow: fc.Arbitrary<ComparisonRow> = fc.record(
    {
      what: hostileText(),
      how: hostileText(),
      queries: count,
      wasted: count,
      packets: count,
      ms: count,
      result: hostileText(),
      found: fc.boolean(),
      note: hostileText(),
    },
    { requiredKeys: ["what", "how", "queries", "wasted", "packets", "ms", "result", "found"] },
  );
  const any: fc.Arbitrary<Comparison> = fc.record({
    name: hostileText(),
    rows: fc.array(anyRow, { maxLength: 6 }),
    notes: fc.array(hostileText(), { maxLength: 2 }),
  });

  test("lines have 80 columns and no control characters, and colour changes no letter", () => {
    fc.assert(
      fc.property(any, (comparison) => {
        const plain = comparisonText(comparison, { color: false });
        expect(unfitLines(plain)).toEqual([]);
        expect(withoutRendition(comparisonText(comparison, { color: true }))).toBe(plain);
      }),
      { numRuns: 200 },
    );
  });
});
