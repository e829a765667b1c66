/**
 * Numbers and lists in a sentence.
 *
 * @module
 */

/** `0 ms`, `1500 ms` as `1.5 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${rounded(ms)} ms` : `${rounded(ms / 1000)} s`;
}

/** `1 query`, `2 queries`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The first `most` of them, and how many there are more. */
export function listed(words: readonly string[], most: number): string {
  const more = words.length - most;
  return words.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function rounded(number: number): number {
  return Math.round(number * 1000) / 1000;
}
