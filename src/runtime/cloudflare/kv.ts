/**
 * Workers KV: the outside resolver's cache, and clusters of the deployment's own under `cluster:NAME`.
 *
 * @module
 */
import type { KeyValueStore } from "../../cache/store.ts";
import type { ClusterStore } from "../../clusters.ts";
import { digest, fittingKey } from "../upstream/store-key.ts";

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
    /** `cluster:put` says the version in the metadata; a value that was put by hand has its digest for one. */
    async get(name, known) {
      const key = CLUSTER_PREFIX + name;
      const { value, metadata } = await namespace.getWithMetadata<Metadata>(key, "stream");
      if (value === null) return undefined;
      const stated = metadata?.version;
      if (typeof stated === "string" && stated === known) {
        await value.cancel();
        return { version: stated };
      }
      const octets = new Uint8Array(await new Response(value).arrayBuffer());
      const version = typeof stated === "string" ? stated : await digest(octets);
      return version === known ? { version } : { version, octets };
    },
  };
}

/** Whatever was put beside the value. */
type Metadata = { readonly version?: unknown } | null;
