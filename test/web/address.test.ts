/**
 * Addresses: a form becomes that of a life, a fragment a step.
 */
import { describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import { addressOf, lifeAddress, spelledAs, stepOf } from "../../src/web/address.ts";

test.each<{ why: string; fields: string; address: string | undefined }>([
  { why: "no name, no life", fields: "vantage=demo/default/client", address: undefined },
  { why: "the default Pod has no prefix", fields: "name=a", address: "/life?name=a" },
  {
    why: "a Pod is its path",
    fields: "vantage=demo/default/alpine&name=api.example.com.",
    address: "/clusters/demo/namespaces/default/pods/alpine/life?name=api.example.com.",
  },
  {
    why: "a cluster alone is its default Pod",
    fields: "vantage=lab&name=a",
    address: "/clusters/lab/life?name=a",
  },
  {
    why: "a made-up Pod is its namespace",
    fields: "vantage=demo/prod/&name=a",
    address: "/clusters/demo/namespaces/prod/life?name=a",
  },
  {
    why: "options that are empty are left out, unknown fields too",
    fields: "name=a&ndots=2&libc=&theme=dark&seed=7",
    address: "/life?name=a&ndots=2&seed=7",
  },
  {
    why: "what could leave its place in the path cannot",
    fields: "vantage=../..%3Fx%23/y&name=a%26b%23",
    address: "/clusters/../namespaces/..%3Fx%23/pods/y/life?name=a%26b%23",
  },
])("lifeAddress(): $why", ({ fields, address }) => {
  expect(lifeAddress(new URLSearchParams(fields))).toBe(address);
});

test.each([
  ["#step-1", 27, 0],
  ["#step-27", 27, 26],
  ["#step-28", 27, undefined],
  ["#step-0", 27, undefined],
  ["#step-7x", 27, undefined],
  ["#steps", 27, undefined],
  ["", 27, undefined],
])("stepOf(%s) of %i", (hash, count, at) => {
  expect(stepOf(hash, count)).toBe(at);
});

test("spelledAs() changes the ending and keeps the query", () => {
  expect(spelledAs("/clusters/lab/life?name=life&seed=1", "pcapng")).toBe(
    "/clusters/lab/life.pcapng?name=life&seed=1",
  );
});

describe("addressOf()", () => {
  const life = (...caches: (string | undefined)[]) =>
    ({
      asked: { self: "/life?name=a&seed=1" },
      queries: caches.map((cache) => ({ cache })),
    }) as unknown as Life;
  test.each([
    ["a life that met no cache is brought back past it", life("miss", "miss"), "&cache=off"],
    ["one that met a cache is asked again as it was", life("miss", "memory"), ""],
    ["one without queries has nothing to go past", life(), ""],
  ])("%s", (_, given, more) => {
    expect(addressOf(given)).toBe(`/life?name=a&seed=1${more}`);
  });
});
