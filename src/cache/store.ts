/**
 * A key-value store as far as a cache needs one, and the store in memory.
 *
 * Workers KV and Deno KV are the others (`runtime/`); one contract suite runs on all three. A store may forget: a value
 * that is gone before its expiry is a miss and nothing worse. It may also remember for too long (Workers KV takes no expiry under
 * 60 seconds), so whoever needs an exact end keeps it in the value.
 *
 * @module
 */

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
 * A store in memory. The entry that was written longest ago makes room for a new one.
 *
 * @param maxEntries at least 1
 * @param now milliseconds
 */
export function memoryStore(maxEntries: number, now: () => number): KeyValueStore {
  const entries = new Map<string, Kept>();
  return {
    async get(key) {
      const kept = entries.get(key);
      if (kept === undefined) return undefined;
      if (kept.until > now()) return kept.value.slice();
      entries.delete(key);
      return undefined;
    },
    async put(key, value, expiry) {
      // Deleted first, so that a Map's order is the order of writing.
      entries.delete(key);
      if (entries.size >= maxEntries) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
      entries.set(key, { value: value.slice(), until: now() + expiry * 1000 });
    },
  };
}
