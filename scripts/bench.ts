/**
 * `npm run bench [-- --quick]`: what a lookup costs, over HTTP and in process, beside other servers in the same run.
 *
 * Rounds are interleaved and the median is told, since a machine's speed drifts: read the figures as ratios
 * (docs/bench.md). `--quick` asks less and of fewer, in under a minute.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CLUSTER, octetsOf } from "../bench/cases.ts";
import { benchGrowth, growingClusters, type Sized } from "../bench/growth.ts";
import { benchHttp, whyNoLoad } from "../bench/http.ts";
import { benchInProcess } from "../bench/in-process.ts";
import { benchIndex } from "../bench/index-cost.ts";
import { benchKv } from "../bench/kv.ts";
import { endWithUs } from "../bench/process.ts";
import type { Results } from "../bench/results.ts";
import { benchStartUp } from "../bench/start-up.ts";
import { report } from "../bench/table.ts";
import { targetsOf } from "../bench/targets.ts";
import { bundleHello, bundleWorker } from "../bench/worker.ts";
import { message, post, testService } from "../test/http/service.ts";

const ROUNDS = 5;
/** Milliseconds of each measurement. */
const FULL = { http: 600, inProcess: 150, growth: 100 };
const QUICK = { http: 130, inProcess: 40, growth: 20 };

const RESULTS = "bench/results.json";

const unknown = process.argv.slice(2).filter((argument) => argument !== "--quick");
if (unknown.length > 0) {
  console.error(`bench takes --quick or nothing: received ${unknown.join(" ")}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "ndots-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
endWithUs();
const results = await bench(process.argv.includes("--quick"));
console.log(report(results));
const written = { ...results, targets: targetsOf(results) };
writeFileSync(RESULTS, `${JSON.stringify(written, undefined, 2)}\n`);
console.log(`\nwritten to ${RESULTS}`);

async function bench(quick: boolean): Promise<Results> {
  const spans = quick ? QUICK : FULL;
  const [worker, hello] = [join(folder, "worker"), join(folder, "hello")];
  const [processor] = cpus();
  const machine = {
    processor: processor?.model ?? "",
    cores: cpus().length,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
  const { octets, address } = await clusterAnswer();
  progress("bundling");
  const bundle = bundleWorker(worker);
  bundleHello(hello, octets);
  const reason = whyNoLoad();
  const http =
    reason === undefined
      ? await benchHttp(
          { folder, worker, hello, octets, address },
          { rounds: ROUNDS, span: spans.http, quick },
          progress,
        )
      : { rows: [], leftOut: [`requests by HTTP: ${reason}`] };
  progress("starting the Worker");
  const startUp = await benchStartUp(worker, hello, ROUNDS);
  progress("in process");
  const inProcess = await benchInProcess(octets, { rounds: ROUNDS, span: spans.inProcess });
  progress("KV");
  const kv = await benchKv(quick);
  progress("large clusters");
  const clusters = growingClusters(quick);
  const growth = await benchGrowth(clusters, { rounds: ROUNDS, span: spans.growth });
  const index = benchIndex(clusters.at(-1) as Sized, quick ? 1 : ROUNDS, folder);
  return {
    machine,
    quick,
    rounds: ROUNDS,
    http: http.rows,
    inProcess,
    growth,
    index,
    kv,
    worker: { bundle, startUp },
    leftOut: http.leftOut,
  };
}

/** What the servers beside ours are to answer, and how long hello's answers are to be. */
async function clusterAnswer(): Promise<{ octets: number; address: string }> {
  const { app } = testService();
  const reply = await post(app, octetsOf(CLUSTER));
  const octets = (await reply.clone().arrayBuffer()).byteLength;
  const record = (await message(reply)).answer.find(({ type }) => type === "A");
  if (record?.type !== "A") throw new Error(`${CLUSTER.name} has no address`);
  return { octets, address: record.data };
}

function progress(text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
}
