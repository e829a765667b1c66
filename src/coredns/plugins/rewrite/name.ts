/**
 * `name` rules: the question's name, and the names of the reply back again.
 *
 * @module
 */
import type { Question, RR } from "../../../dns/message.ts";
import { key, type Name, parseName } from "../../../dns/name.ts";
import { parseRR, printRdata } from "../../../dns/records.ts";
import { err, ok, type Result } from "../../../result.ts";
import {
  MATCHES,
  type Match,
  matchOf,
  normalized,
  pattern,
  plainReplace,
  type Replace,
  regexReplace,
} from "./match.ts";
import type { ResponseRule, Rule } from "./rule.ts";

/** The arguments behind `name`. */
export function nameRule(args: readonly string[]): Result<Rule, string> {
  if (args.length < 2) return err(`name takes ${USAGE}: received ${args.join(" ") || "nothing"}`);
  const [match, from, to, answers] = split(args);
  const read = readAnswers(answers);
  if (!read.ok) return read;
  if (match === undefined) {
    return err(`name matches by ${MATCHES.join(", ")}: received ${args[0]}`);
  }
  const replace = readReplace(match, from, to);
  if (!replace.ok) return replace;
  const { auto, rules } = read.value;
  const fixed = match === "suffix" && auto ? [...suffixBack(from, to), ...rules] : rules;
  const backTo = match === "exact" || (auto && match !== "suffix") ? nameBack : () => [];
  return ok({
    apply({ name }: Question) {
      const old = key(name);
      const rewritten = replace.value(old);
      if (rewritten === undefined) return undefined;
      const response = [...backTo(rewritten, old), ...fixed];
      return { changes: { name: rewritten }, response, did: `name ${name} to ${rewritten}` };
    },
  });
}

const USAGE = `[${MATCHES.join("|")}] FROM TO [answer auto|name|value ...]`;

/** Two arguments are FROM and TO; with more the match stands before them, and the answer's rules behind. */
function split(
  args: readonly string[],
): [match: Match | undefined, from: string, to: string, answers: readonly string[]] {
  const [first = "", second = "", third = "", ...rest] = args;
  if (args.length === 2) return ["exact", first, second, []];
  return [matchOf(first), second, third, rest];
}

function readReplace(match: Match, from: string, to: string): Result<Replace, string> {
  if (match === "regex") {
    const compiled = pattern(from, to);
    return compiled.ok ? ok(regexReplace(compiled.value, normalized(to))) : compiled;
  }
  if (match === "exact") {
    // CoreDNS reads the name to rewrite to as an expression, and refuses what is none, such as `*.test`.
    const odd = pattern(normalized(to), normalized(from));
    if (!odd.ok) return odd;
  }
  return ok(plainReplace(match, normalized(from), normalized(to)));
}

interface Answers {
  readonly auto: boolean;
  readonly rules: readonly ResponseRule[];
}

/** `answer auto`, `answer name FROM TO`, `answer value FROM TO`; behind the first the word `answer` may be left out. */
function readAnswers(args: readonly string[]): Result<Answers, string> {
  const rules: ResponseRule[] = [];
  let auto = false;
  let names = 0;
  for (let at = 0; at < args.length; ) {
    if (args[at] === "answer") at++;
    else if (at === 0)
      return err(`name takes answer rules behind FROM and TO: received ${args[0]}`);
    const type = args[at++];
    if (type === "auto") {
      auto = true;
      continue;
    }
    if (type !== "name" && type !== "value") {
      return err(`answer takes auto, name or value: received ${type ?? "nothing"}`);
    }
    const [from, to] = args.slice(at, at + 2);
    if (from === undefined || to === undefined) {
      return err(`answer ${type} takes FROM and TO: received ${from ?? "nothing"}`);
    }
    at += 2;
    const compiled = pattern(from, to);
    if (!compiled.ok) return err(`answer ${type}: ${compiled.error}`);
    const replace = regexReplace(compiled.value, normalized(to));
    rules.push(type === "name" ? owners(replace) : values(replace));
    if (type === "name") names++;
  }
  if (auto && names > 0)
    return err("answer auto and answer name exclude each other: received both");
  return ok({ auto, rules });
}

/** Owners and values that are the new name, or lie below it, back to the old one; in lower case, as it was compared. */
function nameBack(rewritten: string, old: Name): readonly ResponseRule[] {
  return both((text) => {
    if (text === rewritten) return old;
    if (!text.endsWith(`.${rewritten}`)) return undefined;
    return text.slice(0, text.length - rewritten.length) + old;
  });
}

function suffixBack(from: string, to: string): readonly ResponseRule[] {
  return both(plainReplace("suffix", normalized(to), normalized(from)));
}

function both(replace: Replace): readonly ResponseRule[] {
  return [owners(replace), values(replace)];
}

function owners(replace: Replace): ResponseRule {
  const rewrite = (rr: RR): RR => {
    const name = renamed(rr.name, replace);
    return name === undefined ? rr : { ...rr, name };
  };
  return { kind: "record", rewrite };
}

/** The name in a record's data, of the types that CoreDNS knows here (getRecordValueForRewrite in plugin/rewrite/reverter.go). */
function values(replace: Replace): ResponseRule {
  return { kind: "record", rewrite: (rr) => withValue(rr, replace) };
}

function withValue(rr: RR, replace: Replace): RR {
  const value = (name: Name) => renamed(name, replace) ?? name;
  if (rr.data instanceof Uint8Array) return rr.type === "NAPTR" ? withReplacement(rr, value) : rr;
  switch (rr.type) {
    case "CNAME":
    case "NS":
    case "PTR":
    case "DNAME":
      return { ...rr, data: value(rr.data) };
    case "SRV":
      return { ...rr, data: { ...rr.data, target: value(rr.data.target) } };
    case "MX":
      return { ...rr, data: { ...rr.data, exchange: value(rr.data.exchange) } };
    case "SOA":
      return { ...rr, data: { ...rr.data, mname: value(rr.data.mname) } };
    default:
      return rr;
  }
}

/** The last field of a NAPTR record (RFC 3403 §4.1). */
function withReplacement(rr: RR, value: (name: Name) => Name): RR {
  const text = printRdata(rr);
  const end = text.lastIndexOf(" ") + 1;
  const old = parseName(text.slice(end));
  if (!old.ok) return rr;
  const line = `${rr.name} ${rr.ttl} IN NAPTR ${text.slice(0, end)}${value(old.value)}`;
  const parsed = parseRR(line);
  return parsed.ok ? parsed.value : rr;
}

/** Undefined where nothing matches, or what came of it is no domain name. */
function renamed(name: Name, replace: Replace): Name | undefined {
  const text = replace(name);
  const parsed = text === undefined ? undefined : parseName(text);
  return parsed?.ok ? parsed.value : undefined;
}
