/**
 * What a lookup costs in process, by kind: the whole app, from a request to its response.
 *
 * @module
 */
import { testService } from "../test/http/service.ts";
import {
  type Case,
  CLUSTER,
  CLUSTER_COMPUTED,
  EXTERNAL,
  MISS,
  NXDOMAIN,
  octetsOf,
  pathOf,
} from "./cases.ts";
import { hello } from "./hello.ts";
import { type Effort, type Sampled, sample } from "./sample.ts";
import { rounded } from "./statistics.ts";

export interface InProcessRow {
  readonly what: string;
  readonly method: Case["method"];
  readonly trace: "on" | "off" | "";
  /** Microseconds. */
  readonly p50: number;
}

const KINDS: readonly Case[] = [
  { kind: CLUSTER, method: "POST", trace: true },
  { kind: CLUSTER, method: "GET", trace: true },
  { kind: CLUSTER, method: "POST", trace: false },
  { kind: EXTERNAL, method: "POST", trace: true },
  { kind: NXDOMAIN, method: "POST", trace: true },
  { kind: CLUSTER_COMPUTED, method: "POST", trace: true },
  { kind: MISS, method: "POST", trace: true },
];

/** @param octets of hello's answers */
export async function benchInProcess(octets: number, effort: Effort): Promise<InProcessRow[]> {
  const { app } = testService();
  const bare = hello(octets);
  const rows = [
    ...KINDS.slice(0, 2).map((asked) => ({ asked, what: "hello", trace: "", app: bare }) as const),
    ...KINDS.map(
      (asked) =>
        ({ asked, what: asked.kind.what, trace: asked.trace ? "on" : "off", app }) as const,
    ),
  ];
  const times = await sample(
    rows.map(({ asked, app }) => sampledBy(asked, app)),
    effort,
  );
  return rows.map(({ asked, what, trace }, at) => ({
    what,
    method: asked.method,
    trace,
    p50: rounded(times[at] as number),
  }));
}

export function sampledBy(
  asked: Case,
  app: { fetch(request: Request): Response | Promise<Response> },
  cluster?: string,
): Sampled {
  const body = octetsOf(asked.kind);
  const url = `http://127.0.0.1${pathOf(asked, cluster)}`;
  const post = {
    method: "POST",
    body,
    // As every client of a server sends it.
    headers: {
      "content-type": "application/dns-message",
      "content-length": String(body.length),
    },
  };
  return {
    what: asked.kind.what,
    request: () => new Request(url, asked.method === "POST" ? post : {}),
    fetch: (request) => app.fetch(request),
  };
}
