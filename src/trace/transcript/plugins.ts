/**
 * The plugins that saw a query, in the order of the chain, with the line of the Corefile that each stands in.
 *
 * @module
 */
import type { Life, LifeQuery } from "../life.ts";
import { type Line, line, row } from "../terminal.ts";

/** The chains that were told in full, by the names of their plugins. */
export type ToldChains = Set<string>;

/** The whole chain where it is new, afterwards only those that did something. */
export function pluginLines(
  query: Pick<LifeQuery, "steps">,
  coredns: Life["coredns"],
  host: string | undefined,
  told: ToldChains,
): readonly Line[] {
  const steps = withoutRepeats(query.steps);
  if (steps.length === 0) return [];
  const chain = steps.map(({ plugin }) => `${plugin},`).join("");
  // What the cache answers ends there.
  const isNew = ![...told].some((other) => other.startsWith(chain));
  if (isNew) told.add(chain);
  if (!isNew) return steps.filter(isNews).map(({ plugin, did }) => line(2, `${plugin}: ${did}`));
  // A cache on the node has a Corefile of its own; behind `coredns` stand the steps of CoreDNS itself.
  const own = steps.slice(steps.findLastIndex(({ plugin }) => plugin === "coredns") + 1);
  const isNodeLocal = own.length === steps.length && steps[0]?.plugin === "node-local-dns";
  const lines = steps.map((step) => {
    const { plugin, did } = step;
    const at = isNodeLocal || !own.includes(step) ? undefined : lineOf(plugin, own, coredns);
    const where = at === undefined ? "" : ` (${at})`;
    return row(4, COLUMN, plugin + where, isIdle(did) ? { text: did, tone: "quiet" } : did);
  });
  return [line(2, `${host ?? "the server"}: plugins (line of the Corefile)`), ...lines];
}

const COLUMN = 18;

/** What a plugin did several times over stands once, with its count. */
function withoutRepeats(steps: LifeQuery["steps"]): LifeQuery["steps"] {
  const kept: { plugin: string; did: string; times: number }[] = [];
  for (const { plugin, did } of steps) {
    const last = kept.at(-1);
    if (last?.plugin === plugin && last.did === did) last.times++;
    else kept.push({ plugin, did, times: 1 });
  }
  return kept.map(({ plugin, did, times }) => ({
    plugin,
    did: times > 1 ? `${did} (${times} times)` : did,
  }));
}

/** How the chain says that a plugin let the query through. */
function isIdle(did: string): boolean {
  return did === "passed on" || did.startsWith("passed by");
}

/** A query's outcome names what the cache said. */
function isNews({ plugin, did }: LifeQuery["steps"][number]): boolean {
  return !isIdle(did) && !(plugin === "cache" && (did === "miss" || did === "off"));
}

/** Undefined where several blocks, or servers, have the plugin: a step does not say whose it was. */
function lineOf(
  plugin: string,
  steps: LifeQuery["steps"],
  { plugins }: Life["coredns"],
): number | undefined {
  const places = plugins.filter((one) => one.plugin === plugin);
  const once = steps.filter((step) => step.plugin === plugin).length === 1;
  return once && places.length === 1 ? places[0]?.line : undefined;
}
