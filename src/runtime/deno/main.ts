/**
 * The service on Deno: what Deno Deploy runs (`deno serve` and Deploy call `fetch`).
 *
 * Settings are `NDOTS_UPSTREAMS`, `NDOTS_ZONES` (a folder of clusters), `NDOTS_KV` (a path; in memory without),
 * `NDOTS_RATE_LIMIT`, and `NDOTS_CLIENT_HEADER` (where a proxy in front writes its client's address).
 *
 * @module
 */

import { lastForwarded } from "../../http/rate-limit.ts";
import { bucketLimit, readRateLimit } from "../limited.ts";
import { createService } from "../service.ts";
import { dohTransport } from "../upstream/doh.ts";
import { assetFor } from "./assets.ts";
import { bothClusters, folderClusters } from "./clusters.ts";
import { denoKv } from "./kv.ts";
import { denoKvClusters } from "./kv-clusters.ts";
import { denoTcp } from "./tcp.ts";

const kv = await Deno.openKv(Deno.env.get("NDOTS_KV") || (onDeploy() ? undefined : ":memory:"));
const zones = Deno.env.get("NDOTS_ZONES");

const service = createService({
  upstreams: Deno.env.get("NDOTS_UPSTREAMS"),
  kv: denoKv(kv),
  clusterStore: zones
    ? bothClusters(folderClusters(zones), denoKvClusters(kv))
    : denoKvClusters(kv),
  doh: dohTransport((input, init) => fetch(input, init)),
  tcp: denoTcp,
  coalesce: true,
  background: (work) => void work,
});

const rateLimit = readRateLimit(Deno.env.get("NDOTS_RATE_LIMIT"));
const limit = rateLimit && bucketLimit(rateLimit);
const clientHeader = Deno.env.get("NDOTS_CLIENT_HEADER");

export default {
  fetch(request: Request, info: Deno.ServeHandlerInfo): Response | Promise<Response> {
    return (
      assetFor(request) ?? limit?.(request, addressOf(request, info)) ?? service.fetch(request)
    );
  },
} satisfies Deno.ServeDefaultExport;

function addressOf(request: Request, { remoteAddr }: Deno.ServeHandlerInfo): string | undefined {
  const forwarded = clientHeader && lastForwarded(request.headers.get(clientHeader));
  return forwarded || ("hostname" in remoteAddr ? remoteAddr.hostname : undefined);
}

/** Deno Deploy has a database of its own behind the empty path. */
function onDeploy(): boolean {
  return Deno.env.get("DENO_DEPLOYMENT_ID") !== undefined;
}
