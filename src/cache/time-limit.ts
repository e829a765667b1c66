/**
 * Work that is given up when its time is over: no store and no upstream is ever waited for without end.
 *
 * @module
 */

/** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

export type Limited<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "threw" }
  | { readonly kind: "timeout" };

/**
 * Waits for `work`, but no longer than `ms`. The signal that `work` is given is aborted when the outcome is known; what it says
 * or throws after that is not looked at.
 */
export async function within<T>(
  ms: number,
  wait: Wait,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Limited<T>> {
  const controller = new AbortController();
  try {
    return await Promise.race([
      settle(work, controller.signal),
      wait(ms, controller.signal).then((): Limited<T> => ({ kind: "timeout" })),
    ]);
  } finally {
    // With a reason given, no DOMException is made for each of a server's waits.
    controller.abort(KNOWN);
  }
}

const KNOWN = "the outcome is known";

async function settle<T>(
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<Limited<T>> {
  try {
    return { kind: "done", value: await work(signal) };
  } catch {
    return { kind: "threw" };
  }
}
