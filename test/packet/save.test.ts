/**
 * Rules as iptables-save prints them. What each line must be was printed by iptables 1.8.9.
 */
import { describe, expect, test } from "vitest";
import { restoreText } from "../../src/packet/restore.ts";
import { chainOf, type Rule, rulesetOf, tableOf } from "../../src/packet/ruleset.ts";
import { ruleText, saveText } from "../../src/packet/save.ts";
import { RECORDING } from "./replay.ts";

const udp = { value: "udp" } as const;

const LINES: readonly { why: string; rule: Rule; text: string; family?: 4 | 6 }[] = [
  {
    why: "a rule without a target counts",
    rule: { matches: [{ kind: "comment", text: "other traffic to x/y" }] },
    text: '-A C -m comment --comment "other traffic to x/y"',
  },
  {
    why: "a comment of letters, digits, _ and - has no quotes",
    rule: { matches: [{ kind: "comment", text: "plain_word-1" }], target: { kind: "ACCEPT" } },
    text: "-A C -m comment --comment plain_word-1 -j ACCEPT",
  },
  {
    why: "quotes and backslashes are escaped",
    rule: { matches: [{ kind: "comment", text: 'it\'s "q" \\ x' }], target: { kind: "DROP" } },
    text: '-A C -m comment --comment "it\\\'s \\"q\\" \\\\ x" -j DROP',
  },
  {
    why: "addresses, interfaces and protocol come first, in this order",
    rule: {
      source: { value: "10.244.0.0/16", not: true },
      destination: { value: "10.100.0.10" },
      in: { value: "eth0" },
      out: { value: "veth+", not: true },
      protocol: udp,
      matches: [{ kind: "ports", protocol: "udp", sport: 53, dport: 5353 }],
      target: { kind: "jump", chain: "KUBE-X" },
    },
    text: "-A C ! -s 10.244.0.0/16 -d 10.100.0.10/32 -i eth0 ! -o veth+ -p udp -m udp --sport 53 --dport 5353 -j KUBE-X",
  },
  {
    why: "the block of all addresses is not printed",
    rule: { source: { value: "0.0.0.0/0" }, matches: [], target: { kind: "MASQUERADE" } },
    text: "-A C -j MASQUERADE",
  },
  {
    why: "a third is what 31 bits make of it",
    rule: {
      matches: [{ kind: "statistic", probability: 0.3333333333 }],
      target: { kind: "ACCEPT" },
    },
    text: "-A C -m statistic --mode random --probability 0.33333333349 -j ACCEPT",
  },
  {
    why: "so is one of 999",
    rule: {
      matches: [{ kind: "statistic", probability: 0.001001001 }],
      target: { kind: "ACCEPT" },
    },
    text: "-A C -m statistic --mode random --probability 0.00100100087 -j ACCEPT",
  },
  {
    why: "--or-mark is a set-xmark",
    rule: { matches: [], target: { kind: "MARK", value: 0x4000, mask: 0x4000 } },
    text: "-A C -j MARK --set-xmark 0x4000/0x4000",
  },
  {
    why: "a mark of 32 bits is no negative number",
    rule: {
      matches: [{ kind: "mark", mark: 2 ** 31, mask: 2 ** 31, not: true }],
      target: { kind: "RETURN" },
    },
    text: "-A C -m mark ! --mark 0x80000000/0x80000000 -j RETURN",
  },
  {
    why: "session affinity, asking",
    rule: {
      matches: [
        { kind: "recent", action: "rcheck", name: "KUBE-SEP-A", seconds: 10800, reap: true },
      ],
      target: { kind: "jump", chain: "KUBE-SEP-A" },
    },
    text: "-A C -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-A --mask 255.255.255.255 --rsource -j KUBE-SEP-A",
  },
  {
    why: "session affinity, remembering",
    rule: {
      protocol: { value: "tcp" },
      matches: [
        { kind: "recent", action: "set", name: "KUBE-SEP-A" },
        { kind: "ports", protocol: "tcp" },
      ],
      target: { kind: "DNAT", address: "10.0.0.1", port: 80 },
    },
    text: "-A C -p tcp -m recent --set --name KUBE-SEP-A --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.0.0.1:80",
  },
  {
    why: "types of addresses, states and their opposites",
    rule: {
      matches: [
        { kind: "addrtype", src: "LOCAL", dst: "LOCAL" },
        { kind: "conntrack", states: ["RELATED", "ESTABLISHED", "DNAT"], not: true },
      ],
      target: { kind: "REJECT" },
    },
    text: "-A C -m addrtype --src-type LOCAL --dst-type LOCAL -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j REJECT --reject-with icmp-port-unreachable",
  },
  {
    why: "SNAT and its port",
    rule: { matches: [], target: { kind: "SNAT", address: "10.0.0.1" } },
    text: "-A C -j SNAT --to-source 10.0.0.1",
  },
  {
    why: "NOTRACK behind its comment",
    rule: {
      destination: { value: "169.254.20.10" },
      protocol: udp,
      matches: [
        { kind: "ports", protocol: "udp", dport: 53 },
        { kind: "comment", text: "NodeLocal DNS Cache: skip conntrack" },
      ],
      target: { kind: "NOTRACK" },
    },
    text: '-A C -d 169.254.20.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK',
  },
  {
    why: "IPv6: one address is /128, a port stands behind brackets",
    family: 6,
    rule: {
      destination: { value: "fd00::a" },
      protocol: udp,
      matches: [{ kind: "ports", protocol: "udp" }],
      target: { kind: "DNAT", address: "fd00::4", port: 53 },
    },
    text: "-A C -d fd00::a/128 -p udp -m udp -j DNAT --to-destination [fd00::4]:53",
  },
  {
    why: "IPv6: the other ICMP",
    family: 6,
    rule: { matches: [], target: { kind: "REJECT" } },
    text: "-A C -j REJECT --reject-with icmp6-port-unreachable",
  },
];

describe("ruleText() and restoreText()", () => {
  test.each(LINES)("$why", ({ rule, text, family = 4 }) => {
    expect(ruleText("C", rule, family)).toBe(text);
    const read = restoreText(`*filter\n:C - [0:0]\n:KUBE-X - [0:0]\n${text}\nCOMMIT\n`, family);
    if (!read.ok) throw new Error(read.error.message);
    const [again] = read.value.table("filter")?.chain("C")?.rules() ?? [];
    expect(again && ruleText("C", again, family)).toBe(text);
  });

  test("the recorded tables come back as they were printed", () => {
    const text = RECORDING.iptablesSave.filter((line) => !line.startsWith("#")).join("\n");
    const read = restoreText(text, 4);
    expect(read.ok && saveText(read.value)).toBe(text);
  });

  test.each([
    ["*kube", 1, "*kube is no table"],
    ["-A INPUT -j ACCEPT", 1, "-A INPUT -j ACCEPT stands in no table"],
    ["*nat\n-A KUBE-SVC-X -j ACCEPT", 2, "-A KUBE-SVC-X -j ACCEPT adds to no chain"],
    ["*nat\n:X - [0:0]\n-A X -m nfacct --nfacct-name a", 3, "match nfacct is not known"],
    ["*nat\n:X - [0:0]\n-A X --fragment", 3, "option --fragment is not known"],
  ])("%j is refused", (text, line, message) => {
    expect(restoreText(text, 4)).toEqual({ ok: false, error: { line, message } });
  });
});

describe("saveText()", () => {
  const rules = rulesetOf(6, [
    tableOf("filter", [chainOf("KUBE-B", []), chainOf("KUBE-A", [])]),
    tableOf("raw", []),
  ]);

  test("prints raw before filter, the hooks' chains before the others, and those sorted", () => {
    expect(saveText(rules).split("\n")).toEqual([
      "*raw",
      ":PREROUTING ACCEPT [0:0]",
      ":OUTPUT ACCEPT [0:0]",
      "COMMIT",
      "*filter",
      ":INPUT ACCEPT [0:0]",
      ":FORWARD ACCEPT [0:0]",
      ":OUTPUT ACCEPT [0:0]",
      ":KUBE-A - [0:0]",
      ":KUBE-B - [0:0]",
      "COMMIT",
      "",
    ]);
  });

  test("with a date it has the tool's two comments round each table", () => {
    const on = "Sun Nov 22 11:44:32 2026";
    const lines = saveText(rules, on).split("\n");
    expect(lines[0]).toBe(`# Generated by ip6tables-save v1.8.9 (nf_tables) on ${on}`);
    expect(lines.filter((line) => line === `# Completed on ${on}`)).toHaveLength(2);
  });
});
