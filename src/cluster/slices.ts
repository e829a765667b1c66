/**
 * An EndpointSlice of a `v1` List.
 *
 * Addresses keep their spelling: an endpoint's DNS name is made from it.
 *
 * @module
 */
import {
  addressesOf,
  everyOf,
  flagOf,
  isPresent,
  member,
  note,
  type Place,
  textOf,
  textsOf,
  wordOf,
} from "./json.ts";
import type { Endpoint, EndpointSlice } from "./model.ts";
import { FAMILIES, labelsOf, type ObjectName, PROTOCOLS, portOf, readName } from "./objects.ts";

export function readSlice(item: Place): EndpointSlice {
  const addressType = wordOf(member(item, "addressType"), [...FAMILIES, "FQDN"]) ?? "IPv4";
  return {
    ...readName(item),
    labels: labelsOf(item),
    addressType,
    ports: everyOf(member(item, "ports"), (place) => {
      const port = portOf(member(place, "port"));
      return {
        name: textOf(member(place, "name")) ?? "",
        protocol: wordOf(member(place, "protocol"), PROTOCOLS) ?? "TCP",
        ...(port !== undefined && { port }),
      };
    }),
    endpoints: everyOf(member(item, "endpoints"), (place) => readEndpoint(place, addressType)),
  };
}

export function readEndpoint(place: Place, addressType: EndpointSlice["addressType"]): Endpoint {
  const conditions = member(place, "conditions");
  const ready = flagOf(member(conditions, "ready")) ?? true;
  const hostname = textOf(member(place, "hostname"));
  const nodeName = textOf(member(place, "nodeName"));
  const zone = textOf(member(place, "zone"));
  const target = member(place, "targetRef");
  const addresses = member(place, "addresses");
  if (!isPresent(addresses)) note(addresses, "is missing");
  return {
    addresses:
      addressType === "FQDN"
        ? textsOf(addresses)
        : addressesOf(addresses, addressType === "IPv4" ? 4 : 6),
    ready,
    serving: flagOf(member(conditions, "serving")) ?? ready,
    terminating: flagOf(member(conditions, "terminating")) ?? false,
    ...(hostname !== undefined && hostname !== "" && { hostname }),
    ...(nodeName !== undefined && { nodeName }),
    ...(zone !== undefined && { zone }),
    ...(textOf(member(target, "kind")) === "Pod" && { pod: targetPodOf(target, place) }),
  };
}

/** A targetRef's namespace may be left out: it is then the slice's own. */
function targetPodOf(target: Place, endpoint: Place): ObjectName {
  const slice = endpoint.above?.above;
  return {
    namespace:
      textOf(member(target, "namespace")) ?? (slice ? readName(slice).namespace : "default"),
    name: textOf(member(target, "name")) ?? "",
  };
}
