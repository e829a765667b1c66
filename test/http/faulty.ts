/**
 * The whole service with upstreams and a KV that do what a script says, on modelled time: what a lookup brings, how long
 * it took, and every operation that it made.
 *
 * @module
 */
import type { KeyValueStore } from "../../src/cache/store.ts";
import { upstreamCache } from "../../src/cache/upstream-cache.ts";
import type { Message } from "../../src/dns/message.ts";
import { decodeMessage, encodeMessage } from "../../src/dns/wire.ts";
import { err, ok, type Result } from "../../src/result.ts";
import { BUNDLED_CLUSTERS } from "../../src/runtime/zones.ts";
import type { TransportFault } from "../../src/upstream/transport.ts";
import { rr } from "../cache/message.ts";
import { modelledTime } from "../upstream/modelled-time.ts";
import { base64url, message, query, testService } from "./service.ts";

/** What an upstream does with a query; `ms` is what it takes, and who never answers takes no time. */
export type Move =
  | "silence"
  | { readonly ms?: number; readonly octets: Uint8Array }
  | { readonly ms?: number; readonly fault: TransportFault };

/** Upstream by the host of its transport. `count` is that of its queries, from 1. */
export type Script = (query: Message, count: number) => Move;

export interface Sent {
  readonly to: string;
  /** `www.zone.test. A`. */
  readonly about: string;
}

export interface Looked {
  /** `NOERROR 192.0.2.1`, `SERVFAIL EDE 22`: rcode, data and the INFO-CODEs, without those of the trace. */
  readonly is: string;
  readonly reply: Message;
  readonly headers: Headers;
  /** Milliseconds. */
  readonly took: number;
  readonly sent: readonly Sent[];
  /** Of the KV. */
  readonly reads: number;
  readonly writes: number;
}

export interface Scripted {
  look(name: string, asked?: Asked): Promise<Looked>;
  /** `count` of them at once, each a client's own request. */
  lookAtOnce(count: number, name: string): Promise<readonly Looked[]>;
  readonly clock: { now: number };
}

export interface Asked {
  readonly type?: string;
  readonly path?: string;
}

export interface Scene {
  /** By host; one that is not named refuses connections. */
  readonly upstreams: Readonly<Record<string, Script>>;
  readonly store?: KeyValueStore;
  /** Milliseconds of each read of the KV. */
  readonly readTakes?: number;
  /** In place of the demo cluster's. */
  readonly corefile?: string;
  readonly coalesce?: boolean;
}

/** Resolver addresses as the demo cluster and the rows' Corefiles have them. */
const MAP = {
  "10.0.0.2": "tcp://one.test:53",
  "10.0.0.3": "tcp://two.test:53",
  "198.51.100.53": "https://three.test/dns-query",
};

export function scripted(scene: Scene): Scripted {
  const { upstreams, store, readTakes = 0, corefile, coalesce = true } = scene;
  const clock = { now: Date.UTC(2026, 8, 1) };
  const time = modelledTime(clock);
  const effects = { now: () => clock.now, wait: time.wait };
  const sent: Sent[] = [];
  const counts = { reads: 0, writes: 0 };
  const kv = store && counting(store, counts, () => time.wait(readTakes));
  const carry = async (to: string, octets: Uint8Array) => {
    const read = decodeMessage(octets);
    if (!read.ok) throw new Error("the query does not parse");
    const [question] = read.value.question;
    sent.push({ to, about: `${question?.name} ${question?.type}` });
    const count = sent.filter((one) => one.to === to).length;
    const script = upstreams[to];
    const move = script === undefined ? refuses : script(read.value, count);
    return moved(move, time.wait);
  };
  const { app } = testService({
    clock,
    wait: time.wait,
    clusters: { demo: corefile === undefined ? BUNDLED_CLUSTERS.demo : withCorefile(corefile) },
    upstreams: JSON.stringify(MAP),
    deps: {
      tcp: (to, octets) => carry(to.hostname, octets),
      doh: (url, octets) => carry(new URL(url).hostname, octets),
      coalesce,
      ...(kv === undefined ? {} : { cache: upstreamCache(kv, effects) }),
    },
  });

  async function request(name: string, asked: Asked): Promise<Response> {
    const path = asked.path ?? "/dns-query/search=off/family=4";
    const octets = query(name, asked.type ?? "A");
    return app.request(`${path}?dns=${base64url(octets)}`);
  }

  async function look(name: string, asked: Asked = {}): Promise<Looked> {
    const begin = { at: clock.now, sent: sent.length, ...counts };
    const response = await time.settle(request(name, asked));
    const took = clock.now - begin.at;
    // A write in the background, and a health check, belong to the lookup that began them.
    await time.settle(time.wait(0));
    const { reads, writes } = counts;
    return {
      ...(await seen(response)),
      took,
      sent: sent.slice(begin.sent),
      reads: reads - begin.reads,
      writes: writes - begin.writes,
    };
  }

  async function lookAtOnce(count: number, name: string): Promise<readonly Looked[]> {
    const begin = { at: clock.now, sent: sent.length, ...counts };
    const asking = Array.from({ length: count }, () => request(name, {}));
    const responses = await time.settle(Promise.all(asking));
    const took = clock.now - begin.at;
    const { reads, writes } = counts;
    const all = {
      took,
      sent: sent.slice(begin.sent),
      reads: reads - begin.reads,
      writes: writes - begin.writes,
    };
    return Promise.all(responses.map(async (one) => ({ ...(await seen(one)), ...all })));
  }

  return { look, lookAtOnce, clock };
}

const refuses: Move = { fault: { kind: "unreachable", why: "could not be reached by TCP" } };

/** A good answer with these records; `change` makes it a bad one. */
export function answers(records: readonly string[], change: Partial<Message> = {}): Script {
  return (asked) => ({ octets: replyTo(asked, records, change) });
}

export function replyTo(
  asked: Message,
  records: readonly string[],
  change: Partial<Message> = {},
): Uint8Array {
  const flags = { ...asked.flags, qr: true, ra: true };
  return encodeMessage({ ...asked, flags, answer: records.map(rr), ...change });
}

async function moved(
  move: Move,
  wait: (ms: number) => Promise<void>,
): Promise<Result<Uint8Array, TransportFault>> {
  if (move === "silence") return new Promise(() => undefined);
  if (move.ms !== undefined) await wait(move.ms);
  return "fault" in move ? err(move.fault) : ok(move.octets);
}

function counting(
  store: KeyValueStore,
  counts: { reads: number; writes: number },
  delay: () => Promise<void>,
): KeyValueStore {
  return {
    async get(key) {
      counts.reads++;
      await delay();
      return store.get(key);
    },
    put(key, value, expiry) {
      counts.writes++;
      return store.put(key, value, expiry);
    },
  };
}

async function seen(response: Response): Promise<Pick<Looked, "is" | "reply" | "headers">> {
  const reply = await message(response);
  const data = reply.answer.filter((one) => one.type !== "CNAME").map((one) => String(one.data));
  const codes = (reply.edns?.options ?? [])
    .filter(({ code }) => code === 15)
    .map(({ data }) => ((data[0] as number) << 8) | (data[1] as number))
    .filter((code) => code !== 29);
  const edes = codes.length === 0 ? [] : [`EDE ${codes.join(",")}`];
  const shown = data.length > MOST_SHOWN ? [`${data.length} records`] : data;
  return { is: [reply.rcode, ...shown, ...edes].join(" "), reply, headers: response.headers };
}

const MOST_SHOWN = 10;

interface Items {
  readonly items: { kind: string; metadata: { name: string }; data?: Record<string, string> }[];
}

/** The demo cluster with another Corefile. */
function withCorefile(corefile: string): unknown {
  const demo = structuredClone(BUNDLED_CLUSTERS.demo) as Items;
  for (const item of demo.items) {
    if (item.kind === "ConfigMap" && item.metadata.name === "coredns")
      item.data = { Corefile: corefile };
  }
  return demo;
}
