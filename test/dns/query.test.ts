import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readQuery } from "../../src/dns/query.ts";
import { encodeReply } from "../../src/dns/response.ts";
import { decodeMessage, encodeMessage } from "../../src/dns/wire.ts";
import { anyQuery, mutated } from "./arbitrary.ts";
import { fixture, octets } from "./fixture.ts";

const QUESTION = "0161 0474657374 00 0001 0001";
const OPT = "00 0029 04d0 00000000 0000";

describe("readQuery()", () => {
  test.each<{ why: string; wire: Uint8Array }>([
    { why: "dig's query", wire: fixture("dig-query") },
    { why: "kdig's padded query", wire: fixture("kdig-query-padded") },
    { why: "a query without EDNS", wire: octets(`0001 0100 0001 0000 0000 0000 ${QUESTION}`) },
    {
      why: "ANY is for the chain to answer",
      wire: octets("0001 0100 0001 0000 0000 0000 00 00ff 0001"),
    },
    {
      why: "type 0 is only a type that nobody has",
      wire: octets("0001 0100 0001 0000 0000 0000 00 0000 0001"),
    },
    { why: "a private type", wire: octets("0001 0100 0001 0000 0000 0000 00 ff00 0001") },
    {
      why: "octets behind the message",
      wire: octets(`0001 0100 0001 0000 0000 0000 ${QUESTION} 00`),
    },
    {
      why: "a record in the answer",
      wire: octets(
        `0001 0100 0001 0001 0000 0000 ${QUESTION} c00c 0001 0001 00000000 0004 c0000201`,
      ),
    },
    {
      why: "a signature (TSIG, class ANY) that nobody asked for",
      wire: octets(`0001 0100 0001 0000 0000 0001 ${QUESTION} 00 00fa 00ff 00000000 0002 0000`),
    },
  ])("takes $why", ({ wire }) => {
    const query = readQuery(wire);
    expect(query.kind).toBe("query");
    if (query.kind !== "query") return;
    expect(query.query.question).toHaveLength(1);
  });

  test.each<{ why: string; wire: Uint8Array; rcode: string; echoed?: string | null; edns?: true }>([
    {
      why: "a body that is not there",
      wire: octets("0001 0100 0001 0000 0000 0000"),
      rcode: "FORMERR",
      echoed: null,
    },
    {
      why: "a question that is cut off",
      wire: octets("0001 0100 0001 0000 0000 0000 0161 00 0001"),
      rcode: "FORMERR",
      echoed: null,
    },
    {
      why: "no question",
      wire: octets("0001 0100 0000 0000 0000 0000"),
      rcode: "FORMERR",
      echoed: null,
    },
    {
      why: "no question, but EDNS",
      wire: octets(`0001 0100 0000 0000 0000 0001 ${OPT}`),
      rcode: "FORMERR",
      echoed: null,
      edns: true,
    },
    {
      why: "two questions",
      wire: octets(`0001 0100 0002 0000 0000 0000 ${QUESTION} ${QUESTION}`),
      rcode: "FORMERR",
      echoed: null,
    },
    {
      why: "a record that is counted and missing",
      wire: octets(`0001 0100 0001 0000 0000 0001 ${QUESTION}`),
      rcode: "FORMERR",
    },
    { why: "a reply", wire: octets(`0001 8100 0001 0000 0000 0000 ${QUESTION}`), rcode: "FORMERR" },
    {
      why: "a reply of another opcode",
      wire: octets(`0001 a900 0001 0000 0000 0000 ${QUESTION}`),
      rcode: "FORMERR",
    },
    {
      why: "two OPT records",
      wire: octets(`0001 0100 0001 0000 0000 0002 ${QUESTION} ${OPT} ${OPT}`),
      rcode: "FORMERR",
    },
    {
      why: "an OPT record with an owner",
      wire: octets(`0001 0100 0001 0000 0000 0001 ${QUESTION} 0161 ${OPT}`),
      rcode: "FORMERR",
    },
    {
      why: "an OPT record in the authority section",
      wire: octets(`0001 0100 0001 0000 0001 0000 ${QUESTION} ${OPT}`),
      rcode: "FORMERR",
    },
    {
      why: "an option that is cut off",
      wire: octets(
        `0001 0100 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00000000 0004 000a 0008`,
      ),
      rcode: "FORMERR",
    },
    { why: "STATUS", wire: octets(`0001 1100 0001 0000 0000 0000 ${QUESTION}`), rcode: "NOTIMP" },
    {
      why: "NOTIFY",
      wire: octets(`0001 2100 0001 0000 0000 0001 ${QUESTION} ${OPT}`),
      rcode: "NOTIMP",
      edns: true,
    },
    {
      why: "UPDATE with a body that is none",
      wire: octets("0001 2900 0001 00ff 00ff 00ff 4141"),
      rcode: "NOTIMP",
      echoed: null,
    },
    {
      why: "DSO, which has no question",
      wire: octets("0001 3000 0000 0000 0000 0000"),
      rcode: "NOTIMP",
      echoed: null,
    },
    {
      why: "EDNS 1",
      wire: octets(`0001 0100 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00010000 0000`),
      rcode: "BADVERS",
      edns: true,
    },
    {
      why: "EDNS 255 with options of its own form",
      wire: octets(`0001 0100 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00ff0000 0001 ff`),
      rcode: "BADVERS",
      edns: true,
    },
    {
      why: "EDNS 1 and class CH: the version comes first",
      wire: octets(`0001 0100 0001 0000 0000 0001 0161 00 0010 0003 00 0029 04d0 00010000 0000`),
      rcode: "BADVERS",
      echoed: "0161 00 0010 0003",
      edns: true,
    },
    {
      why: "class CH",
      wire: octets("0001 0100 0001 0000 0000 0000 0161 00 0010 0003"),
      rcode: "REFUSED",
      echoed: "0161 00 0010 0003",
    },
    {
      why: "class ANY",
      wire: octets("0001 0100 0001 0000 0000 0000 0161 00 0001 00ff"),
      rcode: "REFUSED",
      echoed: "0161 00 0001 00ff",
    },
    ...["0029", "0080", "00f9", "00fa", "00fb", "00fc", "00fd", "00fe"].map((type) => ({
      why: `meta type ${Number.parseInt(type, 16)}`,
      wire: octets(`0001 0100 0001 0000 0000 0000 0161 00 ${type} 0001`),
      rcode: "REFUSED",
      echoed: `0161 00 ${type} 0001`,
    })),
  ])("answers $why with $rcode", ({ wire, rcode, echoed, edns }) => {
    const query = readQuery(wire);
    if (query.kind !== "reply") throw new Error(query.kind);
    const out = encodeReply(query.reply, query.asked);
    const reply = decodeMessage(out);
    if (!reply.ok) throw new Error(reply.error.kind);
    expect(reply.value.rcode).toBe(rcode);
    expect(reply.value.id).toBe(1);
    expect(reply.value.flags).toMatchObject({ qr: true, rd: (wire[2] as number) % 2 === 1 });
    expect(reply.value.opcode).toBe(((wire[2] as number) >> 3) & 15);
    expect(reply.value.edns).toEqual(
      edns && { udpSize: 1232, version: 0, dnssecOk: false, options: [] },
    );
    const question = echoed === null ? octets("") : octets(echoed ?? QUESTION);
    expect(out.slice(12, 12 + question.length)).toEqual(question);
    expect(reply.value.question).toHaveLength(echoed === null ? 0 : 1);
  });

  test.each([0, 1, 11])("has no id to answer in %i octets", (length) => {
    expect(readQuery(new Uint8Array(length))).toEqual({ kind: "short", octets: length });
  });

  test("pads the reply to a padded query", () => {
    const wire = fixture("kdig-query-padded");
    wire[2] = 0x20;
    const query = readQuery(wire);
    if (query.kind !== "reply") throw new Error(query.kind);
    expect(encodeReply(query.reply, query.asked)).toHaveLength(468);
  });

  test("never throws, and what it says can be sent, whatever came in", () => {
    const anyOctets = fc.oneof(
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
      { weight: 9, arbitrary: mutated(anyQuery.map(encodeMessage)) },
    );
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyOctets, (wire) => {
        const query = readQuery(wire);
        seen.add(query.kind === "reply" ? query.reply.rcode : query.kind);
        if (query.kind === "short") {
          expect(wire.length).toBeLessThan(12);
          return;
        }
        const message = query.kind === "query" ? query.query : query.reply;
        const out =
          query.kind === "query" ? encodeMessage(message) : encodeReply(message, query.asked);
        expect([...out.subarray(0, 2)]).toEqual([...wire.subarray(0, 2)]);
        expect(decodeMessage(out).ok).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect([...seen].sort()).toEqual(["BADVERS", "FORMERR", "NOTIMP", "REFUSED", "query", "short"]);
  });
});
