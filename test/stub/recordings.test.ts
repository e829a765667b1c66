/**
 * Every run of the real libraries in `test/fixtures/libc-search.json` (glibc 2.36, musl 1.2.3, Go 1.19): the same
 * queries in the same order, and the same result.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Libc, StubQuery } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";
import { numericAddress } from "../../src/stub/typed.ts";
import { play, printResult, type World } from "./play.ts";

interface Recorded {
  readonly libc: Libc;
  readonly ndots: number;
  readonly search: readonly string[];
  readonly name: string;
  readonly family: "4" | "6" | "any";
  readonly world: World;
  readonly queries: readonly string[];
  readonly result: readonly string[];
}

const TYPES = { "4": ["A"], "6": ["AAAA"], any: ["A", "AAAA"] };

const file = new URL("../fixtures/libc-search.json", import.meta.url);
const rows: readonly Recorded[] = JSON.parse(readFileSync(file, "utf8"));

describe("as recorded", () => {
  test("the file is whole", () => expect(rows).toHaveLength(318));

  test.each(rows.map((row, index) => ({ row, why: describeRow(row, index) })))(
    "$why",
    ({ row }) => {
      const conf = {
        nameservers: ["192.0.2.53"],
        search: row.search,
        options: [`ndots:${row.ndots}`],
      };
      const question = { typed: row.name, types: TYPES[row.family] };
      const { queries, result } = play(stubOf(row.libc), question, conf, [row.world]);
      expect(sets(queries.map(printQuery), row)).toEqual(sets(row.queries, row));
      const numeric = numericAddress(row.name, row.libc);
      if (numeric !== undefined) expect([`ADDR ${numeric}`]).toEqual(row.result);
      else if (row.result[0]?.startsWith("ADDR")) expect(result.kind).toBe("found");
      else expect(row.result[0]?.endsWith(` ${printResult(result)}`)).toBe(true);
    },
  );
});

function describeRow(row: Recorded, index: number): string {
  const name = row.name.length > 40 ? `${row.name.slice(0, 40)}…` : row.name;
  return `${index} ${row.libc} ndots:${row.ndots} ${name} ${row.family} ${JSON.stringify(row.world)}`;
}

function printQuery({ qname, qtype }: StubQuery): string {
  return `${qname} ${qtype}`;
}

/** Of a pair either may come first. */
function sets(queries: readonly string[], { family }: Recorded): readonly (readonly string[])[] {
  const size = family === "any" ? 2 : 1;
  return Array.from({ length: Math.ceil(queries.length / size) }, (_, at) =>
    queries.slice(at * size, (at + 1) * size).sort(),
  );
}
