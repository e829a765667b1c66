/**
 * The rules that a packet met in one host, as a chain of targets, and what they made of its addresses.
 *
 * A jump whose chain holds nothing for the packet is named and no more; of the others the target stands first, behind
 * it the conditions in iptables' own words without the names of their matches, and the comment.
 *
 * @module
 */
import type { LifeRewrite, LifeRule } from "../life.ts";
import { columns, type Line, line, row, WIDTH } from "../terminal.ts";

/** What a rule says, `-m` and comment taken apart. */
export interface ReadRule {
  /** With its own options: `DNAT --to-destination 10.244.0.4:53`; empty where the rule only counts. */
  readonly target: string;
  readonly conditions: string;
  readonly comment: string | undefined;
}

/**
 * Hook by hook in the order of a packet's way, tables in theirs.
 *
 * @param told the shapes of what was told before, of any packet and host: the same rules again are not told again
 */
export function ruleLines(
  indent: number,
  rules: readonly LifeRule[],
  rewrites: readonly LifeRewrite[],
  told: Set<string>,
): readonly Line[] {
  return hooksOf(rules, rewrites).flatMap((hook) => {
    const here = rules.filter((rule) => rule.hook === hook);
    const changed = rewrites.filter((rewrite) => rewrite.hook === hook);
    const tables = new Set(here.map(({ table }) => table));
    const lines: Line[] = [];
    // Where no rule of nat is met, connection tracking rewrites all the same, and in nat's place.
    if (changed.length > 0 && !tables.has("nat")) {
      lines.push(line(indent, hook), ...changed.map((one) => rewriteLine(indent + 2, one, false)));
    }
    for (const table of tables) {
      const met = here.filter((rule) => rule.table === table);
      const shape = ruleShape(met);
      const isNew = !told.has(shape);
      told.add(shape);
      lines.push(line(indent, `${hook}, ${table}${isNew ? "" : ": as before"}`));
      if (isNew) lines.push(...chainLines(indent + 2, met, hook));
      if (table === "nat") {
        lines.push(...changed.map((one) => rewriteLine(indent + 2, one, isNew)));
      }
    }
    return lines;
  });
}

/** The rules but for what differs from endpoint to endpoint of one Service: the last is jumped to without probability. */
export function ruleShape(rules: readonly LifeRule[]): string {
  return rules
    .map(({ hook, table, rule }) => `${hook} ${table} ${rule}`.replace(DRAWN, ""))
    .join("\n");
}

const DRAWN =
  /KUBE-SEP-\w+|-m statistic --mode random --probability [0-9.]+ |--comment (?:"[^"]*"|\S+)|-s \S+|--to-destination \S+/g;

/** @param isClear the rules above say what decided it */
function rewriteLine(indent: number, { half, from, to, by }: LifeRewrite, isClear: boolean): Line {
  const which = half === "dst" ? "destination" : "source";
  const text = `${from} → ${to}`;
  return line(indent, `${which} `, { text, tone: "changed" }, isClear ? "" : `, by ${by}`);
}

/** Splits at blanks; double quotes hold a word together (`xtables_save_string`). */
export function readRule(text: string): ReadRule {
  const words: readonly string[] = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const at = words.indexOf("-j");
  const head = at < 0 ? words : words.slice(0, at);
  const conditions: string[] = [];
  let comment: string | undefined;
  for (let index = head[0] === "-A" ? 2 : 0; index < head.length; index++) {
    const word = head[index] as string;
    if (word === "-m") index++;
    else if (word === "--comment") comment = unquoted(head[++index] ?? "");
    else if (word === "--mode") index++;
    else if (word === "--probability") {
      conditions.push(`probability ${Number(Number(head[++index]).toFixed(4))}`);
    } else conditions.push(word);
  }
  return {
    target: at < 0 ? "" : words.slice(at + 1).join(" "),
    conditions: conditions.join(" "),
    comment,
  };
}

/** A packet's way: what comes in is routed to INPUT or FORWARD, what is made here begins at OUTPUT. */
const HOOKS = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

/** Columns for a target: the arrow, a chain's name of 25 with its hash, and a gap. */
const TARGET = 29;

function hooksOf(rules: readonly LifeRule[], rewrites: readonly LifeRewrite[]): readonly string[] {
  const met = new Set([...rules, ...rewrites].map(({ hook }) => hook));
  return [...met].sort((a, b) => HOOKS.indexOf(a) - HOOKS.indexOf(b));
}

function chainLines(indent: number, rules: readonly LifeRule[], hook: string): readonly Line[] {
  const lines: Line[] = [];
  let passed: string[] = [];
  let chain = hook;
  const flush = () => {
    if (passed.length > 0) {
      const text = `→ ${passed.join(", ")}: no rule there matches`;
      lines.push(line(indent, { text, tone: "quiet" }));
    }
    passed = [];
  };
  for (const [index, rule] of rules.entries()) {
    const read = readRule(rule.rule);
    if (isJump(read.target) && rules[index + 1]?.chain !== read.target) {
      if (rule.chain !== chain) flush();
      passed.push(read.target);
      chain = rule.chain;
      continue;
    }
    flush();
    lines.push(...stepLines(indent, rule.chain === chain ? "" : `${rule.chain} `, read));
    chain = isJump(read.target) ? read.target : rule.chain;
  }
  flush();
  return lines;
}

/** The comment stands below where the line has no room for it. */
function stepLines(indent: number, back: string, read: ReadRule): readonly Line[] {
  const left = `${back}→ ${read.target === "" ? "counted" : read.target}`;
  const comment = read.comment === undefined ? "" : `# ${read.comment}`;
  const right = [read.conditions, comment].filter((text) => text !== "").join("  ");
  const quiet = (text: string) => ({ text, tone: "quiet" }) as const;
  const used = indent + Math.max(TARGET, columns(left) + 2) + columns(right);
  if (used <= WIDTH || comment === "") return [row(indent, TARGET, left, quiet(right))];
  const first = row(indent, TARGET, left, quiet(read.conditions));
  return [first, line(indent + 4, quiet(comment))];
}

function isJump(target: string): boolean {
  return target !== "" && !ENDS.has(target.split(" ", 1)[0] ?? "");
}

const ENDS: ReadonlySet<string> = new Set([
  "ACCEPT",
  "DROP",
  "REJECT",
  "RETURN",
  "DNAT",
  "SNAT",
  "MASQUERADE",
  "MARK",
  "NOTRACK",
  "CT",
]);

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word;
}
