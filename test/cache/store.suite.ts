/**
 * The contract of a {@link KeyValueStore}, for every implementation on its own runtime: the checks come as named functions,
 * so that vitest and `Deno.test` can both run them.
 *
 * @module
 */
import type { KeyValueStore } from "../../src/cache/store.ts";

export interface StoreCheck {
  readonly why: string;
  /** Rejects where the store does not hold to it. */
  run(): Promise<void>;
}

/** `make` gives a store that is empty, or holds nothing under keys that begin with `check`. */
export function testStore(make: () => Promise<KeyValueStore>): readonly StoreCheck[] {
  return CHECKS.map(({ why, check }) => ({ why, run: async () => check(await make()) }));
}

const octets = (...values: number[]) => Uint8Array.from(values);

const CHECKS: readonly { readonly why: string; check(store: KeyValueStore): Promise<void> }[] = [
  {
    why: "a key that was never written has no value",
    check: async (store) => same(await store.get("check-none"), undefined),
  },
  {
    why: "a value comes back as it was put, every octet of it",
    async check(store) {
      const all = Uint8Array.from({ length: 256 }, (_, at) => at);
      await store.put("check-all", all, 300);
      same(await store.get("check-all"), all);
    },
  },
  {
    why: "the last value put is the one that is there",
    async check(store) {
      await store.put("check-twice", octets(1), 300);
      await store.put("check-twice", octets(2, 2), 300);
      same(await store.get("check-twice"), octets(2, 2));
    },
  },
  {
    why: "an empty value is a value",
    async check(store) {
      await store.put("check-empty", octets(), 300);
      same(await store.get("check-empty"), octets());
    },
  },
  {
    why: "a value is a copy: what happens to the octets afterwards does not change it",
    async check(store) {
      const value = octets(1, 2, 3);
      await store.put("check-copy", value, 300);
      value.fill(9);
      const got = await store.get("check-copy");
      got?.fill(8);
      same(await store.get("check-copy"), octets(1, 2, 3));
    },
  },
  {
    why: "a part of a larger buffer is kept alone",
    async check(store) {
      await store.put("check-part", octets(0, 1, 2, 3, 4).subarray(1, 3), 300);
      same(await store.get("check-part"), octets(1, 2));
    },
  },
  {
    why: "keys differ by case and by every character",
    async check(store) {
      await store.put("check-a\\.b. A", octets(1), 300);
      await store.put("check-A\\.b. A", octets(2), 300);
      await store.put("check-a.b. A", octets(3), 300);
      same(await store.get("check-a\\.b. A"), octets(1));
      same(await store.get("check-A\\.b. A"), octets(2));
      same(await store.get("check-a.b. A"), octets(3));
    },
  },
  {
    why: "two keys that differ after 2,000 octets are two keys",
    async check(store) {
      const long = `check-${"x".repeat(2000)}`;
      await store.put(`${long}1`, octets(1), 300);
      await store.put(`${long}2`, octets(2), 300);
      same(await store.get(`${long}1`), octets(1));
      same(await store.get(`${long}2`), octets(2));
      same(await store.get(long), undefined);
    },
  },
  {
    why: "the keys that some stores have no room for are keys",
    async check(store) {
      for (const [at, key] of ["", ".", ".."].entries()) await store.put(key, octets(at), 300);
      for (const [at, key] of ["", ".", ".."].entries()) same(await store.get(key), octets(at));
    },
  },
  {
    why: "an expiry shorter than the store knows is taken all the same, and a fraction of a second too",
    async check(store) {
      await store.put("check-short", octets(7), 10);
      same(await store.get("check-short"), octets(7));
      await store.put("check-fraction", octets(8), 61.5);
      same(await store.get("check-fraction"), octets(8));
    },
  },
  {
    why: "the longest value that a cache has is put without an error; whether it is kept is the store's affair",
    async check(store) {
      const longest = new Uint8Array(65_535 + 13).fill(5);
      await store.put("check-longest", longest, 300);
      const got = await store.get("check-longest");
      if (got !== undefined) same(got, longest);
    },
  },
];

function same(got: Uint8Array | undefined, wanted: Uint8Array | undefined): void {
  const isSame =
    got === undefined || wanted === undefined
      ? got === wanted
      : got.length === wanted.length && got.every((octet, at) => octet === wanted[at]);
  if (!isSame) throw new Error(`wanted ${shown(wanted)}: received ${shown(got)}`);
}

function shown(octets: Uint8Array | undefined): string {
  if (octets === undefined) return "nothing";
  return `${octets.length} octets (${octets.subarray(0, 16).join(" ")})`;
}
