/**
 * Resolvers on 127.0.0.1 that do what a script says, good or bad, over TCP and over HTTP.
 *
 * @module
 */
import { createServer as createHttpServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  connect as netConnect,
  type Server,
  type Socket,
} from "node:net";
import { Duplex } from "node:stream";
import type { Message } from "../../../src/dns/message.ts";
import { decodeMessage, encodeMessage } from "../../../src/dns/wire.ts";
import type { Connect, Connection } from "../../../src/runtime/upstream/tcp.ts";
import { rr } from "../../cache/message.ts";

export interface LocalServer {
  readonly port: number;
  /** The queries that came, in order; those that cannot be read are not among them. */
  readonly queries: Message[];
  close(): Promise<void>;
}

/** A TCP server; `script` gets each query, with its number from 1, and writes what it likes to the socket. */
export function tcpResolver(
  script: (query: Message, socket: Socket, count: number) => void,
): Promise<LocalServer> {
  const queries: Message[] = [];
  const server = createTcpServer((socket) => {
    let got = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      got = Buffer.concat([got, data]);
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
      const query = decodeMessage(Uint8Array.from(got.subarray(2, 2 + got.readUInt16BE(0))));
      got = Buffer.alloc(0);
      if (!query.ok) throw new Error("the query cannot be read");
      queries.push(query.value);
      script(query.value, socket, queries.length);
    });
  });
  return listening(server, queries);
}

/** An HTTP server; `script` gets the query of each POST. */
export function httpResolver(
  script: (query: Message, ...http: Parameters<RequestListener>) => void,
): Promise<LocalServer> {
  const queries: Message[] = [];
  const server = createHttpServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const query = decodeMessage(Uint8Array.from(Buffer.concat(pieces)));
    if (!query.ok) throw new Error("the query cannot be read");
    queries.push(query.value);
    script(query.value, request, response);
  });
  return listening(server, queries);
}

/** `octets` behind their length, as DNS over TCP has them. */
export function framed(octets: Uint8Array): Uint8Array {
  return Uint8Array.from([octets.length >> 8, octets.length & 255, ...octets]);
}

/** A good reply to `query` with these records (zone-file lines) in octets; `change` makes it a bad one. */
export function answerTo(
  query: Message,
  answer: readonly string[],
  change: Partial<Message> = {},
): Uint8Array<ArrayBuffer> {
  return encodeMessage({
    ...query,
    flags: { ...query.flags, qr: true, ra: true },
    answer: answer.map(rr),
    ...change,
  });
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await listening(createTcpServer(), []);
  await server.close();
  return server.port;
}

/** Node's sockets as the pair of streams that Workers and Deno give. */
export const nodeConnect: Connect = ({ hostname, port }) =>
  new Promise<Connection>((resolve, reject) => {
    const socket = netConnect(port, hostname);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.on("error", () => undefined);
      const { readable, writable } = Duplex.toWeb(socket);
      resolve({ readable, writable, close: () => socket.destroy() } as Connection);
    });
  });

async function listening(server: Server, queries: Message[]): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { port, queries, close };
}
