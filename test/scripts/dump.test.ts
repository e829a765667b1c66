/**
 * A dump that comes in pieces: whatever its size, and wherever the pieces end.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Dump, dumpText, readDump } from "../../scripts/dump.ts";
import { type ListPart, listParts, NotAList } from "../../scripts/list-parts.ts";
import { readList } from "../../src/cluster/list.ts";
import { storedOctets } from "../../src/cluster/stored.ts";
import { openCluster } from "../../src/clusters.ts";
import type { Result } from "../../src/result.ts";
import { largeText, type Size } from "../cluster/large.ts";
import { list, pod } from "../cluster/objects.ts";

/** The text in pieces of so many octets. */
async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const octets = new TextEncoder().encode(text);
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

function read(text: string, size = 1 << 16): Promise<Result<Dump, string>> {
  return readDump("test", pieces(text, size));
}

async function parts(text: string, size: number): Promise<ListPart[]> {
  const all: ListPart[] = [];
  for await (const part of listParts(pieces(text, size))) all.push(part);
  return all;
}

describe("a List is taken apart", () => {
  const items = [{ a: '}]"\\' }, [1, [2, { b: "\\\\" }]], "ü\u2028", -1.5e3, true, null, {}];
  const text = JSON.stringify({ apiVersion: "v1", items, kind: "List", metadata: { x: [] } });
  const spaced = JSON.stringify(JSON.parse(text), undefined, "\t\r\n ");
  test.each([1, 2, 3, 7, 64, 1000])("in pieces of %i octets", async (size) => {
    for (const one of [text, spaced]) {
      const all = await parts(one, size);
      const values = all.flatMap((part) => (part.kind === "item" ? [part.value] : []));
      const members = all.flatMap((part) =>
        part.kind === "member" ? [[part.key, part.value]] : [],
      );
      expect(values).toEqual(items);
      expect(Object.fromEntries(members)).toEqual({
        apiVersion: "v1",
        kind: "List",
        metadata: { x: [] },
      });
    }
  });

  test.each<{ why: string; text: string; says: string }>([
    { why: "nothing", text: "", says: "not a JSON List: takes { at octet 0" },
    { why: "an array", text: "[]", says: "not a JSON List: takes { at octet 0" },
    {
      why: "a text that ends in an item",
      text: '{"items":[{"a":"',
      says: "not a JSON List: ends too early at octet 10",
    },
    {
      why: "a text that ends between items",
      text: '{"items":[{},',
      says: "not a JSON List: ends too early at octet 13",
    },
    {
      why: "an item that is no JSON",
      text: '{"items":[{},{a:1}]}',
      says: "not a JSON List: $.items[1] is no JSON value at octet 13",
    },
    {
      why: "brackets that do not fit",
      text: '{"items":[{]}',
      says: "not a JSON List: $.items[0] is no JSON value at octet 10",
    },
    { why: "no comma", text: '{"items":[{} {}]}', says: "not a JSON List: takes , at octet 13" },
    {
      why: "a comma too many",
      text: '{"items":[{},]}',
      says: "not a JSON List: $.items[1] is no JSON value at octet 13",
    },
    {
      why: "items twice",
      text: '{"items":[],"items":[]}',
      says: 'not a JSON List: has "items" twice at octet 19',
    },
    { why: "no items", text: '{"kind":"List"}', says: "$.items is missing" },
    {
      why: "two Lists",
      text: '{"items":[]}{"items":[]}',
      says: "not a JSON List: goes on behind the List at octet 12",
    },
    {
      why: "a key that is none",
      text: "{7:[]}",
      says: "not a JSON List: $ is no JSON value at octet 1",
    },
    { why: "YAML", text: "apiVersion: v1\nitems:\n", says: "not a JSON List: takes { at octet 0" },
  ])("$why is refused with the place", async ({ text: wrong, says }) => {
    for (const size of [1, 1000]) {
      await expect(parts(wrong, size)).rejects.toThrow(new NotAList(says));
    }
  });
});

describe("a dump", () => {
  const demo = readFileSync("zones/demo.json", "utf8");

  test("is the cluster that the service would read", async () => {
    const dump = await read(demo, 1000);
    const whole = readList("test", JSON.parse(demo));
    if (!dump.ok || !whole.ok) throw new Error("demo is wrong");
    expect(dump.value.octets).toBe(Buffer.byteLength(demo));
    expect([...dump.value.cluster.pods]).toEqual([...whole.value.pods]);
    expect(JSON.parse(dumpText(dump.value)).kind).toBe("List");
  });

  test.each<{ why: string; list: unknown; says: string }>([
    {
      why: "what is wrong is said with its path",
      list: list([
        pod("a"),
        { kind: "Service", metadata: { name: "s" }, spec: { ports: [{ port: 70_000 }] } },
      ]),
      says: "$.items[1].spec.ports[0].port takes a number from 1 to 65535: received 70000",
    },
    {
      why: "one object is no List",
      list: { items: [], kind: "Pod" },
      says: '$.kind takes List: received "Pod"',
    },
    {
      why: "items are an array",
      list: { items: {}, kind: "List" },
      says: "$.items takes an array: received an object",
    },
    {
      why: "a kind that comes too late is asked for in front",
      list: { items: [{ metadata: { name: "a" } }], kind: "PodList" },
      says: "$.items[0].kind is missing, and the List's own kind comes behind its items",
    },
    {
      why: "the Corefile is checked too",
      list: list([
        {
          kind: "ConfigMap",
          metadata: { namespace: "kube-system", name: "coredns" },
          data: { Corefile: ". {\n  cash\n}\n" },
        },
      ]),
      says: "cluster test: Corefile line 2: ",
    },
  ])("that is wrong is refused: $why", async ({ list: wrong, says }) => {
    const dump = await read(JSON.stringify(wrong));
    expect(dump.ok ? "" : dump.error.slice(0, says.length)).toBe(says);
  });

  test("may be a typed List, whose items do not repeat its kind", async () => {
    const dump = await read(
      '{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}}]}',
    );
    expect(dump.ok && [...dump.value.cluster.pods].map(({ name }) => name)).toEqual(["a"]);
  });

  test("tells what it leaves out, and no kind that a terminal would act on", async () => {
    const items = [{ kind: "Secret" }, { kind: "Secret" }, { kind: "\u001b[2J" }, {}, pod("a")];
    const dump = await read(JSON.stringify(list(items)));
    expect(dump.ok && [...dump.value.leftOut]).toEqual([
      ["Secret", 2],
      ["object of another kind", 2],
    ]);
  });
});

describe("a large cluster", () => {
  /** A fiftieth of the largest. */
  const SIZE: Size = { services: 200, pods: 3000, nodes: 100 };
  const text = [...largeText(SIZE)].join("");

  test("is stored in columns, which are the same cluster", async () => {
    const dump = await read(text);
    if (!dump.ok) throw new Error(dump.error);
    const { cluster } = dump.value;
    expect([cluster.pods.length, cluster.services.length, cluster.nodes.length]).toEqual([
      3000, 200, 100,
    ]);
    const stored = JSON.parse(dumpText(dump.value));
    expect(stored.items.some(({ kind }: { kind: string }) => kind === "Pod")).toBe(false);
    const opened = openCluster("test", stored);
    if (!opened.ok) throw new Error(opened.error);
    const again = opened.value.cluster;
    expect(again.services.map(({ labels: _, ...rest }) => rest)).toEqual(
      cluster.services.map(({ labels: _, ...rest }) => rest),
    );
    expect(again.slices.map(({ endpoints }) => endpoints)).toEqual(
      cluster.slices.map(({ endpoints }) => endpoints),
    );
    for (const one of cluster.pods) {
      const { labels: _, ...rest } = one;
      expect(again.pod(one.namespace, one.name)).toMatchObject(rest);
    }
  });

  test("takes less than a fiftieth of what Workers KV takes in a value", async () => {
    const dump = await read(text);
    if (!dump.ok) throw new Error(dump.error);
    expect(storedOctets(dumpText(dump.value)).length).toBeLessThan((25 * 1024 * 1024) / 50 / 4);
  });
});
