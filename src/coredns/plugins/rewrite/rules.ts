/**
 * A rule of `rewrite` from its words.
 *
 * @module
 */
import { TYPES } from "../../../dns/types.ts";
import { err, ok, type Result } from "../../../result.ts";
import { wrong } from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import type { SetupError } from "../../plugin.ts";
import { edns0Rule } from "./edns0.ts";
import { nameRule } from "./name.ts";
import { cnameRule, rcodeRule, ttlRule } from "./reply.ts";
import type { Rule } from "./rule.ts";

export interface OrderedRule {
  readonly rule: Rule;
  /** Whether the rules behind are still looked at where this one matched. */
  readonly continues: boolean;
}

export function readRule(directive: Directive): Result<OrderedRule, SetupError> {
  const words = wordsOf(directive);
  if (!words.ok) return wrong(directive, `rewrite ${words.error}`);
  const [first = "", ...behind] = words.value;
  const mode = first.toLowerCase();
  const hasMode = mode === "continue" || mode === "stop";
  const [field = "", ...args] = hasMode ? behind : words.value;
  const rule = readField(field, args);
  if (!rule.ok) return wrong(directive, `rewrite ${rule.error}`);
  return ok({ rule: rule.value, continues: mode === "continue" });
}

/** A rule with less than two words on its line goes on in its block, whose lines are one list of words. */
function wordsOf({ args, block }: Directive): Result<readonly string[], string> {
  if (block.length === 0) return ok(args);
  if (args.length > 1) return err(`takes its rule on one line or in a block: received both`);
  const nested = block.find((line) => line.block.length > 0);
  if (nested) return err(`takes no block inside of its block: received one behind ${nested.name}`);
  return ok([...args, ...block.flatMap((line) => [line.name, ...line.args])]);
}

const FIELDS: ReadonlyMap<string, (args: readonly string[]) => Result<Rule, string>> = new Map([
  ["name", nameRule],
  ["type", typeRule],
  ["class", classRule],
  ["edns0", edns0Rule],
  ["ttl", ttlRule],
  ["rcode", rcodeRule],
  ["cname", cnameRule],
]);

function readField(field: string, args: readonly string[]): Result<Rule, string> {
  const read = FIELDS.get(field.toLowerCase());
  if (read) return read(args);
  if (field.toLowerCase() === "answer") {
    return err("takes answer rules only behind a name rule: received answer");
  }
  const known = [...FIELDS.keys()].join(", ");
  return err(`takes [continue|stop] and one of ${known}: received ${field || "nothing"}`);
}

function typeRule(args: readonly string[]): Result<Rule, string> {
  const read = twoOf("type", args, (word) => (Object.hasOwn(TYPES, word) ? word : undefined), "A");
  if (!read.ok) return read;
  const { from, to, did } = read.value;
  const rewritten = { changes: { type: to }, did };
  return ok({ apply: ({ type }) => (type === from ? rewritten : undefined) });
}

function classRule(args: readonly string[]): Result<Rule, string> {
  const read = twoOf("class", args, (word) => CLASSES.get(word), "IN");
  if (!read.ok) return read;
  const { from, to, did } = read.value;
  const rewritten = { changes: { class: to }, did };
  return ok({ apply: (question) => (question.class === from ? rewritten : undefined) });
}

/** RFC 1035 §3.2.4, RFC 2136 §1.3. */
const CLASSES: ReadonlyMap<string, number> = new Map([
  ["IN", 1],
  ["CS", 2],
  ["CH", 3],
  ["HS", 4],
  ["NONE", 254],
  ["ANY", 255],
]);

function twoOf<T>(
  field: string,
  args: readonly string[],
  read: (word: string) => T | undefined,
  example: string,
): Result<{ readonly from: T; readonly to: T; readonly did: string }, string> {
  const [from, to] = args.map((word) => read(word.toUpperCase()));
  if (args.length !== 2) {
    return err(`${field} takes FROM and TO: received ${args.join(" ") || "nothing"}`);
  }
  if (from === undefined || to === undefined) {
    const odd = args[from === undefined ? 0 : 1];
    return err(`${field} takes a ${field} such as ${example}: received ${odd}`);
  }
  return ok({ from, to, did: `${field} ${args.map((word) => word.toUpperCase()).join(" to ")}` });
}
