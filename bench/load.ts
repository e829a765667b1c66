/**
 * Load by `h2load` on one server, and what it cost there.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cpuTime, LOAD_CORE } from "./process.ts";
import { percentile } from "./statistics.ts";

export interface Target {
  readonly url: string;
  readonly protocol: Protocol;
  /** A file whose octets are POSTed; GET without. */
  readonly body?: string;
  /** Of the server, whose CPU time is read. */
  readonly pid: number;
}

export type Protocol = "HTTP/1.1" | "TLS, HTTP/2";

export interface Measured {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server's CPU; connecting is its part. */
  readonly cpuPerRequest: number;
}

/** So many requests are under way at any time, each on a connection of its own. */
export const CONNECTIONS = 16;

/** Milliseconds after which h2load is ended. */
const PATIENCE = 60_000;

/**
 * @param rate requests a second, as far as it is known
 * @param span milliseconds to measure, about
 * @param folder for h2load's log
 * @throws where a request is not answered with 200: errors are no speed
 */
export async function load(
  target: Target,
  rate: number,
  span: number,
  folder: string,
): Promise<Measured> {
  const requests = CONNECTIONS * Math.ceil((rate * (SETTLING + span)) / 1000 / CONNECTIONS);
  const log = join(folder, "h2load.log");
  // h2load appends.
  rmSync(log, { force: true });
  const begin = cpuTime(target.pid);
  const { status, output } = await run([...options(target, requests), "--log-file", log]);
  const cpu = cpuTime(target.pid) - begin;
  const times = status === 0 ? readLog(readFileSync(log, "utf8")) : undefined;
  if (times?.length !== requests) {
    throw new Error(`${target.url}: not every request was answered with 200:\n${output}`);
  }
  return { ...figuresOf(times), cpuPerRequest: cpu / requests };
}

/** @param all at least one */
export function figuresOf(all: readonly Time[]): Omit<Measured, "cpuPerRequest"> {
  const times = settled(all);
  const took = times.map((one) => one.took);
  return {
    requestsPerSecond: times.length / (elapsed(times) / 1e6),
    p50: percentile(took, 50) / 1000,
    p99: percentile(took, 99) / 1000,
  };
}

/** Milliseconds in which the connections are made, and the first requests wait for each other's handshakes. */
const SETTLING = 60;

/** Those that began after {@link SETTLING}; all where hardly any did, since the server was faster than was known. */
function settled(all: readonly Time[]): readonly Time[] {
  const from = first(all) + SETTLING * 1000;
  const later = all.filter(({ began }) => began >= from);
  return later.length * 3 < all.length ? all : later;
}

function elapsed(times: readonly Time[]): number {
  return times.reduce((last, { began, took }) => Math.max(last, began + took), 0) - first(times);
}

function first(times: readonly Time[]): number {
  return times.reduce((least, { began }) => Math.min(least, began), Number.POSITIVE_INFINITY);
}

/**
 * A number of requests and not a span of time: told to stop by the clock, h2load 1.52 does not always leave an HTTP/2
 * server.
 */
function options({ url, protocol, body }: Target, requests: number): string[] {
  const media = "application/dns-message";
  return [
    ...(protocol === "HTTP/1.1" ? ["--h1"] : []),
    ...["--requests", String(requests), "--clients", String(CONNECTIONS)],
    ...["--max-concurrent-streams", "1", "--header", `accept: ${media}`],
    ...(body === undefined ? [] : ["--data", body, "--header", `content-type: ${media}`]),
    url,
  ];
}

function run(args: readonly string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn("taskset", ["-c", String(LOAD_CORE), "h2load", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE,
  });
  let output = "";
  const read = (chunk: Buffer): void => {
    output += chunk;
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}

/** A request, in microseconds. */
export interface Time {
  readonly began: number;
  readonly took: number;
}

/** h2load's log, a line a request: when it began, its status, how long it took. Undefined where one failed. */
export function readLog(text: string): readonly Time[] | undefined {
  const times: Time[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [began, status, took] = line.split("\t");
    if (status !== "200") return undefined;
    times.push({ began: Number(began), took: Number(took) });
  }
  return times;
}
