/**
 * Go's regular expressions (RE2): what `match` of `template` and the `regex` rules of `rewrite` are written in.
 *
 * The syntax is that of pkg.go.dev/regexp/syntax, without look-around and back references; `^` and `$` are the ends of
 * the text. A pattern comes from whoever pasted the Corefile, so it never runs on the platform's own engine: its time
 * grows with the text and the pattern only, and both have limits.
 *
 * ```ts
 * const pattern = compile("^ip-(?P<a>[0-9]+)[.]example[.]$");
 * if (pattern.ok) pattern.value.match("ip-10.example."); // ["ip-10.example.", "10"]
 * ```
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import { parsePattern } from "./parse.ts";
import { programOf } from "./program.ts";
import { run } from "./run.ts";

export interface GoRegexp {
  /** By the group's number, 0 is the whole match; undefined where a group has no name. */
  readonly groupNames: readonly (string | undefined)[];
  /**
   * The leftmost match in `text`, then its groups: undefined for a group that took no part.
   *
   * @returns undefined where nothing matches
   */
  match(text: string): readonly (string | undefined)[] | undefined;
}

/** CoreDNS's own limit, in all plugins that take patterns. */
const LONGEST_PATTERN = 10_000;
/** Characters. A name has 1,004 at most, all its octets escaped. */
const LONGEST_TEXT = 5000;

/** The error is a sentence with Go's own phrase: ``missing closing ): `(a` ``. */
export function compile(pattern: string): Result<GoRegexp, string> {
  if (pattern.length > LONGEST_PATTERN) {
    const allowed = `a regular expression has at most ${LONGEST_PATTERN} characters`;
    return err(`${allowed}: received ${pattern.length}`);
  }
  const parsed = parsePattern(pattern);
  if (!parsed.ok) return parsed;
  const { node, groupNames } = parsed.value;
  const program = programOf(node);
  if (program === undefined) return err("expression too large: its repetitions ask for too much");
  return ok({
    groupNames,
    match(text) {
      if (text.length > LONGEST_TEXT) return undefined;
      const characters = [...text];
      const codes = characters.map((char) => char.codePointAt(0) as number);
      const places = run(program, codes, 2 * groupNames.length);
      if (places === undefined) return undefined;
      return groupNames.map((_, group) => {
        const [from, to] = [places[2 * group], places[2 * group + 1]];
        if (from === undefined || to === undefined) return undefined;
        return characters.slice(from, to).join("");
      });
    },
  });
}
