/**
 * Reading JSON of unknown origin: places in it, and the first thing that is wrong.
 *
 * A {@link Place} is a value with the way to it, so that an error can say `$.items[3].spec.ports[0].port`; the
 * path is only spelled when something is wrong, since a large dump has millions of places. What is absent or
 * `null` (kubectl prints both) is `undefined`; what has the wrong type is reported and then read as absent.
 *
 * @module
 */
import { addressFamily } from "../dns/address.ts";
import { printable } from "../printable.ts";
import { ipv4Number } from "./ipv4.ts";

export interface ListError {
  /** JSON path: `$.items[3].spec.ports[0].port`. */
  readonly path: string;
  /** What the value there takes and what was found, to be read behind the path. */
  readonly message: string;
}

/** Holds the first error of one reading. */
export interface Report {
  error: ListError | undefined;
}

export interface Place {
  readonly value: unknown;
  readonly key: string | number;
  readonly above: Place | undefined;
  readonly report: Report;
}

/** The place of the whole document. */
export function rootPlace(value: unknown, report: Report): Place {
  return { value, key: "$", above: undefined, report };
}

/** The place of `key` in the object at `place`; only the object's own properties count (`constructor` is none). */
export function member(place: Place, key: string): Place {
  const { value, report } = place;
  let inner: unknown;
  if (isObject(value)) inner = Object.hasOwn(value, key) ? value[key] : undefined;
  else if (isPresent(place)) complain(place, "an object");
  return { value: inner, key, above: place, report };
}

export function isPresent(place: Place): boolean {
  return place.value !== undefined && place.value !== null;
}

export function textOf(place: Place): string | undefined {
  const { value } = place;
  if (typeof value !== "string") {
    if (isPresent(place)) complain(place, "a string");
    return undefined;
  }
  if (value.length <= LONGEST_TEXT) return value;
  note(place, `takes at most ${LONGEST_TEXT} characters: received ${value.length}`);
  return undefined;
}

/** A string that is one of `words`; the empty string is absent. */
export function wordOf<Word extends string>(
  place: Place,
  words: readonly Word[],
): Word | undefined {
  if (!isPresent(place) || place.value === "") return undefined;
  const word = words.find((word) => word === place.value);
  if (word === undefined) complain(place, `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`);
  return word;
}

export function flagOf(place: Place): boolean | undefined {
  if (typeof place.value === "boolean") return place.value;
  if (isPresent(place)) complain(place, "true or false");
  return undefined;
}

export function integerOf(place: Place, low: number, high: number): number | undefined {
  const { value } = place;
  if (!isPresent(place)) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) {
    return value;
  }
  complain(place, `a number from ${low} to ${high}`);
  return undefined;
}

/** The places of the elements; empty where there is no array. */
export function listOf(place: Place): readonly Place[] {
  return everyOf(place, (element) => element);
}

/** An array of strings. */
export function textsOf(place: Place): readonly string[] {
  return everyOf(place, (element) => textOf(solid(element)));
}

/** An array of addresses, as they are spelled. */
export function addressesOf(place: Place, family?: 4 | 6): readonly string[] {
  return everyOf(place, (element) => addressOf(solid(element), family));
}

/** An address, as it is spelled; the empty string is absent. */
export function addressOf(place: Place, family?: 4 | 6): string | undefined {
  const text = textOf(place);
  if (text === undefined || text === "") return undefined;
  const found = ipv4Number(text) === undefined ? addressFamily(text) : 4;
  if (found !== undefined && (family === undefined || found === family)) return text;
  complain(place, family === undefined ? "an IP address" : `an IPv${family} address`);
  return undefined;
}

/** An object of strings. Its keys are data: none of them can reach a prototype. */
export function textMapOf(place: Place): Readonly<Record<string, string>> {
  const { value } = place;
  if (!isPresent(place)) return EMPTY;
  if (!isObject(value)) {
    complain(place, "an object");
    return EMPTY;
  }
  const keys = Object.keys(value);
  if (keys.length > MOST_ELEMENTS) {
    note(place, `takes at most ${MOST_ELEMENTS} keys: received ${keys.length}`);
  }
  if (keys.length === 0 || place.report.error) return EMPTY;
  // fromEntries defines properties, where an assignment to `__proto__` would set the prototype.
  return Object.fromEntries(keys.map((key) => [key, textOf(solid(member(place, key))) ?? ""]));
}

/** The places of the elements, up to the first thing that is wrong. */
export function* elementsOf(place: Place, most: number): Generator<Place> {
  const { value, report } = place;
  if (!Array.isArray(value)) {
    if (isPresent(place)) complain(place, "an array");
    return;
  }
  if (value.length > most) note(place, `takes at most ${most} elements: received ${value.length}`);
  for (let key = 0; key < value.length && report.error === undefined; key++) {
    yield { value: value[key] as unknown, key, above: place, report };
  }
}

/** The results of `read` that are not undefined, one an element. */
export function everyOf<T>(
  place: Place,
  read: (element: Place) => T | undefined,
  most: number = MOST_ELEMENTS,
): readonly T[] {
  if (Array.isArray(place.value) && place.value.length === 0) return NOTHING;
  let results: T[] | undefined;
  for (const element of elementsOf(place, most)) {
    const result = read(element);
    if (result !== undefined) {
      results ??= [];
      results.push(result);
    }
  }
  return results ?? NOTHING;
}

/** `place`, after a complaint if nothing is there. */
export function solid(place: Place): Place {
  if (!isPresent(place)) note(place, "is missing");
  return place;
}

/** Notes that the value at `place` is not what it `takes`. */
export function complain(place: Place, takes: string): void {
  note(place, `takes ${takes}: received ${received(place.value)}`);
}

/** Notes an error, unless there was one before. */
export function note(place: Place, message: string): void {
  place.report.error ??= { path: pathOf(place), message };
}

/** A sentence without its full stop. */
export function describeListError(error: ListError): string {
  return printable(`${error.path} ${error.message}`, LONGEST_SENTENCE);
}

/** Shared, so that a hundred thousand Pods without labels cost nothing; without a prototype, as whatever is looked up in it. */
export const EMPTY: Readonly<Record<string, never>> = Object.freeze(Object.create(null));
const NOTHING: readonly never[] = Object.freeze([]);

/** A path holds keys, which may be anything. */
const LONGEST_SENTENCE = 500;

/** Longer text is cut where it is shown. */
const SHOWN = 60;

/** What a ConfigMap may hold in all (`MaxSecretSize`); no other text of the API may be as long. */
const LONGEST_TEXT = 1024 * 1024;

/** More than any list of the API has within the 1.5 MiB that etcd takes for an object. */
const MOST_ELEMENTS = 20_000;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function received(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
}

function pathOf(place: Place): string {
  const steps: string[] = [];
  for (let at: Place | undefined = place; at?.above; at = at.above) {
    if (typeof at.key === "number") steps.push(`[${at.key}]`);
    else if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(at.key)) steps.push(`.${at.key}`);
    else steps.push(`[${received(at.key)}]`);
  }
  return `$${steps.reverse().join("")}`;
}
