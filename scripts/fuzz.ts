/**
 * `npm run fuzz [-- MESSAGES]`: a long run of hostile input, ten million messages unless told; `npm run fuzz -- --memory`:
 * whether memory grows with the number of distinct names. Both by Deno, which takes the service's source as it is.
 *
 * @module
 */
import { spawnSync } from "node:child_process";

const isMemory = process.argv[2] === "--memory";
const script = isMemory ? "test/fuzz/memory.ts" : "test/fuzz/long.ts";
const done = spawnSync(
  "deno",
  [
    ...["run", "--quiet", "--allow-all", "--v8-flags=--expose-gc", script],
    ...process.argv.slice(isMemory ? 3 : 2),
  ],
  { stdio: "inherit" },
);
process.exit(done.status ?? 1);
