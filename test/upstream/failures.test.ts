import { describe, expect, test } from "vitest";
import { failureMemory } from "../../src/upstream/failures.ts";

describe("how long a failure is remembered", () => {
  test.each<{ why: string; fails: readonly number[]; left: number }>([
    { why: "three seconds at first", fails: [0], left: 3000 },
    { why: "twice as long when it fails again after that", fails: [0, 3000], left: 6000 },
    { why: "and again", fails: [0, 3000, 9000], left: 12_000 },
    { why: "failures at once are one failure", fails: [0, 1, 2], left: 2998 },
    {
      why: "a minute at most",
      fails: [0, 3000, 9000, 21_000, 45_000, 93_000, 153_000],
      left: 60_000,
    },
    { why: "three seconds again after more than a minute without", fails: [0, 63_001], left: 3000 },
  ])("$why", ({ fails, left }) => {
    let now = 0;
    const failures = failureMemory<string>(() => now);
    for (const at of fails) {
      now = at;
      failures.remember("a", "timeout");
    }
    expect(failures.recall("a")).toEqual({ failure: "timeout", left });
    expect(failures.recall("b")).toBeUndefined();
    now += left;
    expect(failures.recall("a")).toBeUndefined();
  });

  test("what went well meanwhile begins anew", () => {
    let now = 0;
    const failures = failureMemory<string>(() => now);
    failures.remember("a", "timeout");
    now = 3000;
    failures.forget("a");
    failures.remember("a", "timeout");
    expect(failures.recall("a")).toEqual({ failure: "timeout", left: 3000 });
  });
});

test("the oldest of 1,024 failures makes room", () => {
  const failures = failureMemory<string>(() => 0);
  for (let at = 0; at <= 1024; at++) failures.remember(`key ${at}`, "timeout");
  const known = ["key 0", "key 1", "key 1024"].map((key) => failures.recall(key)?.failure);
  expect(known).toEqual([undefined, "timeout", "timeout"]);
});
