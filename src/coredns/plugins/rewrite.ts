/**
 * rewrite - changes the question before the other plugins see it, and the reply on its way back.
 *
 *     rewrite [continue|stop] name [exact|prefix|suffix|substring|regex] FROM TO [answer ...]
 *     rewrite [continue|stop] type FROM TO
 *     rewrite [continue|stop] class FROM TO
 *     rewrite [continue|stop] ttl [exact|prefix|suffix|substring|regex] NAME TTL
 *     rewrite [continue|stop] rcode [exact|prefix|suffix|substring|regex] NAME FROM TO
 *     rewrite [continue|stop] cname [exact|prefix|suffix|substring|regex] FROM TO
 *     rewrite [continue|stop] edns0 local|nsid|subnet set|append|replace|unset ...
 *
 * The rules of a server block are tried in their order, each on what the ones before have made of the question; the first
 * that matches is the last, unless it says `continue`. The client's question stands in the reply whatever was asked here.
 *
 * `name` takes `exact` for granted. A name of the rule is lower case and absolute, that of a prefix or substring too:
 *
 *     rewrite name web.example.org web.shop.svc.cluster.local
 *     rewrite name suffix .schmoogle.example. .google.example.
 *     rewrite name regex (.*)-(us-west-1)\.example\.org {1}.service.{2}.example.net
 *
 * Records come back under the new name, but for `exact`, which turns owners and targets back, and where an answer rule
 * says so: `answer auto` turns them back, `answer name FROM TO` rewrites owners and `answer value FROM TO` targets by an expression.
 *
 *     rewrite stop {
 *         name regex (.*)-(us-west-1)\.example\.org {1}.service.{2}.example.net
 *         answer name (.*)\.service\.(us-west-1)\.example\.net {1}-{2}.example.org
 *     }
 *
 * `ttl` takes seconds or a range that TTLs are brought into, `rcode` turns one rcode of the reply into another, and `cname`
 * another target into CNAMEs, which is then looked up. All these look at the question's name, `cname` at targets alone.
 *
 *     rewrite ttl suffix .example.org. 30-300
 *     rewrite rcode regex (.*)\.example\.org SERVFAIL NOERROR
 *     rewrite cname exact lb.example.net web.shop.svc.cluster.local
 *
 * `edns0` parses, and changes nothing: queries are modelled without their EDNS options.
 *
 * @module
 */
import type { Question } from "../../dns/message.ts";
import { describeNameError, parseName } from "../../dns/name.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Directive } from "../corefile.ts";
import type { Environment, Reply, Setup, Step } from "../plugin.ts";
import { gaveUp } from "../reply.ts";
import { spokenFor } from "../together.ts";
import { applyRules } from "./rewrite/response.ts";
import type { ResponseRule } from "./rewrite/rule.ts";
import { type OrderedRule, readRule } from "./rewrite/rules.ts";

export const rewrite: Setup = (directive, environment) => {
  const own = readRule(directive);
  if (!own.ok) return own;
  const rules = rulesOf(directive, environment);
  if (rules.length === 0) return ok(spokenFor(directive));
  return ok({
    name: "rewrite",
    repeats: true,
    async serve(question, context, next) {
      const rewritten = rewriteQuestion(question, rules);
      if (!rewritten.ok) return brokeOff(rewritten.error);
      const { question: asked, response, steps, stopped } = rewritten.value;
      const { unwritten, again, ...reply } = await next(asked);
      // Rules may set the TTL.
      const kept = steps.length === 0 && again !== undefined ? { again } : {};
      const told = { ...reply, ...kept, steps: [...steps, ...reply.steps] };
      // Where a rule stopped, CoreDNS writes the reply that the others did not (ServeDNS in plugin/rewrite/rewrite.go).
      if (unwritten && !stopped) return { ...told, unwritten };
      return applyRules(told, response, asked.type, context);
    },
  });
};

/** The first `rewrite` of a block has the rules of all, and the others none. */
function rulesOf(directive: Directive, { directives }: Environment): readonly OrderedRule[] {
  const all = directives?.filter((one) => one.name === "rewrite") ?? [directive];
  if (all[0] !== directive) return [];
  // A rule that is wrong is the error of its own directive.
  return all.flatMap((one) => {
    const read = readRule(one);
    return read.ok ? [read.value] : [];
  });
}

interface RewrittenQuestion {
  readonly question: Question;
  readonly response: readonly ResponseRule[];
  readonly steps: readonly Step[];
  readonly stopped: boolean;
}

function rewriteQuestion(
  question: Question,
  rules: readonly OrderedRule[],
): Result<RewrittenQuestion, string> {
  let asked = question;
  const response: ResponseRule[] = [];
  const did: string[] = [];
  let stopped = false;
  for (const { rule, continues } of rules) {
    const rewritten = rule.apply(asked);
    if (rewritten === undefined) continue;
    const { name: text, ...changes } = rewritten.changes ?? {};
    const name = text === undefined ? ok(asked.name) : parseName(text);
    if (!name.ok) return err(`${rewritten.did} is no name: ${describeNameError(name.error)}`);
    asked = { ...asked, ...changes, name: name.value };
    response.push(...(rewritten.response ?? []));
    did.push(rewritten.did);
    stopped = !continues;
    if (stopped) break;
  }
  const steps = did.length === 0 ? [] : [{ plugin: "rewrite", did: did.join("; ") }];
  return ok({ question: asked, response, steps, stopped });
}

/** The server writes the reply, with the client's question. */
function brokeOff(did: string): Reply {
  const steps = [{ plugin: "rewrite", did: did.slice(0, LONGEST_STEP) }];
  return gaveUp("rewrite", "SERVFAIL", steps);
}

const LONGEST_STEP = 500;
