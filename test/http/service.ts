/**
 * The whole service in process, with its shipped clusters and internet and a clock that is a number.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Hono } from "hono";
import type { Wait } from "../../src/cache/time-limit.ts";
import {
  type ClusterStore,
  type Clusters,
  createClusters,
  type OpenCluster,
} from "../../src/clusters.ts";
import type { Message, RRType } from "../../src/dns/message.ts";
import { name } from "../../src/dns/name.ts";
import { decodeMessage, encodeMessage } from "../../src/dns/wire.ts";
import { createApp } from "../../src/http/app.ts";
import { ok } from "../../src/result.ts";
import { wait as platformWait } from "../../src/runtime/upstream/wait.ts";
import { BUNDLED_CLUSTERS, INTERNET } from "../../src/runtime/zones.ts";
import { createUpstreams, type UpstreamDeps } from "../../src/upstream/exchange.ts";
import { internetZone } from "../../src/upstream/internet.ts";
import { parseUpstreams, targetOf } from "../../src/upstream/map.ts";

export interface TestService {
  readonly app: Hono;
  /** Milliseconds; tests move it. */
  readonly clock: { now: number };
}

export interface TestSettings {
  readonly clusters?: Readonly<Record<string, unknown>>;
  readonly store?: ClusterStore;
  /** In place of all others, as `demo`. */
  readonly opened?: OpenCluster;
  /** `NDOTS_UPSTREAMS`. */
  readonly upstreams?: string;
  readonly deps?: Partial<UpstreamDeps>;
  /** In place of one of its own. */
  readonly clock?: { now: number };
  /** In place of the platform's. */
  readonly wait?: Wait;
  /** In place of 1, always. */
  readonly seed?: () => number;
}

export function testService(settings: TestSettings = {}): TestService {
  const clock = settings.clock ?? { now: Date.UTC(2026, 8, 1) };
  const wait = settings.wait ?? platformWait;
  const now = (): number => clock.now;
  const internet = internetZone(INTERNET);
  const map = parseUpstreams(settings.upstreams);
  if (!internet.ok || !map.ok) throw new Error("zones/internet.json or the upstreams are wrong");
  const clusters = { ...BUNDLED_CLUSTERS, ...settings.clusters };
  const { opened } = settings;
  const app = createApp({
    clusters: opened ? only(opened) : createClusters(clusters, settings.store, { now, wait }),
    upstreams: {
      exchange: createUpstreams({
        map: map.value,
        internet: internet.value,
        now,
        wait,
        random: Math.random,
        coalesce: true,
        ...settings.deps,
      }),
      answersConsistently: (address) => targetOf(map.value, address)?.kind === "internet",
    },
    now,
    wait,
    requestsShare: true,
    seed: settings.seed ?? (() => 1),
  });
  return { app, clock };
}

function only(opened: OpenCluster): Clusters {
  const demo = ok(opened);
  return {
    names: async () => ["demo"],
    get: async (name) => (name === "demo" ? demo : undefined),
    peek: (name) => (name === "demo" ? demo : undefined),
  };
}

export interface Ask {
  readonly id?: number;
  readonly rd?: boolean;
  readonly edns?: boolean;
  readonly dnssecOk?: boolean;
  readonly options?: readonly { readonly code: number; readonly data: Uint8Array }[];
}

export function query(qname: string, type: RRType = "A", ask: Ask = {}): Uint8Array<ArrayBuffer> {
  const flags = {
    qr: false,
    aa: false,
    tc: false,
    rd: ask.rd ?? true,
    ra: false,
    ad: false,
    cd: false,
  };
  const edns = {
    udpSize: 1232,
    version: 0,
    dnssecOk: ask.dnssecOk ?? false,
    options: ask.options ?? [],
  };
  return encodeMessage({
    id: ask.id ?? 0,
    opcode: 0,
    rcode: "NOERROR",
    flags,
    question: [{ name: name(qname), type, class: 1 }],
    answer: [],
    authority: [],
    additional: [],
    ...((ask.edns ?? true) ? { edns } : {}),
  });
}

export function post(
  app: Hono,
  octets: Uint8Array<ArrayBuffer>,
  path = "/dns-query",
): Promise<Response> {
  const headers = { "content-type": "application/dns-message" };
  return Promise.resolve(app.request(path, { method: "POST", body: octets, headers }));
}

export function base64url(octets: Uint8Array): string {
  return Buffer.from(octets).toString("base64url");
}

export async function message(response: Response): Promise<Message> {
  const read = decodeMessage(new Uint8Array(await response.arrayBuffer()));
  if (!read.ok) throw new Error(`no DNS message: ${JSON.stringify(read.error)}`);
  return read.value;
}

/** The texts of the Extended DNS Errors with that INFO-CODE, in order. */
export function edeTexts(reply: Message, code = 29): string[] {
  const texts: string[] = [];
  for (const { code: option, data } of reply.edns?.options ?? []) {
    if (
      option !== 15 ||
      data.length < 2 ||
      ((data[0] as number) << 8) + (data[1] as number) !== code
    )
      continue;
    texts.push(new TextDecoder().decode(data.subarray(2)));
  }
  return texts;
}
