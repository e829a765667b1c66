/**
 * Short spellings for the rules that kube-proxy, kubelet, the CNI and NodeLocal DNSCache write.
 *
 * @module
 */
import { addressOfOctets } from "../../dns/address.ts";
import type { Match, Rule, Target } from "../../packet/ruleset.ts";
import { parseCidr } from "../ranges.ts";

export function comment(text: string): Match {
  return { kind: "comment", text };
}

export function jump(chain: string): Target {
  return { kind: "jump", chain };
}

/** Packets that are of no flow yet. */
export const NEW: Match = { kind: "conntrack", states: ["NEW"] };

export const DST_LOCAL: Match = { kind: "addrtype", dst: "LOCAL" };
export const SRC_LOCAL: Match = { kind: "addrtype", src: "LOCAL" };

export function rule(matches: readonly Match[], target?: Target, more: Partial<Rule> = {}): Rule {
  return { ...more, matches, ...(target && { target }) };
}

/** The block with its host bits cleared, as the kernel keeps it: `10.0.0.5/8` is `10.0.0.0/8`. */
export function networkOf(cidr: string): string {
  const block = parseCidr(cidr);
  if (block === undefined) return cidr;
  const octets = block.octets.map((octet, at) => {
    const kept = Math.min(8, Math.max(0, block.bits - at * 8));
    return octet & (0xff00 >> kept) & 0xff;
  });
  return `${addressOfOctets(octets)}/${block.bits}`;
}

/** The chains that are there whatever the Services are. */
export const CHAINS = {
  services: "KUBE-SERVICES",
  external: "KUBE-EXTERNAL-SERVICES",
  nodePorts: "KUBE-NODEPORTS",
  postrouting: "KUBE-POSTROUTING",
  markMasq: "KUBE-MARK-MASQ",
  forward: "KUBE-FORWARD",
  proxyFirewall: "KUBE-PROXY-FIREWALL",
  firewall: "KUBE-FIREWALL",
  proxyCanary: "KUBE-PROXY-CANARY",
  kubeletCanary: "KUBE-KUBELET-CANARY",
  hint: "KUBE-IPTABLES-HINT",
} as const;
