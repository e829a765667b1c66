/**
 * `npm run start:deno`: the same two ports as the local Worker, by Deno alone. It speaks HTTP/2 by itself, on the
 * plain port without TLS too.
 *
 * @module
 */
import { localCertificate } from "../../../scripts/certificate.ts";
import { addresses, greeting } from "../../../scripts/greeting.ts";

const { default: service } = await import("./main.ts").catch((error: unknown) => {
  // A wrong zone or setting: its sentence is what helps, not where in the program it was found.
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
});

const { host, port, tlsPort } = addresses(Deno.env.toObject());
const { key, cert } = await localCertificate(".cache/tls");
const quiet = { onListen: () => undefined };
Deno.serve({ hostname: host, port, ...quiet }, service.fetch);
Deno.serve({ hostname: host, port: tlsPort, key, cert, ...quiet }, service.fetch);
console.log(greeting({ host, port, tlsPort }));
