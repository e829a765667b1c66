/**
 * {@link hello} on Deno, on a plain port and one with TLS as ours.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { hello } from "./hello.ts";

const env = Deno.env.toObject();
const app = hello(Number(env.OCTETS));
const hostname = "127.0.0.1";
const [key, cert] = [env.KEY, env.CERT].map((path) => readFileSync(path as string, "utf8")) as [
  string,
  string,
];
Deno.serve({ hostname, port: Number(env.PORT) }, (request) => app.fetch(request));
Deno.serve({ hostname, port: Number(env.TLS_PORT), key, cert }, (request) => app.fetch(request));
