/**
 * The EndpointSlices of a cluster with their endpoints in rows: nearly all that an endpoint says is said by its Pod.
 *
 * @module
 */
import { addRow, rowsAt } from "./columns.ts";
import { grouped, NO_GROUP } from "./grouped.ts";
import { addressKey, kept, once, SERVICE_NAME } from "./indexes.ts";
import type { Endpoint, EndpointAt, EndpointSlice } from "./model.ts";
import type { PodTable } from "./pod-rows.ts";

/** A slice without its endpoints, and which rows they are. */
export interface SliceHead extends Omit<EndpointSlice, "endpoints"> {
  readonly first: number;
  readonly count: number;
}

export interface EndpointKind {
  /** The first endpoint of the kind. */
  readonly like: Endpoint;
  /** What the others have from their own Pod: the sum of {@link TAKES}; 0 is an endpoint of its own, whole. */
  readonly takes: number;
  readonly addressType: EndpointSlice["addressType"];
}

export const TAKES = { pod: 1, address: 2, nodeName: 4, hostname: 8 } as const;

export interface EndpointRows {
  readonly heads: readonly SliceHead[];
  readonly kinds: readonly EndpointKind[];
  /** Of each row, its place in `kinds`. */
  readonly kindOf: ArrayLike<number>;
  /** Of each row, its Pod's row; {@link NO_POD} where it has none. */
  readonly podOf: ArrayLike<number>;
}

export const NO_POD = NO_GROUP;

/** How many slices' endpoints, and how many addresses' findings, are kept. */
const MOST_KEPT = 200;

export class EndpointTable {
  readonly slices: readonly EndpointSlice[];
  readonly #rows: EndpointRows;
  readonly #pods: PodTable;
  readonly #ofPod: () => (pod: number) => readonly number[];
  readonly #byOwnAddress: () => ReadonlyMap<string, number | readonly number[]>;
  readonly #keptOf = kept(MOST_KEPT, (head: SliceHead) => this.#endpointsOf(head));
  readonly #keptAt = kept(MOST_KEPT, (address: string) => this.#find(address));

  constructor(rows: EndpointRows, pods: PodTable) {
    this.#rows = rows;
    this.#pods = pods;
    this.#ofPod = once(() => grouped(rows.podOf, pods.length));
    this.#byOwnAddress = once(() => byOwnAddress(rows));
    this.slices = rows.heads.map((head) => new Slice(head, this));
  }

  of(head: SliceHead): readonly Endpoint[] {
    return this.#keptOf(head);
  }

  withAddress(address: string): readonly EndpointAt[] {
    return this.#keptAt(addressKey(address));
  }

  #endpointsOf({ first, count }: SliceHead): readonly Endpoint[] {
    return Array.from({ length: count }, (_, at) => this.#make(first + at));
  }

  #make(row: number): Endpoint {
    const { like, takes, addressType } = this.#rows.kinds[
      this.#rows.kindOf[row] as number
    ] as EndpointKind;
    if (takes === 0) return like;
    const pod = this.#rows.podOf[row] as number;
    const own = takes & TAKES.address ? this.#pods.address(pod, familyOf(addressType)) : undefined;
    const nodeName = takes & TAKES.nodeName ? this.#pods.nodeName(pod) : like.nodeName;
    const hostname = takes & TAKES.hostname ? this.#pods.name(pod) : like.hostname;
    return {
      addresses: own === undefined ? like.addresses : [own],
      ready: like.ready,
      serving: like.serving,
      terminating: like.terminating,
      ...(hostname !== undefined && { hostname }),
      ...(nodeName !== undefined && { nodeName }),
      ...(like.zone !== undefined && { zone: like.zone }),
      pod: { namespace: this.#pods.namespace(pod), name: this.#pods.name(pod) },
    };
  }

  /** An endpoint that takes its Pod's address is found by way of the Pod: no index is as large as one of addresses. */
  #find(key: string): readonly EndpointAt[] {
    const { kinds, kindOf } = this.#rows;
    const taking = this.#pods.rowsWithAddress(key).flatMap((pod) =>
      this.#ofPod()(pod).filter((row) => {
        const { takes, addressType } = kinds[kindOf[row] as number] as EndpointKind;
        const own = takes & TAKES.address && this.#pods.address(pod, familyOf(addressType));
        return own && addressKey(own) === key;
      }),
    );
    const rows = [...taking, ...rowsAt(this.#byOwnAddress(), key)].sort((a, b) => a - b);
    return rows.map((row) => {
      const slice = this.slices[this.#sliceOf(row)] as EndpointSlice;
      return { slice, endpoint: this.#make(row), service: slice.labels[SERVICE_NAME] };
    });
  }

  /** The last slice that begins at or before `row`; empty ones that begin there too stand in front of it. */
  #sliceOf(row: number): number {
    const { heads } = this.#rows;
    let low = 0;
    let high = heads.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((heads[middle] as SliceHead).first <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The rows of these slices; of two endpoints that say the same of themselves one is kept. */
export function endpointRows(slices: Iterable<EndpointSlice>, pods: PodTable): EndpointRows {
  const heads: SliceHead[] = [];
  const kinds: EndpointKind[] = [];
  const placeOf = new Map<string, number>();
  const kindOf: number[] = [];
  const podOf: number[] = [];
  for (const slice of slices) {
    const { namespace, name, labels, addressType, ports, endpoints } = slice;
    const head = { namespace, name, labels, addressType, ports };
    heads.push({ ...head, first: kindOf.length, count: endpoints.length });
    for (const endpoint of endpoints) {
      const pod = podRow(endpoint, pods);
      const takes = pod === NO_POD ? 0 : taken(endpoint, pod, addressType, pods);
      const key = takes === 0 ? undefined : kindKey(endpoint, takes, addressType);
      let kind = key === undefined ? undefined : placeOf.get(key);
      if (kind === undefined) {
        kind = kinds.push({ like: endpoint, takes, addressType }) - 1;
        if (key !== undefined) placeOf.set(key, kind);
      }
      kindOf.push(kind);
      podOf.push(pod);
    }
  }
  return { heads, kinds, kindOf: Int32Array.from(kindOf), podOf: Int32Array.from(podOf) };
}

/** Those of `others` behind. */
export function joinedRows(rows: EndpointRows, others: EndpointRows): EndpointRows {
  if (others.heads.length === 0) return rows;
  const length = rows.kindOf.length;
  const joined = (a: ArrayLike<number>, b: ArrayLike<number>, more: number): Int32Array => {
    const both = new Int32Array(a.length + b.length);
    both.set(a);
    both.set(
      Array.from(b, (one) => one + more),
      a.length,
    );
    return both;
  };
  return {
    heads: [
      ...rows.heads,
      ...others.heads.map((head) => ({ ...head, first: head.first + length })),
    ],
    kinds: [...rows.kinds, ...others.kinds],
    kindOf: joined(rows.kindOf, others.kindOf, rows.kinds.length),
    podOf: joined(rows.podOf, others.podOf, 0),
  };
}

class Slice implements EndpointSlice {
  readonly namespace: string;
  readonly name: string;
  readonly labels: EndpointSlice["labels"];
  readonly addressType: EndpointSlice["addressType"];
  readonly ports: EndpointSlice["ports"];
  readonly #head: SliceHead;
  readonly #table: EndpointTable;

  constructor(head: SliceHead, table: EndpointTable) {
    this.namespace = head.namespace;
    this.name = head.name;
    this.labels = head.labels;
    this.addressType = head.addressType;
    this.ports = head.ports;
    this.#head = head;
    this.#table = table;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#table.of(this.#head);
  }
}

/** Of the endpoints that do not take their Pod's. */
function byOwnAddress({ kinds, kindOf }: EndpointRows): ReadonlyMap<string, number | number[]> {
  const rows = new Map<string, number | number[]>();
  for (let row = 0; row < kindOf.length; row++) {
    const { like, takes } = kinds[kindOf[row] as number] as EndpointKind;
    if (takes & TAKES.address) continue;
    for (const address of like.addresses) addRow(rows, addressKey(address), row);
  }
  return rows;
}

function familyOf(addressType: EndpointSlice["addressType"]): 4 | 6 {
  return addressType === "IPv6" ? 6 : 4;
}

/** Names are spelled alike: what the Pod is called is what the endpoint says. */
function podRow({ pod }: Endpoint, pods: PodTable): number {
  const row = pod && pods.rowOf(pod.namespace, pod.name);
  if (pod === undefined || row === undefined) return NO_POD;
  return pods.name(row) === pod.name && pods.namespace(row) === pod.namespace ? row : NO_POD;
}

function taken(
  { addresses, nodeName, hostname }: Endpoint,
  pod: number,
  addressType: EndpointSlice["addressType"],
  pods: PodTable,
): number {
  const [address, ...more] = addresses;
  const own = pods.address(pod, familyOf(addressType));
  return (
    TAKES.pod +
    (address !== undefined && more.length === 0 && address === own ? TAKES.address : 0) +
    (nodeName === pods.nodeName(pod) ? TAKES.nodeName : 0) +
    (hostname === pods.name(pod) ? TAKES.hostname : 0)
  );
}

function kindKey(endpoint: Endpoint, takes: number, addressType: string): string {
  const { ready, serving, terminating, zone } = endpoint;
  const { addresses, nodeName, hostname } = endpoint;
  return JSON.stringify([
    takes,
    addressType,
    ready,
    serving,
    terminating,
    zone,
    takes & TAKES.address || addresses,
    takes & TAKES.nodeName || nodeName,
    takes & TAKES.hostname || hostname,
  ]);
}
