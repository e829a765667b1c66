/**
 * What is asked over HTTP, and what a right answer to it is.
 *
 * @module
 */
import type { RRType } from "../src/dns/message.ts";
import { decodeMessage } from "../src/dns/wire.ts";
import { base64url, query } from "../test/http/service.ts";

export interface Kind {
  readonly what: string;
  readonly name: string;
  /** A where nothing is said. */
  readonly type?: RRType;
  /** Appended to `/dns-query`. */
  readonly options: string;
  readonly rcode: "NOERROR" | "NXDOMAIN";
}

export const CLUSTER: Kind = {
  what: "a cluster name",
  name: "web-service",
  options: "",
  rcode: "NOERROR",
};
export const CLUSTER_COMPUTED: Kind = {
  ...CLUSTER,
  what: "a cluster name, computed",
  options: "/cache=off",
};
export const EXTERNAL: Kind = {
  what: "a searched external name",
  name: "api.example.com",
  options: "",
  rcode: "NOERROR",
};
/** Five queries, each computed. */
export const MISS: Kind = { ...EXTERNAL, what: "an external miss", options: "/cache=off" };
export const NXDOMAIN: Kind = {
  what: "NXDOMAIN",
  name: "no-such-name.example.com",
  options: "",
  rcode: "NXDOMAIN",
};

export interface Case {
  readonly kind: Kind;
  readonly method: "POST" | "GET";
  readonly trace: boolean;
}

/** With EDNS, so that the trace has its place in the message too. */
export function octetsOf({ name, type = "A" }: Kind): Uint8Array<ArrayBuffer> {
  return query(name, type);
}

/** @param cluster the default one without */
export function pathOf({ kind, method, trace }: Case, cluster?: string): string {
  const vantage = cluster === undefined ? "" : `/clusters/${cluster}`;
  const path = `${vantage}/dns-query${kind.options}${trace ? "" : "/trace=off"}`;
  return method === "POST" ? path : `${path}?dns=${base64url(octetsOf(kind))}`;
}

/** What is wrong with an answer, as a sentence. */
export function wrongWith(answer: Uint8Array, kind: Kind): string | undefined {
  const read = decodeMessage(answer);
  if (!read.ok) return `no DNS message came: ${JSON.stringify(read.error)}`;
  const { rcode, answer: records } = read.value;
  const addressed = records.some(({ type }) => type === "A");
  if (rcode === kind.rcode && addressed === (rcode === "NOERROR")) return undefined;
  return `${kind.rcode} for ${kind.name} was expected: received ${rcode} with ${records.length} records`;
}
