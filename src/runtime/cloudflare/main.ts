/**
 * The Worker's entry.
 *
 * @module
 */
import type { Hono } from "hono";
import { createService } from "../service.ts";
import { dohTransport } from "../upstream/doh.ts";
import { workersClusters, workersKv } from "./kv.ts";
import { workersTcp } from "./tcp.ts";

export interface Env {
  readonly CACHE?: KVNamespace;
  readonly NDOTS_UPSTREAMS?: string;
}

/** One a isolate: a cluster's CoreDNS cache lives in it. */
let service: Hono | undefined;

export default {
  fetch(request: Request, env: Env, execution: ExecutionContext): Response | Promise<Response> {
    service ??= serviceOf(env);
    return service.fetch(request, env, execution);
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
  });
}
