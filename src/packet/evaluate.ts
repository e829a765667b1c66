/**
 * The evaluator: one packet through the chains of one table, from a hook's chain on.
 *
 * @module
 */
import { type Circumstances, matches, type Recent, remembered } from "./match.ts";
import type { Packet } from "./packet.ts";
import type { Chain, Rule, Table, TableName, Target } from "./ruleset.ts";

/** A rule that matched. */
export interface MatchedRule {
  readonly table: TableName;
  readonly chain: string;
  readonly rule: Rule;
}

/** How a table ends for a packet. DNAT, SNAT and MASQUERADE let it pass, as ACCEPT does. */
export type Verdict = Exclude<Target, { kind: "jump" | "RETURN" | "MARK" | "NOTRACK" }>;

export interface Evaluated {
  readonly verdict: Verdict;
  /** In the order of the packet's way through the chains. */
  readonly matched: readonly MatchedRule[];
  /** The packet's mark when it left the table. */
  readonly mark: number;
  /** NOTRACK was met. */
  readonly notrack: boolean;
  readonly recent: Recent;
}

/** Where the table has no such chain, the packet is accepted. */
export function evaluate(
  table: Table,
  chain: string,
  packet: Packet,
  circumstances: Circumstances,
): Evaluated {
  const run: Run = {
    table,
    packet,
    circumstances,
    matched: [],
    mark: circumstances.mark,
    notrack: false,
    recent: circumstances.recent,
  };
  const first = table.chain(chain);
  const verdict = (first && through(first, run, 0)) ?? { kind: first?.policy ?? "ACCEPT" };
  const { matched, mark, notrack, recent } = run;
  return { verdict, matched, mark, notrack, recent };
}

/** The kernel takes no rules that loop, and no more than this many jumps deep. */
const DEEPEST = 16;

interface Run {
  readonly table: Table;
  readonly packet: Packet;
  readonly circumstances: Circumstances;
  readonly matched: MatchedRule[];
  mark: number;
  notrack: boolean;
  recent: Recent;
}

/** Undefined at the chain's end or at RETURN: the packet goes on behind the jump. */
function through(chain: Chain, run: Run, depth: number): Verdict | undefined {
  const { packet, circumstances, table } = run;
  for (const rule of chain.candidates?.(packet) ?? chain.rules()) {
    const { mark, recent } = run;
    if (!matches(rule, packet, { ...circumstances, mark, recent })) continue;
    run.matched.push({ table: table.name, chain: chain.name, rule });
    run.recent = remembered(rule, packet, recent, circumstances.now);
    const { target } = rule;
    switch (target?.kind) {
      case undefined:
        break;
      case "jump": {
        const next = depth < DEEPEST ? table.chain(target.chain) : undefined;
        const verdict = next && through(next, run, depth + 1);
        if (verdict) return verdict;
        break;
      }
      case "RETURN":
        return undefined;
      case "MARK":
        run.mark = ((run.mark & ~target.mask) ^ target.value) >>> 0;
        break;
      case "NOTRACK":
        // The kernel marks the packet untracked and goes on behind the rule.
        run.notrack = true;
        break;
      default:
        return target;
    }
  }
  return undefined;
}
