/**
 * The Worker's entry.
 *
 * @module
 */
import { waitUntil } from "cloudflare:workers";
import type { Hono } from "hono";
import { createService } from "../service.ts";
import { dohTransport } from "../upstream/doh.ts";
import { workersClusters, workersKv } from "./kv.ts";
import { type WorkersLimit, workersLimit } from "./limit.ts";
import { workersTcp } from "./tcp.ts";

export interface Env {
  readonly CACHE?: KVNamespace;
  readonly RATE_LIMIT?: RateLimit;
  readonly NDOTS_UPSTREAMS?: string;
  readonly NDOTS_RATE_LIMIT?: string;
}

/** One a isolate: a cluster's CoreDNS cache lives in it. */
let worker: Worker | undefined;

interface Worker {
  readonly service: Hono;
  readonly limit: WorkersLimit | undefined;
}

export default {
  fetch(request: Request, env: Env, execution: ExecutionContext): Response | Promise<Response> {
    worker ??= {
      service: serviceOf(env),
      limit: workersLimit(env.NDOTS_RATE_LIMIT, env.RATE_LIMIT),
    };
    const { service, limit } = worker;
    const refused = limit?.(request);
    if (refused === undefined) return service.fetch(request, env, execution);
    if (refused instanceof Response) return refused;
    return refused.then((response) => response ?? service.fetch(request, env, execution));
  },
} satisfies ExportedHandler<Env>;

function serviceOf(env: Env): Hono {
  const kv = env.CACHE;
  return createService({
    upstreams: env.NDOTS_UPSTREAMS,
    kv: kv === undefined ? undefined : workersKv(kv),
    clusterStore: kv === undefined ? undefined : workersClusters(kv),
    doh: dohTransport((input, init) => fetch(input, init)),
    tcp: workersTcp,
    coalesce: false,
    background: waitUntil,
  });
}
