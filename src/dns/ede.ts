/**
 * Extended DNS Errors as EDNS options (RFC 8914 §2): an INFO-CODE and EXTRA-TEXT in UTF-8.
 *
 * @module
 */
import { joined } from "../octets.ts";
import type { Ede, Edns, EdnsOption } from "./message.ts";

export const EDE_OPTION = 15;

/** IANA's INFO-CODE for an answer that the server made itself: each line of the trace is one. */
export const SYNTHESIZED = 29;

export function edeOption(ede: Ede): EdnsOption {
  const data = withText(2, ede.text);
  data[0] = ede.code >> 8;
  data[1] = ede.code;
  return { code: EDE_OPTION, data };
}

/** The errors that an OPT record tells of; options too short to be one are passed over. */
export function edesOf(edns: Edns | undefined): Ede[] {
  const options = edns?.options.filter(({ code, data }) => code === EDE_OPTION && data.length >= 2);
  return (options ?? []).map(({ data }) => ({
    code: ((data[0] as number) << 8) | (data[1] as number),
    // RFC 8914 §2: some senders end the text with a null octet. Octets that are no UTF-8 become U+FFFD.
    text: new TextDecoder().decode(data.subarray(2)).replace(/\0$/, ""),
  }));
}

/**
 * `text` in UTF-8 behind `before` zeros. It is mostly ASCII and short, for which a loop is several times faster than Deno's
 * encoder.
 */
function withText(before: number, text: string): Uint8Array {
  const octets = new Uint8Array(before + text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return joined([new Uint8Array(before), new TextEncoder().encode(text)]);
    octets[before + at] = code;
  }
  return octets;
}
