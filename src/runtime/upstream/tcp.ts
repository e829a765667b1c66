/**
 * DNS over TCP to an upstream (RFC 7766), by any connection that is a pair of streams. One connection a query.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import type { TcpAddress, TcpTransport, TransportFault } from "../../upstream/transport.ts";
import { octetReader } from "./body.ts";

/** What `connect()` of Workers and `Deno.connect` both give. */
export interface Connection {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  close(): unknown;
}

/** Rejects where nobody accepts the connection. */
export type Connect = (to: TcpAddress) => Promise<Connection>;

export function tcpTransport(connect: Connect): TcpTransport {
  return async (to, query, signal) => {
    let connection: Connection;
    try {
      connection = await connect(to);
    } catch {
      return err({ kind: "unreachable", why: "could not be reached by TCP" });
    }
    const end = () => close(connection);
    // A connection that came up too late is closed at once; what reads from it then fails.
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
    try {
      return await converse(connection, query);
    } catch {
      return err({ kind: "rubbish", why: "broke off the connection" });
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  };
}

/** One message there, one back, each behind its length in two octets (RFC 1035 §4.2.2). */
async function converse(
  { readable, writable }: Connection,
  query: Uint8Array,
): Promise<Result<Uint8Array, TransportFault>> {
  // In one write: some servers read only what comes in the first segment (RFC 7766 §8).
  const framed = new Uint8Array(2 + query.length);
  new DataView(framed.buffer).setUint16(0, query.length);
  framed.set(query, 2);
  const writer = writable.getWriter();
  await writer.write(framed);

  const reader = octetReader(readable);
  const length = await reader.take(2);
  if (length === undefined) {
    return err({ kind: "rubbish", why: "closed the connection without an answer" });
  }
  const reply = await reader.take(((length[0] as number) << 8) | (length[1] as number));
  if (reply !== undefined) return ok(reply);
  return err({ kind: "rubbish", why: "closed the connection in the middle of its answer" });
}

/** Closing what is closed already throws or rejects on some platforms; nobody needs to know. */
function close(connection: Connection): void {
  Promise.resolve()
    .then(() => connection.close())
    .catch(() => undefined);
}
