/**
 * DNS over HTTPS (RFC 8484), and Google's JSON beside it.
 *
 * Liberal in what is taken (media type parameters, padding, the standard base64 alphabet), exact in what is given.
 * Every DNS outcome is HTTP 200.
 *
 * @module
 */
import type { Context } from "hono";
import { readQuery } from "../dns/query.ts";
import { encodeReply, encodeResponse } from "../dns/response.ts";
import { ask, findSeat, optionsOf, vantagePath } from "./ask.ts";
import type { Deps } from "./deps.ts";
import { resolveJson } from "./json.ts";
import { messageOf } from "./message.ts";
import { badRequest, problemResponse } from "./problem.ts";
import { queryOf } from "./url.ts";
import { answerResponse, NOT_KEPT, servfail, wireResponse } from "./wire.ts";

export async function dnsQuery(c: Context, deps: Deps): Promise<Response> {
  const params = queryOf(c);
  if (c.req.method === "GET" && !params.has("dns") && params.has("name"))
    return resolveJson(c, deps);
  const octets = await messageOf(c, params, deps);
  if (!octets.ok) return problemResponse(octets.error);
  return answerWire(c, octets.value, deps);
}

async function answerWire(c: Context, octets: Uint8Array, deps: Deps): Promise<Response> {
  const path = vantagePath(c.req.path);
  if (!path.ok) return problemResponse(path.error);
  const options = optionsOf(c, path.value);
  if (!options.ok) return problemResponse(options.error);
  const read = readQuery(octets);
  if (read.kind === "short") {
    return problemResponse(
      badRequest(`a DNS message has at least 12 octets: received ${read.octets}`),
    );
  }
  if (read.kind === "reply") return wireResponse(encodeReply(read.reply, read.asked), NOT_KEPT);

  const seat = await findSeat(path.value, deps);
  if (!seat.ok) {
    // A resolver's clients understand a DNS answer; only a wrong address is theirs to mend.
    if (seat.error.status !== 422) return problemResponse(seat.error);
    return wireResponse(encodeResponse(read.query, servfail(seat.error.detail)), NOT_KEPT);
  }
  const [question] = read.query.question;
  if (question === undefined) return problemResponse(badRequest("the message asks nothing"));
  const asked = {
    question,
    absolute: false,
    dnssecOk: read.query.edns?.dnssecOk ?? false,
    checkingDisabled: read.query.flags.cd,
    authenticData: read.query.flags.ad,
    recursionDesired: read.query.flags.rd,
  };
  const answered = await ask(c, seat.value, asked, options.value, deps);
  return answerResponse(read.query, answered, options.value);
}
