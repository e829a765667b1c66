/**
 * The map of a cluster: where Services, nodes and Pods stand, and the ways from one Service to its endpoints.
 *
 * Everything stands on a grid of cells as wide as a name, so that a narrow screen has fewer of them in a row.
 *
 * @module
 */
import type { ClusterView, EndpointView, PodView, ServiceView } from "./view.ts";
import { endpointsOf } from "./view.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface MapCell<T> {
  readonly box: Box;
  readonly of: T;
}

/** A node with its Pods; the Pods of none, and the endpoints outside, stand in boxes of their own. */
export interface MapGroup {
  readonly box: Box;
  readonly title: string;
  readonly ready: boolean;
  readonly cells: readonly MapCell<PodView | EndpointView>[];
  /** What there is no room for. */
  readonly more: number;
}

export interface MapWay {
  readonly d: string;
  readonly ready: boolean;
}

export interface ClusterMap {
  readonly width: number;
  readonly height: number;
  readonly services: readonly MapCell<ServiceView>[];
  readonly moreServices: number;
  readonly groups: readonly MapGroup[];
  readonly moreNodes: number;
  /** From the selected Service. */
  readonly ways: readonly MapWay[];
}

export interface MapOptions {
  /** Cells in a row. */
  readonly columns: number;
  /** The Services to draw. */
  readonly services: readonly ServiceView[];
  /** Key of a Service. */
  readonly selected?: string | undefined;
}

const CELL = { w: 174, h: 26, gap: 6 };
const PAD = 8;
const TITLE = 22;
/** Between the Services and the nodes, where the ways part. */
const AIR = 34;

/** More is no picture that a person reads. */
const MOST = { services: 40, nodes: 12, pods: 16 };

export function mapOf(view: ClusterView, { columns, services, selected }: MapOptions): ClusterMap {
  const width = 2 * PAD + columns * CELL.w + (columns - 1) * CELL.gap;
  const chosen = view.services.find(({ key }) => key === selected);
  const endpoints = chosen === undefined ? [] : endpointsOf(view, chosen);
  const drawn = firstOf(services, MOST.services, (one) => one.key === selected);
  const chips = drawn.map((of, index) => ({ of, box: cell(index, columns, 0, PAD) }));
  let top = rowsTall(chips.length, columns) + AIR;

  const groups: MapGroup[] = [];
  const { contents, moreNodes } = contentsOf(view, endpoints);
  for (const { title, ready, all, wanted } of contents) {
    const shown = firstOf(all, MOST.pods, wanted);
    const box = { x: 0, y: top, w: width, h: TITLE + rowsTall(shown.length, columns) + PAD };
    const cells = shown.map((of, index) => ({ of, box: cell(index, columns, top + TITLE, PAD) }));
    groups.push({ box, title, ready, cells, more: all.length - shown.length });
    top += box.h + PAD;
  }
  const from = chips.find(({ of }) => of.key === selected)?.box;
  return {
    width,
    height: top,
    services: chips,
    moreServices: services.length - chips.length,
    groups,
    moreNodes,
    ways: from === undefined ? [] : waysOf(from, endpoints, groups),
  };
}

interface Content {
  readonly title: string;
  readonly ready: boolean;
  readonly all: readonly (PodView | EndpointView)[];
  readonly wanted: (one: PodView | EndpointView) => boolean;
}

/** Nodes with what the ways lead to come first where there is no room for all. */
function contentsOf(
  view: ClusterView,
  endpoints: readonly EndpointView[],
): { readonly contents: readonly Content[]; readonly moreNodes: number } {
  const reached = new Set(endpoints.flatMap(({ pod }) => pod ?? []));
  const isReached = (one: PodView | EndpointView) => "key" in one && reached.has(one.key);
  const byNode = new Map<string, PodView[]>();
  const known = new Set<string>();
  for (const pod of view.pods) {
    known.add(pod.key);
    if (pod.ended) continue;
    const pods = byNode.get(pod.node);
    if (pods === undefined) byNode.set(pod.node, [pod]);
    else pods.push(pod);
  }
  const nodes = view.nodes.map(({ name, address, ready }) => {
    const all = byNode.get(name) ?? [];
    byNode.delete(name);
    const title = address === "" ? name : `${name} ${address}`;
    return { title, ready, all, wanted: isReached };
  });
  const drawn = firstOf(nodes, MOST.nodes, ({ all }) => all.some(isReached));
  const lost = [...byNode.values()].flat();
  const outside = endpoints.filter(({ pod }) => pod === undefined || !known.has(pod));
  const others: Content[] = [
    { title: "on no node of the List", ready: true, all: lost, wanted: isReached },
    { title: "outside the cluster's Pods", ready: true, all: outside, wanted: () => true },
  ];
  return {
    contents: [...drawn, ...others.filter(({ all }) => all.length > 0)],
    moreNodes: nodes.length - drawn.length,
  };
}

/** At most `most`, in their order: those that are wanted, and of the others the first. */
function firstOf<T>(all: readonly T[], most: number, wanted: (one: T) => boolean): readonly T[] {
  if (all.length <= most) return all;
  const kept = new Set(all.filter(wanted).slice(0, most));
  for (const one of all) {
    if (kept.size === most) break;
    kept.add(one);
  }
  return all.filter((one) => kept.has(one));
}

function cell(index: number, columns: number, top: number, left: number): Box {
  const column = index % columns;
  const row = Math.floor(index / columns);
  return {
    x: left + column * (CELL.w + CELL.gap),
    y: top + row * (CELL.h + CELL.gap),
    w: CELL.w,
    h: CELL.h,
  };
}

function rowsTall(count: number, columns: number): number {
  const rows = Math.ceil(count / columns);
  return rows === 0 ? 0 : rows * (CELL.h + CELL.gap) - CELL.gap;
}

/** One way to each cell: an endpoint of two families is one Pod. */
function waysOf(
  from: Box,
  endpoints: readonly EndpointView[],
  groups: readonly MapGroup[],
): readonly MapWay[] {
  const readiness = new Map<unknown, boolean>();
  for (const endpoint of endpoints) {
    const key = endpoint.pod ?? endpoint;
    readiness.set(key, endpoint.ready || readiness.get(key) === true);
    readiness.set(endpoint, endpoint.ready);
  }
  return groups.flatMap(({ cells }) =>
    cells.flatMap(({ box, of }) => {
      const ready = readiness.get("key" in of ? of.key : of);
      return ready === undefined ? [] : [{ d: wayBetween(from, box), ready }];
    }),
  );
}

function wayBetween(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.w / 2, from.y + from.h];
  const [x2, y2] = [to.x + to.w / 2, to.y];
  const bend = Math.min(60, (y2 - y1) / 2);
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}
