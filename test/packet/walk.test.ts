/**
 * Where a packet's walk ends, in a network of two Pods on one node, and one beside it.
 */
import { describe, expect, test } from "vitest";
import { connectionText } from "../../src/packet/conntrack.ts";
import { DEFAULT_TTL, endpointText, type Packet, replyTo } from "../../src/packet/packet.ts";
import { restoreText } from "../../src/packet/restore.ts";
import type { Ruleset } from "../../src/packet/ruleset.ts";
import { type Hop, type Network, type Walk, walk } from "../../src/packet/walk.ts";
import { network, podOn } from "./net.ts";

const QUERY: Packet = {
  protocol: "udp",
  src: "10.244.2.5",
  sport: 40000,
  dst: "10.100.0.10",
  dport: 53,
  ttl: DEFAULT_TTL,
};

function nat(...lines: readonly string[]): string {
  return [
    "*nat",
    ":PREROUTING ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ":POSTROUTING ACCEPT [0:0]",
    ...lines,
    "COMMIT",
    "",
  ].join("\n");
}

function filter(...lines: readonly string[]): string {
  return [
    "*filter",
    ":INPUT ACCEPT [0:0]",
    ":FORWARD ACCEPT [0:0]",
    ":OUTPUT ACCEPT [0:0]",
    ...lines,
    "COMMIT",
    "",
  ].join("\n");
}

function rules(...tables: readonly string[]): Ruleset {
  const read = restoreText(tables.join(""), 4);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

/** Node n1 with Pods a (10.244.2.5) and b (10.244.2.6), and node n2, which has no rules, with Pod c (10.244.0.4). */
function cluster(ruleset: Ruleset) {
  return network(
    podOn("n1", "a", "veth-a", "10.244.2.5"),
    podOn("n1", "b", "veth-b", "10.244.2.6"),
    podOn("n2", "c", "veth-c", "10.244.0.4"),
    {
      name: "n1",
      forwards: true,
      rules: ruleset,
      devices: {
        eth0: { to: "lan", address: "10.0.1.11" },
        "veth-a": { to: "a eth0" },
        "veth-b": { to: "b eth0" },
      },
      routes: [
        { to: "10.244.2.5", device: "veth-a" },
        { to: "10.244.2.6", device: "veth-b" },
        { to: "10.244.0.0/24", device: "eth0", via: "10.0.1.12" },
        { to: "10.0.0.0/16", device: "eth0" },
        { to: "10.100.0.0/16", device: "eth0" },
      ],
    },
    {
      name: "n2",
      forwards: true,
      devices: { eth0: { to: "lan", address: "10.0.1.12" }, "veth-c": { to: "c eth0" } },
      routes: [
        { to: "10.244.0.4/32", device: "veth-c" },
        { to: "10.244.2.0/24", device: "eth0", via: "10.0.1.11" },
        { to: "10.0.0.0/16", device: "eth0" },
      ],
    },
  );
}

const options = { now: 0, random: () => 0 };
const FRESH: Network = new Map();

function hopText({ host, device, packet }: Hop): string {
  const { src, sport, dst, dport, ttl, about } = packet;
  if (about) return `${host} ${device}: ${src} > ${dst} icmp ttl ${ttl}`;
  return `${host} ${device}: ${endpointText(src, sport)} > ${endpointText(dst, dport)} ttl ${ttl}`;
}

function why({ end }: Walk): string {
  return end.kind === "delivered"
    ? `delivered to ${end.host}`
    : `${end.kind} on ${end.host}: ${end.why}`;
}

describe("a DNAT to a Pod on the same node", () => {
  const topology = cluster(
    rules(nat("-A PREROUTING -d 10.100.0.10/32 -j DNAT --to-destination 10.244.2.6:5353")),
  );
  const there = walk(topology, "a", QUERY, FRESH, options);
  const back = walk(topology, "b", replyTo(there.end.packet), there.network, {
    ...options,
    now: 1,
  });

  test("goes through the node and out by the other veth", () => {
    expect(there.hops.map(hopText)).toEqual([
      "a eth0: 10.244.2.5:40000 > 10.100.0.10:53 ttl 64",
      "n1 veth-a: 10.244.2.5:40000 > 10.100.0.10:53 ttl 64",
      "n1 veth-b: 10.244.2.5:40000 > 10.244.2.6:5353 ttl 63",
      "b eth0: 10.244.2.5:40000 > 10.244.2.6:5353 ttl 63",
    ]);
    expect(why(there)).toBe("delivered to b");
  });

  test("tells which rule rewrote it", () => {
    const [rewrite] = there.hops[2]?.rewrites ?? [];
    expect(rewrite).toMatchObject({
      hook: "PREROUTING",
      half: "dst",
      from: "10.100.0.10:53",
      to: "10.244.2.6:5353",
      by: { table: "nat", chain: "PREROUTING", rule: { target: { kind: "DNAT" } } },
    });
    expect(there.hops[2]?.rules.map(({ hook, chain }) => `${hook} ${chain}`)).toEqual([
      "PREROUTING PREROUTING",
    ]);
  });

  test("the reply meets no nat rule: conntrack puts the address back", () => {
    expect(back.hops.map(hopText)).toEqual([
      "b eth0: 10.244.2.6:5353 > 10.244.2.5:40000 ttl 64",
      "n1 veth-b: 10.244.2.6:5353 > 10.244.2.5:40000 ttl 64",
      "n1 veth-a: 10.100.0.10:53 > 10.244.2.5:40000 ttl 63",
      "a eth0: 10.100.0.10:53 > 10.244.2.5:40000 ttl 63",
    ]);
    expect(back.hops[2]?.rules).toEqual([]);
    expect(back.hops[2]?.rewrites).toMatchObject([
      { hook: "POSTROUTING", half: "src", by: "conntrack" },
    ]);
    expect(back.hops[2]?.tracked?.state).toBe("ESTABLISHED");
  });

  test("the walk leaves the network it was given as it was", () => {
    expect(FRESH.size).toBe(0);
    const before = there.network.get("n1")?.connections.map((one) => connectionText(one, 0));
    expect(before?.[0]).toContain("[UNREPLIED]");
  });

  test("a packet that races the first is lost where it would be confirmed", () => {
    const second = walk(topology, "a", QUERY, there.network, { ...options, race: true });
    expect(why(second)).toBe(
      "dropped on n1: another packet of the flow was confirmed first: insert_failed",
    );
    expect(second.network.get("n1")?.connections).toHaveLength(1);
    expect(why(walk(topology, "a", QUERY, there.network, options))).toBe("delivered to b");
  });
});

test("hairpin: the Pod is sent to itself, and sees its node's address", () => {
  const topology = cluster(
    rules(
      nat(
        ":POST - [0:0]",
        "-A PREROUTING -s 10.244.2.5/32 -d 10.100.0.10/32 -j MARK --set-xmark 0x4000/0x4000",
        "-A PREROUTING -d 10.100.0.10/32 -j DNAT --to-destination 10.244.2.5:53",
        "-A POSTROUTING -j POST",
        "-A POST -m mark ! --mark 0x4000/0x4000 -j RETURN",
        "-A POST -j MARK --set-xmark 0x4000/0x0",
        "-A POST -j MASQUERADE --random-fully",
      ),
    ),
  );
  const there = walk(topology, "a", QUERY, FRESH, { now: 0, random: () => 0.5 });
  expect(there.hops.map(hopText)).toEqual([
    "a eth0: 10.244.2.5:40000 > 10.100.0.10:53 ttl 64",
    "n1 veth-a: 10.244.2.5:40000 > 10.100.0.10:53 ttl 64",
    "n1 veth-a: 10.0.1.11:33280 > 10.244.2.5:53 ttl 63",
    "a eth0: 10.0.1.11:33280 > 10.244.2.5:53 ttl 63",
  ]);
  const back = walk(topology, "a", replyTo(there.end.packet), there.network, options);
  expect(back.hops.map(hopText).slice(1)).toEqual([
    "n1 veth-a: 10.244.2.5:53 > 10.0.1.11:33280 ttl 64",
    "n1 veth-a: 10.100.0.10:53 > 10.244.2.5:40000 ttl 63",
    "a eth0: 10.100.0.10:53 > 10.244.2.5:40000 ttl 63",
  ]);
});

describe("what does not arrive", () => {
  test("REJECT sends ICMP back to the Pod, and keeps no connection", () => {
    const rejected = walk(
      cluster(
        rules(filter("-A FORWARD -d 10.100.0.10/32 -j REJECT --reject-with icmp-port-unreachable")),
      ),
      "a",
      QUERY,
      FRESH,
      options,
    );
    expect(why(rejected)).toBe("rejected on n1: REJECT in filter FORWARD");
    const back = rejected.end.kind === "rejected" ? rejected.end.back : rejected;
    expect(back.hops.map(hopText)).toEqual([
      "n1 veth-a: 10.0.1.11 > 10.244.2.5 icmp ttl 64",
      "a eth0: 10.0.1.11 > 10.244.2.5 icmp ttl 64",
    ]);
    expect(back.end.packet.about).toMatchObject({ src: "10.244.2.5", dst: "10.100.0.10" });
    expect(rejected.network.get("n1")?.connections).toEqual([]);
  });

  test("REJECT of the node's own packet comes back on the loopback", () => {
    const own = { ...QUERY, src: "10.0.1.11" };
    const topology = cluster(rules(filter("-A OUTPUT -d 10.100.0.10/32 -j REJECT")));
    const rejected = walk(topology, "n1", own, FRESH, options);
    expect(rejected.hops).toEqual([]);
    const back = rejected.end.kind === "rejected" ? rejected.end.back : rejected;
    expect(back.hops.map(hopText)).toEqual([
      "n1 lo: 10.0.1.11 > 10.0.1.11 icmp ttl 64",
      "n1 lo: 10.0.1.11 > 10.0.1.11 icmp ttl 64",
    ]);
    expect(why(back)).toBe("delivered to n1");
  });

  test.each<{ why: string; tables: readonly string[]; packet?: Partial<Packet>; ends: string }>([
    {
      why: "DROP ends the walk",
      tables: [filter("-A FORWARD -p udp -j DROP")],
      ends: "dropped on n1: DROP in filter FORWARD",
    },
    {
      why: "nobody answers for a ClusterIP that no rule takes",
      tables: [],
      ends: "lost on n1: nobody has 10.100.0.10",
    },
    {
      why: "no route",
      tables: [nat("-A PREROUTING -j DNAT --to-destination 192.0.2.1:53")],
      ends: "lost on n1: no route to 192.0.2.1",
    },
    {
      why: "a node does not answer for a Pod that is gone",
      tables: [nat("-A PREROUTING -j DNAT --to-destination 10.244.0.9:53")],
      ends: "lost on n2: no route to 10.244.0.9",
    },
    {
      why: "a TTL of 1 does not pass a node",
      tables: [],
      packet: { dst: "10.244.0.4", ttl: 1 },
      ends: "lost on n1: the TTL ran out on n1",
    },
  ])("$why", ({ tables, packet, ends }) => {
    const walked = walk(cluster(rules(...tables)), "a", { ...QUERY, ...packet }, FRESH, options);
    expect(why(walked)).toBe(ends);
  });

  test("routes that go in a circle come to an end", () => {
    const circle = network(
      {
        name: "x",
        forwards: true,
        devices: { eth0: { to: "lan", address: "10.0.0.1" } },
        routes: [{ to: "0.0.0.0/0", device: "eth0", via: "10.0.0.2" }],
      },
      {
        name: "y",
        forwards: true,
        devices: { eth0: { to: "lan", address: "10.0.0.2" } },
        routes: [{ to: "0.0.0.0/0", device: "eth0", via: "10.0.0.1" }],
      },
    );
    const walked = walk(circle, "x", QUERY, FRESH, options);
    expect(why(walked)).toMatch(/^lost on [xy]: the TTL ran out/);
  });
});

test("the node's own packet is rewritten in OUTPUT and routed again", () => {
  const topology = cluster(
    rules(nat("-A OUTPUT -d 10.100.0.10/32 -j DNAT --to-destination 10.244.2.6:53")),
  );
  const there = walk(topology, "n1", { ...QUERY, src: "10.0.1.11" }, FRESH, options);
  expect(there.hops.map(hopText)).toEqual([
    "n1 veth-b: 10.0.1.11:40000 > 10.244.2.6:53 ttl 64",
    "b eth0: 10.0.1.11:40000 > 10.244.2.6:53 ttl 64",
  ]);
  const back = walk(topology, "b", replyTo(there.end.packet), there.network, options);
  expect(back.hops.map(hopText).at(-1)).toBe("n1 veth-b: 10.244.2.6:53 > 10.0.1.11:40000 ttl 64");
  expect(back.end.packet).toMatchObject({ src: "10.100.0.10", sport: 53 });
  expect(back.end.rewrites).toMatchObject([{ hook: "INPUT", half: "src", by: "conntrack" }]);
});

test("NOTRACK: no connection, and no nat rule is asked", () => {
  const topology = cluster(
    rules(
      "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -p udp -m udp --dport 53 -j NOTRACK\nCOMMIT\n",
      nat("-A PREROUTING -j DNAT --to-destination 10.244.2.6:53"),
    ),
  );
  const walked = walk(topology, "a", { ...QUERY, dst: "10.0.1.11" }, FRESH, options);
  expect(why(walked)).toBe("delivered to n1");
  expect(walked.end.rules.map(({ table }) => table)).toEqual(["raw"]);
  expect(walked.end.tracked).toBeUndefined();
  expect(walked.network.get("n1")?.connections).toEqual([]);
});

test("ICMP from the Pod comes from the address that was asked", () => {
  const topology = cluster(
    rules(nat("-A PREROUTING -d 10.100.0.10/32 -j DNAT --to-destination 10.244.2.6:53")),
  );
  const there = walk(topology, "a", QUERY, FRESH, options);
  const error: Packet = {
    protocol: "icmp",
    src: "10.244.2.6",
    dst: "10.244.2.5",
    sport: 0,
    dport: 0,
    ttl: DEFAULT_TTL,
    about: there.end.packet,
  };
  const back = walk(topology, "b", error, there.network, options);
  expect(back.end).toMatchObject({
    kind: "delivered",
    host: "a",
    packet: { src: "10.100.0.10", about: { dst: "10.100.0.10", dport: 53, sport: 40000 } },
  });
});

test("a host that is not there is a mistake of the caller", () => {
  expect(() => walk(cluster(rules()), "nobody", QUERY, FRESH, options)).toThrow("no host nobody");
});
