/**
 * Lookups in process: requests to the app without a socket, timed one by one.
 *
 * @module
 */
import { median } from "./statistics.ts";

export interface Sampled {
  readonly what: string;
  /** A request is used once. */
  request(): Request;
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export interface Effort {
  readonly rounds: number;
  /** Milliseconds of each kind in each round, about. */
  readonly span: number;
}

/**
 * Microseconds between two readings of the clock, about: few enough that others, who are given the processor for
 * milliseconds, are in few of them, and many enough that reading the clock is not what is measured.
 */
const BATCH = 100;
const MOST_CALLS = 10;

/**
 * Microseconds of each kind: the median over the rounds of the rounds' medians. From the request to the response; to make
 * the one and to read the other is the runtime's.
 */
export async function sample(
  kinds: readonly Sampled[],
  { rounds, span }: Effort,
): Promise<number[]> {
  const medians = kinds.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [at, kind] of kinds.entries()) {
      const times: number[] = [];
      let calls = 1;
      // The first round warms the compiler up.
      const until = performance.now() + (round === 0 ? 3 * span : span);
      while (performance.now() < until) {
        const took = await timed(kind, calls);
        times.push(took);
        calls = Math.max(1, Math.min(MOST_CALLS, Math.round(BATCH / took)));
      }
      if (round > 0) medians[at]?.push(median(times));
    }
  }
  return medians.map(median);
}

/** Microseconds a call. @throws where one is not answered with 200 */
async function timed({ what, request, fetch }: Sampled, calls: number): Promise<number> {
  const requests = Array.from({ length: calls }, request);
  const responses: Response[] = [];
  const begin = performance.now();
  for (const one of requests) responses.push(await fetch(one));
  const took = performance.now() - begin;
  for (const response of responses) {
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${what}: HTTP ${response.status}`);
  }
  return (took * 1000) / calls;
}
