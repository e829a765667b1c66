/**
 * What one lookup may cost: one deadline and one count of operations, whatever it asks and however often.
 *
 * @module
 */

/** One KV read or upstream query, as `Server-Timing` shows it. */
export interface Timing {
  readonly name: "kv" | "upstream";
  /** What came of a KV read (`hit`, `miss`, `failed`), or the address of the upstream. */
  readonly description: string;
  /** Milliseconds. */
  readonly ms: number;
}

export interface Budget {
  /** Milliseconds until the deadline, never under 0. */
  remaining(): number;
  /** Takes one operation out of the budget; false where none is left. */
  take(kind: "kv" | "upstream"): boolean;
  note(timing: Timing): void;
  /** Addresses of the upstreams that have let this lookup wait in vain. */
  readonly silent: Set<string>;
  /** In the order of their ends. */
  readonly timings: readonly Timing[];
}

/** Milliseconds for a whole lookup. */
const DEADLINE = 5000;

/** Operations for a whole lookup: Workers allow 50 subrequests on the free plan, and other things need some. */
const OPERATIONS = 40;

/** The KV only saves upstream queries: it never takes the operations or the time that they need. */
const KV_OPERATIONS = 20;

/** Milliseconds of one lookup for the KV: one that is slow each time is a miss from there on. */
const KV_TIME = 1000;

/** The budget of a lookup that begins now; `now` gives milliseconds. */
export function createBudget(now: () => number): Budget {
  const deadline = now() + DEADLINE;
  const timings: Timing[] = [];
  let taken = 0;
  let takenByKv = 0;
  let kvTime = 0;
  return {
    timings,
    silent: new Set(),
    remaining: () => Math.max(0, deadline - now()),
    take(kind) {
      if (taken >= OPERATIONS) return false;
      if (kind === "kv" && (takenByKv >= KV_OPERATIONS || kvTime >= KV_TIME)) return false;
      taken++;
      if (kind === "kv") takenByKv++;
      return true;
    },
    note(timing) {
      timings.push(timing);
      if (timing.name === "kv") kvTime += timing.ms;
    },
  };
}
