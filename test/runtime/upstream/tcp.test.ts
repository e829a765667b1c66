import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Message } from "../../../src/dns/message.ts";
import { encodeMessage } from "../../../src/dns/wire.ts";
import { tcpTransport } from "../../../src/runtime/upstream/tcp.ts";
import { reply } from "../../cache/message.ts";
import {
  answerTo,
  closedPort,
  framed,
  type LocalServer,
  nodeConnect,
  tcpResolver,
} from "./servers.ts";

const A = "www.zone.test. 60 IN A 192.0.2.1";
const plain = reply({ ask: ["www.zone.test.", "A"] });
const QUERY = encodeMessage({ ...plain, id: 4711, flags: { ...plain.flags, qr: false } });
const GOOD = (query: Message) => framed(answerTo(query, [A]));

let server: LocalServer | undefined;
afterEach(() => server?.close());

describe("tcpTransport()", () => {
  test.each<{ why: string; script(query: Message, socket: Socket): void; gives: string | number }>([
    {
      why: "a whole reply in one piece",
      script: (query, socket) => socket.write(GOOD(query)),
      gives: 47,
    },
    {
      why: "a reply that comes octet by octet",
      script(query, socket) {
        const octets = GOOD(query);
        let at = 0;
        socket.setNoDelay(true);
        const timer = setInterval(() => {
          socket.write(octets.subarray(at, at + 1));
          if (++at === octets.length) clearInterval(timer);
        }, 1);
      },
      gives: 47,
    },
    {
      why: "two replies at once: the first counts",
      script: (query, socket) => socket.write(Buffer.concat([GOOD(query), GOOD(query)])),
      gives: 47,
    },
    {
      why: "the connection is closed at once",
      script: (_, socket) => socket.end(),
      gives: "rubbish: closed the connection without an answer",
    },
    {
      why: "one octet of the length",
      script: (_, socket) => socket.end(Uint8Array.of(0)),
      gives: "rubbish: closed the connection without an answer",
    },
    {
      why: "half a reply",
      script: (query, socket) => socket.end(GOOD(query).subarray(0, 20)),
      gives: "rubbish: closed the connection in the middle of its answer",
    },
    {
      why: "a length that is longer than what follows",
      script: (_, socket) => socket.end(Uint8Array.of(0xff, 0xff, 1, 2)),
      gives: "rubbish: closed the connection in the middle of its answer",
    },
    {
      why: "a message without octets is handed on",
      script: (_, socket) => socket.write(Uint8Array.of(0, 0)),
      gives: 0,
    },
  ])("$why", async ({ script, gives }) => {
    server = await tcpResolver(script);
    const to = { hostname: "127.0.0.1", port: server.port };
    const got = await tcpTransport(nodeConnect)(to, QUERY, new AbortController().signal);
    expect(got.ok ? got.value.length : `${got.error.kind}: ${got.error.why}`).toBe(gives);
  });

  test("a reset connection is rubbish, or nothing that came through", async () => {
    server = await tcpResolver((_, socket) => socket.resetAndDestroy());
    const to = { hostname: "127.0.0.1", port: server.port };
    const got = await tcpTransport(nodeConnect)(to, QUERY, new AbortController().signal);
    expect(!got.ok && got.error.kind).toBe("rubbish");
  });

  test("nobody listens", async () => {
    const to = { hostname: "127.0.0.1", port: await closedPort() };
    const got = await tcpTransport(nodeConnect)(to, QUERY, new AbortController().signal);
    expect(got).toEqual({
      ok: false,
      error: { kind: "unreachable", why: "could not be reached by TCP" },
    });
  });

  test("a silent server is left as soon as the signal says so", async () => {
    server = await tcpResolver(() => undefined);
    const controller = new AbortController();
    const to = { hostname: "127.0.0.1", port: server.port };
    const got = tcpTransport(nodeConnect)(to, QUERY, controller.signal);
    setTimeout(() => controller.abort(), 20);
    expect((await got).ok).toBe(false);
  });

  test("the query goes there in one piece, behind its length", async () => {
    server = await tcpResolver((query, socket) => socket.write(GOOD(query)));
    await tcpTransport(nodeConnect)(
      { hostname: "127.0.0.1", port: server.port },
      QUERY,
      new AbortController().signal,
    );
    expect(server.queries.map(({ id }) => id)).toEqual([4711]);
  });
});
