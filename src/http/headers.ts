/**
 * The headers of an answer, and those of every response.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { traceHeader } from "../trace/header.ts";
import type { Answered } from "./ask.ts";

/** What a page of another origin may read (Fetch §3.3.4). */
const EXPOSED = "DNS-Trace, Link, Server-Timing, Cache-Control, Content-Length, Retry-After, Allow";

/** Seconds that a browser may keep a preflight's answer; Chromium caps it at 7,200. */
const PREFLIGHT_MAX_AGE = "7200";

/** CORS on every status, and nothing that a browser could take for another type. */
export const everyResponse: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "OPTIONS") {
    c.res = new Response(null, {
      status: 204,
      headers: {
        allow: "GET, HEAD, POST, OPTIONS",
        "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
        "access-control-allow-headers": "Content-Type, Accept",
        "access-control-max-age": PREFLIGHT_MAX_AGE,
      },
    });
  } else {
    await next();
  }
  // Hono's own `c.header` would copy the whole response for each.
  const { headers } = c.res;
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
  headers.set("timing-allow-origin", "*");
  headers.set("x-content-type-options", "nosniff");
};

/** `DNS-Trace`, `Server-Timing`, `Cache-Control` and `Vary` of a lookup. */
export function answerHeaders({ lookup, budget }: Answered): Record<string, string> {
  const headers: Record<string, string> = {
    "cache-control": lookup.ttl === undefined ? "no-store" : `max-age=${lookup.ttl}`,
    vary: "Accept",
  };
  const trace = traceHeader(lookup.queries);
  if (trace !== undefined) headers["dns-trace"] = trace;
  if (budget.timings.length > 0) headers["server-timing"] = serverTiming(budget);
  return headers;
}

function serverTiming({ timings }: Answered["budget"]): string {
  return timings
    .map(({ name, description, ms }) => `${name};desc="${clean(description)}";dur=${ms}`)
    .join(", ");
}

/** A description is a quoted-string: what could end it is left out. */
function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, "");
}
