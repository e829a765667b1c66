/**
 * One type of a pair is wanted: it goes first, and its sibling only where the libc's outcome hangs on it.
 *
 * @module
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIBCS, type Libc } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";
import { type Behaviour, play, printResult, type World } from "./play.ts";

interface Row {
  readonly why: string;
  readonly libc: Libc | readonly Libc[];
  readonly wanted?: "A" | "AAAA";
  readonly consistent?: boolean;
  readonly world: World;
  readonly queries: readonly string[];
  readonly result: string;
  /** The query that decided. */
  readonly by: string;
}

const CONF = {
  nameservers: ["192.0.2.53"],
  search: ["a.test"],
  options: ["ndots:5", "attempts:1"],
};

const rows: readonly Row[] = [
  {
    why: "data is enough",
    libc: ["glibc", "go"],
    world: { "web.a.test": "OK" },
    queries: ["web.a.test. A"],
    result: "found A",
    by: "web.a.test. A",
  },
  {
    why: "AAAA is as good as A",
    libc: ["glibc", "go"],
    wanted: "AAAA",
    world: { "web.a.test": "OK" },
    queries: ["web.a.test. AAAA"],
    result: "found AAAA",
    by: "web.a.test. AAAA",
  },
  {
    why: "a sibling's NXDOMAIN would discard the data, so it is asked",
    libc: "musl",
    world: { "web.a.test A": "OK", web: "OK" },
    queries: ["web.a.test. A", "web.a.test. AAAA", "web. A", "web. AAAA"],
    result: "found A",
    by: "web. A",
  },
  {
    why: "a server that is consistent settles it",
    libc: "musl",
    consistent: true,
    world: { "web.a.test": "OK" },
    queries: ["web.a.test. A"],
    result: "found A",
    by: "web.a.test. A",
  },
  {
    why: "NXDOMAIN counts for the name",
    libc: LIBCS,
    consistent: true,
    world: { web: "OK" },
    queries: ["web.a.test. A", "web. A"],
    result: "found A",
    by: "web. A",
  },
  {
    why: "a server that may tell types apart is asked for the other one behind NXDOMAIN",
    libc: ["glibc", "go"],
    world: { "web.a.test A": "NXDOMAIN", "web.a.test AAAA": "OK" },
    queries: ["web.a.test. A", "web.a.test. AAAA"],
    result: "found AAAA",
    by: "web.a.test. AAAA",
  },
  {
    why: "but musl drops a name whose one type is NXDOMAIN, whatever the other has",
    libc: "musl",
    world: { "web.a.test A": "NXDOMAIN", "web.a.test AAAA": "OK", web: "OK" },
    queries: ["web.a.test. A", "web. A", "web. AAAA"],
    result: "found A",
    by: "web. A",
  },
  {
    why: "the sibling's data makes its name the winner",
    libc: LIBCS,
    consistent: true,
    world: { "web.a.test": "OK/AAAA" },
    queries: ["web.a.test. A", "web.a.test. AAAA"],
    result: "found AAAA",
    by: "web.a.test. AAAA",
  },
  {
    why: "NODATA of both goes on in glibc",
    libc: "glibc",
    consistent: true,
    world: { "web.a.test": "NODATA" },
    queries: ["web.a.test. A", "web.a.test. AAAA", "web. A"],
    result: "No address associated with hostname",
    by: "web.a.test. A",
  },
  {
    why: "NODATA of both goes on in Go, and the bare name's error is the one reported",
    libc: "go",
    consistent: true,
    wanted: "AAAA",
    world: { "web.a.test": "NODATA" },
    queries: ["web.a.test. AAAA", "web.a.test. A", "web. AAAA"],
    result: "no such host",
    by: "web. AAAA",
  },
  {
    why: "NODATA of both ends it in musl",
    libc: "musl",
    consistent: true,
    world: { "web.a.test": "NODATA" },
    queries: ["web.a.test. A", "web.a.test. AAAA"],
    result: "Name does not resolve",
    by: "web.a.test. A",
  },
  {
    why: "a failure of one leaves the other's data in glibc",
    libc: "glibc",
    world: { "* A": "SERVFAIL", "* AAAA": "OK" },
    queries: ["web.a.test. A", "web.a.test. AAAA"],
    result: "found AAAA",
    by: "web.a.test. AAAA",
  },
  {
    why: "a failure of one leaves the other's data in Go",
    libc: "go",
    wanted: "AAAA",
    world: { "* A": "OK", "* AAAA": "REFUSED" },
    queries: ["web.a.test. AAAA", "web.a.test. A"],
    result: "found A",
    by: "web.a.test. A",
  },
  {
    why: "in musl an A without answer decides alone",
    libc: "musl",
    world: { "* A": "DROP", "* AAAA": "OK" },
    queries: ["web.a.test. A"],
    result: "Try again",
    by: "web.a.test. A",
  },
  {
    why: "in musl an AAAA without answer does not, for A is looked at first",
    libc: "musl",
    wanted: "AAAA",
    world: { "web.a.test AAAA": "DROP", web: "OK" },
    queries: ["web.a.test. AAAA", "web.a.test. A", "web. AAAA", "web. A"],
    result: "found AAAA",
    by: "web. AAAA",
  },
  {
    why: "where the two differ, the one that decided is named",
    libc: "glibc",
    world: { "* A": "NODATA" },
    queries: ["web.a.test. A", "web.a.test. AAAA", "web. A", "web. AAAA"],
    result: "Name or service not known",
    by: "web. AAAA",
  },
];

describe("wanted", () => {
  const all = rows.flatMap((row) => [row.libc].flat().map((libc) => ({ ...row, libc })));
  test.each(all)("$libc: $why", ({ libc, wanted = "A", consistent = false, ...row }) => {
    const question = {
      typed: "web",
      types: ["A", "AAAA"],
      wanted,
      consistent: () => consistent,
    };
    const { queries, result } = play(stubOf(libc), question, CONF, [row.world]);
    expect(queries.map(({ qname, qtype }) => `${qname} ${qtype}`)).toEqual(row.queries);
    const errors = result.kind === "failed" ? result.error.text : printResult(result);
    expect(errors).toBe(row.result);
    expect(result.by && `${result.by.qname} ${result.by.qtype}`).toBe(row.by);
  });

  test("a wanted type that is not asked for changes nothing", () => {
    const question = { typed: "web.", types: ["A"], wanted: "AAAA" };
    const { queries } = play(stubOf("glibc"), question, CONF, [{}]);
    expect(queries.map(({ qtype }) => qtype)).toEqual(["A"]);
  });

  /** Names whose types have one rcode, as a server that RFC 8020 describes gives them. */
  const sane = fc.constantFrom<Behaviour>("OK", "OK/A", "OK/AAAA", "NODATA", "NXDOMAIN");
  const names = ["web.a.test", "web.b.test", "web"];

  test.each(LIBCS)("%s finds by either wanted type what it finds by both", (libc) => {
    const conf = { ...CONF, search: ["a.test", "b.test"] };
    const worlds = fc.tuple(sane, sane, sane);
    fc.assert(
      fc.property(worlds, fc.boolean(), (behaviours, consistent) => {
        const world = Object.fromEntries(names.map((name, at) => [name, behaviours[at] ?? "OK"]));
        const ask = (wanted?: string) =>
          play(
            stubOf(libc),
            {
              typed: "web",
              types: ["A", "AAAA"],
              consistent: () => consistent,
              ...(wanted === undefined ? {} : { wanted }),
            },
            conf,
            [world],
          ).result;
        const both = ask();
        for (const one of [ask("A"), ask("AAAA")]) {
          expect(one.kind).toBe(both.kind);
          expect(one.by?.qname).toBe(both.by?.qname);
          if (one.kind === "failed" && both.kind === "failed") {
            expect(one.error).toEqual(both.error);
            expect(one.ended).toBe(both.ended);
          }
        }
      }),
    );
  });
});
