/**
 * The body of a request: whole, of no more than a message's length, and not waited for without end.
 *
 * @module
 */
import { type Wait, within } from "../cache/time-limit.ts";
import { joined } from "../octets.ts";
import type { Deps } from "./deps.ts";

/** Undefined where the body does not come, or not in time. Of one that is too long, the beginning. */
export type ReadBody = (
  request: Request,
  length: string | null,
) => Promise<ArrayBuffer | Uint8Array | undefined>;

/** Milliseconds: who sends a body more slowly holds a place that others need. */
export const BODY_TIMEOUT = 4_000;

/** A DNS message's length is 16 bits wherever it is carried with one (RFC 1035 §4.2.2). */
export const LONGEST_MESSAGE = 65_535;

/** HTTP holds a body to the length that it tells, and a runtime reads such a body whole at less cost. */
export function bodyReader({
  wait,
  requestsShare,
}: Pick<Deps, "wait" | "requestsShare">): ReadBody {
  // Where each request needs a timer of its own it costs half as much as all else of the request: the platform ends it there.
  const limited = requestsShare ? sharedLimit(BODY_TIMEOUT, wait) : settled;
  return (request, length) =>
    length === null ? readInTime(request, wait) : limited(request.arrayBuffer());
}

async function readInTime(request: Request, wait: Wait): Promise<Uint8Array | undefined> {
  const read = await within(BODY_TIMEOUT, wait, () => readChunks(request.body));
  return read.kind === "done" ? read.value : undefined;
}

type Limit = <T>(work: Promise<T>) => Promise<T | undefined>;

function settled<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(() => undefined);
}

/** How often it is looked whose time is over, in milliseconds. */
const TICK = 250;

/** One timer for all that is waited for: a timer for each request would cost more than a lookup from memory. */
export function sharedLimit(ms: number, wait: Wait): Limit {
  /** Who gives up at which tick; the first to give up comes first. */
  const waiting = new Map<() => void, number>();
  let ticks = 0;
  let isTicking = false;

  async function tick(): Promise<void> {
    isTicking = true;
    while (waiting.size > 0) {
      await wait(TICK);
      ticks++;
      for (const [giveUp, at] of waiting) {
        if (at > ticks) break;
        giveUp();
      }
    }
    isTicking = false;
  }

  return <T>(work: Promise<T>) =>
    new Promise<T | undefined>((resolve) => {
      const done = (value?: T) => {
        waiting.delete(done);
        resolve(value);
      };
      waiting.set(done, ticks + Math.ceil(ms / TICK));
      if (!isTicking) void tick();
      work.then(done, () => done());
    });
}

/**
 * The octets as they come: of more than a message holds, the beginning.
 *
 * What follows is read too, up to {@link MOST_DRAINED}: over HTTP/2 a client that is answered before it has sent all
 * may see its stream reset in place of the answer.
 */
async function readChunks(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  while (length <= MOST_DRAINED) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks);
    if (length <= LONGEST_MESSAGE) chunks.push(value);
    length += value.byteLength;
  }
  await reader.cancel().catch(() => undefined);
  return joined(chunks);
}

/** Octets. */
const MOST_DRAINED = 1024 * 1024;
