/**
 * A DNS server for a network namespace, in CoreDNS's place or in that of a resolver outside.
 *
 * It has no way out of its namespace: answers come from the process that started it, over the channel that it
 * inherited. With an upstream it answers for one domain alone and forwards all other names there, as CoreDNS does.
 *
 *     ip netns exec NAMESPACE node nameserver.ts ADDRESS [UPSTREAM DOMAIN]
 *
 * @module
 */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { decodeMessage } from "../../../src/dns/wire.ts";

/** Octets are in base64. */
export interface Numbered {
  readonly number: number;
  readonly octets: string;
}

/** `ready` comes once both sockets are open; the others are queries. */
export type ToParent = "ready" | Numbered;

/** `fresh` forgets the sockets that are kept, as if just started; the others are replies. */
export type FromParent = "fresh" | Numbered;

const [address = "", upstream, domain = ""] = process.argv.slice(2);
const waiting = new Map<number, (octets: Buffer) => void>();
let asked = 0;

process.on("message", (message: FromParent) => {
  if (message === "fresh") {
    for (const socket of idle.splice(0)) socket.close();
    return;
  }
  waiting.get(message.number)?.(Buffer.from(message.octets, "base64"));
  waiting.delete(message.number);
});
process.on("disconnect", () => process.exit());

/** One connected socket a query, kept for the next, the longest unused first: CoreDNS's `proxy.Transport`. */
const idle: UdpSocket[] = [];

const udp = createSocket("udp4");
udp.on("message", (query, from) => {
  answer(query).then((reply) => udp.send(reply, from.port, from.address));
});
const tcp = createServer((socket) => serveTcp(socket));
udp.bind(53, address, () => tcp.listen(53, address, () => say("ready")));

function answer(query: Buffer): Promise<Buffer> {
  const read = decodeMessage(new Uint8Array(query));
  const qname = read.ok ? read.value.question[0]?.name.toLowerCase() : undefined;
  if (qname === undefined) return Promise.reject(new Error("not a query"));
  const isOwn = upstream === undefined || `.${qname}`.endsWith(`.${domain}.`);
  return isOwn ? askParent(query) : forward(query, upstream);
}

function askParent(query: Buffer): Promise<Buffer> {
  asked += 1;
  const number = asked;
  say({ number, octets: query.toString("base64") });
  return new Promise((resolve) => waiting.set(number, resolve));
}

function say(message: ToParent): void {
  process.send?.(message);
}

async function forward(query: Buffer, to: string): Promise<Buffer> {
  const socket = idle.shift() ?? (await connected(to));
  const reply = await new Promise<Buffer>((resolve) => {
    socket.once("message", resolve);
    socket.send(query);
  });
  idle.push(socket);
  return reply;
}

function connected(to: string): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => socket.connect(53, to, () => resolve(socket)));
}

function serveTcp(socket: Socket): void {
  let held = Buffer.alloc(0);
  let replied: Promise<unknown> = Promise.resolve();
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, chunk]);
    // glibc sends both families' questions in one segment.
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE()) {
      const query = held.subarray(2, 2 + held.readUInt16BE());
      held = held.subarray(2 + query.length);
      // One after the other, as CoreDNS does on a connection.
      replied = replied
        .then(() => answer(query))
        .then((reply) => socket.write(Buffer.concat([lengthOf(reply), reply])));
    }
  });
}

/** RFC 1035 §4.2.2. */
function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}
