/**
 * Lookups by real clients on a stage, with what every interface saw of them.
 *
 * @module
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster, Pod } from "../../../src/cluster/model.ts";
import { hostOf } from "../../../src/cluster/topology.ts";
import { run } from "../tools.ts";
import { record, type Sighting } from "./capture.ts";
import type { Stage } from "./stage.ts";

export interface Act {
  readonly why: string;
  readonly cluster: string;
  /** `namespace/pod` */
  readonly pod: string;
  readonly by: "glibc" | "musl" | "dig" | "dig +tcp";
  /** As typed; dig, which does not search, takes a trailing dot. */
  readonly name: string;
  readonly family: "4" | "any";
  /** The act is played again until a line of connection tracking is like this. */
  readonly until?: RegExp;
}

export interface Seen {
  readonly sightings: readonly Sighting[];
  /** By node, the lines of `conntrack -L`. */
  readonly conntrack: Readonly<Record<string, readonly string[]>>;
  /** By the client, sorted: addresses, or the error's name. */
  readonly printed: readonly string[];
}

export function vantageOf({ cluster, pod }: Act): string {
  return `/clusters/${cluster}/namespaces/${pod.replace("/", "/pods/")}`;
}

export function podOf(cluster: Cluster, { pod: name }: Act): Pod {
  const [namespace = "", pod = ""] = name.split("/");
  const found = cluster.pod(namespace, pod);
  if (found === undefined) throw new Error(`no Pod ${name} in cluster ${cluster.name}`);
  return found;
}

/** Plays one act after the other; `cluster` has the Pods of all. */
export async function play(
  acts: readonly Act[],
  stage: Stage,
  cluster: Cluster,
  folder: string,
): Promise<ReadonlyMap<Act, Seen>> {
  await compile(folder);
  const recording = await record(stage.lab, mkdtempSync(join(folder, "captures-")));
  const played: Played[] = [];
  let sightings: readonly Sighting[] = [];
  try {
    for (const act of acts) {
      const pod = podOf(cluster, act);
      await stage.moveIn(pod, vantageOf(act));
      const command = commandOf(act, cluster.clusterDNS[0] ?? "", folder);
      played.push(await perform(act, hostOf(pod), command, stage));
    }
  } finally {
    sightings = await recording.stop();
  }
  return new Map(
    played.map(({ act, from, to, ...rest }) => {
      const meanwhile = ({ time }: Sighting) => Number(time) >= from && Number(time) <= to;
      return [act, { ...rest, sightings: sightings.filter(meanwhile) }];
    }),
  );
}

interface Played extends Omit<Seen, "sightings"> {
  readonly act: Act;
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

type Command = readonly [string, ...string[]];

/** Of two endpoints one is drawn with a chance of a half. */
const MOST_TRIES = 40;

async function perform(act: Act, host: string, command: Command, stage: Stage): Promise<Played> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    await stage.refresh();
    const from = Date.now() / 1000;
    const { status, stdout, stderr } = await stage.lab.inside(host, command);
    if (status !== 0) throw new Error(`${command.join(" ")}: ${status} ${stdout} ${stderr}`);
    const conntrack = await stage.conntrack();
    const to = Date.now() / 1000;
    const lines = Object.values(conntrack).flat();
    if (act.until === undefined || lines.some((line) => act.until?.test(line))) {
      const printed = stdout.split("\n").filter((line) => line !== "");
      return { act, from, to, conntrack, printed: printed.sort() };
    }
  }
  throw new Error(`${MOST_TRIES} times no ${act.until} in connection tracking`);
}

function commandOf({ by, name, family }: Act, nameserver: string, folder: string): Command {
  if (by === "glibc" || by === "musl") return [join(folder, by), name, family];
  return [...(by.split(" ") as [string, ...string[]]), "+short", `@${nameserver}`, name, "A"];
}

/** `getaddrinfo` of both libcs, as programs named after them. */
async function compile(folder: string): Promise<void> {
  const source = fileURLToPath(new URL("./getaddrinfo.c", import.meta.url));
  for (const [compiler, libc] of [
    ["cc", "glibc"],
    ["musl-gcc", "musl"],
  ] as const) {
    const ran = await run(compiler, ["-D_GNU_SOURCE", "-o", join(folder, libc), source]);
    if (ran.status !== 0) throw new Error(`${compiler}: ${ran.stderr}`);
  }
}
