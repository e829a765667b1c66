/**
 * The service on Deno: what Deno Deploy runs (`deno serve` and Deploy call `fetch`).
 *
 * Settings are `NDOTS_UPSTREAMS`, `NDOTS_ZONES` (a folder of clusters) and `NDOTS_KV` (a path; in memory without).
 *
 * @module
 */

import { createService } from "../service.ts";
import { dohTransport } from "../upstream/doh.ts";
import { folderClusters } from "./clusters.ts";
import { denoKv } from "./kv.ts";
import { denoTcp } from "./tcp.ts";

const kv = await Deno.openKv(Deno.env.get("NDOTS_KV") || (onDeploy() ? undefined : ":memory:"));
const zones = Deno.env.get("NDOTS_ZONES");

const service = createService({
  upstreams: Deno.env.get("NDOTS_UPSTREAMS"),
  kv: denoKv(kv),
  clusterStore: zones ? folderClusters(zones) : undefined,
  doh: dohTransport((input, init) => fetch(input, init)),
  tcp: denoTcp,
  coalesce: true,
});

export default {
  fetch: (request: Request): Response | Promise<Response> => service.fetch(request),
} satisfies Deno.ServeDefaultExport;

/** Deno Deploy has a database of its own behind the empty path. */
function onDeploy(): boolean {
  return Deno.env.get("DENO_DEPLOYMENT_ID") !== undefined;
}
