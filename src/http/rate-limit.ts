/**
 * How much one client may ask: a token bucket for each, in a table that is bounded.
 *
 * A client is an IPv4 address or an IPv6 network of 64 bits, since any machine has as many addresses of that as it likes. A whole class
 * may stand behind one address, and a page asks two or three times for one lookup: the default has room for that.
 *
 * @module
 */
import { boundedMap } from "../cache/bounded-map.ts";
import { addressOctets } from "../dns/address.ts";
import { err, ok, type Result } from "../result.ts";
import { problemResponse } from "./problem.ts";

export interface RateLimit {
  /** Requests a second. */
  readonly rate: number;
  /** Requests at once, after a while without any. */
  readonly burst: number;
  /** Nobody asked for it: clients on the machine itself, a proxy there included, are let through. */
  readonly isDefault: boolean;
}

/** Seconds, at least 1, until the client may ask again; 0: it may now. */
export type RateLimiter = (client: string | undefined) => number;

const DEFAULT: RateLimit = { rate: 100, burst: 1000, isDefault: true };

/** How many times the rate may come at once, where the setting does not say. */
const USUAL_BURST = 10;

const MOST = 1_000_000;

/** Reads `NDOTS_RATE_LIMIT`: `off` (undefined), `RATE` or `RATE/BURST`; absent or empty is the default. */
export function parseRateLimit(text: string | undefined): Result<RateLimit | undefined, string> {
  const given = (text ?? "").trim();
  if (given === "") return ok(DEFAULT);
  if (given === "off") return ok(undefined);
  const [, rateText = "", burstText] =
    /^([0-9]{1,7}(?:\.[0-9]{1,3})?)(?:\/([0-9]{1,7}))?$/.exec(given) ?? [];
  const rate = Number(rateText);
  const burst = burstText === undefined ? Math.ceil(rate * USUAL_BURST) : Number(burstText);
  if (rate > 0 && rate <= MOST && burst >= 1 && burst <= MOST) {
    return ok({ rate, burst, isDefault: false });
  }
  const shown = JSON.stringify(given.slice(0, 80));
  return err(
    `takes off, or requests a second and how many at once, such as 100/1000: received ${shown}`,
  );
}

/** Clients that are kept track of; beyond that the longest known is forgotten. */
const MOST_CLIENTS = 50_000;

/** Addresses whose network is at hand: to read one takes microseconds. */
const MOST_NETWORKS = 5_000;

/**
 * The buckets. Of each only one moment is kept: when the bucket would be full again, had nobody asked since.
 *
 * @param now milliseconds
 */
export function createRateLimiter(
  { rate, burst, isDefault }: RateLimit,
  now: () => number,
): RateLimiter {
  const each = 1000 / rate;
  // A thousandth of a request is a rounding error.
  const room = (burst + 0.001) * each;
  const fullAt = boundedMap<number>(MOST_CLIENTS);
  const networks = boundedMap<string>(MOST_NETWORKS);
  return (address) => {
    if (address === undefined || (isDefault && isLoopback(address))) return 0;
    let client = address.includes(":") ? networks.get(address) : address;
    if (client === undefined) {
      client = clientOf(address);
      networks.set(address, client);
    }
    const at = now();
    const known = fullAt.get(client);
    const next = Math.max(known ?? at, at) + each;
    const over = next - at - room;
    if (over > 0) return Math.max(1, Math.ceil(over / 1000));
    fullAt.set(client, next);
    return 0;
  };
}

/** The address, of IPv6 its network; one in IPv6's clothes (`::ffff:192.0.2.1`) is IPv4. */
export function clientOf(address: string): string {
  return address.includes(":") ? networkOf(address) : address;
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

function networkOf(address: string): string {
  const octets = addressOctets(address.split("%", 1)[0] as string);
  if (octets === undefined) return address;
  if (MAPPED.every((octet, at) => octets[at] === octet)) return octets.subarray(12).join(".");
  const groups = [0, 2, 4, 6].map(
    (at) => ((octets[at] as number) << 8) | (octets[at + 1] as number),
  );
  return groups.map((group) => group.toString(16)).join(":");
}

export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1" || address.startsWith("::ffff:127.");
}

/** The last address of `X-Forwarded-For`, which the nearest proxy wrote; those before it are the client's word. */
export function lastForwarded(header: string | null): string | undefined {
  const last = header?.slice(header.lastIndexOf(",") + 1).trim();
  return last === undefined || addressOctets(last) === undefined ? undefined : last;
}

/** A client that is not to ask now. Preflights are let through: without one a page could not read the 429. */
export function tooMany(seconds: number): Response {
  return problemResponse({
    status: 429,
    detail: `too many requests from your address: ask again in ${seconds} s`,
    headers: { "retry-after": String(seconds) },
  });
}
