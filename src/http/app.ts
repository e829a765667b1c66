/**
 * The whole service, whatever the runtime: paths to handlers.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { home } from "../web/home.tsx";
import { clusterObjects, corefile, hosts, iptables, listClusters, resolvConf } from "./clusters.ts";
import { compareWays } from "./compare.ts";
import type { Deps } from "./deps.ts";
import { dnsQuery } from "./doh.ts";
import { everyResponse } from "./headers.ts";
import { resolveJson } from "./json.ts";
import { life } from "./life.ts";
import { problemResponse } from "./problem.ts";

type Handler = (c: Context, deps: Deps) => Response | Promise<Response>;

/** Who asks: the four ways to name a vantage (contract: addresses). */
const VANTAGES = [
  "",
  "/clusters/:cluster",
  "/clusters/:cluster/namespaces/:namespace",
  "/clusters/:cluster/namespaces/:namespace/pods/:pod",
];

export function createApp(deps: Deps): Hono {
  const app = new Hono();
  app.use(everyResponse);

  const serve = (path: string, methods: readonly string[], handler: Handler): void => {
    app.on([...methods], path, (c) => handler(c, deps));
    const allow = [
      ...methods.flatMap((m) => (m === "GET" ? ["GET", "HEAD"] : [m])),
      "OPTIONS",
    ].join(", ");
    app.all(path, (c) =>
      problemResponse({
        status: 405,
        detail: `${c.req.path.slice(0, 80)} takes ${allow}: received ${c.req.method.slice(0, 20)}`,
        headers: { allow },
      }),
    );
  };

  for (const vantage of VANTAGES) {
    serve(`${vantage}/dns-query/*`, ["GET", "POST"], dnsQuery);
    serve(`${vantage}/resolve/*`, ["GET"], resolveJson);
    for (const ending of ["", ".txt", ".json", ".pcapng"]) {
      serve(`${vantage}/life${ending}/*`, ["GET"], life);
    }
    for (const ending of ["", ".txt", ".json"]) {
      serve(`${vantage}/compare${ending}/*`, ["GET"], compareWays);
    }
    serve(`${vantage}/resolv.conf`, ["GET"], resolvConf);
    serve(`${vantage}/hosts`, ["GET"], hosts);
  }
  serve("/clusters", ["GET"], listClusters);
  serve("/clusters/:cluster", ["GET"], clusterObjects);
  serve("/clusters/:cluster/corefile", ["GET"], corefile);
  serve("/clusters/:cluster/nodes/:node/iptables", ["GET"], iptables);
  serve(
    "/healthz",
    ["GET"],
    () => new Response("ok\n", { headers: { "cache-control": "no-store" } }),
  );
  serve("/", ["GET"], home);

  app.notFound(() =>
    problemResponse({
      status: 404,
      detail: "nothing is here; see / for what can be asked, for example /resolve?name=web-service",
    }),
  );
  app.onError((error) => {
    // A fault of ours: its words go to the log, not to whoever provoked it.
    console.error(error);
    return problemResponse({ status: 500, detail: "ndots failed here; this is a bug" });
  });
  return app;
}
