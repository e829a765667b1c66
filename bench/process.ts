/**
 * The processes of a run: each on a core of its own choice, each ended by its id.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import process from "node:process";

export interface Started {
  readonly pid: number;
  /** What it has said so far. */
  said(): string;
  ended(): boolean;
  stop(): Promise<void>;
}

/** Server and load do not share a core, else the load's own cost is measured too. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Milliseconds before a process that does not end by itself is made to. */
const PATIENCE = 3_000;

const running = new Set<ChildProcess>();

/** Starts `command` on the server's core. @param log a file for what it says */
export function start(
  log: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const output = openSync(log, "w");
  const child = spawn("taskset", ["-c", String(SERVER_CORE), command, ...args], {
    env: { ...environment(), ...env },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  running.add(child);
  const gone = new Promise<void>((resolve) => {
    child.on("error", () => resolve());
    child.on("exit", () => {
      running.delete(child);
      resolve();
    });
  });
  return {
    pid: child.pid ?? -1,
    said: () => readFileSync(log, "utf8"),
    ended: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
    async stop() {
      if (!running.has(child)) return;
      const force = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      child.kill("SIGTERM");
      await gone;
      clearTimeout(force);
    },
  };
}

/** Whatever ends this process ends those that it started. */
export function endWithUs(): void {
  process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => process.exit(130));
  }
}

/** Microseconds that a process has computed, its threads included (proc(5), `utime` and `stime`). */
export function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command's name may hold blanks and brackets: the fields after it are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/** Linux tells user space hundredths of a second, whatever its own clock does. */
const TICK = 10_000;

/** The version of a tool in its own words, or undefined where it is not there. */
export function versionOf(command: string, argument: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, [argument], {
    encoding: "utf8",
    env: environment(),
  });
  return error === undefined ? `${stdout}${stderr}`.trim() : undefined;
}

/** Debian keeps servers where a user's PATH does not reach; settings of the user's own are not measured. */
function environment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith("NDOTS_"));
  return { ...Object.fromEntries(kept), PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
}
