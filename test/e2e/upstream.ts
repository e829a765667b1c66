/**
 * A DNS server over TCP that misbehaves as the first label of the name says.
 *
 * @module
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Message } from "../../src/dns/message.ts";
import { parseRR } from "../../src/dns/records.ts";
import { decodeMessage, encodeMessage } from "../../src/dns/wire.ts";

export interface ScriptedUpstream {
  readonly port: number;
  /** Every name that was asked, in order. */
  readonly asked: string[];
  stop(): void;
}

export async function scriptedUpstream(): Promise<ScriptedUpstream> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    let held = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      if (held.length < 2 || held.length < 2 + held.readUInt16BE()) return;
      const read = decodeMessage(new Uint8Array(held.subarray(2, 2 + held.readUInt16BE())));
      held = Buffer.alloc(0);
      if (read.ok) answer(read.value, socket, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    asked,
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** Milliseconds. */
const SLOW = 500;

function answer(query: Message, socket: Socket, asked: string[]): void {
  const question = query.question[0];
  if (question === undefined) return;
  const text = question.name.toLowerCase();
  asked.push(`${text} ${question.type}`);
  const [how = ""] = text.split(".");
  const record = parseRR(`${question.name} 60 IN A 203.0.113.80`);
  if (how === "silent" || !record.ok) return;
  const isData = text.endsWith(".test.") && text.split(".").length === 3;
  const reply = encodeMessage({
    ...query,
    id: how === "wrong-id" ? query.id ^ 1 : query.id,
    rcode: how === "servfail" ? "SERVFAIL" : isData ? "NOERROR" : "NXDOMAIN",
    flags: { ...query.flags, qr: true, ra: true },
    answer: isData && question.type === "A" && how !== "servfail" ? [record.value] : [],
  });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(reply.length);
  if (how === "slow") {
    setTimeout(() => socket.write(Buffer.concat([length, reply])), SLOW);
    return;
  }
  if (how === "half") {
    socket.end(Buffer.concat([length, reply.subarray(0, reply.length / 2)]));
    return;
  }
  socket.write(Buffer.concat([length, reply]));
}
