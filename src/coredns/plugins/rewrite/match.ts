/**
 * How rules find names: `exact`, `prefix`, `suffix`, `substring` and `regex`, each with what a match is replaced by.
 *
 * Names are compared as lower-case text. What stands in the Corefile is made absolute first, prefixes and substrings
 * too: `prefix web` is found in `web.test.`, and not in `web-1.test.`.
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";
import { compile, type GoRegexp } from "../../regexp/regexp.ts";
import { replaceEvery } from "./rule.ts";

export const MATCHES = ["exact", "prefix", "suffix", "substring", "regex"] as const;
export type Match = (typeof MATCHES)[number];

/** The text with the match replaced; undefined where it does not match. */
export type Replace = (text: string) => string | undefined;

/** The match type of an argument, in any case. */
export function matchOf(word: string | undefined): Match | undefined {
  return MATCHES.find((match) => match === word?.toLowerCase());
}

/** plugin.Name's Normalize: lower case, and absolute. */
export function normalized(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") && !lower.endsWith("\\.") ? lower : `${lower}.`;
}

/** A match of plain text; `from` and `to` as they are to be compared. */
export function plainReplace(match: Exclude<Match, "regex">, from: string, to: string): Replace {
  switch (match) {
    case "exact":
      return (text) => (text === from ? to : undefined);
    case "prefix":
      return (text) => (text.startsWith(from) ? to + text.slice(from.length) : undefined);
    case "suffix":
      return (text) =>
        text.endsWith(from) ? text.slice(0, text.length - from.length) + to : undefined;
    case "substring":
      return (text) => (text.includes(from) ? replaceEvery(text, from, to) : undefined);
  }
}

/** The whole text gives way to `to`, with `{1}` standing for what the first group found; an empty group is empty text. */
export function regexReplace(pattern: GoRegexp, to: string): Replace {
  return (text) => {
    const groups = pattern.match(text);
    return groups?.reduce<string>(
      (replaced, group, index) => replaceEvery(replaced, `{${index}}`, group ?? ""),
      to,
    );
  };
}

/** Whether a name of this rule matches, for rules that only look (`ttl`, `rcode`). */
export function matcher(match: Match, from: string): Result<(name: string) => boolean, string> {
  if (match !== "regex") {
    const replace = plainReplace(match, normalized(from), "");
    return ok((name) => replace(name) !== undefined);
  }
  const pattern = compile(from);
  if (!pattern.ok) return badPattern(from, pattern.error);
  return ok((name) => pattern.value.match(name) !== undefined);
}

/** `from` as an expression whose groups are enough for the `{1}` … of `to`. */
export function pattern(from: string, to: string): Result<GoRegexp, string> {
  const compiled = compile(from);
  if (!compiled.ok) return badPattern(from, compiled.error);
  const used = new Set(to.match(/\{(?:[0-9]|[1-9][0-9]|100)\}/g)).size;
  const groups = compiled.value.groupNames.length - 1;
  // CoreDNS counts the groups used and not their numbers, and {0} as one of them.
  if (used <= groups) return compiled;
  return err(`${to} uses ${used} groups: ${from} has ${groups}`);
}

function badPattern(from: string, why: string): { ok: false; error: string } {
  return err(`${from} is no regular expression: ${why}`);
}
