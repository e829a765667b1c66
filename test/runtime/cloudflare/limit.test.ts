import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { workersLimit } from "../../../src/runtime/cloudflare/limit.ts";

const from = (address: string, method = "GET") =>
  new Request("https://ndots.test/healthz", { method, headers: { "cf-connecting-ip": address } });

/** A counter that says what a row wants, and the keys that it was asked for. */
function counter(limit: RateLimit["limit"]) {
  const keys: string[] = [];
  return {
    keys,
    limit(options: { key: string }) {
      keys.push(options.key);
      return limit(options);
    },
  };
}

describe("the rate limiting binding", () => {
  test("of wrangler.toml is bound, and lets a client through", async () => {
    const limit = workersLimit(undefined, (env as { RATE_LIMIT?: RateLimit }).RATE_LIMIT);
    expect((env as { RATE_LIMIT?: RateLimit }).RATE_LIMIT).toBeDefined();
    expect(await limit?.(from("192.0.2.1"))).toBeUndefined();
  });

  test.each<{ why: string; limit: RateLimit["limit"]; status: number | undefined }>([
    { why: "says no: 429", limit: async () => ({ success: false }), status: 429 },
    { why: "says yes", limit: async () => ({ success: true }), status: undefined },
    {
      why: "is broken: nobody is refused",
      limit: () => Promise.reject(new Error("down")),
      status: undefined,
    },
    {
      why: "hangs: nobody is refused",
      limit: () => new Promise(() => undefined),
      status: undefined,
    },
  ])("$why", async ({ limit, status }) => {
    const response = await workersLimit(undefined, counter(limit))?.(from("192.0.2.1"));
    expect(response?.status).toBe(status);
    if (status === 429) expect(response?.headers.get("retry-after")).toBe("10");
  });

  test("counts IPv6 by its network, and neither preflights nor the machine itself", async () => {
    const binding = counter(async () => ({ success: false }));
    const limit = workersLimit(undefined, binding);
    expect((await limit?.(from("2001:db8::1")))?.status).toBe(429);
    for (const request of [
      from("192.0.2.1", "OPTIONS"),
      from("127.0.0.1"),
      new Request("https://ndots.test/"),
    ]) {
      expect(await limit?.(request)).toBeUndefined();
    }
    expect(binding.keys).toEqual(["2001:db8:0:0"]);
  });

  test("is not asked where NDOTS_RATE_LIMIT says a number or off", async () => {
    const binding = counter(async () => ({ success: false }));
    const limit = workersLimit("1/2", binding);
    const three = [1, 2, 3].map(() => limit?.(from("127.0.0.1")));
    expect((await Promise.all(three)).map((response) => response?.status)).toEqual([
      undefined,
      undefined,
      429,
    ]);
    expect(workersLimit("off", binding)).toBeUndefined();
    expect(binding.keys).toEqual([]);
  });
});
