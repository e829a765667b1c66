/**
 * The queries of a lookup: the stub says what it sends, each query goes where its packet would, and what came of it
 * decides what the stub sends next.
 *
 * @module
 */
import type { Wait } from "./cache/time-limit.ts";
import type { Carrier, PodCrossing } from "./carrier.ts";
import { type CoreDnsRoute, type NodeLocalRoute, type Route, route } from "./cluster/route.ts";
import type { Vantage } from "./cluster/vantage.ts";
import { askCoreDns, askNodeLocal, type ClusterQuery } from "./cluster-exchange.ts";
import type { ClusterOutcome } from "./cluster-outcome.ts";
import type { Exchange, Reply } from "./coredns/plugin.ts";
import type { CoreDns } from "./coredns/server.ts";
import { canonicalAddress } from "./dns/address.ts";
import type { Question, RRType } from "./dns/message.ts";
import type { Asked, Exchanged } from "./exchanged.ts";
import type {
  Libc,
  Outcome,
  ResolvConf,
  Stub,
  StubQuery,
  StubQuestion,
  StubResult,
  StubSettings,
} from "./stub/resolver.ts";
import { stubOf } from "./stub/stubs.ts";
import { countAnswers } from "./trace/query.ts";

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
  readonly wait?: Wait;
  /** Absent: where a query ends is known without its way. */
  readonly carrier?: Carrier;
}

/** A lookup as it runs. */
export interface Visit {
  readonly asked: Asked;
  readonly vantage: Vantage;
  readonly world: World;
  readonly options: LookupOptions;
}

/** What a vantage's lookups have in common. */
export interface Preparation {
  readonly stub: Stub;
  /** With this lookup's `ndots` and `search` in place of the Pod's own. */
  readonly conf: ResolvConf;
  readonly settings: StubSettings;
  /** One a nameserver. */
  readonly routes: readonly Route[];
}

export interface Run {
  readonly result: StubResult;
  /** In the order in which they were sent. */
  readonly exchanged: readonly Exchanged[];
}

/** Steps the stub until it has its result; `question` may ask about the queries that were answered so far. */
export async function runQueries(
  question: (answered: (query: StubQuery) => Exchanged | undefined) => StubQuestion,
  { stub, conf, routes, settings }: Preparation,
  visit: Visit,
): Promise<Run> {
  const sending: Sending = { ...visit, endpoints: new Map() };
  const exchanged: Exchanged[] = [];
  const byQuery = new Map<StubQuery, Exchanged>();
  const machine = stub.run(
    question((query) => byQuery.get(query)),
    conf,
  );
  let step = machine.next();
  while (!step.done) {
    // What goes out together is on the wire before any reply is.
    const crossings = depart(step.value, settings, visit);
    const outcomes: Outcome[] = [];
    for (const [index, query] of step.value.entries()) {
      const one = await send(query, routes[query.server] as Route, crossings[index], sending);
      exchanged.push(one);
      byQuery.set(query, one);
      outcomes.push(one.outcome);
    }
    step = machine.next(outcomes);
  }
  return { result: step.value, exchanged };
}

interface Sending extends Visit {
  /** The endpoint behind a ClusterIP stays the same for a socket: conntrack remembers the flow. */
  readonly endpoints: Map<string, string>;
}

const PREPARED = new WeakMap<Vantage, Map<Libc, Preparation>>();

/** Kept by vantage and libc; made anew where the options change resolv.conf. */
export function preparation(vantage: Vantage, options: LookupOptions): Preparation {
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

function depart(
  queries: readonly StubQuery[],
  { nameservers }: StubSettings,
  { world }: Visit,
): readonly (PodCrossing | undefined)[] {
  if (world.carrier === undefined) return [];
  const packets = queries.map((query) => {
    const address = nameservers[query.server] as string;
    return {
      address: canonicalAddress(address) ?? address,
      port: 53,
      protocol: query.protocol,
      question: { name: query.qname, type: query.qtype, class: 1 },
      socket: query.socket,
      at: query.at,
      limit: query.limit,
    };
  });
  return world.carrier.fromPod(packets);
}

async function send(
  query: StubQuery,
  to: Route,
  crossing: PodCrossing | undefined,
  visit: Sending,
): Promise<Exchanged> {
  const lost = crossing?.failed;
  if (lost !== undefined) {
    const ede = { code: lost.kind === "timeout" ? 22 : 23, text: lost.why };
    return { query, outcome: { kind: lost.kind }, ede };
  }
  crossing?.begin();
  const one = await exchange(query, to, crossing?.reached, visit);
  if (crossing === undefined || one.outcome.kind !== "reply" || one.reply === undefined) return one;
  const back = crossing.back(one.reply);
  if (back.kind === "reply") {
    if (back.kept === undefined) return one;
    const reply = { ...one.reply, answer: one.reply.answer.slice(0, back.kept) };
    return { ...one, reply, outcome: outcomeOf(reply, query.qtype) };
  }
  return { ...one, outcome: { kind: "timeout" }, ede: { code: 22, text: back.why } };
}

async function exchange(
  query: StubQuery,
  to: Route,
  reached: string | undefined,
  visit: Sending,
): Promise<Exchanged> {
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
      const met = await askInside(query, question, to, reached, visit);
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
  reached: string | undefined,
  visit: Sending,
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
    ...(world.wait && { wait: world.wait }),
    protocol: query.protocol,
  };
  const { coredns, exchange: outside, carrier } = world;
  const servers = { cluster: vantage.cluster, coredns, outside, ...(carrier && { carrier }) };
  return to.kind === "node-local"
    ? askNodeLocal(question, to.address, vantage.node, whole, servers)
    : askCoreDns(question, reached ?? endpointFor(query, to.endpoints, visit), whole, servers);
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

function endpointFor(query: StubQuery, endpoints: readonly string[], visit: Sending): string {
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
