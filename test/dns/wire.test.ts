import * as dnsPacket from "dns-packet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Flags, Message } from "../../src/dns/message.ts";
import { name } from "../../src/dns/name.ts";
import { parseRR } from "../../src/dns/records.ts";
import { decodeHeader, decodeMessage, encodeMessage } from "../../src/dns/wire.ts";
import { describeWireError } from "../../src/dns/wire-error.ts";
import { anyMessage, mutated } from "./arbitrary.ts";
import { fixture, octets } from "./fixture.ts";

const noFlags: Flags = {
  qr: false,
  aa: false,
  tc: false,
  rd: false,
  ra: false,
  ad: false,
  cd: false,
};

function rr(line: string) {
  const parsed = parseRR(line);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function message(parts: Partial<Message>): Message {
  return {
    id: 0,
    opcode: 0,
    rcode: "NOERROR",
    flags: noFlags,
    question: [],
    answer: [],
    authority: [],
    additional: [],
    ...parts,
  };
}

/** A reply with one answer of this type and rdata, owned by the root. */
const answered = (type: string, rdata: string) =>
  octets(
    `0000 0000 0000 0001 0000 0000 00 ${type} 0001 00000000 ${(rdata.replace(/\s/g, "").length / 2)
      .toString(16)
      .padStart(4, "0")} ${rdata}`,
  );

describe("encodeMessage() and decodeMessage()", () => {
  test.each<{ why: string; value: Message; wire: Uint8Array }>([
    {
      why: "a header alone, every flag",
      value: message({
        id: 0xbeef,
        opcode: 4,
        rcode: "REFUSED",
        flags: { qr: true, aa: true, tc: true, rd: true, ra: true, ad: true, cd: true },
      }),
      wire: octets("beef a7b5 0000 0000 0000 0000"),
    },
    {
      why: "dig's query",
      value: message({
        id: 0xf30b,
        flags: { ...noFlags, rd: true, ad: true },
        question: [{ name: name("a.test."), type: "A", class: 1 }],
        edns: {
          udpSize: 1232,
          version: 0,
          dnssecOk: false,
          options: [{ code: 10, data: octets("c954f3c50910657d") }],
        },
      }),
      wire: fixture("dig-query"),
    },
    {
      why: "kdig's padded query",
      value: message({
        id: 0xfd59,
        flags: { ...noFlags, rd: true, ad: true },
        question: [{ name: name("a.test."), type: "A", class: 1 }],
        edns: {
          udpSize: 4096,
          version: 0,
          dnssecOk: true,
          options: [{ code: 12, data: new Uint8Array(128) }],
        },
      }),
      wire: fixture("kdig-query-padded"),
    },
    {
      why: "the names of RFC 1035 §4.1.4",
      value: message({
        id: 0x040b,
        flags: { ...noFlags, qr: true, rd: true, ra: true },
        question: [{ name: name(`${"\\000".repeat(7)}.F.ISI.ARPA.`), type: "NS", class: 1 }],
        answer: [
          rr("FOO.F.ISI.ARPA. NS ."),
          rr("ARPA. NS FOO.F.ISI.ARPA."),
          rr(". NS F.ISI.ARPA."),
        ],
      }),
      wire: fixture("compressed-names"),
    },
    {
      why: "an extended rcode stands in the OPT record and in the header",
      value: message({
        rcode: "BADVERS",
        edns: { udpSize: 1232, version: 0, dnssecOk: false, options: [] },
      }),
      wire: octets("0000 0000 0000 0000 0000 0001 00 0029 04d0 01000000 0000"),
    },
    {
      why: "names are compressed in an owner, and not in SRV (RFC 2782)",
      value: message({ answer: [rr("a.b. 1 SRV 1 2 3 a.b."), rr("a.b. 1 SRV 1 2 3 .")] }),
      wire: octets(
        `0000 0000 0000 0002 0000 0000
         0161 0162 00 0021 0001 00000001 000b 0001 0002 0003 0161 0162 00
         c00c 0021 0001 00000001 0007 0001 0002 0003 00`,
      ),
    },
    {
      why: "another case is another end of a name",
      value: message({ answer: [rr("a.b. 1 CNAME A.b."), rr("A.b. 1 CNAME a.B.")] }),
      wire: octets(
        `0000 0000 0000 0002 0000 0000
         0161 0162 00 0005 0001 00000001 0004 0141 c00e
         c01b 0005 0001 00000001 0005 0161 0142 00`,
      ),
    },
    {
      why: "an escaped dot is no border of labels",
      value: message({ answer: [rr("a\\.b. 1 CNAME b."), rr("x.a\\.b. 1 CNAME a\\.b.")] }),
      wire: octets(
        `0000 0000 0000 0002 0000 0000
         03612e62 00 0005 0001 00000001 0003 0162 00
         0178 c00c 0005 0001 00000001 0002 c00c`,
      ),
    },
    {
      why: "unknown types are octets, and nothing in them is taken for a pointer",
      value: message({ answer: [rr(". 1 TYPE65280 \\# 2 c00c")] }),
      wire: octets("0000 0000 0000 0001 0000 0000 00 ff00 0001 00000001 0002 c00c"),
    },
  ])("$why", ({ value, wire }) => {
    expect(encodeMessage(value)).toEqual(wire);
    expect(decodeMessage(wire)).toEqual({ ok: true, value });
  });

  test("three A records take 87 octets", () => {
    const owner = "web.shop.svc.k8s.test.";
    const value = message({
      question: [{ name: name(owner), type: "A", class: 1 }],
      answer: [1, 2, 3].map((host) => rr(`${owner} 30 A 192.0.2.${host}`)),
    });
    expect(encodeMessage(value)).toHaveLength(87);
  });

  test("a name behind 16 KiB is written, and not pointed to", () => {
    const big = rr(`. TYPE65280 \\# 16384 ${"00".repeat(16_384)}`);
    const value = message({ answer: [big, rr("a.b. CNAME a.b.")] });
    expect(decodeMessage(encodeMessage(value))).toEqual({ ok: true, value });
  });

  test("what does not fit in 65,535 octets is left out, with TC", () => {
    const big = rr(`a.b. TYPE65280 \\# 30000 ${"00".repeat(30_000)}`);
    const edns = { udpSize: 1232, version: 0, dnssecOk: false, options: [] };
    const small = rr("a.b. A 192.0.2.1");
    const wire = encodeMessage(
      message({ answer: [big, big, big, small], authority: [small], edns }),
    );
    expect(wire.length).toBeLessThanOrEqual(65_535);
    expect(decodeMessage(wire)).toEqual({
      ok: true,
      value: message({ flags: { ...noFlags, tc: true }, answer: [big, big], edns }),
    });
  });

  test("additional records are left out without TC (RFC 2181 §9)", () => {
    const big = rr(`a.b. TYPE65280 \\# 40000 ${"00".repeat(40_000)}`);
    const value = message({ answer: [big], additional: [big] });
    expect(decodeMessage(encodeMessage(value))).toEqual({
      ok: true,
      value: message({ answer: [big] }),
    });
  });
});

describe("decodeMessage()", () => {
  test.each<{ why: string; wire: Uint8Array; error: object; says: RegExp }>([
    {
      why: "a header that is cut off",
      wire: octets("0000 0000 0000 0000 0000 00"),
      error: { kind: "short-input", at: 11, wanted: 1 },
      says: /^octet 11: the input ends before the 1 octets/,
    },
    {
      why: "a question that is not there",
      wire: octets("0000 0000 0001 0000 0000 0000"),
      error: { kind: "short-input", at: 12, wanted: 1 },
      says: /^octet 12/,
    },
    {
      why: "a label that is cut off",
      wire: octets("0000 0000 0001 0000 0000 0000 05 6162"),
      error: { kind: "short-input", at: 12, wanted: 6 },
      says: /^octet 12/,
    },
    {
      why: "more records than are counted",
      wire: octets("0000 0000 0000 ffff 0000 0000"),
      error: { kind: "short-input", at: 12, wanted: 1 },
      says: /^octet 12/,
    },
    {
      why: "a pointer to itself",
      wire: octets("0000 0000 0001 0000 0000 0000 c00c 0001 0001"),
      error: { kind: "forward-pointer", at: 12, target: 12 },
      says: /must go back to an earlier name: received 12$/,
    },
    {
      why: "a pointer that comes back to its own label",
      wire: octets("0000 0000 0001 0000 0000 0000 0161 c00c 0001 0001"),
      error: { kind: "forward-pointer", at: 14, target: 12 },
      says: /received 12$/,
    },
    {
      why: "a pointer forwards",
      wire: octets("0000 0000 0001 0000 0000 0000 c010 0001 0001 00"),
      error: { kind: "forward-pointer", at: 12, target: 16 },
      says: /received 16$/,
    },
    {
      why: "a pointer into the header",
      wire: octets("0000 0000 0001 0000 0000 0000 c00b 0001 0001"),
      error: { kind: "forward-pointer", at: 12, target: 11 },
      says: /received 11$/,
    },
    {
      why: "a label of the type that RFC 6891 §5 took back",
      wire: octets("0000 0000 0001 0000 0000 0000 41 61 00 0001 0001"),
      error: { kind: "label-type", at: 12, octet: 0x41 },
      says: /a label's length is up to 63: received 65$/,
    },
    {
      why: "a name over 255 octets",
      wire: octets(
        `0000 0000 0001 0000 0000 0000 ${`3f${"61".repeat(63)}`.repeat(4)} 00 0001 0001`,
      ),
      error: { kind: "long-name", at: 12 },
      says: /more than 255 octets$/,
    },
    {
      why: "an A record of three octets",
      wire: answered("0001", "c00002"),
      error: { kind: "rdata", at: 23, type: "A", octets: 3 },
      says: /^octet 23: 3 octets of rdata are no A record$/,
    },
    {
      why: "an A record of five octets",
      wire: answered("0001", "c000020100"),
      error: { kind: "rdata", at: 23, type: "A", octets: 5 },
      says: /no A record$/,
    },
    {
      why: "a TXT record without a string",
      wire: answered("0010", ""),
      error: { kind: "rdata", at: 23, type: "TXT", octets: 0 },
      says: /no TXT record$/,
    },
    {
      why: "a TXT record whose string goes on behind it",
      wire: answered("0010", "0261"),
      error: { kind: "rdata", at: 23, type: "TXT", octets: 2 },
      says: /no TXT record$/,
    },
    {
      why: "a CNAME with more behind its name",
      wire: answered("0005", "0000"),
      error: { kind: "rdata", at: 23, type: "CNAME", octets: 2 },
      says: /no CNAME record$/,
    },
    {
      why: "rdata that goes on behind the message",
      wire: octets("0000 0000 0000 0001 0000 0000 00 0001 0001 00000000 0005 c0000201"),
      error: { kind: "short-input", at: 23, wanted: 5 },
      says: /^octet 23/,
    },
    {
      why: "two OPT records",
      wire: octets(`0000 0000 0000 0000 0000 0002 ${"00 0029 04d0 00000000 0000".repeat(2)}`),
      error: { kind: "opt", at: 23, why: "a second OPT record" },
      says: /^octet 23: a second OPT record$/,
    },
    {
      why: "an OPT record in the answer",
      wire: octets("0000 0000 0000 0001 0000 0000 00 0029 04d0 00000000 0000"),
      error: { kind: "opt", at: 12, why: "an OPT record belongs into the additional section" },
      says: /additional section$/,
    },
    {
      why: "an OPT record with an owner",
      wire: octets("0000 0000 0000 0000 0000 0001 0161 00 0029 04d0 00000000 0000"),
      error: { kind: "opt", at: 12, why: "an OPT record must be owned by the root" },
      says: /owned by the root$/,
    },
    {
      why: "an EDNS option that is longer than its record",
      wire: octets("0000 0000 0000 0000 0000 0001 00 0029 04d0 00000000 0004 000a 0001"),
      error: { kind: "opt", at: 23, why: "an EDNS option is cut off" },
      says: /an EDNS option is cut off$/,
    },
  ])("refuses $why", ({ wire, error, says }) => {
    const decoded = decodeMessage(wire);
    expect(decoded).toEqual({ ok: false, error });
    if (!decoded.ok) expect(describeWireError(decoded.error)).toMatch(says);
  });

  test.each<{ why: string; wire: Uint8Array; answer: string[] }>([
    {
      why: "a TTL with its top bit set is 0",
      wire: octets("0000 0000 0000 0001 0000 0000 00 0001 0001 80000001 0004 c0000201"),
      answer: [". 0 A 192.0.2.1"],
    },
    {
      why: "a record of another class is left out",
      wire: octets("0000 0000 0000 0001 0000 0000 00 0001 0003 00000001 0002 0000"),
      answer: [],
    },
    {
      why: "octets behind the message do not matter",
      wire: octets("0000 0000 0000 0000 0000 0000 ffff"),
      answer: [],
    },
    {
      why: "names in rdata of later types are decompressed too",
      wire: octets(
        "0000 0000 0000 0001 0000 0000 0161 0162 00 0011 0001 00000001 0006 0163 c00c c00e",
      ),
      answer: ["a.b. 1 RP c.a.b. b."],
    },
    {
      why: "NAPTR with a pointer behind its strings",
      wire: octets(
        "0000 0000 0000 0001 0000 0000 0162 00 0023 0001 00000001 000a 0001 0002 0173 00 00 c00c",
      ),
      answer: ['b. 1 NAPTR 1 2 "s" "" "" b.'],
    },
  ])("$why", ({ wire, answer }) => {
    const decoded = decodeMessage(wire);
    expect(decoded.ok && decoded.value.answer).toEqual(answer.map(rr));
  });

  test("options of a later EDNS version are not read", () => {
    const decoded = decodeMessage(
      octets("0000 0000 0000 0000 0000 0001 00 0029 04d0 00010000 0004 000a 0001"),
    );
    expect(decoded.ok && decoded.value.edns).toEqual({
      udpSize: 1232,
      version: 1,
      dnssecOk: false,
      options: [],
    });
  });
});

test("decodeHeader() needs no more than twelve octets", () => {
  expect(decodeHeader(octets("0001 0100 0001 0002 0003 0004"))).toEqual({
    ok: true,
    value: {
      id: 1,
      opcode: 0,
      rcode: 0,
      flags: { ...noFlags, rd: true },
      counts: { question: 1, answer: 2, authority: 3, additional: 4 },
    },
  });
});

describe("properties", () => {
  test("any message comes back from its octets", () => {
    fc.assert(
      fc.property(anyMessage, (value) => {
        expect(decodeMessage(encodeMessage(value))).toEqual({ ok: true, value });
      }),
      { numRuns: 500 },
    );
  });

  test("random and mutated octets are a message or an error, and a message stays itself", () => {
    const anyOctets = fc.oneof(
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
      { weight: 9, arbitrary: mutated(anyMessage.map(encodeMessage)) },
    );
    let messages = 0;
    fc.assert(
      fc.property(anyOctets, (wire) => {
        const decoded = decodeMessage(wire);
        if (!decoded.ok) {
          expect(decoded.error.at).toBeLessThanOrEqual(wire.length);
          return;
        }
        messages++;
        expect(decodeMessage(encodeMessage(decoded.value))).toEqual(decoded);
      }),
      { numRuns: 3000 },
    );
    expect(messages).toBeGreaterThan(300);
  });

  test("what was read does not change with the octets it was read from, a Buffer's neither", () => {
    const wire = Buffer.from(encodeMessage(message({ answer: [rr(". TYPE65280 \\# 1 01")] })));
    const decoded = decodeMessage(wire);
    wire.fill(0);
    expect(decoded.ok && decoded.value.answer).toEqual([rr(". TYPE65280 \\# 1 01")]);
  });

  test("a chain of pointers as long as a message can hold is read once", () => {
    // Each name is a label and a pointer to the name before it: 255 octets are reached, and that ends it.
    let hex = "0000 0000 1000 0000 0000 0000 0161 00 0001 0001";
    for (let at = 12; hex.replace(/\s/g, "").length < 120_000; ) {
      hex += `0161 ${(0xc000 | at).toString(16)} 0001 0001`;
      at += at === 12 ? 7 : 8;
      if (at >= 0x3ff0) break;
    }
    expect(decodeMessage(octets(hex))).toMatchObject({ ok: false, error: { kind: "long-name" } });
  });
});

describe("beside dns-packet, where both can speak", () => {
  test.each<{ why: string; lines: string[] }>([
    { why: "addresses", lines: ["a.test. 1 A 192.0.2.1", "a.test. 1 AAAA 2001:db8::1"] },
    {
      why: "aliases",
      lines: ["a.test. 1 CNAME b.test.", "c.test. 1 DNAME d.test.", "a.test. 1 PTR b.test."],
    },
    { why: "zones", lines: ["test. 1 NS ns.test.", "test. 1 SOA ns.test. host.test. 1 2 3 4 5"] },
    { why: "services", lines: ["_a._tcp.test. 1 SRV 1 2 3 a.test.", "test. 1 MX 10 a.test."] },
    { why: "text", lines: ['t.test. 1 TXT "a" "b c"'] },
    {
      why: "security",
      lines: [
        "d.test. 1 DS 60485 5 1 2BB183AF",
        "k.test. 1 DNSKEY 256 3 5 AQPSKmyn",
        "t.test. 1 TLSA 3 1 1 D2AB",
      ],
    },
    {
      why: "others",
      lines: [
        'c.test. 1 CAA 0 issue "ca.test"',
        'h.test. 1 HINFO "a" "b"',
        "r.test. 1 RP a.test. b.test.",
      ],
    },
  ])("$why", ({ lines }) => {
    const value = message({
      id: 7,
      flags: { ...noFlags, qr: true, rd: true },
      question: [{ name: name("a.test."), type: "A", class: 1 }],
      answer: lines.map(rr),
    });
    const theirs = dnsPacket.decode(Buffer.from(encodeMessage(value)));
    expect(theirs.answers).toHaveLength(lines.length);
    // dns-packet writes what it read without compression: we must read the same records from that.
    expect(decodeMessage(dnsPacket.encode(theirs))).toEqual({ ok: true, value });
  });
});
