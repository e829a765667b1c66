/**
 * `ttl`, `rcode` and `cname` rules, which leave the question alone and change the reply.
 *
 * @module
 */
import type { RR } from "../../../dns/message.ts";
import { key } from "../../../dns/name.ts";
import { rcodeName, rcodeNumber } from "../../../dns/types.ts";
import { err, ok, type Result } from "../../../result.ts";
import {
  MATCHES,
  type Match,
  matcher,
  matchOf,
  normalized,
  pattern,
  plainReplace,
  type Replace,
  regexReplace,
} from "./match.ts";
import type { ResponseRule, Rule } from "./rule.ts";

/** `[MATCH] NAME TTL`, where TTL is seconds, `MIN-MAX`, `MIN-` or `-MAX`. */
export function ttlRule(args: readonly string[]): Result<Rule, string> {
  const read = splitMatch("ttl", args, 1, "NAME and a TTL");
  if (!read.ok) return read;
  const range = ttlRange(read.value.rest[0] as string);
  if (range === undefined) {
    return err(`ttl takes seconds, or a range MIN-MAX of them: received ${read.value.rest[0]}`);
  }
  const { least, most } = range;
  const rewrite = (rr: RR): RR => {
    const ttl = rr.ttl < least ? least : Math.min(rr.ttl, most);
    return ttl === rr.ttl ? rr : { ...rr, ttl };
  };
  const did = least === most ? `TTL ${least}` : `TTL from ${least} to ${most}`;
  return onReply(read.value, { kind: "record", rewrite }, `${did} for a reply`);
}

/** `[MATCH] NAME FROM TO`, rcodes by their mnemonic or number. */
export function rcodeRule(args: readonly string[]): Result<Rule, string> {
  const read = splitMatch("rcode", args, 2, "NAME and two rcodes");
  if (!read.ok) return read;
  const [from, to] = read.value.rest.map(readRcode);
  if (from === undefined || to === undefined) {
    const odd = read.value.rest[from === undefined ? 0 : 1];
    return err(`rcode takes rcodes such as SERVFAIL or numbers up to 23: received ${odd}`);
  }
  return onReply(read.value, { kind: "rcode", from, to }, `rcode ${from} of a reply to ${to}`);
}

/** `[MATCH] FROM TO`, targets of CNAME records; the rule matches every question. */
export function cnameRule(args: readonly string[]): Result<Rule, string> {
  if (args.length !== 2 && args.length !== 3) {
    const received = args.join(" ") || "nothing";
    return err(`cname takes [${MATCHES.join("|")}] FROM TO: received ${received}`);
  }
  const match = args.length === 2 ? "exact" : matchOf(args[0]);
  if (match === undefined) {
    return err(`cname matches by ${MATCHES.join(", ")}: received ${args[0]}`);
  }
  const [from, to] = args.slice(-2) as [string, string];
  const target = cnameTarget(match, from, to);
  if (!target.ok) return target;
  if (from === "" || to === "") return ok({ apply: () => undefined });
  const response: ResponseRule[] = [{ kind: "cname", target: target.value }];
  return ok({ apply: () => ({ response, did: `CNAME target ${from} of a reply to ${to}` }) });
}

/** CoreDNS makes only `exact` targets absolute, and takes all of it in lower case, expressions too. */
function cnameTarget(match: Match, from: string, to: string): Result<Replace, string> {
  if (match === "exact") return ok(plainReplace(match, normalized(from), normalized(to)));
  const [lowFrom, lowTo] = [from.toLowerCase(), to.toLowerCase()];
  if (match !== "regex") return ok(plainReplace(match, lowFrom, lowTo));
  // Unlike for names, a group that the expression lacks is no error: its {1} stays.
  const compiled = pattern(lowFrom, "");
  return compiled.ok ? ok(regexReplace(compiled.value, lowTo)) : compiled;
}

interface Matched {
  readonly matches: (name: string) => boolean;
  readonly rest: readonly string[];
}

/** `[MATCH] NAME` and `behind` further arguments. */
function splitMatch(
  field: string,
  args: readonly string[],
  behind: number,
  usage: string,
): Result<Matched, string> {
  const hasMatch = args.length === behind + 2;
  if (!hasMatch && args.length !== behind + 1) {
    const received = args.join(" ") || "nothing";
    return err(`${field} takes [${MATCHES.join("|")}] ${usage}: received ${received}`);
  }
  const match = hasMatch ? matchOf(args[0]) : "exact";
  if (match === undefined) {
    return err(`${field} matches by ${MATCHES.join(", ")}: received ${args[0]}`);
  }
  const [name = "", ...rest] = hasMatch ? args.slice(1) : args;
  const matches = matcher(match, name);
  return matches.ok ? ok({ matches: matches.value, rest }) : matches;
}

function onReply({ matches }: Matched, rule: ResponseRule, did: string): Result<Rule, string> {
  const rewritten = { response: [rule], did };
  return ok({ apply: ({ name }) => (matches(key(name)) ? rewritten : undefined) });
}

/** RFC 2181 §8: a TTL without an upper bound has 31 bits. */
const LONGEST_TTL = 0x7fffffff;

function ttlRange(text: string): { readonly least: number; readonly most: number } | undefined {
  const found = /^([0-9]{0,10})(-?)([0-9]{0,10})$/.exec(text);
  if (found === null) return undefined;
  const [, low = "", dash, high = ""] = found;
  if (low === "" && high === "") return undefined;
  const least = Number(low);
  const most = dash === "" ? least : high === "" ? LONGEST_TTL : Number(high);
  return least > most || most > 0xffffffff ? undefined : { least, most };
}

/** Names that Go's DNS library has for the rcodes, where IANA's are others. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["NOTIMPL", "NOTIMP"],
  ["BADSIG", "BADVERS"],
  ["STATEFULTYPENOTIMPL", "DSOTYPENI"],
]);

function readRcode(text: string): string | undefined {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) <= 23 ? rcodeName(Number(text)) : undefined;
  const upper = text.toUpperCase();
  const word = ALIASES.get(upper) ?? upper;
  return !word.startsWith("RCODE") && rcodeName(rcodeNumber(word)) === word ? word : undefined;
}
