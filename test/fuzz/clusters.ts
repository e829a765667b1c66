/**
 * Corefiles and Lists as someone might write, paste or forge them.
 *
 * @module
 */
import fc from "fast-check";
import { BUNDLED_CLUSTERS } from "../../src/runtime/zones.ts";
import { hostileName, piece } from "./arbitrary.ts";

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface List {
  readonly items: readonly Item[];
}

const DEMO = BUNDLED_CLUSTERS.demo as List;

/** The demo cluster with this Corefile. */
export function listOf(corefile: string): unknown {
  const items = DEMO.items.map((item) =>
    item.kind === "ConfigMap" && item.metadata.name === "coredns"
      ? { ...item, data: { Corefile: corefile } }
      : item,
  );
  return { ...DEMO, items };
}

const word: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...'cluster.local . 30 5s 1h 0 -1 1e9 {$HOME} {} { } # " ( ) IN A ANY'.split(" "),
  ),
  fc.constantFrom(
    "10.0.0.2",
    "127.0.0.1:5353",
    "tls://9.9.9.9%dns.test",
    "/etc/resolv.conf",
    "/etc/hosts",
    "2001:db8::53",
    "169.254.169.254",
    "https://192.0.2.1",
  ),
  fc.constantFrom(
    "(.*)*x",
    "^((a+)+)+$",
    "[",
    "(?P<a>.)",
    "{{ .Name }} 60 IN A 192.0.2.1",
    "{{",
    "}}",
  ),
  fc.constantFrom(
    "import",
    "snippet",
    "(snippet)",
    "*",
    "stop",
    "continue",
    "name",
    "regex",
    "answer",
  ),
  fc.constantFrom(
    "fallthrough",
    "ttl",
    "match",
    "pods",
    "verified",
    "success",
    "serve_stale",
    "policy",
  ),
  hostileName.map((name) => JSON.stringify(name)),
  piece,
);

const DIRECTIVES =
  "kubernetes forward cache template rewrite hosts file acl autopath loadbalance any minimal local loop errors log k8s_external ready health import whoami bind view".split(
    " ",
  );

const line = fc.tuple(fc.constantFrom(...DIRECTIVES), fc.array(word, { maxLength: 5 }));

const directive: fc.Arbitrary<string> = fc
  .tuple(
    line,
    fc.option(fc.array(fc.array(word, { minLength: 1, maxLength: 5 }), { maxLength: 4 })),
  )
  .map(([[name, args], block]) => {
    const head = [name, ...args].join(" ");
    return block === null
      ? head
      : `${head} {\n${block.map((words) => words.join(" ")).join("\n")}\n}`;
  });

/** Directives that parse, so that others stand beside something that works. */
const SOUND = [
  "kubernetes cluster.local in-addr.arpa {\n pods verified\n fallthrough in-addr.arpa\n}",
  "forward . /etc/resolv.conf",
  "forward . 192.0.2.1 192.0.2.2 {\n policy round_robin\n failover SERVFAIL\n}",
  "cache 30 {\n serve_stale 1h verify 1s\n prefetch 1 1m 10%\n}",
  "autopath @kubernetes",
  "rewrite name regex (.*)\\.test {1}.default.svc.cluster.local answer auto",
  "rewrite cname exact a.test. web-service.default.svc.cluster.local.",
  'template IN A {\n match "^(.*)\\.example\\.com\\.$"\n answer "{{ .Name }} 60 IN A 192.0.2.1"\n fallthrough\n}',
  "hosts {\n 192.0.2.1 web-service.test\n fallthrough\n}",
  "loadbalance",
  "loop",
];

const block = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(".:53", ".", "cluster.local:53", "test:5353") },
      { weight: 1, arbitrary: piece },
    ),
    fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...SOUND) },
        { weight: 1, arbitrary: directive },
      ),
      { maxLength: 6 },
    ),
  )
  .map(([key, directives]) => `${key} {\n${directives.join("\n")}\n}`);

export const corefile: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(block, { minLength: 1, maxLength: 3 }).map((all) => all.join("\n")),
  },
  { weight: 1, arbitrary: fc.array(word, { maxLength: 60 }).map((words) => words.join(" ")) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 200 }) },
);

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1e308, 65_536, "", [], {}, "10.244.2.5", "::1", "None", [[]]),
  piece,
  hostileName,
  fc.jsonValue({ maxDepth: 3 }),
  fc.nat(2000).map((length) => "a".repeat(length)),
);

/** The demo cluster with a few values replaced, taken out or added, wherever they are. */
export const list: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.constantFrom("whole", "items", "items", "items", "items", "items"),
    fc.array(fc.tuple(fc.array(fc.nat(1000), { minLength: 2, maxLength: 8 }), value), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([where, changes]) => {
    const copy = structuredClone(DEMO);
    const root = where === "items" ? copy.items : copy;
    for (const [path, put] of changes) change(root, path, put);
    return copy;
  });

/** Goes down by the numbers of `path` as far as it leads, and puts `value` there; undefined values are as if taken out. */
function change(root: unknown, path: readonly number[], value: unknown): void {
  let at = root as Record<string, unknown>;
  for (const [depth, number] of path.entries()) {
    const keys = Object.keys(at);
    const key = keys[number % Math.max(1, keys.length)];
    if (key === undefined) return;
    const next = at[key];
    if (depth === path.length - 1 || typeof next !== "object" || next === null) {
      at[key] = value;
      return;
    }
    at = next as Record<string, unknown>;
  }
}
