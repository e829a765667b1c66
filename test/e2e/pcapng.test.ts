/**
 * What the real Wireshark makes of our captures: several interfaces, both families, UDP, TCP and ICMP.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message, RR } from "../../src/dns/message.ts";
import { name } from "../../src/dns/name.ts";
import { encodeMessage } from "../../src/dns/wire.ts";
import { frame, type IpPacket, ipPacket, macOf, type TcpFields } from "../../src/packet/frame.ts";
import { type Capture, type CapturedPacket, writePcapng } from "../../src/packet/pcapng.ts";
import { missingTools, run } from "./tools.ts";

const POD = { 4: "10.244.2.5", 6: "fd00:10:244:2::5" } as const;
const DNS = { 4: "10.100.0.10", 6: "fd00:10:100::a" } as const;
const COREDNS = { 4: "10.244.0.4", 6: "fd00:10:244::4" } as const;
const PLACES = ["default/client eth0", "node-1 vethclient", "node-2 vethcoredns"] as const;
const ASKED = "web-service.default.svc.cluster.local.";
const START = 1_700_000_000_123;

describe.skipIf(missingTools().includes("tshark"))("tshark -r", () => {
  const folder = mkdtempSync(join(tmpdir(), "ndots-pcapng-"));
  const file = join(folder, "life.pcapng");
  beforeAll(() => writeFileSync(file, writePcapng(capture())));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const tshark = async (...args: string[]): Promise<string[]> => {
    const verified = ["ip", "udp", "tcp"].flatMap((one) => ["-o", `${one}.check_checksum:TRUE`]);
    const ran = await run("tshark", ["-n", "-r", file, ...verified, ...args]);
    expect(ran).toMatchObject({ status: 0 });
    return ran.stdout.split("\n").filter((line) => line !== "");
  };
  const fields = async (...names: string[]): Promise<string[][]> => {
    // A segment that is seen again at the next interface would be a retransmission, whose content is left alone.
    const each = ["-o", "tcp.analyze_sequence_numbers:FALSE"];
    const lines = await tshark(...each, "-T", "fields", ...names.flatMap((one) => ["-e", one]));
    return lines.map((line) => line.split("\t"));
  };

  test("finds nothing malformed and nothing to warn of", async () => {
    expect(await tshark("-Y", "_ws.malformed")).toEqual([]);
    // A warning is 0x600000 and an error more; "connection reset" and the like are not in this capture.
    expect(await tshark("-Y", "_ws.expert.severity >= 6291456")).toEqual([]);
  });

  test("reads every packet whole", async () => {
    const lengths = await fields("frame.len", "frame.cap_len");
    expect(lengths.map(([length]) => Number(length))).toEqual(
      capture().packets.map((packet) => packet.frame.length),
    );
    expect(lengths.every(([length, captured]) => length === captured)).toBe(true);
  });

  test("finds every checksum right", async () => {
    const kinds = ["ip", "udp", "tcp", "icmp", "icmpv6"].map((one) => `${one}.checksum.status`);
    const seen = await fields("ip.version", "frame.protocols", ...kinds);
    const GOOD = /^1(,1)*$/;
    expect(seen).toHaveLength(capture().packets.length);
    for (const [, protocols = "", ...states] of seen) {
      for (const [index, protocol] of ["ip", "udp", "tcp", "icmp", "icmpv6"].entries()) {
        if (!protocols.split(":").includes(protocol)) continue;
        expect({ protocols, protocol, state: states[index] }).toEqual({
          protocols,
          protocol,
          state: expect.stringMatching(GOOD),
        });
      }
    }
    const seenProtocols = new Set(seen.flatMap(([, protocols = ""]) => protocols.split(":")));
    expect([...seenProtocols]).toEqual(
      expect.arrayContaining(["ip", "ipv6", "udp", "tcp", "icmp", "icmpv6", "dns"]),
    );
  });

  test("shows the interfaces, the comments and the times", async () => {
    const seen = await fields("frame.interface_name", "frame.comment", "frame.time_epoch");
    const given = capture().packets;
    expect(seen.map(([place]) => place)).toEqual(given.map((packet) => PLACES[packet.interface]));
    expect(seen.map(([, comment]) => comment)).toEqual(given.map(({ comment = "" }) => comment));
    expect(seen.map(([, , time]) => time)).toEqual(
      given.map(({ at }) => `1700000000.${String(123_000 + at).padStart(6, "0")}000`),
    );
  });

  test("names what made it", async () => {
    // capinfos comes with wireshark-common, which tshark needs.
    const ran = await run("capinfos", [file]);
    expect(ran.stdout).toMatch(/^Capture application: +ndots$/m);
    expect(ran.stdout).toMatch(/^File encapsulation: +Ethernet$/m);
    expect(ran.stdout).toMatch(/^Number of packets: +66$/m);
  });

  test("dissects the DNS in every one", async () => {
    const seen = await fields(
      "frame.number",
      "dns.qry.name",
      "dns.flags.response",
      "dns.a",
      "dns.aaaa",
    );
    expect(seen.map(([, qname]) => qname)).toEqual(
      capture().packets.map(({ comment }) => (comment === undefined ? "" : ASKED.slice(0, -1))),
    );
    for (const [number, , response, a, aaaa] of seen) {
      const { comment } = capture().packets[Number(number) - 1] as CapturedPacket;
      if (comment !== "reply") continue;
      expect(response).toMatch(/^(1|True)$/);
      expect(a || aaaa).toMatch(/^(10\.100\.0\.20|fd00:10:100::14)$/);
    }
  });
});

/** A lookup at each place, by UDP and by TCP, over IPv4 and over IPv6, and one that nobody answers. */
function capture(): Capture {
  const packets: CapturedPacket[] = [];
  for (const family of [4, 6] as const) {
    for (const place of PLACES.keys()) {
      const add = (packet: IpPacket, comment?: string): void => {
        const macs = { srcMac: macOf(packet.src), dstMac: macOf(packet.dst) };
        packets.push({
          interface: place,
          at: 37 * packets.length,
          frame: frame({ ...packet, ...macs }),
          ...(comment !== undefined && { comment }),
        });
      };
      const server = place === 2 ? COREDNS[family] : DNS[family];
      const out = {
        src: POD[family],
        dst: server,
        ipTtl: 64 - place,
        srcPort: 40_000 + family,
        dstPort: 53,
        ipId: packets.length,
      };
      const back = { ...out, src: server, dst: POD[family], srcPort: 53, dstPort: 40_000 + family };
      const [query, reply] = [
        encodeMessage(message(family, false)),
        encodeMessage(message(family, true)),
      ];
      const rewritten = place === 2 ? `DNAT: ${DNS[family]}:53 → ${server}:53` : "query";
      add({ ...out, protocol: "udp", payload: query }, rewritten);
      add({ ...back, protocol: "udp", payload: reply }, "reply");
      for (const [isOut, tcp, payload] of conversation(prefixed(query), prefixed(reply))) {
        const carries = payload.length === 0 ? undefined : isOut ? "query" : "reply";
        add({ ...(isOut ? out : back), protocol: "tcp", payload, tcp }, carries);
      }
      const quoted = ipPacket({ ...out, protocol: "udp", payload: query });
      const icmp = family === 4 ? { type: 3, code: 3, quoted } : { type: 1, code: 4, quoted };
      add({ ...back, protocol: "icmp", payload: new Uint8Array(), icmp }, "REJECT");
    }
  }
  const interfaces = PLACES.map((name) => ({ name, description: `what passes ${name}` }));
  return { interfaces, packets, start: START, application: "ndots" };
}

type Segment = readonly [isOut: boolean, tcp: TcpFields, payload: Uint8Array];

function conversation(query: Uint8Array, reply: Uint8Array): readonly Segment[] {
  const none = new Uint8Array();
  const asked = 1_001 + query.length;
  const answered = 5_001 + reply.length;
  return [
    [true, { seq: 1_000, ack: 0, flags: ["SYN"] }, none],
    [false, { seq: 5_000, ack: 1_001, flags: ["SYN", "ACK"] }, none],
    [true, { seq: 1_001, ack: 5_001, flags: ["ACK"] }, none],
    [true, { seq: 1_001, ack: 5_001, flags: ["PSH", "ACK"] }, query],
    [false, { seq: 5_001, ack: asked, flags: ["PSH", "ACK"] }, reply],
    [true, { seq: asked, ack: answered, flags: ["FIN", "ACK"] }, none],
    [false, { seq: answered, ack: asked + 1, flags: ["FIN", "ACK"] }, none],
    [true, { seq: asked + 1, ack: answered + 1, flags: ["ACK"] }, none],
  ];
}

function prefixed(message: Uint8Array): Uint8Array {
  return Uint8Array.of(message.length >> 8, message.length, ...message);
}

function message(family: 4 | 6, isReply: boolean): Message {
  const owner = { name: name(ASKED), ttl: 30 };
  const answer: RR =
    family === 4
      ? { ...owner, type: "A", data: "10.100.0.20" }
      : { ...owner, type: "AAAA", data: "fd00:10:100::14" };
  return {
    id: 0x1234,
    opcode: 0,
    rcode: "NOERROR",
    flags: { qr: isReply, aa: isReply, tc: false, rd: true, ra: isReply, ad: false, cd: false },
    question: [{ name: owner.name, type: answer.type, class: 1 }],
    answer: isReply ? [answer] : [],
    authority: [],
    additional: [],
  };
}
