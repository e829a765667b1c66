import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundedMap } from "../../src/cache/bounded-map.ts";

/** `a` sets, `-a` deletes. */
describe("a map of three", () => {
  test.each<{ why: string; turns: string; holds: string }>([
    { why: "holds three", turns: "a b c", holds: "a b c" },
    { why: "drops the first for a fourth", turns: "a b c d", holds: "b c d" },
    { why: "goes round", turns: "a b c d e f g", holds: "e f g" },
    { why: "drops nothing for what it has", turns: "a b c c c c", holds: "a b c" },
    { why: "keeps the place of what is replaced", turns: "a b c a d", holds: "b c d" },
    { why: "forgets what is deleted", turns: "a b c -b", holds: "a c" },
    { why: "takes what was deleted as new", turns: "a b c -a a", holds: "a b c" },
    { why: "does not mind what was never there", turns: "a -x b", holds: "a b" },
  ])("$why", ({ turns, holds }) => {
    const map = boundedMap<string>(3);
    for (const turn of turns.split(" ")) {
      if (turn.startsWith("-")) map.delete(turn.slice(1));
      else map.set(turn, turn);
    }
    const held = "abcdefgx".split("").filter((key) => map.get(key) === key);
    expect([held.join(" "), map.size]).toEqual([holds, held.length]);
  });
});

test("whatever is done, it holds the latest value of what it holds, and no more than its number", () => {
  const turn = fc.tuple(fc.constantFrom("set", "delete"), fc.integer({ min: 0, max: 12 }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.array(turn, { maxLength: 60 }),
      (most, turns) => {
        const map = boundedMap<number>(most);
        const last = new Map<string, number>();
        for (const [index, [what, number]] of turns.entries()) {
          const key = String(number);
          if (what === "set") {
            map.set(key, index);
            last.set(key, index);
            expect(map.get(key)).toBe(index);
          } else {
            map.delete(key);
            last.delete(key);
          }
          let held = 0;
          for (let at = 0; at <= 12; at++) {
            const value = map.get(String(at));
            if (value === undefined) continue;
            held++;
            expect(value).toBe(last.get(String(at)));
          }
          expect(held).toBe(map.size);
          expect(held).toBeLessThanOrEqual(most);
        }
      },
    ),
  );
});
