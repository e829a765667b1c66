/**
 * Directives that are one plugin: CoreDNS sets a plugin up once for a server block, with all of its lines.
 *
 * @module
 */
import type { Directive } from "./corefile.ts";
import type { Environment, Plugin } from "./plugin.ts";

/** The block's directives of this name where `directive` is the first of them; undefined for those behind it. */
export function together(
  directive: Directive,
  environment: Environment,
): readonly Directive[] | undefined {
  const all = environment.directives?.filter((one) => one.name === directive.name) ?? [];
  if (!all.includes(directive)) return [directive];
  return all[0] === directive ? all : undefined;
}

/** What a directive is that another one speaks for: queries go through it unseen. */
export function spokenFor(directive: Directive): Plugin {
  return {
    name: directive.name,
    spokenFor: true,
    handsOn: true,
    serve: (question, _context, next) => next(question),
  };
}
