/**
 * Netfilter's hooks on one host: raw, connection tracking, nat and filter, each in its place and order.
 *
 * The mangle table is left out: nothing that is modelled has a rule there.
 *
 * @module
 */
import { type Connection, replaced, sameTuple, type Tracked, track } from "./conntrack.ts";
import { evaluate, type MatchedRule, type Verdict } from "./evaluate.ts";
import type { Recent } from "./match.ts";
import { type Half, halfText, type Random, translated, withDnat, withSnat } from "./nat.ts";
import { familyOf, type Packet } from "./packet.ts";
import type { Hook, Ruleset, TableName } from "./ruleset.ts";
import { type Host, sourceAddress } from "./topology.ts";

/** What a host keeps from packet to packet. */
export interface HostState {
  readonly connections: readonly Connection[];
  readonly recent: Recent;
}

export const FRESH: HostState = { connections: [], recent: new Map() };

/** A rule that matched, and the hook that it was met in. */
export interface MetRule extends MatchedRule {
  readonly hook: Hook;
}

/** One half of a packet that was changed on its way through a host. */
export interface Rewrite {
  readonly hook: Hook;
  readonly half: Half;
  /** `10.100.0.10:53` */
  readonly from: string;
  readonly to: string;
  /** The nat rule of a flow's first packet; afterwards connection tracking repeats, or undoes, it. */
  readonly by: MatchedRule | "conntrack";
}

/** A packet in a host: it changes from hook to hook, and only the walk that made it sees it. */
export interface Passing {
  readonly host: Host;
  readonly rules: Ruleset;
  readonly random: Random;
  readonly now: number;
  packet: Packet;
  state: HostState;
  mark: number;
  tracked: Tracked | undefined;
  untracked: "UNTRACKED" | "INVALID" | undefined;
  /** The connection is among the host's. */
  confirmed: boolean;
  met: MetRule[];
  rewrites: Rewrite[];
}

/** What stopped a packet in a hook. */
export type Stop =
  | { readonly kind: "DROP" | "REJECT"; readonly hook: Hook; readonly rule?: MatchedRule }
  /** Another packet of the same flow was confirmed first (`insert_failed` of `conntrack -S`). */
  | { readonly kind: "insert_failed"; readonly hook: Hook }
  | { readonly kind: "no-address"; readonly hook: Hook; readonly device: string };

export interface HookOptions {
  readonly in?: string;
  readonly out?: string;
  /** The packet's flow is looked up before another packet of it was confirmed. */
  readonly blind?: boolean;
}

/** Undefined: the packet goes on. */
export function runHook(passing: Passing, hook: Hook, options: HookOptions = {}): Stop | undefined {
  const first = hook === "PREROUTING" || hook === "OUTPUT";
  if (first) {
    const stop = runTable(passing, "raw", hook, options);
    if (stop) return stop;
    lookUp(passing, options.blind ?? false);
    const changed = translate(passing, hook, "dst", options);
    if (changed) return changed;
  }
  if (hook !== "PREROUTING" && hook !== "POSTROUTING") {
    const stop = runTable(passing, "filter", hook, options);
    if (stop) return stop;
  }
  if (hook === "INPUT" || hook === "POSTROUTING") {
    const changed = translate(passing, hook, "src", options);
    return changed ?? confirm(passing, hook);
  }
  return undefined;
}

function runTable(
  passing: Passing,
  name: TableName,
  hook: Hook,
  options: HookOptions,
): Stop | undefined {
  const ended = runRules(passing, name, hook, options);
  if (ended === undefined) return undefined;
  const { verdict, last } = ended;
  if (verdict.kind !== "DROP" && verdict.kind !== "REJECT") return undefined;
  return { kind: verdict.kind, hook, ...(last && { rule: last }) };
}

function runRules(
  passing: Passing,
  name: TableName,
  hook: Hook,
  { in: device, out }: HookOptions,
): { readonly verdict: Verdict; readonly last: MatchedRule | undefined } | undefined {
  const { host, rules, packet, mark, tracked, untracked, random, now, state } = passing;
  const table = rules.table(name);
  if (table === undefined) return undefined;
  const ended = evaluate(table, hook, packet, {
    ...(device !== undefined && { in: device }),
    ...(out !== undefined && { out }),
    mark,
    ...(tracked && { tracked }),
    ...(untracked && { untracked }),
    isLocal: (address) => host.isLocal(address),
    recent: state.recent,
    random,
    now,
  });
  passing.mark = ended.mark;
  passing.state = { ...state, recent: ended.recent };
  passing.met.push(...ended.matched.map((matched) => ({ ...matched, hook })));
  // What is tracked already stays so (`notrack_tg`).
  if (ended.notrack && tracked === undefined) passing.untracked = "UNTRACKED";
  return { verdict: ended.verdict, last: ended.matched.at(-1) };
}

/** A packet that comes round by the loopback interface keeps what OUTPUT found. */
function lookUp(passing: Passing, blind: boolean): void {
  if (passing.tracked || passing.untracked) return;
  const { packet, state, now } = passing;
  const tracked = track(blind ? [] : state.connections, packet, now);
  if (tracked === undefined) {
    passing.untracked = "INVALID";
    return;
  }
  passing.tracked = tracked;
  const before = blind ? undefined : known(state.connections, tracked.connection);
  passing.confirmed = before !== undefined;
  if (before) keep(passing, before, tracked.connection);
}

function known(connections: readonly Connection[], one: Connection): Connection | undefined {
  return connections.find(
    (other) => other.protocol === one.protocol && sameTuple(other.original, one.original),
  );
}

function keep(passing: Passing, before: Connection, connection: Connection): void {
  const connections = replaced(passing.state.connections, before, connection);
  passing.state = { ...passing.state, connections };
  if (passing.tracked) passing.tracked = { ...passing.tracked, connection };
}

/** The rules of the nat table are for the first packet of a flow; what they decided holds for all. */
function translate(
  passing: Passing,
  hook: Hook,
  half: Half,
  options: HookOptions,
): Stop | undefined {
  const { tracked } = passing;
  if (tracked === undefined) return undefined;
  let by: MatchedRule | "conntrack" = "conntrack";
  if (tracked.state === "NEW" && !tracked.connection.asked[half]) {
    const ended = runRules(passing, "nat", hook, options);
    const changed = ended && apply(passing, ended.verdict, hook, options);
    if (changed !== undefined && "kind" in changed) return changed;
    const before = tracked.connection;
    const after = changed?.connection ?? before;
    const connection = { ...after, asked: { ...after.asked, [half]: true } };
    if (passing.confirmed) keep(passing, before, connection);
    else passing.tracked = { ...tracked, connection };
    if (ended?.last) by = ended.last;
  }
  const { packet } = passing;
  passing.packet = translated(packet, passing.tracked as Tracked, half);
  const from = halfText(packet, half);
  const to = halfText(passing.packet, half);
  if (from !== to) passing.rewrites.push({ hook, half, from, to, by });
  return undefined;
}

function apply(
  passing: Passing,
  verdict: Verdict,
  hook: Hook,
  { out }: HookOptions,
): { readonly connection: Connection } | Stop | undefined {
  const { state, random, packet, host, tracked } = passing;
  const { connection } = tracked as Tracked;
  switch (verdict.kind) {
    case "DROP":
      return { kind: "DROP", hook };
    case "DNAT":
      return { connection: withDnat(connection, verdict.address, verdict.port) };
    case "SNAT": {
      const { address, port } = verdict;
      const choice = port === undefined ? {} : { port };
      return { connection: withSnat(connection, state.connections, address, choice) };
    }
    case "MASQUERADE": {
      const device = out ?? "";
      const address = sourceAddress(host, device, familyOf(packet));
      if (address === undefined) return { kind: "no-address", hook, device };
      const choice = verdict.randomFully ? { random } : {};
      return { connection: withSnat(connection, state.connections, address, choice) };
    }
    default:
      return undefined;
  }
}

/** The last thing in a host: a new connection becomes one of the host's, unless one like it was first. */
function confirm(passing: Passing, hook: Hook): Stop | undefined {
  const { tracked, state } = passing;
  if (tracked === undefined || passing.confirmed || tracked.state !== "NEW") return undefined;
  if (known(state.connections, tracked.connection)) return { kind: "insert_failed", hook };
  const connections = [...state.connections, tracked.connection];
  passing.state = { ...state, connections };
  passing.confirmed = true;
  return undefined;
}
