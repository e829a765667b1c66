/**
 * Every recorded run of the real libcs, as `/life` tells it: the same queries and the same result, from a Pod whose
 * nameserver is outside and answers as the recording's server did.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Life, LifeResult } from "../../src/trace/life.ts";
import { scripted } from "../http/scripted.ts";
import { testService } from "../http/service.ts";

interface Recorded {
  readonly libc: string;
  readonly ndots: number;
  readonly search: readonly string[];
  readonly name: string;
  readonly family: string;
  readonly world: Readonly<Record<string, string>>;
  readonly queries: readonly string[];
  readonly result: readonly string[];
}

const file = new URL("../fixtures/libc-search.json", import.meta.url);
const rows: readonly Recorded[] = JSON.parse(readFileSync(file, "utf8"));

describe("what each libc was recorded to do", () => {
  test("the file is whole", () => expect(rows).toHaveLength(318));

  test.each(rows)("$libc ndots:$ndots $search $name $family", async (row) => {
    const { app } = testService({
      upstreams: '{"*":"tcp://192.0.2.1"}',
      deps: { tcp: scripted(row.world) },
    });
    const parameters = new URLSearchParams({
      name: row.name,
      family: row.family,
      libc: row.libc,
      ndots: String(row.ndots),
      search: row.search.length === 0 ? "off" : row.search.join(","),
      cache: "off",
    });
    const pod = "/clusters/demo/namespaces/default/pods/policy-none";
    const reply = await app.request(`${pod}/life.json?${parameters}`);
    expect(reply.status).toBe(200);
    const life = (await reply.json()) as Life;
    const sent = life.queries.map(({ name, type }) => `${name} ${type}`);
    expect(pairs(sent, row)).toEqual(pairs(row.queries, row));
    expect(spelled(life.result)).toEqual(recorded(row));
  });
});

/** Of a pair either may come first. */
function pairs(queries: readonly string[], { family }: Recorded): readonly (readonly string[])[] {
  const size = family === "any" ? 2 : 1;
  return Array.from({ length: Math.ceil(queries.length / size) }, (_, at) =>
    queries.slice(at * size, (at + 1) * size).sort(),
  );
}

/** `ADDR` lines sorted, since getaddrinfo sorts them in its own way; of an error its text. */
function spelled(result: LifeResult): readonly string[] {
  if (result.kind === "failed") return [result.text];
  return result.answers.map((answer) => `ADDR ${answer}`).sort();
}

function recorded({ result }: Recorded): readonly string[] {
  const [first = ""] = result;
  if (first.startsWith("ADDR")) return [...result].sort();
  return [first.replace(/^EAI -?\d+ |^ERR notfound=\w+ temporary=\w+ timeout=\w+ /, "")];
}
