/**
 * The rate limit on Workers: by the binding `RATE_LIMIT`, which counts for a whole location of Cloudflare's; where it is not
 * bound, or a number is set, by a bucket for each client in the isolate.
 *
 * @module
 */
import { within } from "../../cache/time-limit.ts";
import { clientOf, isLoopback, tooMany } from "../../http/rate-limit.ts";
import { bucketLimit, readRateLimit } from "../limited.ts";
import { wait } from "../upstream/wait.ts";

export type WorkersLimit = (
  request: Request,
) => Response | undefined | Promise<Response | undefined>;

/** Seconds: `period` in wrangler.toml, which a binding does not tell. */
const PERIOD = 10;

/** Milliseconds. A counter that does not answer refuses nobody. */
const LONGEST = 250;

/** @param text `NDOTS_RATE_LIMIT` */
export function workersLimit(
  text: string | undefined,
  binding: RateLimit | undefined,
): WorkersLimit | undefined {
  const limit = readRateLimit(text);
  if (limit === undefined) return undefined;
  if (binding === undefined || !limit.isDefault) {
    const bucket = bucketLimit(limit);
    return (request) => bucket(request, addressOf(request));
  }
  return async (request) => {
    const address = addressOf(request);
    if (address === undefined || isLoopback(address) || request.method === "OPTIONS")
      return undefined;
    const asked = await within(LONGEST, wait, () => binding.limit({ key: clientOf(address) }));
    return asked.kind === "done" && !asked.value.success ? tooMany(PERIOD) : undefined;
  };
}

/** Cloudflare's edge writes it over whatever a client sent. */
function addressOf(request: Request): string | undefined {
  return request.headers.get("cf-connecting-ip") ?? undefined;
}
