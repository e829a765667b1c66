/**
 * One packet through one table.
 */
import { expect, test } from "vitest";
import { track } from "../../src/packet/conntrack.ts";
import { evaluate } from "../../src/packet/evaluate.ts";
import type { Circumstances } from "../../src/packet/match.ts";
import type { Packet } from "../../src/packet/packet.ts";
import { restoreText } from "../../src/packet/restore.ts";
import type { Table } from "../../src/packet/ruleset.ts";

const PACKET: Packet = {
  protocol: "udp",
  src: "10.244.2.5",
  sport: 40000,
  dst: "10.100.0.10",
  dport: 53,
  ttl: 64,
};

/** Chain INPUT with these rules, and what other chains they jump to. */
function filter(rules: readonly string[]): Table {
  const others = new Set(rules.map((rule) => rule.split(" ")[1] as string));
  others.delete("INPUT");
  const heads = [":INPUT ACCEPT [0:0]", ...[...others].map((name) => `:${name} - [0:0]`)];
  const read = restoreText(["*filter", ...heads, ...rules, "COMMIT"].join("\n"), 4);
  if (!read.ok) throw new Error(read.error.message);
  return read.value.table("filter") as Table;
}

function circumstances(more: Partial<Circumstances> = {}): Circumstances {
  return {
    mark: 0,
    isLocal: (address) => address === "10.0.1.11",
    recent: new Map(),
    random: () => {
      throw new Error("no die is cast here");
    },
    now: 0,
    ...more,
  };
}

const NEW = track([], PACKET, 0);

test.each<{
  why: string;
  rules: readonly string[];
  packet?: Partial<Packet>;
  more?: Partial<Circumstances>;
  verdict: string;
  /** The chain of each rule that matched, and its target. */
  met: readonly string[];
}>([
  {
    why: "no rule: the policy",
    rules: [],
    verdict: "ACCEPT",
    met: [],
  },
  {
    why: "a jump comes back at the end of the chain",
    rules: ["-A INPUT -j A", "-A A -d 10.100.0.11/32 -j DROP", "-A INPUT -j DROP"],
    verdict: "DROP",
    met: ["INPUT jump", "INPUT DROP"],
  },
  {
    why: "RETURN leaves its chain and no other",
    rules: ["-A INPUT -j A", "-A A -j RETURN", "-A A -j DROP", "-A INPUT -j REJECT"],
    verdict: "REJECT",
    met: ["INPUT jump", "A RETURN", "INPUT REJECT"],
  },
  {
    why: "RETURN in the hook's chain is the policy",
    rules: ["-A INPUT -j RETURN", "-A INPUT -j DROP"],
    verdict: "ACCEPT",
    met: ["INPUT RETURN"],
  },
  {
    why: "a mark holds in the rules behind it, and xor takes it off",
    rules: [
      "-A INPUT -j MARK --set-xmark 0x4000/0x4000",
      "-A INPUT -m mark --mark 0x4000/0x4000 -j A",
      "-A A -j MARK --set-xmark 0x4000/0x0",
      "-A INPUT -m mark ! --mark 0x4000/0x4000 -j DROP",
    ],
    verdict: "DROP",
    met: ["INPUT MARK", "INPUT jump", "A MARK", "INPUT DROP"],
  },
  {
    why: "the die is cast only where everything before it matches",
    rules: ["-A INPUT -s 10.9.9.9/32 -m statistic --mode random --probability 0.5 -j DROP"],
    verdict: "ACCEPT",
    met: [],
  },
  {
    why: "below the probability it matches",
    rules: ["-A INPUT -m statistic --mode random --probability 0.5 -j DROP"],
    more: { random: () => 0.499 },
    verdict: "DROP",
    met: ["INPUT DROP"],
  },
  {
    why: "at the probability it does not",
    rules: ["-A INPUT -m statistic --mode random --probability 0.5 -j DROP"],
    more: { random: () => 0.5 },
    verdict: "ACCEPT",
    met: [],
  },
  {
    why: "a source inside the block is not outside of it",
    rules: ["-A INPUT ! -s 10.244.0.0/16 -j DROP"],
    verdict: "ACCEPT",
    met: [],
  },
  {
    why: "UDP port 53 is not TCP port 53",
    rules: [
      "-A INPUT -p tcp -m tcp --dport 53 -j DROP",
      "-A INPUT -p udp -m udp --dport 53 -j REJECT",
    ],
    verdict: "REJECT",
    met: ["INPUT REJECT"],
  },
  {
    why: "interfaces match by their beginning",
    rules: ["-A INPUT ! -i veth+ -j DROP", "-A INPUT -i veth+ -j REJECT"],
    more: { in: "veth0a1b2c3d" },
    verdict: "REJECT",
    met: ["INPUT REJECT"],
  },
  {
    why: "a hook without an incoming interface matches none",
    rules: ["-A INPUT -i eth0 -j DROP"],
    verdict: "ACCEPT",
    met: [],
  },
  {
    why: "LOCAL is an address of the host",
    rules: ["-A INPUT -m addrtype --dst-type LOCAL -j DROP"],
    packet: { dst: "10.0.1.11" },
    verdict: "DROP",
    met: ["INPUT DROP"],
  },
  {
    why: "what is not tracked is UNTRACKED, and not NEW",
    rules: [
      "-A INPUT -m conntrack --ctstate NEW,INVALID -j DROP",
      "-A INPUT -m conntrack --ctstate UNTRACKED -j REJECT",
    ],
    verdict: "REJECT",
    met: ["INPUT REJECT"],
  },
  {
    why: "the first packet of a flow is NEW",
    rules: ["-A INPUT -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP"],
    more: NEW ? { tracked: NEW } : {},
    verdict: "DROP",
    met: ["INPUT DROP"],
  },
  {
    why: "a source seen within the seconds is recent",
    rules: ["-A INPUT -m recent --rcheck --seconds 10 --reap --name A --rsource -j DROP"],
    more: { recent: new Map([["A", new Map([["10.244.2.5", 0]])]]), now: 10_000 },
    verdict: "DROP",
    met: ["INPUT DROP"],
  },
  {
    why: "after them it is not",
    rules: ["-A INPUT -m recent --rcheck --seconds 10 --reap --name A --rsource -j DROP"],
    more: { recent: new Map([["A", new Map([["10.244.2.5", 0]])]]), now: 10_001 },
    verdict: "ACCEPT",
    met: [],
  },
])("evaluate(): $why", ({ rules, packet, more, verdict, met }) => {
  const ended = evaluate(filter(rules), "INPUT", { ...PACKET, ...packet }, circumstances(more));
  expect(ended.verdict.kind).toBe(verdict);
  expect(ended.matched.map(({ chain, rule }) => `${chain} ${rule.target?.kind}`)).toEqual(met);
});

test("--set puts the source on the list, and the old list stays as it was", () => {
  const before = new Map([["A", new Map([["10.244.2.6", 5]])]]);
  const ended = evaluate(
    filter(["-A INPUT -m recent --set --name A --rsource"]),
    "INPUT",
    PACKET,
    circumstances({ recent: before, now: 7 }),
  );
  expect(ended.recent).toEqual(
    new Map([
      [
        "A",
        new Map([
          ["10.244.2.6", 5],
          ["10.244.2.5", 7],
        ]),
      ],
    ]),
  );
  expect(before.get("A")?.size).toBe(1);
});

test("chains that jump in a circle come to an end", () => {
  const ended = evaluate(
    filter(["-A INPUT -j A", "-A A -j B", "-A B -j A"]),
    "INPUT",
    PACKET,
    circumstances(),
  );
  expect(ended.verdict.kind).toBe("ACCEPT");
});
