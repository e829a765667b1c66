/**
 * The trace as JSON: fields named as the header's parameters, plus `name`.
 *
 * @module
 */
import type { TracedQuery } from "./query.ts";

export interface JsonQuery {
  readonly name: string;
  readonly type: string;
  readonly rcode: string;
  readonly answers: number;
  readonly source?: string;
  readonly cache?: string;
  readonly ttl?: number;
  readonly upstream?: string;
  readonly attempt?: number;
  readonly note?: string;
  readonly reason: string;
  readonly steps: readonly { readonly plugin: string; readonly did: string }[];
}

export function traceJson(queries: readonly TracedQuery[]): JsonQuery[] {
  return queries.map(({ attempt, reason, steps, ...query }) => ({
    ...query,
    ...(attempt > 1 && { attempt }),
    reason: reason(),
    steps,
  }));
}
