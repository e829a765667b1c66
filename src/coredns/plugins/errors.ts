/**
 * errors - CoreDNS's log of failed queries. Nothing is logged here, so queries go through unchanged.
 *
 *     errors {
 *         stacktrace
 *         consolidate DURATION REGEXP [LEVEL] [show_first]
 *     }
 *
 * @module
 */
import { ok } from "../../result.ts";
import { duration, unknownOption, wrong, wrongCount } from "../arguments.ts";
import type { Setup } from "../plugin.ts";
import { compile } from "../regexp/regexp.ts";

const LEVELS = ["warning", "error", "info", "debug"];

export const errors: Setup = (directive) => {
  if (directive.args.length > 1 || (directive.args[0] ?? "stdout") !== "stdout") {
    return wrongCount(directive, "no arguments");
  }
  for (const option of directive.block) {
    switch (option.name) {
      case "stacktrace":
        if (option.args.length > 0) return wrongCount(option, "no arguments");
        break;
      case "consolidate": {
        const [period, pattern, ...rest] = option.args;
        const time = duration(period);
        if (pattern === undefined || time === undefined) {
          return wrongCount(option, "a duration and a regular expression");
        }
        const compiled = compile(pattern);
        if (!compiled.ok) return wrong(option, `error parsing regexp: ${compiled.error}`);
        const odd = rest.find((word) => word !== "show_first" && !LEVELS.includes(word));
        if (odd !== undefined) {
          const known = [...LEVELS, "show_first"].join(", ");
          return wrong(option, `consolidate has no level ${odd}: known are ${known}`);
        }
        if (rest.slice(1).some((word) => word !== "show_first")) {
          const received = rest.join(" ");
          return wrong(option, `consolidate takes a level, then show_first: received ${received}`);
        }
        break;
      }
      default:
        return unknownOption("errors", option, ["stacktrace", "consolidate"]);
    }
  }
  return ok({
    name: "errors",
    handsOn: true,
    serve: (question, _context, next) => next(question),
  });
};
