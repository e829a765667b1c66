/**
 * The tables that `kubectl get` prints: the API server's columns and words (`pkg/printers/internalversion/printers.go`
 * of Kubernetes 1.36), set by kubectl's tab writer.
 *
 * A cluster here keeps only what a resolver reads, so that ages, restarts and versions are `<unknown>`, as kubectl
 * writes an age without a date; READY is the Pod's condition, for its containers are not kept. Nor are a node's roles.
 *
 * @module
 */
import { at, type JsonObject, listAt, nameOf, textAt } from "./objects.ts";

/** A title, and what stands below it. */
type Column = readonly [string, Cell];
type Cell = (object: JsonObject, wide: boolean) => string;

export interface TableOptions {
  readonly wide: boolean;
  readonly namespace: boolean;
  /** Ahead of each name, where there is more than one table: `service/`. */
  readonly prefix: string;
}

export function table(
  kind: string,
  objects: readonly JsonObject[],
  { wide, namespace, prefix }: TableOptions,
): string[] {
  const [narrow, more] = COLUMNS[kind] ?? [[AGE], []];
  const columns: readonly Column[] = [
    ...(namespace ? [["NAMESPACE", field("metadata", "namespace")] as const] : []),
    ["NAME", (object) => prefix + nameOf(object)],
    ...narrow,
    ...(wide ? more : []),
  ];
  return aligned([
    columns.map(([title]) => title),
    ...objects.map((object) => columns.map(([, cell]) => cell(object, wide))),
  ]);
}

const NONE = "<none>";
const UNSET = "<unset>";
const unknown: Cell = () => "<unknown>";
const none: Cell = () => NONE;

const AGE: Column = ["AGE", unknown];

function field(...path: (string | number)[]): Cell {
  return (object) => textAt(object, ...path);
}

/** How much of a load balancer's addresses a table has. */
const LOAD_BALANCER_WIDTH = 16;

/** Of each kind those that are always shown, and those of `-o wide`. */
const COLUMNS: Readonly<Record<string, readonly [readonly Column[], readonly Column[]]>> = {
  ConfigMap: [[["DATA", (object) => `${Object.keys(at(object, "data") ?? {}).length}`], AGE], []],
  Endpoints: [[["ENDPOINTS", endpoints], AGE], []],
  EndpointSlice: [
    [
      ["ADDRESSTYPE", field("addressType")],
      ["PORTS", slicePorts],
      ["ENDPOINTS", sliceEndpoints],
      AGE,
    ],
    [],
  ],
  Namespace: [[["STATUS", () => "Active"], AGE], []],
  Node: [
    [["STATUS", nodeStatus], ["ROLES", none], AGE, ["VERSION", unknown]],
    [
      ["INTERNAL-IP", field("status", "addresses", 0, "address")],
      ["EXTERNAL-IP", none],
      ["OS-IMAGE", unknown],
      ["KERNEL-VERSION", unknown],
      ["CONTAINER-RUNTIME", unknown],
    ],
  ],
  Pod: [
    [["READY", ready], ["STATUS", podStatus], ["RESTARTS", unknown], AGE],
    [
      ["IP", (object) => textAt(object, "status", "podIP") || NONE],
      ["NODE", (object) => textAt(object, "spec", "nodeName") || NONE],
      ["NOMINATED NODE", none],
      ["READINESS GATES", none],
    ],
  ],
  Service: [
    [
      ["TYPE", field("spec", "type")],
      ["CLUSTER-IP", (object) => textAt(object, "spec", "clusterIP") || NONE],
      ["EXTERNAL-IP", externalIp],
      ["PORT(S)", servicePorts],
      AGE,
    ],
    [["SELECTOR", selector]],
  ],
  ServiceImport: [
    [
      ["TYPE", field("spec", "type")],
      ["IP", (object) => JSON.stringify(listAt(object, "spec", "ips"))],
      AGE,
    ],
    [],
  ],
};

function ready(object: JsonObject): string {
  const condition = listAt(object, "status", "conditions").find(
    (one) => textAt(one, "type") === "Ready",
  );
  return textAt(condition, "status");
}

function nodeStatus(object: JsonObject): string {
  return { True: "Ready", False: "NotReady" }[ready(object)] ?? "Unknown";
}

function slicePorts(object: JsonObject): string {
  const ports = listAt(object, "ports");
  return threeOf(
    ports.map((port) => textAt(port, "port") || textAt(port, "name") || "*"),
    UNSET,
  );
}

function sliceEndpoints(object: JsonObject): string {
  const all = listAt(object, "endpoints").flatMap((one) => listAt(one, "addresses").map(String));
  return threeOf(all, UNSET);
}

/** A Pod whose containers have all ended well is `Completed`. */
function podStatus(object: JsonObject): string {
  if (at(object, "metadata", "deletionTimestamp") !== undefined) return "Terminating";
  const phase = textAt(object, "status", "phase");
  return phase === "Succeeded" ? "Completed" : phase;
}

function externalIp(object: JsonObject, wide: boolean): string {
  const type = textAt(object, "spec", "type");
  if (type === "ExternalName") return textAt(object, "spec", "externalName");
  const external = listAt(object, "spec", "externalIPs").map(String);
  if (type !== "LoadBalancer") return external.join(",") || NONE;
  const ingress = listAt(object, "status", "loadBalancer", "ingress");
  const names = ingress.map((one) => textAt(one, "ip") || textAt(one, "hostname"));
  const balancer = [...new Set(names)].sort().join(",");
  const cut = !wide && balancer.length > LOAD_BALANCER_WIDTH;
  const shown = cut ? `${balancer.slice(0, LOAD_BALANCER_WIDTH - 3)}...` : balancer;
  if (external.length > 0) return [...(shown === "" ? [] : [shown]), ...external].join(",");
  return shown || "<pending>";
}

function servicePorts(object: JsonObject): string {
  const ports = listAt(object, "spec", "ports").map((port) => {
    const node = textAt(port, "nodePort");
    const protocol = textAt(port, "protocol") || "TCP";
    return `${textAt(port, "port")}${node === "" || node === "0" ? "" : `:${node}`}/${protocol}`;
  });
  return ports.join(",") || NONE;
}

/** `labels.FormatLabels`. */
function selector(object: JsonObject): string {
  const labels = (at(object, "spec", "selector") ?? {}) as JsonObject;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(",") || NONE;
}

function endpoints(object: JsonObject): string {
  const subsets = listAt(object, "subsets");
  if (subsets.length === 0) return NONE;
  const all = subsets.flatMap((subset) => {
    const addresses = listAt(subset, "addresses").map((one) => textAt(one, "ip"));
    const ports = listAt(subset, "ports");
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) =>
      addresses.map((address) => `${address}:${textAt(port, "port")}`),
    );
  });
  return threeOf(all, "");
}

function threeOf(all: readonly string[], empty: string): string {
  if (all.length === 0) return empty;
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}

/** Columns with three blanks between them, six characters wide at least; the last one is not filled up. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 6, cell.length + 3);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell.padEnd(widths[column] as number),
      )
      .join(""),
  );
}
