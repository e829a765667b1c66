/**
 * `npm start`: the Worker in workerd, with the local edge before it.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { localCertificate } from "./certificate.ts";
import { createEdge } from "./edge.ts";
import { addresses, greeting } from "./greeting.ts";

const { host, port, tlsPort } = addresses(process.env);
const kv = process.env.NDOTS_KV;
const vars = ["NDOTS_UPSTREAMS", "NDOTS_RATE_LIMIT"].flatMap((name) => {
  const value = process.env[name];
  return value === undefined ? [] : ["--var", `${name}:${value}`];
});

// wrangler would go on watching for changes after a build that failed.
for (const script of ["scripts/build-web.ts", "scripts/check-settings.ts"]) {
  const ran = spawnSync(process.execPath, [script], { stdio: "inherit" });
  if (ran.status !== 0) process.exit(1);
}

const wrangler = spawn(
  "wrangler",
  [
    "dev",
    ...["--ip", host, "--port", String(port), "--log-level", "warn"],
    ...["--show-interactive-dev-session", "false", "--inspector-port", "0"],
    ...(kv === undefined ? [] : ["--persist-to", kv]),
    ...vars,
  ],
  {
    stdio: ["ignore", "inherit", "inherit"],
    // Without these, wrangler asks the network for updates and for the `cf` object.
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_HIDE_BANNER: "true",
    },
  },
);
wrangler.on("exit", (code) => process.exit(code ?? 0));
wrangler.on("error", (error) => fail(`wrangler did not start: ${error.message}`));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => wrangler.kill("SIGTERM"));
}

await answering(`http://${bracketed(reachable(host))}:${port}/healthz`);
const edge = createEdge(await localCertificate(".cache/tls"), { host: reachable(host), port });
edge.on("error", (error) =>
  fail(`the local edge could not listen on port ${tlsPort}: ${error.message}`),
);
edge.listen(tlsPort, host, () => console.log(greeting({ host, port, tlsPort })));

/** Waits until workerd answers, a minute at most. */
async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const up = await fetch(url)
      .then((reply) => reply.ok)
      .catch(() => false);
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  fail(`the Worker did not answer at ${url} within a minute`);
}

/** Every address of the machine can be listened on, but not all be asked. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" || address === "*" ? "::1" : address;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function fail(message: string): never {
  console.error(message);
  wrangler.kill("SIGTERM");
  process.exit(1);
}
