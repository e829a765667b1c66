/**
 * One request by hand, over HTTP/1.1 or over TLS and HTTP/2: whether a server is there, and answers right.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { connect } from "node:http2";
import { joined } from "../src/octets.ts";
import { type Case, octetsOf, pathOf, wrongWith } from "./cases.ts";
import type { Door } from "./servers.ts";

interface Answer {
  readonly status: number;
  readonly octets: Uint8Array;
}

/** Milliseconds: what starts on a busy core takes a while. */
const START_TIMEOUT = 30_000;
const REQUEST_TIMEOUT = 5_000;

/** Milliseconds between two tries. */
const PAUSE = 1;

/** Waits until the server behind that door answers. @throws where it does not, or wrongly: that is not worth measuring */
export async function answersRight(door: Door, asked: Case): Promise<void> {
  const { status, octets } = await firstAnswer(door, asked);
  const text = new TextDecoder().decode(octets);
  const wrong =
    status !== 200
      ? `HTTP ${status}: ${text}`
      : door.server !== "hello" && wrongWith(octets, asked.kind);
  if (wrong) throw new Error(`${door.origin}${pathOf(asked)}: ${wrong}`);
}

/** Asks until there is an answer. @throws with the server's own words where there is none */
export async function firstAnswer(
  door: Pick<Door, "protocol" | "origin" | "process">,
  asked: Case,
): Promise<Answer> {
  const { process, origin, protocol } = door;
  const until = performance.now() + START_TIMEOUT;
  for (;;) {
    try {
      return await (protocol === "HTTP/1.1" ? askPlain : askSecure)(origin, asked);
    } catch (error) {
      if (process.ended() || performance.now() > until) {
        throw new Error(`nobody answers at ${origin}: ${error}\n${process.said().slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function askPlain(origin: string, asked: Case): Promise<Answer> {
  const { method, kind } = asked;
  const reply = await fetch(origin + pathOf(asked), {
    method,
    ...(method === "POST" && { body: octetsOf(kind) }),
    headers: { "content-type": "application/dns-message" },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT),
  });
  return { status: reply.status, octets: new Uint8Array(await reply.arrayBuffer()) };
}

function askSecure(origin: string, asked: Case): Promise<Answer> {
  const { method, kind } = asked;
  const body = method === "POST" ? octetsOf(kind) : undefined;
  return new Promise((resolve, reject) => {
    const session = connect(origin, { ca: readFileSync(".cache/tls/authority.pem") });
    const fail = (error: unknown): void => {
      session.destroy();
      reject(error);
    };
    session.on("error", fail);
    session.setTimeout(REQUEST_TIMEOUT, () => fail(new Error("no answer in time")));
    const stream = session.request({
      ":method": method,
      ":path": pathOf(asked),
      accept: "application/dns-message",
      ...(body && { "content-type": "application/dns-message" }),
      // named takes no POST without it.
      ...(body && { "content-length": String(body.length) }),
    });
    let status = 0;
    const pieces: Uint8Array[] = [];
    stream.on("error", fail);
    stream.on("response", (headers) => {
      status = Number(headers[":status"]);
    });
    stream.on("data", (piece: Uint8Array) => pieces.push(piece));
    stream.on("end", () => {
      session.close();
      resolve({ status, octets: joined(pieces) });
    });
    stream.end(body);
  });
}
