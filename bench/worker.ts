/**
 * The Worker as it would be deployed, under workerd alone: no proxy in front, as `wrangler dev` has one.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { type Started, start } from "./process.ts";

export interface Bundle {
  readonly octets: number;
  readonly gzipped: number;
}

/** Makes `main.js` in `folder`: what `wrangler deploy` would send. @throws with wrangler's own words */
export function bundleWorker(folder: string): Bundle {
  run("wrangler", ["deploy", "--dry-run", "--outdir", folder]);
  const main = readFileSync(join(folder, "main.js"));
  return { octets: main.length, gzipped: gzipSync(main).length };
}

/** {@link hello} as a Worker, by the bundler that is wrangler's too. Makes `main.js` and `hello.js`. */
export function bundleHello(folder: string, octets: number): void {
  mkdirSync(folder, { recursive: true });
  run("esbuild", [
    "bench/hello.ts",
    "--bundle",
    "--format=esm",
    "--log-level=error",
    `--outfile=${join(folder, "hello.js")}`,
  ]);
  const main = `import { hello } from "./hello.js";\nexport default hello(${octets});\n`;
  writeFileSync(join(folder, "main.js"), main);
}

/**
 * workerd alone, with the settings of wrangler.toml, but without a KV, which nothing that is asked of it needs, and
 * without a rate limit.
 */
export function startWorkerd(folder: string, modules: readonly string[], port: number): Started {
  const settings = readFileSync("wrangler.toml", "utf8");
  const date = /^compatibility_date = (".*")$/m.exec(settings)?.[1];
  const flags = /^compatibility_flags = (\[.*\])$/m.exec(settings)?.[1];
  if (date === undefined || flags === undefined) {
    throw new Error("wrangler.toml has no compatibility_date, or no compatibility_flags");
  }
  const embedded = modules.map((name) => `(name = "${name}", esModule = embed "${name}")`);
  const config = join(folder, `${port}.capnp`);
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${embedded.join(", ")}],
  compatibilityDate = ${date},
  compatibilityFlags = ${flags},
  bindings = [(name = "NDOTS_RATE_LIMIT", text = "off")],
);
`,
  );
  return start(`${config}.log`, "workerd", ["serve", config]);
}

function run(command: string, args: readonly string[]): void {
  const quiet = { WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" };
  const done = spawnSync(command, [...args], {
    encoding: "utf8",
    env: { ...process.env, ...quiet, CLOUDFLARE_CF_FETCH_ENABLED: "false" },
  });
  if (done.status !== 0) {
    throw new Error(`${command} failed: ${done.error?.message ?? done.stdout + done.stderr}`);
  }
}
