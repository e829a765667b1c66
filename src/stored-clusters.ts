/**
 * The clusters that a deployment keeps in a store: read when they are first asked for, kept open, and looked after.
 *
 * A lookup reads nothing once its cluster is open: every half a minute one lets the store be asked in the background
 * whether the cluster has changed, and goes on with what is there. Only after a minute without a lookup is the store
 * waited for again.
 *
 * @module
 */
import { type Wait, within } from "./cache/time-limit.ts";
import { storedText } from "./cluster/stored.ts";
import type { ClusterStore } from "./clusters.ts";
import { err, type Result } from "./result.ts";

export interface Surroundings {
  /** Milliseconds. */
  now(): number;
  readonly wait: Wait;
  /** Keeps work going that outlives the request that began it. */
  background?(work: Promise<unknown>): void;
  /** Whether one request may wait for another's I/O. */
  readonly coalesce?: boolean;
}

export interface StoredClusters<T> {
  /** Undefined where there is none of that name; a sentence where it cannot be read. */
  get(name: string): Promise<Result<T, string> | undefined>;
  /** The same without reading anything: undefined where it is not at hand. */
  peek(name: string): Result<T, string> | undefined;
}

/** @param open is not called for what is at hand already */
export function storedClusters<T>(
  store: Pick<ClusterStore, "get">,
  open: (name: string, text: string) => Result<T, string>,
  { now, wait, background, coalesce = false }: Surroundings,
): StoredClusters<T> {
  const kept = new Map<string, Entry<T>>();
  const readings = new Map<string, Reading<T>>();

  const read = async (name: string): Promise<Entry<T>> => {
    const before = kept.get(name);
    const got = await within(STORE_TIMEOUT, wait, () => store.get(name, before?.version));
    if (got.kind !== "done") return keep(name, withoutStore(name, before));
    const { version, octets } = got.value ?? {};
    // Another request may have opened the same meanwhile.
    const same = [before, kept.get(name)].find((one) => version && one?.version === version);
    if (same !== undefined) return keep(name, { ...same, readAt: now() });
    if (octets === undefined) return keep(name, { readAt: now(), holds: MISSING_FOR });
    kept.delete(name);
    const text = storedText(octets);
    if (text.ok) makeRoom(kept, text.value.length);
    const opened = text.ok ? open(name, text.value) : err(`cluster ${name}: ${text.error}`);
    const weight = text.ok && opened.ok ? text.value.length : 0;
    return keep(name, {
      opened,
      weight,
      ...(version && { version }),
      readAt: now(),
      holds: FRESH_FOR,
    });
  };

  const keep = (name: string, entry: Entry<T>): Entry<T> => {
    kept.delete(name);
    kept.set(name, entry);
    forgetMissing(kept);
    return entry;
  };

  const withoutStore = (name: string, before: Entry<T> | undefined): Entry<T> => {
    const readAt = now();
    if (before?.opened?.ok) return { ...before, readAt, holds: FRESH_FOR };
    const lost = err(`cluster ${name}: the store of clusters did not answer; try again later`);
    return { opened: lost, readAt, holds: 0 };
  };

  const begin = (name: string): Promise<Entry<T>> => {
    const entry = read(name);
    readings.set(name, { since: now(), entry });
    const end = (): void => void (readings.get(name)?.entry === entry && readings.delete(name));
    entry.then(end, end);
    return entry;
  };

  /** A request that ends may take its reading with it, so that none is relied on for long. */
  const underWay = (name: string): Promise<Entry<T>> | undefined => {
    const reading = readings.get(name);
    return reading && now() - reading.since <= STORE_TIMEOUT ? reading.entry : undefined;
  };

  return {
    peek: (name) => kept.get(name)?.opened,
    async get(name) {
      const there = kept.get(name);
      const age = there === undefined ? Number.POSITIVE_INFINITY : now() - there.readAt;
      if (there === undefined || age >= there.holds) {
        const entry = await ((coalesce && underWay(name)) || begin(name));
        return entry.opened;
      }
      if (there.opened && age >= FRESH_FOR / 2 && !underWay(name)) background?.(begin(name));
      return there.opened;
    },
  };
}

/** Milliseconds that what the store said holds, and that a missing cluster stays missing. */
const FRESH_FOR = 60_000;
const MISSING_FOR = 10_000;
const STORE_TIMEOUT = 2_000;

/** Characters of all texts: in memory a cluster takes some three times as much, and an isolate has 128 MB. */
const MOST_CHARACTERS = 32 * 1024 * 1024;
const MOST_OPEN = 16;
const MOST_KEPT = 1000;

interface Entry<T> {
  /** Undefined: the store has none of that name. */
  readonly opened?: Result<T, string>;
  /** Characters of its text. */
  readonly weight?: number;
  readonly version?: string;
  readonly readAt: number;
  /** Milliseconds from then on. */
  readonly holds: number;
}

interface Reading<T> {
  readonly since: number;
  readonly entry: Promise<Entry<T>>;
}

/** Closes those that were read longest ago, until one of so many characters can be opened. */
function makeRoom<T>(kept: Map<string, Entry<T>>, characters: number): void {
  const open = [...kept].filter(([, { weight = 0 }]) => weight > 0);
  let all = open.reduce((sum, [, { weight = 0 }]) => sum + weight, characters);
  for (const [at, [name, { weight = 0 }]] of open.entries()) {
    if (all <= MOST_CHARACTERS && open.length - at < MOST_OPEN) return;
    kept.delete(name);
    all -= weight;
  }
}

/** An open cluster is never forgotten for one that is missing: opening it again is dear. */
function forgetMissing<T>(kept: Map<string, Entry<T>>): void {
  if (kept.size <= MOST_KEPT) return;
  for (const [name, { weight = 0 }] of kept) {
    if (weight > 0) continue;
    kept.delete(name);
    return;
  }
}
