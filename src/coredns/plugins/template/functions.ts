/**
 * The functions of a Go template, and `parseInt`, which CoreDNS adds.
 *
 * `and` and `or` stand here for their names only: they stop at the argument that decides, so they are evaluated where
 * arguments are. `call` and `js` are not known: nothing here can be called, and no record holds a script.
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";
import {
  format,
  isList,
  isMap,
  print,
  printArgument,
  truth,
  typeOf,
  type Value,
} from "./values.ts";

export type Function = (args: readonly Value[]) => Result<Value, string>;

export function isFunction(name: string): boolean {
  return name === "and" || name === "or" || FUNCTIONS.has(name);
}

export const FUNCTIONS: ReadonlyMap<string, Function> = new Map<string, Function>([
  ["not", exactly(1, ([value]) => ok(!truth(value)))],
  ["len", exactly(1, ([value]) => length(value))],
  ["index", index],
  ["slice", slice],
  ["print", (args) => ok(spaced(args))],
  ["println", (args) => ok(`${args.map(printArgument).join(" ")}\n`)],
  ["printf", printf],
  ["html", (args) => ok(escapable(args).replace(/[\0"'&<>]/g, (char) => HTML[char] as string))],
  ["urlquery", (args) => ok(urlQuery(escapable(args)))],
  ["parseInt", exactly(3, parseUint)],
  ["eq", equal],
  ["ne", exactly(2, (args) => mapped(equal(args), (same) => !same))],
  ["lt", exactly(2, ([a, b]) => less(a, b))],
  ["le", exactly(2, ([a, b]) => mapped(less(b, a), (more) => !more))],
  ["gt", exactly(2, ([a, b]) => less(b, a))],
  ["ge", exactly(2, ([a, b]) => mapped(less(a, b), (fewer) => !fewer))],
]);

function exactly(count: number, inner: Function): Function {
  return (args) =>
    args.length === count
      ? inner(args)
      : err(`wrong number of args: want ${count} got ${args.length}`);
}

function mapped(of: Result<Value, string>, change: (value: Value) => Value): Result<Value, string> {
  return of.ok ? ok(change(of.value)) : of;
}

function length(value: Value): Result<Value, string> {
  if (typeof value === "string") return ok(BigInt(new TextEncoder().encode(value).length));
  if (isList(value)) return ok(BigInt(value.length));
  return isMap(value) ? ok(BigInt(value.size)) : err(`len of type ${typeOf(value)}`);
}

function index([of, ...at]: readonly Value[]): Result<Value, string> {
  // Nothing has no elements; without a value to look into there is none either.
  if (of === undefined) return err("index of untyped nil");
  return at.reduce<Result<Value, string>>(indexed, ok(of));
}

function indexed(of: Result<Value, string>, at: Value): Result<Value, string> {
  if (!of.ok) return of;
  const { value } = of;
  if (isMap(value)) {
    // A map without the key has its element's zero value.
    return typeof at === "string" ? ok(value.get(at) ?? "") : err("value has wrong type for a key");
  }
  if (!isList(value) && typeof value !== "string") {
    return err(`can't index item of type ${typeOf(value)}`);
  }
  if (typeof at !== "bigint") return err(`cannot index slice/array with type ${typeOf(at)}`);
  if (at < 0n || at >= BigInt(value.length)) return err(`index out of range: ${at}`);
  if (isList(value)) return ok(value[Number(at)]);
  return ok(BigInt(value.charCodeAt(Number(at))));
}

function slice([of, ...at]: readonly Value[]): Result<Value, string> {
  if (!isList(of) && typeof of !== "string") return err(`can't slice item of type ${typeOf(of)}`);
  if (at.includes(undefined)) return err("cannot index slice/array with nil");
  if (at.length > 2) return err("cannot 3-index slice a string");
  const [from = 0n, to = BigInt(of.length)] = at;
  if (typeof from !== "bigint" || typeof to !== "bigint") return err("cannot slice by this type");
  if (from < 0n || from > to || to > BigInt(of.length))
    return err(`slice out of range: ${from}:${to}`);
  return ok(of.slice(Number(from), Number(to)));
}

function printf([pattern, ...args]: readonly Value[]): Result<Value, string> {
  if (typeof pattern === "string") return format(pattern, args);
  return err(`wrong type for value; expected string; got ${typeOf(pattern)}`);
}

/** Go's `Sprint`: a space only between two that are no strings. */
function spaced(args: readonly Value[]): string {
  let text = "";
  for (const [at, arg] of args.entries()) {
    const space = at > 0 && typeof arg !== "string" && typeof args[at - 1] !== "string";
    text += (space ? " " : "") + printArgument(arg);
  }
  return text;
}

function escapable(args: readonly Value[]): string {
  return spaced(args.map((arg) => (arg === undefined ? print(arg) : arg)));
}

const HTML: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

function urlQuery(text: string): string {
  const escaped = encodeURIComponent(text.toWellFormed());
  return escaped.replaceAll("%20", "+").replace(/[!'()*]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

/** `strconv.ParseUint`: digits of a base from 2 to 36 (0 goes by the prefix), into so many bits. */
function parseUint([text, base, bits]: readonly Value[]): Result<Value, string> {
  if (typeof text !== "string" || typeof base !== "bigint" || typeof bits !== "bigint") {
    return err(`parseInt takes a string, a base and a size: received ${typeOf(text)}`);
  }
  const wrong = (why: string) => err(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
  const prefix = base === 0n ? /^0(x|b|o|)(?=.)/i.exec(text) : null;
  const radix = prefix
    ? PREFIXES[(prefix[1] ?? "").toLowerCase()]
    : base === 0n
      ? 10
      : Number(base);
  if (radix === undefined || radix < 2 || radix > 36) return wrong(`invalid base ${base}`);
  if (bits < 0n || bits > 64n) return wrong(`invalid bit size ${bits}`);
  const digits = prefix ? text.slice(prefix[0].length) : text;
  if (digits === "" || digits.length > 300) return wrong("invalid syntax");
  let value = 0n;
  for (const digit of digits.toLowerCase()) {
    const worth = DIGITS.indexOf(digit);
    if (worth < 0 || worth >= radix) return wrong("invalid syntax");
    value = value * BigInt(radix) + BigInt(worth);
  }
  return value >> (bits === 0n ? 64n : bits) === 0n ? ok(value) : wrong("value out of range");
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
const PREFIXES: Readonly<Record<string, number>> = { x: 16, b: 2, o: 8, "": 8 };

/** The first against any of the others. */
function equal([first, ...others]: readonly Value[]): Result<Value, string> {
  if (others.length === 0) return err("missing argument for comparison");
  for (const other of others) {
    const comparable = first === undefined || other === undefined || typeof first === typeof other;
    if (!comparable) return err("incompatible types for comparison");
    if (typeof first === "object" || typeof other === "object") {
      return err(`non-comparable type ${typeOf(first)}`);
    }
    if (first === other) return ok(true);
  }
  return ok(false);
}

function less(a: Value, b: Value): Result<Value, string> {
  if (typeof a === "string" && typeof b === "string") return ok(a < b);
  if (typeof a === "bigint" && typeof b === "bigint") return ok(a < b);
  if (typeof a === "number" && typeof b === "number") return ok(a < b);
  return err(
    typeof a === typeof b ? "invalid type for comparison" : "incompatible types for comparison",
  );
}
