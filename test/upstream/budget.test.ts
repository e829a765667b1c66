import { expect, test } from "vitest";
import { createBudget } from "../../src/upstream/budget.ts";
import { failureMemory } from "../../src/upstream/failures.ts";

test("a lookup has 5 s, and never less than none", () => {
  let now = 1000;
  const budget = createBudget(() => now);
  expect(budget.remaining()).toBe(5000);
  now = 5999;
  expect(budget.remaining()).toBe(1);
  now = 9000;
  expect(budget.remaining()).toBe(0);
});

test("a lookup has 40 operations, of which the KV takes 20 at most", () => {
  const budget = createBudget(() => 0);
  const kv = Array.from({ length: 25 }, () => budget.take("kv"));
  expect(kv.filter(Boolean)).toHaveLength(20);
  const upstream = Array.from({ length: 25 }, () => budget.take("upstream"));
  expect(upstream.filter(Boolean)).toHaveLength(20);
  expect(budget.take("kv")).toBe(false);
});

test("without the KV all 40 are for upstreams", () => {
  const budget = createBudget(() => 0);
  const upstream = Array.from({ length: 50 }, () => budget.take("upstream"));
  expect(upstream.filter(Boolean)).toHaveLength(40);
});

test("a failure is remembered for three seconds, and the oldest of 1,024 makes room", () => {
  let now = 0;
  const failures = failureMemory<string>(() => now);
  failures.remember("a", "timeout");
  now = 2999;
  expect(failures.recall("a")).toBe("timeout");
  expect(failures.recall("b")).toBeUndefined();
  now = 3000;
  expect(failures.recall("a")).toBeUndefined();
  for (let at = 0; at <= 1024; at++) failures.remember(`key ${at}`, "timeout");
  expect(failures.recall("key 0")).toBeUndefined();
  expect(failures.recall("key 1")).toBe("timeout");
  expect(failures.recall("key 1024")).toBe("timeout");
});
