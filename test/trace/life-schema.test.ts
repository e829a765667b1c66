/**
 * `life.schema.json` and the type `Life` say the same, and what the program makes is of that form.
 */
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import schema from "../../src/trace/life.schema.json" with { type: "json" };
import type {
  Life,
  LifeAdvice,
  LifeAsked,
  LifeCandidate,
  LifeEnd,
  LifeHop,
  LifePacket,
  LifeQuery,
  LifeVantage,
} from "../../src/trace/life.ts";
import { EVERY_FIELD, RESULTS } from "./every-field.ts";
import { LIVES, lifeOf, livesOfAllPods } from "./lives.ts";

// Strict: a keyword that means nothing where it stands is an error of the schema.
const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false });
const validate = ajv.compile(schema);

function errorsOf(value: unknown): readonly string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The fields of a type that may be absent: the compiler wants each of them, and no other. */
type Optional<T> = {
  readonly [Key in keyof T as Record<never, never> extends Pick<T, Key> ? Key : never]-?: true;
};

/** By the path of the object that has them. */
const OPTIONAL: Readonly<Record<string, Readonly<Record<string, true>>>> = {
  "/asked": { family: true, fault: true } satisfies Optional<LifeAsked>,
  "/vantage": { node: true } satisfies Optional<LifeVantage>,
  "/candidates/0": { suffix: true } satisfies Optional<LifeCandidate>,
  "/queries/0": {
    source: true,
    cache: true,
    ttl: true,
    upstream: true,
    attempt: true,
    note: true,
    waited: true,
    reached: true,
    reply: true,
  } satisfies Optional<LifeQuery>,
  "/packets/0": {
    flags: true,
    question: true,
    rcode: true,
    id: true,
  } satisfies Optional<LifePacket>,
  "/packets/0/hops/0": { state: true, note: true } satisfies Optional<LifeHop>,
  // `why` may be absent by the type; the schema wants it of every end but a delivery.
  "/packets/0/end": { state: true } satisfies Omit<Optional<LifeEnd>, "why">,
  "/result": { name: true },
  "/advice/0": { self: true } satisfies Optional<LifeAdvice>,
};

/** Every object inside, with its path. */
function objectsIn(value: unknown, path = ""): readonly (readonly [string, object])[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.entries(value).flatMap(([key, one]) => objectsIn(one, `${path}/${key}`));
  return Array.isArray(value) ? inside : [[path, value], ...inside];
}

/** A copy with the object at `path` changed. */
function changed(value: unknown, path: string, change: (object: object) => object): unknown {
  const copy = structuredClone(value);
  if (path === "") return change(copy as object);
  const keys = path.split("/").slice(1);
  const last = keys.pop() as string;
  let at = copy as Record<string, unknown>;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = change(at[last] as object);
  return copy;
}

const without = (key: string) => (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([other]) => other !== key));

describe("the schema and the type", () => {
  test.each(RESULTS)("a life with every field is one, result $kind", (result) => {
    expect(errorsOf({ ...EVERY_FIELD, result })).toEqual([]);
  });

  test("the schema has no field that the type lacks", () => {
    const known = new Set(
      [...objectsIn(EVERY_FIELD), ...objectsIn(RESULTS)].flatMap(([, object]) =>
        Object.keys(object),
      ),
    );
    const described = objectsIn(schema)
      .filter(([path]) => path.endsWith("/properties") && !path.includes("/if/"))
      .flatMap(([, properties]) => Object.keys(properties));
    expect(described.filter((key) => !known.has(key))).toEqual([]);
  });

  const objects = objectsIn(EVERY_FIELD);

  test.each(objects)("%s takes no other field", (path) => {
    const other = changed(EVERY_FIELD, path, (object) => ({ ...object, another: 1 }));
    expect(errorsOf(other)).not.toEqual([]);
  });

  const fields = objects.flatMap(([path, object]) => Object.keys(object).map((key) => [path, key]));

  test.each(fields)("%s lacks %s only where the type lets it", (path = "", key = "") => {
    const less = changed(EVERY_FIELD, path, without(key));
    expect(errorsOf(less).length === 0).toBe(OPTIONAL[path]?.[key] === true);
  });

  test.each(fields)("%s has a type for %s", (path = "", key = "") => {
    const wrong = changed(EVERY_FIELD, path, (object) => ({ ...object, [key]: Symbol.iterator }));
    expect(errorsOf(wrong)).not.toEqual([]);
  });
});

test.each<{ why: string; change: (life: Life) => unknown }>([
  {
    why: "a path that begins nowhere",
    change: (l) => ({ ...l, asked: { ...l.asked, self: "x" } }),
  },
  { why: "a seed over 32 bits", change: (l) => ({ ...l, asked: { ...l.asked, seed: 2 ** 32 } }) },
  {
    why: "a fault that nobody knows",
    change: (l) => ({ ...l, asked: { ...l.asked, fault: "x" } }),
  },
  { why: "a negative count", change: (l) => ({ ...l, cost: { ...l.cost, queries: -1 } }) },
  { why: "half a query", change: (l) => ({ ...l, cost: { ...l.cost, queries: 1.5 } }) },
  { why: "a result of both kinds", change: (l) => ({ ...l, result: { ...l.result, error: "x" } }) },
  { why: "another version", change: (l) => ({ ...l, version: 2 }) },
])("the schema takes no $why", async ({ change }) => {
  const life = await lifeOf("web-service");
  expect(errorsOf(life)).toEqual([]);
  expect(errorsOf(change(life))).not.toEqual([]);
});

describe("what the program makes is of that form", () => {
  test.each(LIVES)("$why", async ({ name, asking }) => {
    expect(errorsOf(JSON.parse(JSON.stringify(await lifeOf(name, asking))))).toEqual([]);
  });

  test.each(["demo", "lab"])("for every Pod of %s", async (cluster) => {
    for (const [pod, life] of await livesOfAllPods(cluster)) {
      expect([pod, ...errorsOf(JSON.parse(JSON.stringify(life)))]).toEqual([pod]);
    }
  });
});
