/**
 * Runs of the real libraries against servers that fail, stay silent, lose one of a pair or are not there.
 *
 * `libc-retries.jsonl`, a run a line: glibc 2.36, musl 1.2.3, and Go 1.26, whose retries are those of 1.19. `servers`
 * are {@link World}s in the order of the nameserver lines. A query is its time in milliseconds, its server, its
 * protocol and socket, its name and type; those to a host without a nameserver could not be seen. Runs that hang on
 * which of two servers, or of Go's two conversations, was faster are not among them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseResolvConf } from "../../src/stub/resolvconf.ts";
import type { Libc, StubQuery } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";
import { numericAddress } from "../../src/stub/typed.ts";
import { play, printResult, type World } from "./play.ts";

interface Recorded {
  readonly libc: Libc;
  readonly conf: string;
  readonly name: string;
  readonly family: "4" | "6" | "any";
  readonly servers: readonly World[];
  readonly queries: readonly string[];
  readonly result: string;
}

/** A query as far as two runs can be compared. */
interface Seen {
  readonly at: number;
  readonly what: string;
}

const TYPES = { "4": ["A"], "6": ["AAAA"], any: ["A", "AAAA"] };

/** Milliseconds by which a real clock runs behind the modelled one. */
const LATE = 60;

const file = new URL("libc-retries.jsonl", import.meta.url);
const rows: readonly Recorded[] = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

describe("as recorded", () => {
  test.each(rows.map((row, index) => ({ row, why: describeRow(row, index) })))(
    "$why",
    ({ row }) => {
      const question = { typed: row.name, types: TYPES[row.family] };
      const conf = parseResolvConf(row.conf);
      const { queries, result } = play(stubOf(row.libc), question, conf, row.servers);
      const ours = seen(
        row,
        queries.filter(({ server }) => row.servers[server] !== "CLOSED").map(printQuery),
      );
      const theirs = seen(
        row,
        row.queries.filter((query) => !query.includes("MALFORMED")),
      );
      expect(ours.map(({ what }) => what)).toEqual(theirs.map(({ what }) => what));
      for (const [index, { at }] of ours.entries()) {
        const late = (theirs[index]?.at ?? 0) - at;
        expect(Math.abs(late), `${ours[index]?.what} at ${at}`).toBeLessThanOrEqual(LATE);
      }
      const numeric = numericAddress(row.name, row.libc);
      if (numeric !== undefined) expect(row.result).toBe(numeric.split("%")[0]);
      else if (/^[0-9a-f:. ]+$/.test(row.result)) expect(printResult(result)).toMatch(/^found/);
      else expect(printResult(result)).toBe(row.result);
    },
  );
});

function describeRow({ libc, conf, name, family, servers }: Recorded, index: number): string {
  const { search, options } = parseResolvConf(conf);
  const short = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const list = search.length > 4 ? `${search.length} domains` : search.join(" ");
  return `${index} ${libc} ${short} ${family}, ${list}, ${options.join(" ")}: ${JSON.stringify(servers)}`;
}

function printQuery(query: StubQuery): string {
  const { at, server, protocol, socket, qname, qtype } = query;
  return `${at} ${server} ${protocol}${socket} ${qname} ${qtype}`;
}

/** Sockets are counted anew; Go's two conversations race, so its queries are compared in alphabetical order. */
function seen({ libc }: Recorded, queries: readonly string[]): readonly Seen[] {
  const sockets = new Map<string, number>();
  const list = queries.map((query) => {
    const [at = "", server = "", socket = "", ...question] = query.split(" ");
    if (!sockets.has(socket)) sockets.set(socket, sockets.size);
    const protocol = socket.slice(0, 3);
    const via = libc === "go" ? protocol : `${protocol}${sockets.get(socket)}`;
    return { at: Number(at), what: `${question.join(" ")} ${server} ${via}` };
  });
  if (libc === "go") {
    expect(sockets.size).toBe(queries.length);
    list.sort((a, b) => (a.what === b.what ? a.at - b.at : a.what < b.what ? -1 : 1));
  }
  return list;
}
