/**
 * What an address says of a lookup: who asks, and with which options.
 *
 * @module
 */
import { ok, type Result } from "../result.ts";
import { type VantagePath, vantagePath } from "./ask.ts";
import { type Options, parseOptions } from "./options.ts";
import type { Problem } from "./problem.ts";

export interface Way {
  readonly path: VantagePath;
  readonly options: Options;
  /** The same for all addresses that say the same of a cluster. */
  readonly key: string;
}

/** Reads addresses; those without a query are remembered, for most of a service's requests have few of them. */
export function wayReader(): (path: string, query: URLSearchParams) => Result<Way, Problem> {
  const known = new Map<string, Result<Way, Problem>>();
  return (path, query) => {
    if (query.size > 0) return readWay(path, query);
    const before = known.get(path);
    if (before !== undefined) return before;
    const way = readWay(path, query);
    if (way.ok && path.length <= LONGEST_KNOWN && known.size < MOST_KNOWN) known.set(path, way);
    return way;
  };
}

/** A path may name any Pod; what is not remembered is only read again. */
const MOST_KNOWN = 1000;
const LONGEST_KNOWN = 500;

export function readWay(text: string, query: URLSearchParams): Result<Way, Problem> {
  const path = vantagePath(text);
  if (!path.ok) return path;
  const options = parseOptions(path.value.rest, query);
  if (!options.ok) return options;
  const { namespace = "", pod = "" } = path.value;
  const given = Object.entries(options.value).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([namespace, pod, given]);
  return ok({ path: path.value, options: options.value, key });
}
