/**
 * What a lookup has sent so far: sockets opened, repeats of a query, and the queries themselves.
 *
 * @module
 */

import type { RRType } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import type { StubQuery } from "./resolver.ts";

export interface Sender {
  /** A new socket's number. */
  open(): number;
  /** The next query; `attempt` is one more than the last of this candidate and type. */
  query(what: Sending): StubQuery;
}

export interface Sending {
  readonly qname: Name;
  readonly qtype: RRType;
  readonly candidate: number;
  readonly server: number;
  readonly socket: number;
  readonly at: number;
  readonly limit: number;
  readonly protocol: "udp" | "tcp";
  /** Goes out beside a query of the same attempt (musl, to several servers at once). */
  readonly beside?: boolean;
}

export function createSender(): Sender {
  let sockets = 0;
  const attempts = new Map<string, number>();
  return {
    open: () => sockets++,
    query({ beside = false, ...sending }) {
      const key = `${sending.candidate} ${sending.qtype}`;
      const attempt = (attempts.get(key) ?? 0) + (beside ? 0 : 1);
      attempts.set(key, attempt);
      return { ...sending, attempt };
    },
  };
}
