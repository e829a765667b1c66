/**
 * What a cluster is made of, as files: the clusters, their objects, their Corefile, what kubelet writes into a pod.
 *
 * @module
 */

import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { compactText } from "../cluster/compact.ts";
import { podHosts } from "../cluster/hosts.ts";
import { rulesOf } from "../cluster/kube-proxy/ruleset.ts";
import type { Vantage } from "../cluster/vantage.ts";
import { saveText } from "../packet/save.ts";
import { printableLines } from "../printable.ts";
import { DEFAULT_CLUSTER, findCluster, findSeat, unknown, vantagePath } from "./ask.ts";
import { corefileJson } from "./corefile.ts";
import type { Deps } from "./deps.ts";
import { badRequest, problemResponse, quoted } from "./problem.ts";

/** Seconds; a cluster of the deployment's own may change under the same name. */
const MAX_AGE = "max-age=60";

export async function listClusters(_: Context, deps: Deps): Promise<Response> {
  const clusters = (await deps.clusters.names()).map((name) => {
    const links = {
      objects: `/clusters/${name}`,
      corefile: `/clusters/${name}/corefile`,
      dnsQuery: `/clusters/${name}/dns-query`,
    };
    // Nothing is opened for a list: a deployment may have many clusters, and large ones.
    const open = deps.clusters.peek(name);
    if (open === undefined) return { name, ...links };
    if (!open.ok) return { name, problem: open.error, ...links };
    const { cluster } = open.value;
    return {
      name,
      default: name === DEFAULT_CLUSTER,
      domain: cluster.domain,
      clusterDNS: cluster.clusterDNS,
      namespaces: [...cluster.namespaces.keys()].sort().slice(0, MOST_LISTED),
      services: cluster.services.length,
      pods: cluster.pods.length,
      nodes: cluster.nodes.length,
      assumed: cluster.assumed,
      ...links,
    };
  });
  return json({ clusters });
}

const MOST_LISTED = 100;

export async function clusterObjects(c: Context, deps: Deps): Promise<Response> {
  const open = await findCluster(c.req.param("cluster") ?? "", deps);
  if (!open.ok) return problemResponse(open.error);
  return new Response(streamed(compactText(open.value.cluster)), { headers: JSON_HEADERS });
}

/** Piece by piece: the text of a large cluster is more than an isolate has room for. */
function streamed(pieces: Iterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      let text = "";
      while (text.length < PIECE) {
        const { value, done } = pieces.next();
        if (done) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += value;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}

/** Characters that are sent at a time. */
const PIECE = 64 * 1024;

/** The text; to those who rather have JSON its blocks. */
export async function corefile(c: Context, deps: Deps): Promise<Response> {
  const open = await findCluster(c.req.param("cluster") ?? "", deps);
  if (!open.ok) return problemResponse(open.error);
  const supports = ["text/plain", "application/json"];
  const form = accepts(c, { header: "Accept", supports, default: "text/plain" });
  const response =
    form === "application/json"
      ? json(corefileJson(open.value))
      : text(open.value.cluster.corefile);
  response.headers.set("vary", "Accept");
  return response;
}

export function resolvConf(c: Context, deps: Deps): Promise<Response> {
  return podFile(c, deps, (vantage) => vantage.text);
}

export function hosts(c: Context, deps: Deps): Promise<Response> {
  return podFile(c, deps, ({ cluster, pod, node }) => podHosts(cluster, pod, node));
}

/** A file that kubelet writes into the pod that the path names. */
async function podFile(
  c: Context,
  deps: Deps,
  write: (vantage: Vantage) => string,
): Promise<Response> {
  const path = vantagePath(c.req.path);
  if (!path.ok) return problemResponse(path.error);
  const seat = await findSeat(path.value, deps);
  return seat.ok ? text(write(seat.value.vantage)) : problemResponse(seat.error);
}

/** A node's tables as `iptables-save` prints them, of IPv6 with `?family=6`. */
export async function iptables(c: Context, deps: Deps): Promise<Response> {
  const open = await findCluster(c.req.param("cluster") ?? "", deps);
  if (!open.ok) return problemResponse(open.error);
  const { cluster } = open.value;
  const name = c.req.param("node") ?? "";
  const node = cluster.node(name);
  if (node === undefined) {
    const known = cluster.nodes.map((one) => one.name).sort();
    return problemResponse(unknown("node", name, known));
  }
  const family = c.req.query("family") ?? "4";
  if (family !== "4" && family !== "6") {
    return problemResponse(badRequest(`family takes one of 4, 6: received ${quoted(family)}`));
  }
  if (cluster.services.length + cluster.pods.length > MOST_PRINTED) {
    return problemResponse({
      status: 422,
      detail: `cluster ${cluster.name} has ${cluster.services.length} Services and ${cluster.pods.length} Pods, whose rules are too many to print; /life shows those that a packet meets`,
    });
  }
  const rules = rulesOf(cluster, node, family === "6" ? 6 : 4);
  if (rules !== undefined) return text(saveText(rules));
  return problemResponse({
    status: 422,
    detail: `kube-proxy of cluster ${cluster.name} is in ${cluster.kubeProxy.mode} mode, which is not modelled: it has no iptables rules to show`,
  });
}

/** Services and Pods: printing makes every rule, half a kilobyte for each of them. */
const MOST_PRINTED = 30_000;

const JSON_HEADERS = {
  "content-type": "application/json; charset=UTF-8",
  "cache-control": MAX_AGE,
} as const;

function json(value: unknown): Response {
  return new Response(`${JSON.stringify(value, undefined, 2)}\n`, { headers: JSON_HEADERS });
}

/** What a terminal would act upon is shown in place of it: these are files that anyone may have written. */
function text(body: string): Response {
  return new Response(printableLines(body), {
    headers: { "content-type": "text/plain; charset=UTF-8", "cache-control": MAX_AGE },
  });
}
