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
  { steps }: Pick<LifeQuery, "steps">,
  coredns: Life["coredns"],
  host: string | undefined,
  told: ToldChains,
): readonly Line[] {
  if (steps.length === 0) return [];
  const chain = steps.map(({ plugin }) => plugin).join();
  const isNew = !told.has(chain);
  told.add(chain);
  if (!isNew) return steps.filter(isNews).map(({ plugin, did }) => line(2, `${plugin}: ${did}`));
  const lines = steps.map(({ plugin, did }) => {
    const at = lineOf(plugin, steps, coredns);
    const where = at === undefined ? "" : ` (${at})`;
    return row(4, COLUMN, plugin + where, isIdle(did) ? { text: did, tone: "quiet" } : did);
  });
  return [line(2, `${host ?? "the server"}: plugins (line of the Corefile)`), ...lines];
}

const COLUMN = 18;

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
