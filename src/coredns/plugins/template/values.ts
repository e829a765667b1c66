/**
 * What a Go template computes with, and how Go prints it (pkg.go.dev/fmt).
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";

/** Integers are `bigint`, of whatever size in Go; undefined is what a map has not, Go's `<no value>`. */
export type Value =
  | undefined
  | string
  | boolean
  | bigint
  | number
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | Struct;

export interface Struct {
  /** Its name in Go, for error messages. */
  readonly type: string;
  readonly fields: Readonly<Record<string, Value | Method>>;
  /** How it prints. */
  readonly text: string;
}

export type Method = (args: readonly Value[]) => Result<Value, string>;

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Go's name of the value's type. */
export function typeOf(value: Value): string {
  if (value === undefined) return "nil";
  if (isMap(value)) return "map[string]string";
  if (isList(value)) return "[]string";
  if (typeof value === "object") return value.type;
  return NAMES[typeof value as keyof typeof NAMES];
}

const NAMES = { string: "string", boolean: "bool", bigint: "int", number: "float64" } as const;

/** Empty strings, lists and maps are false, and so are zero and nothing. */
export function truth(value: Value): boolean {
  if (isMap(value)) return value.size > 0;
  if (isList(value)) return value.length > 0;
  return Boolean(value);
}

export function print(value: Value): string {
  if (value === undefined) return "<no value>";
  if (isMap(value))
    return `map[${inOrder(value)
      .map(([at, one]) => `${at}:${print(one)}`)
      .join(" ")}]`;
  if (isList(value)) return `[${value.map(print).join(" ")}]`;
  return typeof value === "object" ? value.text : String(value);
}

/** As a function prints it: Go's `fmt` has its own word for nothing. */
export function printArgument(value: Value): string {
  return value === undefined ? "<nil>" : print(value);
}

/** As Go ranges over a map: by key. */
export function inOrder(map: ReadonlyMap<string, Value>): (readonly [string, Value])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `%08d` of that many columns at most. */
const WIDEST = 1000;

/** Go's `Sprintf`, with the verbs of strings, numbers and booleans; what does not fit is printed as Go complains about it. */
export function format(pattern: string, args: readonly Value[]): Result<string, string> {
  let printed = "";
  let at = 0;
  let next = 0;
  for (const found of pattern.matchAll(VERB)) {
    const [all, flags = "", width, precision, verb = ""] = found;
    printed += pattern.slice(at, found.index);
    at = found.index + all.length;
    if (Number(width ?? 0) > WIDEST || Number(precision ?? 0) > WIDEST) {
      return err(`printf pads to ${WIDEST} columns at most: received ${all}`);
    }
    if (verb === "%") printed += "%";
    else if (verb === "") printed += "%!(NOVERB)";
    else if (next >= args.length) printed += `%!${verb}(MISSING)`;
    else printed += padded(verbOf(args[next++], verb, flags, precision), flags, Number(width ?? 0));
  }
  printed += pattern.slice(at);
  const extra = args.slice(next).map(typed);
  return ok(extra.length === 0 ? printed : `${printed}%!(EXTRA ${extra.join(", ")})`);
}

const VERB = /%([-+# 0]*)([0-9]+)?(?:\.([0-9]*))?(\p{L}|%|)/gu;

function verbOf(value: Value, verb: string, flags: string, precision: string | undefined): string {
  const bad = `%!${verb}(${typed(value)})`;
  if (verb === "v") return printArgument(value);
  if (verb === "T") return value === undefined ? "<nil>" : typeOf(value);
  if (isList(value))
    return `[${value.map((one) => verbOf(one, verb, flags, precision)).join(" ")}]`;
  switch (typeof value) {
    case "string":
      return ofString(value, verb, precision) ?? bad;
    case "boolean":
      return verb === "t" ? String(value) : bad;
    case "bigint":
      return ofInteger(value, verb, flags) ?? bad;
    case "number":
      if (verb === "f") return value.toFixed(Math.min(100, Number(precision ?? 6)));
      return verb === "g" ? String(value) : bad;
    default:
      return verb === "s" && value !== undefined ? print(value) : bad;
  }
}

function typed(value: Value): string {
  return value === undefined ? "<nil>" : `${typeOf(value)}=${print(value)}`;
}

function ofString(value: string, verb: string, precision: string | undefined): string | undefined {
  const characters = [...value];
  const cut = precision === undefined ? value : characters.slice(0, Number(precision)).join("");
  if (verb === "s") return cut;
  if (verb === "q") return JSON.stringify(cut);
  if (verb !== "x" && verb !== "X") return undefined;
  const octets = [...new TextEncoder().encode(value)];
  const hex = octets.map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return verb === "x" ? hex : hex.toUpperCase();
}

function ofInteger(value: bigint, verb: string, flags: string): string | undefined {
  if (verb === "c" || verb === "q") {
    const isPoint = value >= 0n && value <= 0x10ffffn;
    const char = isPoint ? String.fromCodePoint(Number(value)) : "\ufffd";
    return verb === "c" ? char : quotedCharacter(char);
  }
  const base = BASES[verb];
  if (base === undefined) return undefined;
  const digits = value.toString(base);
  const prefix = flags.includes("#") ? (PREFIXES[verb] ?? "") : "";
  const signed = flags.includes("+") && value >= 0n ? `+${digits}` : digits;
  const whole = signed.replace(/^([+-]?)/, `$1${prefix}`);
  return verb === "X" ? whole.toUpperCase() : whole;
}

function quotedCharacter(char: string): string {
  const code = char.codePointAt(0) as number;
  if (char === "'" || char === "\\") return `'\\${char}'`;
  return code < 0x20 || code === 0x7f ? `'\\x${code.toString(16).padStart(2, "0")}'` : `'${char}'`;
}

const BASES: Readonly<Record<string, number>> = { d: 10, x: 16, X: 16, o: 8, b: 2 };
const PREFIXES: Readonly<Record<string, string>> = { x: "0x", X: "0X", o: "0", b: "0b" };

function padded(text: string, flags: string, width: number): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
