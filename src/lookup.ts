/**
 * One lookup, from what a pod's application asked to the answer and its trace. The file to read first.
 *
 * The stub resolver says what it sends and to which nameserver; `route` says where such a packet ends; CoreDNS's
 * plugin chain or a resolver outside answers; and the reply decides whether the stub asks again. Explaining is part
 * of the result: the trace is the list of these queries, in order.
 *
 * @module
 */
import { type Answer, answerOf } from "./answer.ts";
import { type CoreDnsRoute, type NodeLocalRoute, type Route, route } from "./cluster/route.ts";
import type { Vantage } from "./cluster/vantage.ts";
import { askCoreDns, askNodeLocal, type ClusterQuery } from "./cluster-exchange.ts";
import type { ClusterOutcome } from "./cluster-outcome.ts";
import type { Exchange, Reply } from "./coredns/plugin.ts";
import type { CoreDns } from "./coredns/server.ts";
import { bare, type Question, type Rcode, type RRType } from "./dns/message.ts";
import { isWithin, name, parseName, ROOT } from "./dns/name.ts";
import { type Asked, type Exchanged, traceOf } from "./exchanged.ts";
import type {
  Libc,
  Outcome,
  ResolvConf,
  Stub,
  StubQuery,
  StubQuestion,
  StubSettings,
} from "./stub/resolver.ts";
import { stubOf } from "./stub/stubs.ts";
import { countAnswers, type TracedQuery } from "./trace/query.ts";

export interface LookupOptions {
  readonly ndots?: number;
  /** `[]` is `search=off`: the name is asked as it is. */
  readonly search?: readonly string[];
  readonly libc?: Libc;
  readonly family?: "4" | "6" | "any";
  readonly cacheOff?: boolean;
}

/** What a lookup needs from outside. */
export interface World {
  readonly coredns: CoreDns;
  readonly exchange: Exchange;
  /** Whether the resolver at that address answers all types of a name with one rcode (the internet zone does). */
  answersConsistently(upstream: string): boolean;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  background(work: Promise<unknown>): void;
}

export interface Lookup extends Answer {
  readonly queries: readonly TracedQuery[];
}

/** Types that no libc's search ever meets: address-to-name, and what only tools ask for. */
const NEVER_SEARCHED: ReadonlySet<RRType> = new Set(["PTR", "ANY"]);

const ARPA = name("arpa.");

/** A lookup that asked nothing. */
export function unanswered(rcode: Rcode): Lookup {
  return { ...bare(rcode), queries: [], ttl: undefined };
}

export async function lookUp(
  vantage: Vantage,
  asked: Asked,
  options: LookupOptions,
  world: World,
): Promise<Lookup> {
  const { stub, conf, settings, routes } = preparation(vantage, options);
  const visit: Visit = { asked, vantage, world, options, endpoints: new Map() };

  const exchanged: Exchanged[] = [];
  const byQuery = new Map<StubQuery, Exchanged>();
  const question = stubQuestion(asked, options, (query) => {
    const reply = byQuery.get(query)?.reply;
    return reply !== undefined && isConsistent(reply, world);
  });
  const machine = stub.run(question, conf);
  let step = machine.next();
  while (!step.done) {
    const outcomes: Outcome[] = [];
    for (const query of step.value) {
      const one = await send(query, routes[query.server] as Route, visit);
      exchanged.push(one);
      byQuery.set(query, one);
      outcomes.push(one.outcome);
    }
    step = machine.next(outcomes);
  }

  const notes = [...settings.notes, ...searchedBefore(asked, question, settings.search)];
  let planned: ReturnType<typeof stub.candidates> | undefined;
  const candidates = () => {
    planned ??= stub.candidates(question, conf);
    return planned;
  };
  return {
    ...answerOf(asked, step.value, exchanged),
    queries: traceOf(exchanged, candidates, notes),
  };
}

interface Visit {
  readonly asked: Asked;
  readonly vantage: Vantage;
  readonly world: World;
  readonly options: LookupOptions;
  /** The endpoint behind a ClusterIP stays the same for a socket: conntrack remembers the flow. */
  readonly endpoints: Map<string, string>;
}

/** What a vantage's lookups have in common. */
interface Preparation {
  readonly stub: Stub;
  readonly conf: ResolvConf;
  readonly settings: StubSettings;
  /** One a nameserver. */
  readonly routes: readonly Route[];
}

const PREPARED = new WeakMap<Vantage, Map<Libc, Preparation>>();

/** Kept by vantage and libc; made anew where the options change resolv.conf. */
function preparation(vantage: Vantage, options: LookupOptions): Preparation {
  const libc = options.libc ?? vantage.libc;
  if (options.ndots !== undefined || options.search !== undefined) {
    return prepare(vantage, libc, overridden(vantage.resolvConf, options));
  }
  const byLibc = PREPARED.get(vantage) ?? new Map<Libc, Preparation>();
  PREPARED.set(vantage, byLibc);
  const prepared = byLibc.get(libc) ?? prepare(vantage, libc, vantage.resolvConf);
  byLibc.set(libc, prepared);
  return prepared;
}

function prepare(vantage: Vantage, libc: Libc, conf: ResolvConf): Preparation {
  const stub = stubOf(libc);
  const settings = stub.settings(conf);
  const routes = settings.nameservers.map((address) => route(vantage, address));
  return { stub, conf, settings, routes };
}

/** The pod's resolv.conf with the options of this lookup in place of its own. */
function overridden(conf: ResolvConf, options: LookupOptions): ResolvConf {
  const { ndots, search } = options;
  const words = conf.options.filter((word) => ndots === undefined || !word.startsWith("ndots:"));
  return {
    nameservers: conf.nameservers,
    search: search ?? conf.search,
    options: ndots === undefined ? words : [...words, `ndots:${ndots}`],
  };
}

function stubQuestion(
  asked: Asked,
  options: LookupOptions,
  consistent: (query: StubQuery) => boolean,
): StubQuestion {
  const { type, name: qname } = asked.question;
  const asItIs =
    asked.absolute ||
    qname === ROOT ||
    options.search?.length === 0 ||
    NEVER_SEARCHED.has(type) ||
    isWithin(qname, ARPA);
  const typed = asItIs ? qname : qname.slice(0, -1);
  const isAddress = type === "A" || type === "AAAA";
  const both = isAddress && !asItIs && (options.family ?? "any") === "any";
  if (!both) return { typed, types: [type], consistent, fromSearch: true };
  return { typed, types: ["A", "AAAA"], wanted: type, consistent, fromSearch: true };
}

/** Whether this reply's NXDOMAIN or NOERROR holds for every type of the name, so that its sibling need not be asked. */
function isConsistent(reply: Reply, world: World): boolean {
  if (reply.upstream !== undefined) return world.answersConsistently(reply.upstream);
  return reply.source === "kubernetes" || reply.source === "hosts" || reply.source === "file";
}

async function send(query: StubQuery, to: Route, visit: Visit): Promise<Exchanged> {
  const question: Question = { name: query.qname, type: query.qtype, class: 1 };
  switch (to.kind) {
    case "reject":
      return { query, outcome: { kind: "unreachable" }, ede: { code: 23, text: to.why } };
    case "silence":
      return { query, outcome: { kind: "timeout" }, ede: { code: 22, text: to.why } };
    case "upstream":
      return sendOutside(query, question, to.address, visit);
    case "node-local":
    case "coredns": {
      const met = await askInside(query, question, to, visit);
      const { reply } = met;
      if (met.kind === "reply") {
        return { query, outcome: outcomeOf(met.reply, query.qtype), reply: met.reply };
      }
      const ede = { code: met.kind === "timeout" ? 22 : 23, text: met.why };
      return { query, outcome: { kind: met.kind }, ede, ...(reply && { reply }) };
    }
  }
}

/** CoreDNS, or the node's own cache in front of it: both may ask further servers of the cluster. */
function askInside(
  query: StubQuery,
  question: Question,
  to: CoreDnsRoute | NodeLocalRoute,
  visit: Visit,
): Promise<ClusterOutcome> {
  const { asked, options, vantage, world } = visit;
  const whole: ClusterQuery = {
    client: { address: vantage.address, pod: vantage.pod },
    dnssecOk: asked.dnssecOk,
    checkingDisabled: asked.checkingDisabled,
    authenticData: asked.authenticData,
    recursionDesired: asked.recursionDesired,
    cacheOff: options.cacheOff ?? false,
    now: world.now,
    random: world.random,
    background: world.background,
  };
  const { coredns, exchange: outside } = world;
  const servers = { cluster: vantage.cluster, coredns, outside };
  return to.kind === "node-local"
    ? askNodeLocal(question, to.address, vantage.node, whole, servers)
    : askCoreDns(question, endpointFor(query, to.endpoints, visit), whole, servers);
}

/** The pod asks a resolver outside the cluster itself: no CoreDNS, no plugin. */
async function sendOutside(
  query: StubQuery,
  question: Question,
  address: string,
  visit: Visit,
): Promise<Exchanged> {
  const { asked, options, world } = visit;
  const answered = await world.exchange(address, question, {
    dnssecOk: asked.dnssecOk,
    checkingDisabled: asked.checkingDisabled,
    recursionDesired: asked.recursionDesired,
    cacheOff: options.cacheOff ?? false,
  });
  if (answered.kind === "failed") {
    return { query, outcome: { kind: "timeout" }, ede: answered.ede, upstream: address };
  }
  const reply: Reply = {
    ...answered,
    source: "upstream",
    upstream: address,
    steps: answered.notes.map((did) => ({ plugin: "upstream", did })),
  };
  return { query, outcome: outcomeOf(reply, query.qtype), reply };
}

function endpointFor(query: StubQuery, endpoints: readonly string[], visit: Visit): string {
  const flow = `${query.server}/${query.socket}`;
  const known = visit.endpoints.get(flow);
  if (known !== undefined) return known;
  const drawn = endpoints[Math.floor(visit.world.random() * endpoints.length)] ?? "";
  visit.endpoints.set(flow, drawn);
  return drawn;
}

function outcomeOf(reply: Reply, type: RRType): Outcome {
  const answers = countAnswers(reply.answer, type);
  return { kind: "reply", rcode: reply.rcode, answers, records: reply.answer.length };
}

/** "The name ends in a search domain" means that a client searched before us, and that we now search again. */
function searchedBefore(
  asked: Asked,
  question: StubQuestion,
  search: readonly string[],
): readonly string[] {
  if (question.typed.endsWith(".")) return [];
  const domain = search.find((text) => {
    const parsed = parseName(text);
    return parsed.ok && parsed.value !== ROOT && isWithin(asked.question.name, parsed.value);
  });
  if (domain === undefined) return [];
  return [
    `the name already ends in search domain ${domain}: a client that searches by itself asks /dns-query/search=off`,
  ];
}
