/**
 * Executes a Go template over its data (pkg.go.dev/text/template).
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";
import { FUNCTIONS } from "./functions.ts";
import type { Command, Node, Operand, Pipe } from "./tree.ts";
import { inOrder, isList, isMap, print, truth, typeOf, type Value } from "./values.ts";

/** What all templates of one reply may spend together: the Corefile is anybody's. */
export interface Budget {
  steps: number;
  characters: number;
}

/** Enough for a thousand records; a loop over a million ends early. */
export function fullBudget(): Budget {
  return { steps: 20_000, characters: 200_000 };
}

/** The text that the template makes of `data`, or why it does not. */
export function execute(
  nodes: readonly Node[],
  data: Value,
  budget: Budget,
): Result<string, string> {
  const run: Run = { budget, variables: [["$", data]], text: "" };
  try {
    walk(nodes, data, run);
    return ok(run.text);
  } catch (error) {
    if (error instanceof Stopped) return err(error.message);
    throw error;
  }
}

interface Run {
  readonly budget: Budget;
  /** The innermost last. */
  readonly variables: [name: string, value: Value][];
  text: string;
}

/** Go's templates end with the first error, from whatever depth: it is a throw inside this file. */
class Stopped extends Error {}

type Jump = "break" | "continue" | undefined;

function walk(nodes: readonly Node[], dot: Value, run: Run): Jump {
  for (const node of nodes) {
    spend(run);
    const jump = step(node, dot, run);
    if (jump !== undefined) return jump;
  }
  return undefined;
}

function step(node: Node, dot: Value, run: Run): Jump {
  switch (node.kind) {
    case "text":
      write(node.text, run);
      return undefined;
    case "action": {
      const value = evaluate(node.pipe, dot, run);
      if (node.pipe.variables.length === 0) write(print(value), run);
      return undefined;
    }
    case "break":
    case "continue":
      return node.kind;
    default: {
      const mark = run.variables.length;
      const jump = node.kind === "range" ? range(node, dot, run) : branch(node, dot, run);
      run.variables.length = mark;
      return jump;
    }
  }
}

type Block = Extract<Node, { body: readonly Node[] }>;

function branch(block: Block, dot: Value, run: Run): Jump {
  const value = evaluate(block.pipe, dot, run);
  if (!truth(value)) return walk(block.otherwise, dot, run);
  return walk(block.body, block.kind === "with" ? value : dot, run);
}

function range(block: Block, dot: Value, run: Run): Jump {
  const { pipe } = block;
  const mark = run.variables.length;
  const value = evaluate({ ...pipe, variables: [] }, dot, run);
  if (typeof value === "bigint" && pipe.variables.length > 1) {
    stop(`can't use ${value} to iterate over more than one variable`);
  }
  let turns = 0;
  for (const [key, element] of elements(value)) {
    turns++;
    spend(run);
    const [first, second] = pipe.variables;
    // One variable is the element, two are its key and it.
    if (second !== undefined) set(second, element, pipe.assigns, run);
    if (first !== undefined) set(first, second === undefined ? element : key, pipe.assigns, run);
    const jump = walk(block.body, element, run);
    run.variables.length = mark;
    if (jump === "break") break;
  }
  return turns === 0 ? walk(block.otherwise, dot, run) : undefined;
}

function* elements(value: Value): Iterable<readonly [Value, Value]> {
  if (isMap(value)) yield* inOrder(value);
  else if (isList(value)) for (const [at, one] of value.entries()) yield [BigInt(at), one];
  else if (typeof value === "bigint") for (let at = 0n; at < value; at++) yield [at, at];
  else if (value !== undefined) stop(`range can't iterate over ${print(value)}`);
}

function evaluate(pipe: Pipe, dot: Value, run: Run): Value {
  let value: Value;
  for (const [at, command] of pipe.commands.entries()) {
    value = call(command, dot, run, at === 0 ? [] : [value]);
  }
  for (const name of pipe.variables) set(name, value, pipe.assigns, run);
  return value;
}

/** @param last the value of the command in front, the last argument of this one */
function call(command: Command, dot: Value, run: Run, last: readonly Value[]): Value {
  spend(run);
  const [first, ...rest] = command;
  switch (first.kind) {
    case "function":
      return callFunction(first.name, rest, dot, run, last);
    case "field":
    case "variable": {
      const base = first.kind === "field" ? dot : variable(first.name, run);
      if (first.path.length === 0) break;
      const args = () => [...rest.map((one) => operand(one, dot, run)), ...last];
      return follow(base, first.path, rest.length + last.length === 0 ? undefined : args, run);
    }
    case "nil":
      return stop("nil is not a command");
    default:
  }
  if (rest.length + last.length > 0) stop("can't give argument to non-function");
  return operand(first, dot, run);
}

function callFunction(
  name: string,
  rest: readonly Operand[],
  dot: Value,
  run: Run,
  last: readonly Value[],
): Value {
  if (name === "and" || name === "or") {
    let value: Value;
    for (const one of rest) {
      value = operand(one, dot, run);
      if (truth(value) === (name === "or")) return value;
    }
    if (rest.length + last.length === 0)
      stop(`wrong number of args for ${name}: want at least 1 got 0`);
    return last.length > 0 ? last[0] : value;
  }
  const args = [...rest.map((one) => operand(one, dot, run)), ...last];
  // What a function makes of them may be as long: doubling a string forty times must end early.
  spendCharacters(
    args.reduce<number>((sum, one) => sum + size(one), 0),
    run,
  );
  const result = FUNCTIONS.get(name)?.(args);
  if (result === undefined) return stop(`function ${name} not defined`);
  return result.ok ? result.value : stop(`error calling ${name}: ${result.error}`);
}

function operand(one: Operand, dot: Value, run: Run): Value {
  spend(run);
  switch (one.kind) {
    case "constant":
      return one.value;
    case "nil":
      return undefined;
    case "field":
      return follow(dot, one.path, undefined, run);
    case "variable":
      return follow(variable(one.name, run), one.path, undefined, run);
    case "pipe":
      return follow(evaluate(one.pipe, dot, run), one.path, undefined, run);
    case "function":
      return callFunction(one.name, [], dot, run, []);
  }
}

/** @param args those of the last field, which is a method then */
function follow(
  base: Value,
  path: readonly string[],
  args: (() => Value[]) | undefined,
  run: Run,
): Value {
  let value = base;
  for (const [at, field] of path.entries()) {
    spend(run);
    value = member(value, field, at === path.length - 1 ? args : undefined);
  }
  return value;
}

function member(of: Value, field: string, args: (() => Value[]) | undefined): Value {
  if (isMap(of)) {
    if (args) stop(`${field} is not a method but has arguments`);
    return of.get(field);
  }
  if (of === undefined) return stop(`nil data; no entry for key ${JSON.stringify(field)}`);
  const isStruct = typeof of === "object" && !isList(of);
  if (!isStruct || !Object.hasOwn(of.fields, field)) {
    return stop(`can't evaluate field ${field} in type ${typeOf(of)}`);
  }
  const found = of.fields[field];
  if (typeof found === "function") {
    const result = found(args?.() ?? []);
    return result.ok ? result.value : stop(`error calling ${field}: ${result.error}`);
  }
  return args ? stop(`${field} has arguments but cannot be invoked as function`) : found;
}

function variable(name: string, run: Run): Value {
  const known = run.variables.findLast(([one]) => one === name);
  return known ? known[1] : stop(`undefined variable: ${name}`);
}

function set(name: string, value: Value, assigns: boolean, run: Run): void {
  if (!assigns) {
    run.variables.push([name, value]);
    return;
  }
  const known = run.variables.findLast(([one]) => one === name);
  if (known === undefined) stop(`undefined variable: ${name}`);
  else known[1] = value;
}

function write(text: string, run: Run): void {
  spendCharacters(text.length, run);
  run.text += text;
}

function spendCharacters(count: number, run: Run): void {
  run.budget.characters -= count;
  if (run.budget.characters < 0) stop("the templates' text is too long");
}

/** About as many characters as the value prints. */
function size(value: Value): number {
  if (typeof value === "string") return value.length;
  if (isMap(value)) return size([...value.values()]);
  return isList(value) ? value.reduce<number>((sum, one) => sum + size(one) + 1, 0) : 1;
}

function spend(run: Run): void {
  if (--run.budget.steps < 0) stop("the templates take too many steps");
}

function stop(message: string): never {
  throw new Stopped(message);
}
