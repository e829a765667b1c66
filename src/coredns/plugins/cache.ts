/**
 * cache - answers again what was answered before.
 *
 *     cache [TTL] [ZONES...] {
 *         success CAPACITY [TTL] [MINTTL]
 *         denial CAPACITY [TTL] [MINTTL]
 *         prefetch AMOUNT [[DURATION] [PERCENTAGE%]]
 *         serve_stale [DURATION] [immediate|verify]
 *         serve_stale_policy prefer_positive
 *         servfail DURATION
 *         disable success|denial [ZONES...]
 *         keepttl
 *     }
 *
 * All records of a reply get one TTL, the smallest of them, not over TTL and not under MINTTL, in the first reply
 * already. A hit has AA set whatever the answer had, and the spelling of the owner that asked first.
 *
 * @module
 */
import { within } from "../../cache/time-limit.ts";
import type { Ede, Question } from "../../dns/message.ts";
import { key as sameCase } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import { withinAny } from "../arguments.ts";
import type { Again, CacheStatus, Context, Next, Reply, Setup, Step } from "../plugin.ts";
import { answers, isKept, kindOf, type ResponseKind, smallestTtl } from "../response.ts";
import { countHit, type Entry, type Store, store, ttlLeft, withTtl } from "./cache/entry.ts";
import { type CacheOptions, readCacheOptions } from "./cache/options.ts";

export const cache: Setup = (directive, environment) => {
  const options = readCacheOptions(directive, environment.zones);
  if (!options.ok) return options;
  const kept: Kept = {
    options: options.value,
    success: store(options.value.success.capacity),
    denial: store(options.value.denial.capacity),
  };
  return ok({
    name: "cache",
    repeats: true,
    async serve(question, context, next) {
      if (!withinAny(question.name, kept.options.zones)) return next(question);
      const now = context.now();
      if (context.cacheOff) {
        const { reply } = shaped(kept, await next(question), question, context, now);
        return stepped(forClient({ ...reply, cache: "off" }, context), "off");
      }
      const entry = lookUp(kept, keyOf(question, context), now);
      if (entry === undefined) return stepped(await fetched(kept, question, context, next), "miss");
      return serveEntry(kept, entry, question, context, next);
    },
  });
};

interface Kept {
  readonly options: CacheOptions;
  readonly success: Store;
  readonly denial: Store;
}

async function serveEntry(
  kept: Kept,
  entry: Entry,
  question: Question,
  context: Context,
  next: Next,
): Promise<Reply> {
  const { stale, prefetch, keepTtl } = kept.options;
  const now = context.now();
  const left = ttlLeft(entry, now);
  if (left <= 0) {
    if (stale.verify && mayRefresh(entry, now, stale.recheck)) {
      const fresh = await verified(kept, entry, question, context, next);
      if (fresh) return stepped(fresh, "miss, the stale entry was refreshed");
    } else if (!stale.verify && mayRefresh(entry, now, stale.recheck)) {
      refreshLater(kept, entry, question, context, next, true);
    }
    const ttl = stale.ttl > 0 || !keepTtl ? stale.ttl / 1000 : entry.ttl;
    const reply = hit(entry, context, ttl, "stale", `hit, stale since ${-left} s`);
    return { ...reply, ede: [...staleEde(reply, question, -left), ...reply.ede] };
  }
  if (prefetch.amount > 0) {
    const hits = countHit(entry, now, prefetch.duration);
    const threshold = Math.ceil((prefetch.percentage / 100) * entry.ttl);
    if (hits >= prefetch.amount && left <= threshold && !entry.refreshing) {
      refreshLater(kept, entry, question, context, next, false);
    }
  }
  const ttl = keepTtl ? entry.ttl : left;
  const reply = hit(entry, context, ttl, "memory", `hit, ${ttl} s left`);
  // Hits that count towards a prefetch have to come by here.
  return prefetch.amount > 0
    ? reply
    : { ...reply, again: again(kept, entry, keyOf(question, context), ttl) };
}

/** As long as the entry is the one that is found, and fresh. */
function again(kept: Kept, entry: Entry, key: string, ttl: number): Again {
  return {
    ttl,
    left(now) {
      const left = lookUp(kept, key, now) === entry ? ttlLeft(entry, now) : 0;
      if (left <= 0) return undefined;
      return kept.options.keepTtl ? entry.ttl : left;
    },
  };
}

/**
 * Denials are looked up first, but for a SERVFAIL that would hide an answer that is still good, and but for
 * `serve_stale_policy prefer_positive` (getIfNotStale in plugin/cache/handler.go).
 */
function lookUp(kept: Kept, key: string, now: number): Entry | undefined {
  const { stale } = kept.options;
  const usable = (entry: Entry | undefined) => {
    if (entry === undefined) return undefined;
    const left = ttlLeft(entry, now);
    return left > 0 || (stale.upTo > 0 && -left < Math.floor(stale.upTo / 1000))
      ? entry
      : undefined;
  };
  const denial = usable(kept.denial.get(key));
  const success = usable(kept.success.get(key));
  const good = stale.preferPositive && stale.upTo > 0 ? usable(answering(kept, key)) : undefined;
  if (good !== undefined) return good;
  return denial && !(denial.reply.rcode === "SERVFAIL" && success) ? denial : success;
}

/** The last known good answer of a key, also where a non-answer was kept since (RFC 8767). */
function answering(kept: Kept, key: string): Entry | undefined {
  const last = kept.success.get(key);
  return last?.answering ? last : last?.lastKnownGood;
}

/** What the rest of the chain says, kept if it may be. */
async function fetched(
  kept: Kept,
  question: Question,
  context: Context,
  next: Next,
  prefetching = false,
): Promise<Reply> {
  const reply = await next(question);
  const { kind, ttl, reply: capped } = shaped(kept, reply, question, context, context.now());
  if (reply.unwritten) return reply;
  keep(kept, capped, kind, ttl, question, context, prefetching);
  return forClient(capped, context);
}

/** The reply with its one TTL in seconds. */
function shaped(
  kept: Kept,
  reply: Reply,
  question: Question,
  context: Context,
  now: number,
): { kind: ResponseKind; ttl: number; reply: Reply } {
  const kind = kindOf(reply, question, now, context.dnssecOk);
  const { success, denial, servfail } = kept.options;
  const limits = kind === "nxdomain" || kind === "nodata" ? denial : success;
  const smallest = smallestTtl(reply, kind, limits.mostTtl);
  const ttl =
    kind === "server-error"
      ? Math.floor(servfail / 1000)
      : Math.min(Math.max(smallest, limits.leastTtl), limits.mostTtl);
  return { kind, ttl, reply: withTtl(reply, ttl) };
}

/** Whether the reply is kept now. */
function keep(
  kept: Kept,
  reply: Reply,
  kind: ResponseKind,
  ttl: number,
  question: Question,
  context: Context,
  prefetching: boolean,
): boolean {
  if (ttl <= 0 || !isKept(reply, question, kind)) return false;
  const positive = kind === "noerror" || kind === "delegation";
  const { except } = positive ? kept.options.success : kept.options.denial;
  if (withinAny(question.name, except)) return false;
  const now = context.now();
  const isAnswer = positive && answers(reply, question);
  const key = keyOf(question, context);
  const { preferPositive } = kept.options.stale;
  const lastKnownGood = positive && preferPositive && !isAnswer ? answering(kept, key) : undefined;
  (positive ? kept.success : kept.denial).set(key, {
    reply: { ...reply, steps: [] },
    ttl,
    stored: now,
    answering: isAnswer,
    ...(lastKnownGood && { lastKnownGood }),
    hits: 0,
    lastHit: now,
    refreshing: false,
    retryAfter: 0,
  });
  if (positive && (preferPositive ? isAnswer : prefetching)) kept.denial.delete(key);
  return true;
}

/**
 * RFC 8914 §4.4, §4.20: an old answer, and an old denial, are told apart from fresh ones. CoreDNS itself says nothing; a
 * SERVFAIL is not stale data.
 */
function staleEde({ rcode }: Reply, { name, type }: Question, since: number): readonly Ede[] {
  const code = rcode === "NOERROR" ? 3 : rcode === "NXDOMAIN" ? 19 : undefined;
  return code === undefined ? [] : [{ code, text: `${name} ${type} expired ${since} s ago` }];
}

/**
 * Asks anew before a stale entry is served; undefined where no usable answer came, or none within the time limit of
 * `verify`: then the answer is still waited for behind the client's back.
 */
async function verified(
  kept: Kept,
  entry: Entry,
  question: Question,
  context: Context,
  next: Next,
): Promise<Reply | undefined> {
  const { recheck, limit } = kept.options.stale;
  entry.refreshing = true;
  const asking = renewed(kept, question, context, next, limit > 0)
    .then((fresh) => {
      if (fresh === undefined) entry.retryAfter = context.now() + recheck;
      return fresh && forClient(fresh, context);
    })
    .finally(() => {
      entry.refreshing = false;
    });
  if (limit === 0 || context.wait === undefined) return asking;
  context.background(asking.catch(() => undefined));
  const limited = await within(limit, context.wait, () => asking);
  return limited.kind === "done" ? limited.value : undefined;
}

/**
 * What is said in place of a stale entry; undefined where it does not take that place: errors, and for `prefer_positive` all but
 * answers. Those are kept all the same, the errors are not (verifyStaleResponseWriter in plugin/cache/cache.go).
 *
 * @param behind the client does not get this very message: it is kept, and what is kept has AA
 */
async function renewed(
  kept: Kept,
  question: Question,
  context: Context,
  next: Next,
  behind: boolean,
): Promise<Reply | undefined> {
  const reply = await next(question);
  if (reply.unwritten) return undefined;
  const { kind, ttl, reply: capped } = shaped(kept, reply, question, context, context.now());
  const usable = kept.options.stale.preferPositive
    ? kind === "noerror" && answers(reply, question)
    : kind !== "other" && (reply.rcode === "NOERROR" || reply.rcode === "NXDOMAIN");
  if (!usable && !kept.options.stale.preferPositive) return undefined;
  const isNew = keep(kept, capped, kind, ttl, question, context, behind || !usable);
  if (!usable) return undefined;
  return behind && isNew ? { ...capped, authoritative: true } : capped;
}

function mayRefresh(entry: Entry, now: number, recheck: number): boolean {
  return recheck === 0 ? true : !entry.refreshing && now >= entry.retryAfter;
}

/** Asks anew behind the client's back, once at a time for an entry; the hits of the old entry go to the new one. */
function refreshLater(
  kept: Kept,
  entry: Entry,
  question: Question,
  context: Context,
  next: Next,
  stale: boolean,
): void {
  if (entry.refreshing) return;
  entry.refreshing = true;
  const key = keyOf(question, context);
  const asked = stale
    ? renewed(kept, question, context, next, true)
    : fetched(kept, question, context, next, true);
  const refresh = asked
    .then((fresh) => {
      if (fresh === undefined) {
        entry.retryAfter = context.now() + kept.options.stale.recheck;
        return;
      }
      const now = kept.denial.get(key) ?? kept.success.get(key);
      if (now) now.hits = entry.hits;
    })
    // A refresh that breaks leaves the entry as it is; nobody waits for it.
    .catch(() => undefined)
    .finally(() => {
      entry.refreshing = false;
    });
  context.background(refresh);
}

/** AA is set on every hit: CoreDNS at the modelled commit does not keep the answer's own (item.toMsg). */
function hit(entry: Entry, context: Context, ttl: number, status: CacheStatus, did: string): Reply {
  const reply = withTtl(entry.reply, ttl);
  return stepped(forClient({ ...reply, authoritative: true, cache: status }, context), did);
}

/** AD is for those who asked for it, by DO or by AD (RFC 6840 §5.7, §5.8). */
function forClient(reply: Reply, context: Context): Reply {
  const wanted = context.dnssecOk || context.authenticData === true;
  return wanted ? reply : { ...reply, authenticData: false };
}

function keyOf(question: Question, context: Context): string {
  const flags = `${context.dnssecOk ? 1 : 0}${context.checkingDisabled ? 1 : 0}`;
  return `${flags} ${question.class} ${question.type} ${sameCase(question.name)}`;
}

function stepped(reply: Reply, did: string): Reply {
  const step: Step = { plugin: "cache", did };
  return { ...reply, steps: [step, ...reply.steps] };
}
