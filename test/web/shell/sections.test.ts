/**
 * Records, header and OPT as BIND's tools print them: the texts on the right are dig 9.18.49's for the same message.
 */
import { describe, expect, test } from "vitest";
import { edeOption } from "../../../src/dns/ede.ts";
import { name } from "../../../src/dns/name.ts";
import { parseRR } from "../../../src/dns/records.ts";
import { encodeMessage } from "../../../src/dns/wire.ts";
import { type Question, queryOctets } from "../../../src/web/shell/ask.ts";
import { optLines, questionLine, rdataText, recordLine } from "../../../src/web/shell/sections.ts";

const KEY =
  "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVI=";

const KEY_IN_GROUPS =
  "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3 +/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kv ArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVI=";

const DIGEST = "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";
const DIGEST_IN_GROUPS = "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237 C7F8EC8D";

function record(line: string) {
  const rr = parseRR(line);
  if (!rr.ok) throw new Error(rr.error);
  return rr.value;
}

describe("rdataText()", () => {
  test.each<{ why: string; line: string; text: string }>([
    {
      why: "base64 is in groups of 56 characters",
      line: `long. 5 IN DNSKEY 257 3 8 ${KEY}`,
      text: `257 3 8 ${KEY_IN_GROUPS}`,
    },
    {
      why: "so is a signature",
      line: `long. 5 IN RRSIG A 8 2 300 20261201000000 20261101000000 12345 example.com. ${KEY}`,
      text: `A 8 2 300 20261201000000 20261101000000 12345 example.com. ${KEY_IN_GROUPS}`,
    },
    {
      why: "hexadecimal too",
      line: `long. 5 IN DS 20326 8 2 ${DIGEST}`,
      text: `20326 8 2 ${DIGEST_IN_GROUPS}`,
    },
    {
      why: "and the data of a type without a form of its own",
      line: `long. 5 IN TYPE65280 \\# 32 ${DIGEST}`,
      text: `\\# 32 ${DIGEST_IN_GROUPS}`,
    },
    {
      why: "a long name is no key",
      line: `a. 5 IN CNAME ${"a".repeat(60)}.${"b".repeat(60)}.`,
      text: `${"a".repeat(60)}.${"b".repeat(60)}.`,
    },
  ])("$why", ({ line, text }) => {
    expect(rdataText(record(line))).toBe(text);
  });
});

describe("recordLine()", () => {
  test.each<{ why: string; line: string; text: string }>([
    {
      why: "columns are at 24, 32, 40 and 48",
      line: "example.com. 30 IN A 203.0.113.80",
      text: "example.com.\t\t30\tIN\tA\t203.0.113.80",
    },
    {
      why: "a type of eight characters and more takes a blank",
      line: `long. 5 IN OPENPGPKEY ${"E06D44B8"}`,
      text: "long.\t\t\t5\tIN\tOPENPGPKEY E06D44B8",
    },
    {
      why: "behind a long name a tab stands where a stop is passed",
      line: "_http._tcp.web-service.default.svc.cluster.local. 30 IN SRV 0 100 80 web.test.",
      text: "_http._tcp.web-service.default.svc.cluster.local. 30 IN\tSRV 0 100 80 web.test.",
    },
    {
      why: "and blanks where none is",
      line: "web-service.default.svc.cluster.local. 30 IN A 10.100.7.7",
      text: "web-service.default.svc.cluster.local. 30 IN A\t10.100.7.7",
    },
  ])("$why", ({ line, text }) => {
    expect(recordLine(record(line), true, true)).toBe(text);
  });
});

test.each([
  ["web-service.default.svc.cluster.local.", "IN A"],
  ["web-service.prod.svc.cluster.local.", "IN\tA"],
  ["api.example.com.cluster.local.", "\tIN\tA"],
])("questionLine(): the semicolon in front of %s is in no column", (qname, rest) => {
  const line = questionLine({ name: name(qname), type: "A", class: 1 });
  expect(line).toBe(`;${qname}${rest.startsWith("\t") ? "" : " "}${rest}`);
});

test("optLines(): known errors have a name, controls are dots, and other options are octets", () => {
  const ede = (code: number, text: string) => edeOption({ code, text });
  const options = [
    ede(0, ""),
    ede(3, 'x "é\\ \u00013'),
    ede(22, "no answer"),
    ede(24, ""),
    ede(25, "later"),
    { code: 65001, data: Uint8Array.of(1, 255) },
  ];
  expect(optLines({ udpSize: 1232, version: 0, dnssecOk: true, options })).toEqual([
    ";; OPT PSEUDOSECTION:",
    "; EDNS: version: 0, flags: do; udp: 1232",
    "; EDE: 0 (Other)",
    '; EDE: 3 (Stale Answer): (x "é\\ .3)',
    "; EDE: 22 (No Reachable Authority): (no answer)",
    "; EDE: 24 (Invalid Data)",
    "; EDE: 25: (later)",
    "; OPT=65001: 01 ff",
  ]);
});

describe("queryOctets()", () => {
  test.each<{ why: string; question: Question }>([
    { why: "a plain question", question: { name: name("web.test."), type: "A" } },
    { why: "the root", question: { name: name("."), type: "NS", recurse: false } },
    {
      why: "dig's",
      question: { name: name("a.test."), type: "HTTPS", authenticData: true, edns: true },
    },
    {
      why: "all flags",
      question: {
        name: name("a\\.b\\000.test."),
        type: "TYPE65280",
        checkingDisabled: true,
        edns: true,
        dnssecOk: true,
      },
    },
  ])("$why is what the codec writes", ({ question }) => {
    const { name: qname, type, recurse = true, edns = false, dnssecOk = false } = question;
    const { authenticData: ad = false, checkingDisabled: cd = false } = question;
    const message = {
      id: 0x1234,
      opcode: 0,
      rcode: "NOERROR",
      flags: { qr: false, aa: false, tc: false, rd: recurse, ra: false, ad, cd },
      question: [{ name: qname, type, class: 1 }],
      answer: [],
      authority: [],
      additional: [],
      ...(edns && { edns: { udpSize: 1232, version: 0, dnssecOk, options: [] } }),
    };
    expect(queryOctets(question, 0x1234)).toEqual(encodeMessage(message));
  });
});
