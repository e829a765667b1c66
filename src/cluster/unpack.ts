/**
 * The columns of a packed List, read as anything else of a List is: what stands there wrongly is said with its path.
 *
 * @module
 */
import { TextColumn, textColumn, textsIn } from "./columns.ts";
import {
  type EndpointKind,
  type EndpointRows,
  NO_POD,
  type SliceHead,
  TAKES,
} from "./endpoint-rows.ts";
import { SERVICE_NAME } from "./indexes.ts";
import {
  addressOf,
  complain,
  everyOf,
  integerOf,
  isPresent,
  member,
  note,
  type Place,
  solid,
  textMapOf,
  textOf,
  wordOf,
} from "./json.ts";
import type { Pod } from "./model.ts";
import { FAMILIES, nameOf } from "./objects.ts";
import { NO_NODE, type PodRows } from "./pod-rows.ts";
import { readPod } from "./pods.ts";
import { readEndpoint, readSlice } from "./slices.ts";

/** Another version may mean other things by the same columns, so it is not read. */
export const PACKED_VERSION = 1;

export interface Packed {
  readonly pods: PodRows;
  readonly endpoints: EndpointRows;
  /** How many Services have their slices from the Pods that they select. */
  readonly madeFor: number;
}

/** The most rows that a table may have. */
const MOST_ROWS = 1_000_000;

/**
 * @param cluster its name: what a store gives for another one is not taken
 * @returns undefined where nothing is packed
 */
export function readPacked(place: Place, cluster: string): Packed | undefined {
  if (!isPresent(place)) return undefined;
  const version = member(place, "version");
  if (version.value !== PACKED_VERSION) complain(version, String(PACKED_VERSION));
  const owner = member(place, "cluster");
  if (textOf(owner) !== cluster) complain(owner, JSON.stringify(cluster));
  if (place.report.error) return undefined;
  const pods = readPods(member(place, "pods"));
  const endpoints = readEndpoints(place, pods.names.length);
  const madeFor = integerOf(member(place, "madeFor"), 0, MOST_ROWS) ?? 0;
  return { pods, endpoints, madeFor };
}

/** The name and hostname of a form whose Pods have their own names for hostnames. */
export const ITSELF = "itself";

function readPods(place: Place): PodRows {
  const forms = everyOf(member(place, "forms"), readPod, MOST_ROWS);
  const kinds = everyOf(member(place, "kinds"), (one) => readPodKind(one, forms), MOST_ROWS);
  const nodes = everyOf(member(place, "nodes"), solidName, MOST_ROWS);
  const kindOf = integersOf(member(place, "kindOf"), undefined, 0, kinds.length - 1);
  return {
    names: textsOf(member(place, "names"), kindOf.length, nameOf),
    kinds,
    kindOf,
    nodes,
    nodeOf: integersOf(member(place, "nodeOf"), kindOf.length, NO_NODE, nodes.length - 1),
    addresses: textsOf(member(place, "addresses"), kindOf.length, addressesOf),
  };
}

function readPodKind(place: Place, forms: readonly Pod[]): Pod | undefined {
  const form = forms[integerOf(solid(member(place, "form")), 0, forms.length - 1) ?? 0];
  const name = nameOf(solid(member(place, "name"))) ?? "";
  return (
    form && {
      ...form,
      namespace: nameOf(solid(member(place, "namespace"))) ?? "",
      name,
      labels: textMapOf(member(place, "labels")),
      ...(form.hostname === form.name && { hostname: name }),
    }
  );
}

function readEndpoints(place: Place, pods: number): EndpointRows {
  const endpoints = member(place, "endpoints");
  const kinds = everyOf(member(endpoints, "kinds"), readKind, MOST_ROWS);
  const podOf = integersOf(member(endpoints, "podOf"), undefined, NO_POD, pods - 1);
  const kindOf = integersOf(member(endpoints, "kindOf"), podOf.length, 0, kinds.length - 1);
  const lost = podOf.findIndex(
    (pod, row) => pod === NO_POD && (kinds[kindOf[row] ?? 0]?.takes ?? 0) > 0,
  );
  if (lost >= 0) note(member(endpoints, "podOf"), `has no Pod for endpoint ${lost}`);
  return { heads: readHeads(member(place, "slices"), podOf.length), kinds, kindOf, podOf };
}

function readHeads(place: Place, endpoints: number): readonly SliceHead[] {
  const kinds = everyOf(member(place, "kinds"), readSlice, MOST_ROWS);
  const kindOf = integersOf(member(place, "kindOf"), undefined, 0, kinds.length - 1);
  const names = textsOf(member(place, "names"), kindOf.length, nameOf);
  const counts = integersOf(member(place, "counts"), names.length, 0, endpoints);
  const services = everyOf(member(place, "services"), (one) => ({ name: textOf(one) }), MOST_ROWS);
  if (services.length !== names.length) {
    note(member(place, "services"), `takes ${names.length} texts: received ${services.length}`);
  }
  let first = 0;
  const heads = Array.from(kindOf, (kindAt, row): SliceHead => {
    const kind = kinds[kindAt];
    const service = services[row]?.name;
    const labels = { ...kind?.labels, ...(service !== undefined && { [SERVICE_NAME]: service }) };
    const count = counts[row] ?? 0;
    first += count;
    return {
      namespace: kind?.namespace ?? "",
      name: names.at(row),
      labels,
      addressType: kind?.addressType ?? "IPv4",
      ports: kind?.ports ?? [],
      first: first - count,
      count,
    };
  });
  if (first !== endpoints) note(member(place, "counts"), `has ${first} endpoints of ${endpoints}`);
  return heads;
}

function readKind(place: Place): EndpointKind {
  const addressType = wordOf(solid(member(place, "addressType")), [...FAMILIES, "FQDN"]) ?? "IPv4";
  const all = Object.values(TAKES).reduce((sum, one) => sum + one, 0);
  return {
    takes: integerOf(solid(member(place, "takes")), 0, all) ?? 0,
    addressType,
    like: readEndpoint(member(place, "like"), addressType),
  };
}

function solidName(place: Place): string | undefined {
  return nameOf(solid(place));
}

/** @param read complains of a text that does not belong in the column */
function textsOf(place: Place, length: number, read: (text: Place) => unknown): TextColumn {
  const { value, report } = place;
  if (typeof value !== "string") {
    complain(solid(place), "a string");
    return textColumn([]);
  }
  const received = length === 0 && value === "" ? 0 : textsIn(value);
  if (received !== length) note(place, `takes ${length} texts: received ${received}`);
  const column = new TextColumn(value, length);
  for (let row = 0; row < length && report.error === undefined; row++) {
    read({ value: column.at(row), key: row, above: place, report });
  }
  return column;
}

/** Commas stand between; the empty text has none. */
function addressesOf(place: Place): void {
  const text = String(place.value);
  if (!text.includes(",")) addressOf(place);
  else for (const value of text.split(",")) addressOf(solid({ ...place, value }));
}

/** @param length how many there must be; undefined: as many as there are */
function integersOf(
  place: Place,
  length: number | undefined,
  low: number,
  high: number,
): Int32Array {
  const { value, report } = place;
  if (!Array.isArray(value) || value.length > MOST_ROWS) {
    complain(place, `an array of at most ${MOST_ROWS} numbers`);
    return NO_INTEGERS;
  }
  if (length !== undefined && value.length !== length) {
    note(place, `takes ${length} numbers: received ${value.length}`);
  }
  const integers = new Int32Array(value.length);
  for (let key = 0; key < value.length && report.error === undefined; key++) {
    const one: unknown = value[key];
    if (typeof one === "number" && Number.isInteger(one) && one >= low && one <= high) {
      integers[key] = one;
    } else {
      complain({ value: one, key, above: place, report }, `a number from ${low} to ${high}`);
    }
  }
  return integers;
}

const NO_INTEGERS = new Int32Array(0);
