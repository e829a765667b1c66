/**
 * Label selectors as the `labels` options write them: `app=web,env in (qa, prod),!legacy`.
 *
 * kubectl's `!=`, `<` and `>` are not among the operators that CoreDNS takes.
 *
 * @see kubernetes.io, "Labels and Selectors"; apimachinery `ParseToLabelSelector` and `labels.Parse`
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";

/** All requirements must hold. */
export type Selector = readonly Requirement[];

export type Requirement =
  | { readonly kind: "in" | "notin"; readonly label: string; readonly values: readonly string[] }
  | { readonly kind: "exists" | "missing"; readonly label: string };

/** Reads a selector; the error is a sentence without its full stop that quotes what was found. */
export function parseSelector(text: string): Result<Selector, string> {
  const tokens = text.match(TOKEN) ?? [];
  const selector: Requirement[] = [];
  let at = 0;
  while (at < tokens.length) {
    const read = requirement(tokens, at);
    if (!read.ok) return read;
    selector.push(read.value.requirement);
    at = read.value.next;
    if (at === tokens.length) return ok(selector);
    if (tokens[at] !== "," || at + 1 === tokens.length) {
      return err(`a comma and a requirement must follow: received ${found(tokens, at)}`);
    }
    at++;
  }
  return ok(selector);
}

/** Whether an object with these labels is selected. A label that is absent satisfies `!=` and `notin`. */
export function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every((requirement) => meets(requirement, labels));
}

function meets(requirement: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, requirement.label) ? labels[requirement.label] : undefined;
  switch (requirement.kind) {
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "notin":
      return value === undefined || !requirement.values.includes(value);
    case "exists":
      return value !== undefined;
    case "missing":
      return value === undefined;
  }
}

const TOKEN = /[(),]|!=|==|=|!|[^\s(),=!]+/g;

/** A label's value, and its key behind the prefix: `-_.` stand only between letters and digits. */
const VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)$/;
const PREFIX = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

function isKey(text: string): boolean {
  const slash = text.indexOf("/");
  const prefix = text.slice(0, Math.max(0, slash));
  return (
    (slash < 0 || (prefix.length < 254 && PREFIX.test(prefix))) && VALUE.test(text.slice(slash + 1))
  );
}

interface Read<T> {
  readonly next: number;
  readonly requirement: T;
}

function requirement(tokens: readonly string[], at: number): Result<Read<Requirement>, string> {
  const negated = tokens[at] === "!";
  const start = negated ? at + 1 : at;
  const label = tokens[start];
  if (label === undefined || !isKey(label)) {
    return err(`a requirement begins with a label: received ${found(tokens, start)}`);
  }
  const next = start + 1;
  if (negated) return ok({ next, requirement: { kind: "missing", label } });
  const operator = tokens[next];
  if (operator === "in" || operator === "notin") {
    const values = list(tokens, next + 1);
    if (!values.ok) return values;
    const { next: behind, requirement: names } = values.value;
    return ok({ next: behind, requirement: { kind: operator, label, values: names } });
  }
  if (operator === "!=") return err("the operators are =, ==, in, notin and !: received !=");
  if (operator !== "=" && operator !== "==") {
    return ok({ next, requirement: { kind: "exists", label } });
  }
  const kind = "in";
  const value = tokens[next + 1];
  // `app=` asks for the empty value.
  if (value === undefined || value === ",") {
    return ok({ next: next + 1, requirement: { kind, label, values: [""] } });
  }
  if (!VALUE.test(value)) {
    return err(`${label}${operator} takes a value: received ${found(tokens, next + 1)}`);
  }
  return ok({ next: next + 2, requirement: { kind, label, values: [value] } });
}

/** `(a, b)`; nothing between brackets and commas is the empty value. */
function list(tokens: readonly string[], at: number): Result<Read<readonly string[]>, string> {
  if (tokens[at] !== "(") return err(`in and notin take (VALUE, …): received ${found(tokens, at)}`);
  const values: string[] = [];
  for (let next = at + 1; ; next++) {
    const token = tokens[next];
    const isEmpty = token === "," || token === ")";
    if (!isEmpty && (token === undefined || !VALUE.test(token))) {
      return err(`a value must stand between the brackets: received ${found(tokens, next)}`);
    }
    values.push(isEmpty ? "" : token);
    if (!isEmpty) next++;
    if (tokens[next] === ")") return ok({ next: next + 1, requirement: values });
    if (tokens[next] !== ",") {
      return err(`the values end with a bracket: received ${found(tokens, next)}`);
    }
  }
}

function found(tokens: readonly string[], at: number): string {
  return tokens[at] ?? "nothing";
}
