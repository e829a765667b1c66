/**
 * Clusters of a deployment: when the store is asked, and what becomes of what it says.
 */
import { describe, expect, test } from "vitest";
import { packList } from "../src/cluster/pack.ts";
import { storedOctets } from "../src/cluster/stored.ts";
import { createClusters, openCluster } from "../src/clusters.ts";
import { BUNDLED_CLUSTERS } from "../src/runtime/zones.ts";

const demo = JSON.stringify(BUNDLED_CLUSTERS.demo);
const lab = JSON.stringify(BUNDLED_CLUSTERS.lab);

/** A store that counts: each of its values has a version, as a real one's has. */
function setUp(options: { coalesce?: boolean } = {}) {
  const clock = { at: 0 };
  const values = new Map<string, { version: string; text: string | Uint8Array }>();
  const store = {
    reads: 0,
    octets: 0,
    fails: undefined as (() => Promise<never>) | undefined,
    names: async () => [...values.keys()],
    async get(name: string, known: string | undefined) {
      this.reads++;
      await undefined;
      if (this.fails) return this.fails();
      const value = values.get(name);
      if (value === undefined) return undefined;
      const { version, text } = value;
      if (version === known) return { version };
      const octets = typeof text === "string" ? new TextEncoder().encode(text) : text;
      this.octets += octets.length;
      return { version, octets };
    },
  };
  const background: Promise<unknown>[] = [];
  const clusters = createClusters({}, store, {
    now: () => clock.at,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 100)),
    background: (work) => background.push(work),
    ...options,
  });
  return { clusters, clock, store, values, done: () => Promise.all(background) };
}

describe("clusters of a store", () => {
  test("a lookup reads nothing once its cluster is open", async () => {
    const { clusters, clock, store, values } = setUp();
    values.set("shop", { version: "1", text: demo });
    const first = await clusters.get("shop");
    for (let lookup = 0; lookup < 1000; lookup++) {
      clock.at += 29;
      expect(await clusters.get("shop")).toBe(first);
    }
    expect(store.reads).toBe(1);
  });

  test("a busy cluster is looked after in the background, and no lookup waits for that", async () => {
    const { clusters, clock, store, values, done } = setUp();
    values.set("shop", { version: "1", text: demo });
    const first = await clusters.get("shop");
    const { octets } = store;
    for (let lookup = 0; lookup < 100; lookup++) {
      clock.at += 10_000;
      expect(await clusters.get("shop")).toBe(first);
      await done();
    }
    expect(store.reads).toBeLessThanOrEqual(1 + 1000 / 30);
    expect(store.octets).toBe(octets);
  });

  test("a change is seen within a minute, whether anyone asked meanwhile or not", async () => {
    for (const pause of [10_000, 61_000]) {
      const { clusters, clock, values, done } = setUp();
      values.set("shop", { version: "1", text: demo });
      await clusters.get("shop");
      values.set("shop", { version: "2", text: lab });
      for (let passed = 0; passed < 61_000; passed += pause) {
        clock.at += pause;
        await clusters.get("shop");
        await done();
      }
      const now = await clusters.get("shop");
      expect(now?.ok && now.value.cluster.domain).toBe("k8s.example");
    }
  });

  test("an unchanged one keeps its CoreDNS, and so what that has in its cache", async () => {
    const { clusters, clock, values } = setUp();
    values.set("shop", { version: "1", text: demo });
    const first = await clusters.get("shop");
    clock.at += 3_600_000;
    const again = await clusters.get("shop");
    expect(again?.ok && first?.ok && again.value.coredns === first.value.coredns).toBe(true);
  });

  test.each([true, false])(
    "many at once open it once (one waits for another: %s)",
    async (coalesce) => {
      const { clusters, store, values } = setUp({ coalesce });
      values.set("shop", { version: "1", text: demo });
      const all = await Promise.all(Array.from({ length: 100 }, () => clusters.get("shop")));
      expect(new Set(all.map((one) => one?.ok && one.value.coredns)).size).toBe(1);
      expect(store.reads).toBe(coalesce ? 1 : 100);
    },
  );

  test("a missing one is not looked for again at once", async () => {
    const { clusters, store } = setUp();
    expect(await clusters.get("shop")).toBeUndefined();
    expect(await clusters.get("shop")).toBeUndefined();
    expect(store.reads).toBe(1);
  });

  test("no number of missing ones closes one that is open", async () => {
    const { clusters, clock, store, values } = setUp();
    values.set("shop", { version: "1", text: demo });
    const first = await clusters.get("shop");
    for (let at = 0; at < 3000; at++) {
      clock.at += 1;
      await clusters.get(`missing-${at}`);
    }
    const { reads } = store;
    expect(await clusters.get("shop")).toBe(first);
    expect(store.reads).toBe(reads);
  });

  test("of more than an isolate has room for, those read longest ago are closed", async () => {
    const { clusters, store, values } = setUp();
    const large = `${demo.slice(0, -1)}${" ".repeat(15 * 1024 * 1024)}}`;
    for (const name of ["a", "b", "c"]) {
      values.set(name, { version: name, text: large });
      await clusters.get(name);
    }
    await clusters.get("c");
    await clusters.get("b");
    expect(store.reads).toBe(3);
    await clusters.get("a");
    expect(store.reads).toBe(4);
  });

  test.each(["Shop", "a/b", "..", "a b", "", "x".repeat(64)])(
    "%j is no name to look for",
    async (name) => {
      const { clusters, store } = setUp();
      expect(await clusters.get(name)).toBeUndefined();
      expect(store.reads).toBe(0);
    },
  );

  test.each<{ why: string; fails: () => Promise<never> }>([
    { why: "a store that fails", fails: () => Promise.reject(new Error("down")) },
    { why: "a store that hangs", fails: () => new Promise(() => undefined) },
  ])("$why is said, and what was read before is kept", async ({ fails }) => {
    const { clusters, clock, store, values } = setUp();
    values.set("shop", { version: "1", text: demo });
    const first = await clusters.get("shop");
    store.fails = fails;
    clock.at += 61_000;
    expect(await clusters.get("shop")).toBe(first);
    const other = await clusters.get("other");
    expect(other).toMatchObject({ ok: false, error: expect.stringMatching(/did not answer/) });
  });

  test("names survive a store that fails", async () => {
    const clusters = createClusters(
      {},
      { names: () => Promise.reject(new Error("down")), get: async () => undefined },
      { now: () => 0, wait: () => new Promise(() => undefined) },
    );
    expect(await clusters.names()).toEqual([]);
  });

  test.each<{ why: string; text: string | Uint8Array; says: RegExp }>([
    { why: "JSON cut short", text: demo.slice(0, 5000), says: /^cluster shop: not JSON/ },
    {
      why: "gzip cut short",
      text: storedOctets(demo).slice(0, 500),
      says: /^cluster shop: cannot be unpacked: its gzip is broken, cut short/,
    },
    {
      why: "gzip that unpacks to more than any cluster has",
      text: storedOctets(" ".repeat(65 * 1024 * 1024)),
      says: /^cluster shop: cannot be unpacked: .* holds more than 67108864 octets/,
    },
    {
      why: "what was packed for another cluster",
      text: packed("other"),
      says: /^cluster shop: \$\.packed\.cluster takes "shop": received "other"/,
    },
    { why: "nothing", text: "", says: /^cluster shop: not JSON/ },
  ])("$why is refused with a sentence that does not quote it", async ({ text, says }) => {
    const { clusters, values } = setUp();
    values.set("shop", { version: "1", text });
    const got = await clusters.get("shop");
    expect(got?.ok === false && got.error).toMatch(says);
    expect(got?.ok === false && got.error.length).toBeLessThan(200);
  });
});

function packed(name: string): Uint8Array {
  const opened = openCluster(name, BUNDLED_CLUSTERS.demo);
  if (!opened.ok) throw new Error(opened.error);
  return storedOctets(JSON.stringify(packList(opened.value.cluster)));
}

describe("a wrong cluster says where", () => {
  test.each<{ why: string; json: unknown; says: RegExp }>([
    {
      why: "its path",
      json: { kind: "List", items: [{ kind: "Pod" }] },
      says: /^cluster c: .*\$\.items\[0\]/,
    },
    { why: "no List at all", json: [], says: /^cluster c: / },
    {
      why: "the line of its Corefile",
      json: {
        kind: "List",
        items: [
          {
            kind: "ConfigMap",
            metadata: { namespace: "kube-system", name: "coredns" },
            data: { Corefile: ".:53 {\n    cache\n    cash 30\n}\n" },
          },
        ],
      },
      says: /Corefile line 3: .*cash/,
    },
  ])("$why", ({ json, says }) => {
    const opened = openCluster("c", json);
    expect(opened.ok ? "" : opened.error).toMatch(says);
  });
});
