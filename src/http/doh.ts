/**
 * DNS over HTTPS (RFC 8484), and Google's JSON beside it.
 *
 * Liberal in what is taken (media type parameters, padding, the standard base64 alphabet), exact in what is given.
 * Every DNS outcome is HTTP 200.
 *
 * @module
 */
import type { Context } from "hono";
import type { Message, Question } from "../dns/message.ts";
import { readQuery } from "../dns/query.ts";
import { encodeReply, encodeResponse } from "../dns/response.ts";
import type { Asked } from "../exchanged.ts";
import { ask, findCluster, findVantage } from "./ask.ts";
import { bodyReader } from "./body.ts";
import type { Deps } from "./deps.ts";
import { resolveJson } from "./json.ts";
import { keep, keptResponse } from "./kept.ts";
import { decodeBase64, messageInQuery, postedMessage } from "./message.ts";
import { badRequest, problemResponse } from "./problem.ts";
import { queryText } from "./url.ts";
import { wayReader } from "./way.ts";
import { answerWire, servfail, unkept, wireResponse } from "./wire.ts";

export function dnsQueryHandler(deps: Deps): (c: Context) => Promise<Response> {
  const readBody = bodyReader(deps);
  const readWay = wayReader();

  return async (c) => {
    const text = queryText(c);
    const message = MESSAGE_ALONE.exec(text)?.[1];
    const params = message === undefined && text !== "" ? new URLSearchParams(text) : NONE;
    const isPost = c.req.method === "POST";
    if (!isPost && params.has("name") && !params.has("dns")) return resolveJson(c, deps);
    const octets = isPost
      ? await postedMessage(c, readBody)
      : message === undefined
        ? messageInQuery(params)
        : decodeBase64(message);
    if (!octets.ok) return problemResponse(octets.error);
    const way = readWay(c.req.path, params);
    if (!way.ok) return problemResponse(way.error);
    const open = await findCluster(way.value.path.cluster, deps);
    const kept = open.ok && keptResponse(open.value, way.value, octets.value, deps);
    if (kept) return kept;
    const read = readQuery(octets.value);
    if (read.kind === "short") {
      return problemResponse(
        badRequest(`a DNS message has at least 12 octets: received ${read.octets}`),
      );
    }
    if (read.kind === "reply") return unkept(encodeReply(read.reply, read.asked));
    const { query } = read;
    if (!open.ok) {
      // A resolver's clients understand a DNS answer; only a wrong address is theirs to mend.
      if (open.error.status !== 422) return problemResponse(open.error);
      return unkept(encodeResponse(query, servfail(open.error.detail)));
    }
    const asking = { way: way.value, asked: askedOf(query), query };
    const seat = findVantage(open.value, way.value.path);
    if (!seat.ok) return problemResponse(seat.error);
    const answered = await ask(c, seat.value, asking.asked, way.value.options, deps);
    const wire = answerWire(asking, answered);
    keep(open.value, octets.value, asking, answered, wire);
    return wireResponse(wire);
  };
}

/** A query of most clients: the message and nothing else. */
const MESSAGE_ALONE = /^dns=([\w-]+)$/;

const NONE = new URLSearchParams();

function askedOf({ question, flags, edns }: Message): Asked {
  return {
    question: question[0] as Question,
    absolute: false,
    dnssecOk: edns?.dnssecOk ?? false,
    checkingDisabled: flags.cd,
    authenticData: flags.ad,
    recursionDesired: flags.rd,
  };
}
