/**
 * A key-value store as far as a cache needs one, and the store in memory.
 *
 * Workers KV and Deno KV are the others (`runtime/`); one contract suite runs on all three. A store may forget: a value
 * that is gone before its expiry is a miss and nothing worse. It may also remember for too long (Workers KV takes no expiry under
 * 60 seconds), so whoever needs an exact end keeps it in the value.
 *
 * @module
 */
import { boundedMap } from "./bounded-map.ts";

export interface KeyValueStore {
  /** The value in octets, or undefined. Rejects where the store is broken. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** `expiry` is seconds from now, at least 1. A value too long for the store is not kept. Rejects where the store is broken. */
  put(key: string, value: Uint8Array, expiry: number): Promise<void>;
}

interface Kept {
  readonly value: Uint8Array;
  /** On the clock of `now`. */
  readonly until: number;
}

/**
 * A store in memory. The entry whose key was written first makes room for a new one.
 *
 * @param maxEntries at least 1
 * @param now milliseconds
 */
export function memoryStore(maxEntries: number, now: () => number): KeyValueStore {
  const entries = boundedMap<Kept>(maxEntries);
  return {
    async get(key) {
      const kept = entries.get(key);
      if (kept === undefined) return undefined;
      if (kept.until > now()) return kept.value.slice();
      entries.delete(key);
      return undefined;
    },
    async put(key, value, expiry) {
      entries.set(key, { value: value.slice(), until: now() + expiry * 1000 });
    },
  };
}
