/**
 * Stops a build or a start where a bundled zone, its Corefile or a setting is wrong, with what was found where.
 *
 * wrangler runs it before each build (`[build]` in wrangler.toml); on Deno the service checks the same as it starts.
 *
 * @module
 */
import { openCluster } from "../src/clusters.ts";
import { parseRateLimit } from "../src/http/rate-limit.ts";
import { BUNDLED_CLUSTERS, INTERNET } from "../src/runtime/zones.ts";
import { internetZone } from "../src/upstream/internet.ts";
import { parseUpstreams } from "../src/upstream/map.ts";

const faults: string[] = [];
for (const [name, json] of Object.entries(BUNDLED_CLUSTERS)) {
  const opened = openCluster(name, json);
  if (!opened.ok) faults.push(`zones/${name}.json: ${opened.error}`);
}
const internet = internetZone(INTERNET);
if (!internet.ok) {
  faults.push(`zones/internet.json: ${internet.error.path}: ${internet.error.message}`);
}
const upstreams = parseUpstreams(process.env.NDOTS_UPSTREAMS);
if (!upstreams.ok) faults.push(`NDOTS_UPSTREAMS: ${upstreams.error}`);
const rateLimit = parseRateLimit(process.env.NDOTS_RATE_LIMIT);
if (!rateLimit.ok) faults.push(`NDOTS_RATE_LIMIT ${rateLimit.error}`);

for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
