/**
 * Workers KV: the outside resolver's cache, and clusters of the deployment's own under `cluster:NAME`.
 *
 * @module
 */
import type { KeyValueStore } from "../../cache/store.ts";
import type { ClusterStore } from "../../clusters.ts";
import { fittingKey } from "../upstream/store-key.ts";

/** Workers KV refuses an `expirationTtl` under 60 seconds. */
const SHORTEST_EXPIRY = 60;

const CLUSTER_PREFIX = "cluster:";

export function workersKv(namespace: KVNamespace): KeyValueStore {
  return {
    async get(key) {
      const value = await namespace.get(await fittingKey(key), "arrayBuffer");
      return value === null ? undefined : new Uint8Array(value);
    },
    async put(key, value, expiry) {
      const expirationTtl = Math.max(SHORTEST_EXPIRY, Math.ceil(expiry));
      await namespace.put(await fittingKey(key), value, { expirationTtl });
    },
  };
}

export function workersClusters(namespace: KVNamespace): ClusterStore {
  return {
    /** The first 1,000, which one list gives; those beyond are found by name all the same. */
    async names() {
      const { keys } = await namespace.list({ prefix: CLUSTER_PREFIX });
      return keys.map(({ name }) => name.slice(CLUSTER_PREFIX.length));
    },
    async get(name) {
      return (await namespace.get(CLUSTER_PREFIX + name, "text")) ?? undefined;
    },
  };
}
