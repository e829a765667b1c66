/**
 * DNS over TCP by `cloudflare:sockets`.
 *
 * @module
 */
import { connect } from "cloudflare:sockets";
import type { TcpTransport } from "../../upstream/transport.ts";
import { tcpTransport } from "../upstream/tcp.ts";

export const workersTcp: TcpTransport = tcpTransport(async ({ hostname, port }) => {
  const socket = connect({ hostname, port });
  // Rejects too where the connection fails, and nobody waits for it.
  socket.closed.catch(() => undefined);
  await socket.opened;
  return socket;
});
