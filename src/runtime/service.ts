/**
 * Builds the service of a deployment from its settings and its runtime's effects.
 *
 * @module
 */
import type { Hono } from "hono";
import type { KeyValueStore } from "../cache/store.ts";
import { upstreamCache } from "../cache/upstream-cache.ts";
import { type ClusterStore, createClusters } from "../clusters.ts";
import { createApp } from "../http/app.ts";
import { createUpstreams } from "../upstream/exchange.ts";
import { internetZone } from "../upstream/internet.ts";
import { parseUpstreams, targetOf } from "../upstream/map.ts";
import type { DohTransport, TcpTransport } from "../upstream/transport.ts";
import { wait } from "./upstream/wait.ts";
import { BUNDLED_CLUSTERS, INTERNET } from "./zones.ts";

export interface Runtime {
  /** `NDOTS_UPSTREAMS`. */
  readonly upstreams: string | undefined;
  readonly kv: KeyValueStore | undefined;
  readonly clusterStore: ClusterStore | undefined;
  readonly doh: DohTransport;
  readonly tcp: TcpTransport;
  /** Whether one request may wait for another's I/O, which Workers forbid. */
  readonly coalesce: boolean;
  /** Keeps work going that outlives its request. */
  background(work: Promise<unknown>): void;
}

/** @throws a sentence, where a setting or a bundled file is wrong: start-up stops */
export function createService(runtime: Runtime): Hono {
  const map = parseUpstreams(runtime.upstreams);
  if (!map.ok) throw new Error(`NDOTS_UPSTREAMS: ${map.error}`);
  const internet = internetZone(INTERNET);
  if (!internet.ok)
    throw new Error(`zones/internet.json: ${internet.error.path}: ${internet.error.message}`);
  const clock = { now: () => Date.now(), wait };
  const exchange = createUpstreams({
    ...clock,
    map: map.value,
    internet: internet.value,
    doh: runtime.doh,
    tcp: runtime.tcp,
    ...(runtime.kv === undefined ? {} : { cache: upstreamCache(runtime.kv, clock) }),
    random: Math.random,
    coalesce: runtime.coalesce,
  });
  return createApp({
    clusters: createClusters(BUNDLED_CLUSTERS, runtime.clusterStore, { ...clock, ...runtime }),
    upstreams: {
      exchange,
      answersConsistently: (address) => targetOf(map.value, address)?.kind === "internet",
    },
    ...clock,
    requestsShare: runtime.coalesce,
    seed: () => crypto.getRandomValues(new Uint32Array(1))[0] as number,
  });
}
