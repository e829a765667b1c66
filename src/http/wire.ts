/**
 * DNS messages as HTTP responses (RFC 8484 §4.2): exact in type and length, whatever was taken.
 *
 * @module
 */
import { bare, type Message } from "../dns/message.ts";
import { encodeResponse } from "../dns/response.ts";
import { traceLines } from "../trace/ede.ts";
import type { Answered } from "./ask.ts";
import { answerHeaders } from "./headers.ts";
import type { Options } from "./options.ts";

export const DNS_MESSAGE = "application/dns-message";

/** A finished lookup as a message with its headers. */
export function answerResponse(query: Message, answered: Answered, options: Options): Response {
  const { lookup } = answered;
  const asked = query.question[0]?.type ?? "A";
  const trace = options.traceOff ? [] : traceLines(lookup.queries, asked);
  return wireResponse(encodeResponse(query, { ...lookup, trace }), answerHeaders(answered));
}

/** SERVFAIL with an Extended DNS Error of code 0 (Other). */
export function servfail(text: string): Parameters<typeof encodeResponse>[1] {
  return { ...bare("SERVFAIL", [{ code: 0, text }]), trace: [] };
}

export const NOT_KEPT = { "cache-control": "no-store", vary: "Accept" };

export function wireResponse(
  octets: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Response {
  return new Response(octets, {
    headers: {
      ...headers,
      "content-type": DNS_MESSAGE,
      // dig takes a reply without it for an empty one.
      "content-length": String(octets.byteLength),
    },
  });
}
