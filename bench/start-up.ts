/**
 * How long the Worker takes to start: from workerd's start to the first answer, beside the bare Worker's.
 *
 * @module
 */
import { freePort } from "../test/e2e/server.ts";
import { firstAnswer } from "./ask.ts";
import { CLUSTER } from "./cases.ts";
import { median } from "./statistics.ts";
import { startWorkerd } from "./worker.ts";

/** Milliseconds, medians. */
export interface StartUp {
  readonly ndots: number;
  readonly hello: number;
}

/** @param worker folder of the bundle, as `worker.ts` makes it; hello's too */
export async function benchStartUp(
  worker: string,
  hello: string,
  rounds: number,
): Promise<StartUp> {
  const times = { ndots: [] as number[], hello: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.hello.push(await startOnce(hello, ["main.js", "hello.js"]));
    times.ndots.push(await startOnce(worker, ["main.js"]));
  }
  return { ndots: median(times.ndots), hello: median(times.hello) };
}

async function startOnce(folder: string, modules: readonly string[]): Promise<number> {
  const port = await freePort();
  const begin = performance.now();
  const process = startWorkerd(folder, modules, port);
  const origin = `http://127.0.0.1:${port}`;
  try {
    const asked = { kind: CLUSTER, method: "POST", trace: true } as const;
    await firstAnswer({ protocol: "HTTP/1.1", origin, process }, asked);
    return performance.now() - begin;
  } finally {
    await process.stop();
  }
}
