/**
 * The KV is a convenience: failing, hanging, slow, full or telling rubbish, it is a miss that costs a bounded time.
 */
import { describe, expect, test } from "vitest";
import { type KeyValueStore, memoryStore } from "../../src/cache/store.ts";
import { upstreamCache } from "../../src/cache/upstream-cache.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";
import { answers, scripted } from "./faulty.ts";
import { message, post, query, testService } from "./service.ts";

const A = "www.zone.test. 60 IN A 192.0.2.1";
const UNCACHED = ".:53 {\nkubernetes cluster.local\nforward . 10.0.0.2\n}\n";

const down = () => Promise.reject(new Error("down"));
const never = () => new Promise<never>(() => undefined);
const keepsNothing = async () => undefined;

interface Turn {
  /** Seconds since the row's beginning. */
  readonly at?: number;
  /** `miss`, `kv`. */
  readonly cache: string;
  /** Milliseconds; 0 where it is absent. */
  readonly ms?: number;
  readonly reads: number;
  readonly writes: number;
}

interface Row {
  readonly why: string;
  readonly store: Partial<KeyValueStore>;
  readonly turns: readonly Turn[];
}

const ROWS: readonly Row[] = [
  {
    why: "works: the answer is there for the next lookup",
    store: {},
    turns: [
      { cache: "miss", reads: 1, writes: 1 },
      { cache: "kv", reads: 1, writes: 0 },
      { at: 60, cache: "miss", reads: 1, writes: 1 },
    ],
  },
  {
    why: "fails: it is left alone for five seconds, then for ten",
    store: { get: down, put: down },
    turns: [
      { cache: "miss", reads: 1, writes: 0 },
      { at: 4.9, cache: "miss", reads: 0, writes: 0 },
      { at: 5, cache: "miss", reads: 1, writes: 0 },
      { at: 14.9, cache: "miss", reads: 0, writes: 0 },
      { at: 15, cache: "miss", reads: 1, writes: 0 },
    ],
  },
  {
    why: "throws at once",
    store: {
      get() {
        throw new Error("down");
      },
      put() {
        throw new Error("down");
      },
    },
    turns: [{ cache: "miss", reads: 1, writes: 0 }],
  },
  {
    why: "hangs: one lookup in five seconds waits a quarter of a second",
    store: { get: never, put: never },
    turns: [
      { cache: "miss", ms: 250, reads: 1, writes: 0 },
      { cache: "miss", reads: 0, writes: 0 },
    ],
  },
  {
    why: "is full, or over its quota of writes: what is there is still read",
    store: { put: down },
    turns: [
      { cache: "miss", reads: 1, writes: 1 },
      { at: 1, cache: "miss", reads: 1, writes: 0 },
      { at: 5, cache: "miss", reads: 1, writes: 1 },
      { at: 14, cache: "miss", reads: 1, writes: 0 },
      { at: 15, cache: "miss", reads: 1, writes: 1 },
    ],
  },
  {
    why: "hangs on writes: no lookup waits for them",
    store: { put: never },
    turns: [{ cache: "miss", reads: 1, writes: 1 }],
  },
  {
    why: "says that it wrote and did not: it is written again when the answer would be over",
    store: { put: keepsNothing },
    turns: [
      { cache: "miss", reads: 1, writes: 1 },
      { at: 59, cache: "miss", reads: 1, writes: 0 },
      { at: 60, cache: "miss", reads: 1, writes: 1 },
    ],
  },
  {
    why: "tells text",
    store: { get: async () => new TextEncoder().encode("{rubbish") },
    turns: [{ cache: "miss", reads: 1, writes: 1 }],
  },
  {
    why: "tells nothing, in no octets",
    store: { get: async () => new Uint8Array() },
    turns: [{ cache: "miss", reads: 1, writes: 1 }],
  },
  {
    why: "tells ten million octets",
    store: { get: async () => new Uint8Array(10_000_000).fill(1) },
    turns: [{ cache: "miss", reads: 1, writes: 1 }],
  },
];

describe("a KV that", () => {
  test.each(ROWS)("$why", async ({ store, turns }) => {
    const clock = { now: 0 };
    const memory = memoryStore(100, () => clock.now);
    const service = scripted({
      upstreams: { "one.test": answers([A]) },
      corefile: UNCACHED,
      store: { ...memory, ...store },
    });
    const begin = service.clock.now;
    for (const [index, turn] of turns.entries()) {
      if (turn.at !== undefined) service.clock.now = begin + turn.at * 1000;
      clock.now = service.clock.now;
      const { is, took, reads, writes, headers } = await service.look("www.zone.test");
      const cache = /cache=([a-z]+)/.exec(headers.get("dns-trace") ?? "")?.[1];
      expect({ index, is, cache, ms: took, reads, writes }).toEqual({
        index,
        is: "NOERROR 192.0.2.1",
        ms: 0,
        ...without(turn),
      });
    }
  });

  test.each<{ why: string; spoil(value: Uint8Array): Uint8Array; about?: string }>([
    { why: "tells another version's value", spoil: (value) => value.with(0, 2) },
    { why: "tells half a value", spoil: (value) => value.subarray(0, value.length / 2) },
    { why: "tells all but the last octet", spoil: (value) => value.subarray(0, -1) },
    { why: "tells another name's value", spoil: (value) => value, about: "other.zone.test" },
    { why: "tells another type's value", spoil: (value) => value, about: "www.zone.test AAAA" },
  ])(
    "$why is a miss, and the answer is the upstream's",
    async ({ spoil, about = "www.zone.test" }) => {
      const [name = "", type = "A"] = about.split(" ");
      const other =
        type === "A" ? `${name}. 60 IN A 192.0.2.66` : `${name}. 60 IN AAAA 2001:db8::66`;
      const values: Uint8Array[] = [];
      const keeping = {
        get: keepsNothing,
        put: async (_: string, value: Uint8Array) => void values.push(value),
      };
      const writer = scripted({ upstreams: { "one.test": answers([other]) }, store: keeping });
      expect((await writer.look(name, { type, path: "/dns-query/search=off" })).writes).toBe(1);
      const [value] = values as [Uint8Array];
      const store = { get: async () => spoil(value), put: keepsNothing };
      const reader = scripted({
        upstreams: { "one.test": answers([A]) },
        corefile: UNCACHED,
        store,
      });
      const looked = await reader.look("www.zone.test");
      expect([looked.is, looked.reads, looked.writes]).toEqual(["NOERROR 192.0.2.1", 1, 1]);
    },
  );

  test("is slow each time takes a second of a lookup and no more", async () => {
    const service = scripted({
      upstreams: { "one.test": answers([], { rcode: "NXDOMAIN" }) },
      corefile: UNCACHED,
      store: { get: keepsNothing, put: keepsNothing },
      readTakes: 240,
    });
    const search = Array.from({ length: 30 }, (_, at) => `d${at}.test`).join(",");
    const looked = await service.look("www", { path: `/dns-query/search=${search}/family=4` });
    expect([looked.is, looked.took, looked.reads, looked.sent.length]).toEqual([
      "NXDOMAIN",
      5 * 240,
      5,
      31,
    ]);
  });

  test("works gives what another isolate left there, and is not asked for cluster names", async () => {
    const inner = memoryStore(100, Date.now);
    const asked: string[] = [];
    const store: KeyValueStore = {
      get: (key) => {
        asked.push(key);
        return inner.get(key);
      },
      put: (key, value, expiry) => inner.put(key, value, expiry),
    };
    const serviceOn = () =>
      testService({ deps: { cache: upstreamCache(store, { now: Date.now, wait }) } }).app;
    const first = serviceOn();
    await post(first, query("web-service"));
    expect(asked).toEqual([]);
    await post(first, query("api.example.com"), "/dns-query/search=off");
    await wait(10);
    const second = await post(serviceOn(), query("api.example.com"), "/dns-query/search=off");
    expect(second.headers.get("dns-trace")).toMatch(/cache=kv/);
    expect((await message(second)).answer.length).toBe(1);
  });
});

function without({ at: _, ...turn }: Turn): Omit<Turn, "at"> {
  return turn;
}
