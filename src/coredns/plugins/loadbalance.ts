/**
 * loadbalance - the order of the answer.
 *
 *     loadbalance [round_robin | weighted WEIGHTFILE] {
 *         reload DURATION
 *         prefer CIDR...
 *     }
 *
 * `round_robin`, the default, shuffles addresses and MX records of each section anew for every reply, cached ones
 * included: first the CNAMEs, then all other records, then addresses, then MX. `prefer` then brings addresses of
 * the first block to the front, then those of the second. `weighted` parses and leaves the order as it is.
 *
 * @module
 */
import { addressOctets, inCidr } from "../../dns/address.ts";
import type { RR } from "../../dns/message.ts";
import { ok, type Result } from "../../result.ts";
import { duration, oneArgument, unknownOption, wrong, wrongCount } from "../arguments.ts";
import type { Directive } from "../corefile.ts";
import type { Context, Setup, SetupError } from "../plugin.ts";

type Policy = "round_robin" | "weighted";

export const loadbalance: Setup = (directive) => {
  const parsed = parse(directive);
  if (!parsed.ok) return parsed;
  const { policy, prefer } = parsed.value;
  return ok({
    name: "loadbalance",
    async serve(question, context, next) {
      const reply = await next(question);
      if (reply.rcode !== "NOERROR" || policy === "weighted") return reply;
      const order = (section: readonly RR[]) => roundRobin(section, context);
      const preferred = (section: readonly RR[]) => preferFirst(order(section), prefer);
      return {
        ...reply,
        answer: preferred(reply.answer),
        authority: order(reply.authority),
        additional: preferred(reply.additional),
      };
    },
  });
};

function parse(directive: Directive): Result<{ policy: Policy; prefer: string[] }, SetupError> {
  const [policy = "round_robin", ...rest] = directive.args;
  if (policy !== "round_robin" && policy !== "weighted") {
    return wrong(directive, `unknown policy ${policy}: known are round_robin, weighted`);
  }
  if (rest.length !== (policy === "weighted" ? 1 : 0)) {
    return wrongCount(directive, "round_robin, or weighted and the name of a file");
  }
  const prefer: string[] = [];
  for (const option of directive.block) {
    if (option.name === "prefer") {
      const odd = option.args.find((cidr) => !isCidr(cidr));
      if (odd !== undefined) return wrong(option, `prefer takes CIDR blocks: received ${odd}`);
      prefer.push(...option.args);
    } else if (option.name === "reload" && policy === "weighted") {
      const period = oneArgument(option, duration, "one duration");
      if (!period.ok) return period;
    } else {
      return unknownOption("loadbalance", option, ["prefer", "reload (with weighted)"]);
    }
  }
  return ok({ policy, prefer });
}

function roundRobin(section: readonly RR[], context: Context): readonly RR[] {
  if (section.length < 2) return section;
  const cnames: RR[] = [];
  const addresses: RR[] = [];
  const mx: RR[] = [];
  const rest: RR[] = [];
  for (const rr of section) {
    if (rr.type === "CNAME") cnames.push(rr);
    else if (rr.type === "A" || rr.type === "AAAA") addresses.push(rr);
    else if (rr.type === "MX") mx.push(rr);
    else rest.push(rr);
  }
  return [...cnames, ...rest, ...shuffled(addresses, context), ...shuffled(mx, context)];
}

/** Fisher and Yates: every order is as likely as any other. */
function shuffled(records: RR[], context: Context): RR[] {
  for (let last = records.length - 1; last > 0; last--) {
    const other = Math.floor(context.random() * (last + 1));
    const kept = records[last] as RR;
    records[last] = records[other] as RR;
    records[other] = kept;
  }
  return records;
}

function preferFirst(section: readonly RR[], prefer: readonly string[]): readonly RR[] {
  if (prefer.length === 0) return section;
  const isAddress = (rr: RR) => rr.type === "A" || rr.type === "AAAA";
  const rank = (rr: RR) => {
    const found = isAddress(rr) ? prefer.findIndex((cidr) => inCidr(rr.data as string, cidr)) : -1;
    return found < 0 ? prefer.length : found;
  };
  return [
    ...section.filter((rr) => rr.type === "CNAME"),
    ...section.filter(isAddress).sort((a, b) => rank(a) - rank(b)),
    ...section.filter((rr) => rr.type === "MX"),
    ...section.filter((rr) => rr.type !== "CNAME" && rr.type !== "MX" && !isAddress(rr)),
  ];
}

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...rest] = text.split("/");
  const octets = addressOctets(address);
  return (
    octets !== undefined &&
    rest.length === 0 &&
    /^[0-9]{1,3}$/.test(bits) &&
    Number(bits) <= octets.length * 8
  );
}
