/**
 * The network plugin's share of a node's rules: the masquerade of Pods that leave the cluster, in a chain of its own.
 *
 * It is not kube-proxy's, and every plugin has its own spelling; this one is the bridge plugin's (`ipmasq` of
 * containernetworking): accept what stays, masquerade the rest but multicast. Where nothing says which addresses are
 * Pods' (the VPC CNI of EKS), there is no such rule.
 *
 * @module
 */
import { addressFamily } from "../../dns/address.ts";
import type { Rule } from "../../packet/ruleset.ts";
import { once } from "../indexes.ts";
import type { Cluster, Node } from "../model.ts";
import { comment, jump, networkOf, rule } from "./rules.ts";

export const CNI_CHAIN = "CNI-MASQUERADE";

export interface CniRules {
  /** At the end of nat POSTROUTING. */
  readonly postrouting: readonly Rule[];
  /** Of {@link CNI_CHAIN}. */
  readonly chain: () => readonly Rule[];
}

/** Undefined where the cluster's Pod addresses are not known. */
export function cniRules(cluster: Cluster, node: Node, family: 4 | 6): CniRules | undefined {
  const ofFamily = (blocks: readonly string[]) =>
    blocks
      .filter((block) => addressFamily(block.slice(0, block.indexOf("/"))) === family)
      .map(networkOf);
  const whole = ofFamily(cluster.kubeProxy.clusterCIDR);
  const own = ofFamily(node.podCIDRs);
  const sources = own.length > 0 ? own : whole;
  if (sources.length === 0) return undefined;
  const multicast = family === 6 ? "ff00::/8" : "224.0.0.0/4";
  return {
    postrouting: sources.map((source) =>
      rule([comment("CNI: Pods of this node")], jump(CNI_CHAIN), { source: { value: source } }),
    ),
    chain: once(() => {
      const inside =
        whole.length > 0 ? whole : ofFamily(cluster.nodes.flatMap((one) => one.podCIDRs));
      return [
        ...inside.map((block) =>
          rule(
            [comment("CNI: from Pod to Pod")],
            { kind: "ACCEPT" },
            { destination: { value: block } },
          ),
        ),
        rule(
          [comment("CNI: Pods leave the cluster with the node's address")],
          { kind: "MASQUERADE" },
          { destination: { value: multicast, not: true } },
        ),
      ];
    }),
  };
}
