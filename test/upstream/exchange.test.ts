/**
 * The exchange over real connections to scripted resolvers on 127.0.0.1.
 */
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type KeyValueStore, memoryStore } from "../../src/cache/store.ts";
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
import { modelledTime } from "./modelled-time.ts";

const A = "www.zone.test. 60 IN A 192.0.2.1";
const SOA = "zone.test. 600 IN SOA ns.zone.test. host.zone.test. 1 7200 900 1209600 600";
const WWW = question(["www.zone.test.", "A"]);
const ADDRESS = "10.0.0.2";
const REFUSED = { rcode: "REFUSED" };
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
  readonly clock: { now: number };
  readonly budget: Budget;
  readonly background: Promise<unknown>[];
  readonly exchange: Exchange;
  ask(address?: string, flags?: Partial<typeof FLAGS>): Promise<UpstreamOutcome>;
  /** Another lookup of the same isolate, with a budget of its own. */
  another(): Bench;
}

interface Rest extends Partial<UpstreamDeps> {
  readonly store?: KeyValueStore;
  /** Waits take no time, and the clock goes on by them; else it stands still. */
  readonly modelled?: boolean;
}

function bench(target: Target | undefined, { store, modelled = false, ...rest }: Rest = {}): Bench {
  // What a socket on 127.0.0.1 brings is there by then.
  const time = modelledTime({ now: 1_000_000 }, () => wait(50));
  const { clock } = time;
  const effects = { now: () => clock.now, wait: modelled ? time.wait : wait };
  const internet = internetZone({ zones: { ".": [SOA.replace("zone.test.", "."), A] } });
  if (!internet.ok) throw new Error(internet.error.message);
  const upstreams = createUpstreams({
    map: new Map(target === undefined ? [] : [[ADDRESS, target]]),
    internet: internet.value,
    doh: dohTransport(fetch),
    tcp: tcpTransport(nodeConnect),
    ...effects,
    random: Math.random,
    coalesce: false,
    ...(store === undefined ? {} : { cache: upstreamCache(store, effects) }),
    ...rest,
  });
  const lookup = (): Bench => {
    const budget = createBudget(effects.now);
    const background: Promise<unknown>[] = [];
    const of = upstreams(budget, (work) => background.push(work));
    const exchange: Exchange = (...asked) => (modelled ? time.settle(of(...asked)) : of(...asked));
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
    const one = bench(overTcp(server), { modelled: true });
    expect(shown(await one.ask())).toBe("timeout: 10.0.0.2 did not answer within 3000 ms (EDE 22)");
    expect(server.queries).toHaveLength(2);
    expect(one.budget.timings).toEqual([
      { name: "upstream", description: ADDRESS, ms: 3000 },
      { name: "upstream", description: ADDRESS, ms: 1000 },
    ]);
  });

  test("a late reply to the first attempt counts while the second is under way", async () => {
    let late: (() => void) | undefined;
    const server = await serveTcp((query, socket, count) => {
      if (count === 1) late = () => good(query, socket);
      else late?.();
    });
    const one = bench(overTcp(server), { modelled: true });
    expect(shown(await one.ask())).toEqual(["NOERROR", A]);
    expect(one.clock.now).toBe(1_002_000);
  });

  test("who was silent once gets little of the same lookup's time, and may still answer", async () => {
    const server = await serveTcp((query, socket, count) => {
      if (count > 3) good(query, socket);
    });
    const one = bench(overTcp(server), { modelled: true });
    await one.ask();
    const other = () => one.exchange(ADDRESS, question(["other.zone.test.", "A"]), FLAGS);
    expect(shown(await other())).toBe("timeout: 10.0.0.2 did not answer within 300 ms (EDE 22)");
    const third = one.exchange(ADDRESS, question(["third.zone.test.", "A"]), FLAGS);
    expect(shown(await third)).toEqual(["NOERROR"]);
    expect(one.clock.now).toBe(1_003_300);
  });

  test("what is left of the 5 s is all that a later query has, and nobody is blamed for it", async () => {
    const server = await serveTcp(() => undefined);
    const one = bench(overTcp(server), { modelled: true });
    one.clock.now += 4500;
    expect(shown(await one.ask())).toBe(
      "budget: 10.0.0.2 did not answer within 500 ms, the last of the lookup's 5 s (EDE 22)",
    );
    expect(shown(await one.ask())).toBe(
      "budget: 10.0.0.2 was not asked: the lookup's 5 s are over (EDE 22)",
    );
    expect(server.queries).toHaveLength(1);
    expect(shown(await one.another().ask())).toContain("did not answer within 3000 ms");
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
  test("an answer is kept in the background, and found by another lookup with its TTL counted down", async () => {
    const server = await serveTcp(good);
    const one = bench(overTcp(server), { store: memoryStore(10, () => 0) });
    expect(await one.ask()).toMatchObject({ cache: "miss" });
    await Promise.all(one.background);
    one.clock.now += 20_000;
    const two = one.another();
    const got = await two.exchange(ADDRESS, question(["WWW.Zone.test.", "A"]), FLAGS);
    expect(got).toMatchObject({ cache: "kv" });
    expect(shown(got)).toEqual(["NOERROR", "WWW.Zone.test. 40 IN A 192.0.2.1"]);
    expect(two.budget.timings).toEqual([{ name: "kv", description: "hit", ms: 0 }]);
    expect(server.queries).toHaveLength(1);
  });

  test("so is the small internet's", async () => {
    const one = bench(INTERNET, { store: memoryStore(10, () => 0) });
    expect(await one.ask()).toMatchObject({ cache: "miss" });
    await Promise.all(one.background);
    expect(await one.another().ask()).toMatchObject({ cache: "kv" });
  });

  test("cache=off neither reads nor writes", async () => {
    const one = bench(INTERNET, { store: memoryStore(10, () => 0) });
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
    let puts = 0;
    const put = async () => void puts++;
    const one = bench(overTcp(server), { store: { get, put }, modelled: true });
    expect(await one.ask()).toMatchObject({ kind: "reply", cache: "miss", notes: [note] });
    await Promise.all(one.background);
    expect(puts).toBe(0);
    const two = one.another();
    expect(await two.ask()).toMatchObject({
      notes: ["the KV failed a moment ago and is not asked: taken as a miss"],
    });
    expect(two.budget.timings.map(({ name }) => name)).toEqual(["upstream"]);
  });

  test("an answer without recursion is not kept", async () => {
    const server = await serveTcp(good);
    let puts = 0;
    const store = { ...memoryStore(10, () => 0), put: async () => void puts++ };
    const one = bench(overTcp(server), { store });
    await one.ask(ADDRESS, { recursionDesired: false });
    await Promise.all(one.background);
    expect(puts).toBe(0);
    await one.ask();
    await Promise.all(one.background);
    expect(puts).toBe(1);
  });
});

/** Without health checks. */
function sentTo(server: LocalServer): number {
  return server.queries.filter(({ question: [asked] }) => asked?.type !== "NS").length;
}

describe("failures are remembered for a while (RFC 9520 §3.2)", () => {
  test("the same question fails at once for three seconds, then for six; another is asked", async () => {
    const server = await serveTcp((_, socket) => socket.end());
    const one = bench(overTcp(server));
    await one.ask();
    expect(sentTo(server)).toBe(2);
    const why = "10.0.0.2 closed the connection without an answer";
    expect(shown(await one.another().ask())).toBe(
      `rubbish: ${why} (a moment ago, and is not asked the same for another 3 s) (EDE 0)`,
    );
    expect(sentTo(server)).toBe(2);
    await one.exchange(ADDRESS, question(["www.zone.test.", "AAAA"]), FLAGS);
    expect(sentTo(server)).toBe(4);
    one.clock.now += 3000;
    await one.another().ask();
    expect(sentTo(server)).toBe(6);
    one.clock.now += 5999;
    expect(shown(await one.another().ask())).toContain("for another 1 s");
    expect(sentTo(server)).toBe(6);
  });

  test.each(["SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"])(
    "%s is an answer, and given again from memory with EDE 13 (Cached Error)",
    async (rcode) => {
      const server = await serveTcp((query, socket, count) =>
        socket.end(framed(answerTo(query, count > 1 ? [A] : [], count > 1 ? {} : { rcode }))),
      );
      const one = bench(overTcp(server));
      const first = await one.ask();
      const again = await one.another().ask();
      expect([shown(first), shown(again)]).toEqual([[rcode], [rcode]]);
      const text = `10.0.0.2 said ${rcode} a moment ago, and is not asked the same for another 3 s`;
      expect(again).toMatchObject({ ede: [{ code: 13, text }], notes: [text] });
      expect(server.queries).toHaveLength(1);
      one.clock.now += 3000;
      expect(shown(await one.another().ask())).toEqual(["NOERROR", A]);
    },
  );

  test("an answer ends it: the next failure is a first one again", async () => {
    const server = await serveTcp((query, socket, count) =>
      count === 2 ? good(query, socket) : socket.end(framed(answerTo(query, [], REFUSED))),
    );
    const one = bench(overTcp(server));
    for (const ms of [3000, 0, 3000, 0]) {
      await one.another().ask();
      one.clock.now += ms;
    }
    expect(server.queries).toHaveLength(4);
  });

  test("cache=off goes round the memory, yet one lookup sends a question three times at most", async () => {
    const server = await serveTcp((_, socket) => socket.end());
    const one = bench(overTcp(server));
    for (let turn = 0; turn < 4; turn++) {
      expect(shown(await one.ask(ADDRESS, { cacheOff: true }))).toMatch(/^rubbish: .* without an/);
    }
    expect(sentTo(server)).toBe(3);
    await one.another().ask(ADDRESS, { cacheOff: true });
    expect(sentTo(server)).toBe(5);
  });
});

describe("an upstream that is down", () => {
  const ask = (one: Bench, label: string) =>
    one.another().exchange(ADDRESS, question([`${label}.zone.test.`, "A"]), FLAGS);
  const settle = () => wait(50);

  test("is left alone after three questions and a health check, until a question is answered", async () => {
    let up = false;
    const server = await serveTcp((query, socket) => (up ? good(query, socket) : socket.end()));
    const one = bench(overTcp(server), { coalesce: true });
    for (const label of ["a", "b", "c"]) await ask(one, label);
    await settle();
    const asked = server.queries.map(({ question: [q] }) => `${q?.name} ${q?.type}`);
    expect(asked).toEqual([
      ...["a", "a", "b", "b", "c", "c"].map((l) => `${l}.zone.test. A`),
      ". NS",
    ]);
    expect(shown(await ask(one, "d"))).toBe(
      "rubbish: 10.0.0.2 is down: neither the last questions nor a health check were answered; it is not asked for another 3 s (EDE 0)",
    );
    expect(server.queries).toHaveLength(7);

    one.clock.now += 3000;
    await ask(one, "e");
    await settle();
    expect(server.queries).toHaveLength(10);
    one.clock.now += 5999;
    expect(shown(await ask(one, "f"))).toContain("is not asked for another 1 s");
    one.clock.now += 1;
    up = true;
    expect(shown(await ask(one, "www"))).toEqual(["NOERROR", A]);
    expect(shown(await ask(one, "g"))).toEqual(["NOERROR"]);
  });

  test("is not taken for down where only some names fail: it answers the health check", async () => {
    const server = await serveTcp((query, socket) =>
      query.question[0]?.type === "NS" ? good(query, socket) : socket.end(),
    );
    const one = bench(overTcp(server), { coalesce: true });
    for (const label of ["a", "b", "c", "d", "e"]) {
      expect(shown(await ask(one, label))).toContain("closed the connection without an answer");
      await settle();
    }
    const checks = server.queries.filter(({ question: [q] }) => q?.type === "NS");
    expect(checks).toHaveLength(1);
  });
});

describe("identical questions at once", () => {
  test.each([
    { why: "are one query where requests may wait for one another", coalesce: true, asked: 1 },
    {
      why: "are one query where no request may wait for another's promise",
      coalesce: false,
      asked: 1,
    },
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
