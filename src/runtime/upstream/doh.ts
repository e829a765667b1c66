/**
 * DNS over HTTPS to an upstream (RFC 8484), by any `fetch`.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import type { DohTransport, TransportFault } from "../../upstream/transport.ts";
import { readAll } from "./body.ts";

const MEDIA_TYPE = "application/dns-message";

/** Octets of the longest DNS message. */
const LONGEST_MESSAGE = 65_535;

/** POST, since queries with changing ids are not worth a cache on the way. Redirects are not followed: only what is configured is asked. */
export function dohTransport(send: typeof fetch): DohTransport {
  return async (url, query, signal) => {
    try {
      const response = await send(url, {
        method: "POST",
        headers: { "content-type": MEDIA_TYPE, accept: MEDIA_TYPE },
        body: query,
        redirect: "manual",
        signal,
      });
      const read = await readReply(response);
      if (!read.ok) response.body?.cancel().catch(() => undefined);
      return read;
    } catch {
      return err({ kind: "unreachable", why: "could not be reached by HTTPS" });
    }
  };
}

async function readReply(response: Response): Promise<Result<Uint8Array, TransportFault>> {
  const { status, headers, body } = response;
  if (status !== 200) {
    // A browser's "opaque redirect" has status 0.
    const why = status < 400 ? `redirected (HTTP ${status})` : `answered HTTP ${status}`;
    return err({ kind: "unreachable", why });
  }
  const mediaType = (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== MEDIA_TYPE) {
    return err({ kind: "rubbish", why: `answered with another media type than ${MEDIA_TYPE}` });
  }
  if (body === null) return err({ kind: "rubbish", why: "answered with an empty body" });
  try {
    const octets = await readAll(body, LONGEST_MESSAGE);
    if (octets !== undefined) return ok(octets);
    return err({ kind: "rubbish", why: `sent more than ${LONGEST_MESSAGE} octets` });
  } catch {
    return err({ kind: "rubbish", why: "broke off in the middle of its answer" });
  }
}
