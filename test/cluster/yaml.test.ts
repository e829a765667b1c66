/**
 * Settings out of the YAML that kubeadm, EKS and people write.
 */
import { expect, test } from "vitest";
import { readSettings } from "../../src/cluster/yaml.ts";

const KEYS = ["clusterDNS", "clusterDomain", "mode", "iptables.masqueradeAll"];

test.each<{ why: string; text: string; found: object }>([
  {
    why: "a list as deep as its key",
    text: "clusterDNS:\n- 10.96.0.10\n- fd00::a\nmode: x",
    found: { clusterDNS: ["10.96.0.10", "fd00::a"], mode: "x" },
  },
  {
    why: "a list deeper than its key",
    text: "clusterDNS:\n    - a\n    - b\n",
    found: { clusterDNS: ["a", "b"] },
  },
  {
    why: "an inline list",
    text: `clusterDNS: [a, "b", 'c']`,
    found: { clusterDNS: ["a", "b", "c"] },
  },
  { why: "an empty inline list is a list", text: "clusterDNS: []", found: { clusterDNS: [] } },
  { why: "a list without items is null", text: "clusterDNS:\nmode: x", found: { mode: "x" } },
  {
    why: "quotes are no part of the text",
    text: `clusterDomain: "k8s.example"\nmode: ''`,
    found: { clusterDomain: "k8s.example", mode: "" },
  },
  { why: "a quoted key", text: `"mode": ipvs`, found: { mode: "ipvs" } },
  {
    why: "null and ~ are as if the key were not there",
    text: "mode: null\nclusterDomain: ~",
    found: {},
  },
  {
    why: "a comment ends a line, but not inside a word or quotes",
    text: "mode: a#b # c\nclusterDomain: '#d' # e\n# mode: f",
    found: { mode: "a#b", clusterDomain: "#d" },
  },
  {
    why: "a key of the same name elsewhere is another",
    text: "nftables:\n  masqueradeAll: true\niptables:\n  masqueradeAll: false\nipvs:\n  mode: x\n",
    found: { "iptables.masqueradeAll": "false" },
  },
  {
    why: "a list under another key is not ours",
    text: "clusterDNS:\n- a\nother:\n- b\n",
    found: { clusterDNS: ["a"] },
  },
  {
    why: "Windows line ends",
    text: "clusterDNS:\r\n- a\r\nmode: x\r\n",
    found: { clusterDNS: ["a"], mode: "x" },
  },
  { why: "the start of a document", text: "---\nmode: x\n", found: { mode: "x" } },
  {
    why: "JSON is YAML",
    text: '{"mode":"ipvs","clusterDNS":["a"],"iptables":{"masqueradeAll":true},"clusterDomain":null}',
    found: { mode: "ipvs", clusterDNS: ["a"], "iptables.masqueradeAll": "true" },
  },
  { why: "what is no YAML has no settings", text: "{[\n\t:::\n- - -\n", found: {} },
])("$why", ({ text, found }) => {
  expect(Object.fromEntries(readSettings(text, KEYS))).toEqual(found);
});

test("indentation without end is read in one pass", () => {
  const lines = Array.from({ length: 3_000 }, (_, depth) => `${" ".repeat(depth)}k${depth}:`);
  expect(readSettings([...lines, "mode: x"].join("\n"), KEYS)).toEqual(new Map([["mode", "x"]]));
});
