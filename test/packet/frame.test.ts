import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOctets, addressOfOctets } from "../../src/dns/address.ts";
import {
  checksum,
  type Frame,
  frame,
  type IpPacket,
  ipPacket,
  longestPayload,
  macOf,
} from "../../src/packet/frame.ts";

const octets = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replace(/\s/g, ""), "hex"));
const hex = (of: Uint8Array): string => Buffer.from(of).toString("hex");
const text = (of: string): Uint8Array => new TextEncoder().encode(of);

const ONE = "02:00:00:00:00:01";
const TWO = "02:00:00:00:00:02";
const there = { srcMac: ONE, dstMac: TWO, src: "192.0.2.1", dst: "192.0.2.2" };
const back = { srcMac: TWO, dstMac: ONE, src: "192.0.2.2", dst: "192.0.2.1" };
const there6 = { ...there, src: "2001:db8::1", dst: "2001:db8::2" };
const back6 = { ...back, src: "2001:db8::2", dst: "2001:db8::1" };
const ping = { srcPort: 0, dstPort: 0, payload: new Uint8Array() };

const UDP4 = `4500001f c3854000 4011f344 c0000201 c0000202 9c400035 000b0bfa 6f6464`;
const UDP6 = `6009a5e4 000b1140 20010db8000000000000000000000001 20010db8000000000000000000000002
  9c400035 000b3489 6f6464`;

/** Seen on a veth pair of Linux 6.18 with checksum offload off; the flow label of IPv6, which it draws, cleared. */
describe("frames of the kernel's own", () => {
  test.each<{ why: string; spec: Frame; is: string }>([
    {
      why: "UDP over IPv4, with an odd number of octets",
      spec: {
        ...there,
        ipTtl: 64,
        protocol: "udp",
        srcPort: 40000,
        dstPort: 53,
        payload: text("odd"),
        ipId: 0xc385,
      },
      is: `020000000002 020000000001 0800 ${UDP4}`,
    },
    {
      why: "port unreachable, which quotes it",
      spec: {
        ...back,
        ...ping,
        ipTtl: 64,
        protocol: "icmp",
        ipId: 0x32c5,
        icmp: { type: 3, code: 3, quoted: octets(UDP4) },
      },
      is: `020000000001 020000000002 0800 45c0003b 32c50000 4001c339 c0000202 c0000201
        0303811d 00000000 ${UDP4}`,
    },
    {
      why: "a reset over IPv4",
      spec: {
        ...back,
        ipTtl: 64,
        protocol: "tcp",
        srcPort: 53,
        dstPort: 40001,
        payload: new Uint8Array(),
        tcp: { seq: 0, ack: 0xd8aab622, flags: ["RST", "ACK"] },
      },
      is: `020000000001 020000000002 0800 45000028 00004000 4006b6cc c0000202 c0000201
        00359c41 00000000 d8aab622 50140000 00890000`,
    },
    {
      why: "UDP over IPv6",
      spec: {
        ...there6,
        ipTtl: 64,
        protocol: "udp",
        srcPort: 40000,
        dstPort: 53,
        payload: text("odd"),
      },
      is: `020000000002 020000000001 86dd ${UDP6.replace("6009a5e4", "60000000")}`,
    },
    {
      why: "ICMPv6 port unreachable",
      spec: {
        ...back6,
        ...ping,
        ipTtl: 64,
        protocol: "icmp",
        icmp: { type: 1, code: 4, quoted: octets(UDP6) },
      },
      is: `020000000001 020000000002 86dd 60000000 003b3a40
        20010db8000000000000000000000002 20010db8000000000000000000000001 01048bf4 00000000 ${UDP6}`,
    },
    {
      why: "a reset over IPv6",
      spec: {
        ...back6,
        ipTtl: 64,
        protocol: "tcp",
        srcPort: 53,
        dstPort: 40001,
        payload: new Uint8Array(),
        tcp: { seq: 0, ack: 0xdffe9f5d, flags: ["RST", "ACK"] },
      },
      is: `020000000001 020000000002 86dd 60000000 00140640
        20010db8000000000000000000000002 20010db8000000000000000000000001
        00359c41 00000000 dffe9f5d 50140000 38890000`,
    },
  ])("$why", ({ spec, is }) => {
    expect(hex(frame(spec))).toBe(is.replace(/\s/g, ""));
  });
});

describe("checksums", () => {
  test("the example of RFC 1071 §3 sums up to ddf2", () => {
    expect(checksum([octets("0001 f203 f4f5 f6f7")])).toBe(~0xddf2 & 0xffff);
  });

  test("the IPv4 header of textbooks has b861", () => {
    const packet = ipPacket({
      src: "192.168.0.1",
      dst: "192.168.0.199",
      ipTtl: 64,
      protocol: "udp",
      srcPort: 1,
      dstPort: 1,
      payload: new Uint8Array(0x73 - 28),
    });
    expect(hex(packet.subarray(0, 20))).toBe("45000073000040004011b861c0a80001c0a800c7");
  });

  test.each(["192.0.2.1", "2001:db8::1"])("a UDP checksum of 0 is sent as ffff (%s)", (address) => {
    const spec: IpPacket = {
      src: address,
      dst: address,
      ipTtl: 64,
      protocol: "udp",
      srcPort: 1024,
      dstPort: 53,
      payload: new Uint8Array(2),
    };
    const at = address.includes(":") ? 46 : 26;
    // Payload that adds up with the rest to ffff, whose complement is 0.
    const payload = ipPacket(spec).slice(at, at + 2);
    expect(hex(ipPacket({ ...spec, payload }).subarray(at, at + 2))).toBe("ffff");
  });

  test("every packet's sums are 0 to the receiver", () => {
    const address = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map(addressOfOctets);
    const ends = fc
      .constantFrom(4, 16)
      .chain((length) => fc.tuple(address(length), address(length)));
    const u16 = fc.integer({ min: 0, max: 0xffff });
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    const rest = fc.record({
      ipTtl: fc.integer({ min: 0, max: 255 }),
      protocol: fc.constantFrom("udp" as const, "tcp" as const, "icmp" as const),
      srcPort: u16,
      dstPort: u16,
      payload: fc.uint8Array({ maxLength: 1300 }),
      ipId: u16,
      tcp: fc.record({ seq: u32, ack: u32, flags: fc.constant(["PSH", "ACK"] as const) }),
      icmp: fc.record({
        type: fc.constant(3),
        code: fc.constant(3),
        quoted: fc.uint8Array({ maxLength: 1300 }),
      }),
    });
    fc.assert(
      fc.property(ends, rest, ([src, dst], fields) => {
        const payload = fields.protocol === "icmp" ? new Uint8Array() : fields.payload;
        const packet = ipPacket({ ...fields, payload, src, dst });
        const isV4 = packet[0] === 0x45;
        const body = packet.subarray(isV4 ? 20 : 40);
        const number = packet[isV4 ? 9 : 6] as number;
        const view = new DataView(packet.buffer);
        expect(view.getUint16(isV4 ? 2 : 4)).toBe(isV4 ? packet.length : body.length);
        if (isV4) expect(wordSum(packet.subarray(0, 20))).toBe(0xffff);
        const pseudo = [...(addressOctets(src) ?? []), ...(addressOctets(dst) ?? []), 0, number];
        const length = [body.length >> 8, body.length & 255];
        const counted = number === 1 ? [...body] : [...pseudo, ...length, ...body];
        expect(wordSum(counted)).toBe(0xffff);
      }),
    );
  });
});

/** As RFC 1071 §4.1 has it, word by word with the carry brought round at once. */
function wordSum(of: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < of.length; at += 2) {
    sum += (of[at] as number) * 256 + (of[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

describe("bounds", () => {
  const spec: IpPacket = {
    src: "192.0.2.1",
    dst: "192.0.2.2",
    ipTtl: 64,
    protocol: "udp",
    srcPort: 53,
    dstPort: 53,
    payload: new Uint8Array(),
  };

  test.each([
    ["udp", 4, 65_507],
    ["udp", 6, 65_527],
    ["tcp", 4, 65_495],
    ["tcp", 6, 65_515],
  ] as const)("%s over IPv%i carries %i octets at most", (protocol, family, longest) => {
    expect(longestPayload(protocol, family)).toBe(longest);
    const ends = family === 4 ? {} : { src: "2001:db8::1", dst: "2001:db8::2" };
    const full = { ...spec, ...ends, protocol, payload: new Uint8Array(longest) };
    const packet = ipPacket(full);
    expect(new DataView(packet.buffer).getUint16(family === 4 ? 2 : 4)).toBe(0xffff);
    expect(() => ipPacket({ ...full, payload: new Uint8Array(longest + 1) })).toThrow(/octets/);
  });

  test("an error quotes no more than hosts must take", () => {
    const icmp = { type: 3, code: 3, quoted: new Uint8Array(2_000) };
    expect(ipPacket({ ...spec, protocol: "icmp", icmp }).length).toBe(576);
    const six = { ...spec, src: "2001:db8::1", dst: "2001:db8::2", icmp };
    expect(ipPacket({ ...six, protocol: "icmp" }).length).toBe(1280);
  });

  test("addresses of two families are our own mistake", () => {
    expect(() => ipPacket({ ...spec, dst: "2001:db8::1" })).toThrow(/one family/);
    expect(() => frame({ ...spec, srcMac: "02:00", dstMac: ONE })).toThrow(/MAC/);
  });
});

describe("macOf()", () => {
  test("is the same for the same name, and another for another", () => {
    expect(macOf("default/client eth0")).toBe(macOf("default/client eth0"));
    expect(macOf("default/client eth0")).not.toBe(macOf("default/client eth1"));
  });
  test("is unicast and locally administered", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(macOf(name)).toMatch(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/);
      }),
    );
  });
});
