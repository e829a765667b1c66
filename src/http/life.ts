/**
 * `/life`: the whole account of a lookup, as text, JSON, a capture or a page.
 *
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { parseName } from "../dns/name.ts";
import { isMetaType, isRefusedType } from "../dns/types.ts";
import type { Change } from "../life/advice.ts";
import { capture } from "../life/capture.ts";
import { type Lived, live } from "../life/life.ts";
import type { Call, LifeOptions, Setting } from "../life/run.ts";
import { err, ok, type Result } from "../result.ts";
import schema from "../trace/life.schema.json" with { type: "json" };
import { transcript } from "../trace/transcript.ts";
import { createBudget } from "../upstream/budget.ts";
import { accountQuery } from "./account.ts";
import { findSeat, inBackground, type Seat, vantagePath } from "./ask.ts";
import type { Deps } from "./deps.ts";
import { readNameAndType } from "./name.ts";
import { LIFE_READERS, type Options, parseOptions } from "./options.ts";
import { pageOf, problemPage } from "./page.tsx";
import { badRequest, type Problem, problemResponse } from "./problem.ts";
import { queryOf } from "./url.ts";

/** By the path's ending, and by media type. */
const FORMS = {
  txt: "text/plain",
  json: "application/json",
  pcapng: "application/x-pcapng",
  html: "text/html",
} as const;

type Form = keyof typeof FORMS;

export async function life(c: Context, deps: Deps): Promise<Response> {
  const form = formOf(c);
  const request = await readLifeRequest(c, deps);
  if (!request.ok) {
    return form === "html" ? problemPage(request.error) : problemResponse(request.error);
  }
  const lived = await liveFor(c, deps, request.value);
  if (form === "html") return pageOf(c, deps, lived.life, request.value.seat);
  return spelled(form, lived, request.value.options.color ?? false, deps);
}

/** The lookup itself, with a seed of its own where none is given. */
export function liveFor(
  c: Context,
  deps: Deps,
  { call, options, seat }: LifeRequest,
): Promise<Lived> {
  const asked: LifeOptions = { ...options, seed: options.seed ?? deps.seed() };
  const self = (change: Change) => selfPath(c, call, asked, change);
  return live(call, asked, settingOf(c, seat, deps), seat.open, self);
}

export interface LifeRequest {
  readonly call: Call;
  readonly options: Options;
  readonly seat: Seat;
}

/** What `/life` and `/compare` have in common: who asks what, and how. */
export async function readLifeRequest(
  c: Context,
  deps: Deps,
): Promise<Result<LifeRequest, Problem>> {
  const path = vantagePath(c.req.path);
  if (!path.ok) return path;
  const params = queryOf(c);
  const options = parseOptions(path.value.rest, params, LIFE_READERS);
  if (!options.ok) return options;
  const call = callOf(params);
  if (!call.ok) return call;
  const seat = await findSeat(path.value, deps);
  if (!seat.ok) return seat;
  return ok({ call: call.value, options: options.value, seat: seat.value });
}

function callOf(params: URLSearchParams): Result<Call, Problem> {
  const typed = noName(params);
  if (typed !== undefined) return ok({ typed, name: undefined, type: undefined });
  const given = readNameAndType(params);
  if (!given.ok) return given;
  const { text, name, type } = given.value;
  if (type !== undefined && (isRefusedType(type) || (isMetaType(type) && type !== "ANY"))) {
    return err(badRequest(`type takes what a libc looks up: received ${type}`));
  }
  // Addresses are `getaddrinfo`'s, whose family is an option of its own.
  const isAddress = type === undefined || type === "A" || type === "AAAA";
  return ok({ typed: text, name, type: isAddress ? undefined : type });
}

/** What can be no name, and which `getaddrinfo` takes all the same, only to refuse it; undefined where it is a name. */
function noName(params: URLSearchParams): string | undefined {
  const [text = "", another] = params.getAll("name");
  const isTyped = another === undefined && params.getAll("type").length === 0;
  if (!isTyped || !TYPED.test(text) || parseName(text).ok) return undefined;
  return text;
}

/** More than a name has, and nothing that a terminal would not show. */
const TYPED = /^[\x21-\x7e]{1,1000}$/;

/** The effects of one request: its deadline and budget are shared by all that is tried. */
export function settingOf(c: Context, { open, vantage }: Seat, deps: Deps): Setting {
  const background = (work: Promise<unknown>): void => inBackground(c, work);
  return {
    vantage,
    coredns: open.coredns,
    world: {
      exchange: deps.upstreams.exchange(createBudget(deps.now), background),
      answersConsistently: deps.upstreams.answersConsistently,
      now: deps.now,
      background,
      wait: deps.wait,
    },
  };
}

/**
 * The path's ending decides; without one, what the client takes: curl takes anything, and gets text. A page asks by GET
 * what its links ask, so no POST is answered with one.
 */
function formOf(c: Context): Form {
  const ending = /\/life\.(txt|json|pcapng)(?:\/|$)/.exec(c.req.path)?.[1];
  if (ending !== undefined) return ending as Form;
  const isPost = c.req.method === "POST";
  const supports: string[] = Object.values(FORMS).filter((type) => !isPost || type !== FORMS.html);
  const form = accepts(c, { header: "Accept", supports, default: FORMS.txt });
  return (Object.keys(FORMS) as Form[]).find((key) => FORMS[key] === form) ?? "txt";
}

function spelled(
  form: Exclude<Form, "html">,
  { life, sent }: Lived,
  color: boolean,
  deps: Deps,
): Response {
  switch (form) {
    case "json":
      return respond(`${JSON.stringify(life)}\n`, "application/json; charset=UTF-8", {
        link: `<${SCHEMA_PATH}>; rel="describedby"`,
      });
    case "pcapng":
      return respond(capture(sent, deps.now()), FORMS.pcapng, {
        "content-disposition": 'attachment; filename="life.pcapng"',
      });
    case "txt":
      return respond(transcript(life, { color }), "text/plain; charset=UTF-8");
  }
}

/** Where the JSON Schema of the account is. */
export const SCHEMA_PATH = "/life.schema.json";

export function lifeSchema(): Response {
  return new Response(`${JSON.stringify(schema, undefined, 2)}\n`, {
    headers: { "content-type": "application/schema+json", "cache-control": "max-age=3600" },
  });
}

export function respond(
  body: string | Uint8Array<ArrayBuffer>,
  type: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = { "content-type": type, "cache-control": "no-store", vary: "Accept", ...more };
  return new Response(body, { headers });
}

/** The path and query that ask for this account again, its seed included. */
function selfPath(c: Context, call: Call, options: LifeOptions, change: Change): string {
  const { path } = c.req;
  const prefix = path.slice(0, path.lastIndexOf("/life"));
  const ndots = change.ndots === undefined ? options.ndots : Number(change.ndots);
  const changed = { ...options, ...(ndots !== undefined && { ndots }) };
  const query = accountQuery(change.name ?? call.typed, call.type, changed, options.seed);
  return `${prefix}/life?${query}`;
}
