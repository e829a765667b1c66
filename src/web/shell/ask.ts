/**
 * One DNS query of a tool in the Pod, sent as DNS over HTTPS by the browser.
 *
 * The name is asked as it is, for these tools search by themselves. Whether the Pod's nameservers could be reached
 * is in the reply's `DNS-Trace` header: what a tool prints then is another thing than SERVFAIL.
 *
 * @module
 */
import type { Message, RR, RRType } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { typeNumber } from "../../dns/types.ts";
import { decodeMessage } from "../../dns/wire.ts";
import { nameOctets } from "../../dns/writer.ts";
import { joined } from "../../octets.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Scene, Session } from "./session.ts";

export interface Question {
  readonly name: Name;
  readonly type: RRType;
  readonly recurse?: boolean;
  readonly authenticData?: boolean;
  readonly checkingDisabled?: boolean;
  readonly edns?: boolean;
  readonly dnssecOk?: boolean;
}

export type Heard =
  | {
      readonly kind: "reply";
      readonly message: Message;
      readonly octets: number;
      /** Milliseconds of the browser's round trip. */
      readonly ms: number;
      readonly server: string;
      /** Nameservers that were tried in vain before. */
      readonly failed: readonly Failed[];
    }
  /** No nameserver answered. */
  | { readonly kind: "silent"; readonly failed: readonly Failed[] }
  /** The page's own server did not do its part. */
  | { readonly kind: "broken"; readonly detail: string };

export interface Failed {
  readonly server: string;
  readonly why: "timed out" | "connection refused";
}

/** @param servers the nameservers that the tool would send to, in order */
export async function ask(
  question: Question,
  servers: readonly string[],
  scene: Scene,
): Promise<Heard> {
  const { io, session, seed } = scene;
  const before = io.now();
  const response = await post(
    `${dnsPath(session, seed)}`,
    queryOctets(question, idOf(scene)),
    scene,
  );
  if (!response.ok) return { kind: "broken", detail: response.error };
  const octets = new Uint8Array(await response.value.arrayBuffer());
  const ms = Math.max(0, Math.round(io.now() - before));
  const message = decodeMessage(octets);
  if (!message.ok) return { kind: "broken", detail: "the reply is no DNS message" };

  const rcodes = rcodesOf(response.value.headers.get("dns-trace") ?? "");
  const answered = rcodes.findIndex((rcode) => !Object.hasOwn(UNANSWERED, rcode));
  const failed = rcodes
    .slice(0, answered < 0 ? servers.length : answered)
    .map((rcode, at) => ({ server: serverAt(servers, at), why: UNANSWERED[rcode] ?? "timed out" }));
  if (rcodes.length > 0 && answered < 0) return { kind: "silent", failed };
  const server = serverAt(servers, Math.max(0, answered));
  return { kind: "reply", message: message.value, octets: octets.length, ms, server, failed };
}

/** The text that the server has at `path`; else what its problem says. */
export async function fetchText(path: string, scene: Scene): Promise<Result<string, string>> {
  const response = await send(path, {}, scene);
  return response.ok ? ok(await response.value.text()) : response;
}

/** The JSON that the server has at `path`. */
export async function fetchJson(path: string, scene: Scene): Promise<Result<unknown, string>> {
  const response = await send(path, { headers: { accept: "application/json" } }, scene);
  if (!response.ok) return response;
  try {
    return ok(await response.value.json());
  } catch {
    return err(`${path} is no JSON`);
  }
}

/** Path and query of a lookup's life: what the stage shows. */
export function lifePath(
  { session, seed }: Scene,
  resource: "life" | "life.json",
  asked: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams({ ...session.options, seed, ...asked });
  return `${session.vantage}/${resource}?${query}`;
}

/** What the Pod's libc finds for a name's IPv4 address, search and all: how a tool takes the name of a server. */
export async function askByLibc(name: Name, scene: Scene): Promise<readonly RR[]> {
  const query = queryOctets({ name, type: "A" }, idOf(scene));
  const response = await post(`${scene.session.vantage}/dns-query`, query, scene);
  if (!response.ok) return [];
  const message = decodeMessage(new Uint8Array(await response.value.arrayBuffer()));
  return message.ok ? message.value.answer : [];
}

function idOf({ io }: Scene): number {
  return Math.floor(io.random() * 0x10000);
}

/** What no reply came for, by the trace's word. */
const UNANSWERED: Readonly<Record<string, Failed["why"]>> = {
  TIMEOUT: "timed out",
  REJECT: "connection refused",
};

/** The OPT record of BIND's tools: the root, its type, 1232 octets (dnsflagday.net/2020), and DO to be set. */
const OPT = Uint8Array.of(0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0);

/**
 * The query's octets (RFC 1035 §4.1, RFC 6891 §6.1).
 *
 * By hand, for it is a header and a question: the codec would bring how all records are written into the page.
 */
export function queryOctets(question: Question, id: number): Uint8Array<ArrayBuffer> {
  const { name, type, recurse = true, edns = false } = question;
  const bits =
    (recurse ? 0x0100 : 0) |
    (question.authenticData ? 0x0020 : 0) |
    (question.checkingDisabled ? 0x0010 : 0);
  const number = typeNumber(type);
  const opt = edns ? OPT.slice() : new Uint8Array();
  if (question.dnssecOk) opt[7] = 0x80;
  return joined([
    Uint8Array.of(id >> 8, id, bits >> 8, bits, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0),
    nameOctets(name),
    Uint8Array.of(number >> 8, number, 0, 1),
    opt,
  ]);
}

/** The session's options as path segments, but for those that make another search. */
function dnsPath({ vantage, options }: Session, seed: string): string {
  const { ndots: _ndots, search: _search, family: _family, ...kept } = options;
  const segments = Object.entries({ ...kept, seed }).map(
    ([key, value]) => `/${key}=${encodeURIComponent(value)}`,
  );
  return `${vantage}/dns-query/search=off${segments.join("")}`;
}

function post(
  path: string,
  body: Uint8Array<ArrayBuffer>,
  scene: Scene,
): Promise<Result<Response, string>> {
  const type = "application/dns-message";
  return send(
    path,
    { method: "POST", headers: { accept: type, "content-type": type }, body },
    scene,
  );
}

async function send(
  path: string,
  init: RequestInit,
  { io }: Scene,
): Promise<Result<Response, string>> {
  let response: Response;
  try {
    response = await io.fetch(
      path,
      io.signal === undefined ? init : { ...init, signal: io.signal },
    );
  } catch (error) {
    if (io.signal?.aborted) throw error;
    return err("the page's own server cannot be reached");
  }
  return response.ok ? ok(response) : err(await problem(response));
}

/** The detail of a problem document (RFC 9457), or the bare status. */
async function problem(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : "";
  return `HTTP ${response.status}${typeof detail === "string" && detail !== "" ? `: ${detail}` : ""}`;
}

/** The rcode of each query of a `DNS-Trace` header, in order; text in quotes is passed over. */
function rcodesOf(header: string): string[] {
  const bare = header.replace(/"(?:[^"\\]|\\.)*"/g, "");
  return [...bare.matchAll(/;rcode=([A-Z0-9]+)/g)].map(([, rcode]) => rcode as string);
}

/** Every libc goes round its nameservers. */
function serverAt(servers: readonly string[], at: number): string {
  return servers[at % servers.length] ?? "127.0.0.1";
}
