/**
 * What the page shows of a cluster: read from any List, filtered, and with the endpoints that the resolver itself would see.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compactList } from "../../../src/cluster/compact.ts";
import { readList } from "../../../src/cluster/list.ts";
import { trimmed } from "../../../src/web/cluster/trim.ts";
import { endpointsOf, filtered, typedName, viewOf } from "../../../src/web/cluster/view.ts";
import demo from "../../../zones/demo.json" with { type: "json" };
import lab from "../../../zones/lab.json" with { type: "json" };
import { largeList } from "../../cluster/large.ts";

const LISTS: [string, unknown][] = [
  ["the demo cluster", demo],
  ["the lab cluster", lab],
  ["a large one", largeList({ services: 60, pods: 150, nodes: 6 })],
];

describe("viewOf()", () => {
  test.each(LISTS)("shows of %s what the resolver reads, and in each form of it", (_, list) => {
    const read = readList("a", list);
    if (!read.ok) throw new Error("a List that is right does not read");
    const cluster = read.value;
    for (const form of [list, compactList(cluster), trimmed(list).list]) {
      const view = viewOf(form);
      expect(view.namespaces).toEqual([...cluster.namespaces.keys()].sort());
      expect(view.nodes.map(({ name, ready }) => [name, ready])).toEqual(
        cluster.nodes.map(({ name, ready }) => [name, ready]).sort(),
      );
      expect(view.pods.length).toBe(cluster.pods.length);
      for (const { namespace, name, address, node, ready } of view.pods) {
        const pod = cluster.pod(namespace, name);
        expect([address, node, ready]).toEqual([pod?.podIP ?? "", pod?.nodeName ?? "", pod?.ready]);
      }
      expect(view.services.length).toBe(cluster.services.length);
      for (const service of view.services) {
        const { namespace, name } = service;
        const one = cluster.service(namespace, name);
        expect(service.address).toBe(one?.externalName ?? one?.clusterIPs[0] ?? "");
        const seen = cluster.slicesOf(namespace, name).flatMap((slice) =>
          slice.endpoints.flatMap(({ addresses, ready, pod }) =>
            addresses.map((address) => ({
              address,
              ready,
              ...(pod && { pod: `${pod.namespace}/${pod.name}` }),
            })),
          ),
        );
        const byAddress = (a: { address: string }, b: { address: string }) =>
          a.address < b.address ? -1 : 1;
        // Of a Pod with addresses of two families a Service without slices has one slice each: the page shows the Pod.
        const shown = endpointsOf(view, service);
        if (view.endpoints.has(service.key)) {
          expect([...shown].sort(byAddress)).toEqual(seen.sort(byAddress));
        } else {
          expect(new Set(shown.map(({ pod }) => pod))).toEqual(new Set(seen.map(({ pod }) => pod)));
        }
      }
    }
  });

  test.each<{ why: string; list: unknown }>([
    { why: "nothing", list: undefined },
    { why: "text", list: "List" },
    { why: "an object of nothing", list: {} },
    { why: "items that are none", list: { items: "all" } },
    { why: "items without a name", list: { items: [null, 1, [], {}, { kind: "Pod" }] } },
  ])("of $why shows an empty cluster", ({ list }) => {
    expect(viewOf(list)).toEqual({
      namespaces: [],
      services: [],
      pods: [],
      nodes: [],
      endpoints: new Map(),
    });
  });

  test("takes any JSON in any place", () => {
    const kind = fc.constantFrom(
      "Service",
      "Pod",
      "Node",
      "EndpointSlice",
      "Namespace",
      "ConfigMap",
    );
    const part = fc.jsonValue({ maxDepth: 4 });
    const item = fc.record({
      kind,
      metadata: fc.oneof(part, fc.record({ name: fc.string(), namespace: part, labels: part })),
      spec: part,
      status: part,
      endpoints: part,
      data: part,
    });
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const view = viewOf({ kind: "List", items });
        for (const service of view.services) endpointsOf(view, service);
        expect(view.pods.length).toBeLessThanOrEqual(items.length);
      }),
    );
  });

  test("takes a List of one kind, whose items do not say it", () => {
    const list = {
      kind: "PodList",
      items: [{ metadata: { name: "a" }, status: { podIP: "10.0.0.1" } }],
    };
    expect(viewOf(list).pods).toMatchObject([
      { key: "default/a", address: "10.0.0.1", ready: true },
    ]);
  });
});

const view = viewOf(demo);
const names = (filter: string) => filtered(view.services, filter, 100).shown.map(({ key }) => key);

test.each<{ why: string; filter: string; has: readonly string[] }>([
  {
    why: "every word is wanted, in any order",
    filter: "PROD web",
    has: ["default/web-alias", "prod/web-service"],
  },
  { why: "an address is found", filter: "10.100.7.7", has: ["default/web-service"] },
  {
    why: "a type is found",
    filter: "externalname",
    has: ["default/external-api", "default/web-alias"],
  },
  { why: "what is nowhere is not found", filter: "no-such", has: [] },
  { why: "a pattern is no pattern", filter: ".*", has: [] },
])("filtered(): $why", ({ filter, has }) => {
  expect(names(filter)).toEqual(has);
});

test("filtered(): no word is no filter, and a list is cut with its whole count", () => {
  expect(names("  ").length).toBe(view.services.length);
  const { shown, total } = filtered(view.pods, "", 3);
  expect(shown).toEqual(view.pods.slice(0, 3));
  expect(total).toBe(view.pods.length);
});

test("typedName(): the namespace is typed where it is another one", () => {
  const service = view.services.find(({ key }) => key === "prod/web-service");
  if (service === undefined) throw new Error("the demo cluster has no prod/web-service");
  expect(typedName(service, "prod")).toBe("web-service");
  expect(typedName(service, "default")).toBe("web-service.prod");
});
