/**
 * The same work wanted by many at once is done once.
 *
 * Where a runtime lets no request wait for another's promise (Workers: it belongs to the request that made it), the others look at
 * short intervals whether the outcome, which is plain data, has come.
 *
 * @module
 */
import { type Wait, within } from "../cache/time-limit.ts";

export interface Waiter {
  /** Milliseconds that it can wait yet. */
  remaining(): number;
  /** Keeps work alive that outlives the request (`waitUntil`). */
  background(work: Promise<unknown>): void;
}

export interface TogetherDeps<T> {
  /** Whether one request may wait for another's promise. */
  readonly coalesce: boolean;
  now(): number;
  readonly wait: Wait;
  /** Whether an outcome holds for others too: that the first one's time was over does not. */
  isShared(outcome: T): boolean;
}

export type Together<T> = (
  key: string,
  waiter: Waiter,
  work: () => Promise<T>,
) => Promise<{ readonly outcome: T /** It is another's. */; readonly joined: boolean }>;

interface Flight<T> {
  readonly begun: number;
  work?: Promise<T>;
  landed?: { readonly outcome: T };
  over: boolean;
}

/** Milliseconds after which whoever does the work is taken for lost: a lookup has no more. */
const LONGEST = 5000;

/** How often someone waits for another before it does the work itself. */
const MOST_WAITS = 3;

/** Milliseconds between two looks, and how many there are. */
const FIRST_LOOK = 2;
const LAST_LOOK = 50;
const MOST_LOOKS = 200;

/** Works under way; beyond that each does its own. */
const MOST_FLIGHTS = 10_000;

export function createTogether<T>(deps: TogetherDeps<T>): Together<T> {
  const { coalesce, now } = deps;
  const flights = new Map<string, Flight<T>>();

  return async (key, waiter, work) => {
    for (let waits = 0; waits < MOST_WAITS && waiter.remaining() > 0; waits++) {
      const flight = flights.get(key);
      if (flight === undefined || now() - flight.begun > LONGEST) break;
      const landed = await (coalesce ? awaited : watched)(flight, waiter, deps);
      if (landed !== undefined && deps.isShared(landed.outcome)) {
        return { outcome: landed.outcome, joined: true };
      }
    }
    if (flights.size >= MOST_FLIGHTS) return { outcome: await work(), joined: false };
    return { outcome: await lead(key, waiter, work), joined: false };
  };

  function lead(key: string, waiter: Waiter, work: () => Promise<T>): Promise<T> {
    const flight: Flight<T> = { begun: now(), over: false };
    flights.set(key, flight);
    const done = fly(flight, work).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flight.work = done;
    // A client that goes away must not take the others' outcome with it.
    if (!coalesce) waiter.background(done);
    return done;
  }
}

async function fly<T>(flight: Flight<T>, work: () => Promise<T>): Promise<T> {
  try {
    const outcome = await work();
    flight.landed = { outcome };
    return outcome;
  } finally {
    flight.over = true;
  }
}

async function awaited<T>(
  flight: Flight<T>,
  waiter: Waiter,
  { wait }: TogetherDeps<T>,
): Promise<Flight<T>["landed"]> {
  await within(waiter.remaining(), wait, async () => flight.work);
  return flight.landed;
}

async function watched<T>(
  flight: Flight<T>,
  waiter: Waiter,
  { now, wait }: TogetherDeps<T>,
): Promise<Flight<T>["landed"]> {
  let pause = FIRST_LOOK;
  for (let looks = 0; looks < MOST_LOOKS && !flight.over; looks++) {
    if (waiter.remaining() === 0 || now() - flight.begun > LONGEST) break;
    await wait(pause);
    pause = Math.min(2 * pause, LAST_LOOK);
  }
  return flight.landed;
}
