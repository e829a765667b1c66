/**
 * Resolution failures, remembered for a moment so that a broken upstream is not asked the same again at once (RFC 9520 §3.2).
 *
 * @module
 */

export interface FailureMemory<T> {
  /** The failure that is still remembered under `key`. */
  recall(key: string): T | undefined;
  remember(key: string, failure: T): void;
}

/** Milliseconds: RFC 9520 asks for at least 1 second and at most 5 minutes. */
const LIFETIME = 3000;

const MOST = 1024;

export function failureMemory<T>(now: () => number): FailureMemory<T> {
  const failures = new Map<string, { readonly failure: T; readonly until: number }>();
  return {
    recall(key) {
      const known = failures.get(key);
      if (known === undefined) return undefined;
      if (known.until > now()) return known.failure;
      failures.delete(key);
      return undefined;
    },
    remember(key, failure) {
      failures.delete(key);
      if (failures.size >= MOST) {
        const oldest = failures.keys().next();
        if (!oldest.done) failures.delete(oldest.value);
      }
      failures.set(key, { failure, until: now() + LIFETIME });
    },
  };
}
