/**
 * Faults that people meet, as the option `fault` names them.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";

export type Fault =
  /** A and AAAA leave one socket at the same time, and the node loses the second in connection tracking. */
  | { readonly kind: "conntrack-race" }
  /** The CoreDNS pod that the first query is sent to is gone, while the rules still name it. */
  | { readonly kind: "coredns-down" }
  /** Resolvers outside take {@link SLOW} to answer. */
  | { readonly kind: "upstream-slow" }
  /** The packet of that number, from 1 in the order of sending, is lost. */
  | { readonly kind: "drop"; readonly packet: number };

/** Milliseconds: longer than CoreDNS's `forward` waits, and shorter than a libc does. */
export const SLOW = 3_000;

/** Milliseconds that CoreDNS's `forward` waits for a reply (`readTimeout` in `plugin/pkg/proxy/connect.go`). */
export const FORWARD_LIMIT = 2_000;

/** A lookup with more packets than that does not end. */
const MOST_PACKETS = 10_000;

/** @returns what is allowed, where the text is no fault */
export function parseFault(text: string): Result<Fault, string> {
  if (text === "conntrack-race" || text === "coredns-down" || text === "upstream-slow") {
    return ok({ kind: text });
  }
  const packet = /^drop=([1-9][0-9]{0,4})$/.exec(text)?.[1];
  if (packet !== undefined && Number(packet) <= MOST_PACKETS) {
    return ok({ kind: "drop", packet: Number(packet) });
  }
  return err(
    `conntrack-race, coredns-down, upstream-slow, or drop=N with N from 1 to ${MOST_PACKETS}`,
  );
}

export function faultText(fault: Fault): string {
  return fault.kind === "drop" ? `drop=${fault.packet}` : fault.kind;
}
