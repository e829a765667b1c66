/**
 * The one generator of a lookup: every choice (endpoint, ids, answer order) is drawn from it, so a seed repeats them.
 *
 * @module
 */

/** From 0 to below 1, as `Math.random`. */
export type Random = () => number;

/** Marsaglia's xorshift32 over a Weyl sequence, seeded by 32 bits. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  let weyl = 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    weyl = (weyl + 0x61c88647) | 0;
    return (Math.imul(state + weyl, 0x2c1b3c6d) >>> 0) / 2 ** 32;
  };
}
