/**
 * Whatever the servers do, a machine ends, and sends no more than its options allow.
 *
 * @module
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIBCS, type Libc, type Outcome, type StubSettings } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";
import { drive } from "./play.ts";

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: "timeout" } as const),
  fc.constant({ kind: "unreachable" } as const),
  fc.record({
    kind: fc.constant("reply" as const),
    rcode: fc.constantFrom("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR", "RCODE42"),
    answers: fc.constantFrom(0, 0, 0, 1),
    records: fc.constantFrom(0, 1),
  }),
);

const conf = fc.record({
  nameservers: fc.subarray(["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]),
  search: fc.subarray(["a.test", ".", "b.test", "c..test", `${"d".repeat(64)}.test`]),
  options: fc.subarray([
    "ndots:5",
    "attempts:3",
    "timeout:1",
    "rotate",
    "single-request",
    "single-request-reopen",
    "use-vc",
    "no-aaaa",
  ]),
});

const question = fc.record(
  {
    typed: fc.oneof(fc.constantFrom("web", "a.b", "web.", "."), fc.string({ maxLength: 20 })),
    types: fc.constantFrom(["A"], ["AAAA"], ["A", "AAAA"], ["TXT"]),
    wanted: fc.constantFrom("A", "AAAA"),
  },
  { requiredKeys: ["typed", "types"] },
);

describe("bounds", () => {
  test.each(LIBCS)("%s ends and keeps to its limits", (libc) => {
    const stub = stubOf(libc);
    fc.assert(
      fc.property(
        question,
        conf,
        fc.array(outcome, { minLength: 1, maxLength: 40 }),
        (asked, file, script) => {
          let turn = 0;
          const { queries, result } = drive(stub, asked, file, () => {
            return script[turn++ % script.length] as Outcome;
          });
          const candidates = stub.candidates(asked, file);
          const settings = stub.settings(file);
          expect(queries.length).toBeLessThanOrEqual(
            candidates.length * mostQueries(libc, settings, asked.types.length),
          );
          let at = 0;
          for (const query of queries) {
            expect(query.qname).toBe(candidates[query.candidate]?.name);
            expect(settings.nameservers[query.server]).toBeDefined();
            expect(query.attempt).toBeGreaterThanOrEqual(1);
            at = Math.max(at, query.at);
          }
          expect(at).toBeLessThanOrEqual(longestWait(settings, candidates.length));
          if (result.by !== undefined) expect(queries).toContain(result.by);
          if (queries.length === 0) expect(result.by).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** For one name. */
function mostQueries(libc: Libc, settings: StubSettings, types: number): number {
  const plain = settings.attempts * settings.nameservers.length * types;
  // musl repeats at SERVFAIL, twice a type in each round; glibc twice more at a server that loses one reply of a pair.
  if (libc === "musl") return plain + settings.attempts * 2 * types;
  return libc === "glibc"
    ? plain + 2 * types * settings.attempts * settings.nameservers.length
    : plain;
}

/** Milliseconds: by TCP a connect that nobody answers takes 131 s. */
function longestWait(settings: StubSettings, candidates: number): number {
  const one = Math.max(settings.timeout * 4, settings.useVc ? 131_000 : 0);
  return one * 3 * settings.attempts * settings.nameservers.length * Math.max(1, candidates);
}
