/**
 * Which labels and files of a cluster a resolver reads: what is shown and stored has no others.
 *
 * Labels are read by selectors of Services, by CoreDNS's plugins where the Corefile names them, and a few by their own
 * meaning. Files are read where the Corefile, or a file that it names, names them. Where a Corefile is not understood
 * here as CoreDNS understands it, too much is kept rather than too little.
 *
 * @module
 */
import { MANAGED_BY } from "./endpoints.ts";
import { IMPORT_NAME, SERVICE_NAME } from "./indexes.ts";
import type { Cluster } from "./model.ts";

const SOURCE_CLUSTER = "multicluster.kubernetes.io/source-cluster";

type Labels = Readonly<Record<string, string>>;

export interface NeededLabels {
  ofNamespace(labels: Labels): Labels;
  ofService(labels: Labels): Labels;
  ofSlice(labels: Labels): Labels;
  ofPod(labels: Labels): Labels;
}

export function neededLabels(cluster: Cluster): NeededLabels {
  const named = namedLabels(cluster);
  const selecting = new Set(cluster.services.flatMap(({ selector = {} }) => Object.keys(selector)));
  const only = (meant: ReadonlySet<string>) => (labels: Labels) =>
    Object.fromEntries(
      Object.entries(labels).filter(([key]) => meant.has(key) || named.has(key)),
    ) as Labels;
  return {
    ofNamespace: only(new Set()),
    ofService: only(new Set(["service.kubernetes.io/service-proxy-name"])),
    ofSlice: only(new Set([SERVICE_NAME, IMPORT_NAME, SOURCE_CLUSTER, MANAGED_BY])),
    // The first two are how CoreDNS's own Pods are found.
    ofPod: only(new Set(["k8s-app", "app.kubernetes.io/name", ...selecting])),
  };
}

export interface NeededFiles {
  readonly coredns: ReadonlyMap<string, string>;
  readonly custom: ReadonlyMap<string, string>;
}

/** Of the keys of ConfigMaps coredns and coredns-custom. */
export function neededFiles({ corefile, corednsFiles, corednsCustom }: Cluster): NeededFiles {
  const names = new Set([...corednsFiles.keys(), ...corednsCustom.keys()]);
  const needed = new Set<string>();
  const unread = [corefile];
  for (let text = unread.pop(); text !== undefined; text = unread.pop()) {
    const words = new Set((text.match(/[^\s"]+/g) ?? []).map(lastPart));
    const patterns = importPatterns(text);
    for (const name of names) {
      if (!words.has(name) && !patterns.some((pattern) => mayName(pattern, name))) continue;
      names.delete(name);
      needed.add(name);
      unread.push(corednsFiles.get(name) ?? "", corednsCustom.get(name) ?? "");
    }
  }
  const only = (files: ReadonlyMap<string, string>) =>
    new Map([...files].filter(([name]) => needed.has(name)));
  return { coredns: only(corednsFiles), custom: only(corednsCustom) };
}

/** `labels` and `namespace_labels` of the plugin kubernetes name them, and `kubernetes/client-label/KEY` of its metadata. */
function namedLabels(cluster: Cluster): ReadonlySet<string> {
  const { corefile, corednsFiles, corednsCustom, nodeLocalCorefile = "" } = cluster;
  const texts = [corefile, ...corednsFiles.values(), ...corednsCustom.values(), nodeLocalCorefile];
  const named = new Set<string>();
  for (const text of texts) {
    if (!text.includes("label")) continue;
    for (const key of text.match(/[A-Za-z0-9][A-Za-z0-9._/-]*/g) ?? []) {
      named.add(key.replace(/^kubernetes\/client-label\//, ""));
    }
  }
  return named;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const EVERY = "*";
const MOST_PATTERNS = 1000;

/** What `import` names by a pattern; with an argument or a variable in it, it may name any file. */
function importPatterns(text: string): readonly string[] {
  const patterns = new Set<string>();
  for (const [, word = ""] of text.matchAll(/\bimport\s+"?([^\s"]+)/g)) {
    if (/\{[$%]|\{args/.test(word)) patterns.add(EVERY);
    else if (/[*?[]/.test(word)) patterns.add(lastPart(word));
  }
  return patterns.size > MOST_PATTERNS ? [EVERY] : [...patterns];
}

/** By what stands before the first wildcard and behind the last. */
function mayName(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split(/[*?[\]]/);
  return name.startsWith(head) && name.endsWith(rest.at(-1) ?? "");
}
