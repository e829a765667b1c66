/**
 * Netfilter's rules as data: tables of chains of rules, in the words of iptables(8) and iptables-extensions(8).
 *
 * A chain gives its rules when it is asked for, so a table may hold a hundred thousand of them and make only those that
 * a packet meets.
 *
 * @module
 */
import type { Packet, Protocol } from "./packet.ts";

export type TableName = "raw" | "mangle" | "nat" | "filter";

export type Hook = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

/** A host's rules of one address family. */
export interface Ruleset {
  readonly family: 4 | 6;
  table(name: TableName): Table | undefined;
}

export interface Table {
  readonly name: TableName;
  chain(name: string): Chain | undefined;
  /** Every chain: those of the hooks first, then the others sorted, as `iptables-save` prints them. */
  chainNames(): readonly string[];
}

export interface Chain {
  readonly name: string;
  /** What becomes of a packet at the chain's end; only the chains of the hooks have one. */
  readonly policy?: "ACCEPT" | "DROP";
  rules(): readonly Rule[];
  /** The rules that may match the packet, in order: a chain that is long knows them without trying all. */
  candidates?(packet: Packet): readonly Rule[];
}

export interface Negatable<T> {
  readonly value: T;
  readonly not?: true;
}

export interface Rule {
  /** `-s` and `-d`: a CIDR block, or one address. */
  readonly source?: Negatable<string>;
  readonly destination?: Negatable<string>;
  /** `-i` and `-o`; a `+` at the end stands for any ending. */
  readonly in?: Negatable<string>;
  readonly out?: Negatable<string>;
  readonly protocol?: Negatable<Protocol>;
  /** In the order that they were given in. */
  readonly matches: readonly Match[];
  /** Absent: the rule counts, and no more. */
  readonly target?: Target;
}

export type CtState = "INVALID" | "NEW" | "RELATED" | "ESTABLISHED" | "UNTRACKED";

export type Match =
  | { readonly kind: "comment"; readonly text: string }
  /** `-m udp --dport 53`; with neither port it matches as `-p` does. */
  | {
      readonly kind: "ports";
      readonly protocol: "udp" | "tcp" | "sctp";
      readonly sport?: number;
      readonly dport?: number;
    }
  | {
      readonly kind: "conntrack";
      readonly states: readonly (CtState | "DNAT" | "SNAT")[];
      readonly not?: true;
    }
  | { readonly kind: "statistic"; readonly probability: number }
  | { readonly kind: "mark"; readonly mark: number; readonly mask: number; readonly not?: true }
  | { readonly kind: "addrtype"; readonly src?: "LOCAL"; readonly dst?: "LOCAL" }
  /** By source address; `seconds` is of `rcheck`. */
  | {
      readonly kind: "recent";
      readonly action: "rcheck" | "set";
      readonly name: string;
      readonly seconds?: number;
      readonly reap?: true;
    };

export type Target =
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "ACCEPT" }
  | { readonly kind: "DROP" }
  | { readonly kind: "RETURN" }
  /** ICMP port unreachable, of the packet's own family. */
  | { readonly kind: "REJECT" }
  /** A port is absent where the packet's own is kept. */
  | { readonly kind: "DNAT"; readonly address: string; readonly port?: number }
  | { readonly kind: "SNAT"; readonly address: string; readonly port?: number }
  | { readonly kind: "MASQUERADE"; readonly randomFully?: true }
  /** `--set-xmark value/mask`: the bits of `mask` are cleared, then `value` is XORed in. */
  | { readonly kind: "MARK"; readonly value: number; readonly mask: number }
  | { readonly kind: "NOTRACK" };

/** The chains of each table's hooks, as `iptables-save` orders them. */
export const HOOKS: Readonly<Record<TableName, readonly Hook[]>> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
};

/** The order in which the iptables of nf_tables prints its tables. */
export const TABLES: readonly TableName[] = ["mangle", "raw", "filter", "nat"];

/** A table of chains that are all at hand; chains of the hooks that are missing are empty, with policy ACCEPT. */
export function tableOf(name: TableName, chains: readonly Chain[]): Table {
  const byName = new Map<string, Chain>();
  for (const hook of HOOKS[name]) byName.set(hook, chainOf(hook, [], "ACCEPT"));
  for (const chain of chains) byName.set(chain.name, chain);
  return {
    name,
    chain: (chain) => byName.get(chain),
    chainNames: () => sortedChains(name, byName.keys()),
  };
}

export function chainOf(name: string, rules: readonly Rule[], policy?: "ACCEPT" | "DROP"): Chain {
  return { name, rules: () => rules, ...(policy && { policy }) };
}

export function rulesetOf(family: 4 | 6, tables: readonly Table[]): Ruleset {
  const byName = new Map(tables.map((table) => [table.name, table]));
  return { family, table: (name) => byName.get(name) };
}

export function sortedChains(name: TableName, chains: Iterable<string>): readonly string[] {
  const hooks: readonly string[] = HOOKS[name];
  const own = [...chains].filter((chain) => !hooks.includes(chain)).sort();
  return [...hooks, ...own];
}
