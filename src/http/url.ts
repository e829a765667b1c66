/**
 * A request's URL, whose host is what the client says: `Host: a b` makes of it a text that is no URL.
 *
 * @module
 */
import type { Context } from "hono";

/** What follows the `?`, as it stands there. */
export function queryText({ req }: Context): string {
  const { url } = req;
  const mark = url.indexOf("?");
  if (mark < 0) return "";
  const hash = url.indexOf("#", mark);
  return url.slice(mark + 1, hash < 0 ? undefined : hash);
}

export function queryOf(c: Context): URLSearchParams {
  return new URLSearchParams(queryText(c));
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
