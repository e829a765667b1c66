/**
 * acl - allows or turns away clients by their address and by what they ask for.
 *
 *     acl [ZONES...] {
 *         allow|block|filter|drop [type QTYPE...] [net SOURCE...]
 *     }
 *
 * Without ZONES the server block's are taken, without QTYPE every type is meant, without SOURCE every client; so says
 * `*`. SOURCE is an address or a CIDR block, QTYPE a type in upper case. In each `acl` whose ZONES hold the name, the
 * first line that fits decides: `allow` goes on to the next plugin at once, `block` is REFUSED with Extended DNS Error
 * 15, `filter` is NOERROR without records with Extended DNS Error 17, `drop` is no reply at all. Where no line fits, the
 * block's next `acl` is looked at, and behind the last one the query is allowed. A client whose address cannot be read
 * is blocked.
 *
 *     . {
 *         acl {
 *             allow net 192.168.1.0/24
 *             block net 192.168.0.0/16
 *         }
 *     }
 *
 * @module
 */
import { addressFamily, inCidr } from "../../dns/address.ts";
import type { Question } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { TYPES } from "../../dns/types.ts";
import { ok, type Result } from "../../result.ts";
import { withinAny, wrong, wrongCount, zonesOrBlock } from "../arguments.ts";
import type { Directive } from "../corefile.ts";
import type { Context, Next, Reply, Setup, SetupError } from "../plugin.ts";
import { blank, dropped, stepped } from "../reply.ts";
import { spokenFor, together } from "../together.ts";

const ACTIONS = ["allow", "block", "filter", "drop"] as const;

/** One line: what is done with whom it fits. */
interface Policy {
  readonly action: (typeof ACTIONS)[number];
  /** Undefined is every type. */
  readonly types: readonly string[] | undefined;
  /** CIDR blocks; undefined is every client. */
  readonly sources: readonly string[] | undefined;
  /** As the Corefile has it, for the trace. */
  readonly text: string;
}

interface Rule {
  readonly zones: readonly Name[];
  readonly policies: readonly Policy[];
}

export const acl: Setup = (directive, environment) => {
  const directives = together(directive, environment);
  // Another line's `allow` ends the search in this one too, so the first speaks for all.
  if (directives === undefined) return ok(spokenFor(directive));
  const rules: Rule[] = [];
  for (const one of directives) {
    const rule = readRule(one, environment.zones);
    if (!rule.ok) return rule;
    rules.push(rule.value);
  }
  return ok({
    name: "acl",
    repeats: true,
    serve: (question, context, next) => serve(rules, question, context, next),
  });
};

async function serve(
  rules: readonly Rule[],
  question: Question,
  context: Context,
  next: Next,
): Promise<Reply> {
  const concerned = rules.filter(({ zones }) => withinAny(question.name, zones));
  if (concerned.length === 0) return next(question);
  // CoreDNS cuts the interface off `fe80::1%eth0`.
  const client = context.client.address.replace(/%.*$/s, "");
  if (addressFamily(client) === undefined) {
    return refused(context, `blocked a client without an address: REFUSED`);
  }
  for (const { policies } of concerned) {
    const policy = policies.find((one) => fits(one, question.type, client));
    if (policy) return enforce(policy, client, question, context, next);
  }
  return stepped("acl", `allowed ${client}: no line fits`, await next(question));
}

async function enforce(
  policy: Policy,
  client: string,
  question: Question,
  context: Context,
  next: Next,
): Promise<Reply> {
  const by = `${client} by ${policy.text}`;
  switch (policy.action) {
    case "allow":
      return stepped("acl", `allowed ${by}`, await next(question));
    case "block":
      return refused(context, `blocked ${by}: REFUSED`);
    case "filter":
      return {
        ...blank("acl", context),
        ede: [{ code: 17, text: "" }],
        steps: [{ plugin: "acl", did: `filtered ${by}: NOERROR without records` }],
      };
    case "drop":
      return dropped("acl", context, `dropped ${by}: no reply`, "acl dropped the query");
  }
}

function refused(context: Context, did: string): Reply {
  return {
    ...blank("acl", context),
    rcode: "REFUSED",
    ede: [{ code: 15, text: "" }],
    steps: [{ plugin: "acl", did }],
  };
}

function fits(policy: Policy, type: string, client: string): boolean {
  if (policy.types !== undefined && !policy.types.includes(type)) return false;
  return policy.sources === undefined || policy.sources.some((cidr) => inCidr(client, cidr));
}

function readRule(directive: Directive, block: readonly string[]): Result<Rule, SetupError> {
  const policies: Policy[] = [];
  for (const line of directive.block) {
    const policy = readPolicy(line);
    if (!policy.ok) return policy;
    policies.push(policy.value);
  }
  return ok({ zones: zonesOrBlock(directive.args, block), policies });
}

function readPolicy(line: Directive): Result<Policy, SetupError> {
  const action = ACTIONS.find((one) => one === line.name.toLowerCase());
  if (action === undefined) {
    return wrong(line, `acl has no action ${line.name}: known are ${ACTIONS.join(", ")}`);
  }
  const [nested] = line.block;
  if (nested) return wrong(line, `${line.name} takes no block: received ${nested.name}`);
  let types: readonly string[] | undefined;
  let sources: readonly string[] | undefined;
  let isEveryType = false;
  for (let at = 0; at < line.args.length; ) {
    const section = sectionOf(line.args[at]);
    if (section === undefined) return wrongCount(line, "type QTYPE... and net SOURCE...");
    const end = line.args.findIndex((word, index) => index > at && sectionOf(word) !== undefined);
    const words = line.args.slice(at + 1, end < 0 ? undefined : end);
    if (words.length === 0)
      return wrong(line, `${section} takes ${SECTIONS[section]}: received none`);
    // What stands behind an asterisk is not read.
    const star = words.indexOf("*");
    const given = star < 0 ? words : words.slice(0, star);
    const odd = given.find((word) => !(section === "type" ? isType(word) : isSource(word)));
    if (odd !== undefined)
      return wrong(line, `${section} takes ${SECTIONS[section]}: received ${odd}`);
    if (section === "type") {
      isEveryType ||= star >= 0;
      types = [...(types ?? []), ...given];
    } else {
      sources = star < 0 ? [...(sources ?? []), ...given] : EVERYONE;
    }
    at = end < 0 ? line.args.length : end;
  }
  const text = [action, ...line.args].join(" ");
  return ok({
    action,
    types: isEveryType ? undefined : types,
    sources,
    text: text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text,
  });
}

const SECTIONS = {
  type: "types in upper case, such as A, or *",
  net: "addresses, CIDR blocks, or *",
} as const;

/** A second `net` adds to it, so it cannot be left out as a word for all. */
const EVERYONE: readonly string[] = ["0.0.0.0/0", "::/0"];

/** A line may name thousands of blocks; the trace shows its beginning. */
const LONGEST_TEXT = 100;

function sectionOf(word: string | undefined): keyof typeof SECTIONS | undefined {
  const section = word?.toLowerCase();
  return section === "type" || section === "net" ? section : undefined;
}

/** miekg/dns knows its mnemonics in upper case alone, and no `TYPE65`. */
function isType(word: string): boolean {
  return Object.hasOwn(TYPES, word);
}

function isSource(word: string): boolean {
  const slash = word.indexOf("/");
  const first = slash < 0 ? word : word.slice(0, slash);
  return addressFamily(first) !== undefined && inCidr(first, word);
}
