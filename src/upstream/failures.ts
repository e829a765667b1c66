/**
 * Resolution failures, remembered so that the same question does not go to the same upstream again at once (RFC 9520
 * §3.2): a little while at first, and longer each time that it fails again.
 *
 * @module
 */
import { type Rest, restAfter } from "../cache/back-off.ts";
import { boundedMap } from "../cache/bounded-map.ts";

export interface FailureMemory<T> {
  /** The failure that is still remembered under `key`, and for how many milliseconds yet. */
  recall(key: string): { readonly failure: T; readonly left: number } | undefined;
  remember(key: string, failure: T): void;
  /** It went well: the next failure is a first one again. */
  forget(key: string): void;
}

/** RFC 9520 §3.2 asks for 1 second to 5 minutes; who mends a resolver wants to see it before those are over. */
const LIMITS = { first: 3000, longest: 60_000 };

/** Asking for ever new names must not fill the memory. */
const MOST = 1024;

export function failureMemory<T>(now: () => number): FailureMemory<T> {
  const failures = boundedMap<{ readonly failure: T; readonly rest: Rest }>(MOST);
  return {
    recall(key) {
      const known = failures.get(key);
      const left = known === undefined ? 0 : known.rest.until - now();
      return known === undefined || left <= 0 ? undefined : { failure: known.failure, left };
    },
    remember(key, failure) {
      const rest = restAfter(failures.get(key)?.rest, now(), LIMITS);
      failures.set(key, { failure, rest });
    },
    forget: (key) => failures.delete(key),
  };
}
