/**
 * Whether a rule matches a packet.
 *
 * @module
 */
import { inCidr } from "../dns/address.ts";
import type { Tracked } from "./conntrack.ts";
import type { Random } from "./nat.ts";
import type { Packet } from "./packet.ts";
import type { Match, Negatable, Rule } from "./ruleset.ts";

/** The lists of `-m recent`: by name, the addresses with the time they were last put there, in milliseconds. */
export type Recent = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What a match may look at beside the packet. */
export interface Circumstances {
  /** Interfaces; absent in the hooks that do not know them. */
  readonly in?: string;
  readonly out?: string;
  readonly mark: number;
  /** Absent: the packet is not tracked; `invalid` tells why. */
  readonly tracked?: Tracked;
  readonly untracked?: "UNTRACKED" | "INVALID";
  isLocal(address: string): boolean;
  readonly recent: Recent;
  readonly random: Random;
  readonly now: number;
}

/** The rule's matches are tried in order, so that nothing is drawn for a rule that an earlier match leaves out. */
export function matches(rule: Rule, packet: Packet, circumstances: Circumstances): boolean {
  return (
    agrees(rule.protocol, (protocol) => protocol === packet.protocol) &&
    agrees(rule.source, (block) => isIn(packet.src, block)) &&
    agrees(rule.destination, (block) => isIn(packet.dst, block)) &&
    agrees(rule.in, (name) => isNamed(circumstances.in, name)) &&
    agrees(rule.out, (name) => isNamed(circumstances.out, name)) &&
    rule.matches.every((match) => isMatch(match, packet, circumstances))
  );
}

/** `-m recent --set` is a match that always holds: the list with the packet's source on it. */
export function remembered(rule: Rule, packet: Packet, recent: Recent, now: number): Recent {
  const set = rule.matches.find((match) => match.kind === "recent" && match.action === "set");
  if (set?.kind !== "recent") return recent;
  const list = new Map(recent.get(set.name)).set(packet.src, now);
  return new Map(recent).set(set.name, list);
}

function agrees<T>(wanted: Negatable<T> | undefined, test: (value: T) => boolean): boolean {
  return wanted === undefined || test(wanted.value) !== (wanted.not ?? false);
}

function isIn(address: string, block: string): boolean {
  // Most rules name one address, and comparing texts is a tenth of reading them.
  const slash = block.indexOf("/");
  return slash < 0 ? address === block : inCidr(address, block);
}

function isNamed(name: string | undefined, pattern: string): boolean {
  if (name === undefined) return false;
  return pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function isMatch(match: Match, packet: Packet, circumstances: Circumstances): boolean {
  switch (match.kind) {
    case "comment":
      return true;
    case "ports":
      return (
        packet.protocol === match.protocol &&
        (match.sport === undefined || match.sport === packet.sport) &&
        (match.dport === undefined || match.dport === packet.dport)
      );
    case "conntrack":
      return match.states.some((state) => isState(state, circumstances)) !== (match.not ?? false);
    case "statistic":
      return circumstances.random() < match.probability;
    case "mark":
      return ((circumstances.mark & match.mask) >>> 0 === match.mark) !== (match.not ?? false);
    case "addrtype":
      return (
        (match.src === undefined || circumstances.isLocal(packet.src)) &&
        (match.dst === undefined || circumstances.isLocal(packet.dst))
      );
    case "recent":
      return match.action === "set" || isRecent(match, packet, circumstances);
  }
}

function isState(state: string, { tracked, untracked }: Circumstances): boolean {
  if (tracked === undefined) return state === (untracked ?? "UNTRACKED");
  if (state === "DNAT") return tracked.connection.dnat;
  if (state === "SNAT") return tracked.connection.snat;
  return state === tracked.state;
}

function isRecent(
  { name, seconds }: { readonly name: string; readonly seconds?: number },
  packet: Packet,
  { recent, now }: Circumstances,
): boolean {
  const seen = recent.get(name)?.get(packet.src);
  return seen !== undefined && (seconds === undefined || now - seen <= seconds * 1000);
}
