/**
 * HTTP errors as `application/problem+json` (RFC 9457), with a `detail` that a person can act on.
 *
 * @module
 */
import { printable } from "../printable.ts";
import { EVERY_RESPONSE } from "./cors.ts";

export interface Problem {
  readonly status: 400 | 404 | 405 | 413 | 415 | 422 | 429 | 500;
  /** What was wrong and what to do. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const TITLES: Readonly<Record<Problem["status"], string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
};

export function problemResponse(problem: Problem): Response {
  const { status, detail } = problem;
  const body = { type: "about:blank", title: TITLES[status], status, detail };
  return new Response(`${JSON.stringify(body, undefined, 2)}\n`, {
    status,
    headers: {
      ...EVERY_RESPONSE,
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...problem.headers,
    },
  });
}

export function badRequest(detail: string): Problem {
  return { status: 400, detail };
}

/** `value` as it may stand in a message: printable, short, and quoted. */
export function quoted(value: string): string {
  const short = value.length > 80 ? `${value.slice(0, 80)}…` : value;
  return printable(JSON.stringify(short), 600);
}
