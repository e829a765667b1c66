import { describe, expect, test } from "vitest";
import { wait } from "../../src/runtime/upstream/wait.ts";
import { createTogether } from "../../src/upstream/together.ts";

/** A number is shared; a text is the doer's own. */
type Outcome = number | string;

function bench(coalesce: boolean) {
  const clock = { ms: 0 };
  const background: Promise<unknown>[] = [];
  const together = createTogether<Outcome>({
    coalesce,
    now: () => clock.ms,
    wait,
    isShared: (outcome) => typeof outcome === "number",
  });
  const waiter = (remaining = 5000) => ({
    remaining: () => Math.max(0, remaining - clock.ms),
    background: (work: Promise<unknown>) => void background.push(work),
  });
  let worked = 0;
  const work = async (): Promise<number> => {
    const turn = ++worked;
    await wait(20);
    return turn;
  };
  return { clock, background, together, waiter, work, count: () => worked };
}

describe.each([
  { how: "waiting for the promise", coalesce: true },
  { how: "looking for the outcome", coalesce: false },
])("the same work at once, by $how", ({ coalesce }) => {
  test("a thousand do it once", async () => {
    const { together, waiter, work, count } = bench(coalesce);
    const all = await Promise.all(
      Array.from({ length: 1000 }, () => together("a", waiter(), work)),
    );
    expect(count()).toBe(1);
    expect(all.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set([1]));
  });

  test("other work, and the same work afterwards, is done anew", async () => {
    const { together, waiter, work } = bench(coalesce);
    await Promise.all([together("a", waiter(), work), together("b", waiter(), work)]);
    expect(await together("a", waiter(), work)).toEqual({ outcome: 3, joined: false });
  });

  test("an outcome that is the doer's own is not taken: the next one does the work for the rest", async () => {
    const { together, waiter, work, count } = bench(coalesce);
    const first = together("a", waiter(), async () => {
      await wait(20);
      return "my time is over";
    });
    const others = Array.from({ length: 10 }, () => together("a", waiter(), work));
    expect((await first).outcome).toBe("my time is over");
    expect((await Promise.all(others)).map(({ outcome }) => outcome)).toEqual(
      new Array(10).fill(1),
    );
    expect(count()).toBe(1);
  });

  test("work that breaks breaks for the one who did it", async () => {
    const { together, waiter, work } = bench(coalesce);
    const first = together("a", waiter(), () => Promise.reject(new Error("broken")));
    const second = together("a", waiter(), work);
    await expect(first).rejects.toThrow("broken");
    expect((await second).outcome).toBe(1);
  });

  test("who has no time left does not wait", async () => {
    const { together, waiter, work } = bench(coalesce);
    const first = together("a", waiter(), work);
    expect(await together("a", waiter(0), work)).toEqual({ outcome: 2, joined: false });
    await first;
  });

  test("whoever is at it for longer than a lookup may take is not waited for", async () => {
    const { together, waiter, work, clock } = bench(coalesce);
    void together("a", waiter(), () => new Promise<number>(() => undefined));
    clock.ms = 5001;
    expect((await together("a", waiter(20_000), work)).outcome).toBe(1);
  });
});

test("where a client may go away and take its work along, the work is kept alive without it", async () => {
  const kept = await Promise.all(
    [true, false].map(async (coalesce) => {
      const { together, waiter, work, background } = bench(coalesce);
      await together("a", waiter(), work);
      return background.length;
    }),
  );
  expect(kept).toEqual([0, 1]);
});
