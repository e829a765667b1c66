/**
 * What a runtime hands to the service: its effects, and nothing else of itself.
 *
 * @module
 */
import type { Wait } from "../cache/time-limit.ts";
import type { Clusters } from "../clusters.ts";
import type { Upstreams } from "../upstream/exchange.ts";

export interface Deps {
  readonly clusters: Clusters;
  readonly upstreams: {
    readonly exchange: Upstreams;
    /** Whether the resolver at that address answers all types of a name with one rcode. */
    answersConsistently(address: string): boolean;
  };
  /** Milliseconds since 1970. */
  now(): number;
  readonly wait: Wait;
  /** Whether a request may use what another one made (a timer, a response); Workers forbid it. */
  readonly requestsShare?: boolean;
  /** 32 bits from the platform's generator. */
  seed(): number;
}
