/**
 * The rules of NodeLocal DNSCache on a node: its packets are not tracked, so nat does not see them.
 *
 * After `initIptables` in `cmd/node-cache/app/cache_app.go` of kubernetes/dns. Each rule is put in front of those
 * before it, and of kube-proxy's, since the cache starts later.
 *
 * @module
 */
import { addressFamily } from "../../dns/address.ts";
import type { Match, Rule, Target } from "../../packet/ruleset.ts";
import type { Cluster } from "../model.ts";
import { nodeLocalOf } from "../node-local.ts";
import { comment, rule } from "./rules.ts";

export interface NodeLocalRules {
  readonly rawPrerouting: readonly Rule[];
  readonly rawOutput: readonly Rule[];
  readonly filterInput: readonly Rule[];
  readonly filterOutput: readonly Rule[];
}

/** Undefined where the cluster has no cache with an address of that family. */
export function nodeLocalRules(cluster: Cluster, family: 4 | 6): NodeLocalRules | undefined {
  const addresses = (nodeLocalOf(cluster)?.addresses ?? []).filter(
    (address) => addressFamily(address) === family,
  );
  if (addresses.length === 0) return undefined;
  const of = (write: (address: string) => readonly Rule[]) => addresses.flatMap(write).reverse();
  return {
    rawPrerouting: of((address) => both((protocol) => to(address, protocol, DNS, SKIP))),
    rawOutput: of((address) => [
      ...both((protocol) => from(address, protocol, DNS, SKIP)),
      ...both((protocol) => to(address, protocol, DNS, SKIP)),
      to(address, "tcp", HEALTH, SKIP),
      from(address, "tcp", HEALTH, SKIP),
    ]),
    filterInput: of((address) => both((protocol) => to(address, protocol, DNS, ALLOW))),
    filterOutput: of((address) => both((protocol) => from(address, protocol, DNS, ALLOW))),
  };
}

type Deed = { readonly note: Match; readonly target: Target };

const SKIP: Deed = {
  note: comment("NodeLocal DNS Cache: skip conntrack"),
  target: { kind: "NOTRACK" },
};
const ALLOW: Deed = {
  note: comment("NodeLocal DNS Cache: allow DNS traffic"),
  target: { kind: "ACCEPT" },
};

const DNS = 53;
/** `-health-port` of node-cache. */
const HEALTH = 8080;

function both(write: (protocol: "tcp" | "udp") => Rule): readonly Rule[] {
  return [write("tcp"), write("udp")];
}

function to(address: string, protocol: "tcp" | "udp", dport: number, { note, target }: Deed): Rule {
  return rule([{ kind: "ports", protocol, dport }, note], target, {
    destination: { value: address },
    protocol: { value: protocol },
  });
}

function from(
  address: string,
  protocol: "tcp" | "udp",
  sport: number,
  { note, target }: Deed,
): Rule {
  return rule([{ kind: "ports", protocol, sport }, note], target, {
    source: { value: address },
    protocol: { value: protocol },
  });
}
