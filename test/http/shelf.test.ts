import fc from "fast-check";
import { expect, test } from "vitest";
import { createShelf } from "../../src/http/shelf.ts";

const sizeOf = (_: string, value: number): number => value;

test("what was put there first makes room", () => {
  const shelf = createShelf(10, sizeOf);
  shelf.put("a", 4);
  shelf.put("b", 4);
  shelf.put("a", 3);
  shelf.put("c", 6);
  expect([shelf.get("a"), shelf.get("b"), shelf.get("c")]).toEqual([3, undefined, 6]);
  expect(shelf.size()).toBe(9);
});

test("what is too large for all of it does not stay", () => {
  const shelf = createShelf(10, sizeOf);
  shelf.put("a", 4);
  shelf.put("b", 11);
  expect([shelf.get("a"), shelf.get("b"), shelf.size()]).toEqual([undefined, undefined, 0]);
});

test("never holds more than it may, whatever comes and goes", () => {
  const turn = fc.tuple(fc.constantFrom("a", "b", "c", "d", "e", "f"), fc.option(fc.nat(7)));
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 200 }), (turns) => {
      const shelf = createShelf(12, sizeOf);
      for (const [key, size] of turns) {
        if (size === null) shelf.drop(key);
        else shelf.put(key, size);
        const held = ["a", "b", "c", "d", "e", "f"].map((one) => shelf.get(one) ?? 0);
        expect(shelf.size()).toBe(held.reduce((sum, one) => sum + one, 0));
        expect(shelf.size()).toBeLessThanOrEqual(12);
        if (size !== null) expect(shelf.get(key)).toBe(size);
      }
    }),
  );
});
