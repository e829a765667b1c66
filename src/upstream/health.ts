/**
 * Which upstreams are down, so that nobody waits for them in vain.
 *
 * Failed questions alone do not make an upstream down: anyone may ask for names whose own servers are silent. After several in a row
 * it is asked what every resolver can answer; if that fails too it is left alone, longer each time. The first question after such
 * a rest goes through, and its answer ends the matter.
 *
 * @module
 */
import { type Rest, restAfter } from "../cache/back-off.ts";

export interface UpstreamHealth<T> {
  /** Why the upstream is left alone, and for how many milliseconds yet; undefined where it may be asked. */
  resting(transport: string): { readonly failure: T; readonly left: number } | undefined;
  replied(transport: string): void;
  /** Counts a question that failed; true where it is time for a health check. */
  failed(transport: string): boolean;
  /** The health check failed. */
  isDown(transport: string, failure: T): void;
}

/** As many questions in a row; CoreDNS takes two failed health checks (`max_fails` of plugin/forward). */
const SEVERAL = 3;

const LIMITS = { first: 3000, longest: 60_000 };

/** Milliseconds that a health check, or the first question after a rest, keeps others from doing the same. */
const TRIAL = 3000;

interface State<T> {
  /** In a row. */
  failures: number;
  /** A trial is under way until then. */
  tried: number;
  down?: { readonly failure: T; readonly rest: Rest };
}

/** `transport` identifies one of the few in NDOTS_UPSTREAMS, which bounds what is kept. */
export function upstreamHealth<T>(now: () => number): UpstreamHealth<T> {
  const states = new Map<string, State<T>>();
  return {
    resting(transport) {
      const state = states.get(transport);
      if (state?.down === undefined) return undefined;
      const { failure, rest } = state.down;
      const left = Math.max(rest.until, state.tried) - now();
      if (left > 0) return { failure, left };
      state.tried = now() + TRIAL;
      return undefined;
    },
    replied: (transport) => void states.delete(transport),
    failed(transport) {
      const state = states.get(transport) ?? { failures: 0, tried: 0 };
      states.set(transport, state);
      state.failures++;
      if (state.failures < SEVERAL) return false;
      if (state.down === undefined && state.tried > now()) return false;
      state.tried = now() + TRIAL;
      return true;
    },
    isDown(transport, failure) {
      const state = states.get(transport);
      // It has replied meanwhile.
      if (state === undefined) return;
      state.tried = 0;
      state.down = { failure, rest: restAfter(state.down?.rest, now(), LIMITS) };
    },
  };
}
