/**
 * What directives have in common: numbers, durations, zones, and the sentences that say what is wrong with them.
 *
 * @module
 */
import { isWithin, type Name } from "../dns/name.ts";
import { err, ok, type Result } from "../result.ts";
import type { Directive } from "./corefile.ts";
import { zonesOf } from "./keys.ts";
import type { SetupError } from "./plugin.ts";

/** A sentence about `directive`, at its line. */
export function wrong(directive: Directive, message: string): { ok: false; error: SetupError } {
  return err({ line: directive.line, message });
}

/** What a directive of this many arguments was given instead: `max_fails takes 1 argument: received none`. */
export function wrongCount(
  directive: Directive,
  allowed: string,
): { ok: false; error: SetupError } {
  const received = directive.args.length === 0 ? "none" : directive.args.join(" ");
  return wrong(directive, `${directive.name} takes ${allowed}: received ${received}`);
}

/** What a block of `of` may hold, where it holds something else. */
export function unknownOption(
  of: string,
  option: Directive,
  known: readonly string[],
): { ok: false; error: SetupError } {
  return wrong(option, `${of} has no option ${option.name}: known are ${known.join(", ")}`);
}

/** A decimal number as Go's `strconv.Atoi` reads it; undefined for anything else. */
export function integer(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?[0-9]{1,15}$/.test(text)) return undefined;
  return Number(text);
}

/** Milliseconds of a Go duration (`time.ParseDuration`): `1h20m`, `500ms`, `1.5s`, `0`; undefined for anything else. */
export function duration(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 64) return undefined;
  const sign = text.startsWith("-") ? -1 : 1;
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return 0;
  let total = 0;
  let at = 0;
  const part = /([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)/y;
  while (at < unsigned.length) {
    part.lastIndex = at;
    const found = part.exec(unsigned);
    if (found === null) return undefined;
    total += Number(found[1]) * (UNITS[found[2] as string] as number);
    at = part.lastIndex;
  }
  return at === 0 ? undefined : sign * total;
}

/** The zones of the arguments, or the block's own where there are none; arguments that are no zones are left out, as CoreDNS does. */
export function zonesOrBlock(args: readonly string[], block: readonly string[]): readonly Name[] {
  if (args.length === 0) return block as readonly Name[];
  return args.flatMap((arg) => {
    const zones = zonesOf(arg);
    return zones.ok ? zones.value : [];
  });
}

export function withinAny(name: Name, zones: readonly Name[]): boolean {
  return zones.some((zone) => isWithin(name, zone));
}

/** The one argument of an option, as `read` reads it. */
export function oneArgument<T>(
  option: Directive,
  read: (text: string) => T | undefined,
  allowed: string,
): Result<T, SetupError> {
  if (option.args.length !== 1) return wrongCount(option, allowed);
  const value = read(option.args[0] as string);
  return value === undefined ? wrongCount(option, allowed) : ok(value);
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
