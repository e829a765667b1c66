/**
 * The servers of a run, each behind the doors that it has: HTTP/1.1 without TLS, and TLS with HTTP/2.
 *
 * @module
 */
import { join } from "node:path";
import process from "node:process";
import { localCertificate } from "../scripts/certificate.ts";
import { freePort } from "../test/e2e/server.ts";
import { BESIDE, whyNot } from "./beside.ts";
import { CLUSTER } from "./cases.ts";
import type { Protocol } from "./load.ts";
import { type Started, start } from "./process.ts";
import { startWorkerd } from "./worker.ts";

export type ServerName = "ndots" | "hello" | "named" | "unbound";

export interface Door {
  readonly server: ServerName;
  /** What ours and hello run on. */
  readonly runtime?: "Deno" | "workerd";
  readonly protocol: Protocol;
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
  readonly process: Started;
}

export interface Servers {
  readonly doors: readonly Door[];
  /** A sentence for each that is not measured. */
  readonly leftOut: readonly string[];
  stop(): Promise<void>;
}

export interface Scene {
  /** For configurations and logs. */
  readonly folder: string;
  /** Folders of bundles, as `worker.ts` makes them. */
  readonly worker: string;
  readonly hello: string;
  /** What a cluster name's answer has: hello's octets, and the address that named and unbound answer. */
  readonly octets: number;
  readonly address: string;
}

export async function startServers(scene: Scene): Promise<Servers> {
  const { folder } = scene;
  // Where `npm run start:deno` keeps its own, so that all show one certificate.
  const tls = ".cache/tls";
  await localCertificate(tls);
  const [key, cert] = [
    join(process.cwd(), tls, "localhost.key"),
    join(process.cwd(), tls, "localhost.pem"),
  ];

  const doors: Door[] = [];
  const leftOut: string[] = [];
  for (const server of ["hello", "ndots"] as const) {
    const [port, tlsPort, workerdPort] = [await freePort(), await freePort(), await freePort()];
    const env = { PORT: String(port), TLS_PORT: String(tlsPort) };
    const deno =
      server === "hello"
        ? startDeno(folder, "bench/hello-deno.ts", {
            ...env,
            OCTETS: String(scene.octets),
            KEY: key,
            CERT: cert,
          })
        : startDeno(folder, "src/runtime/deno/serve.ts", { ...env, NDOTS_RATE_LIMIT: "off" });
    const modules = server === "hello" ? ["main.js", "hello.js"] : ["main.js"];
    const bundle = server === "hello" ? scene.hello : scene.worker;
    const workerd = startWorkerd(bundle, modules, workerdPort);
    doors.push(
      { server, runtime: "Deno", ...plain(port), process: deno },
      { server, runtime: "Deno", ...secure(tlsPort), process: deno },
      { server, runtime: "workerd", ...plain(workerdPort), process: workerd },
    );
  }
  for (const one of BESIDE) {
    const reason = whyNot(one);
    if (reason !== undefined) {
      leftOut.push(`${one.server}: ${reason}`);
      continue;
    }
    const port = await freePort();
    const { address } = scene;
    const started = one.start({ folder, port, key, cert, name: CLUSTER.name, address });
    doors.push({ server: one.server, ...secure(port), process: started });
  }
  const stop = async (): Promise<void> => {
    await Promise.all(doors.map((door) => door.process.stop()));
  };
  return { doors, leftOut, stop };
}

/** Deno's own binary, not the script that a package manager may put before it: its id is the server's. */
function startDeno(folder: string, script: string, env: Record<string, string>): Started {
  const log = join(folder, `${script.replaceAll("/", "-")}.log`);
  return start(log, process.execPath, ["run", "--quiet", "--allow-all", script], env);
}

function plain(port: number): Pick<Door, "protocol" | "origin"> {
  return { protocol: "HTTP/1.1", origin: `http://127.0.0.1:${port}` };
}

function secure(port: number): Pick<Door, "protocol" | "origin"> {
  return { protocol: "TLS, HTTP/2", origin: `https://127.0.0.1:${port}` };
}
