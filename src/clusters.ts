/**
 * The clusters of a deployment: those that ship with the program, and its own from a store or a folder.
 *
 * @module
 */
import { type Wait, within } from "./cache/time-limit.ts";
import { describeListError, readList } from "./cluster/list.ts";
import type { Cluster } from "./cluster/model.ts";
import { nodeLocalOf } from "./cluster/node-local.ts";
import { vantageOf } from "./cluster/vantage.ts";
import type { CorefileError } from "./coredns/corefile.ts";
import { homeOfCoreDns } from "./coredns/home.ts";
import { buildNodeLocal } from "./coredns/node-local.ts";
import { buildCoreDns, type CoreDns } from "./coredns/server.ts";
import { err, ok, type Result } from "./result.ts";

/** A cluster with its CoreDNS, whose cache lives as long as it. */
export interface OpenCluster {
  readonly cluster: Cluster;
  readonly coredns: CoreDns;
  /** {@link vantageOf} of this cluster; those found are kept. */
  vantage(asker: Asker): ReturnType<typeof vantageOf>;
}

function keptVantages(cluster: Cluster): OpenCluster["vantage"] {
  const kept = new Map<string, ReturnType<typeof vantageOf>>();
  return (asker) => {
    const key = `${asker.namespace ?? ""}/${asker.pod ?? ""}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const found = vantageOf(cluster, asker);
    if (found.ok && kept.size < MOST_VANTAGES) kept.set(key, found);
    return found;
  };
}

export interface Clusters {
  /** Sorted; those that cannot be read are among them. */
  names(): Promise<readonly string[]>;
  /** Undefined where there is none of that name; a sentence where it cannot be read. */
  get(name: string): Promise<Result<OpenCluster, string> | undefined>;
  /** The same without reading anything: undefined where it is not at hand. */
  peek(name: string): Result<OpenCluster, string> | undefined;
}

/** Where a deployment keeps clusters of its own: JSON text by name. May throw: then the store is out of reach. */
export interface ClusterStore {
  names(): Promise<readonly string[]>;
  get(name: string): Promise<string | undefined>;
}

/** A Pod, a namespace, or nothing: the default. */
export type Asker = NonNullable<Parameters<typeof vantageOf>[1]>;

/** How many vantages a cluster keeps; kubelet's work for a Pod takes longer than a lookup from memory. */
const MOST_VANTAGES = 1000;

/** Reads a List and builds its CoreDNS, or says in a sentence what is wrong and where. */
export function openCluster(name: string, json: unknown): Result<OpenCluster, string> {
  const cluster = readList(name, json);
  if (!cluster.ok) return err(`cluster ${name}: ${describeListError(cluster.error)}`);
  const { node, port } = homeOfCoreDns(cluster.value);
  const coredns = buildCoreDns(cluster.value, node, port);
  if (!coredns.ok) return err(`cluster ${name}: ${described(coredns.error, "Corefile")}`);
  const wrong = wrongNodeLocal(cluster.value);
  if (wrong !== undefined)
    return err(`cluster ${name}: ${described(wrong, "node-local-dns Corefile")}`);
  const vantage = keptVantages(cluster.value);
  return ok({ cluster: cluster.value, coredns: coredns.value, vantage });
}

function described({ line, message, file }: CorefileError, corefile: string): string {
  return `${file ?? corefile} line ${line}: ${message}`;
}

/** What is wrong with NodeLocal DNSCache's Corefile on every node; a dump that lacks CoreDNS's Service is only silent. */
function wrongNodeLocal(cluster: Cluster): CorefileError | undefined {
  if (nodeLocalOf(cluster)?.behind === undefined) return undefined;
  const built = buildNodeLocal(cluster, undefined);
  return built.ok ? undefined : built.error;
}

/** How long a cluster from the store is served before it is read again, and how long a missing one stays missing. */
const FRESH_FOR = 60_000;
const MISSING_FOR = 10_000;
/** A cluster may take tens of megabytes; an isolate has 128. */
const MOST_OPEN = 4;
const MOST_MISSING = 1000;
const STORE_TIMEOUT = 2_000;

/** RFC 1123 labels, as namespaces have; a name that is none is not looked up. */
export const CLUSTER_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

interface Entry {
  readonly opened: Result<OpenCluster, string> | undefined;
  readonly text: string | undefined;
  readonly until: number;
}

/**
 * @param bundled what ships with the program; it wins over the store
 * @throws where a bundled cluster is wrong: start-up stops with file, path and what was found there
 */
export function createClusters(
  bundled: Readonly<Record<string, unknown>>,
  store: ClusterStore | undefined,
  clock: { now(): number; readonly wait: Wait },
): Clusters {
  const shipped = new Map<string, OpenCluster>();
  for (const [name, json] of Object.entries(bundled)) {
    const opened = openCluster(name, json);
    if (!opened.ok) throw new Error(`zones/${name}.json: ${opened.error}`);
    shipped.set(name, opened.value);
  }
  const kept = new Map<string, Entry>();

  const read = async (name: string, from: ClusterStore, old: Entry | undefined): Promise<Entry> => {
    const got = await within(STORE_TIMEOUT, clock.wait, () => from.get(name));
    const now = clock.now();
    if (got.kind !== "done") {
      if (old?.opened?.ok) return { ...old, until: now + MISSING_FOR };
      const lost = err(`cluster ${name}: the store of clusters did not answer; try again later`);
      return { opened: lost, text: undefined, until: now };
    }
    const text = got.value;
    if (text === undefined) return { opened: undefined, text, until: now + MISSING_FOR };
    // An unchanged text keeps its CoreDNS, and so what that has in its cache.
    if (old?.text === text) return { ...old, until: now + FRESH_FOR };
    return { opened: openText(name, text), text, until: now + FRESH_FOR };
  };

  let listed: { readonly names: readonly string[]; readonly until: number } | undefined;
  return {
    async names() {
      if (listed !== undefined && clock.now() < listed.until) return listed.names;
      const own =
        store === undefined
          ? undefined
          : await within(STORE_TIMEOUT, clock.wait, () => store.names());
      const valid = own?.kind === "done" ? own.value.filter((name) => CLUSTER_NAME.test(name)) : [];
      const names = [...new Set([...shipped.keys(), ...valid])].sort();
      listed = { names, until: clock.now() + MISSING_FOR };
      return names;
    },
    peek(name) {
      const ours = shipped.get(name);
      return ours === undefined ? kept.get(name)?.opened : ok(ours);
    },
    async get(name) {
      const ours = shipped.get(name);
      if (ours !== undefined) return ok(ours);
      if (store === undefined || !CLUSTER_NAME.test(name)) return undefined;
      const old = kept.get(name);
      if (old !== undefined && clock.now() < old.until) return old.opened;
      const entry = await read(name, store, old);
      kept.delete(name);
      kept.set(name, entry);
      evict(kept);
      return entry.opened;
    },
  };
}

function openText(name: string, text: string): Result<OpenCluster, string> {
  try {
    return openCluster(name, JSON.parse(text));
  } catch (error) {
    return err(
      `cluster ${name}: not JSON: ${error instanceof Error ? error.message : "unreadable"}`,
    );
  }
}

/** Drops the longest-kept entries beyond what may stay. */
function evict(kept: Map<string, Entry>): void {
  let open = 0;
  for (const entry of kept.values()) if (entry.opened !== undefined) open++;
  for (const [name, entry] of kept) {
    if (open <= MOST_OPEN && kept.size <= MOST_MISSING) return;
    if (entry.opened !== undefined && open <= MOST_OPEN) continue;
    if (entry.opened !== undefined) open--;
    kept.delete(name);
  }
}
