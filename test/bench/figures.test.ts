/**
 * The arithmetic of `npm run bench`: from h2load's log to a line of the table.
 */
import { describe, expect, test } from "vitest";
import { figuresOf, readLog } from "../../bench/load.ts";
import { median, percentile, rounded } from "../../bench/statistics.ts";
import { table } from "../../bench/table.ts";

describe("median and percentile", () => {
  test.each<{ why: string; values: number[]; percent: number; is: number }>([
    { why: "the middle one, whatever their order", values: [30, 10, 20], percent: 50, is: 20 },
    { why: "the lower one of two middles", values: [4, 1, 3, 2], percent: 50, is: 2 },
    { why: "numbers are not compared as text", values: [9, 10, 100], percent: 50, is: 10 },
    { why: "of a hundred, one is above the 99th", values: upTo(100), percent: 99, is: 99 },
    { why: "of few, the 99th is the highest", values: upTo(10), percent: 99, is: 10 },
    { why: "of none there is none", values: [], percent: 50, is: Number.NaN },
  ])("$why", ({ values, percent, is }) => {
    expect(percentile(values, percent)).toBe(is);
    if (percent === 50) expect(median(values)).toBe(is);
  });
});

test.each([
  [0.123456, 0.123],
  [12.3456, 12.3],
  [123.456, 123],
  [12345.6, 12346],
  [-0.5, -0.5],
])("%d is shown as %d", (value, shown) => {
  expect(rounded(value)).toBe(shown);
});

describe("h2load's log", () => {
  test("is a line a request: when it began, its status, how long it took", () => {
    expect(readLog("1000\t200\t250\n1250\t200\t300\n")).toEqual([
      { began: 1000, took: 250 },
      { began: 1250, took: 300 },
    ]);
  });

  test.each([
    { why: "a 429 among them makes it worthless", text: "1000\t200\t250\n1250\t429\t30\n" },
    { why: "so does a stream that failed", text: "1000\t-1\t250\n" },
  ])("$why", ({ text }) => {
    expect(readLog(text)).toBeUndefined();
  });

  test("gives requests a second from the first one's beginning to the last one's end", () => {
    const times = upTo(100).map((at) => ({ began: at * 10_000, took: 10_000 }));
    expect(figuresOf(times).requestsPerSecond).toBeCloseTo(100);
  });

  test("leaves out those that waited for handshakes, where enough came later", () => {
    const slow = upTo(16).map(() => ({ began: 0, took: 50_000 }));
    const later = upTo(100).map((at) => ({ began: 60_000 + at, took: 1_000 }));
    expect(figuresOf([...slow, ...later]).p99).toBe(1);
    expect(figuresOf(slow).p99).toBe(50);
  });
});

test("a table has its numbers at the right, its text at the left, and no blank at a line's end", () => {
  const text = table(
    ["server", "requests/s", ""],
    [
      ["hello", 12_345, "met"],
      ["ndots, Deno", 678, ""],
    ],
  );
  expect(text.split("\n")).toEqual([
    "server       requests/s",
    "-----------  ----------  ---",
    "hello             12345  met",
    "ndots, Deno         678",
  ]);
});

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
