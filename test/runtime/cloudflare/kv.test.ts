import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { packList } from "../../../src/cluster/pack.ts";
import { storedOctets } from "../../../src/cluster/stored.ts";
import { createClusters, openCluster } from "../../../src/clusters.ts";
import { workersClusters, workersKv } from "../../../src/runtime/cloudflare/kv.ts";
import { BUNDLED_CLUSTERS } from "../../../src/runtime/zones.ts";
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

const LIST = '{"kind":"List","items":[]}';

test("clusters are found under cluster:NAME, and listed without the rest", async () => {
  const clusters = workersClusters(CACHE);
  await CACHE.put("cluster:shop", LIST);
  await CACHE.put("clusters", "another key");
  expect(await clusters.names()).toEqual(["shop"]);
  const found = await clusters.get("shop", undefined);
  expect(new TextDecoder().decode(found?.octets)).toBe(LIST);
  expect(await clusters.get("none", undefined)).toBeUndefined();
});

test.each<{ why: string; metadata: unknown }>([
  { why: "in its metadata", metadata: { version: "1" } },
  { why: "by its digest, where it was put by hand", metadata: undefined },
  { why: "by its digest, where the metadata is something else", metadata: { version: 7 } },
])("a cluster's version is known $why, and is read once", async ({ metadata }) => {
  const clusters = workersClusters(CACHE);
  await CACHE.put("cluster:own", LIST, { ...(metadata !== undefined && { metadata }) });
  const first = await clusters.get("own", undefined);
  expect(first?.octets?.length).toBe(LIST.length);
  expect(await clusters.get("own", first?.version)).toEqual({ version: first?.version });
  await CACHE.put("cluster:own", `${LIST} `, { metadata: { version: "2" } });
  const second = await clusters.get("own", first?.version);
  expect(second?.version).not.toBe(first?.version);
  expect(second?.octets?.length).toBe(LIST.length + 1);
});

test("a large cluster is unpacked", async () => {
  const opened = openCluster("own", BUNDLED_CLUSTERS.demo);
  if (!opened.ok) throw new Error(opened.error);
  const octets = storedOctets(JSON.stringify(packList(opened.value.cluster)));
  await CACHE.put("cluster:own", octets);
  const { now, wait } = { now: () => 0, wait: () => new Promise<void>(() => undefined) };
  const own = await createClusters({}, workersClusters(CACHE), { now, wait }).get("own");
  expect(own?.ok && own.value.cluster.pods.length).toBe(opened.value.cluster.pods.length);
});
