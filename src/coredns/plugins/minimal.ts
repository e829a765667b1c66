/**
 * minimal - leaves out what an answer does not need.
 *
 *     minimal
 *
 * A successful reply keeps its answer section alone. Denials keep their SOA, delegations their nameservers and glue,
 * failures whatever they have; zone transfers are not looked at.
 *
 *     example.org {
 *         whoami
 *         forward . 8.8.8.8
 *         minimal
 *     }
 *
 * @module
 */
import { ok } from "../../result.ts";
import { unknownOption, wrongCount } from "../arguments.ts";
import type { Setup } from "../plugin.ts";
import { stepped } from "../reply.ts";
import { plainKindOf } from "../response.ts";

export const minimal: Setup = (directive) => {
  if (directive.args.length > 0) return wrongCount(directive, "no arguments");
  const [option] = directive.block;
  if (option) return unknownOption("minimal", option, []);
  return ok({
    name: "minimal",
    async serve(question, context, next) {
      const reply = await next(question);
      if (reply.unwritten) return reply;
      // CoreDNS reads DO from the reply, where the plugins behind this one have not set it yet.
      if (plainKindOf(reply, question, context.now(), false) !== "noerror") return reply;
      const records = reply.authority.length + reply.additional.length;
      if (records === 0) return reply;
      const did = `left out ${records} of authority and additional records`;
      return stepped("minimal", did, { ...reply, authority: [], additional: [] });
    },
  });
};
