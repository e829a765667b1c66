/**
 * `npm run fuzz [-- MESSAGES]`: a long run of the hostile-input properties, ten million messages unless told.
 *
 * @module
 */
import { spawnSync } from "node:child_process";

const messages = process.argv[2] ?? "10000000";
const done = spawnSync(
  "vitest",
  ["run", "--project", "unit", "test/http/hostile.test.ts", "--testTimeout", "0"],
  {
    stdio: "inherit",
    env: { ...process.env, NDOTS_FUZZ: messages },
  },
);
process.exit(done.status ?? 1);
