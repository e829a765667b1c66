/**
 * The headers of every response, whatever its status: any page may read it (Fetch §3.3), and no browser takes it for
 * another type.
 *
 * @module
 */

/** What a page of another origin may read (Fetch §3.3.4). */
const EXPOSED = "DNS-Trace, Link, Server-Timing, Cache-Control, Content-Length, Retry-After, Allow";

/** Seconds that a browser may keep a preflight's answer; Chromium caps it at 7,200. */
const PREFLIGHT_MAX_AGE = "7200";

export const EVERY_RESPONSE = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": EXPOSED,
  "x-content-type-options": "nosniff",
};

/** For what was made without them. Hono's own `c.header` would copy the whole response for each. */
export function withEveryHeader(response: Response): Response {
  for (const [name, value] of Object.entries(EVERY_RESPONSE)) response.headers.set(name, value);
  return response;
}

/** The answer to `OPTIONS`, on any path. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...EVERY_RESPONSE,
      allow: "GET, HEAD, POST, OPTIONS",
      "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
      "access-control-allow-headers": "Content-Type, Accept",
      "access-control-max-age": PREFLIGHT_MAX_AGE,
    },
  });
}
