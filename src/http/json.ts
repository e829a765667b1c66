/**
 * JSON answers in the form of Google's DNS-over-HTTPS API, with `Trace` added.
 *
 * @module
 */
import type { Context } from "hono";
import type { Message, RR } from "../dns/message.ts";
import { endsInRootDot } from "../dns/name.ts";
import { printRdata } from "../dns/records.ts";
import { isRefusedType, rcodeNumber, typeNumber } from "../dns/types.ts";
import type { Asked } from "../exchanged.ts";
import { type Lookup, unanswered } from "../lookup.ts";
import { err, ok, type Result } from "../result.ts";
import { traceJson } from "../trace/json.ts";
import { type Answered, ask, findSeat } from "./ask.ts";
import type { Deps } from "./deps.ts";
import { answerHeaders } from "./headers.ts";
import { readNameAndType } from "./name.ts";
import { badRequest, type Problem, problemResponse, quoted } from "./problem.ts";
import { queryOf } from "./url.ts";
import { readWay } from "./way.ts";
import { type Asking, answerWire, DNS_MESSAGE, wireResponse } from "./wire.ts";

export async function resolveJson(c: Context, deps: Deps): Promise<Response> {
  const params = queryOf(c);
  const way = readWay(c.req.path, params);
  if (!way.ok) return problemResponse(way.error);
  const asked = askedOf(params);
  if (!asked.ok) return problemResponse(asked.error);
  const form = params.get("ct") ?? "";
  if (form !== "" && !JSON_FORMS.has(form) && form !== DNS_MESSAGE) {
    const known = [...JSON_FORMS, DNS_MESSAGE].join(", ");
    return problemResponse(badRequest(`ct takes one of ${known}: received ${quoted(form)}`));
  }
  const { path, options } = way.value;
  const seat = await findSeat(path, deps);
  if (!seat.ok) return problemResponse(seat.error);
  const answered = isRefusedType(asked.value.question.type)
    ? { lookup: unanswered("REFUSED"), timings: [] }
    : await ask(c, seat.value, asked.value, options, deps);
  const asking = { way: way.value, asked: asked.value, query: messageOf(asked.value) };
  if (form === DNS_MESSAGE) return wireResponse(answerWire(asking, answered));
  return jsonResponse(c, asking, answered, form);
}

const JSON_FORMS: ReadonlySet<string> = new Set([
  "application/json",
  "application/dns-json",
  "application/x-javascript",
]);

function askedOf(params: URLSearchParams): Result<Asked, Problem> {
  const given = readNameAndType(params, ["do", "cd", "ct"]);
  if (!given.ok) return given;
  const { text, name, type = "A" } = given.value;
  const dnssecOk = readFlag(params, "do");
  if (!dnssecOk.ok) return dnssecOk;
  const checkingDisabled = readFlag(params, "cd");
  if (!checkingDisabled.ok) return checkingDisabled;
  return ok({
    question: { name, type, class: 1 },
    absolute: endsInRootDot(text),
    dnssecOk: dnssecOk.value,
    checkingDisabled: checkingDisabled.value,
    // Google's API always tells.
    authenticData: true,
    recursionDesired: true,
  });
}

function readFlag(params: URLSearchParams, key: string): Result<boolean, Problem> {
  const value = (params.get(key) ?? "0").toLowerCase();
  if (value === "" || value === "1" || value === "true") return ok(true);
  if (value === "0" || value === "false") return ok(false);
  return err(badRequest(`${key} takes 1, true, 0 or false: received ${quoted(value)}`));
}

/** The same question as a message, for `ct=application/dns-message`. */
function messageOf(asked: Asked): Message {
  return {
    id: 0,
    opcode: 0,
    rcode: "NOERROR",
    flags: {
      qr: false,
      aa: false,
      tc: false,
      rd: true,
      ra: false,
      ad: false,
      cd: asked.checkingDisabled,
    },
    question: [asked.question],
    answer: [],
    authority: [],
    additional: [],
    edns: { udpSize: 1232, version: 0, dnssecOk: asked.dnssecOk, options: [] },
  };
}

function jsonResponse(c: Context, asking: Asking, answered: Answered, form: string): Response {
  const { way, asked } = asking;
  const { lookup } = answered;
  const { name, type } = asked.question;
  const body = {
    Status: rcodeNumber(lookup.rcode),
    TC: false,
    RD: true,
    RA: true,
    AD: lookup.authenticData,
    CD: asked.checkingDisabled,
    Question: [{ name, type: typeNumber(type) }],
    ...section("Answer", lookup.answer),
    ...section("Authority", lookup.authority),
    ...section("Additional", lookup.additional),
    ...comment(lookup),
    ...(lookup.ede.length === 0
      ? {}
      : {
          extended_dns_errors: lookup.ede.map(({ code, text }) => ({
            info_code: code,
            extra_text: text,
          })),
        }),
    Trace: traceJson(lookup.queries),
  };
  const dnsJson =
    form === "application/dns-json" ||
    (form === "" && (c.req.header("accept") ?? "").includes("application/dns-json"));
  return new Response(`${JSON.stringify(body, undefined, 2)}\n`, {
    headers: {
      ...answerHeaders(way, asked, answered),
      "content-type": dnsJson ? "application/dns-json" : "application/json; charset=UTF-8",
    },
  });
}

function section(key: string, records: readonly RR[]): Record<string, unknown> {
  if (records.length === 0) return {};
  const spelled = records.map((rr) => ({
    name: rr.name,
    type: typeNumber(rr.type),
    TTL: rr.ttl,
    data: printRdata(rr),
  }));
  return { [key]: spelled };
}

/** The libc's own word, and what else a person should know. */
function comment({ error, ede }: Lookup): Record<string, string> {
  const parts = error === undefined ? [] : [`${error.word}: ${error.text}`];
  for (const { text } of ede) if (text !== "") parts.push(text);
  return parts.length === 0 ? {} : { Comment: parts.join("; ") };
}
