/**
 * Corefiles, Lists and names that would grow without end: refused in a sentence, or answered in bounds. Who takes longer than a
 * test's time limit hangs.
 */
import { describe, expect, test } from "vitest";
import { openCluster } from "../../src/clusters.ts";
import { configMap, type Item, service } from "../cluster/objects.ts";
import { demoWith } from "../coredns/node-local.ts";
import { isHarmless, isSentence } from "../fuzz/claims.ts";
import { testService } from "./service.ts";

const corefile = (text: string, custom: Readonly<Record<string, string>> = {}): readonly Item[] => [
  configMap("kube-system/coredns", { Corefile: text }),
  ...(Object.keys(custom).length === 0 ? [] : [configMap("kube-system/coredns-custom", custom)]),
];

const block = (...lines: readonly string[]) => `.:53 {\n${lines.join("\n")}\n}\n`;

const repeated = (times: number, line: (at: number) => string) =>
  Array.from({ length: times }, (_, at) => line(at)).join("\n");

/** A template that answers every A question by `answer`, of names that `match`. */
const template = (match: string, answer = "{{ .Name }} 60 IN A 192.0.2.1") =>
  block(`template IN A {\n match "${match}"\n answer "${answer}"\n}`);

interface Row {
  readonly why: string;
  readonly items: readonly Item[];
  /** What the refusal says; absent: it opens and is asked. */
  readonly refused?: RegExp;
}

const COREFILES: readonly Row[] = [
  {
    why: "a snippet that imports itself",
    items: corefile(`(a) {\nimport a\n}\n${block("import a")}`),
    refused: /import/,
  },
  {
    why: "snippets that import one another",
    items: corefile(`(a) {\nimport b\n}\n(b) {\nimport a\n}\n${block("import a")}`),
    refused: /import/,
  },
  {
    why: "snippets that double forty times",
    items: corefile(
      `(a0) {\nlog\n}\n${repeated(40, (at) => `(a${at + 1}) {\nimport a${at}\nimport a${at}\n}`)}\n${block("import a40")}`,
    ),
    refused: /import/,
  },
  {
    why: "files that import one another",
    items: corefile(block("import custom/*.override"), {
      "a.override": "import b.override",
      "b.override": "import a.override\nimport a.override",
    }),
    refused: /import/,
  },
  { why: "a hundred thousand braces", items: corefile("{".repeat(100_000)), refused: /line 1/ },
  {
    why: "braces in braces in braces",
    items: corefile(block(`${"log {\n".repeat(10_000)}${"}\n".repeat(10_000)}`)),
    refused: /deep|brace|\{/,
  },
  { why: "a million words", items: corefile(block("log ".repeat(1_000_000))), refused: /./ },
  {
    why: "a word of a hundred thousand characters",
    items: corefile(block(`hosts ${"a".repeat(100_000)}`)),
    refused: /at most 4096 characters/,
  },
  { why: "a word that is long", items: corefile(block(`hosts ${"a".repeat(4096)}`)) },
  {
    why: "ten thousand blocks",
    items: corefile(repeated(10_000, (at) => `z${at}.test {\nwhoami\n}`)),
  },
  { why: "a pattern that backtracks for ever elsewhere", items: corefile(template("^((a+)+)+$")) },
  { why: "a pattern of stars in stars", items: corefile(template("^(((.*)*)*)*x$")) },
  {
    why: "a pattern that counts to a thousand a thousand times",
    items: corefile(template("((a{1000}){1000}){1000}")),
    refused: /./,
  },
  {
    why: "a pattern of ten thousand groups",
    items: corefile(template("(a".repeat(10_000) + ")".repeat(10_000))),
    refused: /./,
  },
  {
    why: "a rewrite of names that grows them",
    items: corefile(
      block(
        "rewrite continue name regex (.*) {1}.{1}.{1}",
        "rewrite continue name regex (.*) {1}.{1}.{1}",
        "forward . 10.0.0.2",
      ),
    ),
  },
  {
    why: "five thousand rewrites in a row",
    items: corefile(
      block(
        repeated(5000, (at) => `rewrite continue name suffix .a${at}.test .a${at + 1}.test`),
        "forward . 10.0.0.2",
      ),
    ),
  },
  {
    why: "a template that asks for a billion blanks",
    items: corefile(template(".*", '{{ printf \\"%1000000000d\\" 1 }}')),
  },
  {
    why: "a template that goes round for ever",
    items: corefile(template(".*", "{{ range .Question }}{{ range $ }}{{ . }}{{ end }}{{ end }}")),
  },
  {
    why: "a template that calls itself",
    items: corefile(
      template(".*", '{{ define \\"x\\" }}{{ template \\"x\\" }}{{ end }}{{ template \\"x\\" }}'),
    ),
    refused: /./,
  },
  {
    why: "a template's alias of itself",
    items: corefile(
      block('template IN A {\n answer "{{ .Name }} 60 IN CNAME a.{{ .Name }}"\n upstream\n}'),
    ),
  },
  {
    why: "a forward to itself",
    items: corefile(
      block(
        "forward . 127.0.0.1 10.100.0.10 10.244.0.4 10.244.0.5 {\n policy random\n failover SERVFAIL\n}",
      ),
    ),
  },
  {
    why: "fifteen upstreams that lead back, each asked twice",
    items: corefile(
      block(
        `forward . ${repeated(15, (at) => `10.100.0.10${at % 2 ? "" : ":53"}`).replaceAll("\n", " ")}`,
      ),
    ),
  },
  {
    why: "ExternalNames in a circle",
    items: [
      service("default/web-service", {
        type: "ExternalName",
        externalName: "other.default.svc.cluster.local",
      }),
      service("default/other", {
        type: "ExternalName",
        externalName: "web-service.default.svc.cluster.local",
      }),
    ],
  },
  {
    why: "a hosts file of twenty thousand lines",
    items: corefile(block(`hosts {\n${repeated(20_000, (at) => `192.0.2.1 h${at}.test`)}\n}`)),
  },
  {
    why: "a zone that generates four billion records",
    items: [
      configMap("kube-system/coredns", {
        Corefile: block("file /etc/coredns/db.test test"),
        "db.test": "@ 60 IN SOA a. b. 1 1 1 1 1\n$GENERATE 0-4294967295 h$ 60 IN A 192.0.2.1\n",
      }),
    ],
    refused: /GENERATE/,
  },
  {
    why: "more plugins than any chain has",
    items: corefile(block(repeated(300, () => "template IN A {\n rcode NXDOMAIN\n}"))),
    refused: /more than 250 plugins/,
  },
];

const ASKED = [
  "/resolve?name=web-service",
  `/resolve?name=${"a".repeat(60)}.${"a".repeat(60)}.test&search=off`,
  "/life.txt?name=api.example.com",
  "/compare?name=web-service",
];

describe("a Corefile with", () => {
  test.each(COREFILES)(
    "$why",
    async ({ items, refused }) => {
      const opened = openCluster("demo", demoWith(...items));
      if (!opened.ok) {
        isSentence(opened.error);
        expect(opened.error).toMatch(refused ?? /nothing to refuse/);
        return;
      }
      expect(refused).toBeUndefined();
      const { app } = testService({ opened: opened.value });
      for (const path of ASKED) {
        const response = await app.request(path);
        expect(response.status).toBe(200);
        expect((await response.clone().arrayBuffer()).byteLength).toBeLessThan(1_000_000);
        await isHarmless(response, path);
      }
    },
    20_000,
  );
});

describe("a cluster in the store that is", () => {
  const text = (json: string) => new TextEncoder().encode(json);
  test.each<{ why: string; octets: Uint8Array }>([
    { why: "a million brackets", octets: text("[".repeat(1_000_000) + "]".repeat(1_000_000)) },
    {
      why: "a million objects in one another",
      octets: text(`${'{"a":'.repeat(1_000_000)}1${"}".repeat(1_000_000)}`),
    },
    { why: "one text of ten million characters", octets: text(`"${"a".repeat(10_000_000)}"`) },
    {
      why: "a List of a million numbers",
      octets: text(`{"apiVersion":"v1","kind":"List","items":[${"1,".repeat(999_999)}1]}`),
    },
    { why: "no JSON", octets: text("\u001b[2J<html>") },
    { why: "nothing", octets: new Uint8Array() },
    { why: "octets that are no text", octets: Uint8Array.of(0xff, 0xfe, 0x00, 0x80) },
  ])(
    "$why is refused in words, and the others are served",
    async ({ octets }) => {
      const store = { names: async () => ["bomb"], get: async () => ({ version: "1", octets }) };
      const { app } = testService({ store });
      const refused = await app.request("/clusters/bomb/resolve?name=web-service");
      expect(refused.status).toBe(422);
      await isHarmless(refused, "/clusters/bomb/resolve");
      expect((await app.request("/resolve?name=web-service")).status).toBe(200);
    },
    20_000,
  );
});

describe("a lookup of", () => {
  const domains = Array.from({ length: 32 }, (_, at) => `d${at}.${"a".repeat(40)}.test`).join(",");
  test.each([
    { why: "120 labels", path: `name=${"a.".repeat(119)}a`, most: 1 },
    { why: "32 search domains", path: `name=a&search=${domains}`, most: 1 },
    {
      why: "32 search domains, asked again and again",
      path: `name=a&search=${domains}&fault=upstream-slow`,
      most: 2,
    },
    {
      why: "a name that is escaped throughout",
      path: `name=${encodeURIComponent("\\000".repeat(62))}`,
      most: 1,
    },
  ])(
    "$why stays within $most MB in every form",
    async ({ path, most }) => {
      const { app } = testService();
      for (const form of [
        "/resolve",
        "/life.txt",
        "/life.json",
        "/life.pcapng",
        "/life",
        "/compare",
      ]) {
        const response = await app.request(`${form}?${path}`, {
          headers: { accept: "text/html, */*" },
        });
        expect(response.status).toBeLessThan(500);
        expect((await response.arrayBuffer()).byteLength).toBeLessThan(most * 1_000_000);
      }
    },
    20_000,
  );
});

test("CoreDNS's cache forgets the first of 1,100 names where it holds 1,024, and has the last", async () => {
  const opened = openCluster(
    "demo",
    demoWith(...corefile(block("forward . 10.0.0.2", "cache {\n success 1\n denial 1\n}"))),
  );
  if (!opened.ok) throw new Error(opened.error);
  const { app } = testService({ opened: opened.value });
  const cacheOf = async (at: number) => {
    const response = await app.request(`/resolve?name=n${at}.example.com&search=off&family=4`);
    const { Trace } = (await response.json()) as { Trace: { cache: string }[] };
    return Trace[0]?.cache;
  };
  for (let at = 0; at < 1100; at++) expect(await cacheOf(at)).toBe("miss");
  expect([await cacheOf(1099), await cacheOf(0)]).toEqual(["memory", "miss"]);
}, 20_000);
