/**
 * A `v1` List with only what a resolver reads: what leaves the browser of a cluster that was pasted.
 *
 * Containers, their environment, annotations and what kubectl applied last stay behind, and so does what says only what
 * would be so without it. What is wrong is kept as far as it is read, so that the service says of it what it would say of the
 * whole.
 *
 * @module
 */
import {
  CONFIG_MAPS,
  type Fields,
  HEAD,
  isObject,
  picked,
  type Shape,
  shapesFor,
  WITHOUT_KIND,
} from "./shapes.ts";

export interface Trimmed {
  readonly list: unknown;
  /** Of each item that is left, its index in the List that came. */
  readonly places: readonly number[];
}

export function trimmed(list: unknown): Trimmed {
  if (!isObject(list)) return { list: picked(list, "value"), places: [] };
  const head = picked(list, HEAD) as Fields;
  const { items } = list;
  if (!Array.isArray(items)) {
    const left = items === undefined ? head : { ...head, items: picked(items, "value") };
    return { list: left, places: [] };
  }
  const shapes = shapesFor(labelsRead(items));
  const ofItems = typeof list.kind === "string" ? list.kind.replace(/List$/, "") : "";
  const kept: unknown[] = [];
  const places: number[] = [];
  for (const [index, item] of items.entries()) {
    const shape = shapeOf(item, ofItems, shapes);
    if (shape === undefined) continue;
    kept.push(picked(item, shape));
    places.push(index);
  }
  return { list: { ...head, items: kept }, places };
}

/** A message's path in the List that came: `$.items[0].spec` for the item that was the fourth is `$.items[3].spec`. */
export function sourcePath(path: string, places: readonly number[]): string {
  return path.replace(
    /\$\.items\[(\d+)\]/,
    (whole, index: string) => `$.items[${places[Number(index)] ?? whole.slice(8, -1)}]`,
  );
}

/** Undefined for what is dropped whole: Secrets, Deployments, most ConfigMaps. */
function shapeOf(
  item: unknown,
  ofItems: string,
  shapes: ReadonlyMap<string, Shape>,
): Shape | undefined {
  if (item === null) return undefined;
  if (!isObject(item)) return WITHOUT_KIND;
  const kind = item.kind ?? ofItems;
  if (typeof kind !== "string") return WITHOUT_KIND;
  return kind === "ConfigMap" ? configMap(item) : shapes.get(kind);
}

function configMap({ metadata }: Fields): Shape | undefined {
  if (!isObject(metadata) || metadata.namespace !== "kube-system") return undefined;
  return CONFIG_MAPS.get(String(metadata.name));
}

/** Whether a label is read: selectors name its key, or it has a meaning of its own; any where CoreDNS may read it. */
function labelsRead(items: readonly unknown[]): (key: string) => boolean {
  const read = new Set(MEANT);
  for (const item of items) {
    if (!isObject(item)) continue;
    const shape = item.kind === "ConfigMap" ? configMap(item) : undefined;
    if (shape !== undefined && JSON.stringify(picked(item, shape)).includes("label")) {
      return () => true;
    }
    const selector = isObject(item.spec) ? item.spec.selector : undefined;
    for (const key of isObject(selector) ? Object.keys(selector) : []) read.add(key);
  }
  return (key) => read.has(key);
}

const MEANT: readonly string[] = [
  "k8s-app",
  "app.kubernetes.io/name",
  "kubernetes.io/service-name",
  "endpointslice.kubernetes.io/managed-by",
  "service.kubernetes.io/service-proxy-name",
  "multicluster.kubernetes.io/service-name",
  "multicluster.kubernetes.io/source-cluster",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
];
