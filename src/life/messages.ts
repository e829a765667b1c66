/**
 * The DNS messages of a journey, as they are in its packets.
 *
 * @module
 */
import type { Edns, Message, Question, Said } from "../dns/message.ts";
import { encodeResponse } from "../dns/response.ts";
import { decodeMessage } from "../dns/wire.ts";
import type { Libc } from "../stub/resolver.ts";

/** What a libc puts into its queries. */
export interface QueryStyle {
  readonly edns?: Edns;
  readonly authenticData: boolean;
}

/** glibc's `RESOLV_EDNS_BUFFER_SIZE`, only with `options edns0`; Go 1.19 always. musl 1.2.3 has none. */
export function queryStyle(libc: Libc, options: readonly string[]): QueryStyle {
  const size =
    libc === "go" ? GO_EDNS : libc === "glibc" && options.includes("edns0") ? GLIBC_EDNS : 0;
  return {
    authenticData: libc === "glibc" && options.includes("trust-ad"),
    ...(size > 0 && { edns: { udpSize: size, version: 0, dnssecOk: false, options: [] } }),
  };
}

const GO_EDNS = 1232;
const GLIBC_EDNS = 1200;

export function queryMessage(question: Question, id: number, style: QueryStyle): Message {
  const { edns, authenticData: ad } = style;
  return {
    id,
    opcode: 0,
    rcode: "NOERROR",
    flags: { qr: false, aa: false, tc: false, rd: true, ra: false, ad, cd: false },
    question: [question],
    answer: [],
    authority: [],
    additional: [],
    ...(edns && { edns }),
  };
}

export interface ReplyOctets {
  readonly octets: Uint8Array;
  readonly response: Message;
  /** TC is set. */
  readonly isCut: boolean;
}

/** What a client without EDNS takes by UDP (RFC 1035 §4.2.1). */
const PLAIN_UDP = 512;

export function replyOctets(query: Message, reply: Said, protocol: "udp" | "tcp"): ReplyOctets {
  const whole = encodeResponse(query, { ...reply, trace: [] });
  const most = query.edns?.udpSize ?? PLAIN_UDP;
  const isCut = protocol === "udp" && whole.byteLength > most;
  const octets = isCut ? truncated(query, reply, most) : whole;
  const response = decodeMessage(octets);
  // They were encoded just now.
  if (!response.ok) throw new Error(`an own reply does not parse: ${response.error.kind}`);
  return { octets, response: response.value, isCut };
}

/** As `Truncate` of miekg/dns does it: records are left out until the message fits, and TC says so. */
function truncated(query: Message, reply: Said, most: number): Uint8Array {
  const first = (kept: number): Uint8Array =>
    encodeResponse(query, {
      ...reply,
      answer: reply.answer.slice(0, kept),
      authority: [],
      additional: [],
      trace: [],
    });
  // None takes less than this, so that no more of them are tried.
  let [fits, over] = [0, Math.min(reply.answer.length, Math.ceil(most / SHORTEST_RECORD))];
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (first(middle).byteLength > most) over = middle;
    else fits = middle;
  }
  const octets = first(fits);
  octets[2] = (octets[2] as number) | TC;
  return octets;
}

/** Octets: the root's name, type, class, TTL and length. */
const SHORTEST_RECORD = 11;

/** In the third octet of the header (RFC 1035 §4.1.1). */
const TC = 0x02;
