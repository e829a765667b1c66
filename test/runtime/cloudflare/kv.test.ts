import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { workersClusters, workersKv } from "../../../src/runtime/cloudflare/kv.ts";
import { testStore } from "../../cache/store.suite.ts";

/** The binding of `wrangler.toml`. */
const { CACHE } = env as { CACHE: KVNamespace };

for (const { why, run } of testStore(async () => workersKv(CACHE))) {
  test(`Workers KV: ${why}`, run);
}

test("Workers KV: a key stands there under its own name where it fits", async () => {
  await workersKv(CACHE).put("check-plain", Uint8Array.of(1), 60);
  expect(await CACHE.get("check-plain", "text")).toBe("\u0001");
});

test("clusters are found under cluster:NAME, and listed without the rest", async () => {
  const clusters = workersClusters(CACHE);
  await CACHE.put("cluster:shop", '{"kind":"List"}');
  await CACHE.put("clusters", "another key");
  expect(await clusters.names()).toEqual(["shop"]);
  expect(await clusters.get("shop")).toBe('{"kind":"List"}');
  expect(await clusters.get("none")).toBeUndefined();
});
