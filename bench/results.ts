/**
 * What a run measured: `bench/results.json` is this.
 *
 * @module
 */
import type { Growth } from "./growth.ts";
import type { HttpRow } from "./http.ts";
import type { InProcessRow } from "./in-process.ts";
import type { IndexCost } from "./index-cost.ts";
import type { KvRow } from "./kv.ts";
import type { StartUp } from "./start-up.ts";
import type { Bundle } from "./worker.ts";

export interface Results {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly rounds: number;
  /** Empty where a tool is missing. */
  readonly http: readonly HttpRow[];
  readonly inProcess: readonly InProcessRow[];
  readonly growth: Growth;
  readonly index: IndexCost;
  readonly kv: readonly KvRow[];
  readonly worker: { readonly bundle: Bundle; readonly startUp: StartUp };
  /** A sentence for each thing that could not be measured here. */
  readonly leftOut: readonly string[];
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Over the last minute, before the run: above a tenth, others were computing too. */
  readonly loadBefore: number;
}
