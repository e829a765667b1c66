import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type InternetZone, internetZone } from "../../src/upstream/internet.ts";
import { lines, question } from "../cache/message.ts";

const ROOT_SOA = ". 86400 IN SOA a.root.test. host.test. 1 1800 900 604800 900";
const TEST_SOA = "zone.test. 3600 IN SOA ns.zone.test. host.zone.test. 1 7200 900 1209600 600";

function zone(...records: string[]): InternetZone {
  const read = internetZone({ zones: { ".": [ROOT_SOA], "zone.test.": [TEST_SOA, ...records] } });
  if (!read.ok) throw new Error(`${read.error.path}: ${read.error.message}`);
  return read.value;
}

const DENIED = TEST_SOA.replace("3600", "600");
const ROOT_DENIED = ROOT_SOA.replace("86400", "900");

describe("resolve(): as a recursive resolver answers", () => {
  test.each<{
    why: string;
    records?: string[];
    ask: [string, string];
    rcode?: string;
    answer?: string[];
    authority?: string[];
  }>([
    {
      why: "the records of the asked type, all of them",
      records: [
        "a.zone.test. 60 IN A 192.0.2.1",
        "a.zone.test. 60 IN A 192.0.2.2",
        "a.zone.test. 60 IN AAAA 2001:db8::1",
      ],
      ask: ["a.zone.test.", "A"],
      answer: ["a.zone.test. 60 IN A 192.0.2.1", "a.zone.test. 60 IN A 192.0.2.2"],
    },
    {
      why: "the owner in the case that was asked",
      records: ["A.zone.test. 60 IN A 192.0.2.1"],
      ask: ["a.ZONE.test.", "A"],
      answer: ["a.ZONE.test. 60 IN A 192.0.2.1"],
    },
    {
      why: "another type of a name is NODATA, with the SOA's TTL lowered to MINIMUM",
      records: ["a.zone.test. 60 IN A 192.0.2.1"],
      ask: ["a.zone.test.", "AAAA"],
      authority: [DENIED],
    },
    { why: "no such name", ask: ["no.zone.test.", "A"], rcode: "NXDOMAIN", authority: [DENIED] },
    {
      why: "a name that no zone has is denied by the root",
      ask: ["zone.example.", "A"],
      rcode: "NXDOMAIN",
      authority: [ROOT_DENIED],
    },
    {
      why: "a name that only has names below it exists",
      records: ["a.b.c.zone.test. 60 IN A 192.0.2.1"],
      ask: ["c.zone.test.", "A"],
      authority: [DENIED],
    },
    { why: "so does a name above a zone", ask: ["test.", "A"], authority: [ROOT_DENIED] },
    {
      why: "a CNAME is followed into another zone",
      records: [
        "a.zone.test. 60 IN CNAME b.zone.test.",
        "b.zone.test. 30 IN CNAME nowhere.example.",
      ],
      ask: ["a.zone.test.", "A"],
      rcode: "NXDOMAIN",
      answer: [
        "a.zone.test. 60 IN CNAME b.zone.test.",
        "b.zone.test. 30 IN CNAME nowhere.example.",
      ],
      authority: [ROOT_DENIED],
    },
    {
      why: "a CNAME that is asked for is not followed",
      records: ["a.zone.test. 60 IN CNAME b.zone.test."],
      ask: ["a.zone.test.", "CNAME"],
      answer: ["a.zone.test. 60 IN CNAME b.zone.test."],
    },
    {
      why: "a CNAME to a name without the type ends in NODATA",
      records: ["a.zone.test. 60 IN CNAME b.zone.test.", "b.zone.test. 30 IN A 192.0.2.1"],
      ask: ["a.zone.test.", "AAAA"],
      answer: ["a.zone.test. 60 IN CNAME b.zone.test."],
      authority: [DENIED],
    },
    {
      why: "CNAMEs in a circle are a failure",
      records: ["a.zone.test. 60 IN CNAME b.zone.test.", "b.zone.test. 60 IN CNAME a.zone.test."],
      ask: ["a.zone.test.", "A"],
      rcode: "SERVFAIL",
    },
    {
      why: "a wildcard answers with the asked name, any number of labels below",
      records: ["*.w.zone.test. 60 IN A 192.0.2.1"],
      ask: ["x.y.W.zone.test.", "A"],
      answer: ["x.y.W.zone.test. 60 IN A 192.0.2.1"],
    },
    {
      why: "a wildcard does not cover what exists, nor what lies below that",
      records: ["*.w.zone.test. 60 IN A 192.0.2.1", 'x.w.zone.test. 60 IN TXT "here"'],
      ask: ["y.x.w.zone.test.", "A"],
      rcode: "NXDOMAIN",
      authority: [DENIED],
    },
    {
      why: "a wildcard's own parent is NODATA",
      records: ["*.w.zone.test. 60 IN A 192.0.2.1"],
      ask: ["w.zone.test.", "A"],
      authority: [DENIED],
    },
    {
      why: "ANY is all of a name's records, and a CNAME is not followed for it",
      records: ["a.zone.test. 60 IN CNAME b.zone.test."],
      ask: ["a.zone.test.", "ANY"],
      answer: ["a.zone.test. 60 IN CNAME b.zone.test."],
    },
    { why: "the SOA itself keeps its TTL", ask: ["zone.test.", "SOA"], answer: [TEST_SOA] },
  ])("$why", ({ records = [], ask, rcode = "NOERROR", answer = [], authority = [] }) => {
    const got = zone(...records).resolve(question(ask));
    expect(got.rcode).toBe(rcode);
    expect(lines(got.answer)).toEqual(answer);
    expect(lines(got.authority)).toEqual(authority);
  });
});

describe("internetZone(): what is wrong is named with its path", () => {
  const root = { ".": [ROOT_SOA] };
  test.each<{ why: string; json: unknown; path: string; says: string }>([
    { why: "no object", json: [], path: "zones", says: "takes an object" },
    {
      why: "no root",
      json: { zones: { "zone.test.": [TEST_SOA] } },
      path: 'zones["."]',
      says: "is missing",
    },
    {
      why: "a key that is no name",
      json: { zones: { ...root, "a..b": [] } },
      path: 'zones["a..b"]',
      says: "label 2 is empty",
    },
    {
      why: "a zone twice",
      json: { zones: { ...root, "zone.test.": [TEST_SOA], "ZONE.test.": [TEST_SOA] } },
      path: 'zones["ZONE.test."]',
      says: "twice",
    },
    {
      why: "records that are no list",
      json: { zones: { ...root, "zone.test.": {} } },
      path: 'zones["zone.test."]',
      says: "takes a list",
    },
    {
      why: "a record that is no text",
      json: { zones: { ...root, "zone.test.": [TEST_SOA, 7] } },
      path: 'zones["zone.test."][1]',
      says: "received 7",
    },
    {
      why: "a bad address",
      json: { zones: { ...root, "zone.test.": [TEST_SOA, "a.zone.test. 60 IN A 192.0.2.256"] } },
      path: 'zones["zone.test."][1]',
      says: "192.0.2.256",
    },
    {
      why: "no SOA",
      json: { zones: { ...root, "zone.test.": ["a.zone.test. 60 IN A 192.0.2.1"] } },
      path: 'zones["zone.test."]',
      says: "has no SOA record",
    },
    {
      why: "two SOAs",
      json: { zones: { ...root, "zone.test.": [TEST_SOA, TEST_SOA] } },
      path: 'zones["zone.test."][1]',
      says: "two SOA",
    },
    {
      why: "an SOA below the apex",
      json: { zones: { ...root, "test.": [TEST_SOA] } },
      path: 'zones["test."][0]',
      says: "stands at zone.test.",
    },
    {
      why: "a foreign name",
      json: { zones: { ...root, "zone.test.": [TEST_SOA, "a.example. 60 IN A 192.0.2.1"] } },
      path: 'zones["zone.test."][1]',
      says: "a.example. does not lie in zone.test.",
    },
    {
      why: "a name of a longer zone",
      json: {
        zones: { ".": [ROOT_SOA, "a.zone.test. 60 IN A 192.0.2.1"], "zone.test.": [TEST_SOA] },
      },
      path: 'zones["."][1]',
      says: "a.zone.test. belongs to zone zone.test.",
    },
    {
      why: "a CNAME beside other records",
      json: {
        zones: {
          ...root,
          "zone.test.": [
            TEST_SOA,
            "a.zone.test. 60 IN CNAME b.zone.test.",
            "a.zone.test. 60 IN A 192.0.2.1",
          ],
        },
      },
      path: 'zones["zone.test."][2]',
      says: "a CNAME and other records",
    },
  ])("$why", ({ json, path, says }) => {
    const read = internetZone(json);
    if (read.ok) throw new Error("it was read");
    expect(read.error.path).toBe(path);
    expect(read.error.message).toContain(says);
  });
});

describe("zones/internet.json", () => {
  const file = new URL("../../zones/internet.json", import.meta.url);
  const read = internetZone(JSON.parse(readFileSync(file, "utf8")));
  if (!read.ok) throw new Error(`${read.error.path}: ${read.error.message}`);
  const internet = read.value;

  test.each<{ why: string; ask: [string, string]; rcode?: string; answers?: number }>([
    { why: "the talk's external name", ask: ["api.example.com.", "A"], answers: 1 },
    {
      why: "the talk's name under the node's search domain",
      ask: ["api.example.com.us-west-2.compute.internal.", "A"],
      rcode: "NXDOMAIN",
    },
    { why: "dnscrypt-proxy's first probe", ask: [".", "NS"], answers: 13 },
    {
      why: "dnscrypt-proxy's second, which a liar would answer",
      ask: ["abcdefghijklmnop.test.dnscrypt.", "NS"],
      rcode: "NXDOMAIN",
    },
    { why: "dnsdist's health check", ask: ["a.root-servers.net.", "A"], answers: 1 },
    { why: "Firefox's confirmation", ask: ["example.com.", "NS"], answers: 2 },
    { why: "Chromium's probe", ask: ["www.gstatic.com.", "A"], answers: 1 },
    { why: "Windows' web probe", ask: ["www.msftconnecttest.com.", "A"], answers: 1 },
    { why: "Windows' DNS probe", ask: ["dns.msftncsi.com.", "A"], answers: 1 },
    {
      why: "Apple's captive portal check, behind a CNAME",
      ask: ["captive.apple.com.", "A"],
      answers: 2,
    },
    { why: "Firefox's captive portal check", ask: ["detectportal.firefox.com.", "A"], answers: 1 },
    { why: "a chain of three", ask: ["shop.example.com.", "A"], answers: 4 },
  ])("$why", ({ ask, rcode = "NOERROR", answers = 0 }) => {
    const got = internet.resolve(question(ask));
    expect(got.rcode).toBe(rcode);
    expect(got.answer).toHaveLength(answers);
  });

  test("Windows compares the address that it is given", () => {
    expect(lines(internet.resolve(question(["dns.msftncsi.com.", "A"])).answer)).toEqual([
      "dns.msftncsi.com. 300 IN A 131.107.255.255",
    ]);
  });

  test("what is in no zone is denied by the real root's SOA", () => {
    const [soa] = lines(internet.resolve(question(["no.such.tld-of-ours.", "A"])).authority);
    expect(soa).toMatch(
      /^\. 86400 IN SOA a\.root-servers\.net\. nstld\.verisign-grs\.com\. \d+ 1800 900 604800 86400$/,
    );
  });
});
