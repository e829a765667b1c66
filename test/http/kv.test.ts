/**
 * The KV is a convenience: failing, hanging, full or telling rubbish, it is a miss.
 */
import { describe, expect, test } from "vitest";
import { type KeyValueStore, memoryStore } from "../../src/cache/store.ts";
import { upstreamCache } from "../../src/cache/upstream-cache.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";
import { message, post, query, testService } from "./service.ts";

function serviceOn(store: KeyValueStore) {
  const now = (): number => Date.now();
  return testService({ deps: { cache: upstreamCache(store, { now, wait }) } });
}

const ROWS: { why: string; store: KeyValueStore }[] = [
  {
    why: "fails",
    store: {
      get: () => Promise.reject(new Error("down")),
      put: () => Promise.reject(new Error("down")),
    },
  },
  {
    why: "throws at once",
    store: {
      get: () => {
        throw new Error("down");
      },
      put: () => {
        throw new Error("down");
      },
    },
  },
  {
    why: "hangs",
    store: { get: () => new Promise(() => undefined), put: () => new Promise(() => undefined) },
  },
  {
    why: "tells rubbish",
    store: { get: async () => new TextEncoder().encode("{rubbish"), put: async () => undefined },
  },
  {
    why: "tells nothing",
    store: { get: async () => new Uint8Array(), put: async () => undefined },
  },
];

describe("a KV that", () => {
  test.each(ROWS)("$why is a miss", async ({ store }) => {
    const { app } = serviceOn(store);
    const reply = await post(app, query("api.example.com"), "/dns-query/search=off");
    expect(reply.headers.get("dns-trace")).toMatch(/rcode=NOERROR;.*cache=miss/);
    expect((await message(reply)).answer.length).toBeGreaterThan(0);
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
    const first = serviceOn(store).app;
    await post(first, query("web-service"));
    expect(asked).toEqual([]);
    await post(first, query("api.example.com"), "/dns-query/search=off");
    await wait(10);
    const second = await post(
      serviceOn(store).app,
      query("api.example.com"),
      "/dns-query/search=off",
    );
    expect(second.headers.get("dns-trace")).toMatch(/cache=kv/);
    expect((await message(second)).answer.length).toBe(1);
  });
});
