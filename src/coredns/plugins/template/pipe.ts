/**
 * Reads what stands between `{{` and `}}`: `$x := index .Match 1 | printf "%s."`.
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";
import { isFunction } from "./functions.ts";
import type { Token } from "./lex.ts";
import type { Command, Operand, Pipe } from "./tree.ts";

export interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
  /** Those that can be seen; declarations and assignments add to them. */
  readonly variables: string[];
  depth: number;
}

const DEEPEST = 50;

/** All tokens, or up to the `)` of an inner pipeline, which is taken. */
export function readPipe(cursor: Cursor, mostVariables: number): Result<Pipe, string> {
  const declared = readVariables(cursor, mostVariables);
  if (!declared.ok) return declared;
  const { variables, assigns } = declared.value;
  const commands: Command[] = [];
  for (;;) {
    const command = readCommand(cursor);
    if (!command.ok) return command;
    if (commands.length > 0 && isValue(command.value[0])) {
      return err(`non executable command in pipeline stage ${commands.length + 1}`);
    }
    commands.push(command.value);
    if (!takeSign(cursor, "|")) break;
  }
  const next = cursor.tokens[cursor.at];
  if (next === undefined ? cursor.depth > 0 : !(cursor.depth > 0 && isSign(next, ")"))) {
    return next ? unexpected(next) : err("unclosed left paren");
  }
  cursor.at++;
  return ok({ variables, assigns, commands });
}

function readVariables(
  cursor: Cursor,
  most: number,
): Result<{ variables: string[]; assigns: boolean }, string> {
  const variables: string[] = [];
  let at = cursor.at;
  for (; cursor.tokens[at]?.kind === "variable"; at++) {
    variables.push((cursor.tokens[at] as Token).text);
    if (!isSign(cursor.tokens[at + 1], ",")) break;
    at++;
  }
  const sign = cursor.tokens[at + 1];
  const assigns = isSign(sign, "=");
  const declares = cursor.tokens[at]?.kind === "variable" && (assigns || isSign(sign, ":="));
  if (variables.length === 0 || !declares) {
    return ok({ variables: [], assigns: false });
  }
  if (variables.length > most) return err("too many declarations");
  // Whether an assigned variable is there shows when it is executed, as in Go.
  cursor.variables.push(...variables);
  cursor.at = at + 2;
  return ok({ variables, assigns });
}

function readCommand(cursor: Cursor): Result<Command, string> {
  const operands: Operand[] = [];
  for (let next = cursor.tokens[cursor.at]; next; next = cursor.tokens[cursor.at]) {
    if (isSign(next, "|") || isSign(next, ")")) break;
    if (operands.length > 0 && !next.apart) return unexpected(next);
    const operand = readOperand(cursor, next);
    if (!operand.ok) return operand;
    operands.push(operand.value);
  }
  const [first, ...rest] = operands;
  return first === undefined ? err("missing value for command") : ok([first, ...rest]);
}

function readOperand(cursor: Cursor, token: Token): Result<Operand, string> {
  cursor.at++;
  switch (token.kind) {
    case "field":
      return ok({ kind: "field", path: [token.text, ...readPath(cursor)] });
    case "variable":
      if (!cursor.variables.includes(token.text)) {
        return err(`undefined variable ${JSON.stringify(token.text)}`);
      }
      return ok({ kind: "variable", name: token.text, path: readPath(cursor) });
    case "string":
      return ok({ kind: "constant", value: token.text });
    case "number":
      return readNumber(token.text);
    case "word":
      return readWord(token.text);
    case "sign":
      if (token.text === ".") return ok({ kind: "field", path: [] });
      return token.text === "(" ? readInner(cursor) : unexpected(token);
  }
}

/** The fields that stand behind a value without white space. */
function readPath(cursor: Cursor): string[] {
  const path: string[] = [];
  for (let next = cursor.tokens[cursor.at]; next?.kind === "field" && !next.apart; ) {
    path.push(next.text);
    next = cursor.tokens[++cursor.at];
  }
  return path;
}

function readInner(cursor: Cursor): Result<Operand, string> {
  if (++cursor.depth > DEEPEST) return err(`parentheses may stand ${DEEPEST} deep`);
  const pipe = readPipe(cursor, 1);
  cursor.depth--;
  if (!pipe.ok) return pipe;
  return ok({ kind: "pipe", pipe: pipe.value, path: readPath(cursor) });
}

function readWord(word: string): Result<Operand, string> {
  if (word === "true" || word === "false") return ok({ kind: "constant", value: word === "true" });
  if (word === "nil") return ok({ kind: "nil" });
  if (isFunction(word)) return ok({ kind: "function", name: word });
  return err(`function ${JSON.stringify(word)} not defined`);
}

function readNumber(text: string): Result<Operand, string> {
  const plain = text.replaceAll("_", "");
  const digits = /^([+-]?)(0[xX][0-9A-Fa-f]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)$/.exec(plain);
  if (digits && plain.length <= 66) {
    const [, sign, value = ""] = digits;
    const number = BigInt(/^0[0-7]/.test(value) ? `0o${value.slice(1)}` : value.toLowerCase());
    return ok({ kind: "constant", value: sign === "-" ? -number : number });
  }
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(plain)) {
    return ok({ kind: "constant", value: Number(plain) });
  }
  return err(`bad number syntax: ${JSON.stringify(text)}`);
}

function isValue(operand: Operand): boolean {
  return operand.kind === "constant" || operand.kind === "nil" || isDot(operand);
}

function isDot(operand: Operand): boolean {
  return operand.kind === "field" && operand.path.length === 0;
}

function takeSign(cursor: Cursor, sign: string): boolean {
  if (!isSign(cursor.tokens[cursor.at], sign)) return false;
  cursor.at++;
  return true;
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === "sign" && token.text === sign;
}

function unexpected(token: Token): { ok: false; error: string } {
  return err(`unexpected ${JSON.stringify(token.text)} in operand`);
}
