/**
 * What a name below a cluster zone asks for.
 *
 * From the right: `svc` or `pod`, namespace, service (or the pod's dashed address), then one label for an endpoint, two for
 * port and protocol, or for endpoint and cluster where the zone is a multicluster one. Upstream:
 * `plugin/kubernetes/parse.go`; Kubernetes DNS specification 1.1 §2.
 *
 * @module
 */
import { labels, type Name } from "../../../dns/name.ts";

/** Labels are in lower case. */
export type Request =
  /** The apex, `svc.<zone>` or `pod.<zone>`: there, but without records. */
  | { readonly kind: "empty" }
  | { readonly kind: "namespace"; readonly of: "svc" | "pod"; readonly namespace: string }
  | { readonly kind: "pod"; readonly namespace: string; readonly address: string }
  | ServiceRequest
  /** No such name whatever the cluster holds; `why` is a sentence without its full stop. */
  | { readonly kind: "none"; readonly why: string };

export interface ServiceRequest {
  readonly kind: "service";
  readonly namespace: string;
  readonly service: string;
  /** What stands left of the Service; undefined for the Service itself. */
  readonly part?:
    | { readonly kind: "endpoint"; readonly endpoint: string; readonly cluster?: string }
    /** Underscores removed; an empty label then stands for any. */
    | { readonly kind: "port"; readonly port: string; readonly protocol: string }
    /** `prefer` falls back to all endpoints where the zone has none, `pin` does not. */
    | { readonly kind: "zone"; readonly zone: string; readonly directive: "pin" | "prefer" };
}

export interface Grammar {
  readonly multicluster: boolean;
  readonly zonal: boolean;
}

/** Reads `qname`, which lies within `zone`. */
export function parseRequest(qname: Name, zone: Name, grammar: Grammar): Request {
  const parts = labels(qname).map((label) => label.toLowerCase());
  const below = parts.slice(0, parts.length - labels(zone).length).reverse();
  const [tree, namespace, service, ...left] = below;
  if (tree === undefined) return { kind: "empty" };
  if (tree !== "svc" && tree !== "pod") {
    return { kind: "none", why: `${tree} is neither svc nor pod` };
  }
  if (namespace === undefined) return { kind: "empty" };
  if (service === undefined) return { kind: "namespace", of: tree, namespace };
  const part = parsePart(left, tree, grammar);
  if (part === "none") return { kind: "none", why: `${left.length} labels left of ${service}` };
  // What stands left of a pod's address is not looked at.
  if (tree === "pod") return { kind: "pod", namespace, address: service };
  return { kind: "service", namespace, service, ...(part && { part }) };
}

/** @param left the labels left of the Service, the rightmost first */
function parsePart(
  left: readonly string[],
  tree: "svc" | "pod",
  { multicluster, zonal }: Grammar,
): ServiceRequest["part"] | "none" {
  const [first, second] = left;
  if (first === undefined) return undefined;
  if (second === undefined) return { kind: "endpoint", endpoint: first };
  if (left.length === 2) {
    if (multicluster && !first.startsWith("_") && !second.startsWith("_")) {
      return { kind: "endpoint", endpoint: second, cluster: first };
    }
    return { kind: "port", port: bare(second), protocol: bare(first) };
  }
  if (!zonal || multicluster || tree !== "svc" || first !== "_zone") return "none";
  if (second !== "pin" && second !== "prefer") return "none";
  // The zone is a label's value in Kubernetes, and that may hold dots.
  return { kind: "zone", zone: left.slice(2).reverse().join("."), directive: second };
}

function bare(label: string): string {
  return label.startsWith("_") ? label.slice(1) : label;
}
