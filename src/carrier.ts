/**
 * Who carries queries from host to host, where someone wants to see every packet.
 *
 * `/dns-query` has no carrier: it knows from `route` where a packet ends, and pays for no walk.
 *
 * @module
 */
import type { Question, Said } from "./dns/message.ts";

export interface Carrier {
  /** Sends from the Pod to its nameservers what its stub sends together. */
  fromPod(queries: readonly PodQuery[]): readonly PodCrossing[];
  /** Sends a server's own query on to the next one. */
  fromServer(query: ServerQuery): Crossing;
}

interface Query {
  /** Canonical. */
  readonly address: string;
  readonly port: number;
  readonly protocol: "udp" | "tcp";
  readonly question: Question;
}

export interface PodQuery extends Query {
  /** Counts the Pod's sockets: queries of one socket have one source port. */
  readonly socket: number;
  /** Milliseconds since the call at which the stub sends it. */
  readonly at: number;
  /** Milliseconds that the stub waits for the reply. */
  readonly limit: number;
}

export interface ServerQuery extends Query {
  /** The address that the server was asked at. */
  readonly from: string;
}

/** A query of the Pod's on its way. */
export interface PodCrossing extends Crossing {
  /** The server takes it up: what servers send on from now is for its sake. */
  begin(): void;
}

/** A query on its way: where it came to, and the way back. */
export interface Crossing {
  /** The address of the server that it reached: behind a ClusterIP the endpoint's. Absent where it reached none. */
  readonly reached?: string;
  /** Why it reached none. `timeout`: nothing comes back. `unreachable`: an ICMP error does. */
  readonly failed?: { readonly kind: "timeout" | "unreachable"; readonly why: string };
  /** Takes the reply back; the sender gets none where it is lost, or late. */
  back(reply: Said): Return;
}

/** `kept`: how many records of the answer are left, where the reply was cut and the sender makes do with it. */
export type Return =
  | { readonly kind: "reply"; readonly kept?: number }
  | { readonly kind: "timeout"; readonly why: string };
