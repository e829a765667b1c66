/**
 * What the server did with a query: its plugins in the order in which they saw it.
 *
 * @module
 */
import type { Life, LifeQuery } from "../life.ts";
import type { Cast } from "./cast.ts";
import * as sources from "./sources.ts";
import type { Telling } from "./step.ts";

/**
 * One telling for all plugins that let the query pass, one for each that did something.
 *
 * `known` are the `key`s that were told before: a plugin that does the same again is folded into the first telling.
 */
export function serverTellings(
  life: Life,
  cast: Cast,
  query: LifeQuery,
  known: ReadonlySet<string>,
): Telling[] {
  const atOutside = query.source === "upstream";
  if (query.steps.length === 0 || atOutside) return [];
  const acting = query.steps.filter((step) => !passes(step.did));
  const passing = query.steps.filter((step) => passes(step.did)).map(({ plugin }) => plugin);
  const place = reachedPlace(life, cast, query);
  const tellings: Telling[] = [];
  if (passing.length > 0 && !known.has("pass")) {
    const names = [...new Set(passing)].map((plugin) => `\`${plugin}\``).join(", ");
    tellings.push({
      key: "pass",
      phase: "coredns",
      title: "Down the chain of plugins",
      sentence: `The Corefile says which plugins there are, CoreDNS's own order who sees the query first. ${names} let it pass.`,
      source: sources.COREDNS_CHAIN,
      place,
      focus: "corefile",
    });
  }
  for (const step of acting) {
    const key = pluginKey(step, query);
    if (known.has(key)) continue;
    tellings.push(pluginTelling(life, query, step, key, place));
  }
  return tellings;
}

/** The same for what is told in the same words. */
export function serverWay(query: LifeQuery): string {
  const plugins = query.steps.map((step) =>
    passes(step.did) ? step.plugin : pluginKey(step, query),
  );
  return ["server", query.rcode, query.answers > 0, query.cache, ...plugins].join(", ");
}

/** What a plugin was about, for lists: `kubernetes: no Service com in namespace default`. */
export function decisiveStep(query: LifeQuery): string | undefined {
  const step =
    query.steps.findLast(({ plugin, did }) => plugin === query.source && !passes(did)) ??
    query.steps.findLast(({ did }) => !passes(did));
  return step === undefined ? undefined : `\`${step.plugin}\`: ${step.did}`;
}

type PluginStep = LifeQuery["steps"][number];

function passes(did: string): boolean {
  return did === "passed on" || did.startsWith("passed by");
}

/** What differs from query to query where the plugin does the same is left out. */
function pluginKey({ plugin, did }: PluginStep, { source, rcode }: LifeQuery): string {
  const what =
    plugin === source
      ? rcode
      : did
          .replace(/[\d.:]+/g, "#")
          .split(" ", 2)
          .join(" ");
  return `plugin-${plugin}-${what}`;
}

function reachedPlace(life: Life, cast: Cast, query: LifeQuery): Telling["place"] {
  const packet = life.packets.find(
    ({ query: of, leg, kind }) => of === query.index && leg === "pod" && kind === "query",
  );
  return packet !== undefined && cast.placeOf(packet.end.host) === "node" ? "node" : "server";
}

function pluginTelling(
  life: Life,
  query: LifeQuery,
  { plugin, did }: PluginStep,
  key: string,
  place: Telling["place"],
): Telling {
  const decides = plugin === query.source || (plugin === "cache" && did.startsWith("hit"));
  const about = ABOUT[plugin];
  const line = lineOf(life, plugin, query.name);
  return {
    key,
    phase: "coredns",
    title: decides ? `${plugin} answers ${query.rcode}` : plugin,
    sentence: `${about === undefined ? "" : `${about} `}Here: ${did}.`,
    source: sources.pluginPage(plugin),
    place,
    focus: plugin === "cache" ? "cache" : "corefile",
    plugin,
    ...(line === undefined ? {} : { line }),
  };
}

/** What a plugin is for, in a sentence; the others speak for themselves. */
const ABOUT: Readonly<Record<string, string>> = {
  cache: "`cache` keeps answers, negative ones too, and spares the rest of the chain.",
  kubernetes:
    "`kubernetes` watches Services, EndpointSlices and Namespaces through the API, and answers from what it has in memory.",
  forward: "`forward` hands on what nobody before it answered, to the resolvers of its line.",
  hosts: "`hosts` answers from a hosts file of the server's own.",
  autopath:
    "`autopath` walks the Pod's search list on the server, and answers the first query with the last one's answer.",
  rewrite:
    "`rewrite` changes the question before the others see it, and the answer on its way back.",
  template: "`template` makes the answer up from a pattern.",
  loop: "`loop` looks for queries that come back to the server that sent them.",
};

/** In the block whose zone is the longest that the name is in, as CoreDNS picks it. */
export function lineOf(life: Life, plugin: string, name: string): number | undefined {
  const lower = name.toLowerCase();
  let best: { line: number; length: number } | undefined;
  for (const entry of life.coredns.plugins) {
    if (entry.plugin !== plugin) continue;
    const zone = zoneOf(entry.block);
    if (zone !== "." && lower !== zone && !lower.endsWith(`.${zone}`)) continue;
    if (best === undefined || zone.length > best.length)
      best = { line: entry.line, length: zone.length };
  }
  return best?.line;
}

/** Of a server block's key: `dns://cluster.local:53` is `cluster.local.`. */
function zoneOf(block: string): string {
  const zone = block
    .replace(/^\w+:\/\//, "")
    .replace(/:\d+$/, "")
    .toLowerCase();
  return zone.endsWith(".") ? zone : `${zone}.`;
}
