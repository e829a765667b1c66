/**
 * `edns0` rules: options put into or taken out of the query.
 *
 * A query is modelled without its EDNS options, so such a rule changes nothing that can be seen; but where CoreDNS
 * would have done something, a rule without `continue` is the last one here too.
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";
import type { Rule } from "./rule.ts";

const ACTIONS = ["set", "append", "replace", "unset"] as const;
type Action = (typeof ACTIONS)[number];

/** The arguments behind `edns0`: `local|nsid|subnet`, the action, its values, and `revert`. */
export function edns0Rule(args: readonly string[]): Result<Rule, string> {
  const [option = "", word = "", ...rest] = args;
  const kind = option.toLowerCase();
  const action = ACTIONS.find((one) => one === word.toLowerCase());
  if (args.length < 2)
    return err(`edns0 takes an option and an action: received ${option || "nothing"}`);
  if (action === undefined) {
    return err(`edns0 has the actions ${ACTIONS.join(", ")}: received ${word}`);
  }
  const form = FORMS.get(kind);
  if (form === undefined) return err(`edns0 knows local, nsid and subnet: received ${option}`);
  const wanted = action === "unset" ? form.unset : form.values;
  const reverts = action !== "unset" && rest.length === wanted.length + 1;
  if (reverts ? rest.at(-1) !== "revert" : rest.length !== wanted.length) {
    const usage =
      [...wanted, ...(action === "unset" ? [] : ["[revert]"])].join(" ") || "nothing more";
    return err(`edns0 ${kind} ${action} takes ${usage}: received ${rest.join(" ") || "nothing"}`);
  }
  const wrong = form.check(rest);
  if (wrong !== undefined) return err(`edns0 ${kind} takes ${wrong}`);
  const happens = happensTo(action) && !isMetadata(rest[1]);
  const did = `EDNS option ${kind} ${action}, which is not modelled`;
  return ok({ apply: () => (happens ? { did } : undefined) });
}

/** `replace` and `unset` need the option in the query; no query here has one. */
function happensTo(action: Action): boolean {
  return action === "set" || action === "append";
}

interface Form {
  readonly values: readonly string[];
  readonly unset: readonly string[];
  /** What is allowed and what was received, where the values are wrong. */
  readonly check: (values: readonly string[]) => string | undefined;
}

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["local", { values: ["CODE", "DATA"], unset: ["CODE"], check: checkLocal }],
  ["nsid", { values: [], unset: [], check: () => undefined }],
  ["subnet", { values: ["IPV4_BITS", "IPV6_BITS"], unset: [], check: checkSubnet }],
]);

function checkLocal([code = "", data]: readonly string[]): string | undefined {
  const number = goNumber(code);
  if (number === undefined || number > 0xffff) return `a code up to 65535: received ${code}`;
  if (data === undefined) return undefined;
  if (data.startsWith("{") && data.endsWith("}")) {
    if (VARIABLES.has(data) || isMetadata(data)) return undefined;
    return `one of the variables ${[...VARIABLES].join(" ")} or a label of metadata: received ${data}`;
  }
  if (data.startsWith("0x") && !/^0x(?:[0-9a-fA-F]{2})*$/.test(data)) {
    return `pairs of hex digits behind 0x: received ${data}`;
  }
  return undefined;
}

function checkSubnet([ipv4, ipv6]: readonly string[]): string | undefined {
  if (ipv4 === undefined || ipv6 === undefined) return undefined;
  if ((goNumber(ipv4) ?? 33) > 32) return `up to 32 bits for IPv4: received ${ipv4}`;
  return (goNumber(ipv6) ?? 129) > 128 ? `up to 128 bits for IPv6: received ${ipv6}` : undefined;
}

const VARIABLES: ReadonlySet<string> = new Set([
  "{qname}",
  "{qtype}",
  "{client_ip}",
  "{client_port}",
  "{protocol}",
  "{server_ip}",
  "{server_port}",
]);

/** `{plugin/label}`: without the metadata plugin it has no value, and the rule does nothing. */
function isMetadata(data: string | undefined): boolean {
  return data !== undefined && /^\{[^/]+\/.+\}$/s.test(data);
}

/** Go's strconv.ParseUint with base 0: decimal, `0x`, `0b`, `0o`, or octal behind a 0. */
function goNumber(text: string): number | undefined {
  if (/^(?:0|[1-9][0-9]{0,8}|0x[0-9a-f]{1,8}|0b[01]{1,32}|0o[0-7]{1,10})$/i.test(text)) {
    return Number(text.toLowerCase());
  }
  return /^0[0-7]{1,10}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}
