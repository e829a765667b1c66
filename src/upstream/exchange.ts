/**
 * Asks a resolver outside the cluster: the KV first, then the transport that stands behind its address.
 *
 * Nothing but the mapped transports is ever contacted. Every wait has an end: the attempt's own, and the lookup's
 * {@link Budget}. Failures come back as values with the Extended DNS Error that fits (RFC 8914).
 *
 * @module
 */
import type { Wait } from "../cache/time-limit.ts";
import type { CacheKey, UpstreamCache } from "../cache/upstream-cache.ts";
import type { Exchange, UpstreamOutcome } from "../coredns/plugin.ts";
import { edeOption } from "../dns/ede.ts";
import type { Message, Question } from "../dns/message.ts";
import { key } from "../dns/name.ts";
import {
  type Answered,
  type AskDeps,
  type Asked,
  ask,
  type Failure,
  isAlive,
  type Tally,
  unresolved,
} from "./ask.ts";
import type { Budget } from "./budget.ts";
import { failureMemory } from "./failures.ts";
import { upstreamHealth } from "./health.ts";
import type { InternetZone } from "./internet.ts";
import { canonicalEndpoint, targetOf, type UpstreamMap } from "./map.ts";
import { edesFrom, isFailure, respell } from "./reply.ts";
import { createTogether } from "./together.ts";

export interface UpstreamDeps extends AskDeps {
  readonly map: UpstreamMap;
  readonly internet: InternetZone;
  readonly cache?: UpstreamCache;
  readonly wait: Wait;
  /** Whether one request may wait for another's query: Workers forbid it, a promise there belongs to its request. */
  readonly coalesce: boolean;
}

/** The exchange of one lookup. `background` keeps work alive that outlives the reply (`waitUntil`). */
export type Upstreams = (budget: Budget, background: Background) => Exchange;

type Background = (work: Promise<unknown>) => void;

/** What came of a question, as all who asked it at once are told. */
interface Found {
  readonly answered: Answered;
  readonly cache: "miss" | "kv" | "off";
  readonly notes: readonly string[];
}

interface Visit extends Asked {
  /** What the question is about: two of the same are one query. */
  readonly about: string;
  readonly background: Background;
}

export function createUpstreams(deps: UpstreamDeps): Upstreams {
  const failures = failureMemory<Answered>(deps.now);
  const health = upstreamHealth<Failure>(deps.now);
  const isShared = ({ answered }: Found) => !isOverBudget(answered);
  const together = createTogether<Found>({ ...deps, isShared });

  return (budget, background) => {
    const tallies = new Map<string, Tally>();
    return async (address, question, flags) => {
      const endpoint = canonicalEndpoint(address);
      const target = targetOf(deps.map, address);
      if (endpoint === undefined || target === undefined) return unmapped(address);
      const about = aboutOf({ endpoint, target, question, flags });
      const tally = tallies.get(about) ?? { sent: 0 };
      tallies.set(about, tally);
      const visit = { endpoint, target, question, flags, budget, tally, about, background };
      const waiter = { remaining: budget.remaining, background };
      const { outcome, joined } =
        target.kind === "internet"
          ? { outcome: await find(visit), joined: false }
          : await together(about, waiter, () => find(visit));
      const notes = joined ? [...outcome.notes, ASKED_TOGETHER] : outcome.notes;
      const { answered, cache } = outcome;
      if (answered.kind === "failed") return answered;
      return outcomeOf(answered.reply, question, cache, notes);
    };
  };

  async function find(visit: Visit): Promise<Found> {
    const { endpoint, target, question, flags, budget, background } = visit;
    const { cache } = deps;
    const keyed = { upstream: `${endpoint} ${target.id}`, question, ...flags };
    const notes: string[] = [];
    if (!flags.cacheOff && cache !== undefined) {
      const kept = await readCache(cache, keyed, budget, deps.now);
      if (kept.note !== undefined) notes.push(kept.note);
      if (kept.reply !== undefined) {
        return { answered: { kind: "reply", reply: kept.reply }, cache: "kv", notes };
      }
    }
    const answered = await answer(visit, notes);
    // What is said without recursion is only what that resolver happened to know.
    if (answered.kind === "reply" && !flags.cacheOff && flags.recursionDesired) {
      const write = cache?.write(keyed, answered.reply);
      if (write !== undefined && budget.take("kv")) background(write());
    }
    return { answered, cache: flags.cacheOff ? "off" : "miss", notes };
  }

  async function answer(visit: Visit, notes: string[]): Promise<Answered> {
    const { about, target, flags } = visit;
    if (target.kind === "internet") return askInternet(visit, deps);
    if (!flags.cacheOff) {
      const known = failures.recall(about);
      if (known !== undefined) return again(known.failure, known.left, visit, notes);
      const down = health.resting(target.id);
      if (down !== undefined) return isLeftAlone(down.failure, down.left, visit);
    }
    const answered = await ask(visit, deps);
    if (isOverBudget(answered)) return answered;
    if (answered.kind === "failed" || isFailure(answered.reply.rcode)) {
      failures.remember(about, answered);
    } else {
      failures.forget(about);
    }
    if (answered.kind === "reply") health.replied(target.id);
    else if (health.failed(target.id)) checkHealth(visit, answered);
    return answered;
  }

  /** In the background: who asked has its outcome already. */
  function checkHealth(visit: Visit, failure: Failure): void {
    if (!visit.budget.take("upstream")) return;
    const check = isAlive(visit, deps).then((alive) => {
      if (alive) health.replied(visit.target.id);
      else health.isDown(visit.target.id, failure);
    });
    visit.background(check);
  }
}

const ASKED_TOGETHER = "the same question was under way already: this is its answer too";

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
  const said = internet.resolve(question);
  const reply: Message = {
    id: 0,
    opcode: 0,
    flags: { qr: true, aa: false, tc: false, rd: true, ra: true, ad: false, cd: false },
    question: [question],
    additional: [],
    ...said,
  };
  if (!isFailure(said.rcode)) return { kind: "reply", reply };
  return { kind: "reply", reply: unresolved(reply, `${endpoint} found aliases without an end`) };
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

/** A failure that is still remembered. */
function again(known: Answered, left: number, { endpoint }: Asked, notes: string[]): Answered {
  const moment = `a moment ago, and is not asked the same for another ${seconds(left)}`;
  if (known.kind === "failed") return { ...known, ...told(known, `${known.why} (${moment})`) };
  const { reply } = known;
  const text = `${endpoint} said ${reply.rcode} ${moment}`;
  notes.push(text);
  // RFC 8914 §4.14: Cached Error.
  const options = [edeOption({ code: 13, text }), ...(reply.edns?.options ?? [])];
  const edns = { udpSize: 0, version: 0, dnssecOk: false, ...reply.edns, options };
  return { kind: "reply", reply: { ...reply, edns } };
}

function isLeftAlone(failure: Failure, left: number, { endpoint }: Asked): Failure {
  const why = `${endpoint} is down: neither the last questions nor a health check were answered`;
  return { ...failure, ...told(failure, `${why}; it is not asked for another ${seconds(left)}`) };
}

function told({ ede }: Failure, why: string): Pick<Failure, "why" | "ede"> {
  return { why, ede: { code: ede.code, text: why } };
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}

function isOverBudget(answered: Answered): boolean {
  return answered.kind === "failed" && answered.how === "budget";
}

function aboutOf({ endpoint, target, question, flags }: Omit<Asked, "budget" | "tally">): string {
  const { dnssecOk, checkingDisabled, recursionDesired, cacheOff } = flags;
  const bits = [dnssecOk, checkingDisabled, recursionDesired, cacheOff].map(Number).join("");
  return `${key(question.name)} ${question.type} ${question.class} ${bits} ${endpoint} ${target.id}`;
}
