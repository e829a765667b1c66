/**
 * A cluster that is POSTed with the lookup: a `v1` List in the body, in place of one of the deployment's.
 *
 * It is checked as a zone file is, answers this one request and is then forgotten: nothing of it, and nothing that was
 * asked for it, gets into a cache or a store. Its resolvers outside are the deployment's.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";
import type { Context } from "hono";
import { within } from "../cache/time-limit.ts";
import { brokenPlace } from "../cluster/json-text.ts";
import { CLUSTER_NAME, type Clusters, type OpenCluster, openCluster } from "../clusters.ts";
import { joined } from "../octets.ts";
import { err, ok, type Result } from "../result.ts";
import type { Upstreams } from "../upstream/exchange.ts";
import { LONGEST_LIST, LONGEST_UNPACKED } from "../web/cluster/limits.ts";
import { vantagePath } from "./ask.ts";
import { BODY_TIMEOUT } from "./body.ts";
import type { Deps } from "./deps.ts";
import { badRequest, type Problem, problemResponse, quoted } from "./problem.ts";

type Handler = (c: Context, deps: Deps) => Response | Promise<Response>;

/** The handler as it is for GET; for POST with a service whose only cluster is the one in the body. */
export function orPosted(handler: Handler): Handler {
  return async (c, deps) => {
    if (c.req.method !== "POST") return handler(c, deps);
    const open = await postedCluster(c, deps);
    if (!open.ok) return problemResponse(open.error);
    const exchange = withoutStore(deps.upstreams.exchange);
    const upstreams = { ...deps.upstreams, exchange };
    return handler(c, { ...deps, clusters: only(open.value), upstreams });
  };
}

/** What a cluster is called where the path names none. */
const UNNAMED = "pasted";

const LIST = "application/json";

/** A value takes up to a hundred octets of memory, whatever it takes in the text: those of that cluster are 360,000. */
const MOST_VALUES = 500_000;

/** Octets that are read, and thrown away, of a body that is refused: who has not sent all may not hear why. */
const MOST_DRAINED = 16 * LONGEST_LIST;

async function postedCluster(c: Context, deps: Deps): Promise<Result<OpenCluster, Problem>> {
  const name = nameOf(c.req.path);
  const encoding = (c.req.header("content-encoding") ?? "").trim().toLowerCase();
  const refused = name.ok ? refusedHeaders(c, encoding) : name.error;
  const most = refused === undefined ? LONGEST_LIST : 0;
  const body = await readBody(c.req.raw.body, most, deps);
  if (refused !== undefined) return err(refused);
  if (!name.ok) return name;
  if (!body.ok) return body;
  const octets = encoding === "gzip" ? unpacked(body.value) : body;
  if (!octets.ok) return octets;
  const text = textOf(octets.value);
  return text.ok ? openText(name.value, text.value) : text;
}

/** A name is all that the path's cluster is here, so the deployment need not have it. */
function nameOf(path: string): Result<string, Problem> {
  const vantage = vantagePath(path);
  if (!vantage.ok) return vantage;
  const name = path.startsWith("/clusters/") ? vantage.value.cluster : UNNAMED;
  if (CLUSTER_NAME.test(name)) return ok(name);
  const takes = "lower-case letters, digits and -, at most 63";
  return err(badRequest(`a cluster's name takes ${takes}: received ${quoted(name)}`));
}

function refusedHeaders(c: Context, encoding: string): Problem | undefined {
  const mediaType = (c.req.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== LIST) {
    const received = mediaType ? quoted(mediaType) : "none";
    return {
      status: 415,
      detail: `POST takes a cluster as Content-Type: ${LIST}: received ${received}`,
      headers: { "accept-post": LIST },
    };
  }
  if (encoding === "" || encoding === "identity" || encoding === "gzip") return undefined;
  return {
    status: 415,
    detail: `POST takes Content-Encoding: gzip, or none: received ${quoted(encoding)}`,
    headers: { "accept-encoding": "gzip" },
  };
}

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/** The octets as they come, of which no more than `most` are ever kept. */
async function readBody(
  body: Body | null,
  most: number,
  { wait }: Pick<Deps, "wait">,
): Promise<Result<Uint8Array<ArrayBuffer>, Problem>> {
  if (body === null) return ok(new Uint8Array());
  const reader = body.getReader();
  const read = await within(BODY_TIMEOUT, wait, () => readChunks(reader, most));
  if (read.kind === "done" && read.value !== undefined) return ok(read.value);
  // What is left is not waited for.
  reader.cancel().catch(() => undefined);
  if (read.kind === "done") return err(tooLong(`at most ${most} octets`));
  return err(badRequest(`the body did not arrive whole within ${BODY_TIMEOUT / 1000} s`));
}

/** Undefined where there are more than `most`. */
async function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length <= MOST_DRAINED) {
    const { done, value } = await reader.read();
    if (done) return length > most ? undefined : joined(chunks);
    length += value.byteLength;
    if (length <= most) chunks.push(value);
    else chunks.length = 0;
  }
  return undefined;
}

/** In one go, as a store's clusters are: a stream might unpack more than it is read. */
function unpacked(octets: Uint8Array<ArrayBuffer>): Result<Uint8Array, Problem> {
  try {
    return ok(gunzipSync(octets, { maxOutputLength: LONGEST_UNPACKED }));
  } catch (error) {
    if (error instanceof RangeError)
      return err(tooLong(`at most ${LONGEST_UNPACKED} octets, unpacked`));
    return err(badRequest("the body is no gzip, or cut short"));
  }
}

function tooLong(length: string): Problem {
  return { status: 413, detail: `a cluster in a request has ${length}` };
}

function textOf(octets: Uint8Array): Result<string, Problem> {
  if (!hasFewValues(octets)) return err(tooLong(`at most ${MOST_VALUES} values`));
  try {
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(octets));
  } catch {
    return err(badRequest("the body is not UTF-8, which JSON is (RFC 8259 §8.1)"));
  }
}

/** By what stands before each value; in a text it may stand too, so that they may be fewer. */
function hasFewValues(octets: Uint8Array): boolean {
  let count = 0;
  for (const octet of octets) {
    if (octet === COMMA || octet === BRACKET || octet === BRACE) count++;
  }
  return count <= MOST_VALUES;
}

const [COMMA, BRACKET, BRACE] = new TextEncoder().encode(",[{");

function openText(name: string, text: string): Result<OpenCluster, Problem> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const { line = 1, column = 1 } = brokenPlace(text) ?? {};
    return err(badRequest(`not JSON: broken at line ${line}, column ${column}`));
  }
  const open = openCluster(name, json);
  return open.ok ? open : err({ status: 422, detail: open.error });
}

function only(open: OpenCluster): Clusters {
  return {
    names: async () => [open.cluster.name],
    get: async () => ok(open),
    peek: () => ok(open),
  };
}

/** The resolvers outside, asked as in a deployment without a store: no store is read, and none is written. */
function withoutStore(upstreams: Upstreams): Upstreams {
  return (budget, background) => {
    const exchange = upstreams(budget, background);
    return async (address, question, flags) => {
      const outcome = await exchange(address, question, { ...flags, cacheOff: true });
      if (flags.cacheOff || outcome.kind !== "reply") return outcome;
      return { ...outcome, cache: "miss" };
    };
  };
}
