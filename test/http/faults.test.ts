/**
 * Upstreams that are down, slow, late, lie or come and go, behind the whole service on modelled time: an answer, a stale one
 * where the Corefile allows it, or SERVFAIL with the Extended DNS Error that fits.
 */
import { describe, expect, test } from "vitest";
import { rr } from "../cache/message.ts";
import { type Asked, answers, type Looked, replyTo, type Script, scripted } from "./faulty.ts";
import { edeTexts } from "./service.ts";

interface Turn {
  /** Seconds since the row's beginning. */
  readonly at?: number;
  readonly ask?: string;
  readonly asked?: Asked;
  readonly is: string;
  /** Milliseconds that the lookup took; 0 where it is absent. */
  readonly ms?: number;
  /** Which upstreams were asked, in order. */
  readonly sent: string;
  /** What an Extended DNS Error says. */
  readonly says?: RegExp;
}

interface Row {
  readonly why: string;
  readonly one: Script;
  readonly two?: Script;
  readonly three?: Script;
  readonly corefile?: string;
  readonly turns: readonly Turn[];
}

const A = "www.zone.test. 60 IN A 192.0.2.1";
const SOA = "zone.test. 600 IN SOA ns.zone.test. host.zone.test. 1 7200 900 1209600 600";
const good = answers([A]);
const denies = answers([], { rcode: "NXDOMAIN", authority: [rr(SOA)] });
const silent: Script = () => "silence";
const refuses: Script = () => ({ fault: { kind: "unreachable", why: "refused the connection" } });

const TWO = block("forward . 10.0.0.2 10.0.0.3 {\n policy sequential\n}");
const THREE = block("forward . 10.0.0.2 10.0.0.3 198.51.100.53 {\n policy sequential\n}");
const STALE = block("forward . 10.0.0.2", "cache 30 {\n serve_stale 1h verify 1s\n}");
const STALE_AT_ONCE = block("forward . 10.0.0.2", "cache 30 {\n serve_stale\n}");

const DOWN: readonly Row[] = [
  {
    why: "refuses connections: SERVFAIL with Network Error, and it is not asked twice",
    one: refuses,
    turns: [{ is: "SERVFAIL EDE 23", sent: "one", says: /^10\.0\.0\.2 refused the connection/ }],
  },
  {
    why: "refuses connections, where the Corefile has another",
    corefile: TWO,
    one: refuses,
    two: good,
    turns: [{ is: "NOERROR 192.0.2.1", sent: "one two" }],
  },
  {
    why: "is silent: SERVFAIL with No Reachable Authority, long before the 5 s are over",
    one: silent,
    turns: [
      { is: "SERVFAIL EDE 22", ms: 3000, sent: "one one", says: /did not answer within 3000 ms/ },
    ],
  },
  {
    why: "is silent, where the Corefile has another",
    corefile: TWO,
    one: silent,
    two: good,
    turns: [{ is: "NOERROR 192.0.2.1", ms: 3000, sent: "one one two" }],
  },
  {
    why: "is silent as all three are: the lookup's 5 s end it",
    corefile: THREE,
    one: silent,
    two: silent,
    three: silent,
    turns: [
      { is: "SERVFAIL EDE 22", ms: 5000, sent: "one one two", says: /the lookup's 5 s are over/ },
    ],
  },
  {
    why: "is silent for every candidate of a search: the first query has its full time, the others little",
    one: silent,
    turns: [
      {
        ask: "www.zone.test",
        asked: { path: "/dns-query" },
        is: "SERVFAIL EDE 22",
        ms: 3900,
        sent: "one one one one one one",
      },
    ],
  },
  {
    why: "is remembered: the same question is answered at once, and asked again when that is over",
    one: then([2, silent], [1, good]),
    turns: [
      { is: "SERVFAIL EDE 22", ms: 3000, sent: "one one" },
      { at: 5.9, is: "SERVFAIL EDE 22", sent: "", says: /not asked the same for another 1 s/ },
      { at: 6, is: "NOERROR 192.0.2.1", sent: "one" },
    ],
  },
  {
    why: "is left alone after three names and a health check, until it answers one",
    one: then([4, refuses], [1, good]),
    turns: [
      { ask: "a.zone.test", is: "SERVFAIL EDE 23", sent: "one" },
      { ask: "b.zone.test", is: "SERVFAIL EDE 23", sent: "one" },
      { ask: "c.zone.test", is: "SERVFAIL EDE 23", sent: "one one" },
      { ask: "d.zone.test", is: "SERVFAIL EDE 23", sent: "", says: /10\.0\.0\.2 is down/ },
      { at: 3, is: "NOERROR 192.0.2.1", sent: "one" },
      { at: 3, ask: "e.zone.test", is: "SERVFAIL EDE 22", ms: 3000, sent: "one one" },
    ],
  },
  {
    why: "flaps: each question that fails is asked again, and what it answered is kept",
    one: then([1, refuses], [1, good], [1, refuses], [1, good]),
    turns: [
      { is: "SERVFAIL EDE 23", sent: "one" },
      { at: 3, is: "NOERROR 192.0.2.1", sent: "one" },
      { at: 4, is: "NOERROR 192.0.2.1", sent: "" },
      { at: 34, is: "SERVFAIL EDE 23", sent: "one" },
      { at: 37, is: "NOERROR 192.0.2.1", sent: "one" },
    ],
  },
];

const SLOW: readonly Row[] = [
  {
    why: "takes 1.9 s",
    one: takes(1900, good),
    turns: [{ is: "NOERROR 192.0.2.1", ms: 1900, sent: "one" }],
  },
  {
    why: "takes 2.9 s: it is asked once more, and the late reply to the first query counts",
    one: takes(2900, good),
    turns: [{ is: "NOERROR 192.0.2.1", ms: 2900, sent: "one one" }],
  },
  {
    why: "takes longer than that",
    one: takes(3100, good),
    turns: [{ is: "SERVFAIL EDE 22", ms: 3000, sent: "one one" }],
  },
  {
    why: "takes 1.5 s for each of a search's names: what is found within 5 s is found",
    one: takes(1500, byName({ "www.zone.test.": good })),
    turns: [
      {
        ask: "www.zone.test",
        asked: { path: "/dns-query/libc=glibc/family=4" },
        is: "NOERROR 192.0.2.1",
        ms: 3000,
        sent: "one one",
      },
    ],
  },
  {
    why: "takes 1.5 s for each of six names: the sixth is not reached",
    one: takes(1500, denies),
    turns: [
      {
        ask: "www",
        asked: { path: "/dns-query/search=a.test,b.test,c.test,d.test,e.test,f.test/family=4" },
        is: "SERVFAIL EDE 22",
        ms: 5000,
        sent: "one one one one",
        says: /the lookup's 5 s are over/,
      },
    ],
  },
];

const LYING: readonly Row[] = [
  {
    why: "sends more than a message holds",
    one: () => ({ fault: { kind: "rubbish", why: "sent more than 65535 octets" } }),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one one", says: /sent more than 65535 octets/ }],
  },
  {
    why: "sends 2,500 records: they are passed on",
    one: answers(Array.from({ length: 2500 }, (_, at) => A.replace(/1$/, String(at % 250)))),
    turns: [{ is: "NOERROR 2500 records", sent: "one" }],
  },
  {
    why: "answers with another id",
    one: (query) => ({ octets: replyTo(query, [A], { id: query.id ^ 1 }) }),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one one", says: /answered with id/ }],
  },
  {
    why: "answers with another id, where the Corefile has another upstream",
    corefile: TWO,
    one: (query) => ({ octets: replyTo(query, [A], { id: query.id ^ 1 }) }),
    two: good,
    turns: [{ is: "NOERROR 192.0.2.1", sent: "one one two" }],
  },
  {
    why: "answers another question",
    one: (query) => ({
      octets: replyTo(query, [A], { question: [{ ...query.question[0], type: "TXT" } as never] }),
    }),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one one", says: /answered another question/ }],
  },
  {
    why: "slips in records of another name: they are dropped",
    one: answers(["bank.example. 60 IN A 192.0.2.66", A]),
    turns: [{ is: "NOERROR 192.0.2.1", sent: "one" }],
  },
  {
    why: "truncates over TCP, where nothing limits it",
    one: (query) => ({
      octets: replyTo(query, [A], { flags: { ...query.flags, qr: true, tc: true } }),
    }),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one one", says: /truncated its answer/ }],
  },
  {
    why: "sends half a message",
    one: (query) => ({ octets: replyTo(query, [A]).subarray(0, 30) }),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one one", says: /no whole DNS message/ }],
  },
  {
    why: "sends nothing but 65,535 zeros",
    one: () => ({ octets: new Uint8Array(65_535) }),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one one" }],
  },
  {
    why: "lies once and tells the truth when it is asked again",
    one: then([1, (query) => ({ octets: replyTo(query, [A], { id: query.id ^ 1 }) })], [1, good]),
    turns: [{ is: "NOERROR 192.0.2.1", sent: "one one" }],
  },
  {
    why: "says SERVFAIL: that is its answer, and CoreDNS keeps it",
    one: answers([], { rcode: "SERVFAIL" }),
    turns: [
      { is: "SERVFAIL", sent: "one" },
      { at: 1, is: "SERVFAIL", sent: "" },
    ],
  },
  {
    why: "says SERVFAIL, where CoreDNS keeps nothing: it is told from memory, with Cached Error",
    corefile: block("forward . 10.0.0.2"),
    one: answers([], { rcode: "SERVFAIL" }),
    turns: [
      { is: "SERVFAIL EDE 13", sent: "one" },
      { at: 1, is: "SERVFAIL EDE 13", sent: "", says: /said SERVFAIL a moment ago/ },
      { at: 3, is: "SERVFAIL EDE 13", sent: "one" },
    ],
  },
  {
    why: "has aliases in a circle",
    one: answers([
      "www.zone.test. 60 IN CNAME b.zone.test.",
      "b.zone.test. 60 IN CNAME www.zone.test.",
    ]),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one", says: /aliases in a circle/ }],
  },
  {
    why: "has sixteen aliases on the way",
    one: answers(chain(16)),
    turns: [{ is: "NOERROR 192.0.2.9", sent: "one" }],
  },
  {
    why: "has seventeen aliases on the way",
    one: answers(chain(17)),
    turns: [{ is: "SERVFAIL EDE 0", sent: "one", says: /more than 16 aliases/ }],
  },
  {
    why: "says NXDOMAIN for A and has data for AAAA: the AAAA is there",
    one: byType({ AAAA: answers(["www.zone.test. 60 IN AAAA 2001:db8::1"]) }),
    turns: [
      {
        asked: { path: "/dns-query", type: "AAAA" },
        ask: "www.zone.test",
        is: "NOERROR 2001:db8::1",
        sent: "one one one",
      },
    ],
  },
  {
    why: "says NXDOMAIN for A and has data for AAAA: the A is NODATA and no denial",
    one: byType({ AAAA: answers(["www.zone.test. 60 IN AAAA 2001:db8::1"]) }),
    turns: [
      {
        asked: { path: "/dns-query" },
        ask: "www.zone.test",
        is: "NOERROR",
        sent: "one one one one",
      },
    ],
  },
];

const SERVING_STALE: readonly Row[] = [
  {
    why: "is down: the expired answer is served with Stale Answer, as long as serve_stale says",
    corefile: STALE,
    one: then([1, good], [1000, refuses]),
    turns: [
      { is: "NOERROR 192.0.2.1", sent: "one" },
      {
        at: 31,
        is: "NOERROR 192.0.2.1 EDE 3",
        sent: "one",
        says: /www\.zone\.test\. A expired 1 s ago/,
      },
      { at: 3629, is: "NOERROR 192.0.2.1 EDE 3", sent: "one" },
      { at: 3631, is: "SERVFAIL EDE 23", sent: "" },
    ],
  },
  {
    why: "is silent: verify's time limit ends the wait",
    corefile: STALE,
    one: then([1, good], [1000, silent]),
    turns: [
      { is: "NOERROR 192.0.2.1", sent: "one" },
      { at: 31, is: "NOERROR 192.0.2.1 EDE 3", ms: 1000, sent: "one" },
    ],
  },
  {
    why: "is slower than verify's time limit: the fresh answer is there the next time",
    corefile: STALE,
    one: then([1, good], [1, takes(1500, answers([A.replace(/1$/, "2")]))]),
    turns: [
      { is: "NOERROR 192.0.2.1", sent: "one" },
      { at: 31, is: "NOERROR 192.0.2.1 EDE 3", ms: 1000, sent: "one" },
      { at: 33, is: "NOERROR 192.0.2.2", sent: "" },
    ],
  },
  {
    why: "is silent: without verify nobody waits, and the refresh behind the client's back fails alone",
    corefile: STALE_AT_ONCE,
    one: then([1, good], [1000, silent]),
    turns: [
      { is: "NOERROR 192.0.2.1", sent: "one" },
      { at: 31, is: "NOERROR 192.0.2.1 EDE 3", sent: "one" },
      { at: 32, is: "NOERROR 192.0.2.1 EDE 3", sent: "" },
    ],
  },
  {
    why: "is down, where the Corefile has no serve_stale: nothing stale is served",
    one: then([1, good], [1000, refuses]),
    turns: [
      { is: "NOERROR 192.0.2.1", sent: "one" },
      { at: 31, is: "SERVFAIL EDE 23", sent: "one" },
    ],
  },
  {
    why: "denies and is down then: the expired denial is served with Stale NXDOMAIN Answer",
    corefile: STALE,
    one: then([1, denies], [1000, refuses]),
    turns: [
      { is: "NXDOMAIN", sent: "one" },
      { at: 31, is: "NXDOMAIN EDE 19", sent: "one" },
    ],
  },
];

describe.each([
  { what: "that is down", rows: DOWN },
  { what: "that is slow", rows: SLOW },
  { what: "that lies", rows: LYING },
  { what: "behind serve_stale", rows: SERVING_STALE },
])("an upstream $what", ({ rows }) => {
  test.each(rows)("$why", async ({ one, two = refuses, three = refuses, corefile, turns }) => {
    const upstreams = { "one.test": one, "two.test": two, "three.test": three };
    const service = scripted({ upstreams, ...(corefile === undefined ? {} : { corefile }) });
    const begin = service.clock.now;
    for (const [index, turn] of turns.entries()) {
      if (turn.at !== undefined) service.clock.now = begin + turn.at * 1000;
      const looked = await service.look(turn.ask ?? "www.zone.test", turn.asked);
      const sent = looked.sent.map(({ to }) => to.replace(".test", "")).join(" ");
      const { ms = 0, is } = turn;
      expect({ index, is: looked.is, ms: looked.took, sent }).toEqual({
        index,
        is,
        ms,
        sent: turn.sent,
      });
      if (turn.says !== undefined) expect(said(looked)).toMatch(turn.says);
      keepsToItsLimits(looked);
    }
  });
});

describe("a thousand identical questions at once are one query", () => {
  test.each([
    { why: "where requests may wait for one another", coalesce: true },
    { why: "where they may not", coalesce: false },
  ])("$why", async ({ coalesce }) => {
    const upstreams = { "one.test": takes(50, good) };
    const all = await scripted({ upstreams, coalesce }).lookAtOnce(1000, "www.zone.test");
    expect(new Set(all.map(({ is }) => is))).toEqual(new Set(["NOERROR 192.0.2.1"]));
    expect(all[0]?.sent).toHaveLength(1);
  });

  test("also where it fails: each is told, and the upstream asked as often as for one", async () => {
    const upstreams = { "one.test": silent };
    const all = await scripted({ upstreams }).lookAtOnce(1000, "www.zone.test");
    expect(new Set(all.map(({ is }) => is))).toEqual(new Set(["SERVFAIL EDE 22"]));
    expect(all[0]?.sent).toHaveLength(2);
    expect(all[0]?.took).toBe(3000);
  });
});

test("a search of 32 domains asks 40 times at most", async () => {
  const search = Array.from({ length: 32 }, (_, at) => `d${at}.test`).join(",");
  const service = scripted({ upstreams: { "one.test": denies } });
  const looked = await service.look("www", { path: `/dns-query/search=${search}/cache=off` });
  expect(looked.sent.length).toBe(40);
  expect([looked.is, said(looked)]).toEqual([
    "SERVFAIL EDE 22",
    expect.stringMatching(/40 operations/),
  ]);
});

function block(...directives: readonly string[]): string {
  return `.:53 {\nkubernetes cluster.local\n${directives.join("\n")}\n}\n`;
}

/** A script for each range of queries; after the last one there is silence. */
function then(...ranges: readonly (readonly [count: number, script: Script])[]): Script {
  return (query, count) => {
    let end = 0;
    for (const [many, script] of ranges) {
      end += many;
      if (count <= end) return script(query, count);
    }
    return "silence";
  };
}

function takes(ms: number, script: Script): Script {
  return (query, count) => {
    const move = script(query, count);
    return move === "silence" ? move : { ...move, ms };
  };
}

function byType(scripts: Readonly<Record<string, Script>>): Script {
  return (query, count) => (scripts[query.question[0]?.type ?? ""] ?? denies)(query, count);
}

function byName(scripts: Readonly<Record<string, Script>>): Script {
  return (query, count) => (scripts[query.question[0]?.name ?? ""] ?? denies)(query, count);
}

/** Aliases from `www.zone.test.` on, and an address at the end. */
function chain(aliases: number): readonly string[] {
  const name = (at: number) => (at === 0 ? "www.zone.test." : `n${at}.zone.test.`);
  const steps = Array.from(
    { length: aliases },
    (_, at) => `${name(at)} 60 IN CNAME ${name(at + 1)}`,
  );
  return [...steps, `${name(aliases)} 60 IN A 192.0.2.9`];
}

function said({ reply }: Looked): string {
  return [0, 3, 13, 19, 22, 23].flatMap((code) => edeTexts(reply, code)).join("\n");
}

/** The contract's deadline and budget, and RFC 9520's three queries for a question. */
function keepsToItsLimits({ took, sent, reads, writes }: Looked): void {
  expect(took).toBeLessThanOrEqual(5000);
  expect(sent.length + reads + writes).toBeLessThanOrEqual(40);
  const counts = new Map<string, number>();
  for (const { to, about } of sent) {
    counts.set(`${to} ${about}`, (counts.get(`${to} ${about}`) ?? 0) + 1);
  }
  expect(Math.max(0, ...counts.values())).toBeLessThanOrEqual(3);
}
