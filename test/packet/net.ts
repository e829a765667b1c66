/**
 * Small networks written down by hand.
 *
 * @module
 */
import { addressFamily } from "../../src/dns/address.ts";
import type { Ruleset } from "../../src/packet/ruleset.ts";
import {
  type Device,
  type Host,
  longestPrefix,
  type Route,
  type Topology,
} from "../../src/packet/topology.ts";

export interface HostSpec {
  readonly name: string;
  /** By device; a peer is `host device`, a segment `lan`. */
  readonly devices: Readonly<Record<string, { readonly to: string; readonly address?: string }>>;
  readonly routes: readonly (Route & { readonly to: string })[];
  readonly rules?: Ruleset;
  readonly forwards?: boolean;
}

export function network(...specs: readonly HostSpec[]): Topology {
  const hosts = new Map(specs.map((spec) => [spec.name, hostOf(spec)]));
  return {
    host: (name) => hosts.get(name),
    neighbour: (segment, address) => {
      for (const { name, devices } of specs) {
        for (const [device, { to, address: own }] of Object.entries(devices)) {
          if (to === segment && own === address) return { host: name, device };
        }
      }
      return undefined;
    },
  };
}

function hostOf({ name, devices, routes, rules, forwards = false }: HostSpec): Host {
  const made = new Map<string, Device>([
    ["lo", { name: "lo", addresses: ["127.0.0.1"], link: { kind: "loopback" } }],
  ]);
  for (const [device, { to, address }] of Object.entries(devices)) {
    const [host = "", peer] = to.split(" ");
    made.set(device, {
      name: device,
      addresses: address === undefined ? [] : [address],
      link:
        peer === undefined
          ? { kind: "segment", name: to }
          : { kind: "veth", peer: { host, device: peer } },
    });
  }
  const addresses = [...made.values()]
    .filter((device) => device.name !== "lo")
    .flatMap((device) => device.addresses);
  const route = longestPrefix(routes);
  return {
    name,
    addresses,
    isLocal: (address) => addresses.includes(address) || address === "127.0.0.1",
    device: (device) => made.get(device),
    route,
    forwards,
    rules: (family) => (rules?.family === family ? rules : undefined),
  };
}

/** A Pod: one veth to its node. */
export function podOn(node: string, name: string, veth: string, address: string): HostSpec {
  const to = addressFamily(address) === 6 ? "::/0" : "0.0.0.0/0";
  return {
    name,
    devices: { eth0: { to: `${node} ${veth}`, address } },
    routes: [{ to, device: "eth0" }],
  };
}
