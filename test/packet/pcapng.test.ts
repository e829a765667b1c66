import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Capture, LONGEST_OPTION, SNAP_LENGTH, writePcapng } from "../../src/packet/pcapng.ts";

const hex = (of: Uint8Array): string => Buffer.from(of).toString("hex");

const START = 1_700_000_000_123;

test("a capture of one packet, octet by octet", () => {
  const file = writePcapng({
    interfaces: [{ name: "eth0", description: "pod" }],
    packets: [{ interface: 0, at: 7, frame: Uint8Array.of(1, 2, 3, 4, 5), comment: "DNAT" }],
    start: START,
    application: "ndots",
  });
  expect(hex(file)).toBe(
    [
      // Section header: type, length, magic, version 1.0, section length not given; shb_userappl, end.
      "0a0d0d0a 2c000000 4d3c2b1a 0100 0000 ffffffffffffffff 0400 0500 6e646f7473000000 00000000 2c000000",
      // Interface: LINKTYPE_ETHERNET, snap length; if_name, if_description, if_tsresol, end.
      "01000000 30000000 0100 0000 00000400 0200 0400 65746830 0300 0300 706f6400 0900 0100 06000000 00000000 30000000",
      // Packet: interface, 1700000000123007 µs in two halves, lengths, data padded; opt_comment, end.
      "06000000 34000000 00000000 240a0600 7f202018 05000000 05000000 0102030405000000 0100 0400 444e4154 00000000 34000000",
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

interface Block {
  readonly type: number;
  readonly body: Buffer;
}

/** A reader of its own, by the draft: both lengths agree, and every block is a multiple of four octets. */
function blocks(file: Uint8Array): Block[] {
  const octets = Buffer.from(file);
  const all: Block[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = octets.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(octets.readUInt32LE(at + length - 4)).toBe(length);
    all.push({ type: octets.readUInt32LE(at), body: octets.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return all;
}

function options(body: Buffer): [code: number, value: string][] {
  const all: [number, string][] = [];
  for (let at = 0; at < body.length; ) {
    const [code, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)];
    if (code === 0) {
      expect([length, at + 4]).toEqual([0, body.length]);
      break;
    }
    all.push([code, body.toString("utf8", at + 4, at + 4 + length)]);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return all;
}

test("what is written is read again", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  const packet = (count: number) =>
    fc.record(
      {
        interface: fc.integer({ min: 0, max: count - 1 }),
        at: fc.integer({ min: 0, max: 20_000_000 }),
        frame: fc.uint8Array({ maxLength: 100 }),
        comment: text,
      },
      { requiredKeys: ["interface", "at", "frame"] },
    );
  const interfaces = fc.array(
    fc.record({ name: text, description: text }, { requiredKeys: ["name"] }),
    { minLength: 1, maxLength: 5 },
  );
  const capture = interfaces.chain((those) =>
    fc.record({
      interfaces: fc.constant(those),
      packets: fc.array(packet(those.length), { maxLength: 10 }),
      start: fc.integer({ min: 0, max: 4e12 }),
      application: text,
    }),
  );
  fc.assert(
    fc.property(capture, (given) => {
      const [section, ...rest] = blocks(writePcapng(given as Capture));
      expect(section?.type).toBe(0x0a0d0d0a);
      expect(options(section?.body.subarray(16) as Buffer)).toEqual([[4, given.application]]);
      const described = rest.slice(0, given.interfaces.length);
      expect(described.map(({ body }) => options(body.subarray(8)).slice(0, -1))).toEqual(
        given.interfaces.map(({ name, description }) => [
          [2, name],
          ...(description === undefined ? [] : [[3, description]]),
        ]),
      );
      const packets = rest.slice(given.interfaces.length).map(({ type, body }) => {
        const length = body.readUInt32LE(12);
        const end = 20 + Math.ceil(length / 4) * 4;
        const micros = body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8);
        return {
          type,
          interface: body.readUInt32LE(0),
          at: micros - given.start * 1_000,
          frame: hex(body.subarray(20, 20 + length)),
          options: options(body.subarray(end)),
        };
      });
      expect(packets).toEqual(
        given.packets.map(({ comment, ...packet }) => ({
          type: 6,
          ...packet,
          frame: hex(packet.frame),
          options: comment === undefined ? [] : [[1, comment]],
        })),
      );
    }),
  );
});

describe("bounds", () => {
  const capture = { interfaces: [{ name: "eth0" }], start: START, application: "ndots" };

  test("a comment that is too long ends with a whole character", () => {
    const comment = `x${"é".repeat(LONGEST_OPTION)}`;
    const file = writePcapng({
      ...capture,
      packets: [{ interface: 0, at: 0, frame: new Uint8Array(), comment }],
    });
    const [[, written]] = options(blocks(file)[2]?.body.subarray(20) as Buffer) as [
      [number, string],
    ];
    expect(written).toBe(`x${"é".repeat((LONGEST_OPTION - 2) / 2)}`);
  });

  test("a frame that is too long keeps its length", () => {
    const frame = new Uint8Array(SNAP_LENGTH + 4);
    const file = writePcapng({ ...capture, packets: [{ interface: 0, at: 0, frame }] });
    const body = blocks(file)[2]?.body as Buffer;
    expect([body.readUInt32LE(12), body.readUInt32LE(16)]).toEqual([SNAP_LENGTH, SNAP_LENGTH + 4]);
  });

  test("a packet of an interface that is not there is our own mistake", () => {
    const packets = [{ interface: 1, at: 0, frame: new Uint8Array() }];
    expect(() => writePcapng({ ...capture, packets })).toThrow("interface 1 of 1");
  });
});
