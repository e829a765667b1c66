/**
 * DNS over TCP by `Deno.connect`.
 *
 * @module
 */
import type { TcpTransport } from "../../upstream/transport.ts";
import { tcpTransport } from "../upstream/tcp.ts";

export const denoTcp: TcpTransport = tcpTransport(({ hostname, port }) =>
  Deno.connect({ transport: "tcp", hostname, port }),
);
