/**
 * Rules as the transcript tells them.
 */
import { describe, expect, test } from "vitest";
import type { LifeRewrite, LifeRule } from "../../../src/trace/life.ts";
import { print } from "../../../src/trace/terminal.ts";
import { readRule, ruleLines } from "../../../src/trace/transcript/rules.ts";

test.each<{ why: string; rule: string; target: string; conditions: string; comment?: string }>([
  {
    why: "the names of matches are left out, their options stay",
    rule: '-A KUBE-SERVICES -d 10.100.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU',
    target: "KUBE-SVC-TCOU7JCQXEZGVUNU",
    conditions: "-d 10.100.0.10/32 -p udp --dport 53",
    comment: "kube-system/kube-dns:dns cluster IP",
  },
  {
    why: "a probability is a number that people read",
    rule: "-A KUBE-SVC-1 -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-1",
    target: "KUBE-SEP-1",
    conditions: "probability 0.3333",
  },
  {
    why: "a target keeps its options",
    rule: "-A KUBE-SEP-1 -p udp -m comment --comment default/web -m udp -j DNAT --to-destination [fd00::4]:53",
    target: "DNAT --to-destination [fd00::4]:53",
    conditions: "-p udp",
    comment: "default/web",
  },
  {
    why: "a negation stays with what it negates",
    rule: "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
    target: "RETURN",
    conditions: "! --mark 0x4000/0x4000",
  },
  {
    why: "quotes and blanks of a comment are its own",
    rule: '-A CNI -m comment --comment "the node\\\'s \\"own\\" -j DROP" -j ACCEPT',
    target: "ACCEPT",
    conditions: "",
    comment: `the node's "own" -j DROP`,
  },
  {
    why: "a rule without a target counts",
    rule: "-A INPUT -p tcp",
    target: "",
    conditions: "-p tcp",
  },
  { why: "rubbish is no error", rule: '"', target: "", conditions: '"' },
])("readRule(): $why", ({ rule, target, conditions, comment }) => {
  expect(readRule(rule)).toEqual({ target, conditions, comment });
});

const nat = (chain: string, rest: string, hook = "PREROUTING"): LifeRule => ({
  hook,
  table: "nat",
  chain,
  rule: `-A ${chain} ${rest}`,
});
const filter = (chain: string, rest: string): LifeRule => ({
  hook: "FORWARD",
  table: "filter",
  chain,
  rule: `-A ${chain} ${rest}`,
});
const DNATTED: LifeRewrite = {
  hook: "PREROUTING",
  half: "dst",
  from: "10.100.0.10:53",
  to: "10.244.0.4:53",
  by: "KUBE-SEP-WXWGHGKZOCNYRYI7",
};
const TO_KUBE_DNS = [
  nat("PREROUTING", "-j KUBE-SERVICES"),
  nat("KUBE-SERVICES", "-d 10.100.0.10/32 -p udp -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU"),
];

describe("ruleLines()", () => {
  const told = (
    rules: readonly LifeRule[],
    rewrites: readonly LifeRewrite[],
    before = new Set<string>(),
  ) =>
    print(ruleLines(0, rules, rewrites, before), false)
      .split("\n")
      .slice(0, -1);

  test.each<{
    why: string;
    rules: readonly LifeRule[];
    rewrites?: readonly LifeRewrite[];
    lines: readonly string[];
  }>([
    {
      why: "the way to an endpoint is a chain of targets, and what it made of the address",
      rules: [
        ...TO_KUBE_DNS,
        nat(
          "KUBE-SVC-TCOU7JCQXEZGVUNU",
          "-m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-WXWGHGKZOCNYRYI7",
        ),
        nat("KUBE-SEP-WXWGHGKZOCNYRYI7", "-p udp -m udp -j DNAT --to-destination 10.244.0.4:53"),
      ],
      rewrites: [DNATTED],
      lines: [
        "PREROUTING, nat",
        "  → KUBE-SERVICES",
        "  → KUBE-SVC-TCOU7JCQXEZGVUNU  -d 10.100.0.10/32 -p udp --dport 53",
        "  → KUBE-SEP-WXWGHGKZOCNYRYI7  probability 0.5",
        "  → DNAT --to-destination 10.244.0.4:53  -p udp",
        "  destination 10.100.0.10:53 → 10.244.0.4:53",
      ],
    },
    {
      why: "jumps that lead to nothing are one line",
      rules: [
        filter("FORWARD", "-j KUBE-PROXY-FIREWALL"),
        filter("FORWARD", "-j KUBE-FORWARD"),
        filter("FORWARD", "-m conntrack --ctstate NEW -j KUBE-SERVICES"),
      ],
      lines: [
        "FORWARD, filter",
        "  → KUBE-PROXY-FIREWALL, KUBE-FORWARD, KUBE-SERVICES: no rule there matches",
      ],
    },
    {
      why: "a chain that the packet comes back to is named",
      rules: [
        nat("POSTROUTING", "-j KUBE-POSTROUTING", "POSTROUTING"),
        nat("KUBE-POSTROUTING", "-m mark ! --mark 0x4000/0x4000 -j RETURN", "POSTROUTING"),
        nat("POSTROUTING", "-s 10.244.2.0/24 -j CNI-MASQUERADE", "POSTROUTING"),
        nat("CNI-MASQUERADE", "-d 10.244.0.0/16 -j ACCEPT", "POSTROUTING"),
      ],
      lines: [
        "POSTROUTING, nat",
        "  → KUBE-POSTROUTING",
        "  → RETURN                     ! --mark 0x4000/0x4000",
        "  POSTROUTING → CNI-MASQUERADE  -s 10.244.2.0/24",
        "  → ACCEPT                     -d 10.244.0.0/16",
      ],
    },
    {
      why: "without a rule of nat, what rewrites is conntrack",
      rules: [filter("FORWARD", "-j KUBE-FORWARD")],
      rewrites: [{ ...DNATTED, by: "conntrack" }],
      lines: [
        "PREROUTING",
        "  destination 10.100.0.10:53 → 10.244.0.4:53, by conntrack",
        "FORWARD, filter",
        "  → KUBE-FORWARD: no rule there matches",
      ],
    },
    {
      why: "hooks stand in the order of a packet's way",
      rules: [nat("POSTROUTING", "-j RETURN", "POSTROUTING"), ...TO_KUBE_DNS.slice(0, 1)],
      lines: [
        "PREROUTING, nat",
        "  → KUBE-SERVICES: no rule there matches",
        "POSTROUTING, nat",
        "  → RETURN",
      ],
    },
  ])("$why", ({ rules, rewrites = [], lines }) => {
    expect(told(rules, rewrites)).toEqual(lines);
  });

  test("the same rules are told once, but for the endpoint that was drawn", () => {
    const before = new Set<string>();
    const to = (endpoint: string, address: string) => [
      ...TO_KUBE_DNS,
      nat("KUBE-SVC-TCOU7JCQXEZGVUNU", `-j ${endpoint}`),
      nat(endpoint, `-p udp -m udp -j DNAT --to-destination ${address}`),
    ];
    told(to("KUBE-SEP-WXWGHGKZOCNYRYI7", "10.244.0.4:53"), [DNATTED], before);
    const other = { ...DNATTED, to: "10.244.0.5:53", by: "KUBE-SEP-LPGSDLJ3FDW46N4W" };
    expect(told(to("KUBE-SEP-LPGSDLJ3FDW46N4W", "10.244.0.5:53"), [other], before)).toEqual([
      "PREROUTING, nat: as before",
      "  destination 10.100.0.10:53 → 10.244.0.5:53, by KUBE-SEP-LPGSDLJ3FDW46N4W",
    ]);
  });
});
