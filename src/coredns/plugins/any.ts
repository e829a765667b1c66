/**
 * any - answers ANY queries with one HINFO record (RFC 8482 §4.2).
 *
 *     any
 *
 * It does so for every name that reaches it, whether the name exists or not. Other types go on to the next plugin.
 *
 *     example.org {
 *         whoami
 *         any
 *     }
 *
 * @module
 */
import { parseRR } from "../../dns/records.ts";
import { ok } from "../../result.ts";
import { unknownOption, wrongCount } from "../arguments.ts";
import type { Setup } from "../plugin.ts";
import { blank } from "../reply.ts";

/** The TTL is the RFC's number. */
const HINFO = parseRR('. 8482 IN HINFO "ANY obsoleted" "See RFC 8482"');

export const any: Setup = (directive) => {
  if (directive.args.length > 0) return wrongCount(directive, "no arguments");
  const [option] = directive.block;
  if (option) return unknownOption("any", option, []);
  return ok({
    name: "any",
    repeats: true,
    async serve(question, context, next) {
      if (question.type !== "ANY" || !HINFO.ok) return next(question);
      return {
        ...blank("any", context),
        answer: [{ ...HINFO.value, name: question.name }],
        steps: [{ plugin: "any", did: "answered ANY with HINFO alone (RFC 8482)" }],
      };
    },
  });
};
