/**
 * `npm run bench`: what a lookup costs, in process and over HTTP, beside a bare server in the same run.
 *
 * Rounds are interleaved and the median is told, since a machine's speed drifts: read the figures as ratios.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { freePort } from "../test/e2e/server.ts";
import { query, testService } from "../test/http/service.ts";

const quick = process.argv.includes("--quick");
const ROUNDS = 5;
const CALLS = quick ? 500 : 4_000;
const REQUESTS = quick ? 3_000 : 30_000;

const inProcess = await benchInProcess();
console.table(inProcess);
const overHttp = await benchDeno();
if (overHttp !== undefined) console.table(overHttp);
mkdirSync("bench", { recursive: true });
writeFileSync("bench/results.json", `${JSON.stringify({ inProcess, overHttp }, undefined, 2)}\n`);

interface InProcess {
  readonly lookup: string;
  readonly "µs, median": number;
}

/** Whole requests through the app, without a socket. */
async function benchInProcess(): Promise<InProcess[]> {
  const { app } = testService();
  const cases = [
    { lookup: "a cluster name, computed", name: "web-service", path: "/dns-query/cache=off" },
    {
      lookup: "a searched name, five queries computed",
      name: "api.example.com",
      path: "/dns-query/cache=off",
    },
    { lookup: "a cluster name from memory", name: "web-service", path: "/dns-query" },
    { lookup: "a searched name from memory", name: "api.example.com", path: "/dns-query" },
    {
      lookup: "a cluster name from memory, trace off",
      name: "web-service",
      path: "/dns-query/trace=off",
    },
  ];
  const headers = { "content-type": "application/dns-message" };
  const measured = cases.map(() => [] as number[]);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, { name, path }] of cases.entries()) {
      const body = query(name);
      const begin = performance.now();
      for (let call = 0; call < CALLS; call++) {
        const reply = await app.request(path, { method: "POST", body, headers });
        await reply.arrayBuffer();
      }
      const each = ((performance.now() - begin) * 1000) / CALLS;
      // The first round warms the compiler up.
      if (round > 0) (measured[index] as number[]).push(each);
    }
  }
  return cases.map(({ lookup }, index) => ({
    lookup,
    "µs, median": round(median(measured[index] as number[]), 1),
  }));
}

interface OverHttp {
  readonly server: string;
  readonly "requests/s, median": number;
  readonly "of hello": number;
}

async function benchDeno(): Promise<OverHttp[] | undefined> {
  if (spawnSync("h2load", ["--version"]).error !== undefined) {
    console.log("left out: requests/s, which take h2load (Debian package nghttp2-client)");
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "ndots-bench-"));
  const body = join(folder, "query");
  writeFileSync(body, query("web-service"));
  const [hello, ours, tls] = [await freePort(), await freePort(), await freePort()];
  const children = [
    deno({ PORT: String(hello), HELLO_OCTETS: "150" }, "bench/hello.ts"),
    deno({ PORT: String(ours), TLS_PORT: String(tls) }, "src/runtime/deno/serve.ts"),
  ];
  try {
    await Promise.all([listening(hello), listening(ours)]);
    const servers = [
      { server: "hello", url: `http://127.0.0.1:${hello}/` },
      { server: "ndots, a cluster name", url: `http://127.0.0.1:${ours}/dns-query` },
      { server: "ndots, trace off", url: `http://127.0.0.1:${ours}/dns-query/trace=off` },
    ];
    const rates = servers.map(() => [] as number[]);
    for (let turn = 0; turn <= ROUNDS; turn++) {
      for (const [index, { url }] of servers.entries()) {
        const rate = load(url, body);
        if (turn > 0) (rates[index] as number[]).push(rate);
      }
    }
    const base = median(rates[0] as number[]);
    return servers.map(({ server }, index) => {
      const rate = median(rates[index] as number[]);
      return { server, "requests/s, median": Math.round(rate), "of hello": round(rate / base, 2) };
    });
  } finally {
    for (const child of children) child.kill("SIGTERM");
    rmSync(folder, { recursive: true });
  }
}

function deno(env: Record<string, string>, script: string): ChildProcess {
  const all = { ...process.env, ...env };
  return spawn("deno", ["run", "--allow-all", script], { env: all, stdio: "ignore" });
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const up = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Requests a second, by h2load over HTTP/1.1. */
function load(url: string, body: string): number {
  const { stdout } = spawnSync(
    "h2load",
    [
      "--h1",
      "-n",
      String(REQUESTS),
      "-c",
      "16",
      "-d",
      body,
      "-H",
      "content-type: application/dns-message",
      url,
    ],
    { encoding: "utf8" },
  );
  const rate = /([\d.]+) req\/s/.exec(stdout)?.[1];
  if (rate === undefined || !/ 0 failed/.test(stdout)) throw new Error(`h2load failed:\n${stdout}`);
  return Number(rate);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
