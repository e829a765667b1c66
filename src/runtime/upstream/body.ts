/**
 * Reading octets from a stream, never more than are wanted.
 *
 * @module
 */
import { joined } from "../../octets.ts";

/** Octets that can be taken from a stream in pieces of one's own choice. */
export interface OctetReader {
  /** Exactly `length` octets, or undefined where the stream ends before. Rejects where the stream breaks. */
  take(length: number): Promise<Uint8Array | undefined>;
}

export function octetReader(stream: ReadableStream<Uint8Array>): OctetReader {
  const reader = stream.getReader();
  let rest = new Uint8Array();
  return {
    async take(length) {
      const taken = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        if (rest.length === 0) {
          const { done, value } = await reader.read();
          if (done) return undefined;
          rest = new Uint8Array(value);
        }
        const piece = rest.subarray(0, length - filled);
        taken.set(piece, filled);
        filled += piece.length;
        rest = rest.subarray(piece.length);
      }
      return taken;
    },
  };
}

/** The whole stream, or undefined where it is longer than `most` octets: then the rest is not read. */
export async function readAll(
  stream: ReadableStream<Uint8Array>,
  most: number,
): Promise<Uint8Array | undefined> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      // Not waited for: a sender that goes on sending may not care.
      reader.cancel().catch(() => undefined);
      return undefined;
    }
    pieces.push(value);
  }
  return joined(pieces);
}
