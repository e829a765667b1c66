/**
 * From a request's path and query to a finished lookup: what `/dns-query` and `/resolve` have in common.
 *
 * @module
 */
import type { Context } from "hono";
import type { Vantage } from "../cluster/vantage.ts";
import type { OpenCluster } from "../clusters.ts";
import type { Asked } from "../exchanged.ts";
import { type Lookup, lookUp, unanswered } from "../lookup.ts";
import { seededRandom } from "../random.ts";
import { err, ok, type Result } from "../result.ts";
import { type Budget, createBudget } from "../upstream/budget.ts";
import type { Deps } from "./deps.ts";
import { decodeSegment, type Options } from "./options.ts";
import { badRequest, type Problem, quoted } from "./problem.ts";

/** Where no vantage is named: the cluster of the talk. */
export const DEFAULT_CLUSTER = "demo";

/** The path up to the resource: who asks. Undefined parts are the defaults of the contract's §1. */
export interface VantagePath {
  readonly cluster: string;
  readonly namespace?: string;
  readonly pod?: string;
  /** What follows the resource, still percent-encoded. */
  readonly rest: readonly string[];
}

/** Splits `/clusters/demo/namespaces/default/dns-query/ndots=2` at its resource. */
export function vantagePath(path: string): Result<VantagePath, Problem> {
  const segments = path.split("/").slice(1);
  const named: string[] = [];
  for (const word of ["clusters", "namespaces", "pods"]) {
    if (segments[0] !== word) break;
    const value = decodeSegment(segments[1] ?? "");
    if (value === undefined) return err(badRequest("the path holds a broken % escape"));
    named.push(value);
    segments.splice(0, 2);
  }
  const [cluster = DEFAULT_CLUSTER, namespace, pod] = named;
  return ok({
    cluster,
    ...(namespace === undefined ? {} : { namespace }),
    ...(pod === undefined ? {} : { pod }),
    rest: segments.slice(1).filter((segment) => segment !== ""),
  });
}

/** Who asks, and how. */
export interface Seat {
  readonly open: OpenCluster;
  readonly vantage: Vantage;
}

/** The cluster of that name; unknown is 404 with those that exist, unreadable 422 with what is wrong in it. */
export async function findCluster(name: string, deps: Deps): Promise<Result<OpenCluster, Problem>> {
  const open = await deps.clusters.get(name);
  if (open === undefined) return err(unknown("cluster", name, await deps.clusters.names()));
  return open.ok ? open : err({ status: 422, detail: open.error });
}

export async function findSeat(path: VantagePath, deps: Deps): Promise<Result<Seat, Problem>> {
  const open = await findCluster(path.cluster, deps);
  return open.ok ? findVantage(open.value, path) : open;
}

export function findVantage(open: OpenCluster, path: VantagePath): Result<Seat, Problem> {
  const vantage = open.vantage(path);
  if (vantage.ok) return ok({ open, vantage: vantage.value });
  const { what, name, known } = vantage.error;
  return err(unknown(what, name, known));
}

const MOST_NAMED = 20;

export function unknown(what: string, name: string, known: readonly string[]): Problem {
  const shown = known.slice(0, MOST_NAMED).join(", ");
  const rest = known.length > MOST_NAMED ? ` and ${known.length - MOST_NAMED} more` : "";
  const instead = known.length === 0 ? "there is none" : `there are ${shown}${rest}`;
  return { status: 404, detail: `no ${what} ${quoted(name)}: ${instead}` };
}

export interface Answered {
  readonly lookup: Lookup;
  readonly timings: Budget["timings"];
  /** What every choice was drawn from; absent where nothing was asked. */
  readonly seed?: number;
}

/** The lookup, within its deadline and budget. */
export async function ask(
  c: Context,
  seat: Seat,
  asked: Asked,
  options: Options,
  deps: Deps,
): Promise<Answered> {
  const budget = createBudget(deps.now);
  const seed = options.seed ?? deps.seed();
  const background = (work: Promise<unknown>): void => inBackground(c, work);
  try {
    const lookup = await lookUp(seat.vantage, asked, options, {
      coredns: seat.open.coredns,
      exchange: deps.upstreams.exchange(budget, background),
      answersConsistently: deps.upstreams.answersConsistently,
      now: deps.now,
      random: seededRandom(seed),
      background,
      wait: deps.wait,
    });
    return { lookup, timings: budget.timings, seed };
  } catch (error) {
    // A fault of ours is still a DNS outcome to who asked; its words go to the log alone.
    console.error(error);
    const ede = [{ code: 0, text: "ndots failed here; this is a bug" }];
    return { lookup: { ...unanswered("SERVFAIL"), ede }, timings: budget.timings, seed };
  }
}

/** Workers end a request's work with its response, unless it is handed to `waitUntil`. */
export function inBackground(c: Context, work: Promise<unknown>): void {
  const settled = work.catch(() => undefined);
  let execution: { waitUntil(work: Promise<unknown>): void } | undefined;
  try {
    execution = c.executionCtx;
  } catch {
    // Hono throws where the runtime has no such thing; there the work runs on by itself.
  }
  execution?.waitUntil(settled);
}
