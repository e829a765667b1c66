/**
 * Columns of texts and of addresses: a hundred thousand strings are dear to make and to keep, and hardly any of them is
 * ever looked at.
 *
 * @module
 */
import { addressKey } from "./indexes.ts";
import { ipv4Number } from "./ipv4.ts";

/** Texts without blanks, kept as one with blanks between them. */
export class TextColumn {
  readonly joined: string;
  readonly #ends: Int32Array;

  /** @param length how many texts they are; those that are missing are empty */
  constructor(joined: string, length: number) {
    this.joined = joined;
    this.#ends = new Int32Array(length).fill(joined.length);
    for (let row = 0, end = joined.indexOf(BLANK); end >= 0 && row < length; row++) {
      this.#ends[row] = end;
      end = joined.indexOf(BLANK, end + 1);
    }
  }

  get length(): number {
    return this.#ends.length;
  }

  at(row: number): string {
    return this.joined.slice(this.from(row), this.to(row));
  }

  /** Where in `joined` the text begins, and the place behind it. */
  from(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] as number) + 1;
  }

  to(row: number): number {
    return this.#ends[row] as number;
  }
}

export function textColumn(texts: readonly string[]): TextColumn {
  return new TextColumn(texts.join(BLANK), texts.length);
}

/** How many texts `joined` is made of, if it is made of any. */
export function textsIn(joined: string): number {
  let texts = 1;
  for (let at = joined.indexOf(BLANK); at >= 0; at = joined.indexOf(BLANK, at + 1)) texts++;
  return texts;
}

const BLANK = " ";

/**
 * The rows of a column by the addresses in it, of which a row may have several with commas between. Addresses to look
 * for are in their canonical form; rows come in their order.
 *
 * The first IPv4 address of a row stands in a hash table of numbers, which takes a fifth of a Map of texts and is made in
 * a tenth of its time; other addresses stand in a Map.
 */
export function rowsByAddress(column: TextColumn): (address: string) => readonly number[] {
  const numbers = new Uint32Array(column.length);
  const others = new Map<string, number | number[]>();
  const bits = Math.ceil(Math.log2(column.length * 2 + 2));
  const first = new Int32Array(2 ** bits).fill(NO_ROW);
  /** Behind each row the next that has the same address. */
  const next = new Int32Array(column.length).fill(NO_ROW);
  const placeOf = (number: number): number => {
    let place = Math.imul(number, SPREAD) >>> (32 - bits);
    for (;;) {
      const row = first[place] as number;
      if (row === NO_ROW || numbers[row] === number) return place;
      place = (place + 1) & (first.length - 1);
    }
  };
  for (let row = 0; row < column.length; row++) {
    const from = column.from(row);
    const to = column.to(row);
    if (from >= to) continue;
    const own = ipv4Number(column.joined, from, to) ?? ownOfSeveral(column.at(row), row, others);
    if (own === undefined) continue;
    numbers[row] = own;
    const place = placeOf(own);
    next[row] = first[place] as number;
    first[place] = row;
  }
  return (address) => {
    const rows = [...rowsAt(others, address)];
    const number = ipv4Number(address);
    if (number !== undefined) {
      for (let row = first[placeOf(number)] as number; row !== NO_ROW; row = next[row] as number) {
        rows.push(row);
      }
    }
    return rows.sort((a, b) => a - b);
  };
}

/** The first IPv4 address of several; the others are put among `others`. */
function ownOfSeveral(
  text: string,
  row: number,
  others: Map<string, number | number[]>,
): number | undefined {
  let own: number | undefined;
  for (const address of text.split(",")) {
    const number = own === undefined ? ipv4Number(address) : undefined;
    if (number === undefined) addRow(others, addressKey(address), row);
    own ??= number;
  }
  return own;
}

const NO_ROW = -1;

/** 2³² divided by the golden ratio: neighbouring numbers come to stand far apart. */
const SPREAD = 0x9e3779b1;

/** Most keys have one row only, and a list for each would take more than all else. */
export function addRow<K>(map: Map<K, number | number[]>, key: K, row: number): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, row);
  else if (typeof there === "number") map.set(key, [there, row]);
  else there.push(row);
}

export function rowsAt<K>(
  map: ReadonlyMap<K, number | readonly number[]>,
  key: K,
): readonly number[] {
  const there = map.get(key);
  if (there === undefined) return NONE;
  return typeof there === "number" ? [there] : there;
}

const NONE: readonly never[] = Object.freeze([]);
