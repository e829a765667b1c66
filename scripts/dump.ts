/**
 * A `kubectl` dump of any size, read object by object as the service would read it, and what is stored of it.
 *
 * @module
 */
import { compactList } from "../src/cluster/compact.ts";
import {
  complain,
  member,
  note,
  type Place,
  type Report,
  rootPlace,
  textOf,
} from "../src/cluster/json.ts";
import { describeListError, ListReader, MOST_ITEMS } from "../src/cluster/list.ts";
import type { Cluster } from "../src/cluster/model.ts";
import { packList } from "../src/cluster/pack.ts";
import { withCoreDns } from "../src/clusters.ts";
import { err, ok, type Result } from "../src/result.ts";
import { listParts, NotAList } from "./list-parts.ts";

export interface Dump {
  readonly cluster: Cluster;
  readonly octets: number;
  /** Objects of which nothing is kept, by their kind. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** @returns an error, a sentence, with the JSON path of what is wrong */
export async function readDump(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Result<Dump, string>> {
  const counted = { octets: 0 };
  try {
    const { root, reader, leftOut } = await readParts(counting(chunks, counted));
    const cluster = reader.cluster(name, root);
    if (!cluster.ok) return err(describeListError(cluster.error));
    const open = withCoreDns(cluster.value);
    return open.ok ? ok({ cluster: cluster.value, leftOut, ...counted }) : open;
  } catch (error) {
    if (error instanceof NotAList) return err(error.message);
    throw error;
  }
}

/** Up to so many objects a cluster is stored as a List that people can read; more of them in columns. */
const MOST_IN_A_LIST = 2000;

export function isLarge({ pods, services, nodes, slices }: Cluster): boolean {
  return pods.length + services.length + nodes.length + slices.length > MOST_IN_A_LIST;
}

/** The text to store. */
export function dumpText({ cluster }: Dump): string {
  return JSON.stringify(isLarge(cluster) ? packList(cluster) : compactList(cluster));
}

interface Parts {
  readonly root: Place;
  readonly reader: ListReader;
  readonly leftOut: ReadonlyMap<string, number>;
}

/** @throws {NotAList} */
async function readParts(chunks: AsyncIterable<Uint8Array>): Promise<Parts> {
  const report: Report = { error: undefined };
  const members = new Map<string, unknown>();
  const root = (): Place => rootPlace(Object.fromEntries(members), report);
  const leftOut = new Map<string, number>();
  let reader: ListReader | undefined;
  let kept = 0;
  for await (const part of listParts(chunks)) {
    if (part.kind === "member") {
      members.set(part.key, part.value);
      continue;
    }
    const { index: key, value } = part;
    // kubectl sorts keys, so that the List's own kind comes last; each item has its own then.
    const knowsKind = members.has("kind");
    reader ??= new ListReader(knowsKind ? root() : rootPlace({ kind: "List" }, report));
    const above: Place = { value: undefined, key: "items", above: root(), report };
    const item: Place = { value, key, above, report };
    const kind = textOf(member(item, "kind"));
    if (kind === undefined && !knowsKind) {
      note(member(item, "kind"), "is missing, and the List's own kind comes behind its items");
    }
    if (reader.add(item)) kept++;
    else leftOut.set(printable(kind), (leftOut.get(printable(kind)) ?? 0) + 1);
    if (kept > MOST_ITEMS) note(above, `takes at most ${MOST_ITEMS} objects that are read`);
    if (report.error) break;
  }
  if (members.has("items")) complain(member(root(), "items"), "an array");
  return { root: root(), reader: reader ?? new ListReader(root()), leftOut };
}

/** A kind goes to a terminal. */
function printable(kind: string | undefined): string {
  return /^[A-Za-z0-9]{1,63}$/.test(kind ?? "") ? (kind as string) : "object of another kind";
}

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  counted: { octets: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    counted.octets += chunk.length;
    yield chunk;
  }
}
