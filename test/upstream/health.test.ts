import { describe, expect, test } from "vitest";
import { upstreamHealth } from "../../src/upstream/health.ts";

/** `fail`: is it time for a health check? `down`, `reply`: what is told. `ask`: what stands against asking. */
type Turn =
  | { at: number; do: "fail"; checks: boolean }
  | { at: number; do: "down" | "reply" }
  | { at: number; do: "ask"; left: number };

const threeFailures: readonly Turn[] = [
  { at: 0, do: "fail", checks: false },
  { at: 0, do: "fail", checks: false },
  { at: 0, do: "fail", checks: true },
];

describe("an upstream", () => {
  test.each<{ why: string; turns: readonly Turn[] }>([
    {
      why: "is checked after three failures in a row, once at a time",
      turns: [
        ...threeFailures,
        { at: 10, do: "fail", checks: false },
        { at: 10, do: "ask", left: 0 },
        { at: 3000, do: "fail", checks: true },
      ],
    },
    {
      why: "is not checked where a reply came between",
      turns: [...threeFailures.slice(0, 2), { at: 1, do: "reply" }, ...threeFailures.slice(0, 2)],
    },
    {
      why: "is left alone for three seconds once the check has failed, and then tried by one question",
      turns: [
        ...threeFailures,
        { at: 1000, do: "down" },
        { at: 1000, do: "ask", left: 3000 },
        { at: 3999, do: "ask", left: 1 },
        { at: 4000, do: "ask", left: 0 },
        { at: 4000, do: "ask", left: 3000 },
        { at: 4100, do: "reply" },
        { at: 4100, do: "ask", left: 0 },
        { at: 4100, do: "ask", left: 0 },
      ],
    },
    {
      why: "is left alone for twice as long when that question and the next check fail",
      turns: [
        ...threeFailures,
        { at: 1000, do: "down" },
        { at: 4000, do: "ask", left: 0 },
        { at: 5000, do: "fail", checks: true },
        { at: 6000, do: "ask", left: 2000 },
        { at: 7000, do: "down" },
        { at: 7000, do: "ask", left: 6000 },
      ],
    },
    {
      why: "is tried again where whoever tried it never came back",
      turns: [
        ...threeFailures,
        { at: 1000, do: "down" },
        { at: 4000, do: "ask", left: 0 },
        { at: 7000, do: "ask", left: 0 },
      ],
    },
    {
      why: "is not down where it replied while the check was under way",
      turns: [
        ...threeFailures,
        { at: 1, do: "reply" },
        { at: 2, do: "down" },
        { at: 2, do: "ask", left: 0 },
      ],
    },
  ])("$why", ({ turns }) => {
    let now = 0;
    const health = upstreamHealth<string>(() => now);
    for (const turn of turns) {
      now = turn.at;
      if (turn.do === "fail") expect(health.failed("tcp")).toBe(turn.checks);
      else if (turn.do === "ask") expect(health.resting("tcp")?.left ?? 0).toBe(turn.left);
      else if (turn.do === "down") health.isDown("tcp", "timeout");
      else health.replied("tcp");
      expect(health.resting("another")).toBeUndefined();
    }
  });
});
