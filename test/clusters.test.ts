import { describe, expect, test } from "vitest";
import { type ClusterStore, createClusters, openCluster } from "../src/clusters.ts";
import { BUNDLED_CLUSTERS } from "../src/runtime/zones.ts";

const demo = JSON.stringify(BUNDLED_CLUSTERS.demo);

function setUp(store: Partial<ClusterStore>) {
  const clock = { at: 0 };
  const read: string[] = [];
  const clusters = createClusters(
    {},
    {
      names: store.names ?? (async () => ["shop"]),
      get: async (name) => {
        read.push(name);
        return store.get?.(name);
      },
    },
    { now: () => clock.at, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 100)) },
  );
  return { clusters, clock, read };
}

describe("clusters of a store", () => {
  test("are read once a minute, and an unchanged text keeps its CoreDNS and that one's cache", async () => {
    const { clusters, clock, read } = setUp({ get: async () => demo });
    const first = await clusters.get("shop");
    clock.at += 59_000;
    expect(await clusters.get("shop")).toBe(first);
    expect(read.length).toBe(1);
    clock.at += 2_000;
    const again = await clusters.get("shop");
    expect(read.length).toBe(2);
    expect(again).toEqual(first);
    expect(again?.ok && first?.ok && again.value.coredns === first.value.coredns).toBe(true);
  });

  test("a missing one is not looked for again at once", async () => {
    const { clusters, read } = setUp({ get: async () => undefined });
    expect(await clusters.get("shop")).toBeUndefined();
    expect(await clusters.get("shop")).toBeUndefined();
    expect(read.length).toBe(1);
  });

  test.each(["Shop", "a/b", "..", "a b", "", "x".repeat(64)])(
    "%j is no name to look for",
    async (name) => {
      const { clusters, read } = setUp({ get: async () => demo });
      expect(await clusters.get(name)).toBeUndefined();
      expect(read).toEqual([]);
    },
  );

  test.each<{ why: string; get: ClusterStore["get"] }>([
    { why: "a store that fails", get: () => Promise.reject(new Error("down")) },
    { why: "a store that hangs", get: () => new Promise(() => undefined) },
  ])("$why is said, and what was read before is kept", async ({ get }) => {
    let works = true;
    const { clusters, clock } = setUp({
      get: (name) => (works ? Promise.resolve(demo) : get(name)),
    });
    const first = await clusters.get("shop");
    works = false;
    clock.at += 61_000;
    expect(await clusters.get("shop")).toBe(first);
    const other = await clusters.get("other");
    expect(other).toMatchObject({ ok: false, error: expect.stringMatching(/did not answer/) });
  });

  test("names survive a store that fails", async () => {
    const { clusters } = setUp({ names: () => Promise.reject(new Error("down")) });
    expect(await clusters.names()).toEqual([]);
  });
});

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
