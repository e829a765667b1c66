/**
 * The map of a cluster: where Services, nodes and Pods stand, and the ways from one Service to its endpoints.
 *
 * Everything stands on a grid of cells as wide as a name, so that a narrow screen has fewer of them in a row.
 *
 * @module
 */
import {
  type ClusterView,
  type EndpointView,
  endpointsOf,
  type PodView,
  type ServiceView,
} from "./view.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Cell<T> {
  readonly box: Box;
  readonly of: T;
}

/** A Pod, or an endpoint that is none of the List's. */
export type Place = PodView | EndpointView;

export interface PlaceCell extends Cell<Place> {
  /** Where the selected Service leads to it: whether it is ready there. */
  readonly reached?: boolean;
}

/** A node with its Pods; the Pods of none, and the endpoints outside, stand in boxes of their own. */
export interface Group {
  readonly box: Box;
  readonly title: string;
  readonly ready: boolean;
  readonly cells: readonly PlaceCell[];
  /** What there is no room for. */
  readonly more: number;
}

export interface Way {
  readonly d: string;
  readonly ready: boolean;
}

export interface ClusterMap {
  readonly width: number;
  readonly height: number;
  readonly services: readonly Cell<ServiceView>[];
  readonly moreServices: number;
  readonly groups: readonly Group[];
  readonly moreNodes: number;
  /** From the selected Service. */
  readonly ways: readonly Way[];
}

export interface MapOptions {
  /** Cells in a row. */
  readonly columns: number;
  /** The Services to draw. */
  readonly services: readonly ServiceView[];
  /** Key of a Service. */
  readonly selected?: string | undefined;
}

const CELL = { w: 172, h: 23, gap: 8 };
const PAD = 8;
const TITLE = 22;
/** Between the Services and the nodes, where the ways part. */
const AIR = 30;

/** More is no picture that a person reads. */
const MOST = { services: 40, nodes: 12, pods: 16 };

export function mapOf(view: ClusterView, { columns, services, selected }: MapOptions): ClusterMap {
  const width = 2 * PAD + columns * CELL.w + (columns - 1) * CELL.gap;
  const chosen = view.services.find(({ key }) => key === selected);
  const endpoints = chosen === undefined ? [] : endpointsOf(view, chosen);
  const reached = reachedBy(endpoints);
  const drawn = firstOf(services, MOST.services, (one) => one === chosen);
  const chips = drawn.map((of, index) => ({ of, box: cellBox(index, columns, 2) }));
  const air = rowsTall(chips.length, columns);
  let top = air + AIR;

  const { contents, moreNodes } = contentsOf(view, endpoints, reached);
  const groups = contents.map(({ title, ready, all }): Group => {
    const shown = firstOf(all, MOST.pods, (one) => reached.has(idOf(one)));
    const cells = shown.map((of, index) => {
      const isReady = reached.get(idOf(of));
      const box = cellBox(index, columns, top + TITLE);
      return { of, box, ...(isReady !== undefined && { reached: isReady }) };
    });
    const box = { x: 0, y: top, w: width, h: TITLE + rowsTall(shown.length, columns) + PAD };
    top += box.h + PAD;
    return { box, title, ready, cells, more: all.length - shown.length };
  });
  const from = chips.find(({ of }) => of === chosen)?.box;
  return {
    width,
    height: top,
    services: chips,
    moreServices: services.length - chips.length,
    groups,
    moreNodes,
    ways: from === undefined ? [] : waysOf(from, air, groups),
  };
}

/** By what it is known: a Pod by its key, so that its addresses of two families are one place. */
function idOf(place: Place): unknown {
  return "key" in place ? place.key : place;
}

function reachedBy(endpoints: readonly EndpointView[]): ReadonlyMap<unknown, boolean> {
  const reached = new Map<unknown, boolean>();
  for (const endpoint of endpoints) {
    reached.set(endpoint, endpoint.ready);
    const { pod, ready } = endpoint;
    if (pod !== undefined) reached.set(pod, ready || reached.get(pod) === true);
  }
  return reached;
}

interface Content {
  readonly title: string;
  readonly ready: boolean;
  readonly all: readonly Place[];
}

/** Nodes that the ways lead to are among those that there is room for. */
function contentsOf(
  view: ClusterView,
  endpoints: readonly EndpointView[],
  reached: ReadonlyMap<unknown, boolean>,
): { readonly contents: readonly Content[]; readonly moreNodes: number } {
  const byNode = new Map<string, PodView[]>();
  const known = new Set<string>();
  for (const pod of view.pods) {
    known.add(pod.key);
    if (pod.ended) continue;
    const pods = byNode.get(pod.node);
    if (pods === undefined) byNode.set(pod.node, [pod]);
    else pods.push(pod);
  }
  const nodes = view.nodes.map(({ name, address, ready }): Content => {
    const all = byNode.get(name) ?? [];
    byNode.delete(name);
    return { title: `${name} ${address}`.trim(), ready, all };
  });
  const drawn = firstOf(nodes, MOST.nodes, ({ all }) => all.some((one) => reached.has(idOf(one))));
  const outside = endpoints.filter(({ pod }) => pod === undefined || !known.has(pod));
  const others: readonly Content[] = [
    { title: "on no node of the List", ready: true, all: [...byNode.values()].flat() },
    { title: "outside the List's Pods", ready: true, all: outside },
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

function cellBox(index: number, columns: number, top: number): Box {
  const column = index % columns;
  const row = Math.floor(index / columns);
  return {
    x: PAD + column * (CELL.w + CELL.gap),
    y: top + row * (CELL.h + CELL.gap),
    w: CELL.w,
    h: CELL.h,
  };
}

function rowsTall(count: number, columns: number): number {
  return Math.ceil(count / columns) * (CELL.h + CELL.gap);
}

/** Along the gaps between the columns, so that no way runs behind a name. */
function waysOf(from: Box, air: number, groups: readonly Group[]): readonly Way[] {
  const start = `M${from.x} ${from.y + from.h / 2}H${gapBefore(from)}V${air}`;
  return groups.flatMap(({ cells }) =>
    cells.flatMap(({ box, reached: ready }) => {
      if (ready === undefined) return [];
      const [x, y] = [gapBefore(box), air + AIR / 2];
      const bow = `C${gapBefore(from)} ${y} ${x} ${y} ${x} ${air + AIR}`;
      return [{ d: `${start}${bow}V${box.y + box.h / 2}H${box.x}`, ready }];
    }),
  );
}

function gapBefore({ x }: Box): number {
  return x - CELL.gap / 2;
}
