/**
 * Reads what `iptables-save` prints: the matches and targets that {@link Rule} has, and no others.
 *
 * @module
 */
import { addressFamily } from "../dns/address.ts";
import { err, ok, type Result } from "../result.ts";
import type { Protocol } from "./packet.ts";
import {
  type Chain,
  type CtState,
  chainOf,
  type Match,
  type Rule,
  type Ruleset,
  rulesetOf,
  TABLES,
  type Table,
  type TableName,
  type Target,
  tableOf,
} from "./ruleset.ts";

/** `line` counts from 1; `message` is a sentence without its full stop. */
export interface RestoreError {
  readonly line: number;
  readonly message: string;
}

export function restoreText(text: string, family: 4 | 6): Result<Ruleset, RestoreError> {
  const tables: Table[] = [];
  let chains: Map<string, { policy?: "ACCEPT" | "DROP"; rules: Rule[] }> | undefined;
  let name: TableName | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    const wrong = (message: string) => err({ line: at + 1, message });
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("*")) {
      name = TABLES.find((table) => table === line.slice(1));
      if (name === undefined) return wrong(`${line} is no table`);
      chains = new Map();
      continue;
    }
    if (name === undefined || chains === undefined) return wrong(`${line} stands in no table`);
    if (line === "COMMIT") {
      tables.push(
        tableOf(
          name,
          [...chains].map(([chain, { rules, policy }]): Chain => chainOf(chain, rules, policy)),
        ),
      );
      name = undefined;
    } else if (line.startsWith(":")) {
      const [chain = "", policy] = line.slice(1).split(" ");
      const hooked = policy === "ACCEPT" || policy === "DROP";
      chains.set(chain, hooked ? { policy, rules: [] } : { rules: [] });
    } else {
      const words = wordsOf(line);
      const chain = chains.get(words[1] ?? "");
      if (words[0] !== "-A" || chain === undefined) return wrong(`${line} adds to no chain`);
      const rule = readRule(words.slice(2));
      if (!rule.ok) return wrong(rule.error);
      chain.rules.push(rule.value);
    }
  }
  return ok(rulesetOf(family, tables));
}

/** Splits at blanks; double quotes hold a word together, and a backslash keeps the next character. */
function wordsOf(line: string): string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return words.map((word) =>
    word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word,
  );
}

type Unfinished = { -readonly [Key in keyof Rule]: Rule[Key] } & { matches: Match[] };

function readRule(words: readonly string[]): Result<Rule, string> {
  const rule: Unfinished = { matches: [] };
  let at = 0;
  let not = false;
  const take = (): string => words[at++] ?? "";
  const negated = () => (not ? { not: true as const } : {});
  while (at < words.length) {
    const word = take();
    if (word === "!") {
      not = true;
      continue;
    }
    if (word === "-s") rule.source = { value: take(), ...negated() };
    else if (word === "-d") rule.destination = { value: take(), ...negated() };
    else if (word === "-i") rule.in = { value: take(), ...negated() };
    else if (word === "-o") rule.out = { value: take(), ...negated() };
    else if (word === "-p") rule.protocol = { value: take() as Protocol, ...negated() };
    else if (word === "-m" || word === "-j") {
      const kind = take();
      const options = new Map<string, string>();
      let negative = false;
      while (at < words.length && !(words[at] === "-m" || words[at] === "-j")) {
        const option = take();
        if (option === "!") negative = true;
        else {
          const flag = option !== "--comment" && (words[at] ?? "-").startsWith("-");
          options.set(option, flag ? "" : take());
        }
      }
      if (word === "-m") {
        const match = readMatch(kind, options, negative);
        if (match === undefined) return err(`match ${kind} is not known`);
        rule.matches.push(match);
      } else rule.target = readTarget(kind, options);
    } else return err(`option ${word} is not known`);
    not = false;
  }
  return ok(rule);
}

type Options = ReadonlyMap<string, string>;

function readMatch(kind: string, options: Options, negative: boolean): Match | undefined {
  const not = negative ? { not: true as const } : {};
  const number = (option: string) => {
    const text = options.get(option);
    return text === undefined ? undefined : Number(text);
  };
  switch (kind) {
    case "comment":
      return { kind, text: options.get("--comment") ?? "" };
    case "udp":
    case "tcp":
    case "sctp": {
      const sport = number("--sport");
      const dport = number("--dport");
      return {
        kind: "ports",
        protocol: kind,
        ...(sport !== undefined && { sport }),
        ...(dport !== undefined && { dport }),
      };
    }
    case "conntrack":
      return { kind, states: (options.get("--ctstate") ?? "").split(",") as CtState[], ...not };
    case "statistic":
      return { kind, probability: number("--probability") ?? 0 };
    case "mark": {
      const [mark, mask] = (options.get("--mark") ?? "").split("/");
      return { kind, mark: Number(mark), mask: Number(mask ?? 0xffffffff), ...not };
    }
    case "addrtype":
      return {
        kind,
        ...(options.has("--src-type") && { src: "LOCAL" as const }),
        ...(options.has("--dst-type") && { dst: "LOCAL" as const }),
      };
    case "recent": {
      const seconds = number("--seconds");
      return {
        kind,
        action: options.has("--set") ? "set" : "rcheck",
        name: options.get("--name") ?? "DEFAULT",
        ...(seconds !== undefined && { seconds }),
        ...(options.has("--reap") && { reap: true as const }),
      };
    }
    default:
      return undefined;
  }
}

function readTarget(kind: string, options: Options): Target {
  switch (kind) {
    case "ACCEPT":
    case "DROP":
    case "RETURN":
    case "REJECT":
    case "NOTRACK":
      return { kind };
    case "DNAT":
      return { kind, ...readEndpoint(options.get("--to-destination") ?? "") };
    case "SNAT":
      return { kind, ...readEndpoint(options.get("--to-source") ?? "") };
    case "MASQUERADE":
      return { kind, ...(options.has("--random-fully") && { randomFully: true as const }) };
    case "MARK": {
      const [value, mask] = (options.get("--set-xmark") ?? "").split("/");
      return { kind, value: Number(value), mask: Number(mask ?? 0xffffffff) };
    }
    default:
      return { kind: "jump", chain: kind };
  }
}

function readEndpoint(text: string): { address: string; port?: number } {
  if (addressFamily(text) !== undefined) return { address: text };
  const colon = text.lastIndexOf(":");
  const address = text.slice(0, colon).replace(/^\[|\]$/g, "");
  return { address, port: Number(text.slice(colon + 1)) };
}
