/**
 * What holds whatever comes in: the properties that a short run tries in CI, and `npm run fuzz` for as long as it is told.
 *
 * @module
 */
import fc from "fast-check";
import { openCluster } from "../../src/clusters.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";
import { base64url, post, testService } from "../http/service.ts";
import { address, mutated, octets, wellFormed } from "./arbitrary.ts";
import { isHarmless, isReply, isSentence } from "./claims.ts";
import { corefile, list, listOf } from "./clusters.ts";

export interface Fuzz {
  readonly name: string;
  /** Of all messages, how many are this one's. */
  readonly share: number;
  /** Rejects with what was tried and what came of it. */
  run(runs: number, seed: number): Promise<void>;
}

const PATHS = [
  "/dns-query",
  "/dns-query/libc=musl",
  "/dns-query/libc=go",
  "/dns-query/search=off",
  "/dns-query/cache=off/seed=1",
  "/clusters/lab/dns-query",
  "/clusters/demo/namespaces/kube-system/dns-query",
];

const { app } = testService();

export const FUZZES: readonly Fuzz[] = [
  {
    name: "mutated messages by POST",
    share: 0.6,
    run: (runs, seed) =>
      check(fc.tuple(mutated, fc.constantFrom(...PATHS)), runs, seed, async ([sent, path]) =>
        isReply(await post(app, sent, path), sent),
      ),
  },
  {
    name: "random octets by POST",
    share: 0.2,
    run: (runs, seed) =>
      check(octets, runs, seed, async (sent) => isReply(await post(app, sent), sent)),
  },
  {
    name: "well-formed messages by GET",
    share: 0.15,
    run: (runs, seed) =>
      check(wellFormed, runs, seed, async (sent) =>
        isReply(await app.request(`/dns-query?dns=${base64url(sent)}`), sent),
      ),
  },
  {
    name: "addresses with hostile names, parameters and options",
    share: 0.045,
    run: (runs, seed) =>
      check(address, runs, seed, async (path) => isHarmless(await app.request(path), path)),
  },
  {
    name: "Corefiles",
    share: 0.0025,
    run: (runs, seed) => check(corefile, runs, seed, (text) => isRefusedOrServed(listOf(text))),
  },
  {
    name: "Lists",
    share: 0.0025,
    run: (runs, seed) => check(list, runs, seed, isRefusedOrServed),
  },
];

/** What is asked of a cluster that opened. */
const ASKED = [
  "/resolve?name=web-service",
  "/resolve?name=api.example.com&type=AAAA&libc=musl",
  "/resolve?name=10.0.100.10.in-addr.arpa&type=PTR",
  "/life.txt?name=web-service",
  "/life.json?name=db.default.svc.cluster.local&seed=1",
  "/clusters/demo",
  "/clusters/demo/corefile",
  "/clusters/demo/nodes/node-1/iptables",
  "/resolv.conf",
  "/hosts",
];

/** As someone might paste it, and as a deployment might keep it. */
async function isRefusedOrServed(json: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const posted = { method: "POST", body: JSON.stringify(json), headers };
  const path = "/life.txt?name=web-service";
  await isHarmless(await app.request(path, posted), path);
  const opened = openCluster("demo", json);
  if (!opened.ok) return isSentence(opened.error);
  const service = testService({ opened: opened.value });
  for (const path of ASKED) {
    try {
      await isHarmless(await service.app.request(path), path);
    } catch (error) {
      throw new Error(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

async function check<T>(
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  seed: number,
  holds: (value: T) => Promise<void>,
): Promise<void> {
  let turns = 0;
  const property = fc.asyncProperty(arbitrary, async (value) => {
    // Runtimes clear up behind requests in turns of the event loop, which a server's loop has many of.
    if (++turns % 100 === 0) await wait(0);
    await holds(value);
  });
  // Fails with the seed, the smallest input that was found, and what did not hold for it.
  await fc.assert(property, { numRuns, seed });
}
