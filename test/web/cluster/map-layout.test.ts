/**
 * The map: nothing stands on something else, nothing is lost without being counted, and the ways lead where the endpoints are.
 */
import { describe, expect, test } from "vitest";
import { type Box, type ClusterMap, mapOf } from "../../../src/web/cluster/map-layout.ts";
import { type ClusterView, viewOf } from "../../../src/web/cluster/view.ts";
import demo from "../../../zones/demo.json" with { type: "json" };
import { largeList } from "../../cluster/large.ts";

const VIEWS: [string, ClusterView][] = [
  ["the demo cluster", viewOf(demo)],
  ["a large cluster", viewOf(largeList({ services: 400, pods: 1500, nodes: 40 }))],
  ["no cluster", viewOf({})],
];

function draw(view: ClusterView, columns: number, selected?: string): ClusterMap {
  return mapOf(view, { columns, services: view.services, selected });
}

describe.each(VIEWS)("the map of %s", (_, view) => {
  test.each([4, 2, 1])(
    "with %i cells in a row keeps all within its borders and apart",
    (columns) => {
      for (const selected of [undefined, view.services[0]?.key, view.services.at(-1)?.key]) {
        const map = draw(view, columns, selected);
        const cells = [...map.services, ...map.groups.flatMap((group) => group.cells)];
        const boxes = cells.map(({ box }) => box);
        for (const [index, box] of boxes.entries()) {
          expect(isInside(box, { x: 0, y: 0, w: map.width, h: map.height })).toBe(true);
          for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
        }
        for (const { box, cells: inside } of map.groups) {
          expect(inside.every((one) => isInside(one.box, box))).toBe(true);
        }
      }
    },
  );

  test("counts what it leaves out", () => {
    const map = draw(view, 4);
    expect(map.services.length + map.moreServices).toBe(view.services.length);
    const nodes = map.groups.filter(({ title }) =>
      view.nodes.some(({ name }) => title.startsWith(name)),
    );
    expect(nodes.length + map.moreNodes).toBe(view.nodes.length);
    for (const { cells, more, title } of nodes) {
      const pods = view.pods.filter(({ node, ended }) => title.startsWith(node) && !ended);
      expect(cells.length + more).toBe(pods.length);
    }
  });

  test("draws a way to each Pod behind the selected Service, wherever it is", () => {
    for (const service of view.services) {
      const map = draw(view, 4, service.key);
      const pods = new Set(
        (view.endpoints.get(service.key) ?? []).map(({ pod, address }) => pod ?? address),
      );
      // A node has room for sixteen.
      if (pods.size > 16) continue;
      expect(map.services.some(({ of }) => of === service)).toBe(true);
      expect(map.ways.length).toBe(pods.size);
      const reached = map.groups.flatMap(({ cells }) =>
        cells.flatMap(({ of, reached: ready }) =>
          ready === undefined ? [] : ["key" in of ? of.key : of.address],
        ),
      );
      expect(new Set(reached)).toEqual(pods);
    }
  });
});

const LIST = (more: readonly unknown[]) =>
  viewOf({
    kind: "List",
    items: [
      {
        kind: "Node",
        metadata: { name: "a" },
        status: { conditions: [{ type: "Ready", status: "False" }] },
      },
      { kind: "Service", metadata: { name: "s" }, spec: { clusterIP: "10.96.0.9" } },
      ...more,
    ],
  });
const slice = (...endpoints: readonly unknown[]) => ({
  kind: "EndpointSlice",
  metadata: { name: "s-1", labels: { "kubernetes.io/service-name": "s" } },
  endpoints,
});
const pod = (name: string, spec: unknown, status: unknown = {}) => ({
  kind: "Pod",
  metadata: { name },
  spec,
  status: { phase: "Running", podIP: "10.0.0.1", ...(status as object) },
});
const target = { kind: "Pod", name: "p" };

test.each<{
  why: string;
  more: readonly unknown[];
  groups: readonly string[];
  ways: readonly boolean[];
}>([
  {
    why: "a node that is not ready is marked",
    more: [pod("p", { nodeName: "a" })],
    groups: ["a (down): p"],
    ways: [],
  },
  {
    why: "a Pod whose node is not in the List stands apart",
    more: [pod("p", { nodeName: "b" })],
    groups: ["a (down): ", "on no node of the List: p"],
    ways: [],
  },
  {
    why: "a Pod that has ended is not drawn",
    more: [pod("p", { nodeName: "a" }, { phase: "Succeeded" })],
    groups: ["a (down): "],
    ways: [],
  },
  {
    why: "an endpoint that is no Pod stands outside",
    more: [slice({ addresses: ["192.0.2.7"] })],
    groups: ["a (down): ", "outside the List's Pods: 192.0.2.7"],
    ways: [true],
  },
  {
    why: "an endpoint whose Pod is not in the List stands outside",
    more: [slice({ addresses: ["10.0.0.1"], targetRef: target })],
    groups: ["a (down): ", "outside the List's Pods: 10.0.0.1"],
    ways: [true],
  },
  {
    why: "a way to what is not ready is another one",
    more: [
      pod("p", { nodeName: "a" }),
      slice({ addresses: ["10.0.0.1"], conditions: { ready: false }, targetRef: target }),
    ],
    groups: ["a (down): p"],
    ways: [false],
  },
  {
    why: "a Pod with two addresses is one place",
    more: [
      pod("p", { nodeName: "a" }),
      slice(
        { addresses: ["10.0.0.1"], targetRef: target },
        { addresses: ["fd00::1"], targetRef: target },
      ),
    ],
    groups: ["a (down): p"],
    ways: [true],
  },
])("$why", ({ more, groups, ways }) => {
  const map = draw(LIST(more), 2, "default/s");
  const told = map.groups.map(({ title, ready, cells }) => {
    const inside = cells.map(({ of }) => ("key" in of ? of.name : of.address));
    return `${title}${ready ? "" : " (down)"}: ${inside.join(", ")}`;
  });
  expect(told).toEqual(groups);
  expect(map.ways.map(({ ready }) => ready)).toEqual(ways);
});

function isInside(box: Box, of: Box): boolean {
  return (
    box.x >= of.x && box.y >= of.y && box.x + box.w <= of.x + of.w && box.y + box.h <= of.y + of.h
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
