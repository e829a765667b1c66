/**
 * Plugins that parse and are listed, but have no meaning here (`prometheus`, `reload`) or are not modelled.
 *
 * @module
 */
import { ok } from "../../result.ts";
import type { Setup } from "../plugin.ts";

/** One that stands in CoreDNS's chain: queries go through it unchanged. */
export const passed: Setup = (directive) =>
  ok({
    name: directive.name,
    passedBy: "chain",
    handsOn: true,
    serve: (question, _context, next) => next(question),
  });

/** One that only changes the process (its sockets, its metrics, its logs) and never sees a query. */
export const setting: Setup = (directive) =>
  ok({
    name: directive.name,
    passedBy: "setting",
    serve: (question, _context, next) => next(question),
  });
