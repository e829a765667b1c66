import { expect, test } from "vitest";
import { createBudget } from "../../src/upstream/budget.ts";

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

test("a KV that has taken a second of the lookup's time is asked no more", () => {
  const budget = createBudget(() => 0);
  for (const ms of [600, 399]) {
    expect(budget.take("kv")).toBe(true);
    budget.note({ name: "kv", description: "miss", ms });
  }
  budget.note({ name: "upstream", description: "10.0.0.2", ms: 4000 });
  expect(budget.take("kv")).toBe(true);
  budget.note({ name: "kv", description: "miss", ms: 1 });
  expect([budget.take("kv"), budget.take("upstream")]).toEqual([false, true]);
});
