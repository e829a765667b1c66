import { expect, test } from "vitest";
import { countDown, lifetime } from "../../src/cache/ttl.ts";
import { negativeTtl } from "../../src/dns/ttl.ts";
import { lines, reply, rr, type Written } from "./message.ts";

const SOA = "example.org. 3600 IN SOA ns.example.org. host.example.org. 1 7200 900 1209600 600";
const ask = ["www.example.org.", "A"] as const;

test.each<{ why: string; written: Written; tc?: boolean; seconds: number }>([
  {
    why: "the shortest TTL of all records counts",
    written: {
      ask,
      answer: ["www.example.org. 300 IN CNAME w.example.org.", "w.example.org. 60 IN A 192.0.2.1"],
      authority: ["example.org. 50 IN NS ns.example.org."],
    },
    seconds: 50,
  },
  {
    why: "a day is the longest for an answer",
    written: { ask, answer: ["www.example.org. 604800 IN A 192.0.2.1"] },
    seconds: 86_400,
  },
  {
    why: "NXDOMAIN lives as long as MINIMUM, where that is smaller than the SOA's TTL",
    written: { ask, rcode: "NXDOMAIN", authority: [SOA] },
    seconds: 600,
  },
  {
    why: "NXDOMAIN lives as long as the SOA's TTL, where that is smaller than MINIMUM",
    written: { ask, rcode: "NXDOMAIN", authority: [SOA.replace("3600", "30")] },
    seconds: 30,
  },
  {
    why: "three hours is the longest for a denial",
    written: {
      ask,
      rcode: "NXDOMAIN",
      authority: [". 86400 IN SOA a.root. nstld. 1 1800 900 604800 86400"],
    },
    seconds: 10_800,
  },
  {
    why: "a CNAME that ends in NODATA is a denial, and no longer than the CNAME",
    written: { ask, answer: ["www.example.org. 20 IN CNAME w.example.org."], authority: [SOA] },
    seconds: 20,
  },
  { why: "NODATA without an SOA is not kept", written: { ask }, seconds: 0 },
  {
    why: "a referral is not kept",
    written: { ask, authority: ["example.org. 300 IN NS ns.example.org."] },
    seconds: 0,
  },
  {
    why: "SERVFAIL is not kept",
    written: { ask, rcode: "SERVFAIL", authority: [SOA] },
    seconds: 0,
  },
  { why: "REFUSED is not kept", written: { ask, rcode: "REFUSED", authority: [SOA] }, seconds: 0 },
  {
    why: "a truncated answer is not kept",
    written: { ask, answer: ["www.example.org. 300 IN A 192.0.2.1"] },
    tc: true,
    seconds: 0,
  },
  {
    why: "any record answers ANY",
    written: { ask: ["example.org.", "ANY"], answer: ["example.org. 40 IN A 192.0.2.1"] },
    seconds: 40,
  },
])("lifetime(): $why", ({ written, tc, seconds }) => {
  const message = reply(written);
  const flags = { ...message.flags, tc: tc ?? false };
  expect(lifetime({ ...message, flags })).toBe(seconds);
});

test("countDown(): no TTL falls under 0, and time does not run backwards", () => {
  const records = ["a.test. 10 IN A 192.0.2.1", "a.test. 5 IN A 192.0.2.2"].map(rr);
  expect(lines(countDown(records, 7))).toEqual([
    "a.test. 3 IN A 192.0.2.1",
    "a.test. 0 IN A 192.0.2.2",
  ]);
  expect(countDown(records, -3)).toEqual(records);
});

test("negativeTtl(): there is none without an SOA", () => {
  expect(negativeTtl([rr("example.org. 300 IN NS ns.example.org.")])).toBeUndefined();
});
