/**
 * Which server, socket and attempt each query has, where no recording could say it (rotation begins at random).
 *
 * @module
 */
import { describe, expect, test } from "vitest";
import type { Libc } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";
import { play, type World } from "./play.ts";

interface Row {
  readonly why: string;
  readonly libc: Libc;
  readonly options: string;
  readonly types?: readonly string[];
  readonly servers: readonly World[];
  /** `at server socket attempt name type`, batches parted by `|`. */
  readonly queries: readonly string[];
}

const SILENT: World = { "*": "DROP" };

describe("servers", () => {
  test.each<Row>([
    {
      why: "rotate begins one server further with each name in glibc",
      libc: "glibc",
      options: "ndots:5 rotate",
      servers: [{}, {}],
      queries: ["0 0 0 1 web.a.test. A", "|", "0 1 1 1 web. A"],
    },
    {
      why: "rotate begins one server further with each conversation in Go",
      libc: "go",
      options: "ndots:5 rotate",
      types: ["A", "AAAA"],
      servers: [{}, {}, {}],
      queries: [
        "0 0 0 1 web.a.test. A",
        "0 1 1 1 web.a.test. AAAA",
        "|",
        "0 2 2 1 web. A",
        "0 0 3 1 web. AAAA",
      ],
    },
    {
      why: "glibc's three servers have 5, 3 and 6 seconds",
      libc: "glibc",
      options: "ndots:0",
      servers: [SILENT, SILENT, { "*": "OK" }],
      queries: ["0 0 0 1 web. A", "|", "5000 1 1 2 web. A", "|", "8000 2 2 3 web. A"],
    },
    {
      why: "Go waits for one server after the other, by a new socket each time",
      libc: "go",
      options: "ndots:0",
      servers: [SILENT, { web: ["DROP", "OK"] }],
      queries: [
        "0 0 0 1 web. A",
        "|",
        "5000 1 1 2 web. A",
        "|",
        "10000 0 2 3 web. A",
        "|",
        "15000 1 3 4 web. A",
      ],
    },
    {
      why: "musl asks all at once, which is one attempt",
      libc: "musl",
      options: "ndots:0",
      servers: [SILENT, { web: ["DROP", "OK"] }],
      queries: ["0 0 0 1 web. A", "0 1 0 1 web. A", "|", "2500 0 0 2 web. A", "2500 1 0 2 web. A"],
    },
    {
      why: "musl does not hear that there is no server",
      libc: "musl",
      options: "ndots:0",
      servers: ["CLOSED"],
      queries: ["0 0 0 1 web. A", "|", "2500 0 0 2 web. A"],
    },
    {
      why: "glibc gives up at once where every server is unreachable",
      libc: "glibc",
      options: "ndots:5",
      servers: ["CLOSED"],
      queries: ["0 0 0 1 web.a.test. A", "|", "0 0 1 2 web.a.test. A"],
    },
    {
      why: "Go tries every name where every server is unreachable",
      libc: "go",
      options: "ndots:5 attempts:1",
      servers: ["CLOSED"],
      queries: ["0 0 0 1 web.a.test. A", "|", "0 0 1 1 web. A"],
    },
  ])("$libc: $why", ({ libc, options, types = ["A"], servers, queries }) => {
    const conf = {
      nameservers: servers.map((_, index) => `192.0.2.${index + 1}`),
      search: options.startsWith("ndots:5") ? ["a.test"] : [],
      options: options.split(" "),
    };
    const played = play(stubOf(libc), { typed: "web", types }, conf, servers);
    const lines: string[] = [];
    let next = 0;
    for (const size of played.batches) {
      if (next > 0) lines.push("|");
      for (const query of played.queries.slice(next, next + size)) {
        const { at, server, socket, attempt, qname, qtype } = query;
        lines.push(`${at} ${server} ${socket} ${attempt} ${qname} ${qtype}`);
      }
      next += size;
    }
    expect(lines).toEqual(queries);
  });
});
