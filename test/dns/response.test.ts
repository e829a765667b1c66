import { describe, expect, test } from "vitest";
import { edesOf } from "../../src/dns/ede.ts";
import type { Message } from "../../src/dns/message.ts";
import { readQuery } from "../../src/dns/query.ts";
import { parseRR } from "../../src/dns/records.ts";
import { encodeResponse, type Response } from "../../src/dns/response.ts";
import { decodeMessage } from "../../src/dns/wire.ts";
import { fixture, octets } from "./fixture.ts";

function rr(line: string) {
  const parsed = parseRR(line);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function query(wire: Uint8Array): Message {
  const read = readQuery(wire);
  if (read.kind !== "query") throw new Error(read.kind);
  return read.query;
}

const nothing: Response = {
  rcode: "NOERROR",
  authoritative: false,
  authenticData: false,
  answer: [],
  authority: [],
  additional: [],
  ede: [],
  trace: [],
};

function respond(to: Message, response: Partial<Response>) {
  const wire = encodeResponse(to, { ...nothing, ...response });
  const decoded = decodeMessage(wire);
  if (!decoded.ok) throw new Error(decoded.error.kind);
  return { wire, reply: decoded.value };
}

const dig = query(fixture("dig-query"));
const kdig = query(fixture("kdig-query-padded"));
const plain = query(octets("0001 0000 0001 0000 0000 0000 0141 0474455374 00 0001 0001"));

describe("encodeResponse()", () => {
  test("echoes the question octet for octet, case included, and copies id and RD", () => {
    const { wire, reply } = respond(plain, { answer: [rr("a.test. A 192.0.2.1")] });
    expect(wire.slice(12, 24)).toEqual(octets("0141 0474455374 00 0001 0001"));
    expect(reply).toMatchObject({ id: 1, flags: { qr: true, ra: true, rd: false, tc: false } });
    expect(reply.answer).toEqual([rr("a.test. A 192.0.2.1")]);
  });

  test.each<{ why: string; to: Message; response: Partial<Response>; flags: object }>([
    { why: "RD is copied", to: dig, response: {}, flags: { rd: true, cd: false } },
    {
      why: "CD is copied",
      to: { ...dig, flags: { ...dig.flags, cd: true } },
      response: {},
      flags: { cd: true },
    },
    {
      why: "AA says that the data is ours",
      to: dig,
      response: { authoritative: true },
      flags: { aa: true },
    },
    { why: "AD for who sets AD", to: dig, response: { authenticData: true }, flags: { ad: true } },
    { why: "AD for who sets DO", to: kdig, response: { authenticData: true }, flags: { ad: true } },
    {
      why: "no AD for who does neither",
      to: plain,
      response: { authenticData: true },
      flags: { ad: false },
    },
    { why: "no AD for what nobody has validated", to: kdig, response: {}, flags: { ad: false } },
  ])("$why", ({ to, response, flags }) => {
    expect(respond(to, response).reply.flags).toMatchObject(flags);
  });

  test("has an OPT record only where the query had one; the cookie is not answered", () => {
    expect(respond(plain, { trace: ["1/1 a."] }).reply.edns).toBeUndefined();
    expect(respond(dig, {}).reply.edns).toEqual({
      udpSize: 1232,
      version: 0,
      dnssecOk: false,
      options: [],
    });
    expect(respond(kdig, {}).reply.edns).toMatchObject({ dnssecOk: true });
  });

  test("has twelve bits of rcode with EDNS, and SERVFAIL without", () => {
    expect(respond(dig, { rcode: "BADCOOKIE" }).reply.rcode).toBe("BADCOOKIE");
    expect(respond(plain, { rcode: "BADCOOKIE" }).reply.rcode).toBe("SERVFAIL");
  });

  test("tells errors first and then the trace, in UTF-8", () => {
    const { reply } = respond(dig, {
      ede: [{ code: 23, text: "größer" }],
      trace: ["1/2 a.test.default. NXDOMAIN kubernetes", "2/2 a.test. NOERROR forward"],
    });
    expect(edesOf(reply.edns)).toEqual([
      { code: 23, text: "größer" },
      { code: 29, text: "1/2 a.test.default. NXDOMAIN kubernetes" },
      { code: 29, text: "2/2 a.test. NOERROR forward" },
    ]);
  });
});

describe("the trace", () => {
  const lines = (count: number, length: number) =>
    Array.from({ length: count }, (_, at) => `${at + 1}/${count} `.padEnd(length, "a"));

  test.each<{ why: string; trace: string[]; shown: number; last: string; octets: number }>([
    // 12 octets of header, 12 of question, 11 of OPT; each line 6 and its text.
    {
      why: "fits to the octet",
      trace: lines(24, 96).concat("b".repeat(10)),
      shown: 25,
      last: "b".repeat(10),
      octets: 2499,
    },
    {
      why: "gives way for its count where one octet is too much",
      trace: lines(24, 96).concat("b".repeat(11)),
      shown: 23,
      last: "+2 more queries",
      octets: 2402,
    },
    {
      why: "counts a single query in the singular",
      trace: lines(1, 10).concat("b".repeat(3000)),
      shown: 1,
      last: "+1 more query",
      octets: 70,
    },
    {
      why: "shows lines in order, and none behind one that did not fit",
      trace: ["a", "b".repeat(3000), "c"],
      shown: 1,
      last: "+2 more queries",
      octets: 63,
    },
  ])("$why", ({ trace, shown, last, octets: length }) => {
    const { wire, reply } = respond(dig, { trace });
    const texts = edesOf(reply.edns).map((ede) => ede.text);
    expect(wire).toHaveLength(length);
    expect(texts.at(-1)).toBe(last);
    expect(texts.slice(0, shown)).toEqual(trace.slice(0, shown));
    expect(texts).toHaveLength(Math.min(shown + (last.startsWith("+") ? 1 : 0), trace.length + 1));
  });

  test("never takes a place from an answer", () => {
    const answer = Array.from({ length: 200 }, (_, host) => rr(`a.test. A 192.0.2.${host}`));
    const { reply } = respond(dig, { answer, trace: ["1/1 a.test."] });
    expect(reply.answer).toEqual(answer);
    expect(edesOf(reply.edns)).toEqual([]);
    expect(reply.flags.tc).toBe(false);
  });

  test("says how many there are where there is room for no more", () => {
    const answer = [rr(`a.test. TYPE65280 \\# 2415 ${"00".repeat(2415)}`)];
    const { wire, reply } = respond(dig, { answer, trace: lines(30, 60) });
    expect(edesOf(reply.edns)).toEqual([{ code: 29, text: "+30 more queries" }]);
    expect(wire.length).toBeLessThan(2500);
  });

  test("leaves errors alone", () => {
    const ede = [{ code: 22, text: "x".repeat(3000) }];
    expect(edesOf(respond(dig, { ede, trace: ["1/1 a."] }).reply.edns)).toEqual(ede);
  });
});

describe("padding", () => {
  test.each<{ why: string; response: Partial<Response>; octets: number }>([
    { why: "a small answer fills a block", response: {}, octets: 468 },
    {
      why: "the option's own head counts",
      response: { ede: [{ code: 0, text: "x".repeat(423) }] },
      octets: 468,
    },
    {
      why: "one octet more is a block more",
      response: { ede: [{ code: 0, text: "x".repeat(424) }] },
      octets: 936,
    },
    {
      why: "the trace stops where its last block would go over 2,500",
      response: { trace: Array.from({ length: 99 }, () => "x".repeat(90)) },
      octets: 2340,
    },
  ])("$why", ({ response, octets: length }) => {
    expect(respond(kdig, response).wire).toHaveLength(length);
  });

  test("is given to nobody who did not pad", () => {
    expect(respond(dig, {}).wire).toHaveLength(35);
  });

  test("does not take a message over 65,535 octets", () => {
    const answer = [rr(`a.test. TYPE65280 \\# 65450 ${"00".repeat(65_450)}`)];
    const { wire, reply } = respond(kdig, { answer });
    expect(wire.length).toBeLessThanOrEqual(65_535);
    expect(reply.answer).toEqual(answer);
  });
});

test("what is over 65,535 octets is cut between records, and TC says so", () => {
  const answer = Array.from({ length: 5000 }, (_, at) =>
    rr(`a.test. A 10.0.${at >> 8}.${at & 255}`),
  );
  const { wire, reply } = respond(dig, { answer, ede: [{ code: 23, text: "x" }], trace: ["1/1"] });
  expect(wire.length).toBeLessThanOrEqual(65_535);
  expect(reply.flags.tc).toBe(true);
  expect(reply.answer).toEqual(answer.slice(0, reply.answer.length));
  expect(reply.answer.length).toBeGreaterThan(4000);
  expect(reply.edns).toBeDefined();
});
