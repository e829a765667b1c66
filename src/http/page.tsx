/**
 * The explorer's page as a response, and the page that says what was wrong.
 *
 * @module
 */
import type { Context } from "hono";
import { html } from "hono/html";
import type { Cluster, Pod } from "../cluster/model.ts";
import type { Life } from "../trace/life.ts";
import { ASSETS } from "../web/assets.ts";
import { serverView } from "../web/cluster/server-view.ts";
import { lifePage, PAGE_HEADERS } from "../web/life-page.tsx";
import { MOST_PODS, OPTION_NAMES, type Page, type PagePod } from "../web/page.ts";
import type { Seat } from "./ask.ts";
import type { Deps } from "./deps.ts";
import type { Problem } from "./problem.ts";
import { queryOf, urlOf } from "./url.ts";

export async function pageOf(c: Context, deps: Deps, life: Life, seat: Seat): Promise<Response> {
  const params = queryOf(c);
  const given = OPTION_NAMES.flatMap((name) => {
    const value = params.get(name);
    return value === null || value === "" ? [] : [[name, value] as const];
  });
  const page: Page = {
    origin: originOf(c),
    clusters: await deps.clusters.names(),
    pods: podsOf(seat.vantage.cluster, seat.vantage.pod),
    options: Object.fromEntries(given),
  };
  return new Response(lifePage(life, page, serverView(seat.vantage.cluster)), {
    headers: { ...PAGE_HEADERS, "cache-control": "no-store", vary: "Accept" },
  });
}

/** With the scheme that the client used, where an edge stands before the service. */
export function originOf(c: Context): string {
  const url = urlOf(c);
  const secure = url.protocol === "https:" || c.req.header("x-forwarded-proto") === "https";
  return `${secure ? "https" : "http"}://${url.host}`;
}

/** The asking one and the first that run, by namespace and name. */
function podsOf(cluster: Cluster, own: Pod): PagePod[] {
  const listed: Pod[] = [];
  for (const pod of cluster.pods) {
    if (listed.length === MOST_PODS) break;
    if (pod.phase !== "Succeeded" && pod.phase !== "Failed") listed.push(pod);
  }
  const known = cluster.pod(own.namespace, own.name);
  if (known !== undefined && !listed.some((pod) => isSame(pod, own))) listed.push(known);
  return listed
    .map((pod) => ({ namespace: pod.namespace, name: pod.name, about: aboutPod(pod) }))
    .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
}

function isSame(a: Pod, b: Pod): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

function aboutPod({ libc, hostNetwork, dnsPolicy }: Pod): string {
  const words = [
    libc === undefined || libc === "glibc" ? "" : libc,
    hostNetwork ? "host network" : "",
    dnsPolicy === "ClusterFirst" ? "" : `dnsPolicy ${dnsPolicy}`,
  ];
  return words.filter((word) => word !== "").join(", ");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A browser that sent the form by itself is told in its own form. */
export function problemPage({ status, detail, headers }: Problem): Response {
  const page = html`<!doctype html>${<ProblemDocument detail={detail} />}`;
  return new Response(String(page), {
    status,
    headers: { ...PAGE_HEADERS, "cache-control": "no-store", vary: "Accept", ...headers },
  });
}

function ProblemDocument({ detail }: { detail: string }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>ndots</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={ASSETS.style} />
        <script src={ASSETS.boot} />
      </head>
      <body>
        <header class="top">
          <h1>
            <a href="/">ndots</a>
          </h1>
        </header>
        <main>
          <h2>This cannot be asked</h2>
          <p class="problem">{detail}</p>
          <p>
            <a href="/">Ask for something else</a>
          </p>
        </main>
      </body>
    </html>
  );
}
