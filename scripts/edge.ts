/**
 * The local edge: TLS and HTTP/2 in front of workerd, which speaks HTTP/1.1 alone.
 *
 * In production Cloudflare's edge stands there; dig and kdig speak nothing but HTTP/2.
 *
 * @module
 */
import { Agent, request } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { Certificate } from "./certificate.ts";

/** Headers that belong to one connection (RFC 9110 §7.6.1; RFC 9113 §8.2.2), and HTTP/2's own. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
]);

/** @param origin where workerd listens */
export function createEdge(
  certificate: Certificate,
  origin: { host: string; port: number },
): Http2SecureServer {
  const agent = new Agent({ keepAlive: true });
  const { key, cert } = certificate;
  return createSecureServer({ key, cert, allowHTTP1: true }, (incoming, outgoing) => {
    const headers = forwarded(incoming.headers);
    const host = incoming.headers[":authority"] ?? incoming.headers.host ?? "localhost";
    // workerd answers a host that is none with a 500 of its own; Cloudflare's edge never lets it through.
    if (!/^[A-Za-z0-9.:[\]_-]+$/.test(host)) {
      incoming.resume();
      refuse(outgoing as Http2ServerResponse, 400, "the Host header holds no host\n");
      return;
    }
    headers.host = host;
    headers["x-forwarded-proto"] = "https";
    headers["cf-connecting-ip"] = incoming.socket.remoteAddress ?? "";
    const onward = request(
      { ...origin, agent, method: incoming.method, path: incoming.url, headers },
      (reply) => {
        outgoing.writeHead(reply.statusCode ?? 500, forwarded(reply.headers));
        reply.pipe(outgoing as Http2ServerResponse);
        reply.on("error", () => outgoing.destroy());
      },
    );
    const starting = "the Worker behind the local edge did not answer; it may be starting\n";
    onward.on("error", () => refuse(outgoing as Http2ServerResponse, 502, starting));
    (incoming as Http2ServerRequest).on("aborted", () => onward.destroy());
    incoming.pipe(onward);
  });
}

function forwarded(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":") && !HOP_BY_HOP.has(name)) kept[name] = value;
  }
  return kept;
}

function refuse(outgoing: Http2ServerResponse, status: number, text: string): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, { "content-type": "text/plain" });
  outgoing.end(text);
}
