/**
 * Connection tracking: states, timers and the lines of `conntrack -L`.
 */
import { expect, test } from "vitest";
import {
  alive,
  type Connection,
  connectionText,
  replaced,
  type Tracked,
  track,
} from "../../src/packet/conntrack.ts";
import { translated, withDnat, withSnat } from "../../src/packet/nat.ts";
import { type Packet, portUnreachable, replyTo, type TcpFlag } from "../../src/packet/packet.ts";

const QUERY: Packet = {
  protocol: "udp",
  src: "10.244.2.5",
  sport: 40000,
  dst: "10.100.0.10",
  dport: 53,
  ttl: 64,
};
const REPLY = { ...replyTo(QUERY), src: "10.244.0.4" };

/** The packets one after the other through one table; each new connection is sent to CoreDNS. */
function tracked(
  steps: readonly (readonly [seconds: number, packet: Packet])[],
): readonly [readonly Connection[], readonly (Tracked | undefined)[]] {
  let connections: readonly Connection[] = [];
  const seen = steps.map(([seconds, packet]) => {
    const before = connections;
    const one = track(connections, packet, seconds * 1000);
    if (one === undefined || one.state === "RELATED") return one;
    const old = before.find(({ original }) => original.sport === one.connection.original.sport);
    const connection = old ? one.connection : withDnat(one.connection, "10.244.0.4", 53);
    connections = old ? replaced(before, old, connection) : [...before, connection];
    return one;
  });
  return [connections, seen];
}

test.each<{
  why: string;
  steps: readonly (readonly [number, Packet])[];
  states: readonly string[];
  at: number;
  line: string;
}>([
  {
    why: "a query alone is UNREPLIED for 30 s",
    steps: [[0, QUERY]],
    states: ["NEW"],
    at: 0.5,
    line: "udp      17 29 src=10.244.2.5 dst=10.100.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.0.4 dst=10.244.2.5 sport=53 dport=40000 mark=0 use=1",
  },
  {
    why: "the second query of a pair is still NEW",
    steps: [
      [0, QUERY],
      [0, QUERY],
    ],
    states: ["NEW", "NEW"],
    at: 0,
    line: "udp      17 30 src=10.244.2.5 dst=10.100.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.0.4 dst=10.244.2.5 sport=53 dport=40000 mark=0 use=1",
  },
  {
    why: "a query and its reply stay at 30 s, not assured",
    steps: [
      [0, QUERY],
      [0.002, REPLY],
    ],
    states: ["NEW", "ESTABLISHED"],
    at: 0.1,
    line: "udp      17 29 src=10.244.2.5 dst=10.100.0.10 sport=40000 dport=53 src=10.244.0.4 dst=10.244.2.5 sport=53 dport=40000 mark=0 use=1",
  },
  {
    why: "a reply after 5 s is the first of a stream, and no stream yet",
    steps: [
      [0, QUERY],
      [5, REPLY],
    ],
    states: ["NEW", "ESTABLISHED"],
    at: 5,
    line: "udp      17 30 src=10.244.2.5 dst=10.100.0.10 sport=40000 dport=53 src=10.244.0.4 dst=10.244.2.5 sport=53 dport=40000 mark=0 use=1",
  },
  {
    why: "a packet over 2 s later makes it a stream: 120 s, ASSURED",
    steps: [
      [0, QUERY],
      [0, REPLY],
      [5, QUERY],
    ],
    states: ["NEW", "ESTABLISHED", "ESTABLISHED"],
    at: 5,
    line: "udp      17 120 src=10.244.2.5 dst=10.100.0.10 sport=40000 dport=53 src=10.244.0.4 dst=10.244.2.5 sport=53 dport=40000 [ASSURED] mark=0 use=1",
  },
  {
    why: "an ICMP error about the query is RELATED and moves no timer",
    steps: [
      [0, QUERY],
      [1, portUnreachable({ ...QUERY, dst: "10.244.0.4" }, "10.244.0.4")],
    ],
    states: ["NEW", "RELATED"],
    at: 0,
    line: "udp      17 30 src=10.244.2.5 dst=10.100.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.0.4 dst=10.244.2.5 sport=53 dport=40000 mark=0 use=1",
  },
])("$why", ({ steps, states, at, line }) => {
  const [connections, seen] = tracked(steps);
  expect(seen.map((one) => one?.state)).toEqual(states);
  expect(connections.map((one) => connectionText(one, at * 1000))).toEqual([line]);
});

test("an entry is dead after its time, and the next packet is of a new flow", () => {
  const [connections] = tracked([[0, QUERY]]);
  expect(alive(connections, 29_999)).toHaveLength(1);
  expect(alive(connections, 30_000)).toHaveLength(0);
  expect(track(connections, REPLY, 30_000)?.state).toBe("NEW");
});

const segment = (packet: Packet, ...flags: readonly TcpFlag[]): Packet => ({
  ...packet,
  protocol: "tcp",
  flags,
});

test("a TCP connection goes through the states that conntrack prints", () => {
  const steps: readonly (readonly [Packet, string])[] = [
    [segment(QUERY, "SYN"), "tcp      6 120 SYN_SENT"],
    [segment(REPLY, "SYN", "ACK"), "tcp      6 60 SYN_RECV"],
    [segment(QUERY, "ACK"), "tcp      6 432000 ESTABLISHED"],
    [segment(REPLY, "ACK"), "tcp      6 432000 ESTABLISHED"],
    [segment(QUERY, "FIN", "ACK"), "tcp      6 120 FIN_WAIT"],
    [segment(REPLY, "ACK"), "tcp      6 60 CLOSE_WAIT"],
    [segment(REPLY, "FIN", "ACK"), "tcp      6 30 LAST_ACK"],
    [segment(QUERY, "ACK"), "tcp      6 120 TIME_WAIT"],
  ];
  for (const at of steps.keys()) {
    const [connections] = tracked(steps.slice(0, at + 1).map(([packet]) => [0, packet]));
    const [, expected] = steps[at] as (typeof steps)[number];
    expect(connections.map((one) => connectionText(one, 0))[0]).toMatch(
      new RegExp(`^${expected} `),
    );
  }
  const [reset] = tracked([
    [0, segment(QUERY, "SYN")],
    [0, segment(REPLY, "RST", "ACK")],
  ]);
  expect(reset.map((one) => connectionText(one, 0))[0]).toMatch(/^tcp {6}6 10 CLOSE /);
});

function newConnection(packet: Packet): Connection {
  return (track([], packet, 0) as Tracked).connection;
}

test("masquerade keeps the port where it is free, and takes the next where it is not", () => {
  const first = withSnat(newConnection(QUERY), [], "10.0.1.11");
  expect(first.reply).toMatchObject({ dst: "10.0.1.11", dport: 40000 });
  const other = newConnection({ ...QUERY, src: "10.244.2.6" });
  expect(withSnat(other, [first], "10.0.1.11").reply.dport).toBe(40001);
});

test.each([
  [300, 0.999, 511],
  [700, 0, 600],
  [40000, 0, 1024],
  [40000, 0.9999999, 65535],
])("--random-fully: port %i, die %d: %i", (sport, die, port) => {
  const connection = newConnection({ ...QUERY, sport });
  const snatted = withSnat(connection, [], "10.0.1.11", { random: () => die });
  expect(snatted.reply.dport).toBe(port);
});

test("an ICMP error is translated without and within, so that its receiver knows the packet", () => {
  const connection = withSnat(withDnat(newConnection(QUERY), "10.244.0.4", 5353), [], "10.0.1.11");
  const sent = {
    ...QUERY,
    src: "10.0.1.11",
    dst: "10.244.0.4",
    dport: 5353,
  };
  const error = portUnreachable(sent, "10.0.1.12");
  const related = track([connection], error, 0) as Tracked;
  expect(related).toMatchObject({ state: "RELATED", direction: "reply" });
  const back = translated(translated(error, related, "dst"), related, "src");
  expect(back).toMatchObject({ src: "10.100.0.10", dst: "10.244.2.5" });
  expect(back.about).toMatchObject({
    src: "10.244.2.5",
    sport: 40000,
    dst: "10.100.0.10",
    dport: 53,
  });
});

test("an ICMP error about nothing that is known is not tracked", () => {
  expect(track([], portUnreachable(QUERY, "10.0.1.12"), 0)).toBeUndefined();
});
