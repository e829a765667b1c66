/**
 * log - CoreDNS's query log. Nothing is logged here, so queries go through unchanged.
 *
 *     log [NAMES...] [FORMAT] {
 *         class CLASSES...
 *     }
 *
 * @module
 */
import { ok } from "../../result.ts";
import { unknownOption, wrong, wrongCount } from "../arguments.ts";
import type { Setup } from "../plugin.ts";

const CLASSES = ["all", "success", "denial", "error"];

export const log: Setup = (directive) => {
  for (const option of directive.block) {
    if (option.name !== "class") return unknownOption("log", option, ["class"]);
    if (option.args.length === 0) return wrongCount(option, `one or more of ${CLASSES.join(", ")}`);
    const odd = option.args.find((word) => !CLASSES.includes(word));
    if (odd !== undefined) {
      return wrong(option, `log has no class ${odd}: known are ${CLASSES.join(", ")}`);
    }
  }
  return ok({
    name: "log",
    handsOn: true,
    serve: (question, _context, next) => next(question),
  });
};
