/**
 * Asks for the cluster in a file as an isolate does that has it in a store, and prints what the first lookups in it cost
 * ({@link IndexCost}) as JSON. Takes `--v8-flags=--expose-gc`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { testService } from "../test/http/service.ts";
import { KINDS } from "./growth.ts";
import { sampledBy } from "./in-process.ts";
import type { IndexCost } from "./index-cost.ts";

declare const gc: () => void;

const [name, path] = process.argv.slice(2) as [string, string];
const { app } = testService({
  store: {
    names: async () => [name],
    get: async () => ({ version: "1", octets: readFileSync(path) }),
  },
});
// So that what a lookup costs by itself, in code that is cold, is not told as the index's.
await askAll("demo");
collect();
const before = { ...inUse(), cpu: process.cpuUsage(), at: performance.now() };
await askAll(name);
const { user, system } = process.cpuUsage(before.cpu);
const elapsed = performance.now() - before.at;
const peak = highest();
collect();
const cost: IndexCost = {
  stored: readFileSync(path).length,
  cpu: (user + system) / 1000,
  elapsed,
  kept: inUse().used - before.used,
  peak: peak - before.resident,
};
// The cluster is in use to the end, and so is not collected.
await askAll(name);
console.log(JSON.stringify(cost));

/** Every kind once: an index may be made by the first lookup that needs it. */
async function askAll(cluster: string): Promise<void> {
  for (const kind of KINDS) {
    const { request, fetch } = sampledBy({ kind, method: "POST", trace: true }, app, cluster);
    const { status } = await fetch(request());
    if (status !== 200) throw new Error(`${cluster}, ${kind.what}: HTTP ${status}`);
  }
}

/** What one collection finds unreachable is, in part, only the next one's to free. */
function collect(): void {
  for (let times = 0; times < 3; times++) gc();
}

function inUse(): { used: number; resident: number } {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { used: heapUsed + external, resident: rss };
}

/** proc(5), `VmHWM`. */
function highest(): number {
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
