/**
 * A short run of the properties; `npm run fuzz` makes a long one.
 */
import { expect, test } from "vitest";
import { FUZZES } from "./properties.ts";

/** Messages in all. */
const RUNS = Number(process.env.NDOTS_FUZZ ?? (process.env.CI ? 200_000 : 20_000));

/** Another one each time; that of a failure stands in its message. */
const SEED = Number(process.env.NDOTS_SEED ?? Date.now() % 2 ** 31);

console.log(`fuzz: ${RUNS} messages, NDOTS_SEED=${SEED}`);

test("the shares are all of it", () => {
  expect(FUZZES.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test.each(FUZZES)("$name", ({ share, run }) => run(Math.ceil(share * RUNS), SEED), 600_000);
