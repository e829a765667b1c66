import { describe, expect, test } from "vitest";
import {
  clientOf,
  createRateLimiter,
  lastForwarded,
  parseRateLimit,
  tooMany,
} from "../../src/http/rate-limit.ts";

describe("NDOTS_RATE_LIMIT", () => {
  test.each<{ why: string; text: string | undefined; gives: unknown }>([
    {
      why: "absent: the default",
      text: undefined,
      gives: { rate: 100, burst: 1000, isDefault: true },
    },
    { why: "empty: the default", text: " ", gives: { rate: 100, burst: 1000, isDefault: true } },
    { why: "off", text: "off", gives: undefined },
    { why: "a rate and a burst", text: "5/20", gives: { rate: 5, burst: 20, isDefault: false } },
    { why: "a rate alone", text: "5", gives: { rate: 5, burst: 50, isDefault: false } },
    {
      why: "less than one a second",
      text: "0.5/1",
      gives: { rate: 0.5, burst: 1, isDefault: false },
    },
  ])("$why", ({ text, gives }) => {
    expect(parseRateLimit(text)).toEqual({ ok: true, value: gives });
  });

  test.each(["0", "-1", "5/0", "fast", "5/5/5", "1e3", "99999999", "5 / 5", "5/", "OFF"])(
    "%s is refused",
    (text) => {
      expect(parseRateLimit(text)).toEqual({
        ok: false,
        error: `takes off, or requests a second and how many at once, such as 100/1000: received ${JSON.stringify(text)}`,
      });
    },
  );
});

/** Milliseconds of the clock, and how many of how many requests at that moment are let through. */
type Turn = readonly [at: number, asked: number, through: number, seconds?: number];

describe("a client", () => {
  test.each<{ why: string; rate: number; burst: number; turns: readonly Turn[] }>([
    {
      why: "has its burst at once, and then its rate",
      rate: 10,
      burst: 100,
      turns: [
        [0, 150, 100, 1],
        [99, 1, 0, 1],
        [100, 5, 1, 1],
        [1100, 50, 10, 1],
      ],
    },
    {
      why: "has its whole burst again after as long as that takes, and never more",
      rate: 10,
      burst: 100,
      turns: [
        [0, 100, 100],
        [10_000, 200, 100, 1],
        [60_000, 200, 100, 1],
      ],
    },
    {
      why: "is told how long to wait",
      rate: 0.1,
      burst: 1,
      turns: [
        [0, 2, 1, 10],
        [4000, 1, 0, 6],
        [9980, 1, 0, 1],
        [10_000, 1, 1],
      ],
    },
    {
      why: "is not set back by the requests that were refused",
      rate: 1,
      burst: 1,
      turns: [
        [0, 1000, 1, 1],
        [1000, 1, 1],
      ],
    },
    {
      why: "loses nothing where the clock is set back",
      rate: 1,
      burst: 2,
      turns: [
        [5000, 1, 1],
        [0, 1, 0, 5],
        [5000, 1, 1],
      ],
    },
  ])("$why", ({ rate, burst, turns }) => {
    let now = 0;
    const limiter = createRateLimiter({ rate, burst, isDefault: false }, () => now);
    for (const [at, asked, through, seconds] of turns) {
      now = at;
      const waits = Array.from({ length: asked }, () => limiter("192.0.2.1"));
      const refused = waits.filter((wait) => wait > 0);
      expect([at, asked - refused.length]).toEqual([at, through]);
      if (seconds !== undefined) expect(refused[0]).toBe(seconds);
    }
  });

  test("has a bucket of its own", () => {
    const limiter = createRateLimiter({ rate: 1, burst: 1, isDefault: false }, () => 0);
    const waits = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1", "2001:db8::2"].map(
      limiter,
    );
    expect(waits).toEqual([0, 0, 1, 0, 1]);
  });

  test("on the machine itself is let through, unless a limit was asked for", () => {
    for (const isDefault of [true, false]) {
      const limiter = createRateLimiter({ rate: 1, burst: 1, isDefault }, () => 0);
      for (const address of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", undefined]) {
        limiter(address);
        expect(limiter(address)).toBe(isDefault || address === undefined ? 0 : 1);
      }
    }
  });

  test("a class of 40 that asks for 50 names each within a minute is never refused", () => {
    let now = 0;
    const limit = parseRateLimit(undefined);
    if (!limit.ok || limit.value === undefined) throw new Error("no default");
    const limiter = createRateLimiter(limit.value, () => now);
    let refused = 0;
    for (let at = 0; at < 40 * 50 * 3; at++) {
      now = at * 10;
      if (limiter("192.0.2.1") > 0) refused++;
    }
    expect(refused).toBe(0);
  });

  test("of a million there are never more than 50,000 kept, and the latest are among them", () => {
    const limiter = createRateLimiter({ rate: 1, burst: 1, isDefault: false }, () => 0);
    const address = (at: number) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
    for (let at = 0; at < 1_000_000; at++) limiter(address(at));
    const again = [0, 949_999, 999_999].map((at) => limiter(address(at)));
    expect(again).toEqual([0, 0, 1]);
  });
});

describe("who a client is", () => {
  test.each([
    { why: "an IPv4 address", address: "192.0.2.1", client: "192.0.2.1" },
    {
      why: "of IPv6 the network of 64 bits",
      address: "2001:db8:1:2:3:4:5:6",
      client: "2001:db8:1:2",
    },
    { why: "also where the text is short", address: "2001:db8::1", client: "2001:db8:0:0" },
    { why: "however the address is written", address: "2001:0DB8:0:00::5", client: "2001:db8:0:0" },
    { why: "IPv4 in IPv6's clothes", address: "::ffff:192.0.2.1", client: "192.0.2.1" },
    { why: "whatever the interface", address: "fe80::1%eth0", client: "fe80:0:0:0" },
    { why: "what is no address is its own text", address: "un:known", client: "un:known" },
  ])("$why", ({ address, client }) => {
    expect(clientOf(address)).toBe(client);
  });

  test.each([
    {
      why: "the nearest proxy's word is the last",
      header: "192.0.2.9, 198.51.100.7",
      client: "198.51.100.7",
    },
    { why: "one address", header: "2001:db8::1", client: "2001:db8::1" },
    { why: "no header", header: null, client: undefined },
    { why: "no address", header: "192.0.2.1, unknown", client: undefined },
  ])("X-Forwarded-For: $why", ({ header, client }) => {
    expect(lastForwarded(header)).toBe(client);
  });
});

test("the 429 says how long, in words and in Retry-After, and a page may read it", async () => {
  const response = tooMany(7);
  expect(response.status).toBe(429);
  expect(await response.json()).toMatchObject({
    status: 429,
    title: "Too Many Requests",
    detail: "too many requests from your address: ask again in 7 s",
  });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "retry-after": "7",
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": expect.stringContaining("Retry-After"),
  });
});
