/**
 * What carries a query to a resolver and its reply back, in octets. The implementations are in `runtime/upstream/`.
 *
 * @module
 */
import type { Result } from "../result.ts";

export interface TransportFault {
  /** `rubbish`: something answered, but not with a whole DNS message. */
  readonly kind: "unreachable" | "rubbish";
  /** Goes after the resolver's address: `refused the connection`. */
  readonly why: string;
}

/** A reply of at most 65,535 octets. Stops, and may then say anything, as soon as `signal` is aborted. */
export type Carried = Promise<Result<Uint8Array, TransportFault>>;

/** DNS over HTTPS (RFC 8484). */
export type DohTransport = (
  url: string,
  query: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
) => Carried;

/** DNS over TCP (RFC 7766). */
export type TcpTransport = (
  to: TcpAddress,
  query: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
) => Carried;

export interface TcpAddress {
  /** A name or an IP address, IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
}
