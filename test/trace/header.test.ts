import fc from "fast-check";
import { parseList } from "structured-headers";
import { describe, expect, test } from "vitest";
import { name } from "../../src/dns/name.ts";
import { traceLines } from "../../src/trace/ede.ts";
import { traceHeader } from "../../src/trace/header.ts";
import type { TracedQuery } from "../../src/trace/query.ts";

const query = (more: Partial<TracedQuery> = {}): TracedQuery => ({
  name: name("web.default.svc.cluster.local."),
  type: "A",
  rcode: "NOERROR",
  answers: 1,
  attempt: 1,
  reason: () => "",
  steps: [],
  ...more,
});

describe("traceHeader()", () => {
  test.each<{ why: string; queries: TracedQuery[]; header: string | undefined }>([
    { why: "an empty List is no header", queries: [], header: undefined },
    {
      why: "parameters stand in one order, and only those that are known",
      queries: [
        query({ source: "forward", cache: "kv", ttl: 7, upstream: "10.0.0.2", attempt: 2 }),
      ],
      header:
        '"web.default.svc.cluster.local.";type=A;rcode=NOERROR;answers=1;source=forward;cache=kv;ttl=7;upstream="10.0.0.2";attempt=2',
    },
    {
      why: "no reply came",
      queries: [query({ rcode: "TIMEOUT", answers: 0 })],
      header: '"web.default.svc.cluster.local.";type=A;rcode=TIMEOUT;answers=0',
    },
    {
      why: "quotes and backslashes of a name are escaped",
      queries: [query({ name: name('a\\"b.test.') })],
      header: '"a\\\\\\"b.test.";type=A;rcode=NOERROR;answers=1',
    },
  ])("$why", ({ queries, header }) => {
    expect(traceHeader(queries)).toBe(header);
  });

  test("is at most 4 KiB and counts what it leaves out", () => {
    const counts = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(counts, ([count, length]) => {
        const one = query({ name: name(`${"a".repeat(length)}.${"b".repeat(length)}.test.`) });
        const header = traceHeader(Array.from({ length: count }, () => one)) as string;
        expect(header.length).toBeLessThanOrEqual(4096);
        const members = parseList(header);
        const more = (members.at(-1)?.[1].get("more") as number | undefined) ?? 0;
        const told = members.filter(([member]) => member !== "...").length;
        expect(told + more).toBe(count);
        // What fits is not left out: one more member would not have fitted beside the count.
        if (more > 0) expect(header.length + header.length / told).toBeGreaterThan(4096 - 40);
      }),
    );
  });

  test("whatever a note holds, the header stays printable ASCII that parses", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (note) => {
        const header = traceHeader([query({ note })]) as string;
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        expect(parseList(header).length).toBe(1);
      }),
    );
  });
});

test("traceLines() says NODATA, another type, an attempt and a note behind rcode and source", () => {
  const queries = [
    query({ type: "AAAA", answers: 0, source: "kubernetes", note: "seen" }),
    query({ source: "forward", cache: "memory" }),
    query({ rcode: "TIMEOUT", answers: 0, attempt: 2 }),
  ];
  expect(traceLines(queries, "A")).toEqual([
    "1/3 web.default.svc.cluster.local. NOERROR kubernetes AAAA NODATA; seen",
    "2/3 web.default.svc.cluster.local. NOERROR forward",
    "3/3 web.default.svc.cluster.local. TIMEOUT attempt 2",
  ]);
});
