/**
 * A resolver outside that speaks DNS over HTTPS: another ndots, asked by the running Worker and by Deno.
 */
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RUNTIMES, type Server, startServer } from "./server.ts";

const authority = resolve(".cache/tls/authority.pem");

describe("DNS over HTTPS upstream", () => {
  let outside: Server;
  beforeAll(async () => {
    outside = await startServer("Deno");
  }, 90_000);
  afterAll(() => outside?.stop());

  test.each(RUNTIMES)(
    "%s asks it, and shows how long that took",
    async (runtime) => {
      const transport = `https://localhost:${outside.tlsPort}/dns-query/search=off/trace=off`;
      const server = await startServer(runtime, {
        NDOTS_UPSTREAMS: JSON.stringify({ "*": transport }),
        // workerd's and Deno's ways to trust the local authority.
        NODE_EXTRA_CA_CERTS: authority,
        DENO_CERT: authority,
      });
      try {
        const reply = await fetch(`${server.origin}/resolve?name=api.example.com.`);
        const { Answer } = (await reply.json()) as { Answer: { data: string }[] };
        expect(Answer.map(({ data }) => data)).toEqual(["203.0.113.10"]);
        expect(reply.headers.get("server-timing")).toMatch(/upstream;desc="10\.0\.0\.2";dur=\d/);
        expect(reply.headers.get("dns-trace")).not.toMatch(/localhost/);
      } finally {
        await server.stop();
      }
    },
    90_000,
  );
});
