/**
 * The rate limit in front of a service, before anything else is done for a request.
 *
 * @module
 */
import { createRateLimiter, parseRateLimit, type RateLimit, tooMany } from "../http/rate-limit.ts";

/** The refusal of a request from that address; undefined: it is let through. */
export type Limit = (request: Request, address: string | undefined) => Response | undefined;

/**
 * @param text `NDOTS_RATE_LIMIT`
 * @returns undefined where it is off
 * @throws a sentence, where the setting is wrong: start-up stops
 */
export function readRateLimit(text: string | undefined): RateLimit | undefined {
  const limit = parseRateLimit(text);
  if (!limit.ok) throw new Error(`NDOTS_RATE_LIMIT ${limit.error}`);
  return limit.value;
}

/** A bucket for each client, in this process alone. */
export function bucketLimit(limit: RateLimit): Limit {
  const limiter = createRateLimiter(limit, () => Date.now());
  return (request, address) => {
    const seconds = limiter(address);
    return seconds === 0 || request.method === "OPTIONS" ? undefined : tooMany(seconds);
  };
}
