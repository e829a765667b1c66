/**
 * forward - asks a resolver outside.
 *
 *     forward FROM TO... {
 *         except IGNORED_NAMES...
 *         policy random|round_robin|sequential
 *         max_connect_attempts N
 *         failover RCODE...
 *         next RCODE...
 *         next_on_nodata
 *     }
 *
 * FROM is a zone, TO an address, `tls://ADDRESS`, `https://ADDRESS`, or a file such as /etc/resolv.conf. Where an upstream does not answer
 * the next one is asked, at most twice round the list. The options of connections and of health checks parse, and
 * have no meaning here. Several `forward`s may stand in a block; the first whose FROM holds the name is asked.
 *
 * @module
 */
import type { Ede, Question } from "../../dns/message.ts";
import { isWithin, sameName } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import { withinAny } from "../arguments.ts";
import type { Context, Reply, Setup, Step, UpstreamOutcome } from "../plugin.ts";
import { gaveUp } from "../reply.ts";
import { type ForwardOptions, readForwardOptions } from "./forward/options.ts";

export const forward: Setup = (directive, environment) => {
  const read = readForwardOptions(directive, environment);
  if (!read.ok) return read;
  const options = read.value;
  const hasNextForward = (environment.following ?? 0) > 0;
  let robin = 0;
  return ok({
    name: "forward",
    async serve(question, context, next) {
      if (!isForwarded(question, options)) return next(question);
      robin = (robin + 1) % options.to.length;
      const reply = await ask(question, context, options, inOrder(options, robin, context));
      if (!hasNextForward || reply.unwritten || !goesOn(reply, options)) return reply;
      const other = await next(question);
      return { ...other, steps: [...reply.steps, ...other.steps] };
    },
  });
};

function isForwarded(question: Question, options: ForwardOptions): boolean {
  if (!isWithin(question.name, options.from)) return false;
  return sameName(question.name, options.from) || !withinAny(question.name, options.except);
}

function goesOn(reply: Reply, options: ForwardOptions): boolean {
  if (options.next.includes(reply.rcode)) return true;
  return options.nextOnNodata && reply.rcode === "NOERROR" && reply.answer.length === 0;
}

/** A lone upstream is asked until 5 s have gone (`defaultTimeout`), of which each reply is given 2 (`readTimeout`). */
const FEWEST_ATTEMPTS = 3;

async function ask(
  question: Question,
  context: Context,
  options: ForwardOptions,
  upstreams: readonly string[],
): Promise<Reply> {
  const most = Math.max(FEWEST_ATTEMPTS, 2 * upstreams.length);
  const attempts = Math.min(options.attempts ?? most, most);
  const steps: Step[] = [];
  let failed: Ede | undefined;
  let failures = 0;
  let refused = 0;
  for (let turn = 0; failures < attempts; turn++) {
    const address = upstreams[turn % upstreams.length] as string;
    const outcome = await context.exchange(address, question, {
      dnssecOk: context.dnssecOk,
      checkingDisabled: context.checkingDisabled,
      recursionDesired: context.recursionDesired,
      cacheOff: context.cacheOff,
      ...(options.protocol && { protocol: options.protocol }),
    });
    if (outcome.kind === "failed") {
      failures++;
      failed = outcome.ede;
      steps.push({ plugin: "forward", did: `${address} failed: ${outcome.why}` });
      steps.push(...(outcome.steps ?? []));
      // Without time or operations left no other upstream can be asked either.
      if (outcome.how === "budget") break;
      continue;
    }
    const said = `asked ${address}: ${outcome.rcode}`;
    for (const did of [said, ...outcome.notes]) steps.push({ plugin: "forward", did });
    steps.push(...(outcome.inner?.steps ?? []));
    // Every upstream has one try: the last one's reply stands (failover in plugin/forward/README.md).
    if (options.failover.includes(outcome.rcode) && ++refused < upstreams.length) continue;
    return replyOf(outcome, address, steps);
  }
  return gaveUp("forward", "SERVFAIL", steps, failed ? [failed] : []);
}

function replyOf(
  outcome: Extract<UpstreamOutcome, { kind: "reply" }>,
  upstream: string,
  steps: readonly Step[],
): Reply {
  const { rcode, authoritative, authenticData, answer, authority, additional, ede } = outcome;
  const sections = { answer, authority, additional };
  const flags = { rcode, authoritative, authenticData };
  const whole = { ...flags, ...sections, ede, steps };
  if (outcome.inner === undefined) {
    return { ...whole, source: "forward", cache: outcome.cache, upstream };
  }
  // `upstream` is for resolvers outside: servers inside are shown by their steps.
  const { source, cache, upstream: beyond } = outcome.inner;
  return { ...whole, source, cache, ...(beyond !== undefined && { upstream: beyond }) };
}

/** plugin/forward/policy.go: `round_robin` begins one further each time and keeps the order of the others. */
function inOrder(options: ForwardOptions, robin: number, context: Context): readonly string[] {
  const upstreams = [...options.to];
  if (options.policy === "sequential" || upstreams.length === 1) return upstreams;
  if (options.policy === "round_robin") {
    const [first] = upstreams.splice(robin, 1) as [string];
    return [first, ...upstreams];
  }
  for (let last = upstreams.length - 1; last > 0; last--) {
    const other = Math.floor(context.random() * (last + 1));
    [upstreams[last], upstreams[other]] = [upstreams[other] as string, upstreams[last] as string];
  }
  return upstreams;
}
