/**
 * How often the KV is read and written, counted through the whole app.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { type KeyValueStore, memoryStore } from "../src/cache/store.ts";
import { upstreamCache } from "../src/cache/upstream-cache.ts";
import { wait } from "../src/runtime/upstream/wait.ts";
import { post, query, type TestService, testService } from "../test/http/service.ts";

export interface KvRow {
  readonly what: string;
  readonly lookups: number;
  /** Queries that needed the resolver outside, or the KV in its place. */
  readonly forwarded: number;
  readonly reads: number;
  readonly writes: number;
}

interface Scenario {
  readonly what: string;
  /** Each has a memory of its own; the KV is one. */
  readonly isolates: number;
  /** Asked first, and not counted. */
  readonly known?: string;
  /** Groups of lookups that are made at once, one group after the other; spread over the isolates in turn. */
  readonly groups: readonly (readonly string[])[];
}

const PEOPLE = 30;
const NAMES = numbered(50);

export const CLUSTER_NAMES = "1,000 lookups of a cluster name";
export const FROM_MEMORY = "1,000 lookups of an external name, from memory";
export const EACH_NEW = "1,000 lookups of external names, each new";
export const CLASS = "30 people, the same 50 names";

const SCENARIOS: readonly Scenario[] = [
  { what: CLUSTER_NAMES, isolates: 1, groups: alone(repeated(1_000, "web-service")) },
  {
    what: FROM_MEMORY,
    isolates: 1,
    known: "api.example.com",
    groups: alone(repeated(1_000, "api.example.com")),
  },
  { what: EACH_NEW, isolates: 1, groups: alone(numbered(1_000)) },
  { what: CLASS, isolates: 1, groups: NAMES.map((name) => repeated(PEOPLE, name)) },
  {
    what: `${CLASS}, an isolate each, one after the other`,
    isolates: PEOPLE,
    groups: alone(NAMES.flatMap((name) => repeated(PEOPLE, name))),
  },
];

/** @param quick without those of many isolates, which take a while to make */
export async function benchKv(quick: boolean): Promise<KvRow[]> {
  const rows: KvRow[] = [];
  const scenarios = SCENARIOS.filter(({ isolates }) => !quick || isolates === 1);
  for (const scenario of scenarios) rows.push(await count(scenario));
  return rows;
}

async function count({ what, isolates, known, groups }: Scenario): Promise<KvRow> {
  let counts = { ...NOTHING };
  const inner = memoryStore(100_000, Date.now);
  const store: KeyValueStore = {
    get(key) {
      counts.reads++;
      return inner.get(key);
    },
    put(key, value, expiry) {
      counts.writes++;
      return inner.put(key, value, expiry);
    },
  };
  const services = Array.from({ length: isolates }, () => isolateOn(store));
  if (known !== undefined) {
    for (const { app } of services) await post(app, query(known));
    await setImmediate();
    counts = { ...NOTHING };
  }
  for (const group of groups) {
    const replies = group.map((name) => {
      const { app } = services[counts.lookups++ % isolates] as TestService;
      return post(app, query(name));
    });
    for (const reply of await Promise.all(replies)) counts.forwarded += forwardedBy(reply);
    // Writes are made behind the answers' backs.
    await setImmediate();
  }
  return { what, ...counts };
}

const NOTHING = { lookups: 0, forwarded: 0, reads: 0, writes: 0 };

/** As on Workers, where one request may not wait for another's I/O. */
function isolateOn(store: KeyValueStore): TestService {
  const cache = upstreamCache(store, { now: Date.now, wait });
  return testService({ deps: { cache, coalesce: false } });
}

/** The trace tells each query: those that CoreDNS forwarded and did not find in its memory. */
function forwardedBy(reply: Response): number {
  const trace = reply.headers.get("dns-trace");
  if (trace === null) throw new Error(`HTTP ${reply.status} without a trace`);
  return trace.match(/source=forward;cache=(?:miss|kv)/g)?.length ?? 0;
}

/** Names that the internet zone has. */
function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `name-${at}.wild.example.com`);
}

function repeated(times: number, name: string): readonly string[] {
  return Array.from({ length: times }, () => name);
}

function alone(names: readonly string[]): readonly (readonly string[])[] {
  return names.map((name) => [name]);
}
