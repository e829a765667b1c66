/**
 * The exchange over real connections to scripted resolvers on 127.0.0.1.
 */
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type KeyValueStore, memoryStore } from "../../src/cache/store.ts";
import type { Wait } from "../../src/cache/time-limit.ts";
import { upstreamCache } from "../../src/cache/upstream-cache.ts";
import type { Exchange, UpstreamOutcome } from "../../src/coredns/plugin.ts";
import { edeOption } from "../../src/dns/ede.ts";
import type { Message } from "../../src/dns/message.ts";
import { dohTransport } from "../../src/runtime/upstream/doh.ts";
import { tcpTransport } from "../../src/runtime/upstream/tcp.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";
import { type Budget, createBudget } from "../../src/upstream/budget.ts";
import { createUpstreams, type UpstreamDeps } from "../../src/upstream/exchange.ts";
import { internetZone } from "../../src/upstream/internet.ts";
import type { Target } from "../../src/upstream/map.ts";
import { lines, question, rr } from "../cache/message.ts";
import {
  answerTo,
  closedPort,
  framed,
  httpResolver,
  type LocalServer,
  nodeConnect,
  tcpResolver,
} from "../runtime/upstream/servers.ts";

const A = "www.zone.test. 60 IN A 192.0.2.1";
const SOA = "zone.test. 600 IN SOA ns.zone.test. host.zone.test. 1 7200 900 1209600 600";
const WWW = question(["www.zone.test.", "A"]);
const ADDRESS = "10.0.0.2";
const FLAGS = { dnssecOk: false, checkingDisabled: false, recursionDesired: true, cacheOff: false };

const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serveTcp(script: Parameters<typeof tcpResolver>[0]): Promise<LocalServer> {
  const server = await tcpResolver(script);
  servers.push(server);
  return server;
}

interface Bench {
  readonly clock: { ms: number };
  readonly budget: Budget;
  readonly background: Promise<unknown>[];
  readonly exchange: Exchange;
  ask(address?: string, flags?: Partial<typeof FLAGS>): Promise<UpstreamOutcome>;
  /** Another lookup of the same isolate, with a budget of its own. */
  another(): Bench;
}

/** A clock that stands still, but for what is waited to the end. */
function bench(target: Target | undefined, rest: Partial<UpstreamDeps> = {}): Bench {
  const clock = { ms: 1_000_000 };
  const now = () => clock.ms;
  const internet = internetZone({ zones: { ".": [SOA.replace("zone.test.", "."), A] } });
  if (!internet.ok) throw new Error(internet.error.message);
  const upstreams = createUpstreams({
    map: new Map(target === undefined ? [] : [[ADDRESS, target]]),
    internet: internet.value,
    doh: dohTransport(fetch),
    tcp: tcpTransport(nodeConnect),
    now,
    random: Math.random,
    wait,
    coalesce: false,
    ...rest,
  });
  const lookup = (): Bench => {
    const budget = createBudget(now);
    const background: Promise<unknown>[] = [];
    const exchange = upstreams(budget, (work) => background.push(work));
    return {
      clock,
      budget,
      background,
      exchange,
      ask: (address = ADDRESS, flags = {}) => exchange(address, WWW, { ...FLAGS, ...flags }),
      another: lookup,
    };
  };
  return lookup();
}

/** Waits a little for each wait, and turns the clock by all of it. */
function impatient(clock: () => { ms: number }): Wait {
  return async (ms, signal) => {
    await wait(100, signal);
    if (!signal?.aborted) clock().ms += ms;
  };
}

function overTcp({ port }: { port: number }): Target {
  return { kind: "tcp", id: `tcp://127.0.0.1:${port}`, to: { hostname: "127.0.0.1", port } };
}

const INTERNET: Target = { kind: "internet", id: "zone:internet" };

function good(query: Message, socket: Socket): void {
  socket.end(framed(answerTo(query, [A])));
}

function shown(outcome: UpstreamOutcome): unknown {
  if (outcome.kind === "failed") return `${outcome.how}: ${outcome.why} (EDE ${outcome.ede.code})`;
  return [outcome.rcode, ...lines(outcome.answer), ...lines(outcome.authority)];
}

describe("what a resolver does, and what comes of it", () => {
  test.each<{
    why: string;
    script(query: Message, socket: Socket, count: number): void;
    gives: unknown;
    /** How often it is asked. */
    asked: number;
  }>([
    { why: "a good answer", script: good, gives: ["NOERROR", A], asked: 1 },
    {
      why: "NXDOMAIN is an answer",
      script: (query, socket) =>
        socket.end(framed(answerTo(query, [], { rcode: "NXDOMAIN", authority: [rr(SOA)] }))),
      gives: ["NXDOMAIN", SOA],
      asked: 1,
    },
    {
      why: "REFUSED is an answer",
      script: (query, socket) => socket.end(framed(answerTo(query, [], { rcode: "REFUSED" }))),
      gives: ["REFUSED"],
      asked: 1,
    },
    {
      why: "what does not answer the question is dropped",
      script: (query, socket) =>
        socket.end(framed(answerTo(query, ["bank.example. 60 IN A 192.0.2.66", A]))),
      gives: ["NOERROR", A],
      asked: 1,
    },
    {
      why: "a lie about the id is asked again, and believed no more",
      script: (query, socket) =>
        socket.end(framed(answerTo(query, [A], { id: query.id ^ 0xffff }))),
      gives: /^rubbish: 10\.0\.0\.2 answered with id \d+ where \d+ was asked \(EDE 0\)$/,
      asked: 2,
    },
    {
      why: "a lie that is followed by the truth",
      script(query, socket, count) {
        if (count > 1) good(query, socket);
        else socket.end(framed(answerTo(query, [A], { id: query.id ^ 1 })));
      },
      gives: ["NOERROR", A],
      asked: 2,
    },
    {
      why: "an answer to another question",
      script: (query, socket) =>
        socket.end(
          framed(answerTo(query, [A], { question: [question(["www.zone.test.", "AAAA"])] })),
        ),
      gives: "rubbish: 10.0.0.2 answered another question: www.zone.test. AAAA (EDE 0)",
      asked: 2,
    },
    {
      why: "half a message",
      script: (query, socket) => socket.end(framed(answerTo(query, [A])).subarray(0, 30)),
      gives: "rubbish: 10.0.0.2 closed the connection in the middle of its answer (EDE 0)",
      asked: 2,
    },
    {
      why: "half a message in a whole frame",
      script: (query, socket) => socket.end(framed(answerTo(query, [A]).subarray(0, 30))),
      gives: "rubbish: 10.0.0.2 sent what is no whole DNS message (EDE 0)",
      asked: 2,
    },
    {
      why: "a truncated answer",
      script: (query, socket) =>
        socket.end(framed(answerTo(query, [A], { flags: { ...query.flags, qr: true, tc: true } }))),
      gives: "rubbish: 10.0.0.2 truncated its answer, though nothing limits its length (EDE 0)",
      asked: 2,
    },
    {
      why: "the query, sent back",
      script: (query, socket) =>
        socket.end(framed(answerTo(query, [], { flags: { ...query.flags, qr: false } }))),
      gives: "rubbish: 10.0.0.2 sent a query in place of a reply (EDE 0)",
      asked: 2,
    },
    {
      why: "closed without a word",
      script: (_, socket) => socket.end(),
      gives: "rubbish: 10.0.0.2 closed the connection without an answer (EDE 0)",
      asked: 2,
    },
    {
      why: "a server that knows no EDNS is asked without it",
      script(query, socket) {
        if (query.edns === undefined) return good(query, socket);
        const { edns: _, ...plain } = query;
        socket.end(framed(answerTo(plain, [], { rcode: "FORMERR", question: [] })));
      },
      gives: ["NOERROR", A],
      asked: 2,
    },
  ])("$why", async ({ script, gives, asked }) => {
    const server = await serveTcp(script);
    const got = shown(await bench(overTcp(server)).ask());
    if (gives instanceof RegExp) expect(got).toMatch(gives);
    else expect(got).toEqual(gives);
    expect(server.queries).toHaveLength(asked);
  });

  test("the second attempt has another id", async () => {
    let drawn = 0;
    const server = await serveTcp((_, socket) => socket.end());
    await bench(overTcp(server), { random: () => drawn++ / 10 }).ask();
    expect(server.queries.map(({ id }) => id)).toEqual([0, 6553]);
  });

  test("nobody listens: it is not asked again", async () => {
    const { ask, budget } = bench(overTcp({ port: await closedPort() }));
    expect(shown(await ask())).toBe("unreachable: 10.0.0.2 could not be reached by TCP (EDE 23)");
    expect(budget.timings).toHaveLength(1);
  });

  test("silence ends after two attempts, within the lookup's 5 s", async () => {
    const server = await serveTcp(() => undefined);
    const one: Bench = bench(overTcp(server), { wait: impatient(() => one.clock) });
    expect(shown(await one.ask())).toBe(
      "timeout: 10.0.0.2 did not answer: waited 2000 ms and 1000 ms (EDE 22)",
    );
    expect(one.budget.timings).toEqual([
      { name: "upstream", description: ADDRESS, ms: 2000 },
      { name: "upstream", description: ADDRESS, ms: 1000 },
    ]);
  });

  test("who was silent once gets little of the same lookup's time, and may still answer", async () => {
    const server = await serveTcp((query, socket, count) => {
      if (count > 3) good(query, socket);
    });
    const one: Bench = bench(overTcp(server), { wait: impatient(() => one.clock) });
    await one.ask();
    expect(shown(await one.ask(ADDRESS, { cacheOff: true }))).toBe(
      "timeout: 10.0.0.2 did not answer: waited 300 ms (EDE 22)",
    );
    expect(shown(await one.ask(ADDRESS, { cacheOff: true }))).toEqual(["NOERROR", A]);
    expect(one.clock.ms).toBe(1_003_300);
  });

  test("what is left of the 5 s is all that a later query has, and nobody is blamed for it", async () => {
    const server = await serveTcp(() => undefined);
    const one: Bench = bench(overTcp(server), { wait: impatient(() => one.clock) });
    one.clock.ms += 4500;
    expect(shown(await one.ask())).toBe(
      "budget: 10.0.0.2 did not answer: waited 500 ms, the last of the lookup's 5 s (EDE 22)",
    );
    expect(shown(await one.ask())).toBe(
      "budget: 10.0.0.2 was not asked: the lookup's 5 s are over (EDE 22)",
    );
    expect(server.queries).toHaveLength(1);
    expect(shown(await one.another().ask())).toContain("waited 2000 ms and 1000 ms");
  });

  test("after 40 operations nothing more is asked", async () => {
    const server = await serveTcp(good);
    const { ask, budget } = bench(overTcp(server));
    while (budget.take("upstream"));
    expect(shown(await ask())).toBe(
      "budget: 10.0.0.2 was not asked: the lookup has made its 40 operations (EDE 22)",
    );
    expect(server.queries).toHaveLength(0);
  });
});

describe("which transport is asked", () => {
  test("an address without a transport is unreachable, and says so", async () => {
    expect(shown(await bench(undefined).ask("10.0.0.9"))).toBe(
      "unreachable: 10.0.0.9 is unreachable: NDOTS_UPSTREAMS maps it to no transport (EDE 23)",
    );
  });

  test("zone:internet answers without a connection", async () => {
    const { ask } = bench(INTERNET);
    expect(shown(await ask())).toEqual(["NOERROR", A]);
  });

  test("DNS over HTTPS", async () => {
    const server = await httpResolver((query, _, response) => {
      response.writeHead(200, { "content-type": "application/dns-message" });
      response.end(answerTo(query, [A]));
    });
    servers.push(server);
    const url = `http://127.0.0.1:${server.port}/dns-query`;
    expect(shown(await bench({ kind: "doh", id: url, url }).ask())).toEqual(["NOERROR", A]);
  });

  test("a transport that throws is an upstream that could not be asked", async () => {
    const broken = bench(overTcp({ port: 53 }), {
      tcp: () => Promise.reject(new Error("no sockets")),
    });
    expect(shown(await broken.ask())).toBe("unreachable: 10.0.0.2 could not be asked (EDE 23)");
  });
});

test("flags go there, and AD and Extended DNS Errors come back", async () => {
  const server = await serveTcp((query, socket) => {
    const ede = { code: 3, text: "stale" };
    const edns = { udpSize: 1232, version: 0, dnssecOk: true, options: [edeOption(ede)] };
    const flags = { ...query.flags, qr: true, ad: true, aa: true };
    socket.end(framed(answerTo(query, [A], { flags, edns })));
  });
  const got = await bench(overTcp(server)).ask(ADDRESS, {
    dnssecOk: true,
    checkingDisabled: true,
    recursionDesired: false,
  });
  const [query] = server.queries;
  expect([query?.edns?.dnssecOk, query?.flags.cd, query?.flags.rd]).toEqual([true, true, false]);
  expect(got).toMatchObject({
    authenticData: true,
    authoritative: true,
    ede: [{ code: 3, text: "stale" }],
  });
});

describe("the KV", () => {
  const kv = (store: KeyValueStore, clock: () => { ms: number }) =>
    upstreamCache(store, { now: () => clock().ms, wait: impatient(clock) });

  test("an answer is kept in the background, and found by another lookup with its TTL counted down", async () => {
    const server = await serveTcp(good);
    const one: Bench = bench(overTcp(server), {
      cache: kv(
        memoryStore(10, () => 0),
        () => one.clock,
      ),
    });
    expect(await one.ask()).toMatchObject({ cache: "miss" });
    expect(one.background).toHaveLength(1);
    await Promise.all(one.background);
    one.clock.ms += 20_000;
    const two = one.another();
    const got = await two.exchange(ADDRESS, question(["WWW.Zone.test.", "A"]), FLAGS);
    expect(got).toMatchObject({ cache: "kv" });
    expect(shown(got)).toEqual(["NOERROR", "WWW.Zone.test. 40 IN A 192.0.2.1"]);
    expect(two.budget.timings).toEqual([{ name: "kv", description: "hit", ms: 0 }]);
    expect(server.queries).toHaveLength(1);
  });

  test("so is the small internet's", async () => {
    const one: Bench = bench(INTERNET, {
      cache: kv(
        memoryStore(10, () => 0),
        () => one.clock,
      ),
    });
    expect(await one.ask()).toMatchObject({ cache: "miss" });
    await Promise.all(one.background);
    expect(await one.another().ask()).toMatchObject({ cache: "kv" });
  });

  test("cache=off neither reads nor writes", async () => {
    const one: Bench = bench(INTERNET, {
      cache: kv(
        memoryStore(10, () => 0),
        () => one.clock,
      ),
    });
    await one.ask();
    await Promise.all(one.background);
    const two = one.another();
    expect(await two.ask(ADDRESS, { cacheOff: true })).toMatchObject({ cache: "off" });
    expect(two.background).toHaveLength(0);
    expect(two.budget.timings.map(({ name }) => name)).toEqual(["upstream"]);
  });

  test.each<{ why: string; get: KeyValueStore["get"]; note: string }>([
    {
      why: "broken",
      get: () => Promise.reject(new Error("down")),
      note: "the KV failed: taken as a miss",
    },
    {
      why: "hanging",
      get: () => new Promise(() => undefined),
      note: "the KV did not answer within 250 ms: taken as a miss",
    },
  ])("one that is $why is a miss with a note, and then left alone", async ({ get, note }) => {
    const server = await serveTcp(good);
    const store = { ...memoryStore(10, () => 0), get };
    const one: Bench = bench(overTcp(server), { cache: kv(store, () => one.clock) });
    expect(await one.ask()).toMatchObject({ kind: "reply", cache: "miss", notes: [note] });
    expect(one.background).toHaveLength(0);
    const two = one.another();
    expect(await two.ask()).toMatchObject({
      notes: ["the KV failed a moment ago and is not asked: taken as a miss"],
    });
    expect(two.budget.timings.map(({ name }) => name)).toEqual(["upstream"]);
  });

  test("an answer without recursion is not kept", async () => {
    const server = await serveTcp(good);
    const one: Bench = bench(overTcp(server), {
      cache: kv(
        memoryStore(10, () => 0),
        () => one.clock,
      ),
    });
    await one.ask(ADDRESS, { recursionDesired: false });
    expect(one.background).toHaveLength(0);
  });
});

describe("failures are remembered for a moment (RFC 9520)", () => {
  test("the same question fails at once for three seconds, another is asked", async () => {
    const server = await serveTcp((_, socket) => socket.end());
    const one = bench(overTcp(server));
    await one.ask();
    expect(server.queries).toHaveLength(2);
    const why = "10.0.0.2 closed the connection without an answer";
    expect(shown(await one.another().ask())).toBe(
      `rubbish: ${why} (a moment ago, and is not asked again yet) (EDE 0)`,
    );
    expect(server.queries).toHaveLength(2);
    await one.exchange(ADDRESS, question(["www.zone.test.", "AAAA"]), FLAGS);
    expect(server.queries).toHaveLength(4);
    one.clock.ms += 3000;
    await one.another().ask();
    expect(server.queries).toHaveLength(6);
  });

  test("a rcode that is no success is an answer and not remembered", async () => {
    const server = await serveTcp((query, socket) =>
      socket.end(framed(answerTo(query, [], { rcode: "SERVFAIL" }))),
    );
    const one = bench(overTcp(server));
    await one.ask();
    await one.ask();
    expect(server.queries).toHaveLength(2);
  });
});

describe("identical questions at once", () => {
  test.each([
    { why: "are one query where the runtime allows it", coalesce: true, asked: 1 },
    { why: "are asked one by one where it does not", coalesce: false, asked: 3 },
  ])("$why", async ({ coalesce, asked }) => {
    const server = await serveTcp((query, socket) => setTimeout(() => good(query, socket), 30));
    const one = bench(overTcp(server), { coalesce });
    const upper = question(["WWW.zone.test.", "A"]);
    const all = await Promise.all([
      one.ask(),
      one.another().ask(),
      one.another().exchange(ADDRESS, upper, FLAGS),
    ]);
    expect(all.map(shown)).toEqual([
      ["NOERROR", A],
      ["NOERROR", A],
      ["NOERROR", A.replace("www", "WWW")],
    ]);
    expect(server.queries).toHaveLength(asked);
  });

  test("questions that differ in a flag are two queries", async () => {
    const server = await serveTcp((query, socket) => setTimeout(() => good(query, socket), 30));
    const one = bench(overTcp(server), { coalesce: true });
    await Promise.all([one.ask(), one.ask(ADDRESS, { dnssecOk: true })]);
    expect(server.queries).toHaveLength(2);
  });
});
