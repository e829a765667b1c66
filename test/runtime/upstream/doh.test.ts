import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { Message } from "../../../src/dns/message.ts";
import { encodeMessage } from "../../../src/dns/wire.ts";
import { dohTransport } from "../../../src/runtime/upstream/doh.ts";
import { reply } from "../../cache/message.ts";
import { answerTo, closedPort, httpResolver, type LocalServer } from "./servers.ts";

const A = "www.zone.test. 60 IN A 192.0.2.1";
const plain = reply({ ask: ["www.zone.test.", "A"] });
const QUERY = encodeMessage({ ...plain, id: 4711, flags: { ...plain.flags, qr: false } });
const DNS = { "content-type": "application/dns-message" };

let server: LocalServer | undefined;
afterEach(() => server?.close());

function ask(port: number, signal = new AbortController().signal) {
  return dohTransport(fetch)(`http://127.0.0.1:${port}/dns-query`, QUERY, signal);
}

describe("dohTransport()", () => {
  test.each<{
    why: string;
    script(query: Message, response: ServerResponse): void;
    gives: string | number;
  }>([
    {
      why: "a whole reply",
      script: (query, response) => response.writeHead(200, DNS).end(answerTo(query, [A])),
      gives: 47,
    },
    {
      why: "the media type's case and parameters do not matter",
      script: (query, response) =>
        response
          .writeHead(200, { "content-type": "Application/DNS-Message; x=y" })
          .end(answerTo(query, [A])),
      gives: 47,
    },
    {
      why: "a redirect is not followed",
      script: (_, response) => response.writeHead(302, { location: "/other" }).end(),
      gives: "unreachable: redirected (HTTP 302)",
    },
    {
      why: "too many requests",
      script: (_, response) => response.writeHead(429).end("slow down"),
      gives: "unreachable: answered HTTP 429",
    },
    {
      why: "a broken gateway",
      script: (_, response) => response.writeHead(502, DNS).end(),
      gives: "unreachable: answered HTTP 502",
    },
    {
      why: "a web page",
      script: (_, response) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<p>log in"),
      gives: "rubbish: answered with another media type than application/dns-message",
    },
    {
      why: "the longest message there is",
      script: (_, response) => response.writeHead(200, DNS).end(new Uint8Array(65_535)),
      gives: 65_535,
    },
    {
      why: "one octet more",
      script: (_, response) => response.writeHead(200, DNS).end(new Uint8Array(65_536)),
      gives: "rubbish: sent more than 65535 octets",
    },
    {
      why: "a reply without an end",
      script(_, response) {
        response.writeHead(200, DNS);
        const timer = setInterval(() => response.write(new Uint8Array(16_384)), 1);
        response.on("close", () => clearInterval(timer));
      },
      gives: "rubbish: sent more than 65535 octets",
    },
    {
      why: "half a reply",
      script(query, response) {
        response.writeHead(200, { ...DNS, "content-length": "47" });
        response.write(answerTo(query, [A]).subarray(0, 20), () => response.destroy());
      },
      gives: "rubbish: broke off in the middle of its answer",
    },
    { why: "no body", script: (_, response) => response.writeHead(200, DNS).end(), gives: 0 },
    {
      why: "no HTTP answer",
      script: (_, response) => response.destroy(),
      gives: "unreachable: could not be reached by HTTPS",
    },
  ])("$why", async ({ script, gives }) => {
    server = await httpResolver((query, _, response) => script(query, response));
    const got = await ask(server.port);
    expect(got.ok ? got.value.length : `${got.error.kind}: ${got.error.why}`).toBe(gives);
  });

  test("nobody listens", async () => {
    const got = await ask(await closedPort());
    expect(!got.ok && got.error.kind).toBe("unreachable");
  });

  test("a silent server is left as soon as the signal says so", async () => {
    server = await httpResolver(() => undefined);
    const controller = new AbortController();
    const got = ask(server.port, controller.signal);
    setTimeout(() => controller.abort(), 20);
    expect((await got).ok).toBe(false);
  });

  test("the query is a POST that says what it sends and what it takes", async () => {
    const seen: (string | undefined)[] = [];
    server = await httpResolver((query, request, response) => {
      seen.push(
        request.method,
        request.url,
        request.headers["content-type"],
        request.headers.accept,
      );
      response.writeHead(200, DNS).end(answerTo(query, [A]));
    });
    await ask(server.port);
    expect(seen).toEqual([
      "POST",
      "/dns-query",
      "application/dns-message",
      "application/dns-message",
    ]);
    expect(server.queries.map(({ id }) => id)).toEqual([4711]);
  });
});
