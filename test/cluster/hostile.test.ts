/**
 * Lists that mean harm: each is refused with a sentence, or read with what it may take bounded.
 */
import { describe, expect, test } from "vitest";
import { compactList } from "../../src/cluster/compact.ts";
import { describeListError, readList } from "../../src/cluster/list.ts";
import { packList } from "../../src/cluster/pack.ts";
import { openCluster } from "../../src/clusters.ts";
import {
  configMap,
  type Item,
  kubeDns,
  list,
  node,
  pod,
  ready,
  service,
  slice,
} from "./objects.ts";

/** Arrays and objects in one another. */
function nested(levels: number): unknown {
  let value: unknown = "x";
  for (let at = 0; at < levels; at++) value = at % 2 === 0 ? [value] : { a: value };
  return value;
}

const LONG = "x".repeat(10 * 1024 * 1024);

describe("is refused with a sentence", () => {
  test.each<{ why: string; json: unknown; says: string }>([
    {
      why: "a thousand levels where text is read",
      json: list([pod("a", { labels: { x: nested(1000) } })]),
      says: "$.items[0].metadata.labels.x takes a string: received an object",
    },
    {
      why: "a hundred thousand levels in place of the items",
      json: { kind: "List", items: nested(100_000) },
      says: "$.items takes an array: received an object",
    },
    {
      why: "a name of ten million characters",
      json: list([pod(LONG)]),
      says: "$.items[0].metadata.name takes at most 1048576 characters: received 10485760",
    },
    {
      why: "a resolv.conf of ten million characters",
      json: list([node("n", { files: { "resolv.conf": LONG } })]),
      says: '$.items[0].metadata.annotations["ndots.dev/resolv.conf"] takes at most 1048576 characters: received 10485760',
    },
    {
      why: "a Corefile of ten million characters",
      json: list([configMap("kube-system/coredns", { Corefile: LONG })]),
      says: "$.items[0].data.Corefile takes at most 1048576 characters: received 10485760",
    },
    {
      why: "a ConfigMap larger than the API takes",
      json: list([configMap("kube-system/coredns", { a: LONG.slice(0, 2 ** 20), b: "x" })]),
      says: "$.items[0].data takes at most 1048576 characters in all: received 1048579",
    },
    {
      why: "a ConfigMap of a hundred thousand files",
      json: list([configMap("kube-system/coredns", numbered(100_000))]),
      says: "$.items[0].data takes at most 20000 keys: received 100000",
    },
    {
      why: "labels without end",
      json: list([pod("a", { labels: numbered(100_000) })]),
      says: "$.items[0].metadata.labels takes at most 20000 keys: received 100000",
    },
    {
      why: "an endpoint of a hundred thousand addresses",
      json: list([slice("a", [], [{ addresses: Array(100_000).fill("10.0.0.1") }])]),
      says: "$.items[0].endpoints[0].addresses takes at most 20000 elements: received 100000",
    },
    {
      why: "a slice of a hundred thousand endpoints",
      json: list([slice("a", [], Array(100_000).fill(ready("10.0.0.1")))]),
      says: "$.items[0].endpoints takes at most 20000 elements: received 100000",
    },
    {
      why: "millions of items",
      json: list(Array(3_000_000).fill({})),
      says: "$.items takes at most 1000000 elements: received 3000000",
    },
    {
      why: "a number for a name",
      json: list([{ kind: "Pod", metadata: { name: 7 } }]),
      says: "$.items[0].metadata.name takes a string: received 7",
    },
    {
      why: "a prototype for a name",
      json: list([pod("__proto__")]),
      says: '$.items[0].metadata.name takes a Kubernetes name (letters, digits, - and ., at most 253): received "__proto__"',
    },
    {
      why: "an object that only its prototype makes a List",
      json: JSON.parse('{"__proto__":{"kind":"List","items":[]}}'),
      says: "$.kind is missing",
    },
  ])("$why", ({ json, says }) => {
    const read = readList("test", json);
    expect(read.ok ? "" : describeListError(read.error)).toBe(says);
  });
});

describe("is read, and harms nobody", () => {
  test.each<{ why: string; items: readonly unknown[] }>([
    {
      why: "a hundred thousand levels where nothing is read",
      items: [{ ...pod("a"), x: nested(100_000) }],
    },
    { why: "ten million characters where nothing is read", items: [{ ...pod("a"), x: LONG }] },
    {
      why: "a hundred thousand objects of unknown kinds",
      items: [pod("a"), ...Array(100_000).fill({ kind: "X" })],
    },
    {
      why: "keys of prototypes",
      items: [
        JSON.parse(
          '{"kind":"Pod","metadata":{"name":"a","labels":{"__proto__":"x"}},"__proto__":{"spec":7}}',
        ),
      ],
    },
    { why: "one name a thousand times", items: Array(1000).fill(pod("a")) },
  ])("$why", ({ items }) => {
    const opened = openCluster("test", list(items));
    if (!opened.ok) throw new Error(opened.error);
    const { cluster } = opened.value;
    expect([...cluster.pods].map(({ name }) => name)).toEqual(["a"]);
    for (const write of [compactList, packList]) {
      expect(JSON.stringify(write(cluster)).length).toBeLessThan(1000);
    }
    expect(({} as Item).spec).toBeUndefined();
  });

  test("twenty thousand Pods on one address, and as many endpoints", () => {
    const pods = Array.from({ length: 20_000 }, (_, at) =>
      pod(`p${at}`, { status: { podIP: "10.0.0.1" } }),
    );
    const endpoints = pods.map((_, at) =>
      ready("10.0.0.1", { targetRef: { kind: "Pod", name: `p${at}` } }),
    );
    const opened = openCluster("test", list([...kubeDns(...endpoints), ...pods]));
    if (!opened.ok) throw new Error(opened.error);
    expect(opened.value.cluster.podsByIP("10.0.0.1").length).toBe(20_000);
    expect(opened.value.cluster.endpointsByIP("10.0.0.1").length).toBe(20_000);
  });

  test("Services that all select all Pods are refused before they are compared", () => {
    const items = [
      ...Array.from({ length: 2000 }, (_, at) =>
        service(`s${at}`, { clusterIP: "None", selector: { a: "b" } }),
      ),
      ...Array.from({ length: 2000 }, (_, at) =>
        pod(`p${at}`, { labels: { a: "b" }, status: { podIP: "10.0.0.1" } }),
      ),
    ];
    const read = readList("test", list(items));
    expect(read.ok ? "" : describeListError(read.error)).toMatch(
      /^\$\.items has too many Services without EndpointSlices/,
    );
  });
});

describe("columns that were tampered with", () => {
  const demo = (): Packed => {
    const opened = openCluster(
      "test",
      list([
        service("web", { clusterIP: "10.96.0.1", ports: [{ port: 80 }] }),
        slice(
          "web",
          [{ port: 80 }],
          [ready("10.0.0.1", { targetRef: { kind: "Pod", name: "a" } }), ready("10.0.0.9")],
        ),
        pod("a", { status: { podIP: "10.0.0.1" } }),
        pod("b", {
          spec: { nodeName: "n" },
          status: { podIPs: [{ ip: "10.0.0.2" }, { ip: "fd00::2" }] },
        }),
      ]),
    );
    if (!opened.ok) throw new Error(opened.error);
    return JSON.parse(JSON.stringify(packList(opened.value.cluster)));
  };
  interface Packed {
    readonly packed: Record<string, unknown> &
      Record<"pods" | "slices" | "endpoints", Record<string, unknown>>;
    items: unknown[];
  }

  test("are read as long as nobody does", () => {
    expect(readList("test", demo()).ok).toBe(true);
  });

  test.each<{ why: string; change: (list: Packed) => void; says: string | RegExp }>([
    {
      why: "another version",
      change: (l) => (l.packed.version = 2),
      says: "$.packed.version takes 1: received 2",
    },
    {
      why: "another cluster's",
      change: (l) => (l.packed.cluster = "b"),
      says: '$.packed.cluster takes "test": received "b"',
    },
    {
      why: "no columns",
      change: (l) => (l.packed.pods = {}),
      says: "$.packed.pods.kindOf takes an array of at most 1000000 numbers: received nothing",
    },
    {
      why: "a table that is none",
      change: (l) => (l.packed.pods = [] as never),
      says: "$.packed.pods takes an object: received an array",
    },
    {
      why: "a name that is none",
      change: (l) => (l.packed.pods.names = "a \r\n"),
      says: '$.packed.pods.names[1] takes a Kubernetes name (letters, digits, - and ., at most 253): received "\\r\\n"',
    },
    {
      why: "a Pod less",
      change: (l) => (l.packed.pods.names = "a"),
      says: "$.packed.pods.names takes 2 texts: received 1",
    },
    {
      why: "an address less",
      change: (l) => (l.packed.pods.addresses = "10.0.0.1"),
      says: "$.packed.pods.addresses takes 2 texts: received 1",
    },
    {
      why: "an address that is none",
      change: (l) => (l.packed.pods.addresses = "10.0.0.1 10.0.0.2,x"),
      says: '$.packed.pods.addresses[1] takes an IP address: received "x"',
    },
    {
      why: "a kind that is not there",
      change: (l) => (l.packed.pods.kindOf = [0, 99]),
      says: /^\$\.packed\.pods\.kindOf\[1\] takes a number from 0 to \d: received 99$/,
    },
    {
      why: "a form that is not there",
      change: (l) => (l.packed.pods.kinds = [{ name: "a", namespace: "b", form: 99 }]),
      says: /^\$\.packed\.pods\.kinds\[0\]\.form takes a number from 0 to \d: received 99$/,
    },
    {
      why: "a million blanks in place of names",
      change: (l) => (l.packed.pods.names = " ".repeat(1_000_000)),
      says: "$.packed.pods.names takes 2 texts: received 1000001",
    },
    {
      why: "names in a list",
      change: (l) => (l.packed.pods.names = ["a", "b"]),
      says: "$.packed.pods.names takes a string: received an array",
    },
    {
      why: "half a kind",
      change: (l) => (l.packed.pods.kindOf = [0, 0.5]),
      says: /^\$\.packed\.pods\.kindOf\[1\] takes a number from 0 to \d: received 0.5$/,
    },
    {
      why: "a node that is not there",
      change: (l) => (l.packed.pods.nodeOf = [-2, 0]),
      says: "$.packed.pods.nodeOf[0] takes a number from -1 to 0: received -2",
    },
    {
      why: "an endpoint of no Pod that takes its address",
      change: (l) => (l.packed.endpoints.podOf = [-1, -1]),
      says: "$.packed.endpoints.podOf has no Pod for endpoint 0",
    },
    {
      why: "a Pod that is not there",
      change: (l) => (l.packed.endpoints.podOf = [7, -1]),
      says: "$.packed.endpoints.podOf[0] takes a number from -1 to 1: received 7",
    },
    {
      why: "endpoints that no slice has",
      change: (l) => (l.packed.slices.counts = [1]),
      says: "$.packed.slices.counts has 1 endpoints of 2",
    },
    {
      why: "Pods in two places",
      change: (l) => l.items.push(pod("c")),
      says: "$.items has Pods or EndpointSlices beside those that are packed",
    },
  ])("$why", ({ change, says }) => {
    const packed = demo();
    change(packed);
    const read = readList("test", packed);
    const said = read.ok ? "" : describeListError(read.error);
    if (typeof says === "string") expect(said).toBe(says);
    else expect(said).toMatch(says);
  });
});

function numbered(count: number): Item {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));
}
