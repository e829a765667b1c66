import { describe, expect, test } from "vitest";
import { octetReader, readAll } from "../../../src/runtime/upstream/body.ts";
import { fittingKey } from "../../../src/runtime/upstream/store-key.ts";
import { wait } from "../../../src/runtime/upstream/wait.ts";

function streamOf(...pieces: number[][]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(Uint8Array.from(piece));
      controller.close();
    },
  });
}

describe("octetReader()", () => {
  test.each<{ why: string; pieces: number[][]; takes: number[]; gives: (number[] | undefined)[] }>([
    { why: "pieces are joined", pieces: [[1], [2, 3]], takes: [3], gives: [[1, 2, 3]] },
    { why: "a piece is divided", pieces: [[1, 2, 3]], takes: [1, 2], gives: [[1], [2, 3]] },
    {
      why: "empty pieces are passed over",
      pieces: [[], [1], [], [2]],
      takes: [2],
      gives: [[1, 2]],
    },
    { why: "the end comes too early", pieces: [[1]], takes: [2], gives: [undefined] },
    { why: "nothing is always there", pieces: [], takes: [0], gives: [[]] },
  ])("$why", async ({ pieces, takes, gives }) => {
    const reader = octetReader(streamOf(...pieces));
    for (const [at, length] of takes.entries()) {
      const taken = await reader.take(length);
      expect(taken && Array.from(taken)).toEqual(gives[at]);
    }
  });
});

test("readAll(): up to its limit, and nothing beyond it", async () => {
  expect(await readAll(streamOf([1, 2], [3]), 3)).toEqual(Uint8Array.of(1, 2, 3));
  expect(await readAll(streamOf([1, 2], [3, 4]), 3)).toBeUndefined();
});

test("fittingKey(): what a store takes stays as it is, the rest becomes its hash", async () => {
  const longest = "k".repeat(512);
  expect(await fittingKey(longest)).toBe(longest);
  for (const key of [`${longest}k`, "é".repeat(257), "", ".", ".."]) {
    expect(await fittingKey(key)).toMatch(/^sha256:[0-9a-f]{64}$/);
  }
});

test("wait(): ends with its time, and at once when it is called off", async () => {
  await wait(1);
  const controller = new AbortController();
  const waiting = wait(3_600_000, controller.signal);
  controller.abort();
  await waiting;
  await wait(3_600_000, controller.signal);
  expect(controller.signal.aborted).toBe(true);
});
