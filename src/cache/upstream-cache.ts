/**
 * The cache of the resolvers outside the cluster: what an upstream answered, at the upstream's TTL, in any key-value store.
 *
 * It is no part of the cluster (CoreDNS has a cache of its own, `coredns/plugins/cache.ts`) and no lookup depends on
 * it: a store that is slow, broken or full of rubbish is a miss and a note, never an error.
 *
 * A value is, in network order: 1 octet version, 8 octets deadline (float64, milliseconds since 1970), 4 octets lifetime in seconds, then
 * the reply as a DNS message with its question. The deadline stands in the value because stores do not keep
 * it exactly; the question because a store could hand back another key's value.
 *
 * @module
 */
import type { Message, Question, RR } from "../dns/message.ts";
import { key as nameKey, sameName } from "../dns/name.ts";
import { decodeMessage, encodeMessage } from "../dns/wire.ts";
import { type Rest, restAfter } from "./back-off.ts";
import { boundedMap } from "./bounded-map.ts";
import type { KeyValueStore } from "./store.ts";
import { type Wait, within } from "./time-limit.ts";
import { countDown, isNegative, lifetime } from "./ttl.ts";

export interface CacheKey {
  /** Which resolver, in any spelling that is always the same for it. */
  readonly upstream: string;
  readonly question: Question;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
}

export type CacheRead =
  /** The reply as it was kept, its TTLs counted down. */
  | { readonly kind: "hit"; readonly reply: Message }
  /** `note`: a sentence without its full stop, where the store was at fault. */
  | { readonly kind: "miss"; readonly note?: string };

export interface UpstreamCache {
  /** Why the store is not read at the moment: a read failed a moment ago. */
  resting(): string | undefined;
  /** Never rejects, and takes {@link READ_LIMIT} at most. */
  read(key: CacheKey): Promise<CacheRead>;
  /** The write that keeps `reply`, to be started in the background; undefined where nothing is to be written. It never rejects. */
  write(key: CacheKey, reply: Message): (() => Promise<void>) | undefined;
}

export interface CacheEffects {
  /** Milliseconds since 1970. */
  now(): number;
  readonly wait: Wait;
}

/** Milliseconds. A cold read of Workers KV takes tens of them; who waits longer would rather ask the upstream. */
const READ_LIMIT = 250;
const WRITE_LIMIT = 5000;

/** Milliseconds that a store is not read after a read failed, and not written after a write did: a quota of writes leaves reads. */
const READ_REST = { first: 5000, longest: 60_000 };
const WRITE_REST = { first: 5000, longest: 300_000 };

/** Seconds. Under this, a write costs more than the read that it may save. */
const SHORTEST_LIFETIME = 10;

/** Seconds that the clock of who wrote a value may be ahead of ours. */
const CLOCK_SKEW = 60;

/** Keys that are remembered as written. */
const MOST_WRITTEN = 4096;

const VERSION = 1;
const HEADER = 13;

export function upstreamCache(store: KeyValueStore, { now, wait }: CacheEffects): UpstreamCache {
  /** When what was written is over, by key. */
  const written = boundedMap<number>(MOST_WRITTEN);
  let unread: Rest | undefined;
  let unwritten: Rest | undefined;
  const isOn = (rest: Rest | undefined) => rest !== undefined && now() < rest.until;

  async function read(asked: CacheKey): Promise<CacheRead> {
    const got = await within(READ_LIMIT, wait, () => store.get(keyText(asked)));
    if (got.kind === "done") {
      unread = undefined;
      if (got.value === undefined) return { kind: "miss" };
      const reply = readValue(got.value, asked.question, now());
      return reply === undefined ? { kind: "miss" } : { kind: "hit", reply };
    }
    unread = restAfter(unread, now(), READ_REST);
    const did = got.kind === "threw" ? "failed" : `did not answer within ${READ_LIMIT} ms`;
    return { kind: "miss", note: `the KV ${did}: taken as a miss` };
  }

  function write(asked: CacheKey, reply: Message): (() => Promise<void>) | undefined {
    const keep = lifetime(reply);
    if (keep < SHORTEST_LIFETIME || isOn(unwritten) || isOn(unread)) return undefined;
    const key = keyText(asked);
    // Stores count writes (Workers KV takes one a second for a key), and another request may just have made this one.
    if ((written.get(key) ?? 0) > now()) return undefined;
    const value = writeValue(reply, keep, now());
    return async () => {
      written.set(key, now() + keep * 1000);
      const put = await within(WRITE_LIMIT, wait, () => store.put(key, value, keep));
      if (put.kind === "done") {
        unwritten = undefined;
        return;
      }
      written.delete(key);
      unwritten = restAfter(unwritten, now(), WRITE_REST);
    };
  }

  function resting(): string | undefined {
    return isOn(unread)
      ? "the KV failed a moment ago and is not asked: taken as a miss"
      : undefined;
  }

  return { resting, read, write };
}

function keyText({ upstream, question, dnssecOk, checkingDisabled }: CacheKey): string {
  const flags = `${dnssecOk ? "do" : ""}${checkingDisabled ? "cd" : ""}`;
  return `upstream${VERSION} ${nameKey(question.name)} ${question.type} ${flags} ${upstream}`;
}

function writeValue(reply: Message, keep: number, now: number): Uint8Array {
  const octets = encodeMessage({ ...reply, authority: withNegativeTtl(reply) });
  const value = new Uint8Array(HEADER + octets.length);
  const view = new DataView(value.buffer);
  view.setUint8(0, VERSION);
  view.setFloat64(1, now + keep * 1000);
  view.setUint32(9, keep);
  value.set(octets, HEADER);
  return value;
}

/** The SOA of a negative reply at the TTL that counts (RFC 2308 §3), so that the TTL and not MINIMUM ends it when it has counted down. */
function withNegativeTtl(reply: Message): readonly RR[] {
  if (!isNegative(reply)) return reply.authority;
  return reply.authority.map((rr) =>
    rr.type === "SOA" ? { ...rr, ttl: Math.min(rr.ttl, rr.data.minimum) } : rr,
  );
}

/** The reply in a value, or undefined where it is over, of another question, or cannot be read. */
function readValue(value: Uint8Array, asked: Question, now: number): Message | undefined {
  if (value.length < HEADER || value[0] !== VERSION) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const left = view.getFloat64(1) - now;
  const keep = view.getUint32(9);
  // Clocks differ a little; a deadline far beyond the lifetime is rubbish (and so is NaN).
  if (!(left > 0 && left <= (keep + CLOCK_SKEW) * 1000)) return undefined;
  const decoded = decodeMessage(value.subarray(HEADER));
  if (!decoded.ok) return undefined;
  const reply = decoded.value;
  const question = reply.question[0];
  if (question?.type !== asked.type || !sameName(question.name, asked.name)) return undefined;
  if (!reply.flags.qr || keep > lifetime(reply)) return undefined;
  const elapsed = Math.floor(keep - left / 1000);
  return {
    ...reply,
    answer: countDown(reply.answer, elapsed),
    authority: countDown(reply.authority, elapsed),
    additional: countDown(reply.additional, elapsed),
  };
}
