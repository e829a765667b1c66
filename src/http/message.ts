/**
 * The DNS message of a request: `GET ?dns=` or a POSTed body (RFC 8484 §4.1).
 *
 * Liberal in what is taken: media type parameters and case, padding, the standard base64 alphabet.
 *
 * @module
 */

import type { Context } from "hono";
import { within } from "../cache/time-limit.ts";
import { joined } from "../octets.ts";
import { err, ok, type Result } from "../result.ts";
import type { Deps } from "./deps.ts";
import { badRequest, type Problem } from "./problem.ts";
import { DNS_MESSAGE } from "./wire.ts";

/** A DNS message's length is 16 bits wherever it is carried with one (RFC 1035 §4.2.2). */
const LONGEST_MESSAGE = 65_535;

export async function messageOf(
  c: Context,
  params: URLSearchParams,
  deps: Deps,
): Promise<Result<Uint8Array, Problem>> {
  if (c.req.method === "POST") return postedMessage(c, deps);
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

/** Milliseconds: who sends 65,535 octets more slowly holds a place that others need. */
const BODY_TIMEOUT = 4_000;

/** base64url (RFC 4648 §5); padding and the standard alphabet are forgiven, whose `+` a query turns into a blank. */
function decodeBase64(text: string): Result<Uint8Array, Problem> {
  const standard = text
    .replace(/[- ]/g, "+")
    .replace(/_/g, "/")
    .replace(/={0,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(standard) || standard.length % 4 === 1) {
    return err(badRequest("dns takes a DNS message in base64url without padding (RFC 4648 §5)"));
  }
  if (standard.length > Math.ceil((LONGEST_MESSAGE * 4) / 3)) return err(tooLong());
  const binary = atob(standard);
  const octets = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) octets[at] = binary.charCodeAt(at);
  return ok(octets);
}

async function postedMessage(c: Context, deps: Deps): Promise<Result<Uint8Array, Problem>> {
  const { raw } = c.req;
  const refused = refusedPost(c);
  const length = c.req.header("content-length");
  // HTTP holds a body to the length that it tells, and a runtime reads such a body whole at less cost.
  const read = await within(BODY_TIMEOUT, deps.wait, async () =>
    refused === undefined && length !== undefined
      ? new Uint8Array(await raw.arrayBuffer())
      : readBody(raw.body),
  );
  if (refused !== undefined) return err(refused);
  if (read.kind !== "done") {
    return err(badRequest(`the body did not arrive whole within ${BODY_TIMEOUT / 1000} s`));
  }
  return read.value.byteLength > LONGEST_MESSAGE ? err(tooLong()) : ok(read.value);
}

/** What the headers of a POST say against it. */
function refusedPost(c: Context): Problem | undefined {
  const given = c.req.header("content-type") ?? "";
  const mediaType = (given.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (mediaType !== DNS_MESSAGE) {
    const received = mediaType === "" ? "none" : JSON.stringify(mediaType.slice(0, 80));
    return {
      status: 415,
      detail: `POST takes Content-Type: ${DNS_MESSAGE}: received ${received}`,
      headers: { "accept-post": DNS_MESSAGE },
    };
  }
  return Number(c.req.header("content-length") ?? 0) > LONGEST_MESSAGE ? tooLong() : undefined;
}

/**
 * The octets as they come: of more than a message holds, the beginning.
 *
 * What follows is read too, up to {@link MOST_DRAINED}: over HTTP/2 a client that is answered before it has sent all
 * may see its stream reset in place of the answer.
 */
async function readBody(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  while (length <= MOST_DRAINED) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks);
    if (length <= LONGEST_MESSAGE) chunks.push(value);
    length += value.byteLength;
  }
  await reader.cancel().catch(() => undefined);
  return joined(chunks);
}

/** Octets. */
const MOST_DRAINED = 1024 * 1024;

function tooLong(): Problem {
  return { status: 413, detail: `a DNS message has at most ${LONGEST_MESSAGE} octets` };
}
