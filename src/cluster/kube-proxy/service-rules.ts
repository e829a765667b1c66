/**
 * The rules that kube-proxy writes for one port of a Service, in the order in which it writes them
 * (`syncProxyRules` and `writeServiceToEndpointRules` in `pkg/proxy/iptables/proxier.go`, Kubernetes 1.36).
 *
 * @module
 */
import { inCidr } from "../../dns/address.ts";
import type { Match, Rule, Target } from "../../packet/ruleset.ts";
import type { Cluster, Node } from "../model.ts";
import { type Categories, categorize, isExternal, type ProxiedEndpoint } from "./endpoints.ts";
import { endpointChain, type ServiceChains, serviceChains } from "./names.ts";
import { CHAINS, comment, DST_LOCAL, jump, rule, SRC_LOCAL } from "./rules.ts";
import type { ProxiedPort } from "./service-ports.ts";

/** What the port adds to the chains that all Services share, and the chains of its own, all in table nat. */
export interface ServiceRules {
  readonly natServices: readonly Rule[];
  readonly natNodePorts: readonly Rule[];
  readonly filterServices: readonly Rule[];
  readonly filterExternal: readonly Rule[];
  readonly filterFirewall: readonly Rule[];
  readonly filterNodePorts: readonly Rule[];
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
}

export interface ProxyContext {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly family: 4 | 6;
  /** What tells the cluster's Pods from the rest: kube-proxy's clusterCIDR of the family, if any. */
  readonly clusterCIDR: string | undefined;
  /** Kube-proxy is in large cluster mode. */
  readonly terse: boolean;
}

export function serviceRules(context: ProxyContext, port: ProxiedPort): ServiceRules {
  const found = categorize(context.cluster, context.node, port);
  const chains = serviceChains(port.name, port.protocol);
  const plan: Plan = { context, port, found, chains };
  return {
    ...sharedRules(plan),
    chains: found.any ? ownChains(plan) : new Map(),
  };
}

interface Plan {
  readonly context: ProxyContext;
  readonly port: ProxiedPort;
  readonly found: Categories;
  readonly chains: ServiceChains;
}

function sharedRules({ port, found, chains }: Plan): Omit<ServiceRules, "chains"> {
  const { name, clusterIP, externalIPs, loadBalancerIPs, nodePort, healthCheckNodePort } = port;
  const internal = port.internalLocal ? found.local.length > 0 : found.any;
  const external = port.externalLocal ? found.local.length > 0 : found.any;
  const firewalled = usesFirewall({ port, found });
  // No endpoint anywhere is told to the sender; none on this node is what the policy asks for, and silent.
  const refusal: Target = { kind: found.any ? "DROP" : "REJECT" };
  const why = `${name} has no ${found.any ? "local " : ""}endpoints`;
  const to = (address: string, text: string, target: Target) =>
    toAddress(port, address, text, target);
  return {
    natServices: [
      ...(internal
        ? [
            to(
              clusterIP,
              `${name} cluster IP`,
              jump(port.internalLocal ? chains.local : chains.cluster),
            ),
          ]
        : []),
      ...externalIPs
        .filter(() => found.any)
        .map((address) => to(address, `${name} external IP`, jump(chains.external))),
      ...loadBalancerIPs
        .filter(() => found.any)
        .map((address) =>
          to(
            address,
            `${name} loadbalancer IP`,
            jump(firewalled ? chains.firewall : chains.external),
          ),
        ),
    ],
    natNodePorts:
      nodePort !== undefined && found.any
        ? [toNodePort(port, nodePort, [comment(name)], jump(chains.external))]
        : [],
    filterServices: internal ? [] : [to(clusterIP, why, refusal)],
    filterExternal: external
      ? []
      : [
          ...externalIPs.map((address) => to(address, why, refusal)),
          ...loadBalancerIPs.map((address) => to(address, why, refusal)),
          ...(nodePort === undefined
            ? []
            : [toNodePort(port, nodePort, [comment(why), DST_LOCAL], refusal)]),
        ],
    filterFirewall: loadBalancerIPs
      .filter(() => firewalled)
      .map((address) =>
        to(address, `${name} traffic not accepted by ${chains.firewall}`, { kind: "DROP" }),
      ),
    filterNodePorts:
      healthCheckNodePort === undefined
        ? []
        : [
            rule(
              [
                comment(`${name} health check node port`),
                { kind: "ports", protocol: "tcp", dport: healthCheckNodePort },
              ],
              { kind: "ACCEPT" },
              { protocol: { value: "tcp" } },
            ),
          ],
  };
}

function usesFirewall({ port, found }: Pick<Plan, "port" | "found">): boolean {
  return found.any && port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0;
}

function ownChains(plan: Plan): ReadonlyMap<string, readonly Rule[]> {
  const { port, found, chains, context } = plan;
  const made = new Map<string, Rule[]>();
  // The masquerade of what comes from outside is the first rule of the chain that ClusterIP traffic takes.
  const internalHead = (local: boolean) => (port.internalLocal === local ? masquerade(plan) : []);
  if (found.cluster.length > 0) {
    made.set(chains.cluster, [...internalHead(false), ...choice(plan, found.cluster)]);
  }
  if (found.local.length > 0) {
    made.set(chains.local, [...internalHead(true), ...choice(plan, found.local)]);
  }
  if (isExternal(port)) made.set(chains.external, externalRules(plan));
  if (usesFirewall(plan)) made.set(chains.firewall, firewallRules(plan));
  for (const endpoint of found.all) {
    made.set(sepChain(port, endpoint), endpointRules(context, port, endpoint));
  }
  return made;
}

function masquerade({ port, context }: Plan): readonly Rule[] {
  const { cluster, clusterCIDR } = context;
  const mark = toAddress(port, port.clusterIP, `${port.name} cluster IP`, jump(CHAINS.markMasq));
  if (cluster.kubeProxy.masqueradeAll) return [mark];
  if (clusterCIDR === undefined) return [];
  return [{ ...mark, source: { value: clusterCIDR, not: true } }];
}

/** Affinity first, then the dice: each endpoint gets 1/n of what the ones before it left. */
function choice({ port, context }: Plan, endpoints: readonly ProxiedEndpoint[]): readonly Rule[] {
  const note = ({ text }: ProxiedEndpoint) =>
    context.terse ? [] : [comment(`${port.name} -> ${text}`)];
  const { affinity } = port;
  const sticky =
    affinity === undefined
      ? []
      : endpoints.map((endpoint) => {
          const chain = sepChain(port, endpoint);
          const seen: Match = {
            kind: "recent",
            action: "rcheck",
            name: chain,
            seconds: affinity,
            reap: true,
          };
          return rule([...note(endpoint), seen], jump(chain));
        });
  const dice = endpoints.map((endpoint, at) => {
    const left = endpoints.length - at;
    const chance: readonly Match[] =
      left === 1 ? [] : [{ kind: "statistic", probability: Number((1 / left).toFixed(10)) }];
    return rule([...note(endpoint), ...chance], jump(sepChain(port, endpoint)));
  });
  return [...sticky, ...dice];
}

function externalRules({ port, found, chains, context }: Plan): Rule[] {
  const about = (what: string) => comment(`${what} for ${port.name} external destinations`);
  if (!port.externalLocal) {
    return [
      rule([about("masquerade traffic")], jump(CHAINS.markMasq)),
      rule([], jump(chains.cluster)),
    ];
  }
  return [
    ...(context.clusterCIDR === undefined
      ? []
      : [
          rule([about("pod traffic")], jump(chains.cluster), {
            source: { value: context.clusterCIDR },
          }),
        ]),
    rule([about("masquerade LOCAL traffic"), SRC_LOCAL], jump(CHAINS.markMasq)),
    rule([about("route LOCAL traffic"), SRC_LOCAL], jump(chains.cluster)),
    ...(found.local.length > 0 ? [rule([], jump(chains.local))] : []),
  ];
}

/** What no rule sends on is not rewritten, and KUBE-PROXY-FIREWALL drops it. */
function firewallRules({ port, chains, context }: Plan): Rule[] {
  const from = (source: string) =>
    rule([comment(`${port.name} loadbalancer IP`)], jump(chains.external), {
      source: { value: source },
    });
  const nodeIPs = context.node.internalIPs;
  const allowsNode = port.sourceRanges.some((block) => nodeIPs.some((ip) => inCidr(ip, block)));
  return [
    ...port.sourceRanges.map(from),
    ...(allowsNode ? port.loadBalancerIPs.map(from) : []),
    rule([comment(`other traffic to ${port.name} will be dropped by ${CHAINS.proxyFirewall}`)]),
  ];
}

function endpointRules(
  context: ProxyContext,
  port: ProxiedPort,
  endpoint: ProxiedEndpoint,
): Rule[] {
  const note = context.terse ? [] : [comment(port.name)];
  const remember: readonly Match[] =
    port.affinity === undefined
      ? []
      : [{ kind: "recent", action: "set", name: sepChain(port, endpoint) }];
  return [
    rule(note, jump(CHAINS.markMasq), { source: { value: endpoint.address } }),
    rule(
      [...note, ...remember, { kind: "ports", protocol: port.protocol }],
      { kind: "DNAT", address: endpoint.address, port: endpoint.port },
      { protocol: { value: port.protocol } },
    ),
  ];
}

function sepChain({ name, protocol }: ProxiedPort, { address, port }: ProxiedEndpoint): string {
  return endpointChain(name, protocol, address, port);
}

function toAddress(
  { protocol, port }: ProxiedPort,
  address: string,
  text: string,
  target: Target,
): Rule {
  return rule([comment(text), { kind: "ports", protocol, dport: port }], target, {
    destination: { value: address },
    protocol: { value: protocol },
  });
}

function toNodePort(
  { protocol }: ProxiedPort,
  nodePort: number,
  matches: readonly Match[],
  target: Target,
): Rule {
  return rule([...matches, { kind: "ports", protocol, dport: nodePort }], target, {
    protocol: { value: protocol },
  });
}
