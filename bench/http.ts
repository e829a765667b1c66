/**
 * Requests by HTTP: how many a second, how soon, and at what CPU time, for every server and case in turn.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { answersRight } from "./ask.ts";
import { type Case, CLUSTER, EXTERNAL, MISS, NXDOMAIN, octetsOf, pathOf } from "./cases.ts";
import { load, type Measured, type Target } from "./load.ts";
import { LOAD_CORE, versionOf } from "./process.ts";
import { type Door, type Scene, startServers } from "./servers.ts";
import { median, rounded } from "./statistics.ts";

/** One line of the table: medians over the rounds. */
export interface HttpRow extends Measured {
  readonly server: Door["server"];
  readonly runtime: string;
  readonly protocol: Door["protocol"];
  readonly method: Case["method"];
  readonly kind: string;
  readonly trace: "on" | "off" | "";
}

export interface HttpPlan {
  readonly rounds: number;
  /** Milliseconds of each measurement, about. */
  readonly span: number;
  readonly quick: boolean;
}

export interface Http {
  readonly rows: readonly HttpRow[];
  readonly leftOut: readonly string[];
}

interface Run {
  readonly door: Door;
  readonly asked: Case;
  readonly measured: Measured[];
}

/** Why nothing can be measured over HTTP here. */
export function whyNoLoad(): string | undefined {
  const missing = [
    ...(versionOf("h2load", "--version") === undefined ? ["h2load (nghttp2-client)"] : []),
    ...(versionOf("taskset", "--version") === undefined ? ["taskset (util-linux)"] : []),
  ];
  if (missing.length > 0) return `it takes ${missing.join(" and ")}, by Debian package`;
  const { length } = cpus();
  return length > LOAD_CORE ? undefined : `server and load take a core each: there is ${length}`;
}

/** Requests a second, before it is known. */
const FIRST_RATE = 5_000;

export async function benchHttp(
  scene: Scene,
  plan: HttpPlan,
  progress: (text: string) => void,
): Promise<Http> {
  const { folder } = scene;
  const servers = await startServers(scene);
  try {
    const runs = runsOf(servers.doors, plan.quick);
    for (const { door, asked } of runs) await answersRight(door, asked);
    // The first round warms the compilers up and is not counted ({@link rowOf}).
    for (let round = 0; round <= plan.rounds; round++) {
      progress(round === 0 ? "warming up" : `round ${round} of ${plan.rounds}`);
      for (const { door, asked, measured } of runs) {
        const rate = measured.at(-1)?.requestsPerSecond ?? FIRST_RATE;
        measured.push(await load(targetOf(door, asked, folder), rate, plan.span, folder));
      }
    }
    return { rows: runs.map(rowOf), leftOut: servers.leftOut };
  } finally {
    await servers.stop();
  }
}

/** What is compared stands next to each other, since a machine's speed drifts. */
function runsOf(doors: readonly Door[], quick: boolean): Run[] {
  const places = Map.groupBy(doors, ({ protocol, runtime }) =>
    protocol === "HTTP/1.1" ? runtime : protocol,
  );
  const runs: Run[] = [];
  for (const beside of places.values()) {
    for (const asked of CASES) {
      for (const door of beside) {
        if (isAsked(door, asked) && !(quick && isLeftToFull(door, asked))) {
          runs.push({ door, asked, measured: [] });
        }
      }
    }
  }
  return runs;
}

const CASES: readonly Case[] = (["POST", "GET"] as const).flatMap((method) =>
  [CLUSTER, EXTERNAL, MISS, NXDOMAIN].flatMap((kind) =>
    [true, false].map((trace) => ({ kind, method, trace })),
  ),
);

/** The servers that stand beside ours know one name, and no trace. */
function isAsked({ server }: Door, { kind, trace }: Case): boolean {
  return server === "ndots" || (kind === CLUSTER && trace);
}

/** What a quick run can do without: it keeps a row for each target. */
function isLeftToFull({ protocol, runtime }: Door, { kind, method, trace }: Case): boolean {
  if (method === "GET") return protocol !== "HTTP/1.1" || kind !== CLUSTER || !trace;
  if (kind === CLUSTER) return false;
  return !trace || (kind !== EXTERNAL && (runtime !== "Deno" || protocol !== "HTTP/1.1"));
}

function targetOf(door: Door, asked: Case, folder: string): Target {
  const target = {
    url: door.origin + pathOf(asked),
    protocol: door.protocol,
    pid: door.process.pid,
  };
  if (asked.method === "GET") return target;
  const body = join(folder, "query");
  writeFileSync(body, octetsOf(asked.kind));
  return { ...target, body };
}

function rowOf({ door, asked, measured }: Run): HttpRow {
  const middle = (what: keyof Measured): number =>
    rounded(median(measured.map((one) => one[what])));
  return {
    server: door.server,
    runtime: door.runtime ?? "",
    protocol: door.protocol,
    method: asked.method,
    kind: asked.kind.what,
    trace: door.server !== "ndots" ? "" : asked.trace ? "on" : "off",
    requestsPerSecond: middle("requestsPerSecond"),
    p50: middle("p50"),
    p99: middle("p99"),
    cpuPerRequest: middle("cpuPerRequest"),
  };
}
