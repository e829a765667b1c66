/**
 * autopath - walks the client's search list here, so that the client asks once.
 *
 *     autopath [ZONES...] RESOLV-CONF
 *
 * RESOLV-CONF is a file with a `search` line, a key of CoreDNS's ConfigMap or /etc/resolv.conf of the node, or
 * `@kubernetes`: the list of the Pod that asks, known by its address, for which `kubernetes` needs `pods verified` in the
 * same server block. Without ZONES the server block's are taken.
 *
 *     autopath my-resolv.conf
 *
 * A query for a name below the first domain of the list is the first step of a client's search. The other domains
 * are tried in its place, and the bare name last; the first reply that is not NXDOMAIN is taken, NODATA too. A CNAME then leads from the
 * asked name to the found one. Where all are NXDOMAIN the client gets the first of them, and goes on searching by itself.
 *
 *     autopath @kubernetes
 *     kubernetes cluster.local {
 *         pods verified
 *     }
 *
 * A query for the first domain itself leaves nothing to walk with, and is SERVFAIL.
 *
 * @module
 */
import type { Question, RR } from "../../dns/message.ts";
import {
  fromLabels,
  isWithin,
  labels,
  type Name,
  parseName,
  ROOT,
  sameName,
} from "../../dns/name.ts";
import { err, ok, type Result } from "../../result.ts";
import { withinAny, wrong, wrongCount, zonesOrBlock } from "../arguments.ts";
import type { Directive } from "../corefile.ts";
import type { Environment, Next, Reply, Setup, SetupError, Step } from "../plugin.ts";
import { gaveUp } from "../reply.ts";
import { type SearchOf, searchOfClient, searchOfFile } from "./autopath/search.ts";

export const autopath: Setup = (directive, environment) => {
  const read = searchFor(directive, environment);
  if (!read.ok) return read;
  const zones = zonesOrBlock(directive.args.slice(0, -1), environment.zones);
  // Of several in a block the last counts.
  const counts = (environment.following ?? 0) === 0;
  return ok({
    name: "autopath",
    async serve(question, context, next) {
      if (!counts || !withinAny(question.name, zones)) return next(question);
      const search = read.value(question.name, context.client);
      if (!search.ok) return passOn(search.error, question, next);
      const [first] = search.value;
      if (first === undefined) return passOn("the search list is empty", question, next);
      if (!isWithin(question.name, first)) {
        return passOn(`not below ${first}, where a search begins`, question, next);
      }
      if (sameName(question.name, first)) return overshot(first);
      return walk(question, search.value, next);
    },
  });
};

function searchFor(directive: Directive, environment: Environment): Result<SearchOf, SetupError> {
  const source = directive.args.at(-1);
  if (source === undefined || source === "") {
    return wrongCount(directive, "zones and a resolv.conf, or @kubernetes");
  }
  if (!source.startsWith("@")) {
    const search = searchOfFile(source, environment);
    if (search === undefined) {
      return wrong(directive, `autopath takes a resolv.conf: ${source} is no such file`);
    }
    return ok(() => ok(search));
  }
  const plugin = source.slice(1);
  if (plugin === "kubernetes") return ok(searchOfClient(environment));
  if (!environment.directives?.some(({ name }) => name === plugin)) {
    return ok(() => err(`no ${plugin} plugin in the server block`));
  }
  if (plugin === "erratic") return ok(() => ok(ERRATIC));
  return wrong(directive, `autopath takes @kubernetes or @erratic: received ${source}`);
}

/** What plugin/erratic gives, for tests of autopath. */
const ERRATIC = ["a.example.org.", "b.example.org."] as Name[];

async function walk(question: Question, search: readonly Name[], next: Next): Promise<Reply> {
  const length = labels(search[0] as Name).length;
  const all = labels(question.name);
  const base = all.slice(0, all.length - length);
  const steps: Step[] = [];
  const tried: Name[] = [];
  let first: Reply | undefined;
  for (const domain of [...search, ROOT]) {
    const candidate = parseName(fromLabels([...base, ...labels(domain)]));
    if (!candidate.ok) continue;
    const reply = await next({ ...question, name: candidate.value });
    steps.push(...reply.steps);
    tried.push(candidate.value);
    first ??= reply;
    if (isError(reply)) return told(reply, `gave up at ${candidate.value}`, steps);
    if (reply.unwritten || reply.rcode === "NXDOMAIN") continue;
    const found = `found ${candidate.value}, try ${tried.length} of ${search.length + 1}`;
    const answer = withCname(reply.answer, question.name);
    return told({ ...reply, answer }, `${found}, for ${fromLabels(base)}`, steps);
  }
  const did = `found nothing for ${fromLabels(base)} in ${tried.length} tries`;
  return told(first as Reply, did, steps);
}

/**
 * A plugin that broke off, which ends the walk; one that gave up without an error, as `hosts` does, lets it go on. Only
 * `forward` and the end of the chain report an error with it.
 */
function isError(reply: Reply): boolean {
  return reply.unwritten === true && (reply.source === "forward" || reply.source === "server");
}

/** One CNAME from the asked name to the first record of another owner, with that record's TTL (plugin/autopath/cname.go). */
function withCname(answer: readonly RR[], asked: Name): readonly RR[] {
  const other = answer.find((rr) => !sameName(rr.name, asked));
  if (other === undefined) return answer;
  return [{ name: asked, ttl: other.ttl, type: "CNAME", data: other.name }, ...answer];
}

function told(reply: Reply, did: string, steps: readonly Step[]): Reply {
  return { ...reply, steps: [{ plugin: "autopath", did }, ...steps] };
}

async function passOn(why: string, question: Question, next: Next): Promise<Reply> {
  const reply = await next(question);
  return told(reply, `no search: ${why}`, reply.steps);
}

/** Trimming the domain off leaves no name (TrimZone in plugin/pkg/dnsutil), which is an error of the plugin. */
function overshot(first: Name): Reply {
  const did = `broke off: ${first} is the search domain itself, no name stands before it`;
  return gaveUp("autopath", "SERVFAIL", [{ plugin: "autopath", did }]);
}
