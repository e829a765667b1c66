/**
 * What CoreDNS's cache keeps: replies with their time, and how often they are asked for.
 *
 * @module
 */
import { type BoundedMap, boundedMap } from "../../../cache/bounded-map.ts";
import type { RR } from "../../../dns/message.ts";
import type { Reply } from "../../plugin.ts";

/** Mutable only in what its `hits` and its refresh are about. */
export interface Entry {
  readonly reply: Reply;
  /** Seconds, counted from `stored`. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly stored: number;
  /** Whether the reply holds what was asked for (RFC 8767's "last known good"). */
  readonly answering: boolean;
  /** The entry that was, where this one is no answer. */
  readonly lastKnownGood?: Entry;
  hits: number;
  lastHit: number;
  refreshing: boolean;
  /** Milliseconds since 1970; a stale entry is not refreshed before. */
  retryAfter: number;
}

/** Entries by key; full, it drops what was stored first. */
export type Store = BoundedMap<Entry>;

/** CoreDNS has 256 shards of four entries at least; the ceiling is ours, since a Corefile may ask for any number. */
const SHARDS = 256;
const FEWEST = 4 * SHARDS;
const MOST = 65_536;

export function store(capacity: number): Store {
  return boundedMap(Math.min(Math.max(capacity - (capacity % SHARDS), FEWEST), MOST));
}

/** Seconds; zero and less where the entry has expired. */
export function ttlLeft(entry: Entry, now: number): number {
  return entry.ttl - Math.floor((now - entry.stored) / 1000);
}

/** The reply with one TTL for all records, as CoreDNS's cache gives it (filterRRSlice in plugin/cache/dnssec.go). */
export function withTtl(reply: Reply, ttl: number): Reply {
  const set = (section: readonly RR[]) => section.map((rr) => ({ ...rr, ttl }));
  return {
    ...reply,
    answer: set(reply.answer),
    authority: set(reply.authority),
    additional: set(reply.additional),
  };
}

/** Counts a hit; the count begins anew where `gap` milliseconds passed without one (plugin/cache/freq). */
export function countHit(entry: Entry, now: number, gap: number): number {
  entry.hits = entry.lastHit < now - gap ? 1 : entry.hits + 1;
  entry.lastHit = now;
  return entry.hits;
}
