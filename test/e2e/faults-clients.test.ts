/**
 * Clients that ask too much, or send too slowly, before the running Worker and the running Deno server: they are refused in words
 * that they can act on, and nobody else waits for them.
 */
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { message, query } from "../http/service.ts";
import { RUNTIMES, type RuntimeName, type Server, startServer } from "./server.ts";

/** Where each runtime is told the client's address in this file. */
const CLIENT: Readonly<Record<RuntimeName, string>> = {
  workerd: "cf-connecting-ip",
  Deno: "x-forwarded-for",
};

function resolve(server: Server, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.origin}/resolve?name=web-service`, { headers });
}

async function statuses(count: number, ask: () => Promise<Response>): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (let left = count; left > 0; left -= 50) {
    const batch = Array.from({ length: Math.min(50, left) }, async () => {
      const response = await ask();
      await response.arrayBuffer();
      counts.set(response.status, (counts.get(response.status) ?? 0) + 1);
    });
    await Promise.all(batch);
  }
  return counts;
}

describe.each(RUNTIMES)("%s with a rate limit of 1 a second and 20 at once", (runtime) => {
  const header = CLIENT[runtime];
  let server: Server;
  beforeAll(async () => {
    server = await startServer(runtime, {
      NDOTS_RATE_LIMIT: "1/20",
      NDOTS_CLIENT_HEADER: "X-Forwarded-For",
    });
  }, 90_000);
  afterAll(() => server?.stop());

  test("a client that asks 100 times at once is told to wait; others are answered", async () => {
    const counts = await statuses(100, () => resolve(server, { [header]: "192.0.2.1" }));
    expect([...counts.keys()].sort()).toEqual([200, 429]);
    expect(counts.get(200)).toBeGreaterThanOrEqual(20);
    expect(counts.get(200)).toBeLessThan(40);

    const refused = await resolve(server, { [header]: "192.0.2.1" });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await refused.json()).toMatchObject({
      detail: expect.stringMatching(/ask again in 1 s/),
    });

    expect((await resolve(server, { [header]: "192.0.2.2" })).status).toBe(200);
    const preflight = { method: "OPTIONS", headers: { [header]: "192.0.2.1" } };
    expect((await fetch(`${server.origin}/dns-query`, preflight)).status).toBe(204);
  });

  test("the addresses of one IPv6 network are one client", async () => {
    let host = 0;
    const counts = await statuses(60, () =>
      resolve(server, { [header]: `2001:db8:0:1::${(++host).toString(16)}` }),
    );
    expect(counts.get(429)).toBeGreaterThan(20);
    expect((await resolve(server, { [header]: "2001:db8:0:2::1" })).status).toBe(200);
  });
});

describe.each(RUNTIMES)("%s as it comes", (runtime) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(runtime);
  }, 90_000);
  afterAll(() => server?.stop());

  test("lets clients on the machine itself through", async () => {
    expect(await statuses(1050, () => resolve(server))).toEqual(new Map([[200, 1050]]));
  }, 120_000);

  test("a hundred clients that send an octet a second keep nobody waiting, and are cut off", async () => {
    const slow = Array.from({ length: 100 }, () => trickle(server.port));
    const begin = performance.now();
    for (let turn = 0; turn < 20; turn++) {
      const response = await fetch(`${server.origin}/dns-query`, {
        method: "POST",
        body: query("web-service"),
        headers: { "content-type": "application/dns-message" },
      });
      expect((await message(response)).rcode).toBe("NOERROR");
    }
    expect(performance.now() - begin).toBeLessThan(10_000);
    // On Workers a slow body is the edge's to end, which is not here: they are still sending.
    if (runtime === "Deno") {
      for (const { said } of slow) expect(await said).toMatch(/^HTTP\/1\.1 400 |^$/);
    }
    for (const { end } of slow) end();
  });
});

test.each(RUNTIMES)(
  "%s does not start with a limit that is none",
  async (runtime) => {
    await expect(startServer(runtime, { NDOTS_RATE_LIMIT: "fast" })).rejects.toThrow(
      /NDOTS_RATE_LIMIT takes off, or requests a second .*: received "fast"/,
    );
  },
  90_000,
);

/** A POST of 100 octets, one a second: what the server says until it closes, within 15 s. */
function trickle(port: number): { readonly said: Promise<string>; end(): void } {
  const socket: Socket = connect(port, "127.0.0.1");
  const sending = setInterval(() => socket.write("x"), 1000);
  const said = new Promise<string>((resolve, reject) => {
    let all = "";
    const giveUp = setTimeout(() => reject(new Error("neither answered nor cut off")), 15_000);
    const done = (): void => {
      clearTimeout(giveUp);
      clearInterval(sending);
      resolve(all);
    };
    socket.on("error", done);
    socket.on("close", done);
    socket.on("data", (data) => {
      all += data;
      if (all.includes("\r\n\r\n")) done();
    });
  });
  socket.write(
    "POST /dns-query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/dns-message\r\nContent-Length: 100\r\n\r\n",
  );
  return { said, end: () => socket.destroy() };
}
