/**
 * Asks a resolver outside the cluster: the KV first, then the transport that stands behind its address.
 *
 * Nothing but the mapped transports is ever contacted. Every wait has an end: the attempt's own, and the lookup's
 * {@link Budget}. Failures come back as values with the Extended DNS Error that fits (RFC 8914).
 *
 * @module
 */
import { within } from "../cache/time-limit.ts";
import type { CacheKey, UpstreamCache } from "../cache/upstream-cache.ts";
import type { Exchange, UpstreamOutcome } from "../coredns/plugin.ts";
import type { Message, Question } from "../dns/message.ts";
import { key } from "../dns/name.ts";
import { type Answered, type AskDeps, type Asked, ask, type Failure } from "./ask.ts";
import type { Budget } from "./budget.ts";
import { failureMemory } from "./failures.ts";
import type { InternetZone } from "./internet.ts";
import { canonicalEndpoint, targetOf, type UpstreamMap } from "./map.ts";
import { edesFrom, respell } from "./reply.ts";

export interface UpstreamDeps extends AskDeps {
  readonly map: UpstreamMap;
  readonly internet: InternetZone;
  readonly cache?: UpstreamCache;
  /** Whether one request may wait for another's query: Workers forbid it, a promise there belongs to its request. */
  readonly coalesce: boolean;
}

/** The exchange of one lookup. `background` keeps work alive that outlives the reply (`waitUntil`). */
export type Upstreams = (budget: Budget, background: (work: Promise<unknown>) => void) => Exchange;

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
