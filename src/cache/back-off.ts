/**
 * How long something that failed is left alone: twice as long each time, up to a limit.
 *
 * @module
 */

export interface Rest {
  /** On the caller's clock, milliseconds. */
  readonly until: number;
  /** Milliseconds. */
  readonly length: number;
}

/** Milliseconds. */
export interface RestLimits {
  readonly first: number;
  readonly longest: number;
}

/**
 * The rest after a failure at `now`.
 *
 * @param before the rest after the failure before it; undefined where there was none, or all went well since
 */
export function restAfter(before: Rest | undefined, now: number, limits: RestLimits): Rest {
  // Work that was under way together fails together: that is one failure.
  if (before !== undefined && now < before.until) return before;
  const isLongAgo = before === undefined || now - before.until > limits.longest;
  const length = isLongAgo ? limits.first : Math.min(2 * before.length, limits.longest);
  return { until: now + length, length };
}
