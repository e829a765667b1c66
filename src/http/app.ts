/**
 * The whole service, whatever the runtime: paths to handlers.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { clusterObjects, corefile, hosts, iptables, listClusters, resolvConf } from "./clusters.ts";
import { compareWays } from "./compare.ts";
import { preflight, withEveryHeader } from "./cors.ts";
import type { Deps } from "./deps.ts";
import { dnsQueryHandler } from "./doh.ts";
import { front } from "./front.ts";
import { resolveJson } from "./json.ts";
import { life, lifeSchema, SCHEMA_PATH } from "./life.ts";
import { orPosted } from "./posted.ts";
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
  app.options("*", preflight);

  // One handler a path, and no middleware: Hono calls what is alone directly, without a chain of promises.
  const handle = (path: string, methods: readonly string[], handler: Handler): void => {
    const taken = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    const allow = [...taken, "OPTIONS"].join(", ");
    app.all(path, (c) => {
      const { method } = c.req;
      if (taken.includes(method)) return handler(c, deps);
      return problemResponse({
        status: 405,
        detail: `${c.req.path.slice(0, 80)} takes ${allow}: received ${method.slice(0, 20)}`,
        headers: { allow },
      });
    });
  };
  const serve = (path: string, methods: readonly string[], handler: Handler): void =>
    handle(path, methods, async (c) => withEveryHeader(await handler(c, deps)));

  const dnsQuery = dnsQueryHandler(deps);
  for (const vantage of VANTAGES) {
    handle(`${vantage}/dns-query/*`, ["GET", "POST"], dnsQuery);
    serve(`${vantage}/resolve/*`, ["GET"], resolveJson);
    for (const ending of ["", ".txt", ".json", ".pcapng"]) {
      serve(`${vantage}/life${ending}/*`, ["GET", "POST"], orPosted(life));
    }
    for (const ending of ["", ".txt", ".json"]) {
      serve(`${vantage}/compare${ending}/*`, ["GET", "POST"], orPosted(compareWays));
    }
    serve(`${vantage}/resolv.conf`, ["GET"], resolvConf);
    serve(`${vantage}/hosts`, ["GET"], hosts);
  }
  serve(SCHEMA_PATH, ["GET"], lifeSchema);
  serve("/clusters", ["GET"], listClusters);
  serve("/clusters/:cluster", ["GET"], clusterObjects);
  serve("/clusters/:cluster/corefile", ["GET"], corefile);
  serve("/clusters/:cluster/nodes/:node/iptables", ["GET"], iptables);
  serve(
    "/healthz",
    ["GET"],
    () => new Response("ok\n", { headers: { "cache-control": "no-store" } }),
  );
  serve("/", ["GET"], front);

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
