/**
 * The DNS message of a request: `GET ?dns=` or a POSTed body (RFC 8484 §4.1).
 *
 * Liberal in what is taken: media type parameters and case, padding, the standard base64 alphabet.
 *
 * @module
 */

import type { Context } from "hono";
import { err, ok, type Result } from "../result.ts";
import { BODY_TIMEOUT, LONGEST_MESSAGE, type ReadBody } from "./body.ts";
import { badRequest, type Problem } from "./problem.ts";
import { DNS_MESSAGE } from "./wire.ts";

/** The value of `?dns=`, given once. */
export function messageInQuery(params: URLSearchParams): Result<Uint8Array, Problem> {
  const given = params.getAll("dns");
  if (given.length === 0) {
    return err(
      badRequest(
        "give dns= (a DNS message in base64url), or name= and type= for JSON, or POST application/dns-message",
      ),
    );
  }
  if (given.length > 1) return err(badRequest(`dns is given ${given.length} times`));
  return decodeBase64(given[0] as string);
}

/** base64url (RFC 4648 §5); padding and the standard alphabet are forgiven, whose `+` a query turns into a blank. */
export function decodeBase64(text: string): Result<Uint8Array, Problem> {
  const length = text.endsWith("==") ? text.length - 2 : text.length - (text.endsWith("=") ? 1 : 0);
  if (length > Math.ceil((LONGEST_MESSAGE * 4) / 3)) return err(tooLong());
  const octets = new Uint8Array((length * 6) >> 3);
  let wrong = length % 4 === 1;
  let bits = 0;
  for (let from = 0, to = 0; from < length; from++) {
    const value = SIX_BITS[text.charCodeAt(from)] ?? -1;
    wrong ||= value < 0;
    bits = (bits << 6) | value;
    // Each character but the first of four completes an octet.
    if ((from & 3) !== 0) octets[to++] = bits >> (6 - 2 * (from & 3));
  }
  if (!wrong) return ok(octets);
  return err(badRequest("dns takes a DNS message in base64url without padding (RFC 4648 §5)"));
}

/** By character code; -1 for those of no alphabet. */
const SIX_BITS = alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

function alphabet(common: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (const ends of ["+/", " /", "-_"]) {
    for (const [value, char] of [...common, ...ends].entries()) values[char.charCodeAt(0)] = value;
  }
  return values;
}

export async function postedMessage(
  { req }: Context,
  read: ReadBody,
): Promise<Result<Uint8Array, Problem>> {
  const length = req.raw.headers.get("content-length");
  const refused = refusedPost(req.raw.headers.get("content-type") ?? "", length);
  // Of what is refused only so much is read that the client gets its answer.
  const body = await read(req.raw, refused === undefined ? length : null);
  if (refused !== undefined) return err(refused);
  if (body === undefined) {
    return err(badRequest(`the body did not arrive whole within ${BODY_TIMEOUT / 1000} s`));
  }
  return body.byteLength > LONGEST_MESSAGE ? err(tooLong()) : ok(new Uint8Array(body));
}

/** What the headers of a POST say against it. */
function refusedPost(contentType: string, length: string | null): Problem | undefined {
  if (contentType !== DNS_MESSAGE) {
    const mediaType = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
    if (mediaType !== DNS_MESSAGE) {
      const received = mediaType === "" ? "none" : JSON.stringify(mediaType.slice(0, 80));
      return {
        status: 415,
        detail: `POST takes Content-Type: ${DNS_MESSAGE}: received ${received}`,
        headers: { "accept-post": DNS_MESSAGE },
      };
    }
  }
  return Number(length ?? 0) > LONGEST_MESSAGE ? tooLong() : undefined;
}

function tooLong(): Problem {
  return { status: 413, detail: `a DNS message has at most ${LONGEST_MESSAGE} octets` };
}
