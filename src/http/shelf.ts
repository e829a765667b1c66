/**
 * A bounded store: what was put there first makes room.
 *
 * @module
 */
export interface Shelf<T> {
  get(key: string): T | undefined;
  /** In place of what stood there under that key. */
  put(key: string, value: T): void;
  drop(key: string): void;
  /** Of all that stands there, in the unit of `sizeOf`. */
  size(): number;
}

/** @param sizeOf is asked again when a value goes: it must give the same for the same value */
export function createShelf<T>(most: number, sizeOf: (key: string, value: T) => number): Shelf<T> {
  const values = new Map<string, T>();
  let size = 0;
  const drop = (key: string): void => {
    const value = values.get(key);
    if (value === undefined) return;
    values.delete(key);
    size -= sizeOf(key, value);
  };
  return {
    get: (key) => values.get(key),
    put(key, value) {
      drop(key);
      values.set(key, value);
      size += sizeOf(key, value);
      for (const oldest of values.keys()) {
        if (size <= most) break;
        drop(oldest);
      }
    },
    drop,
    size: () => size,
  };
}
