/**
 * `npm run cluster:put -- NAME FILE`: compacts a `kubectl` dump to what a resolver reads, checks it as the service
 * would, and stores it under `cluster:NAME`.
 *
 * Into the local Worker's KV without more; `--remote` into the deployed one; `--deno-kv PATH` into a Deno KV;
 * `--folder PATH` into a folder for `NDOTS_ZONES`. FILE may be `-`.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { storedOctets } from "../src/cluster/stored.ts";
import { CLUSTER_NAME } from "../src/clusters.ts";
import { type Dump, dumpText, isLarge, readDump } from "./dump.ts";

const USAGE = `usage: npm run cluster:put -- NAME FILE [--remote | --deno-kv PATH | --folder PATH]
  FILE is what \`kubectl get ns,nodes,svc,endpointslices,pods,configmaps -A -o json\` prints; - is standard input`;

/** Octets that Workers KV takes in a value. */
const LARGEST_IN_KV = 25 * 1024 * 1024;

const { values, positionals } = readArgs();
const [name, file] = positionals;
if (name === undefined || file === undefined || positionals.length !== 2) fail(USAGE);
if (!CLUSTER_NAME.test(name))
  fail(`NAME takes lower-case letters, digits and hyphens: received ${name}`);

const input = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 });
const dump = await readDump(name, input).catch((error: Error) => fail(`${file}: ${error.message}`));
if (!dump.ok) fail(`${file}: ${dump.error}`);
const { cluster } = dump.value;
const text = dumpText(dump.value);
const stored =
  values.folder === undefined
    ? putIntoKv(name, isLarge(cluster) ? storedOctets(text) : Buffer.from(text))
    : putIntoFolder(name, Buffer.from(text), values.folder);
report(dump.value, stored);

/** Each of these gives the octets that were stored. */
function putIntoFolder(cluster: string, octets: Uint8Array, folder: string): number {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${cluster}.json`), octets);
  return octets.length;
}

function putIntoKv(cluster: string, octets: Uint8Array): number {
  const version = createHash("sha256").update(octets).digest("hex");
  const folder = mkdtempSync(join(tmpdir(), "ndots-"));
  const path = join(folder, "cluster");
  writeFileSync(path, octets);
  const done = values["deno-kv"]
    ? putByDeno(cluster, version, path, values["deno-kv"])
    : putByWrangler(cluster, version, path, octets.length);
  rmSync(folder, { recursive: true });
  if (!done) fail(`cluster:${cluster} could not be stored`);
  return octets.length;
}

function putByDeno(cluster: string, version: string, path: string, kv: string): boolean {
  const script = join(import.meta.dirname, "../src/runtime/deno/put.ts");
  const rights = ["--allow-read", "--allow-write", "--allow-env", "--allow-net"];
  return run("deno", ["run", "--quiet", ...rights, script, cluster, version, path, kv]);
}

function putByWrangler(cluster: string, version: string, path: string, octets: number): boolean {
  if (octets > LARGEST_IN_KV) {
    fail(`cluster ${cluster} takes ${octets} octets, Workers KV ${LARGEST_IN_KV} in a value`);
  }
  const put = ["kv", "key", "put", `cluster:${cluster}`, "--path", path, "--binding", "CACHE"];
  const metadata = ["--metadata", JSON.stringify({ version })];
  const persisted = process.env.NDOTS_KV ? ["--persist-to", process.env.NDOTS_KV] : [];
  const where = values.remote ? ["--remote"] : ["--local", ...persisted];
  return run("wrangler", [...put, ...metadata, ...where]);
}

function run(command: string, args: readonly string[]): boolean {
  const done = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
  });
  return done.status === 0;
}

function report({ cluster, octets: before, leftOut }: Dump, after: number): void {
  const { namespaces, nodes, services, slices, pods } = cluster;
  const kept = [
    `${namespaces.size} namespaces, ${nodes.length} nodes, ${services.length} Services`,
    `${slices.length} EndpointSlices, ${pods.length} Pods`,
  ];
  const left = [...leftOut].map(([kind, count]) => `${count} ${kind}`);
  console.log(`cluster ${cluster.name}: ${kept.join(", ")}`);
  console.log(`octets: ${before} before, ${after} stored`);
  console.log(`left out: ${[...left, "every field that no resolver reads"].join(", ")}`);
  console.log(
    `try: curl -sS 'http://127.0.0.1:8787/clusters/${cluster.name}/resolve?name=kubernetes.default'`,
  );
}

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        remote: { type: "boolean" },
        folder: { type: "string" },
        "deno-kv": { type: "string" },
      },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
