/**
 * Wrong Corefiles, the whole way from a cluster's List to the sentence that its owner reads: each at the right line.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openCluster } from "../../src/clusters.ts";
import { passed, setting } from "../../src/coredns/plugins/passed.ts";
import { REGISTRY } from "../../src/coredns/registry.ts";
import { configMap, list } from "../cluster/objects.ts";

/** What is wrong with a cluster of this Corefile, and these files in ConfigMap coredns-custom; `""` for nothing. */
function wrong(corefile: string, custom: Readonly<Record<string, string>> = {}): string {
  const opened = openCluster(
    "own",
    list([
      configMap("kube-system/coredns", { Corefile: corefile }),
      configMap("kube-system/coredns-custom", custom),
    ]),
  );
  return opened.ok ? "" : opened.error;
}

interface Row {
  readonly why: string;
  readonly text: string;
  readonly custom?: Readonly<Record<string, string>>;
  /** The line, in the Corefile unless `file` is named. */
  readonly line: number;
  readonly file?: string;
  /** How the sentence behind the line begins. */
  readonly says: string;
}

const LABEL = "a".repeat(64);

describe("the file", () => {
  test.each<Row>([
    {
      why: "an unknown plugin",
      text: ".:53 {\n    errors\n    kubernets cluster.local\n}\n",
      line: 3,
      says: "unknown directive: received kubernets; known are root, metadata, ",
    },
    {
      why: "an unknown plugin in an imported file, by that file's line",
      text: ".:53 {\n    import custom/*.override\n}\n",
      custom: { "a.override": "log\n\nkubernets x\n" },
      file: "/etc/coredns/custom/a.override",
      line: 3,
      says: "unknown directive: received kubernets",
    },
    {
      why: "an unknown plugin in a snippet, by the snippet's line",
      text: "(mine) {\n    frob\n}\n.:53 {\n    import mine\n}\n",
      line: 2,
      says: "unknown directive: received frob",
    },
    {
      why: "a block without its closing brace",
      text: ".:53 {\n    errors\n",
      line: 2,
      says: "'}' of the server block is missing",
    },
    {
      why: "a block whose brace went to its last directive",
      text: ".:53 {\n    cache {\n        success 10\n    }\n",
      line: 4,
      says: "'}' of the server block is missing",
    },
    {
      why: "a directive without its closing brace, which takes the server block's",
      text: ".:53 {\n    cache {\n        success 10\n}\n",
      line: 4,
      says: "'}' of the server block is missing",
    },
    {
      why: "two blocks with a brace missing between them",
      text: ".:53 {\n    errors\n\nexample.org {\n    whoami\n}\n",
      line: 6,
      says: "'}' of the server block is missing",
    },
    {
      why: "a snippet without its closing brace",
      text: "(mine) {\n    errors\n",
      line: 2,
      says: "'}' of snippet mine is missing",
    },
    {
      why: "an extra brace between blocks, which is a key there",
      text: ".:53 {\n    errors\n}\n}\nexample.org {\n    whoami\n}\n",
      line: 5,
      says: "unknown directive: received example.org",
    },
    {
      why: "two closing braces in one word",
      text: ".:53 {\n    errors\n}}\n",
      line: 3,
      says: "'}' of the server block is missing",
    },
    {
      why: "a closing brace behind a directive",
      text: ".:53 {\n    errors }\n",
      line: 2,
      says: "unexpected '}' behind errors: it must stand on a line of its own",
    },
    {
      why: "an option and its braces on one line",
      text: ".:53 {\n    cache { success 10 }\n}\n",
      line: 2,
      says: "unexpected '}' behind success: it must stand on a line of its own",
    },
    {
      why: "an opening brace on a line of its own",
      text: ".:53 {\n    cache\n    {\n    }\n}\n",
      line: 3,
      says: "'{' must stand on the line of its directive, cache",
    },
    {
      why: "quotes that are not closed take the rest of the text",
      text: '.:53 {\n    log "{remote}\n    errors\n}\n',
      line: 2,
      says: "'}' of the server block is missing",
    },
    {
      why: "quotes that begin before the key",
      text: '".:53 {\n    errors\n}\n',
      line: 1,
      says: "zone is not a valid domain name: received .:53 {",
    },
    {
      why: "import of a file that is not there",
      text: ".:53 {\n    errors\n    import custom/a.override\n}\n",
      line: 3,
      says: "file to import not found: received custom/a.override; there is none",
    },
    {
      why: "import of another file than the one there is",
      text: "import custom/b.server\n",
      custom: { "a.server": "example.org {\n}\n" },
      line: 1,
      says: "file to import not found: received custom/b.server; there is /etc/coredns/custom/a.server",
    },
    {
      why: "import without a name",
      text: ".:53 {\n    import\n}\n",
      line: 2,
      says: "import takes the name of a snippet or a file: received none",
    },
    {
      why: "import of two",
      text: ".:53 {\n    import a b\n}\n",
      line: 2,
      says: "import takes one snippet or file: received a and b",
    },
    {
      why: "import with two wildcards",
      text: ".:53 {\n    import custom/*.*\n}\n",
      line: 2,
      says: "import takes a pattern with one wildcard: received custom/*.*",
    },
    {
      why: "a file that imports itself",
      text: ".:53 {\n    import custom/a.override\n}\n",
      custom: { "a.override": "log\nimport a.override\n" },
      file: "/etc/coredns/custom/a.override",
      line: 2,
      says: "files may be imported 1000 times: a.override goes round for ever",
    },
    {
      why: "two files that import each other",
      text: ".:53 {\n    import custom/a.override\n}\n",
      custom: { "a.override": "import b.override\n", "b.override": "\nimport a.override\n" },
      file: "/etc/coredns/custom/b.override",
      line: 2,
      says: "files may be imported 1000 times",
    },
    {
      why: "a snippet that imports itself",
      text: "(mine) {\n    import mine\n}\n.:53 {\n    import mine\n}\n",
      line: 2,
      says: "snippets may be imported 1000 times: mine goes round for ever",
    },
    {
      why: "a snippet that is declared twice",
      text: "(mine) {\n}\n(mine) {\n}\n",
      line: 3,
      says: "snippet mine is declared twice",
    },
    {
      why: "a zone in two blocks",
      text: ".:53 {\n    errors\n}\nexample.org {\n}\n. {\n    errors\n}\n",
      line: 6,
      says: "cannot serve dns://.:53 - it is already defined",
    },
    {
      why: "a zone twice in one block, in another case",
      text: "\nexample.org EXAMPLE.ORG:53 {\n}\n",
      line: 2,
      says: "cannot serve dns://example.org.:53 - it is already defined",
    },
    {
      why: "a zone on all addresses where another block binds one",
      text: ".:53 {\n    bind 192.0.2.1\n}\n.:53 {\n}\n",
      line: 4,
      says: "cannot serve dns://.:53 - zone overlap listener capacity with dns://.:53 on 192.0.2.1",
    },
    {
      why: "a key with an empty label",
      text: "example..org {\n}\n",
      line: 1,
      says: "zone is not a valid domain name: received example..org: label 2 is empty",
    },
    {
      why: "a key with a label that is too long",
      text: `\n\n${LABEL}.org {\n}\n`,
      line: 3,
      says: `zone is not a valid domain name: received ${LABEL}.org: label 1 has 64 octets`,
    },
    {
      why: "a port above 65535",
      text: "example.org:65536 {\n}\n",
      line: 1,
      says: "a port is a number up to 65535: received example.org:65536",
    },
    {
      why: "a colon without a port",
      text: "example.org: {\n}\n",
      line: 1,
      says: "expecting data after last colon: received example.org:",
    },
    {
      why: "a CIDR block of too many bits",
      text: "10.0.0.0/33 {\n}\n",
      line: 1,
      says: "no CIDR block has 33 bits: received 10.0.0.0/33",
    },
    {
      why: "a comma without another key",
      text: "example.org,\n{\n}\n",
      line: 2,
      says: "expected another key behind the comma",
    },
  ])("$why", ({ text, custom, line, file = "Corefile", says }) => {
    expect(wrong(text, custom)).toContain(`cluster own: ${file} line ${line}: ${says}`);
  });

  test.each<{ why: string; text: string; custom?: Readonly<Record<string, string>> }>([
    { why: "no text at all", text: "" },
    { why: "nothing but a comment", text: "# later\n" },
    { why: "an extra brace at the end, which is a key without a block", text: ". {\n}\n}\n" },
    { why: "a pattern that matches no file", text: ". {\n    import custom/*.override\n}\n" },
    {
      why: "a zone on two ports",
      text: ".:53 {\n}\n.:5353 {\n}\n",
    },
    {
      why: "a file with the closing brace of the block that imports it",
      text: ".:53 {\n    import custom/a.override\n",
      custom: { "a.override": "errors\n}\n" },
    },
  ])("CoreDNS takes $why", ({ text, custom }) => {
    expect(wrong(text, custom)).toBe("");
  });
});

interface PluginRow {
  readonly plugin: string;
  /** As in a server block. */
  readonly lines: string;
  /** Counts from the first of `lines`, 1. */
  readonly line: number;
  readonly says: string;
}

const PLUGIN_ROWS: readonly PluginRow[] = [
  {
    plugin: "errors",
    lines: "errors a b",
    line: 1,
    says: "errors takes no arguments: received a b",
  },
  { plugin: "errors", lines: "errors {\n frob\n}", line: 2, says: "errors has no option frob" },
  {
    plugin: "errors",
    lines: "errors {\n stacktrace\n consolidate soon x\n}",
    line: 3,
    says: "consolidate takes a duration and a regular expression: received soon x",
  },
  { plugin: "errors", lines: "errors\nlog\nerrors", line: 3, says: "errors can be used once" },
  { plugin: "log", lines: "log {\n class none\n}", line: 2, says: "log has no class none" },
  { plugin: "log", lines: "log {\n frob\n}", line: 2, says: "log has no option frob" },
  { plugin: "local", lines: "local x", line: 1, says: "local takes no arguments: received x" },
  { plugin: "any", lines: "any x", line: 1, says: "any takes no arguments: received x" },
  { plugin: "loadbalance", lines: "loadbalance best", line: 1, says: "unknown policy best" },
  { plugin: "loadbalance", lines: "loadbalance weighted", line: 1, says: "loadbalance takes" },
  { plugin: "rewrite", lines: "log\nrewrite", line: 2, says: "rewrite takes" },
  { plugin: "rewrite", lines: "rewrite frob a b", line: 1, says: "rewrite takes" },
  { plugin: "rewrite", lines: "rewrite name", line: 1, says: "rewrite name takes" },
  {
    plugin: "rewrite",
    lines: "rewrite name regex ( b",
    line: 1,
    says: "rewrite ( is no regular expression",
  },
  { plugin: "rewrite", lines: "rewrite ttl a.test soon", line: 1, says: "rewrite ttl takes" },
  { plugin: "autopath", lines: "autopath", line: 1, says: "autopath takes" },
  {
    plugin: "autopath",
    lines: "autopath none.conf",
    line: 1,
    says: "autopath takes a resolv.conf: none.conf is no such file",
  },
  { plugin: "acl", lines: "acl {\n frob\n}", line: 2, says: "acl has no action frob" },
  { plugin: "acl", lines: "acl {\n allow type NO\n}", line: 2, says: "type takes" },
  { plugin: "acl", lines: "acl {\n allow\n block net 10.0.0.0/99\n}", line: 3, says: "net takes" },
  {
    plugin: "cache",
    lines: "cache -1",
    line: 1,
    says: "cache TTL is 1 second or more: received -1",
  },
  { plugin: "cache", lines: "cache 9 {\n success many\n}", line: 2, says: "success takes" },
  {
    plugin: "cache",
    lines: "cache {\n success 9\n denial\n}",
    line: 3,
    says: "denial takes",
  },
  { plugin: "cache", lines: "cache {\n serve_stale soon\n}", line: 2, says: "serve_stale takes" },
  { plugin: "cache", lines: "cache {\n prefetch\n}", line: 2, says: "prefetch takes" },
  { plugin: "cache", lines: "cache {\n frob\n}", line: 2, says: "cache has no option frob" },
  { plugin: "cache", lines: "cache\ncache", line: 2, says: "cache can be used once" },
  { plugin: "template", lines: "template", line: 1, says: "template" },
  { plugin: "template", lines: "template IN NOSUCH", line: 1, says: "template" },
  { plugin: "template", lines: "template IN A {\n frob\n}", line: 2, says: "template" },
  { plugin: "template", lines: "template IN A {\n match (\n}", line: 2, says: "" },
  { plugin: "minimal", lines: "minimal x", line: 1, says: "minimal takes no arguments" },
  { plugin: "hosts", lines: "hosts {\n ttl soon\n}", line: 2, says: "ttl takes seconds" },
  { plugin: "hosts", lines: "hosts\nhosts", line: 2, says: "hosts can be used once" },
  {
    plugin: "k8s_external",
    lines: "k8s_external a.test",
    line: 1,
    says: "k8s_external needs kubernetes",
  },
  { plugin: "k8s_external", lines: "k8s_external {\n ttl 9999\n}", line: 2, says: "ttl takes" },
  {
    plugin: "k8s_external",
    lines: "k8s_external {\n frob\n}",
    line: 2,
    says: "k8s_external has no option frob",
  },
  {
    plugin: "kubernetes",
    lines: "kubernetes cluster.local {\n pods sometimes\n}",
    line: 2,
    says: "kubernetes pods takes one of disabled, insecure, verified: received sometimes",
  },
  {
    plugin: "kubernetes",
    lines: "kubernetes {\n pods insecure\n ttl 9999\n}",
    line: 3,
    says: "kubernetes ttl takes seconds from 0 to 3600: received 9999",
  },
  {
    plugin: "kubernetes",
    lines: "kubernetes {\n labels ==\n}",
    line: 2,
    says: "kubernetes labels takes a label selector",
  },
  {
    plugin: "kubernetes",
    lines: "kubernetes {\n frob\n}",
    line: 2,
    says: "kubernetes has no option frob",
  },
  {
    plugin: "kubernetes",
    lines: "kubernetes\nkubernetes",
    line: 2,
    says: "kubernetes can be used once",
  },
  {
    plugin: "file",
    lines: "file",
    line: 1,
    says: "file takes a file and its zones: received none",
  },
  { plugin: "file", lines: "file a.db {\n frob\n}", line: 2, says: "file has no option frob" },
  { plugin: "loop", lines: "loop x", line: 1, says: "loop takes no arguments: received x" },
  { plugin: "loop", lines: "loop\nloop", line: 2, says: "loop can be used once" },
  {
    plugin: "forward",
    lines: "forward .",
    line: 1,
    says: "forward takes a zone and one or more upstreams: received .",
  },
  {
    plugin: "forward",
    lines: "forward . dns.example.org",
    line: 1,
    says: "not an IP address or file: received dns.example.org",
  },
  {
    plugin: "forward",
    lines: "forward . quic://192.0.2.1",
    line: 1,
    says: "forward asks by dns, tls, https, not by quic",
  },
  {
    plugin: "forward",
    lines: "forward . 192.0.2.1 {\n policy best\n}",
    line: 2,
    says: "policy takes one of random, round_robin, sequential: received best",
  },
  {
    plugin: "forward",
    lines: "forward . 192.0.2.1 {\n force_tcp\n max_fails -1\n}",
    line: 3,
    says: "max_fails takes a number of 0 or more: received -1",
  },
  {
    plugin: "forward",
    lines: "forward . 192.0.2.1 {\n failover NOERROR\n}",
    line: 2,
    says: "NOERROR cannot be used in failover",
  },
  {
    plugin: "forward",
    lines: "forward . 192.0.2.1 {\n frob\n}",
    line: 2,
    says: "forward has no option frob",
  },
];

const MODELLED: ReadonlySet<string> = new Set(
  REGISTRY.filter(([, setup]) => setup !== passed && setup !== setting).map(([name]) => name),
);

describe("a directive", () => {
  test.each(PLUGIN_ROWS.filter(({ plugin }) => MODELLED.has(plugin)))(
    "$plugin: $says",
    ({ lines, line, says }) => {
      // Another block stands before it, so that a line within the block would be seen.
      const corefile = `# of the cluster\nfirst.test {\n    whoami\n}\n.:53 {\n${lines}\n}\n`;
      expect(wrong(corefile)).toContain(`cluster own: Corefile line ${line + 5}: ${says}`);
    },
  );

  test("of an imported file is wrong by that file's line", () => {
    const custom = { "a.override": "log\n\ncache {\n    frob\n}\n" };
    expect(wrong(".:53 {\n    import custom/*.override\n}\n", custom)).toContain(
      "cluster own: /etc/coredns/custom/a.override line 4: cache has no option frob",
    );
  });

  test("of every plugin that is modelled has a row here", () => {
    const rows = new Set(PLUGIN_ROWS.map(({ plugin }) => plugin));
    expect([...MODELLED].filter((name) => !rows.has(name))).toEqual([]);
  });
});

test("whatever the text, it is a cluster or a sentence with a line", () => {
  const names = REGISTRY.map(([name]) => name);
  const word = fc.oneof(
    fc.constantFrom("{", "}", "\n", '"', ".:53", "import", "(mine)", "mine", "#", ",", "-1"),
    fc.constantFrom(...names),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const said = wrong(words.join(" "), { "a.override": words.join("\n") });
      expect(said).toMatch(/^$|^cluster own: .* line [1-9][0-9]*: ./s);
    }),
    { numRuns: 200 },
  );
});
