import { describe, expect, test } from "vitest";
import type { Libc, StubSettings } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";

interface Row {
  readonly why: string;
  readonly libc: Libc;
  readonly options?: string;
  readonly nameservers?: readonly string[];
  readonly search?: readonly string[];
  readonly settings: Partial<StubSettings>;
}

const DEFAULTS: StubSettings = {
  ndots: 1,
  timeout: 5000,
  attempts: 2,
  nameservers: ["192.0.2.53"],
  search: [],
  rotate: false,
  singleRequest: false,
  singleRequestReopen: false,
  useVc: false,
  noAaaa: false,
  notes: [],
};

const LONG = Array.from({ length: 40 }, () => "a.test");

describe("settings()", () => {
  test.each<Row>([
    { why: "glibc's defaults", libc: "glibc", settings: {} },
    { why: "musl's defaults", libc: "musl", settings: {} },
    { why: "Go's defaults", libc: "go", settings: {} },
    {
      why: "glibc caps ndots at 15, timeout at 30, attempts at 5",
      libc: "glibc",
      options: "ndots:20 timeout:99 attempts:9",
      settings: {
        ndots: 15,
        timeout: 30_000,
        attempts: 5,
        notes: ["ndots:20 capped to 15", "timeout:99 capped to 30", "attempts:9 capped to 5"],
      },
    },
    {
      why: "musl caps ndots at 15, timeout at 60, attempts at 10",
      libc: "musl",
      options: "ndots:16 timeout:61 attempts:11",
      settings: {
        ndots: 15,
        timeout: 60_000,
        attempts: 10,
        notes: ["ndots:16 capped to 15", "timeout:61 capped to 60", "attempts:11 capped to 10"],
      },
    },
    {
      why: "Go caps ndots only",
      libc: "go",
      options: "ndots:16 timeout:99 attempts:99",
      settings: { ndots: 15, timeout: 99_000, attempts: 99, notes: ["ndots:16 capped to 15"] },
    },
    {
      why: "Go waits at least a second and asks at least once",
      libc: "go",
      options: "timeout:0 attempts:0",
      settings: {
        timeout: 1000,
        attempts: 1,
        notes: ["timeout:0 raised to 1", "attempts:0 raised to 1"],
      },
    },
    {
      why: "glibc waits at least a second, and sends nothing without attempts",
      libc: "glibc",
      options: "timeout:0 attempts:0",
      settings: {
        timeout: 1000,
        attempts: 0,
        notes: ["timeout:0 waits 1 s all the same", "attempts:0 sends nothing at all"],
      },
    },
    {
      why: "musl sends nothing in no time, and would divide by no attempts",
      libc: "musl",
      options: "timeout:0 attempts:0",
      settings: {
        timeout: 0,
        attempts: 1,
        notes: [
          "timeout:0 sends nothing at all",
          "attempts:0 makes musl divide by zero; taken as 1 here",
        ],
      },
    },
    { why: "ndots:0 stands in glibc", libc: "glibc", options: "ndots:0", settings: { ndots: 0 } },
    {
      why: "a negative ndots wraps in glibc's four bits",
      libc: "glibc",
      options: "ndots:-1",
      settings: { ndots: 15, notes: ["ndots:-1 raised to 15"] },
    },
    {
      why: "glibc reads what is no number as 0",
      libc: "glibc",
      options: "ndots:x",
      settings: { ndots: 0, notes: ["ndots:x read as 0"] },
    },
    {
      why: "musl takes what is no number for absent",
      libc: "musl",
      options: "ndots:x",
      settings: {},
    },
    {
      why: "the last of two counts in glibc",
      libc: "glibc",
      options: "ndots:5 ndots:2",
      settings: { ndots: 2 },
    },
    {
      why: "the first of two counts in musl",
      libc: "musl",
      options: "ndots:5 ndots:2",
      settings: { ndots: 5 },
    },
    {
      why: "glibc knows every switch",
      libc: "glibc",
      options: "rotate single-request use-vc no-aaaa",
      settings: { rotate: true, singleRequest: true, useVc: true, noAaaa: true },
    },
    {
      why: "single-request-reopen is not single-request in glibc",
      libc: "glibc",
      options: "single-request-reopen",
      settings: { singleRequestReopen: true },
    },
    {
      why: "Go takes both for one by one, and has no no-aaaa",
      libc: "go",
      options: "rotate single-request-reopen usevc no-aaaa",
      settings: {
        rotate: true,
        singleRequest: true,
        singleRequestReopen: true,
        useVc: true,
        notes: ["go ignores no-aaaa"],
      },
    },
    {
      why: "musl knows no switch",
      libc: "musl",
      options: "rotate single-request use-vc",
      settings: {
        notes: ["musl ignores rotate", "musl ignores single-request", "musl ignores use-vc"],
      },
    },
    {
      why: "the first three nameservers count",
      libc: "musl",
      nameservers: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
      settings: {
        nameservers: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
        notes: ["4 nameservers, only the first 3 are used"],
      },
    },
    {
      why: "what is no address is no nameserver, a zone id may follow one",
      libc: "glibc",
      nameservers: ["dns.example.org", "fe80::1%eth0"],
      settings: { nameservers: ["fe80::1%eth0"] },
    },
    {
      why: "without a nameserver glibc asks this host",
      libc: "glibc",
      nameservers: [],
      settings: {
        nameservers: ["127.0.0.1"],
        notes: ["no nameserver: 127.0.0.1 by default"],
      },
    },
    {
      why: "without a nameserver Go asks this host in both families",
      libc: "go",
      nameservers: [],
      settings: {
        nameservers: ["127.0.0.1", "::1"],
        notes: ["no nameserver: 127.0.0.1 and ::1 by default"],
      },
    },
    {
      why: "musl ignores a search line over 254 characters whole",
      libc: "musl",
      search: LONG,
      settings: { search: [], notes: ["search line of 286 characters ignored: musl reads 254"] },
    },
    {
      why: "musl still takes one of 254",
      libc: "musl",
      search: ["a".repeat(120), "b".repeat(126)],
      settings: { search: ["a".repeat(120), "b".repeat(126)] },
    },
    {
      why: "musl no longer takes one of 255",
      libc: "musl",
      search: ["a".repeat(120), "b".repeat(127)],
      settings: { search: [], notes: ["search line of 255 characters ignored: musl reads 254"] },
    },
    { why: "glibc takes any search line", libc: "glibc", search: LONG, settings: { search: LONG } },
  ])("$libc: $why", ({ libc, options, nameservers, search, settings }) => {
    const conf = {
      nameservers: nameservers ?? ["192.0.2.53"],
      search: search ?? [],
      options: options?.split(" ") ?? [],
    };
    expect(stubOf(libc).settings(conf)).toEqual({ ...DEFAULTS, ...settings });
  });
});
