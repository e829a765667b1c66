/**
 * What an isolate pays to read the largest cluster from its store and to index it.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Sized } from "./growth.ts";
import { median } from "./statistics.ts";

export interface IndexCost {
  /** Octets of the value in the store. */
  readonly stored: number;
  /** Milliseconds of CPU, all threads. */
  readonly cpu: number;
  readonly elapsed: number;
  /** Octets that stay: memory in use after a collection, less that before. */
  readonly kept: number;
  /** Octets of the process at its highest, less those before: what was read and what is made of it stand side by side. */
  readonly peak: number;
}

/** Medians of `rounds` processes, each with the memory and the compilers of an isolate that has just started. */
export function benchIndex({ name, octets }: Sized, rounds: number, folder: string): IndexCost {
  const path = join(folder, "large-cluster");
  writeFileSync(path, octets);
  const costs = Array.from({ length: rounds }, () => alone(name, path));
  const middle = (what: keyof IndexCost): number => median(costs.map((cost) => cost[what]));
  return {
    stored: middle("stored"),
    cpu: middle("cpu"),
    elapsed: middle("elapsed"),
    kept: middle("kept"),
    peak: middle("peak"),
  };
}

/** A Worker's isolate has 128 MB. */
const V8 = "--v8-flags=--expose-gc,--max-old-space-size=128";

function alone(name: string, path: string): IndexCost {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["run", "--quiet", "--allow-all", V8, "bench/index-alone.ts", name, path],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`bench/index-alone.ts failed: ${stderr}`);
  return JSON.parse(stdout);
}
