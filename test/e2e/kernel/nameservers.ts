/**
 * Name servers inside a lab, whose answers come from a running ndots.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Lab } from "./lab.ts";
import type { FromParent, ToParent } from "./nameserver.ts";

export interface Nameserver {
  /** Forgets the sockets that it keeps for its upstream. */
  refresh(): void;
  stop(): void;
}

export interface NameserverSpec {
  readonly host: string;
  readonly address: string;
  /** Without it every name is answered here. */
  readonly forwarding?: { readonly upstream: string; readonly allBut: string };
  /** Where ndots gives its answers. */
  readonly dnsQuery: string;
}

const PROGRAM = fileURLToPath(new URL("./nameserver.ts", import.meta.url));

/** Comes back when it listens. */
export function startNameserver(lab: Lab, spec: NameserverSpec): Promise<Nameserver> {
  const [ip, ...args] = lab.entering(spec.host);
  const { upstream, allBut } = spec.forwarding ?? {};
  const words = upstream === undefined || allBut === undefined ? [] : [upstream, allBut];
  const command = [process.execPath, PROGRAM, spec.address, ...words];
  // A channel has no address, so that it reaches out of the namespace.
  const child = spawn(ip, [...args, ...command], { stdio: ["ignore", "inherit", "pipe", "ipc"] });
  const say = (message: FromParent): void => {
    if (child.connected) child.send(message);
  };
  return new Promise((resolve, reject) => {
    let complaints = "";
    let answered: Promise<unknown> = Promise.resolve();
    child.stderr?.on("data", (chunk: Buffer) => {
      complaints += chunk;
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      reject(new Error(`the name server of ${spec.host} ended with ${code}: ${complaints}`));
    });
    child.on("message", (message: ToParent) => {
      if (message === "ready") {
        return resolve({ refresh: () => say("fresh"), stop: () => child.disconnect() });
      }
      const { number, octets } = message;
      // In the order of the questions, so that one lookup is carried as the other.
      answered = answered
        .then(() => ask(spec.dnsQuery, Buffer.from(octets, "base64")))
        .then((reply) => say({ number, octets: reply.toString("base64") }));
    });
  });
}

async function ask(url: string, query: Buffer): Promise<Buffer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/dns-message" },
    body: new Uint8Array(query),
  });
  return Buffer.from(await response.arrayBuffer());
}
