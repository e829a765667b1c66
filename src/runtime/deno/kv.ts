/**
 * Deno KV as a {@link KeyValueStore}.
 *
 * @module
 */
import type { KeyValueStore } from "../../cache/store.ts";
import { fittingKey } from "../upstream/store-key.ts";

/** Deno KV refuses values over 64 KiB, counted with a few octets of its own. */
const LONGEST_VALUE = 65_000;

export function denoKv(kv: Deno.Kv): KeyValueStore {
  return {
    async get(key) {
      const { value } = await kv.get<Uint8Array>(["upstream", await fittingKey(key)]);
      return value instanceof Uint8Array ? value : undefined;
    },
    async put(key, value, expiry) {
      if (value.length > LONGEST_VALUE) return;
      // Deno counts in milliseconds.
      const options = { expireIn: Math.ceil(expiry * 1000) };
      await kv.set(["upstream", await fittingKey(key)], value, options);
    },
  };
}
