/**
 * The headers of an answer.
 *
 * @module
 */
import type { Asked } from "../exchanged.ts";
import { traceHeader } from "../trace/header.ts";
import { accountLink } from "./account.ts";
import type { Answered } from "./ask.ts";
import { EVERY_RESPONSE } from "./cors.ts";
import type { Way } from "./way.ts";

/** `DNS-Trace`, `Link`, `Server-Timing`, `Cache-Control` and `Vary` of a lookup, and those of every response. */
export function answerHeaders(way: Way, asked: Asked, answered: Answered): Record<string, string> {
  const { lookup, timings, seed } = answered;
  const headers: Record<string, string> = {
    ...EVERY_RESPONSE,
    "cache-control": lookup.ttl === undefined ? "no-store" : `max-age=${lookup.ttl}`,
    vary: "Accept",
  };
  if (seed !== undefined) headers.link = accountLink(way, asked, seed);
  const trace = traceHeader(lookup.queries);
  if (trace !== undefined) headers["dns-trace"] = trace;
  if (timings.length > 0) {
    headers["server-timing"] = serverTiming(timings);
    // Without it a page of another origin is not told them (Resource Timing §4.5).
    headers["timing-allow-origin"] = "*";
  }
  return headers;
}

function serverTiming(timings: Answered["timings"]): string {
  return timings
    .map(({ name, description, ms }) => `${name};desc="${clean(description)}";dur=${ms}`)
    .join(", ");
}

/** A description is a quoted-string: what could end it is left out. */
function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, "");
}
