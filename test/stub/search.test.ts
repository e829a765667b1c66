import { describe, expect, test } from "vitest";
import type { Libc } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";
import { drive } from "./play.ts";

interface Row {
  readonly why: string;
  readonly libc: Libc;
  readonly typed: string;
  readonly ndots?: number;
  readonly search?: string;
  readonly types?: readonly string[];
  /** `name reason`; the name as it is joined, `!` before one that cannot be sent. */
  readonly candidates: readonly string[];
}

const A50 = "a".repeat(50);
const LONG = `${A50}.${A50}.${A50}.${A50}.${"b".repeat(40)}`;

const rows: readonly Row[] = [
  {
    why: "below ndots the list comes first",
    libc: "glibc",
    typed: "api.example.com",
    candidates: [
      "api.example.com.a.test. 2 dots, fewer than ndots:5: search domain 1 of 2",
      "api.example.com.b.test. 2 dots, fewer than ndots:5: search domain 2 of 2",
      "api.example.com. as it is: the list gave nothing",
    ],
  },
  {
    why: "at ndots the name itself comes first",
    libc: "glibc",
    typed: "a.b",
    ndots: 1,
    candidates: [
      "a.b. 1 dot, at least ndots:1: as it is first",
      "a.b.a.test. search domain 1 of 2, after the name as it is",
      "a.b.b.test. search domain 2 of 2, after the name as it is",
    ],
  },
  {
    why: "at ndots musl searches no further",
    libc: "musl",
    typed: "a.b",
    ndots: 1,
    candidates: ["a.b. 1 dot, at least ndots:1: as it is and nothing else"],
  },
  {
    why: "a trailing dot ends it",
    libc: "go",
    typed: "a.b.",
    candidates: ["a.b. ends in a dot: fully qualified, nothing else is tried"],
  },
  {
    why: "the root is absolute",
    libc: "glibc",
    typed: ".",
    candidates: [". ends in a dot: fully qualified, nothing else is tried"],
  },
  { why: "musl refuses the root", libc: "musl", typed: ".", candidates: [] },
  {
    why: "musl takes the root for a type that is no address",
    libc: "musl",
    typed: ".",
    types: ["NS"],
    candidates: [". ends in a dot: fully qualified, nothing else is tried"],
  },
  {
    why: "without a search list there is one name",
    libc: "go",
    typed: "web",
    search: "",
    candidates: ["web. 0 dots, fewer than ndots:5, but there is no search list: as it is"],
  },
  {
    why: "other types are searched",
    libc: "glibc",
    typed: "_dns._udp.kube-dns",
    search: "a.test",
    types: ["SRV"],
    candidates: [
      "_dns._udp.kube-dns.a.test. 2 dots, fewer than ndots:5: search domain 1 of 1",
      "_dns._udp.kube-dns. as it is: the list gave nothing",
    ],
  },
  {
    why: "musl's res_search does not search",
    libc: "musl",
    typed: "web",
    types: ["TXT"],
    candidates: ["web. as it is: musl's res_search does not search"],
  },
  {
    why: "a root on the list stands for the name as it is",
    libc: "glibc",
    typed: "web",
    search: "a.test .",
    candidates: [
      "web.a.test. 0 dots, fewer than ndots:5: search domain 1 of 2",
      "web. 0 dots, fewer than ndots:5: search domain 2 of 2",
    ],
  },
  {
    why: "Go passes over a root on the list",
    libc: "go",
    typed: "web",
    search: ".",
    candidates: [
      "!web.. 0 dots, fewer than ndots:5: search domain 1 of 1; Go passes over the root",
      "web. as it is: the list gave nothing",
    ],
  },
  {
    why: "musl's packet for a root on the list is one that nobody can read",
    libc: "musl",
    typed: "web",
    search: "a.test . b.test",
    candidates: [
      "web.a.test. 0 dots, fewer than ndots:5: search domain 1 of 3",
      "!web.. 0 dots, fewer than ndots:5: search domain 2 of 3; musl cannot encode the second dot, no server reads the packet",
    ],
  },
  {
    why: "a name that grows too long makes glibc leave the list",
    libc: "glibc",
    typed: LONG,
    search: "ccccccccccc.test b.test",
    candidates: [
      `!${LONG}.ccccccccccc.test. 4 dots, fewer than ndots:5: search domain 1 of 2; it cannot be encoded, which ends the list`,
      `${LONG}. as it is: the list gave nothing`,
    ],
  },
  {
    why: "Go goes on without it",
    libc: "go",
    typed: LONG,
    search: "ccccccccccc.test b.t",
    candidates: [
      `!${LONG}.ccccccccccc.test. 4 dots, fewer than ndots:5: search domain 1 of 2; it cannot be encoded, which is skipped`,
      `${LONG}.b.t. 4 dots, fewer than ndots:5: search domain 2 of 2`,
      `${LONG}. as it is: the list gave nothing`,
    ],
  },
  {
    why: "octets are escaped and stay inside their label",
    libc: "musl",
    typed: "a\\032b\\.c",
    search: "a.test",
    candidates: [
      "a\\032b\\.c.a.test. 0 dots, fewer than ndots:5: search domain 1 of 1",
      "a\\032b\\.c. as it is: the list gave nothing",
    ],
  },
];

describe("candidates()", () => {
  test.each(rows)("$libc: $why", ({ libc, typed, ndots, search, types, candidates }) => {
    const conf = confOf(ndots ?? 5, search ?? "a.test b.test");
    const found = stubOf(libc).candidates({ typed, types: types ?? ["A"] }, conf);
    expect(
      found.map(({ name, text, reason }) => `${name === undefined ? "!" : ""}${text} ${reason}`),
    ).toEqual(candidates);
    for (const { name, text } of found) if (name !== undefined) expect(name).toBe(text);
  });
});

describe("names that send nothing", () => {
  test.each<{ typed: string; refusedBy: readonly Libc[]; types?: readonly string[] }>([
    { typed: "", refusedBy: ["glibc", "musl", "go"] },
    { typed: "a..b", refusedBy: ["glibc", "musl", "go"] },
    { typed: "a".repeat(64), refusedBy: ["glibc", "musl", "go"] },
    { typed: "a b", refusedBy: ["glibc", "go"] },
    { typed: "a\\032b", refusedBy: ["glibc", "go"] },
    { typed: "a\\.b", refusedBy: ["glibc", "go"] },
    { typed: "a\\195\\164", refusedBy: ["glibc", "go"] },
    { typed: "*.test", refusedBy: ["glibc", "go"] },
    { typed: "a/b", refusedBy: ["glibc", "go"] },
    { typed: "-a", refusedBy: ["glibc", "go"] },
    { typed: "a.-b", refusedBy: ["go"] },
    { typed: "a-", refusedBy: ["go"] },
    { typed: "_srv", refusedBy: [] },
    { typed: "1a", refusedBy: [] },
    { typed: "x.onion", refusedBy: ["go"] },
    { typed: "x.ONION.", refusedBy: ["go"] },
    { typed: "10.0.0.1", refusedBy: ["glibc", "musl", "go"] },
    { typed: "10.1", refusedBy: ["glibc", "musl", "go"] },
    { typed: "0x7f.1", refusedBy: ["glibc", "musl"] },
    { typed: "1", refusedBy: ["glibc", "musl", "go"] },
    { typed: "256.256.256.256", refusedBy: ["glibc", "go"] },
    { typed: "256.256.256.256", types: ["A", "AAAA"], refusedBy: ["go"] },
    { typed: "1.2.3.4.", refusedBy: ["go"] },
    { typed: "2001:db8::1", refusedBy: ["glibc", "musl", "go"] },
    { typed: "-a", types: ["TXT"], refusedBy: ["go"] },
  ])("$typed $types is refused by $refusedBy", ({ typed, refusedBy, types = ["A"] }) => {
    for (const libc of ["glibc", "musl", "go"] as const) {
      const conf = confOf(5, "a.test");
      const { queries, result } = drive(stubOf(libc), { typed, types }, conf, () => ({
        kind: "reply",
        rcode: "NXDOMAIN",
        answers: 0,
      }));
      expect(queries.length === 0, libc).toBe(refusedBy.includes(libc));
      expect(result.kind).toBe("failed");
      if (queries.length === 0) expect(result).not.toHaveProperty("by");
    }
  });
});

function confOf(ndots: number, search: string) {
  return {
    nameservers: ["192.0.2.53"],
    search: search.split(" ").filter((domain) => domain !== ""),
    options: [`ndots:${ndots}`],
  };
}
