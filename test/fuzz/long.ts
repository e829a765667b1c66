/**
 * A long run of the properties, in slices of all of them, with the rate so far: `npm run fuzz [-- MESSAGES]`.
 *
 * @module
 */
import process from "node:process";
import { FUZZES } from "./properties.ts";

/** Messages between two lines of the account. */
const SLICE = 100_000;

const total = Number(process.argv[2] ?? 10_000_000);
if (!(Number.isInteger(total) && total > 0)) {
  console.error(`fuzz takes a number of messages: received ${process.argv[2]}`);
  process.exit(1);
}
let seed = Number(process.env.NDOTS_SEED ?? Date.now() % 2 ** 31);
const begin = performance.now();
for (let done = 0; done < total; seed++) {
  const slice = Math.min(SLICE, total - done);
  for (const { name, share, run } of FUZZES) {
    try {
      await run(Math.ceil(share * slice), seed);
    } catch (error) {
      console.error(`${name}: NDOTS_SEED=${seed}`);
      console.error(error);
      process.exit(1);
    }
  }
  done += slice;
  const seconds = (performance.now() - begin) / 1000;
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  console.log(
    `${done} of ${total}, ${Math.round(done / seconds)} a second, ${Math.round(heapUsed / 2 ** 20)} MiB (${Math.round(rss / 2 ** 20)} resident), NDOTS_SEED=${seed}`,
  );
}
console.log(`${total} messages: no throw, no 5xx, every reply parses`);
