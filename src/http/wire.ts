/**
 * DNS messages as HTTP responses (RFC 8484 §4.2): exact in type and length, whatever was taken.
 *
 * @module
 */
import { bare, type Message } from "../dns/message.ts";
import { encodeResponse } from "../dns/response.ts";
import type { Asked } from "../exchanged.ts";
import { traceLines } from "../trace/ede.ts";
import type { Answered } from "./ask.ts";
import { EVERY_RESPONSE } from "./cors.ts";
import { answerHeaders } from "./headers.ts";
import type { Way } from "./way.ts";

export const DNS_MESSAGE = "application/dns-message";

/** All of a response. */
export interface Wire {
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a response is about, beside the cluster. */
export interface Asking {
  readonly way: Way;
  readonly asked: Asked;
  /** The message that brought the question, or would have. */
  readonly query: Message;
}

/** A finished lookup as a message with its headers. */
export function answerWire({ way, asked, query }: Asking, answered: Answered): Wire {
  const { lookup } = answered;
  const trace = way.options.traceOff ? [] : traceLines(lookup.queries, asked.question.type);
  return wire(encodeResponse(query, { ...lookup, trace }), answerHeaders(way, asked, answered));
}

/** A message that no lookup has led to: the wrong question, or no way to ask it. */
export function unkept(octets: Uint8Array<ArrayBuffer>): Response {
  const headers = { ...EVERY_RESPONSE, "cache-control": "no-store", vary: "Accept" };
  return wireResponse(wire(octets, headers));
}

/** SERVFAIL with an Extended DNS Error of code 0 (Other). */
export function servfail(text: string): Parameters<typeof encodeResponse>[1] {
  return { ...bare("SERVFAIL", [{ code: 0, text }]), trace: [] };
}

/** The octets are copied (Fetch §5.2, "extract a body"). */
export function wireResponse({ octets, headers }: Wire): Response {
  return new Response(octets, { headers });
}

function wire(octets: Uint8Array<ArrayBuffer>, headers: Record<string, string>): Wire {
  // Content-Length, without which dig takes a reply for an empty one, is each runtime's own to add.
  headers["content-type"] = DNS_MESSAGE;
  return { octets, headers };
}
