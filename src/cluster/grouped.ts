/**
 * Rows by the group that they are in, in two arrays of integers: an index that costs next to nothing to build.
 *
 * @module
 */

/** Where a row is in no group. */
export const NO_GROUP = -1;

/**
 * The rows of each group in their order; those of {@link NO_GROUP} are a group too.
 *
 * @param groupOf of each row, its group: from {@link NO_GROUP} on, below `groups`
 */
export function grouped(
  groupOf: ArrayLike<number>,
  groups: number,
): (group: number) => readonly number[] {
  // Group g ends up at ends[g + 1]: counted, summed up, then filled from behind.
  const ends = new Int32Array(groups + 1);
  for (let row = 0; row < groupOf.length; row++) change(ends, (groupOf[row] as number) + 1, 1);
  for (let at = 1; at < ends.length; at++) change(ends, at, ends[at - 1] as number);
  const starts = ends.slice();
  const rows = new Int32Array(groupOf.length);
  for (let row = groupOf.length - 1; row >= 0; row--) {
    rows[change(starts, (groupOf[row] as number) + 1, -1)] = row;
  }
  return (group) => Array.from(rows.subarray(starts[group + 1], ends[group + 1]));
}

/** @returns what it is then */
function change(numbers: Int32Array, at: number, by: number): number {
  const now = (numbers[at] as number) + by;
  numbers[at] = now;
  return now;
}
