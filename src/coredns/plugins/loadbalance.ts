/**
 * loadbalance - the order of the answer.
 *
 *     loadbalance [round_robin] {
 *         prefer CIDR...
 *     }
 *     loadbalance weighted WEIGHTFILE {
 *         reload DURATION
 *     }
 *
 * `round_robin`, the default, shuffles addresses and MX records of each section anew for every reply, cached ones
 * included: first the CNAMEs, then all other records, then addresses, then MX. `prefer` then brings addresses of
 * the first block to the front, then those of the second.
 *
 * `weighted` brings one address to the front, by the weights of WEIGHTFILE, a key of the ConfigMaps, and leaves the others
 * where they are; it does so for A, AAAA and SRV questions. The file has names, each with its addresses and their
 * weights, from 1 to 255; an address that is not there has weight 1:
 *
 *     # three times as often as the other
 *     www.example.com
 *     192.0.2.1 3
 *     192.0.2.2 1
 *
 * Where it is missing, every weight is 1; with `reload 0s` CoreDNS does not start.
 *
 *     example.com {
 *         file db.example.com
 *         loadbalance weighted db.example.com.weights {
 *             reload 10s
 *         }
 *     }
 *
 * Upstream: `plugin/loadbalance/setup.go`.
 *
 * @module
 */
import { addressOctets, inCidr } from "../../dns/address.ts";
import type { Question, RR } from "../../dns/message.ts";
import { ok, type Result } from "../../result.ts";
import { duration, oneArgument, unknownOption, wrong, wrongCount } from "../arguments.ts";
import type { Directive } from "../corefile.ts";
import { mountedFile, noSuchFile } from "../files.ts";
import type { Context, Environment, Plugin, Reply, Setup, SetupError } from "../plugin.ts";
import { byType, topAddress } from "./loadbalance/order.ts";
import { readWeights, type Weights } from "./loadbalance/weights.ts";

export const loadbalance: Setup = (directive, environment) => {
  const [policy = "round_robin", ...rest] = directive.args;
  if (policy === "weighted") return setupWeighted(directive, rest, environment);
  if (policy !== "round_robin") {
    return wrong(directive, `unknown policy ${policy}: known are round_robin, weighted`);
  }
  if (rest.length > 0) return wrongCount(directive, ALLOWED);
  const prefer = readPrefer(directive);
  return prefer.ok ? ok(roundRobin(prefer.value)) : prefer;
};

const ALLOWED = "round_robin, or weighted and the name of a file";

function setupWeighted(
  directive: Directive,
  [path, ...rest]: readonly string[],
  environment: Environment,
): Result<Plugin, SetupError> {
  if (path === undefined || rest.length > 0) return wrongCount(directive, ALLOWED);
  let reload: number | undefined;
  for (const option of directive.block) {
    if (option.name !== "reload") return unknownOption("loadbalance weighted", option, ["reload"]);
    const period = oneArgument(option, duration, "one duration");
    if (!period.ok) return period;
    reload = period.value;
  }
  const text = mountedFile(path, environment);
  if (text === undefined) {
    if (reload === 0) return wrong(directive, noSuchFile(path, environment.cluster));
    return ok(weighted(new Map()));
  }
  const weights = readWeights(text);
  if (!weights.ok) return wrong(directive, `weight file ${path}: ${weights.error}`);
  return ok(weighted(weights.value));
}

function readPrefer(directive: Directive): Result<readonly string[], SetupError> {
  const prefer: string[] = [];
  for (const option of directive.block) {
    if (option.name !== "prefer") {
      return unknownOption("loadbalance", option, ["prefer", "reload (with weighted)"]);
    }
    for (const text of option.args) {
      const cidr = readCidr(text);
      if (cidr === undefined) return wrong(option, `prefer takes CIDR blocks: received ${text}`);
      prefer.push(cidr);
    }
  }
  return ok(prefer);
}

function roundRobin(prefer: readonly string[]): Plugin {
  const order = (reply: Reply, context: Pick<Context, "random">): Reply => {
    const shuffle = (section: readonly RR[]) => shuffledSection(section, context);
    const answer = preferFirst(shuffle(reply.answer), prefer);
    const authority = shuffle(reply.authority);
    const additional = preferFirst(shuffle(reply.additional), prefer);
    const sections = [reply.answer, reply.authority, reply.additional];
    if ([answer, authority, additional].every((one, at) => one === sections[at])) return reply;
    return { ...reply, answer, authority, additional };
  };
  return {
    name: "loadbalance",
    repeats: true,
    async serve(question, context, next) {
      const reply = await next(question);
      if (!isOrdered(reply, question)) return reply;
      const ordered = order(reply, context);
      // Shuffled again, every order is still as likely as any other.
      return reply.again && hasOrders(reply)
        ? { ...ordered, again: { ...reply.again, order } }
        : ordered;
    },
  };
}

/** Whether a section holds more than one record of those that are shuffled. */
function hasOrders({ answer, authority, additional }: Reply): boolean {
  return [answer, authority, additional].some((section) => {
    const { addresses, mx } = byType(section);
    return addresses.length > 1 || mx.length > 1;
  });
}

function weighted(weights: Weights): Plugin {
  return {
    name: "loadbalance",
    async serve(question, context, next) {
      const reply = await next(question);
      if (!isOrdered(reply, question) || !WEIGHTED_TYPES.has(question.type)) return reply;
      const answer = topAddress(reply.answer, weights, context);
      const additional = topAddress(reply.additional, weights, context);
      const top = answer.top ?? additional.top;
      if (top === undefined) return reply;
      const step = { plugin: "loadbalance", did: `${top.data} first, by its weight` };
      return {
        ...reply,
        answer: answer.records,
        additional: additional.records,
        steps: [step, ...reply.steps],
      };
    },
  };
}

const WEIGHTED_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "SRV"]);

function isOrdered(reply: Reply, question: Question): boolean {
  return reply.rcode === "NOERROR" && question.type !== "AXFR" && question.type !== "IXFR";
}

function shuffledSection(section: readonly RR[], context: Pick<Context, "random">): readonly RR[] {
  if (section.length < 2) return section;
  const { cnames, rest, addresses, mx } = byType(section);
  return [...cnames, ...rest, ...shuffled(addresses, context), ...shuffled(mx, context)];
}

/** Fisher and Yates: every order is as likely as any other. */
function shuffled(records: RR[], context: Pick<Context, "random">): RR[] {
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
  const rank = (rr: RR) => {
    const found = prefer.findIndex((cidr) => inCidr(rr.data as string, cidr));
    return found < 0 ? prefer.length : found;
  };
  const { cnames, rest, addresses, mx } = byType(section);
  const ranked = addresses.map((rr) => ({ rr, rank: rank(rr) })).sort((a, b) => a.rank - b.rank);
  return [...cnames, ...ranked.map(({ rr }) => rr), ...mx, ...rest];
}

/** The block as `inCidr` reads it; Go takes leading zeros in its length. */
function readCidr(text: string): string | undefined {
  const [address = "", bits = "", ...rest] = text.split("/");
  const octets = addressOctets(address);
  if (octets === undefined || rest.length > 0 || !/^[0-9]{1,3}$/.test(bits)) return undefined;
  return Number(bits) <= octets.length * 8 ? `${address}/${Number(bits)}` : undefined;
}
