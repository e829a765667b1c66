/**
 * The bare server that speed is measured against: Hono alone, which reads the request as ours does and returns as many
 * octets.
 *
 * @module
 */
import { Hono } from "hono";

/** @param octets of each answer */
export function hello(octets: number): Hono {
  const body = new Uint8Array(octets);
  const headers = { "content-type": "application/dns-message" };
  const app = new Hono();
  app.post("/dns-query", async (c) => {
    await c.req.arrayBuffer();
    return new Response(body, { headers });
  });
  app.get("/dns-query", (c) => {
    const query = c.req.query("dns");
    return new Response(body, { headers, status: query === undefined ? 400 : 200 });
  });
  return app;
}
