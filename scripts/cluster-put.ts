/**
 * `npm run cluster:put -- NAME FILE`: compacts a `kubectl` dump to what a resolver reads, checks it as the service
 * would, and stores it under `cluster:NAME`.
 *
 * Into the local Worker's KV without more; `--remote` into the deployed one; `--folder PATH` into a folder for
 * `NDOTS_ZONES`.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compactList } from "../src/cluster/compact.ts";
import { CLUSTER_NAME, openCluster } from "../src/clusters.ts";

const USAGE =
  "usage: npm run cluster:put -- NAME FILE [--remote | --folder PATH]\n  FILE is what `kubectl get ns,nodes,svc,endpointslices,pods,configmaps -A -o json` prints";

const { values, positionals } = readArgs();
const [name, file] = positionals;
if (name === undefined || file === undefined || positionals.length !== 2) fail(USAGE);
if (!CLUSTER_NAME.test(name))
  fail(`NAME takes lower-case letters, digits and hyphens: received ${name}`);

const opened = openCluster(name, readJson(file));
if (!opened.ok) fail(opened.error);
const compact = JSON.stringify(compactList(opened.value.cluster));

if (values.folder === undefined) putIntoKv(name, compact, values.remote ?? false);
else putIntoFolder(name, compact, values.folder);
const { namespaces, services, pods } = opened.value.cluster;
console.log(
  `cluster ${name}: ${namespaces.size} namespaces, ${services.length} Services, ${pods.length} Pods, ${compact.length} characters`,
);
console.log(
  `try: curl -sS 'http://127.0.0.1:8787/clusters/${name}/resolve?name=kubernetes.default'`,
);

function putIntoFolder(cluster: string, text: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${cluster}.json`), text);
}

function putIntoKv(cluster: string, text: string, remote: boolean): void {
  const folder = mkdtempSync(join(tmpdir(), "ndots-"));
  const path = join(folder, "cluster.json");
  writeFileSync(path, text);
  const put = ["kv", "key", "put", `cluster:${cluster}`, "--path", path, "--binding", "CACHE"];
  const local = [
    "--local",
    ...(process.env.NDOTS_KV ? ["--persist-to", process.env.NDOTS_KV] : []),
  ];
  const done = spawnSync("wrangler", [...put, ...(remote ? ["--remote"] : local)], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
  });
  rmSync(folder, { recursive: true });
  if (done.status !== 0) fail(`wrangler could not store cluster:${cluster}`);
}

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { remote: { type: "boolean" }, folder: { type: "string" } },
    });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    return fail(`${path}: ${error instanceof Error ? error.message : error}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
