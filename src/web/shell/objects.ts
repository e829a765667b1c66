/**
 * The cluster's objects as its `v1` List has them, read without trusting their form.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import { fetchJson } from "./ask.ts";
import type { Scene } from "./session.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A kind that kubectl knows here. */
export interface Resource {
  readonly kind: string;
  /** As `kubectl api-resources` has it; with its group where it is not `v1`. */
  readonly plural: string;
  readonly group?: string;
  readonly names: readonly string[];
  readonly namespaced: boolean;
}

export const RESOURCES: readonly Resource[] = [
  { kind: "ConfigMap", plural: "configmaps", names: ["configmap", "cm"], namespaced: true },
  { kind: "Endpoints", plural: "endpoints", names: ["ep"], namespaced: true },
  {
    kind: "EndpointSlice",
    plural: "endpointslices",
    group: "discovery.k8s.io",
    names: ["endpointslice"],
    namespaced: true,
  },
  { kind: "Namespace", plural: "namespaces", names: ["namespace", "ns"], namespaced: false },
  { kind: "Node", plural: "nodes", names: ["node", "no"], namespaced: false },
  { kind: "Pod", plural: "pods", names: ["pod", "po"], namespaced: true },
  { kind: "Service", plural: "services", names: ["service", "svc"], namespaced: true },
  {
    kind: "ServiceImport",
    plural: "serviceimports",
    group: "multicluster.x-k8s.io",
    names: ["serviceimport"],
    namespaced: true,
  },
];

export function resourceOf(word: string): Resource | undefined {
  const lower = word.toLowerCase();
  return RESOURCES.find(
    ({ plural, group, names }) =>
      plural === lower || names.includes(lower) || `${plural}.${group}` === lower,
  );
}

/** Every object of the cluster, those without a name left out. */
export async function readObjects(scene: Scene): Promise<Result<readonly JsonObject[], string>> {
  const { cluster } = scene.session.seat;
  const read = await fetchJson(`/clusters/${encodeURIComponent(cluster)}`, scene);
  if (!read.ok) return read;
  const items = at(read.value as Json, "items");
  if (!Array.isArray(items)) return err(`cluster ${cluster} is no List`);
  const objects = items.filter((item): item is JsonObject => isObject(item) && nameOf(item) !== "");
  return ok([...objects, ...endpointsOf(objects)]);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at `path`; undefined where something on the way is missing. */
export function at(
  value: Json | undefined,
  ...path: readonly (string | number)[]
): Json | undefined {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Readonly<Record<string | number, Json>>)[key];
  }
  return here;
}

export function textAt(value: Json | undefined, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" || typeof found === "number" ? `${found}` : "";
}

export function listAt(
  value: Json | undefined,
  ...path: readonly (string | number)[]
): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function nameOf(object: Json): string {
  return textAt(object, "metadata", "name");
}

export function namespaceOf(object: Json): string {
  return textAt(object, "metadata", "namespace");
}

/**
 * The Endpoints that the control plane keeps beside the slices: one for each Service with IPv4 slices, ready
 * addresses alone counted as such.
 */
function endpointsOf(objects: readonly JsonObject[]): JsonObject[] {
  const subsets = new Map<string, { metadata: JsonObject; subsets: JsonObject[] }>();
  for (const slice of objects) {
    if (slice.kind !== "EndpointSlice") continue;
    const name = textAt(slice, "metadata", "labels", "kubernetes.io/service-name");
    if (name === "" || slice.addressType !== "IPv4") continue;
    const namespace = namespaceOf(slice);
    const key = `${namespace}/${name}`;
    const known = subsets.get(key) ?? { metadata: { name, namespace }, subsets: [] };
    const addresses = (ready: boolean): JsonObject[] =>
      listAt(slice, "endpoints").flatMap((endpoint) =>
        (at(endpoint, "conditions", "ready") !== false) === ready
          ? listAt(endpoint, "addresses").map((ip) => ({ ip }))
          : [],
      );
    const subset = {
      ...filled("addresses", addresses(true)),
      ...filled("notReadyAddresses", addresses(false)),
      ...filled("ports", listAt(slice, "ports")),
    };
    if (Object.keys(subset).some((field) => field !== "ports")) known.subsets.push(subset);
    subsets.set(key, known);
  }
  return [...subsets.values()].map(({ metadata, subsets: parts }) => ({
    apiVersion: "v1",
    kind: "Endpoints",
    metadata,
    ...filled("subsets", parts),
  }));
}

function filled(key: string, list: readonly Json[]): JsonObject {
  return list.length === 0 ? {} : { [key]: list };
}
