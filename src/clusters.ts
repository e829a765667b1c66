/**
 * The clusters of a deployment: those that ship with the program, and its own from a store or a folder.
 *
 * @module
 */
import { within } from "./cache/time-limit.ts";
import { proxiedPorts } from "./cluster/kube-proxy/service-ports.ts";
import { describeListError, readList } from "./cluster/list.ts";
import type { Cluster } from "./cluster/model.ts";
import { nodeLocalOf } from "./cluster/node-local.ts";
import { rangesOf } from "./cluster/ranges.ts";
import { vantageOf } from "./cluster/vantage.ts";
import type { CorefileError } from "./coredns/corefile.ts";
import { homeOfCoreDns } from "./coredns/home.ts";
import { buildNodeLocal } from "./coredns/node-local.ts";
import { buildCoreDns, type CoreDns } from "./coredns/server.ts";
import { printable } from "./printable.ts";
import { err, ok, type Result } from "./result.ts";
import { type Surroundings, storedClusters } from "./stored-clusters.ts";

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

/** Where a deployment keeps clusters of its own. May throw: then the store is out of reach. */
export interface ClusterStore {
  names(): Promise<readonly string[]>;
  /**
   * Undefined where there is none of that name.
   *
   * @param known the version that is at hand: of that one no octets are given
   */
  get(name: string, known: string | undefined): Promise<StoredCluster | undefined>;
}

export interface StoredCluster {
  /** Other octets have another one. */
  readonly version: string;
  /** JSON, or JSON in gzip. */
  readonly octets?: Uint8Array;
}

/** A Pod, a namespace, or nothing: the default. */
export type Asker = NonNullable<Parameters<typeof vantageOf>[1]>;

/** How many vantages a cluster keeps; kubelet's work for a Pod takes longer than a lookup from memory. */
const MOST_VANTAGES = 1000;

/** Reads a List and builds its CoreDNS, or says in a sentence what is wrong and where. */
export function openCluster(name: string, json: unknown): Result<OpenCluster, string> {
  const cluster = readList(name, json);
  if (!cluster.ok) return err(`cluster ${name}: ${describeListError(cluster.error)}`);
  return withCoreDns(cluster.value);
}

/** Builds the CoreDNS of a cluster that was read. */
export function withCoreDns(cluster: Cluster): Result<OpenCluster, string> {
  const { name } = cluster;
  const { node, port } = homeOfCoreDns(cluster);
  const coredns = buildCoreDns(cluster, node, port);
  if (!coredns.ok) return err(`cluster ${name}: ${described(coredns.error, "Corefile")}`);
  const wrong = wrongNodeLocal(cluster);
  if (wrong !== undefined)
    return err(`cluster ${name}: ${described(wrong, "node-local-dns Corefile")}`);
  return ok({ cluster, coredns: coredns.value, vantage: keptVantages(cluster) });
}

/** Characters: a Corefile's words may be long, and the sentence becomes an EDE. */
const LONGEST_SENTENCE = 500;

function described({ line, message, file }: CorefileError, corefile: string): string {
  return printable(`${file ?? corefile} line ${line}: ${message}`, LONGEST_SENTENCE);
}

/** What is wrong with NodeLocal DNSCache's Corefile on every node; a dump that lacks CoreDNS's Service is only silent. */
function wrongNodeLocal(cluster: Cluster): CorefileError | undefined {
  if (nodeLocalOf(cluster)?.behind === undefined) return undefined;
  const built = buildNodeLocal(cluster, undefined);
  return built.ok ? undefined : built.error;
}

/** Milliseconds that the list of a store's names holds. */
const NAMES_FOR = 10_000;
const STORE_TIMEOUT = 2_000;

/** RFC 1123 labels, as namespaces have; a name that is none is not looked up. */
export const CLUSTER_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * @param bundled what ships with the program; it wins over the store
 * @throws where a bundled cluster is wrong: start-up stops with file, path and what was found there
 */
export function createClusters(
  bundled: Readonly<Record<string, unknown>>,
  store: ClusterStore | undefined,
  surroundings: Surroundings,
): Clusters {
  const { now, wait } = surroundings;
  const shipped = new Map<string, OpenCluster>();
  for (const [name, json] of Object.entries(bundled)) {
    const opened = openCluster(name, json);
    if (!opened.ok) throw new Error(`zones/${name}.json: ${opened.error}`);
    shipped.set(name, opened.value);
  }
  const stored = store && storedClusters(store, openText, surroundings);

  let listed: { readonly names: readonly string[]; readonly until: number } | undefined;
  return {
    async names() {
      if (listed !== undefined && now() < listed.until) return listed.names;
      const own = store && (await within(STORE_TIMEOUT, wait, () => store.names()));
      const valid = own?.kind === "done" ? own.value.filter((name) => CLUSTER_NAME.test(name)) : [];
      const names = [...new Set([...shipped.keys(), ...valid])].sort();
      listed = { names, until: now() + NAMES_FOR };
      return names;
    },
    peek(name) {
      const ours = shipped.get(name);
      return ours === undefined ? stored?.peek(name) : ok(ours);
    },
    async get(name) {
      const ours = shipped.get(name);
      if (ours !== undefined) return ok(ours);
      return CLUSTER_NAME.test(name) ? stored?.get(name) : undefined;
    },
  };
}

function openText(name: string, text: string): Result<OpenCluster, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // The engine's own words quote the text, and who reads them may be anyone.
    const [, at] = /position (\d+)/.exec(error instanceof Error ? error.message : "") ?? [];
    return err(`cluster ${name}: not JSON${at === undefined ? "" : ` at character ${at}`}`);
  }
  const opened = openCluster(name, json);
  if (opened.ok) makeIndexes(opened.value.cluster);
  return opened;
}

/** Who asks first waits for the cluster to be read; the indexes made meanwhile, no later lookup waits for any. */
function makeIndexes(cluster: Cluster): void {
  const address = "0.0.0.0";
  cluster.service("", "");
  cluster.slicesOf("", "");
  cluster.pod("", "");
  cluster.node("");
  cluster.podsOnNode("");
  cluster.serviceByIP(address);
  cluster.nodeByIP(address);
  cluster.endpointsByIP(address);
  rangesOf(cluster).isServiceAddress(address);
  rangesOf(cluster).nodeOfPodAddress(address);
  proxiedPorts(cluster, 4).large();
}
