/**
 * The response to a query: what is copied from it, what EDNS adds, how the trace is fitted in.
 *
 * @module
 */
import { edeOption, SYNTHESIZED } from "./ede.ts";
import type { Ede, Edns, EdnsOption, Message, Rcode, Said } from "./message.ts";
import { optionsOctets } from "./opt.ts";
import { rcodeNumber } from "./types.ts";
import { encodeWith } from "./wire.ts";
import { LONGEST_MESSAGE } from "./writer.ts";

export interface Response extends Said {
  /** A line for each query, in order. */
  readonly trace: readonly string[];
}

/** What we take over UDP, as BIND and unbound say (dnsflagday.net/2020); over HTTPS it means nothing. */
export const UDP_SIZE = 1232;

/**
 * The octets of the response to `query`.
 *
 * Id, opcode, RD, CD and the question are the query's; AD is given only to those who understand it, which they say
 * by AD or DO (RFC 6840 §5.8). There is an OPT record if the query had one: in it first the errors, then the
 * trace as far as the message stays under 2,500 octets, the rest counted in a last option. Padded if the
 * query was (RFC 7830, RFC 8467 §4.1). Over 65,535 octets, records are left out and TC says so.
 */
export function encodeResponse(query: Message, response: Response): Uint8Array<ArrayBuffer> {
  const understandsAd = query.flags.ad || query.edns?.dnssecOk === true;
  const message: Message = {
    id: query.id,
    opcode: query.opcode,
    rcode: sayable(response.rcode, query.edns),
    flags: {
      qr: true,
      aa: response.authoritative,
      tc: false,
      rd: query.flags.rd,
      ra: true,
      ad: response.authenticData && understandsAd,
      cd: query.flags.cd,
    },
    question: query.question,
    answer: response.answer,
    authority: response.authority,
    additional: response.additional,
    ...(query.edns && { edns: responseEdns(query.edns) }),
  };
  return encodeReply(message, query.edns, response.ede, response.trace);
}

/** Writes a reply with its errors, its trace and the padding that `asked`, the query's EDNS, wants. */
export function encodeReply(
  reply: Message,
  asked: Edns | undefined,
  ede: readonly Ede[] = [],
  trace: readonly string[] = [],
): Uint8Array<ArrayBuffer> {
  const padded = wantsPadding(asked);
  return encodeWith(reply, 0, (octets) => {
    const options = fitting(ede.map(edeOption), LONGEST_MESSAGE - octets);
    const limit = padded ? LONGEST_PADDED_TRACED : LONGEST_TRACED;
    options.push(...traceOptions(trace, limit - octets - optionsOctets(options)));
    if (padded) options.push(...padding(octets + optionsOctets(options)));
    return options;
  });
}

/** Our OPT record for a query that had one: its DO is copied (RFC 3225 §3), its options are not. */
export function responseEdns(asked: Edns): Edns {
  return { udpSize: UDP_SIZE, version: 0, dnssecOk: asked.dnssecOk, options: [] };
}

function wantsPadding(edns: Edns | undefined): boolean {
  return edns?.options.some(({ code }) => code === PADDING_OPTION) === true;
}

export const PADDING_OPTION = 12;

/** RFC 8467 §4.1. */
const PADDING_BLOCK = 468;

/** The trace keeps the whole message under 2,500 octets, the padding that comes behind it included. */
const LONGEST_TRACED = 2499;
const LONGEST_PADDED_TRACED = 5 * PADDING_BLOCK - 4;

/** Without EDNS an rcode has four bits: a higher one would arrive as another. */
function sayable(rcode: Rcode, edns: Edns | undefined): Rcode {
  return edns === undefined && rcodeNumber(rcode) > 15 ? "SERVFAIL" : rcode;
}

/** The options from the first on that fit in `room` octets. */
function fitting(options: readonly EdnsOption[], room: number): EdnsOption[] {
  const fit: EdnsOption[] = [];
  let left = room;
  for (const option of options) {
    left -= 4 + option.data.length;
    if (left < 0) break;
    fit.push(option);
  }
  return fit;
}

/** As many lines as fit in `room` with the count of those that do not; none where not even that fits. */
function traceOptions(lines: readonly string[], room: number): EdnsOption[] {
  const fit = fitting(lines.map(synthesized), room);
  while (fit.length < lines.length) {
    const rest = lines.length - fit.length;
    const count = synthesized(`+${rest} more ${rest === 1 ? "query" : "queries"}`);
    if (optionsOctets([...fit, count]) <= room) return [...fit, count];
    if (fit.pop() === undefined) return [];
  }
  return fit;
}

function synthesized(text: string): EdnsOption {
  return edeOption({ code: SYNTHESIZED, text });
}

/** Fills up a message of `octets` to a whole number of blocks, as far as a message may grow. */
function padding(octets: number): EdnsOption[] {
  const full = Math.ceil((octets + 4) / PADDING_BLOCK) * PADDING_BLOCK;
  const length = Math.min(full, LONGEST_MESSAGE) - octets - 4;
  return length < 0 ? [] : [{ code: PADDING_OPTION, data: new Uint8Array(length) }];
}
