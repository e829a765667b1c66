/**
 * One object of a `v1` List at a time: the fields that a resolver reads, and no others.
 *
 * Field names and defaults are those of the Kubernetes API (core/v1, discovery.k8s.io/v1,
 * multicluster.x-k8s.io/v1alpha1). Addresses keep their spelling: an endpoint's DNS name is made from it.
 *
 * @module
 */
import { addressFamily } from "../dns/address.ts";
import {
  addressOf,
  complain,
  everyOf,
  integerOf,
  listOf,
  member,
  type Place,
  solid,
  textMapOf,
  textOf,
} from "./json.ts";
import type { Namespace, Node } from "./model.ts";

/** `metadata.namespace` and `metadata.name`. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** An object without a namespace is in `default`, as kubectl takes it. */
export function readName(item: Place): ObjectName {
  const metadata = member(item, "metadata");
  return {
    namespace: nameOf(member(metadata, "namespace")) ?? "default",
    name: nameOf(solid(member(metadata, "name"))) ?? "",
  };
}

export function readNamespace(item: Place): Namespace {
  return { name: readName(item).name, labels: labelsOf(item) };
}

export function readNode(item: Place): Node {
  const metadata = member(item, "metadata");
  const spec = member(item, "spec");
  const annotations = member(metadata, "annotations");
  const cidrs = everyOf(member(spec, "podCIDRs"), cidrOf);
  const cidr = cidrOf(member(spec, "podCIDR"));
  const internalIPs = everyOf(member(member(item, "status"), "addresses"), (place) =>
    textOf(member(place, "type")) === "InternalIP"
      ? addressOf(member(place, "address"))
      : undefined,
  );
  const resolvConf = textOf(member(annotations, "ndots.dev/resolv.conf"));
  const hosts = textOf(member(annotations, "ndots.dev/hosts"));
  return {
    name: readName(item).name,
    labels: topologyOf(labelsOf(item)),
    internalIPs,
    podCIDRs: cidrs.length > 0 || cidr === undefined ? cidrs : [cidr],
    ready: isReady(item) ?? true,
    ...(resolvConf !== undefined && { resolvConf }),
    ...(hosts !== undefined && { hosts }),
  };
}

export function labelsOf(item: Place): Readonly<Record<string, string>> {
  return textMapOf(member(member(item, "metadata"), "labels"));
}

/** The condition `Ready`; undefined where the object has no conditions at all, as in a List written by hand. */
export function isReady(item: Place): boolean | undefined {
  const conditions = listOf(member(member(item, "status"), "conditions"));
  if (conditions.length === 0) return undefined;
  const ready = conditions.find((place) => textOf(member(place, "type")) === "Ready");
  return ready !== undefined && textOf(member(ready, "status")) === "True";
}

export const FAMILIES = ["IPv4", "IPv6"] as const;
export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export const HIGHEST_PORT = 65535;

/** 0 is how Go's API types print a port that is not set. */
export function portOf(place: Place): number | undefined {
  return integerOf(place, 0, HIGHEST_PORT) || undefined;
}

export function cidrOf(place: Place): string | undefined {
  const text = textOf(place);
  if (text === undefined || text === "") return undefined;
  if (isCidr(text)) return text;
  complain(place, "a CIDR block");
  return undefined;
}

export function isCidr(text: string): boolean {
  const slash = text.indexOf("/");
  const family = addressFamily(text.slice(0, Math.max(slash, 0)));
  const length = text.slice(slash + 1);
  if (family === undefined || !/^[0-9]{1,3}$/.test(length)) return false;
  return Number(length) <= (family === 4 ? 32 : 128);
}

/** Names go into domain names, URLs and headers, so they hold no character that means something there. */
const OBJECT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const LONGEST_NAME = 253;

export function nameOf(place: Place): string | undefined {
  const text = textOf(place);
  if (text === undefined) return undefined;
  if (text.length <= LONGEST_NAME && OBJECT_NAME.test(text)) return text;
  complain(place, "a Kubernetes name (letters, digits, - and ., at most 253)");
  return undefined;
}

function topologyOf(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels).filter(([key]) => key.startsWith("topology.kubernetes.io/")),
  );
}
