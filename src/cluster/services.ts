/**
 * A Service or ServiceImport of a `v1` List: the fields that a resolver and kube-proxy read.
 *
 * @module
 */
import {
  addressesOf,
  addressOf,
  everyOf,
  flagOf,
  integerOf,
  isPresent,
  listOf,
  member,
  type Place,
  solid,
  textMapOf,
  textOf,
  wordOf,
} from "./json.ts";
import type { Service, ServiceImport, ServicePort } from "./model.ts";
import {
  cidrOf,
  FAMILIES,
  HIGHEST_PORT,
  labelsOf,
  PROTOCOLS,
  portOf,
  readName,
} from "./objects.ts";

export function readService(item: Place): Service {
  const spec = member(item, "spec");
  const type = wordOf(member(spec, "type"), SERVICE_TYPES) ?? "ClusterIP";
  const clusterIP = textOf(member(spec, "clusterIP"));
  const headless = clusterIP === "None" || firstText(member(spec, "clusterIPs")) === "None";
  const clusterIPs = headless || type === "ExternalName" ? [] : clusterIPsOf(spec);
  const families = everyOf(member(spec, "ipFamilies"), (place) => wordOf(place, FAMILIES));
  const selector = isPresent(member(spec, "selector"))
    ? textMapOf(member(spec, "selector"))
    : undefined;
  const externalName = textOf(member(spec, "externalName"));
  const healthCheckNodePort = portOf(member(spec, "healthCheckNodePort"));
  const clientIP = member(member(spec, "sessionAffinityConfig"), "clientIP");
  return {
    ...readName(item),
    labels: labelsOf(item),
    type,
    clusterIPs,
    ...(families.length > 0 && { ipFamilies: families }),
    headless,
    ...(externalName !== undefined && externalName !== "" && { externalName }),
    ports: everyOf(member(spec, "ports"), readServicePort),
    ...(selector !== undefined && { selector }),
    externalIPs: addressesOf(member(spec, "externalIPs")),
    ingress: everyOf(
      member(member(member(item, "status"), "loadBalancer"), "ingress"),
      readIngress,
    ),
    sessionAffinity: wordOf(member(spec, "sessionAffinity"), ["None", "ClientIP"]) ?? "None",
    affinityTimeout:
      integerOf(member(clientIP, "timeoutSeconds"), 0, LONGEST_AFFINITY) ?? DEFAULT_AFFINITY,
    internalTrafficPolicy: wordOf(member(spec, "internalTrafficPolicy"), POLICIES) ?? "Cluster",
    externalTrafficPolicy: wordOf(member(spec, "externalTrafficPolicy"), POLICIES) ?? "Cluster",
    ...(healthCheckNodePort !== undefined && { healthCheckNodePort }),
    loadBalancerSourceRanges: everyOf(member(spec, "loadBalancerSourceRanges"), cidrOf),
    publishNotReadyAddresses: flagOf(member(spec, "publishNotReadyAddresses")) ?? false,
  };
}

export function readServiceImport(item: Place): ServiceImport {
  const spec = member(item, "spec");
  return {
    ...readName(item),
    type: wordOf(member(spec, "type"), ["ClusterSetIP", "Headless"]) ?? "ClusterSetIP",
    ips: addressesOf(member(spec, "ips")),
    ports: everyOf(member(spec, "ports"), readServicePort),
  };
}

const SERVICE_TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;
const POLICIES = ["Cluster", "Local"] as const;

/** Seconds (`DefaultClientIPServiceAffinitySeconds`). */
export const DEFAULT_AFFINITY = 10800;

/** Seconds: what the API allows for `sessionAffinityConfig.clientIP.timeoutSeconds`. */
const LONGEST_AFFINITY = 86400;

function firstText(place: Place): unknown {
  return listOf(place)[0]?.value;
}

function clusterIPsOf(spec: Place): readonly string[] {
  const several = addressesOf(member(spec, "clusterIPs"));
  if (several.length > 0) return several;
  const one = addressOf(member(spec, "clusterIP"));
  return one === undefined ? [] : [one];
}

function readServicePort(place: Place): ServicePort | undefined {
  const port = integerOf(solid(member(place, "port")), 1, HIGHEST_PORT);
  const target = targetPortOf(member(place, "targetPort"));
  const nodePort = portOf(member(place, "nodePort"));
  return {
    name: textOf(member(place, "name")) ?? "",
    protocol: wordOf(member(place, "protocol"), PROTOCOLS) ?? "TCP",
    port: port ?? 0,
    ...(target !== undefined && { targetPort: target }),
    ...(nodePort !== undefined && { nodePort }),
  };
}

function targetPortOf(place: Place): number | string | undefined {
  if (typeof place.value !== "string") return portOf(place);
  return place.value === "" ? undefined : place.value;
}

function readIngress(place: Place): Service["ingress"][number] {
  const ip = addressOf(member(place, "ip"));
  const hostname = textOf(member(place, "hostname"));
  const ipMode = textOf(member(place, "ipMode"));
  return {
    ...(ip !== undefined && { ip }),
    ...(hostname !== undefined && { hostname }),
    ...(ipMode !== undefined && { ipMode }),
  };
}
