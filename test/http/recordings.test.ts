/**
 * The recorded libcs again, through the whole service: a pod whose nameserver is outside asks an upstream that answers as
 * the recording's server did, and the trace lists what the real libc sent.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scripted } from "./scripted.ts";
import { testService } from "./service.ts";

interface Recorded {
  readonly libc: string;
  readonly ndots: number;
  readonly search: readonly string[];
  readonly name: string;
  readonly family: string;
  readonly world: Readonly<Record<string, string>>;
  readonly queries: readonly string[];
}

const rows = (
  JSON.parse(readFileSync("test/fixtures/libc-search.json", "utf8")) as Recorded[]
).filter(
  ({ family, name, search, queries }) =>
    // JSON takes no name that cannot be one, DNS begins behind numeric addresses, and an empty list is `search=off`.
    family !== "any" && queries.length > 0 && !name.includes("..") && search.length > 0,
);

describe("what each libc was recorded to send", () => {
  test("there are rows", () => expect(rows.length).toBeGreaterThan(150));

  test.each(rows)("$libc ndots:$ndots $search $name $family", async (row) => {
    const { app } = testService({
      upstreams: '{"*":"tcp://192.0.2.1"}',
      deps: { tcp: scripted(row.world) },
    });
    const type = row.family === "6" ? "AAAA" : "A";
    const parameters = new URLSearchParams({
      name: row.name,
      type,
      family: row.family,
      libc: row.libc,
      ndots: String(row.ndots),
      search: row.search.join(","),
      cache: "off",
    });
    const reply = await app.request(
      `/clusters/demo/namespaces/default/pods/policy-none/resolve?${parameters}`,
    );
    expect(reply.status).toBe(200);
    const { Trace } = (await reply.json()) as { Trace: { name: string; type: string }[] };
    expect(Trace.map(({ name, type }) => `${name} ${type}`)).toEqual(row.queries);
  });
});
