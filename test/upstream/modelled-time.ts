/**
 * Time that passes only while everyone waits: the clock goes to the next end of a wait as soon as nothing else is left
 * to do. Seconds of waiting take a test no time, and come out to the millisecond.
 *
 * @module
 */
import type { Wait } from "../../src/cache/time-limit.ts";

export interface ModelledTime {
  /** Milliseconds. Tests may move it. */
  readonly clock: { now: number };
  readonly wait: Wait;
  /** Lets time pass until `work` is done. */
  settle<T>(work: Promise<T>): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** @param idle ends when all is done that needs no time: a turn of the event loop, or more where real sockets are asked */
export function modelledTime(
  clock: { now: number } = { now: 0 },
  idle: () => Promise<unknown> = turn,
): ModelledTime {
  const timers = new Set<Timer>();
  const wait: Wait = (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer: Timer = {
        at: clock.now + ms,
        ring() {
          timers.delete(timer);
          signal?.removeEventListener("abort", timer.ring);
          resolve();
        },
      };
      timers.add(timer);
      signal?.addEventListener("abort", timer.ring);
    });
  return {
    clock,
    wait,
    async settle(work) {
      let isDone = false;
      const done = () => {
        isDone = true;
      };
      work.then(done, done);
      for (;;) {
        await idle();
        if (isDone) return work;
        const next = [...timers].sort((a, b) => a.at - b.at)[0];
        if (next === undefined) continue;
        clock.now = Math.max(clock.now, next.at);
        next.ring();
      }
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
