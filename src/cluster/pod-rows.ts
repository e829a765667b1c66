/**
 * The Pods of a cluster in rows: what each has of its own, and its kind, which it shares with the others of its workload.
 *
 * A hundred thousand Pods would take a hundred megabytes as objects, and hardly any of them is ever looked at: a Pod is
 * made when it is asked for.
 *
 * @module
 */
import { rowsByAddress, type TextColumn, textColumn } from "./columns.ts";
import { grouped, NO_GROUP } from "./grouped.ts";
import { addressKey, kept, once } from "./indexes.ts";
import type { Pod, Pods } from "./model.ts";

export interface PodRows {
  readonly names: TextColumn;
  /** The first Pod of each kind. The others have all of it but name, node and addresses. */
  readonly kinds: readonly Pod[];
  /** Of each row, its place in `kinds`. */
  readonly kindOf: ArrayLike<number>;
  readonly nodes: readonly string[];
  /** Of each row, its place in `nodes`; {@link NO_NODE} without one. */
  readonly nodeOf: ArrayLike<number>;
  /** `podIPs` with commas between; empty without. */
  readonly addresses: TextColumn;
}

export const NO_NODE = NO_GROUP;

/** How many of the Pods that were made are kept. */
const MOST_KEPT = 1000;

export class PodTable implements Pods {
  readonly #rows: PodRows;
  readonly #namespaces: () => Namespaces;
  readonly #byAddress: () => ReturnType<typeof rowsByAddress>;
  readonly #byNode: () => ReturnType<typeof byNode>;
  readonly #kept = kept(MOST_KEPT, (row: number) => this.#make(row));

  constructor(rows: PodRows) {
    this.#rows = rows;
    this.#namespaces = once(() => byNamespace(rows));
    this.#byAddress = once(() => rowsByAddress(rows.addresses));
    this.#byNode = once(() => byNode(rows));
  }

  get length(): number {
    return this.#rows.names.length;
  }

  *[Symbol.iterator](): Generator<Pod> {
    for (let row = 0; row < this.length; row++) yield this.#make(row);
  }

  at(row: number): Pod {
    return this.#kept(row);
  }

  /** Undefined where there is none. Names are compared without regard to case. */
  rowOf(namespace: string, name: string): number | undefined {
    return this.#namespaces().byName(namespace.toLowerCase())?.get(name.toLowerCase());
  }

  namesIn(namespace: string): readonly string[] {
    const rows = this.#namespaces().rowsIn(namespace.toLowerCase());
    return rows.map((row) => this.name(row));
  }

  withAddress(address: string): readonly Pod[] {
    return this.rowsWithAddress(addressKey(address)).map((row) => this.at(row));
  }

  /** @param key an address in its canonical form */
  rowsWithAddress(key: string): readonly number[] {
    return this.#byAddress()(key);
  }

  onNode(name: string | undefined): readonly Pod[] {
    return this.#byNode()(name).map((row) => this.at(row));
  }

  name(row: number): string {
    return this.#rows.names.at(row);
  }

  namespace(row: number): string {
    return this.#kind(row).namespace;
  }

  nodeName(row: number): string | undefined {
    return this.#rows.nodes[this.#rows.nodeOf[row] as number];
  }

  /** The first address of that family. */
  address(row: number, family: 4 | 6): string | undefined {
    const addresses = this.#rows.addresses.at(row);
    if (!addresses.includes(",")) return hasFamily(addresses, family) ? addresses : undefined;
    return addresses.split(",").find((address) => hasFamily(address, family));
  }

  #kind(row: number): Pod {
    return this.#rows.kinds[this.#rows.kindOf[row] as number] as Pod;
  }

  #make(row: number): Pod {
    const {
      name: likeName,
      nodeName: _,
      podIP: likeIP,
      podIPs: likeIPs,
      ...like
    } = this.#kind(row);
    const name = this.name(row);
    const nodeName = this.nodeName(row);
    const addresses = this.#rows.addresses.at(row);
    const podIPs = addresses === "" ? NONE : addresses.split(",");
    const podIP = likeIP === likeIPs[0] ? podIPs[0] : likeIP;
    return {
      ...like,
      name,
      ...(nodeName !== undefined && { nodeName }),
      ...(podIP !== undefined && { podIP }),
      podIPs,
      ...(like.hostname === likeName && { hostname: name }),
    };
  }
}

/** Takes Pods one by one; of two of one name the later stands. */
export class PodCollector {
  readonly #names: string[] = [];
  readonly #kinds: Pod[] = [];
  readonly #kindOf: number[] = [];
  readonly #nodes: string[] = [];
  readonly #nodeOf: number[] = [];
  readonly #addresses: string[] = [];
  readonly #rowOf = new Map<string, Map<string, number>>();
  readonly #placeOfKind = new Map<string, number>();
  readonly #placeOfNode = new Map<string, number>();

  get length(): number {
    return this.#names.length;
  }

  add(pod: Pod): void {
    const { namespace, name, nodeName } = pod;
    const rows = valueAt(this.#rowOf, namespace.toLowerCase(), () => new Map<string, number>());
    const row = valueAt(rows, name.toLowerCase(), () => this.#names.length);
    this.#names[row] = name;
    this.#kindOf[row] = valueAt(this.#placeOfKind, kindKey(pod), () => this.#kinds.push(pod) - 1);
    this.#nodeOf[row] =
      nodeName === undefined
        ? NO_NODE
        : valueAt(this.#placeOfNode, nodeName, () => this.#nodes.push(nodeName) - 1);
    this.#addresses[row] = pod.podIPs.join(",");
  }

  rows(): PodRows {
    return {
      names: textColumn(this.#names),
      kinds: this.#kinds,
      kindOf: Int32Array.from(this.#kindOf),
      nodes: this.#nodes,
      nodeOf: Int32Array.from(this.#nodeOf),
      addresses: textColumn(this.#addresses),
    };
  }
}

/** The same for Pods that differ in name, node and addresses alone; a StatefulSet's have their names for hostnames. */
function kindKey(pod: Pod): string {
  const { name, nodeName: _, podIP, podIPs, hostname, ...rest } = pod;
  return JSON.stringify([rest, hostname === name || hostname, podIP === podIPs[0] || podIP]);
}

const NONE: readonly never[] = Object.freeze([]);

function hasFamily(address: string, family: 4 | 6): boolean {
  return address !== "" && address.includes(":") === (family === 6);
}

function valueAt<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}

interface Namespaces {
  /** The rows of a namespace by name, made when it is asked for: texts are dear to hash, and few are looked for. */
  readonly byName: (namespace: string) => ReadonlyMap<string, number> | undefined;
  readonly rowsIn: (namespace: string) => readonly number[];
}

/** Namespaces and names are to be in small letters. */
function byNamespace({ names, kinds, kindOf }: PodRows): Namespaces {
  const placeOf = new Map<string, number>();
  const ofKind = kinds.map(({ namespace }) =>
    valueAt(placeOf, namespace.toLowerCase(), () => placeOf.size),
  );
  const places = new Int32Array(kindOf.length);
  for (let row = 0; row < kindOf.length; row++) {
    places[row] = ofKind[kindOf[row] as number] ?? NO_GROUP;
  }
  const rowsOf = grouped(places, placeOf.size);
  const rowsIn = (namespace: string): readonly number[] => {
    const place = placeOf.get(namespace);
    return place === undefined ? NONE : rowsOf(place);
  };
  const made = new Map<string, ReadonlyMap<string, number>>();
  const nameMap = (rows: readonly number[]) =>
    new Map(rows.map((row) => [names.at(row).toLowerCase(), row]));
  return {
    rowsIn,
    byName: (namespace) =>
      placeOf.has(namespace)
        ? valueAt(made, namespace, () => nameMap(rowsIn(namespace)))
        : undefined,
  };
}

function byNode({ nodes, nodeOf }: PodRows): (name: string | undefined) => readonly number[] {
  const placeOf = new Map(nodes.map((name, place) => [name, place]));
  const rowsOf = grouped(nodeOf, nodes.length);
  return (name) => {
    const place = name === undefined ? NO_NODE : placeOf.get(name);
    return place === undefined ? NONE : rowsOf(place);
  };
}
