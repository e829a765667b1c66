/**
 * The bare server that speed is measured against: reads the request as ours does and returns as many octets.
 *
 * @module
 */
const body = new Uint8Array(Number(Deno.env.get("HELLO_OCTETS")));

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) }, async (request) => {
  await request.arrayBuffer();
  return new Response(body, { headers: { "content-type": "application/dns-message" } });
});
