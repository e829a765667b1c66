/**
 * A request's URL, whose host is what the client says: `Host: a b` makes of it a text that is no URL.
 *
 * @module
 */
import type { Context } from "hono";

/** What follows the `?`. */
export function queryOf(c: Context): URLSearchParams {
  const { url } = c.req;
  const mark = url.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1).split("#", 1)[0]);
}

/** The URL, with `localhost` where the client's host could not stand in a command line. */
export function urlOf(c: Context): URL {
  try {
    const url = new URL(c.req.url);
    if (/^[a-z0-9.:[\]-]+$/i.test(url.host)) return url;
  } catch {
    // The host is no host.
  }
  return new URL(c.req.path, "http://localhost");
}
