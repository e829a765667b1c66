import { describe, expect, test } from "vitest";
import { bodyReader, sharedLimit } from "../../src/http/body.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";

function posted(body: BodyInit): Request {
  return new Request("http://localhost/", { method: "POST", body, duplex: "half" } as RequestInit);
}

/** Chunks, and then nothing more, or what `then` does. */
function stream(
  chunks: readonly Uint8Array[],
  then?: (to: ReadableStreamDefaultController) => void,
) {
  return new ReadableStream({
    start(to) {
      for (const chunk of chunks) to.enqueue(chunk);
      if (then) then(to);
      else to.close();
    },
  });
}

describe.each([true, false])("a body, where requests share timers: %s", (requestsShare) => {
  const read = bodyReader({ wait, requestsShare });

  test.each<{
    why: string;
    body: () => BodyInit;
    length: string | null;
    octets: number | undefined;
  }>([
    {
      why: "of a told length is read whole",
      body: () => new Uint8Array(40),
      length: "40",
      octets: 40,
    },
    {
      why: "of no told length is read as it comes",
      body: () => stream([new Uint8Array(30), new Uint8Array(12)]),
      length: null,
      octets: 42,
    },
    { why: "may be empty", body: () => "", length: "0", octets: 0 },
    {
      why: "that breaks off did not come",
      body: () => stream([new Uint8Array(30)], (to) => to.error(new Error("reset"))),
      length: "40",
      octets: undefined,
    },
    {
      why: "of no told length that breaks off did not come either",
      body: () => stream([new Uint8Array(30)], (to) => to.error(new Error("reset"))),
      length: null,
      octets: undefined,
    },
    {
      why: "of more than a message is kept no further than shows that",
      body: () => stream(Array.from({ length: 40 }, () => new Uint8Array(10_000))),
      length: null,
      octets: 70_000,
    },
  ])("$why", async ({ body, length, octets }) => {
    expect((await read(posted(body()), length))?.byteLength).toBe(octets);
  });
});

describe("sharedLimit()", () => {
  const never = new Promise<never>(() => undefined);

  test("gives up on what does not come, and nobody waits for it", async () => {
    const limited = sharedLimit(500, wait);
    const order: unknown[] = [];
    const all = [never, never, Promise.resolve("here")].map((work) =>
      limited<unknown>(work).then((value) => order.push(value)),
    );
    await Promise.all(all);
    expect(order).toEqual(["here", undefined, undefined]);
  });

  test("waits by one timer for all, and by none where nothing is waited for", async () => {
    let timers = 0;
    const limited = sharedLimit(500, (ms) => {
      timers++;
      return wait(ms);
    });
    const many = Array.from({ length: 1000 }, () => limited(never));
    await Promise.all(many);
    const used = timers;
    expect(used).toBeLessThan(5);
    await wait(600);
    expect(timers).toBe(used);
    expect(await limited(never)).toBeUndefined();
  });

  test("gives up on each after its own time", async () => {
    const limited = sharedLimit(500, wait);
    const order: string[] = [];
    const first = limited(never).then(() => order.push("first"));
    await wait(300);
    const second = limited(never).then(() => order.push("second"));
    await first;
    expect(order).toEqual(["first"]);
    await second;
  });

  test("what fails did not come", async () => {
    expect(await sharedLimit(500, wait)(Promise.reject(new Error("reset")))).toBeUndefined();
  });
});
