/**
 * How long a denial holds (RFC 2308).
 *
 * @module
 */
import type { RR } from "./message.ts";

/** Seconds: the smaller of the SOA's TTL and MINIMUM (RFC 2308 §3, §5); undefined without an SOA. */
export function negativeTtl(authority: readonly RR[]): number | undefined {
  for (const rr of authority) if (rr.type === "SOA") return Math.min(rr.ttl, rr.data.minimum);
  return undefined;
}
