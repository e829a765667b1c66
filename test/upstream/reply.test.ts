import { describe, expect, test } from "vitest";
import { edeOption } from "../../src/dns/ede.ts";
import type { Message } from "../../src/dns/message.ts";
import { believed, edesFrom, faultOf, respell } from "../../src/upstream/reply.ts";
import { lines, question, reply, rr, type Written } from "../cache/message.ts";

const ask: Written["ask"] = ["www.zone.test.", "A"];
const A = "www.zone.test. 60 IN A 192.0.2.1";
const SOA = "zone.test. 600 IN SOA ns.zone.test. host.zone.test. 1 7200 900 1209600 600";

describe("faultOf(): whether it is a reply to our query", () => {
  const query = reply({ ask }, { id: 7, flags: { ...reply({ ask }).flags, qr: false } });
  const good = reply({ ask, answer: [A] }, { id: 7 });

  test.each<{ why: string; got: Message; says: string | undefined }>([
    { why: "it is", got: good, says: undefined },
    {
      why: "the case of the name does not matter",
      got: { ...good, question: [question(["WWW.zone.test.", "A"])] },
      says: undefined,
    },
    { why: "another id", got: { ...good, id: 8 }, says: "answered with id 8 where 7 was asked" },
    { why: "our own query, sent back", got: query, says: "sent a query in place of a reply" },
    { why: "another opcode", got: { ...good, opcode: 4 }, says: "answered with opcode 4" },
    {
      why: "truncated where nothing limits it",
      got: { ...good, flags: { ...good.flags, tc: true } },
      says: "truncated its answer, though nothing limits its length",
    },
    { why: "no question", got: { ...good, question: [] }, says: "answered 0 questions" },
    {
      why: "two questions",
      got: { ...good, question: [question(ask), question(ask)] },
      says: "answered 2 questions",
    },
    {
      why: "another name",
      got: { ...good, question: [question(["ww.zone.test.", "A"])] },
      says: "answered another question: ww.zone.test. A",
    },
    {
      why: "another type",
      got: { ...good, question: [question(["www.zone.test.", "AAAA"])] },
      says: "answered another question: www.zone.test. AAAA",
    },
    {
      why: "another class",
      got: { ...good, question: [{ ...question(ask), class: 3 }] },
      says: "answered another question: www.zone.test. A",
    },
    {
      why: "FORMERR may come without the question",
      got: { ...good, question: [], rcode: "FORMERR" },
      says: undefined,
    },
  ])("$why", ({ got, says }) => {
    expect(faultOf(got, query)).toBe(says);
  });
});

describe("believed(): only what answers the question", () => {
  test.each<{
    why: string;
    got: Omit<Written, "ask">;
    type?: string;
    dnssecOk?: boolean;
    answer?: string[];
    authority?: string[];
    endless?: string;
  }>([
    { why: "the asked records", got: { answer: [A] }, answer: [A] },
    {
      why: "a record of another name is dropped",
      got: { answer: ["bank.example. 60 IN A 192.0.2.66", A] },
      answer: [A],
    },
    {
      why: "a record of another type is dropped",
      got: { answer: [A, 'www.zone.test. 60 IN TXT "x"'] },
      answer: [A],
    },
    {
      why: "the additional section is dropped",
      got: { answer: [A], additional: ["ns.zone.test. 60 IN A 192.0.2.53"] },
      answer: [A],
    },
    {
      why: "a CNAME chain is put in its order",
      got: {
        answer: [
          "c.zone.test. 60 IN A 192.0.2.1",
          "b.zone.test. 60 IN CNAME c.zone.test.",
          "WWW.zone.test. 60 IN CNAME b.zone.test.",
        ],
      },
      answer: [
        "WWW.zone.test. 60 IN CNAME b.zone.test.",
        "b.zone.test. 60 IN CNAME c.zone.test.",
        "c.zone.test. 60 IN A 192.0.2.1",
      ],
    },
    {
      why: "a second CNAME of a name is dropped",
      got: {
        answer: [
          "www.zone.test. 60 IN CNAME b.zone.test.",
          "www.zone.test. 60 IN CNAME evil.example.",
        ],
      },
      answer: ["www.zone.test. 60 IN CNAME b.zone.test."],
    },
    {
      why: "a circle is gone round once",
      got: {
        answer: [
          "www.zone.test. 60 IN CNAME b.zone.test.",
          "b.zone.test. 60 IN CNAME www.zone.test.",
        ],
      },
      answer: [
        "www.zone.test. 60 IN CNAME b.zone.test.",
        "b.zone.test. 60 IN CNAME www.zone.test.",
      ],
      endless: "answered with aliases in a circle",
    },
    {
      why: "an alias of itself is a circle",
      got: { answer: ["www.zone.test. 60 IN CNAME WWW.zone.test."] },
      answer: ["www.zone.test. 60 IN CNAME WWW.zone.test."],
      endless: "answered with aliases in a circle",
    },
    {
      why: "a CNAME that is asked for is not followed",
      type: "CNAME",
      got: {
        answer: [
          "www.zone.test. 60 IN CNAME b.zone.test.",
          "b.zone.test. 60 IN CNAME c.zone.test.",
        ],
      },
      answer: ["www.zone.test. 60 IN CNAME b.zone.test."],
    },
    {
      why: "a DNAME stands before the CNAME that it makes",
      got: {
        answer: [
          "zone.test. 60 IN DNAME other.test.",
          "www.zone.test. 60 IN CNAME www.other.test.",
          "www.other.test. 60 IN A 192.0.2.1",
        ],
      },
      answer: [
        "zone.test. 60 IN DNAME other.test.",
        "www.zone.test. 60 IN CNAME www.other.test.",
        "www.other.test. 60 IN A 192.0.2.1",
      ],
    },
    {
      why: "a DNAME beside the question is dropped",
      got: { answer: [A, "example. 60 IN DNAME other.test."] },
      answer: [A],
    },
    { why: "the SOA of the name's zone", got: { authority: [SOA] }, authority: [SOA] },
    {
      why: "the SOA of a zone that the name is not in is dropped",
      got: { authority: [SOA.replace("zone", "bank")] },
      authority: [],
    },
    { why: "a second SOA is dropped", got: { authority: [SOA, SOA] }, authority: [SOA] },
    {
      why: "the name servers of another zone are dropped",
      got: {
        answer: [A],
        authority: ["example. 60 IN NS ns.evil.example.", "zone.test. 60 IN NS ns.zone.test."],
      },
      answer: [A],
      authority: ["zone.test. 60 IN NS ns.zone.test."],
    },
    {
      why: "the SOA belongs to the end of the chain",
      got: {
        answer: ["www.zone.test. 60 IN CNAME www.other.test."],
        authority: [SOA.replace(/zone/g, "other")],
      },
      answer: ["www.zone.test. 60 IN CNAME www.other.test."],
      authority: [SOA.replace(/zone/g, "other")],
    },
    {
      why: "a TTL over a week is a week",
      got: { answer: [A.replace("60", "2147483647")] },
      answer: [A.replace("60", "604800")],
    },
    {
      why: "ANY is all records of the name, and none of others",
      type: "ANY",
      got: { answer: [A, 'www.zone.test. 60 IN TXT "x"', "bank.example. 60 IN A 192.0.2.66"] },
      answer: [A, 'www.zone.test. 60 IN TXT "x"'],
    },
  ])("$why", ({ got, type = "A", dnssecOk = false, answer = [], authority = [], endless }) => {
    const asked = question(["www.zone.test.", type]);
    const kept = believed(reply({ ask, ...got }), asked, dnssecOk);
    expect(kept.endless).toBe(endless);
    expect(lines(kept.answer)).toEqual(answer);
    expect(lines(kept.authority)).toEqual(authority);
  });

  test("with DO the signature of the kept type stays, behind its records", () => {
    const signature = { ...rr(A), type: "RRSIG" as const, data: Uint8Array.of(0, 1, 13) };
    const foreign = { ...signature, data: Uint8Array.of(0, 28, 13) };
    const got = { ...reply({ ask }), answer: [foreign, signature, rr(A)] };
    expect(believed(got, question(ask), true).answer).toEqual([rr(A), signature]);
    expect(believed(got, question(ask), false).answer).toEqual([rr(A)]);
  });

  test.each([
    { aliases: 16, endless: undefined },
    { aliases: 17, endless: "answered with a chain of more than 16 aliases" },
    { aliases: 20_000, endless: "answered with a chain of more than 16 aliases" },
  ])("a chain of $aliases aliases: $endless", ({ aliases, endless }) => {
    const chain = Array.from({ length: aliases }, (_, at) =>
      rr(`n${at}.test. 60 IN CNAME n${at + 1}.test.`),
    );
    const answer = [...chain, rr(`n${aliases}.test. 60 IN A 192.0.2.1`)];
    const kept = believed({ ...reply({ ask }), answer }, question(["n0.test.", "A"]), true);
    expect([kept.endless, kept.answer.length]).toEqual([endless, 17]);
  });
});

test("edesFrom(): four at most, and none of them long", () => {
  const option = { code: 15, data: Uint8Array.from([0, 22, ...new Array(1000).fill(0x61)]) };
  const edns = { udpSize: 1232, version: 0, dnssecOk: false, options: new Array(10).fill(option) };
  const edes = edesFrom(edns);
  expect(edes).toHaveLength(4);
  expect(edes[0]).toEqual({ code: 22, text: `${"a".repeat(200)}…` });
  expect(edesFrom(undefined)).toEqual([]);
});

test("edesFrom(): what a terminal would act upon is shown", () => {
  const option = edeOption({ code: 0, text: "\u001b[31mred\r\nSet-Cookie: a\u202e" });
  const edns = { udpSize: 1232, version: 0, dnssecOk: false, options: [option] };
  expect(edesFrom(edns)).toEqual([
    { code: 0, text: "\\u001b[31mred\\u000d\\u000aSet-Cookie: a\\u202e" },
  ]);
});

test("respell(): the asked name in the asker's case, other names as they are", () => {
  const records = [
    rr("www.zone.test. 60 IN CNAME b.zone.test."),
    rr("b.zone.test. 60 IN A 192.0.2.1"),
  ];
  expect(lines(respell(records, question(["WWW.Zone.test.", "A"]).name))).toEqual([
    "WWW.Zone.test. 60 IN CNAME b.zone.test.",
    "b.zone.test. 60 IN A 192.0.2.1",
  ]);
});
