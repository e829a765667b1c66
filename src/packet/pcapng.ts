/**
 * Captures as files that Wireshark opens: pcapng (draft-ietf-opsawg-pcapng), one section, little-endian.
 *
 * @module
 */
import { joined } from "../octets.ts";

export interface Capture {
  /** The places that packets pass, in the order of their numbers. */
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturedPacket[];
  /** Milliseconds since 1970. */
  readonly start: number;
  /** What made the capture, as Wireshark shows it. */
  readonly application: string;
}

export interface CaptureInterface {
  readonly name: string;
  readonly description?: string;
}

export interface CapturedPacket {
  /** Index in the capture's interfaces. */
  readonly interface: number;
  /** Microseconds since the capture's start. */
  readonly at: number;
  /** From the Ethernet header on, without frame check sequence. */
  readonly frame: Uint8Array;
  readonly comment?: string;
}

/**
 * The octets of the file.
 *
 * A text over {@link LONGEST_OPTION} octets is cut, a frame over {@link SNAP_LENGTH} too, its length kept. Throws
 * where a packet names an interface that is not there.
 */
export function writePcapng(capture: Capture): Uint8Array<ArrayBuffer> {
  const { interfaces, packets, start, application } = capture;
  return joined([
    sectionHeader(application),
    ...interfaces.map(interfaceDescription),
    ...packets.map((packet) => {
      if (interfaces[packet.interface] === undefined) {
        throw new Error(`a packet of interface ${packet.interface} of ${interfaces.length}`);
      }
      return enhancedPacket(packet, start);
    }),
  ]);
}

/** Wireshark's largest Ethernet packet (`WTAP_MAX_PACKET_SIZE_STANDARD`). */
export const SNAP_LENGTH = 262_144;

/** The length of an option stands in 16 bits; this is the last multiple of four. */
export const LONGEST_OPTION = 0xfffc;

/** Block types (§4.1, §4.2, §4.3). */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;

/** Option codes (§3.5, §4.1, §4.2). */
const END_OF_OPTIONS = 0;
const COMMENT = 1;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const SHB_USERAPPL = 4;
const IF_TSRESOL = 9;

const LINKTYPE_ETHERNET = 1;
/** Ten to the minus six: microseconds. It is the default, said all the same. */
const MICROSECONDS = 6;

function sectionHeader(application: string): Uint8Array {
  // A reader tells the order of octets from the magic; a section length of -1 is "not given".
  const fixed = [u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)];
  return block(SECTION_HEADER, fixed, [textOption(SHB_USERAPPL, application)]);
}

function interfaceDescription({ name, description }: CaptureInterface): Uint8Array {
  const fixed = [u16(LINKTYPE_ETHERNET), u16(0), u32(SNAP_LENGTH)];
  return block(INTERFACE_DESCRIPTION, fixed, [
    textOption(IF_NAME, name),
    ...(description === undefined ? [] : [textOption(IF_DESCRIPTION, description)]),
    option(IF_TSRESOL, Uint8Array.of(MICROSECONDS)),
  ]);
}

function enhancedPacket(packet: CapturedPacket, start: number): Uint8Array {
  const { frame, comment } = packet;
  const time = Math.round(start * 1_000 + packet.at);
  const kept = frame.subarray(0, SNAP_LENGTH);
  const fixed = [
    u32(packet.interface),
    u32(Math.floor(time / 2 ** 32)),
    u32(time % 2 ** 32),
    u32(kept.length),
    u32(frame.length),
    padded(kept),
  ];
  return block(ENHANCED_PACKET, fixed, comment === undefined ? [] : [textOption(COMMENT, comment)]);
}

/** A block: its type, its length before and behind, so that it can be read from either end (§3.1). */
function block(
  type: number,
  fixed: readonly Uint8Array[],
  options: readonly Uint8Array[],
): Uint8Array {
  const ended = options.length === 0 ? [] : [...options, option(END_OF_OPTIONS, new Uint8Array())];
  const body = joined([...fixed, ...ended]);
  const length = u32(body.length + 12);
  return joined([u32(type), length, body, length]);
}

function textOption(code: number, text: string): Uint8Array {
  const octets = new Uint8Array(Math.min(LONGEST_OPTION, 3 * text.length));
  // Stops in front of a character that does not fit whole.
  const { written } = new TextEncoder().encodeInto(text, octets);
  return option(code, octets.subarray(0, written));
}

function option(code: number, value: Uint8Array): Uint8Array {
  return joined([u16(code), u16(value.length), padded(value)]);
}

/** Filled up with zeros to a multiple of four octets; the lengths beside it do not count them. */
function padded(octets: Uint8Array): Uint8Array {
  if (octets.length % 4 === 0) return octets;
  const filled = new Uint8Array(Math.ceil(octets.length / 4) * 4);
  filled.set(octets);
  return filled;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}
