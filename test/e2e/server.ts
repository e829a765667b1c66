/**
 * Starts a real server, as `npm start` and `npm run start:deno` do, on ports of its own.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type RuntimeName = "workerd" | "Deno";
export const RUNTIMES: readonly RuntimeName[] = ["workerd", "Deno"];

export interface Server {
  readonly port: number;
  readonly tlsPort: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  stop(): Promise<void>;
}

const SCRIPTS: Readonly<Record<RuntimeName, string>> = { workerd: "start", Deno: "start:deno" };
const START_TIMEOUT = 60_000;

export async function startServer(
  runtime: RuntimeName,
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const [port, tlsPort] = [await freePort(), await freePort()];
  // What the checkout's own local KV holds is not for tests to see or to change.
  const kv = mkdtempSync(join(tmpdir(), "ndots-kv-"));
  const own = runtime === "workerd" ? { NDOTS_KV: kv } : {};
  const child = spawn("npm", ["run", "--silent", SCRIPTS[runtime]], {
    env: { ...process.env, ...own, ...env, PORT: String(port), TLS_PORT: String(tlsPort), CI: "" },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that stopping it ends npm's children too.
    detached: true,
  });
  try {
    await said(child, "ready");
    await settled(port);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return {
    port,
    tlsPort,
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      await stop(child);
      rmSync(kv, { recursive: true, force: true });
    },
  };
}

/** wrangler may load the Worker once more right after its start, which breaks connections off: some answers in a row. */
async function settled(port: number): Promise<void> {
  const until = Date.now() + START_TIMEOUT;
  for (let answered = 0; answered < 5 && Date.now() < until; ) {
    const isUp = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    answered = isUp ? answered + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error(`not ${word}: ${output}`)), START_TIMEOUT);
    const read = (chunk: Buffer): void => {
      output += chunk;
      if (!output.includes(word)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.on("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}: ${output}`));
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.pid === undefined) return resolve();
    const { pid } = child;
    const force = setTimeout(() => process.kill(-pid, "SIGKILL"), 5_000);
    child.on("exit", () => {
      clearTimeout(force);
      resolve();
    });
    process.kill(-pid, "SIGTERM");
  });
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(),
      );
    });
  });
}
