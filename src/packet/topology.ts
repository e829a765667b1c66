/**
 * Hosts and what joins them: network namespaces with interfaces, veth pairs and segments.
 *
 * A host answers questions instead of holding tables, so that a network of ten thousand costs nothing until a packet
 * comes by.
 *
 * @module
 */
import { addressFamily, inCidr } from "../dns/address.ts";
import type { Ruleset } from "./ruleset.ts";

/** An interface of a host: where a packet is seen. */
export interface Place {
  readonly host: string;
  readonly device: string;
}

export interface Device {
  readonly name: string;
  /** Canonical; none on the node's end of a veth pair. */
  readonly addresses: readonly string[];
  /** The other end of a veth pair, or the segment (a bridge, a switch) that it hangs on. */
  readonly link:
    | { readonly kind: "veth"; readonly peer: Place }
    | { readonly kind: "segment"; readonly name: string }
    | { readonly kind: "loopback" };
}

export interface Route {
  readonly device: string;
  /** The next hop; absent where the destination is on the link. */
  readonly via?: string;
}

export interface Host {
  readonly name: string;
  /** What packets leave with where their device has no address of the family. */
  readonly addresses: readonly string[];
  /** Whether it takes packets to `address` for its own. */
  isLocal(address: string): boolean;
  device(name: string): Device | undefined;
  /** Of an address that is not local. A text says why there is none. */
  route(to: string): Route | string;
  readonly forwards: boolean;
  /** Undefined where no rule was ever loaded: then nothing is tracked either. */
  rules(family: 4 | 6): Ruleset | undefined;
}

export interface Topology {
  host(name: string): Host | undefined;
  /** Who answers ARP (or neighbour discovery) for `address` on a segment. */
  neighbour(segment: string, address: string): Place | undefined;
}

/** The address that a packet from `host` through `device` gets as its source: the device's own, else the host's first. */
export function sourceAddress(host: Host, device: string, family: 4 | 6): string | undefined {
  const own = host.device(device)?.addresses ?? [];
  return [...own, ...host.addresses].find((address) => addressFamily(address) === family);
}

/** The longest prefix that holds the address, as the kernel picks among routes. */
export function longestPrefix(
  routes: readonly (Route & { readonly to: string })[],
): (to: string) => Route | string {
  const longestFirst = routes.toSorted((a, b) => lengthOf(b.to) - lengthOf(a.to));
  return (to) => longestFirst.find((route) => inCidr(to, route.to)) ?? `no route to ${to}`;
}

function lengthOf(block: string): number {
  const slash = block.indexOf("/");
  return slash < 0 ? 128 : Number(block.slice(slash + 1));
}
