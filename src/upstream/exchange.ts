/**
 * Asks a resolver outside the cluster: the KV first, then the transport that stands behind its address.
 *
 * Nothing but the mapped transports is ever contacted. Every wait has an end: the attempt's own, and the lookup's
 * {@link Budget}. Failures come back as values with the Extended DNS Error that fits (RFC 8914).
 *
 * @module
 */
import { type Wait, within } from "../cache/time-limit.ts";
import type { CacheKey, UpstreamCache } from "../cache/upstream-cache.ts";
import type { Exchange, UpstreamOutcome } from "../coredns/plugin.ts";
import type { Message, Question } from "../dns/message.ts";
import { key } from "../dns/name.ts";
import { decodeMessage, encodeMessage } from "../dns/wire.ts";
import type { Budget } from "./budget.ts";
import { failureMemory } from "./failures.ts";
import type { InternetZone } from "./internet.ts";
import { canonicalEndpoint, type Target, targetOf, type UpstreamMap } from "./map.ts";
import { believed, edesFrom, faultOf, isUnread, respell } from "./reply.ts";
import type { Carried, DohTransport, TcpTransport } from "./transport.ts";

export interface UpstreamDeps {
  readonly map: UpstreamMap;
  readonly internet: InternetZone;
  readonly doh?: DohTransport;
  readonly tcp?: TcpTransport;
  readonly cache?: UpstreamCache;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to below 1: message ids. */
  random(): number;
  readonly wait: Wait;
  /** Whether one request may wait for another's query: Workers forbid it, a promise there belongs to its request. */
  readonly coalesce: boolean;
}

/** The exchange of one lookup. `background` keeps work alive that outlives the reply (`waitUntil`). */
export type Upstreams = (budget: Budget, background: (work: Promise<unknown>) => void) => Exchange;

type Flags = Parameters<Exchange>[2];
type Failure = Extract<UpstreamOutcome, { kind: "failed" }>;
type Answered = { readonly kind: "reply"; readonly reply: Message } | Failure;

/** Milliseconds for one attempt at an upstream. */
const ATTEMPT = 2000;
const ATTEMPTS = 2;

/** Octets: what DNS Flag Day 2020 settled on. It limits nothing here, for TCP and HTTPS have no limit but 65,535. */
const UDP_SIZE = 1232;

export function createUpstreams(deps: UpstreamDeps): Upstreams {
  const failures = failureMemory<Failure>(deps.now);
  const inFlight = new Map<string, Promise<Answered>>();

  return (budget, background) => async (address, question, flags) => {
    const endpoint = canonicalEndpoint(address);
    const target = targetOf(deps.map, address);
    if (endpoint === undefined || target === undefined) return unmapped(address);

    const cacheKey = { upstream: `${endpoint} ${target.id}`, question, ...flags };
    const notes: string[] = [];
    if (!flags.cacheOff && deps.cache !== undefined) {
      const kept = await readCache(deps.cache, cacheKey, budget, deps.now);
      if (kept.note !== undefined) notes.push(kept.note);
      if (kept.reply !== undefined) return outcomeOf(kept.reply, question, "kv", notes);
    }

    const answered = await answer({ endpoint, target, question, flags, budget });
    if (answered.kind === "failed") return answered;
    // What is said without recursion is only what that resolver happened to know.
    if (!flags.cacheOff && flags.recursionDesired && deps.cache !== undefined) {
      const write = deps.cache.write(cacheKey, answered.reply);
      if (write !== undefined && budget.take("kv")) background(write());
    }
    return outcomeOf(answered.reply, question, flags.cacheOff ? "off" : "miss", notes);
  };

  async function answer(asked: Asked): Promise<Answered> {
    if (asked.target.kind === "internet") return askInternet(asked, deps);
    const about = aboutOf(asked);
    const known = asked.flags.cacheOff ? undefined : failures.recall(about);
    if (known !== undefined) return again(known);
    const answered = await together(about, asked);
    if (answered.kind === "failed" && answered.how !== "budget") failures.remember(about, answered);
    return answered;
  }

  /** Identical questions at once are one query, as far as the first one's budget goes. */
  async function together(about: string, asked: Asked): Promise<Answered> {
    if (!deps.coalesce) return ask(asked, deps);
    const running = inFlight.get(about);
    if (running !== undefined) {
      const limited = await within(asked.budget.remaining(), deps.wait, () => running);
      if (limited.kind === "done" && !isOverBudget(limited.value)) return limited.value;
      return ask(asked, deps);
    }
    const work = ask(asked, deps);
    inFlight.set(about, work);
    try {
      return await work;
    } finally {
      inFlight.delete(about);
    }
  }
}

interface Asked {
  /** The resolver's address, canonical. */
  readonly endpoint: string;
  readonly target: Target;
  readonly question: Question;
  readonly flags: Flags;
  readonly budget: Budget;
}

/** Reads the KV, if the budget has an operation for it. */
async function readCache(
  cache: UpstreamCache,
  asked: CacheKey,
  budget: Budget,
  now: () => number,
): Promise<{ readonly reply?: Message; readonly note?: string }> {
  const resting = cache.resting();
  if (resting !== undefined) return { note: resting };
  if (!budget.take("kv")) return { note: "the lookup has used up its KV reads: taken as a miss" };
  const begin = now();
  const kept = await cache.read(asked);
  const failed = kept.kind === "miss" && kept.note !== undefined;
  budget.note({ name: "kv", description: failed ? "failed" : kept.kind, ms: now() - begin });
  if (kept.kind === "hit") return { reply: kept.reply };
  return kept.note === undefined ? {} : { note: kept.note };
}

function askInternet({ endpoint, question, budget }: Asked, { internet }: UpstreamDeps): Answered {
  budget.note({ name: "upstream", description: endpoint, ms: 0 });
  const reply: Message = {
    id: 0,
    opcode: 0,
    flags: { qr: true, aa: false, tc: false, rd: true, ra: true, ad: false, cd: false },
    question: [question],
    additional: [],
    ...internet.resolve(question),
  };
  return { kind: "reply", reply };
}

/** Asks, and asks once more where nothing or rubbish came back. */
async function ask(asked: Asked, deps: UpstreamDeps): Promise<Answered> {
  let last: Failure | undefined;
  let edns = true;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const left = asked.budget.remaining();
    if (left === 0)
      return last ?? failed(asked, "budget", "was not asked: the lookup's 5 s are over");
    if (!asked.budget.take("upstream")) {
      return (
        last ?? failed(asked, "budget", "was not asked: the lookup has made its 40 operations")
      );
    }
    const answered = await once(asked, deps, Math.min(ATTEMPT, left), edns);
    if (answered.kind === "reply") {
      const { reply } = answered;
      // RFC 6891 §7: a server that has never heard of EDNS says FORMERR, without an OPT of its own.
      if (!edns || !isUnread(reply) || reply.edns !== undefined) return answered;
      edns = false;
      last = failed(asked, "rubbish", `answered ${reply.rcode}`);
      if (attempt === ATTEMPTS) return answered;
    } else {
      if (answered.how === "unreachable") return answered;
      last = answered;
    }
  }
  return last as Failure;
}

async function once(
  asked: Asked,
  deps: UpstreamDeps,
  limit: number,
  edns: boolean,
): Promise<Answered> {
  const { question, flags, endpoint, budget } = asked;
  const query = queryFor(question, flags, Math.floor(deps.random() * 0x10000), edns);
  const begin = deps.now();
  const limited = await within(limit, deps.wait, (signal) =>
    carry(asked.target, encodeMessage(query), signal, deps),
  );
  budget.note({ name: "upstream", description: endpoint, ms: deps.now() - begin });
  if (limited.kind === "timeout") {
    return failed(asked, "timeout", `did not answer within ${Math.round(limit)} ms`);
  }
  if (limited.kind === "threw") return failed(asked, "unreachable", "could not be asked");
  const carried = limited.value;
  if (!carried.ok) return failed(asked, carried.error.kind, carried.error.why);
  const decoded = decodeMessage(carried.value);
  if (!decoded.ok) return failed(asked, "rubbish", "sent what is no whole DNS message");
  const fault = faultOf(decoded.value, query);
  if (fault !== undefined) return failed(asked, "rubbish", fault);
  return { kind: "reply", reply: purged(decoded.value, question, flags.dnssecOk) };
}

function carry(
  target: Target,
  query: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
  { doh, tcp }: UpstreamDeps,
): Carried {
  if (target.kind === "doh" && doh !== undefined) return doh(target.url, query, signal);
  if (target.kind === "tcp" && tcp !== undefined) return tcp(target.to, query, signal);
  throw new Error(`no transport for ${target.kind}`);
}

function queryFor(question: Question, flags: Flags, id: number, edns: boolean): Message {
  const { dnssecOk, checkingDisabled: cd, recursionDesired: rd } = flags;
  return {
    id,
    opcode: 0,
    rcode: "NOERROR",
    flags: { qr: false, aa: false, tc: false, rd, ra: false, ad: false, cd },
    question: [question],
    answer: [],
    authority: [],
    additional: [],
    ...(edns ? { edns: { udpSize: UDP_SIZE, version: 0, dnssecOk, options: [] } } : {}),
  };
}

/** The reply with only what answers the question: this is what is kept and shown. */
function purged(reply: Message, question: Question, dnssecOk: boolean): Message {
  const { answer, authority } = believed(reply, question, dnssecOk);
  return { ...reply, question: [question], answer, authority, additional: [] };
}

function outcomeOf(
  reply: Message,
  question: Question,
  cache: "miss" | "kv" | "off",
  notes: readonly string[],
): UpstreamOutcome {
  return {
    kind: "reply",
    rcode: reply.rcode,
    authenticData: reply.flags.ad,
    authoritative: reply.flags.aa,
    answer: respell(reply.answer, question.name),
    authority: respell(reply.authority, question.name),
    additional: [],
    cache,
    ede: edesFrom(reply.edns),
    notes,
  };
}

/** RFC 8914 §4: no reachable authority, network error, other. */
const EDE_OF = { timeout: 22, unreachable: 23, rubbish: 0, budget: 0 } as const;

function failed({ endpoint }: Asked, how: Failure["how"], did: string): Failure {
  const why = `${endpoint} ${did}`;
  return { kind: "failed", how, why, ede: { code: EDE_OF[how], text: why } };
}

/** The address is a cluster's, so anything may stand there. */
function unmapped(address: string): Failure {
  const why = `${address.slice(0, 60)} is unreachable: NDOTS_UPSTREAMS maps it to no transport`;
  return { kind: "failed", how: "unreachable", why, ede: { code: 23, text: why } };
}

/** A failure that is still remembered (RFC 9520). */
function again({ how, why, ede }: Failure): Failure {
  const text = `${why} (a moment ago, and is not asked again yet)`;
  return { kind: "failed", how, why: text, ede: { code: ede.code, text } };
}

function isOverBudget(answered: Answered): boolean {
  return answered.kind === "failed" && answered.how === "budget";
}

/** What a query is about: two of the same are one query. */
function aboutOf({ endpoint, target, question, flags }: Asked): string {
  const { dnssecOk, checkingDisabled, recursionDesired, cacheOff } = flags;
  const bits = [dnssecOk, checkingDisabled, recursionDesired, cacheOff].map(Number).join("");
  return `${key(question.name)} ${question.type} ${question.class} ${bits} ${endpoint} ${target.id}`;
}
