import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KeyValueStore, memoryStore } from "../../src/cache/store.ts";
import type { Wait } from "../../src/cache/time-limit.ts";
import { type CacheKey, upstreamCache } from "../../src/cache/upstream-cache.ts";
import { lines, question, reply, type Written } from "./message.ts";

const SOA = "example.org. 3600 IN SOA ns.example.org. host.example.org. 1 7200 900 1209600 600";
const WWW: Written = {
  ask: ["www.example.org.", "A"],
  answer: ["www.example.org. 300 IN A 192.0.2.1"],
};

/** A store in memory with a clock to turn, and a count of what is asked of it. */
function bench(broken: { get?: KeyValueStore["get"]; put?: KeyValueStore["put"] } = {}) {
  const clock = { ms: 1_000_000 };
  const now = () => clock.ms;
  const counts = { get: 0, put: 0 };
  const memory = memoryStore(100, now);
  const values: Uint8Array[] = [];
  const store: KeyValueStore = {
    get(key) {
      counts.get++;
      return (broken.get ?? memory.get)(key);
    },
    put(key, value, expiry) {
      counts.put++;
      values.push(value);
      return (broken.put ?? memory.put)(key, value, expiry);
    },
  };
  // A turn of the event loop is all that a store in memory needs.
  const wait: Wait = (ms, signal) =>
    new Promise((resolve) =>
      setTimeout(() => {
        if (!signal?.aborted) clock.ms += ms;
        resolve();
      }, 20),
    );
  return { cache: upstreamCache(store, { now, wait }), clock, counts, values, memory };
}

function keyFor(written: Written, rest: Partial<CacheKey> = {}): CacheKey {
  return {
    upstream: "192.0.2.53",
    question: question(written.ask),
    dnssecOk: false,
    checkingDisabled: false,
    ...rest,
  };
}

describe("what is kept comes back", () => {
  test.each<{
    why: string;
    written: Written;
    after: number;
    answer: string[];
    authority: string[];
  }>([
    {
      why: "at once it is as it was",
      written: WWW,
      after: 0,
      answer: ["www.example.org. 300 IN A 192.0.2.1"],
      authority: [],
    },
    {
      why: "TTLs have counted down, a second only when it is over",
      written: WWW,
      after: 100_900,
      answer: ["www.example.org. 200 IN A 192.0.2.1"],
      authority: [],
    },
    {
      why: "a denial's SOA has the TTL of the denial, counted down",
      written: { ask: ["no.example.org.", "A"], rcode: "NXDOMAIN", authority: [SOA] },
      after: 10_000,
      answer: [],
      authority: [SOA.replace("3600", "590")],
    },
  ])("$why", async ({ written, after, answer, authority }) => {
    const { cache, clock } = bench();
    await cache.write(keyFor(written), reply(written))?.();
    clock.ms += after;
    const got = await cache.read(keyFor(written));
    if (got.kind !== "hit") throw new Error("a miss");
    expect(got.reply.rcode).toBe(written.rcode ?? "NOERROR");
    expect(lines(got.reply.answer)).toEqual(answer);
    expect(lines(got.reply.authority)).toEqual(authority);
  });
});

describe("another key is a miss", () => {
  test.each<{ why: string; key: CacheKey; kind: string }>([
    {
      why: "the case of the name does not matter",
      key: keyFor({ ask: ["WWW.example.ORG.", "A"] }),
      kind: "hit",
    },
    { why: "another type", key: keyFor({ ask: ["www.example.org.", "AAAA"] }), kind: "miss" },
    { why: "another name", key: keyFor({ ask: ["ww.example.org.", "A"] }), kind: "miss" },
    { why: "another upstream", key: keyFor(WWW, { upstream: "192.0.2.54" }), kind: "miss" },
    { why: "with DO", key: keyFor(WWW, { dnssecOk: true }), kind: "miss" },
    { why: "with CD", key: keyFor(WWW, { checkingDisabled: true }), kind: "miss" },
  ])("$why: $kind", async ({ key, kind }) => {
    const { cache } = bench();
    await cache.write(keyFor(WWW), reply(WWW))?.();
    expect((await cache.read(key)).kind).toBe(kind);
  });
});

test("the deadline ends it, though the store still has the value", async () => {
  const { cache, clock, counts, values } = bench({ get: async () => values[0] });
  await cache.write(keyFor(WWW), reply(WWW))?.();
  clock.ms += 299_999;
  expect((await cache.read(keyFor(WWW))).kind).toBe("hit");
  clock.ms += 1;
  expect(await cache.read(keyFor(WWW))).toEqual({ kind: "miss" });
  expect(counts.get).toBe(2);
});

describe("what the store hands back is not trusted", () => {
  test.each<{ why: string; spoil(value: Uint8Array): Uint8Array }>([
    { why: "nothing at all", spoil: () => new Uint8Array() },
    { why: "half a value", spoil: (value) => value.subarray(0, value.length / 2) },
    { why: "another version's value", spoil: (value) => value.with(0, 99) },
    {
      why: "a deadline that is no number",
      spoil: (value) => value.map((octet, at) => (at >= 1 && at <= 8 ? 0xff : octet)),
    },
    { why: "a deadline in a thousand years", spoil: withDeadline(3e13) },
    { why: "a lifetime longer than the TTLs", spoil: (value) => value.with(9, 1) },
    { why: "text", spoil: () => new TextEncoder().encode("<html>not found</html>") },
    { why: "another question's value", spoil: (value) => replaceOctets(value, "www", "xyz") },
  ])("$why is a miss", async ({ spoil }) => {
    const { cache, values, memory } = bench();
    const spoiled = upstreamCache(
      { ...memory, get: async () => spoil(values[0] as Uint8Array) },
      { now: () => 1_000_000, wait: forever },
    );
    await cache.write(keyFor(WWW), reply(WWW))?.();
    expect(await spoiled.read(keyFor(WWW))).toEqual({ kind: "miss" });
  });

  test("any octets are a hit of the right question or a miss, never a throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (octets) => {
        const value = withDeadline(1_100_000)(
          Uint8Array.from([1, ...new Array(12).fill(0), ...octets]),
        );
        const cache = upstreamCache(
          { get: async () => value, put: async () => undefined },
          { now: () => 1_000_000, wait: forever },
        );
        expect((await cache.read(keyFor(WWW))).kind).toBe("miss");
      }),
      { numRuns: 300 },
    );
  });
});

describe("a store that is broken", () => {
  const broken = async () => {
    throw new Error("quota exceeded");
  };
  const hanging = () => new Promise<never>(() => undefined);

  test.each([
    { why: "one that rejects", get: broken, note: "the KV failed: taken as a miss" },
    {
      why: "one that hangs",
      get: hanging,
      note: "the KV did not answer within 250 ms: taken as a miss",
    },
  ])("$why is a miss with a note, and is left alone for five seconds", async ({ get, note }) => {
    const { cache, clock } = bench({ get });
    expect(cache.resting()).toBeUndefined();
    expect(await cache.read(keyFor(WWW))).toEqual({ kind: "miss", note });
    expect(cache.resting()).toContain("not asked");
    expect(cache.write(keyFor(WWW), reply(WWW))).toBeUndefined();
    clock.ms += 5000;
    expect(cache.resting()).toBeUndefined();
  });

  test.each([
    { why: "rejects, as one over its quota does", put: broken },
    { why: "hangs", put: hanging },
  ])(
    "a write that $why ends without an error; reads go on, writes after a while",
    async ({ put }) => {
      const { cache, clock, counts } = bench({ put });
      await cache.write(keyFor(WWW), reply(WWW))?.();
      expect(cache.resting()).toBeUndefined();
      expect(await cache.read(keyFor(WWW))).toEqual({ kind: "miss" });
      expect(cache.write(keyFor(WWW), reply(WWW))).toBeUndefined();
      clock.ms += 5000;
      await cache.write(keyFor(WWW), reply(WWW))?.();
      expect(counts.put).toBe(2);
      clock.ms += 9999;
      expect(cache.write(keyFor(WWW), reply(WWW))).toBeUndefined();
      clock.ms += 1;
      await cache.write(keyFor(WWW), reply(WWW))?.();
      expect(counts.put).toBe(3);
    },
  );
});

describe("what is written", () => {
  test.each<{ why: string; written: Written; writes: number }>([
    {
      why: "a TTL of 10 s is",
      written: { ...WWW, answer: ["www.example.org. 10 IN A 192.0.2.1"] },
      writes: 1,
    },
    {
      why: "a TTL under 10 s is not",
      written: { ...WWW, answer: ["www.example.org. 9 IN A 192.0.2.1"] },
      writes: 0,
    },
    { why: "SERVFAIL is not", written: { ask: WWW.ask, rcode: "SERVFAIL" }, writes: 0 },
    { why: "a denial without SOA is not", written: { ask: WWW.ask, rcode: "NXDOMAIN" }, writes: 0 },
  ])("$why", async ({ written, writes }) => {
    const { cache, counts } = bench();
    await cache.write(keyFor(written), reply(written))?.();
    expect(counts.put).toBe(writes);
  });

  test("a key is not written again within its own lifetime", async () => {
    const { cache, clock, counts } = bench();
    await cache.write(keyFor(WWW), reply(WWW))?.();
    clock.ms += 299_999;
    await cache.write(keyFor(WWW), reply(WWW))?.();
    expect(counts.put).toBe(1);
    clock.ms += 1;
    await cache.write(keyFor(WWW), reply(WWW))?.();
    expect(counts.put).toBe(2);
  });
});

const forever: Wait = () => new Promise(() => undefined);

function withDeadline(ms: number): (value: Uint8Array) => Uint8Array {
  return (value) => {
    const copy = value.slice();
    new DataView(copy.buffer).setFloat64(1, ms);
    return copy;
  };
}

function replaceOctets(value: Uint8Array, from: string, to: string): Uint8Array {
  const text = Array.from(value, (octet) => String.fromCharCode(octet)).join("");
  return Uint8Array.from(text.replaceAll(from, to), (char) => char.charCodeAt(0));
}
