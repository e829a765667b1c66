/**
 * The chains that kube-proxy and kubelet put on every node, whatever the Services are, and the jumps to them.
 *
 * After `iptablesJumpChains` and `syncProxyRules` in `pkg/proxy/iptables/proxier.go` and `syncIPTablesRules` in
 * `pkg/kubelet/kubelet_network_linux.go`. Each jump was put in front of those before it, so the last is the first. Where
 * the kernel has `xt_nfacct`, kube-proxy also counts two kinds of packets; those counters are left out.
 *
 * @module
 */
import type { Rule } from "../../packet/ruleset.ts";
import { CHAINS, comment, DST_LOCAL, jump, NEW, rule } from "./rules.ts";

const PORTALS = "kubernetes service portals";
const VISIBLE = "kubernetes externally-visible service portals";
const BALANCER = "kubernetes load balancer firewall";

const toFirewall = rule([NEW, comment(BALANCER)], jump(CHAINS.proxyFirewall));
const toServices = rule([NEW, comment(PORTALS)], jump(CHAINS.services));
const toExternal = rule([NEW, comment(VISIBLE)], jump(CHAINS.external));

/** What kubelet and kube-proxy put into the chains of the hooks in table filter. */
export const FILTER_JUMPS: Readonly<Record<"INPUT" | "FORWARD" | "OUTPUT", readonly Rule[]>> = {
  INPUT: [
    rule([], jump(CHAINS.firewall)),
    toFirewall,
    rule([comment("kubernetes health check service ports")], jump(CHAINS.nodePorts)),
    toExternal,
  ],
  FORWARD: [
    toFirewall,
    rule([comment("kubernetes forwarding rules")], jump(CHAINS.forward)),
    toServices,
    toExternal,
  ],
  OUTPUT: [rule([], jump(CHAINS.firewall)), toFirewall, toServices],
};

/** The same in table nat; both PREROUTING and OUTPUT have the first. */
export const NAT_JUMPS = {
  services: rule([comment(PORTALS)], jump(CHAINS.services)),
  postrouting: rule([comment("kubernetes postrouting rules")], jump(CHAINS.postrouting)),
} as const;

/** KUBE-FORWARD: what was marked for masquerade is forwarded even where the policy of FORWARD is DROP. */
export function forwardRules(mark: number): readonly Rule[] {
  return [
    rule([{ kind: "conntrack", states: ["INVALID"] }], { kind: "DROP" }),
    rule([comment("kubernetes forwarding rules"), { kind: "mark", mark, mask: mark }], {
      kind: "ACCEPT",
    }),
    rule(
      [
        comment("kubernetes forwarding conntrack rule"),
        { kind: "conntrack", states: ["RELATED", "ESTABLISHED"] },
      ],
      { kind: "ACCEPT" },
    ),
  ];
}

/** KUBE-FIREWALL: node ports on 127.0.0.1 take `route_localnet`, which would let others on the link reach it too. */
export function firewallRules(family: 4 | 6): readonly Rule[] {
  if (family === 6) return [];
  return [
    rule(
      [
        comment("block incoming localnet connections"),
        { kind: "conntrack", states: ["RELATED", "ESTABLISHED", "DNAT"], not: true },
      ],
      { kind: "DROP" },
      { source: { value: "127.0.0.0/8", not: true }, destination: { value: "127.0.0.0/8" } },
    ),
  ];
}

/** KUBE-MARK-MASQ: `--or-mark`. */
export function markMasqRules(mark: number): readonly Rule[] {
  return [rule([], { kind: "MARK", value: mark, mask: mark })];
}

/** KUBE-POSTROUTING: the mark is taken off again (`--xor-mark`) before the masquerade. */
export function postroutingRules(mark: number): readonly Rule[] {
  return [
    rule([{ kind: "mark", mark, mask: mark, not: true }], { kind: "RETURN" }),
    rule([], { kind: "MARK", value: mark, mask: 0 }),
    rule([comment("kubernetes service traffic requiring SNAT")], {
      kind: "MASQUERADE",
      randomFully: true,
    }),
  ];
}

/** The last rule of nat KUBE-SERVICES. IPv6 has no node ports on the loopback address. */
export function nodePortsJump(family: 4 | 6): Rule {
  return rule(
    [
      comment("kubernetes service nodeports; NOTE: this must be the last rule in this chain"),
      DST_LOCAL,
    ],
    jump(CHAINS.nodePorts),
    family === 6 ? { destination: { value: "::1/128", not: true } } : {},
  );
}
