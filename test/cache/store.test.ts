import { expect, test } from "vitest";
import { memoryStore } from "../../src/cache/store.ts";
import { testStore } from "./store.suite.ts";

for (const { why, run } of testStore(async () => memoryStore(100, () => 0))) {
  test(`memory: ${why}`, run);
}

test("memory: a value is gone at the millisecond of its expiry", async () => {
  let now = 1000;
  const store = memoryStore(10, () => now);
  await store.put("key", Uint8Array.of(1), 2);
  now = 2999;
  expect(await store.get("key")).toEqual(Uint8Array.of(1));
  now = 3000;
  expect(await store.get("key")).toBeUndefined();
});

test("memory: the key that was written first makes room, and writing it again changes nothing of that", async () => {
  const store = memoryStore(2, () => 0);
  await store.put("first", Uint8Array.of(1), 60);
  await store.put("second", Uint8Array.of(2), 60);
  await store.put("first", Uint8Array.of(3), 60);
  await store.put("third", Uint8Array.of(4), 60);
  expect(await store.get("first")).toBeUndefined();
  expect(await store.get("second")).toEqual(Uint8Array.of(2));
  expect(await store.get("third")).toEqual(Uint8Array.of(4));
});
