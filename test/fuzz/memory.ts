/**
 * Whether memory grows with the number of distinct names that were ever asked for: `npm run fuzz -- --memory [NAMES]`.
 *
 * Each name is asked as it is, and has an address or fails, and is searched for, which denies it some times; through everything that keeps
 * anything: outcomes, CoreDNS's cache for answers and for denials, a KV in memory, failures.
 *
 * @module
 */
import process from "node:process";
import { memoryStore } from "../../src/cache/store.ts";
import { upstreamCache } from "../../src/cache/upstream-cache.ts";
import { decodeMessage } from "../../src/dns/wire.ts";
import { err, ok } from "../../src/result.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";
import type { TcpTransport } from "../../src/upstream/transport.ts";
import { rr } from "../cache/message.ts";
import { replyTo } from "../http/faulty.ts";
import { post, query, testService } from "../http/service.ts";

const FEW = 10_000;
/** Of the memory after {@link FEW} names. */
const MOST_GROWTH = 1.2;

/** Names between two lines of the account. */
const SLICE = 100_000;

const many = Number(process.argv[2] ?? 1_000_000);
const clock = { now: Date.now() };
const now = () => clock.now;
const SOA = ". 300 IN SOA a.test. b.test. 1 7200 900 1209600 300";
const DENIAL = { rcode: "NXDOMAIN", authority: [rr(SOA)] };

/** A host has an address or, one in ten, fails; everything else is denied. */
const upstream: TcpTransport = async (_, octets) => {
  const read = decodeMessage(octets);
  const [question] = read.ok ? read.value.question : [];
  if (!read.ok || question === undefined) throw new Error("the query does not parse");
  const isHost = question.name.startsWith("host");
  if (isHost && question.name.includes("7.zone")) {
    return err({ kind: "unreachable", why: "is down" });
  }
  const records = isHost ? [`${question.name} 300 IN A 192.0.2.1`] : [];
  return ok(replyTo(read.value, records, isHost ? {} : DENIAL));
};

const { app } = testService({
  clock,
  upstreams: '{"*":"tcp://one.test"}',
  deps: { tcp: upstream, cache: upstreamCache(memoryStore(5000, now), { now, wait }) },
});

await askFor(0, FEW);
const few = octetsInUse();
console.log(`${FEW} names: ${mebibytes(few)}`);
const begin = performance.now();
for (let at = FEW; at < many; at += SLICE) {
  await askFor(at, Math.min(at + SLICE, many));
  console.log(`${Math.min(at + SLICE, many)} names: ${mebibytes(octetsInUse())}`);
}
const growth = octetsInUse() / few;
const rate = Math.round((many - FEW) / ((performance.now() - begin) / 1000));
console.log(`${growth.toFixed(2)} of the memory after ${FEW} names (${rate} a second)`);
if (growth > MOST_GROWTH) process.exit(1);

async function askFor(from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) {
    clock.now += 1;
    // Runtimes clear up behind requests in turns of the event loop, which a server's loop has many of.
    if (at % 100 === 0) await wait(0);
    for (const [name, path] of [
      [`host${at}.zone.test`, "/dns-query/search=off/family=4"],
      [`service-${at}`, "/dns-query/family=4"],
    ] as const) {
      await (await post(app, query(name), path)).arrayBuffer();
    }
  }
}

function octetsInUse(): number {
  // What the first run frees may hold what the second one can.
  for (let turn = 0; turn < 3; turn++) (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function mebibytes(octets: number): string {
  return `${(octets / 2 ** 20).toFixed(1)} MiB`;
}
