import { describe, expect, test } from "vitest";
import type { Context, Reply } from "../../../src/coredns/plugin.ts";
import { cache } from "../../../src/coredns/plugins/cache.ts";
import { printRR } from "../../../src/dns/records.ts";
import { wait } from "../../../src/runtime/upstream/wait.ts";
import { built, contextOf, plugin, question, replyOf } from "../scene.ts";

const A = "web.test. 300 IN A 192.0.2.1";
const SOA = (ttl: number) => `test. ${ttl} IN SOA ns.test. admin.test. 1 7200 1800 86400 60`;

type Behind = Parameters<typeof replyOf>[0];

interface Turn {
  /** Seconds since the table's beginning. */
  readonly at: number;
  readonly ask?: readonly [name: string, type?: string];
  readonly with?: Partial<Context>;
  /** What the rest of the chain would say now; undefined: the same as before. */
  readonly behind?: Behind;
  /** `status rcode ttl`, and what the cache did. */
  readonly is: string;
  readonly did?: string;
}

/** `miss NOERROR 30`: where it came from, the rcode, and the one TTL of all records. */
function summary(reply: Reply): string {
  const ttls = new Set(
    [...reply.answer, ...reply.authority, ...reply.additional].map((rr) => rr.ttl),
  );
  return [reply.cache, reply.rcode, ...ttls].join(" ");
}

async function play(corefile: string, turns: readonly Turn[]): Promise<void> {
  const made = plugin(cache, corefile);
  let behind: Behind = { answer: [A] };
  for (const [index, turn] of turns.entries()) {
    behind = turn.behind ?? behind;
    const now = behind;
    const work: Promise<unknown>[] = [];
    const context = contextOf({
      now: () => turn.at * 1000,
      background: (one) => work.push(one),
      ...turn.with,
    });
    const asked = question(...(turn.ask ?? ["web.test."]));
    const reply = await made.serve(asked, context, async () => replyOf(now));
    await Promise.all(work);
    expect(`turn ${index}: ${summary(reply)}`).toBe(`turn ${index}: ${turn.is}`);
    if (turn.did) expect(reply.steps[0]).toEqual({ plugin: "cache", did: turn.did });
  }
}

describe("cache", () => {
  test.each<{ why: string; corefile?: string; turns: readonly Turn[] }>([
    {
      why: "counts the TTL down from when the answer was kept, and forgets it at zero",
      turns: [
        { at: 0, is: "miss NOERROR 300", did: "miss" },
        { at: 12.9, is: "memory NOERROR 288", did: "hit, 288 s left" },
        { at: 299, is: "memory NOERROR 1" },
        { at: 300, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "caps a TTL in the first reply already",
      corefile: "cache 30",
      turns: [
        { at: 0, is: "miss NOERROR 30" },
        { at: 29, is: "memory NOERROR 1" },
        { at: 30, is: "miss NOERROR 30" },
      ],
    },
    {
      why: "raises a TTL to five seconds in the first reply already",
      turns: [
        { at: 0, behind: { answer: ["web.test. 0 IN A 192.0.2.1"] }, is: "miss NOERROR 5" },
        { at: 4, is: "memory NOERROR 1" },
      ],
    },
    {
      why: "keeps an hour at most, and half an hour of denials",
      turns: [
        { at: 0, behind: { answer: ["web.test. 86400 IN A 192.0.2.1"] }, is: "miss NOERROR 3600" },
        {
          at: 0,
          ask: ["no.test."],
          behind: { rcode: "NXDOMAIN", authority: [SOA(86400)] },
          is: "miss NXDOMAIN 1800",
        },
      ],
    },
    {
      why: "gives all records the smallest TTL of them",
      turns: [
        {
          at: 0,
          behind: {
            answer: ["web.test. 300 IN CNAME b.test.", "b.test. 20 IN A 192.0.2.1"],
            additional: ["b.test. 60 IN AAAA 2001:db8::1"],
          },
          is: "miss NOERROR 20",
        },
        { at: 5, is: "memory NOERROR 15" },
      ],
    },
    {
      why: "takes capacity, most and least TTL of each class from its block",
      corefile: "cache 25 {\n success 1000 100 50\n denial 1000 15 2\n}",
      turns: [
        { at: 0, behind: { answer: ["web.test. 7 IN A 192.0.2.1"] }, is: "miss NOERROR 50" },
        {
          at: 0,
          ask: ["b.test."],
          behind: { answer: ["b.test. 700 IN A 192.0.2.1"] },
          is: "miss NOERROR 100",
        },
        {
          at: 0,
          ask: ["c.test."],
          behind: { rcode: "NXDOMAIN", authority: [SOA(1)] },
          is: "miss NXDOMAIN 2",
        },
        { at: 0, ask: ["d.test."], behind: { authority: [SOA(99)] }, is: "miss NOERROR 15" },
      ],
    },
    {
      why: "keeps NODATA and NXDOMAIN by their SOA's TTL, not its minimum",
      turns: [
        { at: 0, behind: { rcode: "NXDOMAIN", authority: [SOA(90)] }, is: "miss NXDOMAIN 90" },
        { at: 10, is: "memory NXDOMAIN 80" },
        {
          at: 10,
          ask: ["web.test.", "AAAA"],
          behind: { authority: [SOA(40)] },
          is: "miss NOERROR 40",
        },
        { at: 20, ask: ["web.test.", "AAAA"], is: "memory NOERROR 30" },
      ],
    },
    {
      why: "does not keep NXDOMAIN without an SOA",
      turns: [
        { at: 0, behind: { rcode: "NXDOMAIN" }, is: "miss NXDOMAIN" },
        { at: 1, is: "miss NXDOMAIN" },
      ],
    },
    {
      why: "does not keep a CNAME that leads to nothing, unless an SOA says how long that holds",
      turns: [
        { at: 0, behind: { answer: ["web.test. 60 IN CNAME b.test."] }, is: "miss NOERROR 60" },
        {
          at: 1,
          behind: { answer: ["web.test. 60 IN CNAME b.test."], authority: [SOA(2000)] },
          is: "miss NOERROR 60",
        },
        { at: 11, is: "memory NOERROR 50" },
      ],
    },
    {
      why: "keeps an empty answer for five seconds",
      turns: [
        { at: 0, behind: {}, is: "miss NOERROR" },
        { at: 4, is: "memory NOERROR", did: "hit, 1 s left" },
        { at: 5, is: "miss NOERROR" },
      ],
    },
    {
      why: "keeps a delegation for five seconds, whatever its TTL",
      turns: [
        { at: 0, behind: { authority: ["test. 900 IN NS ns.test."] }, is: "miss NOERROR 5" },
        { at: 4, is: "memory NOERROR 1" },
      ],
    },
    {
      why: "keeps SERVFAIL for five seconds",
      turns: [
        { at: 0, behind: { rcode: "SERVFAIL" }, is: "miss SERVFAIL" },
        { at: 4, is: "memory SERVFAIL" },
        { at: 5, behind: { answer: [A] }, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "keeps SERVFAIL for as long as servfail says, and not at all for 0",
      corefile: "cache {\n servfail 0\n}",
      turns: [
        { at: 0, behind: { rcode: "SERVFAIL" }, is: "miss SERVFAIL" },
        { at: 1, is: "miss SERVFAIL" },
      ],
    },
    {
      why: "does not keep a SERVFAIL that no upstream sent",
      turns: [
        { at: 0, behind: { rcode: "SERVFAIL", more: { unwritten: true } }, is: "miss SERVFAIL" },
        { at: 1, behind: { answer: [A] }, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "does not keep other rcodes",
      turns: [
        { at: 0, behind: { rcode: "REFUSED" }, is: "miss REFUSED" },
        { at: 1, is: "miss REFUSED" },
      ],
    },
    {
      why: "does not keep a CNAME to no such name, whatever its TTL",
      turns: [
        {
          at: 0,
          behind: {
            rcode: "NXDOMAIN",
            answer: ["web.test. 60 IN CNAME b.test."],
            authority: [SOA(60)],
          },
          is: "miss NXDOMAIN 5",
        },
        { at: 1, behind: { answer: [A] }, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "knows a name in any case, by its type, DO and CD",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 1, ask: ["WEB.Test."], is: "memory NOERROR 299" },
        {
          at: 1,
          ask: ["web.test.", "AAAA"],
          behind: { authority: [SOA(60)] },
          is: "miss NOERROR 60",
        },
        { at: 1, with: { dnssecOk: true }, behind: { answer: [A] }, is: "miss NOERROR 300" },
        { at: 2, with: { dnssecOk: true }, is: "memory NOERROR 299" },
        { at: 2, with: { checkingDisabled: true }, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "is gone round where the query asks for it, and keeps nothing of that",
      corefile: "cache 30",
      turns: [
        { at: 0, is: "miss NOERROR 30" },
        { at: 1, with: { cacheOff: true }, is: "off NOERROR 30", did: "off" },
        {
          at: 1,
          ask: ["b.test."],
          with: { cacheOff: true },
          behind: { answer: ["b.test. 9 IN A 192.0.2.2"] },
          is: "off NOERROR 9",
        },
        { at: 2, ask: ["b.test."], is: "miss NOERROR 9" },
      ],
    },
    {
      why: "keeps only names of its zones",
      corefile: "cache 30 other.test",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 1, is: "miss NOERROR 300" },
        {
          at: 1,
          ask: ["a.other.test."],
          behind: { answer: ["a.other.test. 300 IN A 192.0.2.1"] },
          is: "miss NOERROR 30",
        },
        { at: 2, ask: ["a.other.test."], is: "memory NOERROR 29" },
      ],
    },
    {
      why: "keeps no answers of zones that are disabled, but caps their TTLs",
      corefile: "cache 30 {\n disable success cluster.local\n disable denial\n}",
      turns: [
        {
          at: 0,
          ask: ["a.cluster.local."],
          behind: { answer: ["a.cluster.local. 90 IN A 192.0.2.1"] },
          is: "miss NOERROR 30",
        },
        { at: 1, ask: ["a.cluster.local."], is: "miss NOERROR 30" },
        { at: 1, behind: { rcode: "NXDOMAIN", authority: [SOA(60)] }, is: "miss NXDOMAIN 30" },
        { at: 2, behind: { answer: [A] }, is: "miss NOERROR 30" },
        { at: 3, is: "memory NOERROR 29" },
      ],
    },
    {
      why: "does not count down with keepttl",
      corefile: "cache {\n keepttl\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 299, is: "memory NOERROR 300" },
        { at: 300, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "fetches popular entries anew before they expire",
      corefile: "cache {\n prefetch 2 1m 10%\n}",
      turns: [
        { at: 0, behind: { answer: ["web.test. 100 IN A 192.0.2.1"] }, is: "miss NOERROR 100" },
        { at: 60, is: "memory NOERROR 40" },
        { at: 91, is: "memory NOERROR 9" },
        { at: 92, is: "memory NOERROR 99" },
      ],
    },
    {
      why: "fetches unpopular entries only when they have expired",
      corefile: "cache {\n prefetch 3 10s\n}",
      turns: [
        { at: 0, behind: { answer: ["web.test. 100 IN A 192.0.2.1"] }, is: "miss NOERROR 100" },
        { at: 20, is: "memory NOERROR 80" },
        { at: 60, is: "memory NOERROR 40" },
        { at: 95, is: "memory NOERROR 5" },
        { at: 99, is: "memory NOERROR 1" },
      ],
    },
    {
      why: "serves stale answers with TTL 0 and refreshes them behind the client's back",
      corefile: "cache {\n serve_stale\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 310, is: "stale NOERROR 0", did: "hit, stale since 10 s" },
        { at: 311, is: "memory NOERROR 299" },
        { at: 311 + 300 + 3600, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "takes an entry for stale in the second in which it expires",
      corefile: "cache {\n serve_stale\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 300, is: "stale NOERROR 0", did: "hit, stale since 0 s" },
        { at: 301, is: "memory NOERROR 299" },
      ],
    },
    {
      why: "keeps no SERVFAIL that a refresh of a stale entry brought",
      corefile: "cache {\n serve_stale 8s\n}",
      turns: [
        { at: 0, behind: { rcode: "SERVFAIL" }, is: "miss SERVFAIL" },
        { at: 6, behind: { rcode: "SERVFAIL" }, is: "stale SERVFAIL" },
        { at: 7, behind: { rcode: "SERVFAIL" }, is: "stale SERVFAIL" },
        { at: 13, behind: { answer: [A] }, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "gives stale answers the TTL that serve_stale says also with keepttl, and else the whole one",
      corefile: "cache {\n serve_stale 1h immediate 7s\n keepttl\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 310, behind: { rcode: "SERVFAIL" }, is: "stale NOERROR 7" },
      ],
    },
    {
      why: "serves the last known good answer behind a non-answer that was kept since",
      corefile:
        "cache {\n serve_stale 10m\n serve_stale_policy prefer_positive\n success 9984 3600 60\n}",
      turns: [
        { at: 0, behind: { answer: ["web.test. 60 IN A 192.0.2.1"] }, is: "miss NOERROR 60" },
        { at: 400, behind: {}, is: "stale NOERROR 0" },
        { at: 401, behind: {}, is: "stale NOERROR 0" },
        { at: 659, behind: {}, is: "stale NOERROR 0" },
        { at: 661, behind: {}, is: "memory NOERROR" },
      ],
    },
    {
      why: "serves a stale denial too, and the answer that its refresh found next time",
      corefile: "cache {\n serve_stale 1h immediate\n}",
      turns: [
        { at: 0, behind: { rcode: "NXDOMAIN", authority: [SOA(10)] }, is: "miss NXDOMAIN 10" },
        { at: 20, behind: { answer: [A] }, is: "stale NXDOMAIN 0" },
        { at: 21, is: "memory NOERROR 299" },
      ],
    },
    {
      why: "asks first with verify, and serves stale answers only where that fails",
      corefile: "cache {\n serve_stale 1h verify\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 310, behind: { rcode: "SERVFAIL" }, is: "stale NOERROR 0" },
        {
          at: 311,
          behind: { rcode: "SERVFAIL", more: { unwritten: true } },
          is: "stale NOERROR 0",
        },
        { at: 312, behind: { rcode: "NXDOMAIN", authority: [SOA(60)] }, is: "miss NXDOMAIN 60" },
      ],
    },
    {
      why: "gives stale answers the TTL that serve_stale says, and waits after a failed refresh",
      corefile: "cache {\n serve_stale 1h verify 0s 30s 20s\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 310, behind: { rcode: "SERVFAIL" }, is: "stale NOERROR 30" },
        { at: 320, behind: { answer: [A] }, is: "stale NOERROR 30" },
        { at: 330, is: "miss NOERROR 300" },
      ],
    },
    {
      why: "does not let a failed refresh hide a stale answer",
      corefile: "cache {\n serve_stale\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 310, behind: { rcode: "SERVFAIL" }, is: "stale NOERROR 0" },
        { at: 311, is: "stale NOERROR 0" },
      ],
    },
    {
      why: "prefers a stale answer to a denial where the policy says so",
      corefile: "cache {\n serve_stale 1h verify\n serve_stale_policy prefer_positive\n}",
      turns: [
        { at: 0, is: "miss NOERROR 300" },
        { at: 310, behind: { rcode: "NXDOMAIN", authority: [SOA(60)] }, is: "stale NOERROR 0" },
        { at: 311, behind: { answer: [A] }, is: "miss NOERROR 300" },
        { at: 312, is: "memory NOERROR 299" },
      ],
    },
  ])("$why", ({ corefile = "cache", turns }) => play(corefile, turns));

  test("keeps source, upstream, owner's spelling and records, and sets AA on a hit", async () => {
    const made = plugin(cache, "cache");
    const context = contextOf({ now: () => 0, dnssecOk: true });
    const said = replyOf({
      answer: ["Web.TEST. 60 IN A 192.0.2.1"],
      more: { source: "forward", upstream: "192.0.2.53", authenticData: true },
    });
    const first = await made.serve(question("Web.TEST."), context, async () => said);
    const again = await made.serve(question("web.test."), context, async () => said);
    expect([first.authoritative, first.upstream]).toEqual([false, "192.0.2.53"]);
    expect(again).toMatchObject({ authoritative: true, authenticData: true, source: "forward" });
    expect([again.upstream, again.answer.map(printRR)]).toEqual([
      "192.0.2.53",
      ["Web.TEST. 60 IN A 192.0.2.1"],
    ]);
    expect(again.steps).toEqual([{ plugin: "cache", did: "hit, 60 s left" }]);
  });

  test.each<{ why: string; with: Partial<Context>; ad: boolean }>([
    { why: "is clear for those who did not ask for it", with: {}, ad: false },
    { why: "is kept for those who set DO", with: { dnssecOk: true }, ad: true },
    { why: "is kept for those who set AD", with: { authenticData: true }, ad: true },
  ])("AD $why, on a miss and on a hit", async ({ with: given, ad }) => {
    const made = plugin(cache, "cache");
    const said = replyOf({ answer: [A], more: { authenticData: true } });
    for (const _ of [1, 2]) {
      const reply = await made.serve(question("web.test."), contextOf(given), async () => said);
      expect(reply.authenticData).toBe(ad);
    }
  });

  test("puts its own step before those of the rest of the chain", async () => {
    const said = replyOf({ answer: [A] });
    const reply = await plugin(cache, "cache").serve(
      question("web.test."),
      contextOf(),
      async () => said,
    );
    expect(reply.steps).toEqual([
      { plugin: "cache", did: "miss" },
      { plugin: "behind", did: "answered" },
    ]);
  });

  test("holds no more than its capacity, and never less than 1024 entries", async () => {
    const made = plugin(cache, "cache {\n success 10\n}");
    const ask = async (n: number) => {
      const said = replyOf({ answer: [`n${n}.test. 300 IN A 192.0.2.1`] });
      return (await made.serve(question(`n${n}.test.`), contextOf(), async () => said)).cache;
    };
    for (let n = 0; n <= 1024; n++) await ask(n);
    expect([await ask(1024), await ask(2), await ask(0)]).toEqual(["memory", "memory", "miss"]);
  });

  test("leaves a stale entry as it is when its refresh breaks", async () => {
    const made = plugin(cache, "cache {\n serve_stale\n}");
    const work: Promise<unknown>[] = [];
    const at = (seconds: number) =>
      contextOf({ now: () => seconds * 1000, background: (one) => work.push(one) });
    await made.serve(question("web.test."), at(0), async () => replyOf({ answer: [A] }));
    const broken = () => Promise.reject(new Error("gone"));
    for (const seconds of [400, 401]) {
      const reply = await made.serve(question("web.test."), at(seconds), broken);
      await Promise.all(work);
      expect(summary(reply)).toBe("stale NOERROR 0");
    }
    expect(work.length).toBe(2);
  });
});

describe("a stale answer", () => {
  test.each<{ why: string; said: Behind; ede: { code: number; text: string }[] }>([
    {
      why: "is told by EDE 3 (Stale Answer)",
      said: { answer: [A] },
      ede: [{ code: 3, text: "web.test. A expired 100 s ago" }],
    },
    {
      why: "that is a denial by EDE 19 (Stale NXDOMAIN Answer)",
      said: { rcode: "NXDOMAIN", authority: [SOA(300)] },
      ede: [{ code: 19, text: "web.test. A expired 100 s ago" }],
    },
  ])("$why", async ({ said, ede }) => {
    const made = plugin(cache, "cache {\n serve_stale\n}");
    const at = (seconds: number) => contextOf({ now: () => seconds * 1000 });
    const serve = (seconds: number) =>
      made.serve(question("web.test."), at(seconds), async () => replyOf(said));
    expect((await serve(0)).ede).toEqual([]);
    expect(await serve(400)).toMatchObject({ cache: "stale", ede });
  });

  const SLOW = "web.test. 300 IN A 192.0.2.2";
  test.each<{ why: string; corefile: string; takes: number; is: string; next: string }>([
    {
      why: "is served when the time limit of verify is over, and refreshed all the same",
      corefile: "serve_stale 1h verify 100ms",
      takes: 300,
      is: "stale 192.0.2.1",
      next: "memory 192.0.2.2",
    },
    {
      why: "is not served where the fresh one comes within the time limit",
      corefile: "serve_stale 1h verify 2s",
      takes: 100,
      is: "miss 192.0.2.2",
      next: "memory 192.0.2.2",
    },
    {
      why: "is not served without a time limit, however long the fresh one takes",
      corefile: "serve_stale 1h verify",
      takes: 300,
      is: "miss 192.0.2.2",
      next: "memory 192.0.2.2",
    },
  ])("$why", async ({ corefile, takes, is, next }) => {
    const made = plugin(cache, `cache {\n ${corefile}\n}`);
    const work: Promise<unknown>[] = [];
    const serve = async (seconds: number, record: string, ms: number) => {
      const context = contextOf({
        now: () => seconds * 1000,
        background: (one) => work.push(one),
        wait,
      });
      const reply = await made.serve(question("web.test."), context, async () => {
        await wait(ms);
        return replyOf({ answer: [record] });
      });
      return `${reply.cache} ${reply.answer.map((rr) => rr.data)}`;
    };
    await serve(0, A, 0);
    expect(await serve(400, SLOW, takes)).toBe(is);
    await Promise.all(work);
    expect(await serve(400, A, 0)).toBe(next);
  });
});

describe("cache refuses", () => {
  test.each<{ text: string; says: string }>([
    { text: "cache 0", says: "1: cache TTL is 1 second or more: received 0" },
    { text: "cache -1 a.test", says: "1: cache TTL is 1 second or more: received -1" },
    { text: "cache {\n success\n}", says: "2: success takes a capacity" },
    { text: "cache {\n denial many\n}", says: "2: denial takes a capacity" },
    { text: "cache {\n success 10 0\n}", says: "2: cache TTL is 1 second or more: received 0" },
    {
      text: "cache {\n success 10 5 -1\n}",
      says: "2: cache min TTL is 0 seconds or more: received -1",
    },
    {
      text: "cache {\n\n positive 15\n}",
      says: "3: cache has no option positive: known are success, denial",
    },
    { text: "cache {\n prefetch -1\n}", says: "2: prefetch takes a number of queries" },
    { text: "cache {\n prefetch 0 blurp\n}", says: "received blurp" },
    { text: "cache {\n prefetch 5 1m 95%\n}", says: "from 10% to 90%: received 95%" },
    { text: "cache {\n prefetch 5 1m 50\n}", says: "from 10% to 90%: received 50" },
    { text: "cache {\n serve_stale 20\n}", says: "a duration such as 1h: received 20" },
    { text: "cache {\n serve_stale -20m\n}", says: "received -20m" },
    {
      text: "cache {\n serve_stale 1m nono\n}",
      says: "the modes immediate and verify: received nono",
    },
    { text: "cache {\n serve_stale 1m verify 1s 1s 10m\n}", says: "within 5m: received 10m" },
    { text: "cache {\n serve_stale 1m immediate 1s 1s 1s\n}", says: "at most 2 durations" },
    { text: "cache {\n serve_stale_policy nono\n}", says: "takes prefer_positive: received nono" },
    {
      text: "cache {\n serve_stale_policy prefer_positive\n}",
      says: "2: serve_stale_policy takes effect with serve_stale: received none",
    },
    {
      text: "cache {\n serve_stale\n serve_stale_policy prefer_positive\n serve_stale_policy prefer_positive\n}",
      says: "4: serve_stale_policy can be used once: received it twice",
    },
    {
      text: "cache {\n serve_stale 1m immediate 1500ms\n}",
      says: "2: serve_stale gives whole seconds of TTL: received 1.5s",
    },
    { text: "cache {\n servfail\n}", says: "servfail takes one duration: received none" },
    { text: "cache {\n servfail 6m\n}", says: "from 0 to 5m: received 6m" },
    { text: "cache {\n servfail -1s\n}", says: "from 0 to 5m: received -1s" },
    { text: "cache {\n disable invalid a.test\n}", says: "success or denial, and then zones" },
    { text: "cache {\n keepttl 1\n}", says: "keepttl takes no arguments: received 1" },
  ])("$text", ({ text, says }) => {
    expect(built(cache, text)).toContain(says);
  });

  test.each([
    "cache",
    "cache {}",
    "cache aaa a.test",
    "cache 5 { serve_stale 0 VERIFY\n}",
    "cache {\n serve_stale\n serve_stale_policy PREFER_positive\n}",
    "cache {\n serve_stale 1h20m\n servfail 5m\n}",
  ])("but takes %s", (text) => {
    expect(built(cache, text)).toMatchObject({ name: "cache" });
  });
});
