/**
 * The rules on a node: kube-proxy's in iptables mode, kubelet's, the CNI's masquerade, and NodeLocal DNSCache's.
 *
 * Rules of a Service are made when a packet meets them; printing makes them all.
 *
 * @module
 */
import { addressFamily } from "../../dns/address.ts";
import {
  type Chain,
  chainOf,
  HOOKS,
  type Rule,
  type Ruleset,
  rulesetOf,
  sortedChains,
  type Table,
  tableOf,
} from "../../packet/ruleset.ts";
import { once } from "../indexes.ts";
import type { Cluster, Node } from "../model.ts";
import * as base from "./base.ts";
import { CNI_CHAIN, cniRules } from "./cni.ts";
import { type NodeLocalRules, nodeLocalRules } from "./node-local.ts";
import { CHAINS, networkOf } from "./rules.ts";
import { type ProxiedPort, proxiedPorts } from "./service-ports.ts";
import { type ProxyContext, type ServiceRules, serviceRules } from "./service-rules.ts";

/**
 * {@link rulesOf} for packets: the rules of the last nodes that some went through are kept, with those of the Services
 * that they met.
 */
export function keptRulesOf(cluster: Cluster, node: Node, family: 4 | 6): Ruleset | undefined {
  const ofCluster = KEPT.get(cluster) ?? new Map<string, Ruleset | undefined>();
  KEPT.set(cluster, ofCluster);
  const key = `${family} ${node.name}`;
  const known = ofCluster.get(key);
  if (known) return known;
  const rules = rulesOf(cluster, node, family);
  if (ofCluster.size >= MOST_KEPT) ofCluster.clear();
  ofCluster.set(key, rules);
  return rules;
}

const MOST_KEPT = 32;
const KEPT = new WeakMap<Cluster, Map<string, Ruleset | undefined>>();

/**
 * The rules of one family on `node`; undefined where kube-proxy is not in iptables mode: those are not modelled.
 *
 * What was made stays with the ruleset, so the ruleset of a large cluster is better dropped after it was printed.
 */
export function rulesOf(cluster: Cluster, node: Node, family: 4 | 6 = 4): Ruleset | undefined {
  if (cluster.kubeProxy.mode !== "iptables") return undefined;
  const mark = 2 ** cluster.kubeProxy.masqueradeBit;
  const services = lazyServices(cluster, node, family);
  const cache = nodeLocalRules(cluster, family);
  return rulesetOf(family, [
    // The canaries tell kubelet and kube-proxy when someone else has flushed the tables.
    tableOf("mangle", empty([CHAINS.hint, CHAINS.kubeletCanary, CHAINS.proxyCanary])),
    ...(cache ? [rawTable(cache)] : []),
    filterTable(services, mark, family, cache),
    natTable(services, mark, cniRules(cluster, node, family), family),
  ]);
}

function rawTable({ rawPrerouting, rawOutput }: NodeLocalRules): Table {
  return tableOf("raw", [
    chainOf("PREROUTING", rawPrerouting, "ACCEPT"),
    chainOf("OUTPUT", rawOutput, "ACCEPT"),
  ]);
}

function filterTable(
  services: Services,
  mark: number,
  family: 4 | 6,
  cache: NodeLocalRules | undefined,
): Table {
  const { INPUT, FORWARD, OUTPUT } = base.FILTER_JUMPS;
  return tableOf("filter", [
    chainOf("INPUT", [...(cache?.filterInput ?? []), ...INPUT], "ACCEPT"),
    chainOf("FORWARD", FORWARD, "ACCEPT"),
    chainOf("OUTPUT", [...(cache?.filterOutput ?? []), ...OUTPUT], "ACCEPT"),
    ...empty([CHAINS.kubeletCanary, CHAINS.proxyCanary]),
    chainOf(CHAINS.firewall, base.firewallRules(family)),
    chainOf(CHAINS.forward, base.forwardRules(mark)),
    services.shared(CHAINS.services, "filterServices"),
    services.shared(CHAINS.external, "filterExternal"),
    services.shared(CHAINS.nodePorts, "filterNodePorts"),
    services.shared(CHAINS.proxyFirewall, "filterFirewall"),
  ]);
}

function natTable(
  services: Services,
  mark: number,
  cni: ReturnType<typeof cniRules>,
  family: 4 | 6,
): Table {
  const fixed = tableOf("nat", [
    chainOf("PREROUTING", [base.NAT_JUMPS.services], "ACCEPT"),
    chainOf("OUTPUT", [base.NAT_JUMPS.services], "ACCEPT"),
    chainOf("POSTROUTING", [base.NAT_JUMPS.postrouting, ...(cni?.postrouting ?? [])], "ACCEPT"),
    ...empty([CHAINS.kubeletCanary, CHAINS.proxyCanary]),
    chainOf(CHAINS.markMasq, base.markMasqRules(mark)),
    chainOf(CHAINS.postrouting, base.postroutingRules(mark)),
    services.shared(CHAINS.services, "natServices", base.nodePortsJump(family)),
    services.shared(CHAINS.nodePorts, "natNodePorts"),
    ...(cni ? [{ name: CNI_CHAIN, rules: cni.chain }] : []),
  ]);
  return {
    name: "nat",
    chain: (name) => fixed.chain(name) ?? services.own(name),
    chainNames: () =>
      sortedChains("nat", [...fixed.chainNames().slice(HOOKS.nat.length), ...services.ownNames()]),
  };
}

type Shared = Exclude<keyof ServiceRules, "chains">;

interface Services {
  /** A chain that every Service adds to. */
  shared(name: string, what: Shared, last?: Rule): Chain;
  /** A Service's own chain: one that a rule met before jumps to, or any after all were made. */
  own(name: string): Chain | undefined;
  ownNames(): readonly string[];
}

function lazyServices(cluster: Cluster, node: Node, family: 4 | 6): Services {
  const ports = proxiedPorts(cluster, family);
  const made = new Map<ProxiedPort, ServiceRules>();
  const chains = new Map<string, Chain>();
  const context = once((): ProxyContext => {
    const clusterCIDR = cluster.kubeProxy.clusterCIDR.find(
      (block) => addressFamily(block.slice(0, block.indexOf("/"))) === family,
    );
    return {
      cluster,
      node,
      family,
      clusterCIDR: clusterCIDR && networkOf(clusterCIDR),
      terse: ports.large(),
    };
  });
  const rulesFor = (port: ProxiedPort): ServiceRules => {
    const there = made.get(port);
    if (there) return there;
    const rules = serviceRules(context(), port);
    made.set(port, rules);
    for (const [name, own] of rules.chains) chains.set(name, chainOf(name, own));
    return rules;
  };
  const all = () => ports.all().map(rulesFor);
  return {
    shared: (name, what, last) => {
      const tail = last ? [last] : [];
      const every = once(() => [...all().flatMap((rules) => rules[what]), ...tail]);
      return {
        name,
        rules: every,
        candidates: ({ dst, dport }) => [
          ...ports.matching(dst, dport).flatMap((port) => rulesFor(port)[what]),
          ...tail,
        ],
      };
    },
    own: (name) => {
      const there = chains.get(name);
      if (there === undefined && name.startsWith("KUBE-")) all();
      return chains.get(name);
    },
    ownNames: () => {
      all();
      return [...chains.keys()];
    },
  };
}

function empty(names: readonly string[]): readonly Chain[] {
  return names.map((name) => chainOf(name, []));
}
