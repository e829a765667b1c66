/**
 * dig's command line (dig(1) of BIND 9.18): options before the first name count for all, those behind a name for it.
 *
 * @module
 */
import { addressFamily, arpaName } from "../../dns/address.ts";
import { parseType } from "../../dns/types.ts";
import { err, ok, type Result } from "../../result.ts";

export interface DigLookup {
  readonly name: string;
  readonly type: string;
  readonly on: readonly DigFlag[];
}

/** What a lookup may set for itself; the greeting, +short and the search are one for all. */
export type DigFlag = (typeof FLAGS)[number];

export interface DigCall {
  readonly lookups: readonly DigLookup[];
  readonly server?: string;
  /** Whether the first message is preceded by dig's greeting. */
  readonly cmd: boolean;
  readonly short: boolean;
  readonly search: boolean;
  readonly showSearch: boolean;
  readonly ndots?: number;
  readonly domain?: string;
  /** Printed ahead of everything. */
  readonly warnings: readonly string[];
}

/** What dig prints and ends with instead. */
export interface DigRefusal {
  readonly text: string;
  readonly status: number;
}

/** By dig's names. */
const FLAGS = [
  "additional",
  "answer",
  "authority",
  "comments",
  "question",
  "stats",
  "adflag",
  "class",
  "edns",
  "recurse",
  "ttlid",
  "cdflag",
  "dnssec",
  "tcp",
] as const;

/** The first six are what `+all` is about; the last three are off until they are asked for. */
const SHOWN = FLAGS.slice(0, 6);
const DEFAULTS: readonly DigFlag[] = FLAGS.slice(0, 11);

export function readDigArguments(args: readonly string[]): Result<DigCall, DigRefusal> {
  const lookups: DigLookup[] = [];
  const warnings: string[] = [];
  let common = { type: undefined as string | undefined, on: DEFAULTS };
  let typeByWord = true;
  let call: Omit<DigCall, "lookups" | "warnings"> = {
    cmd: true,
    short: false,
    search: false,
    showSearch: false,
  };
  const set = (change: Partial<Omit<DigLookup, "name">>): void => {
    const last = lookups.at(-1);
    if (last === undefined) common = { ...common, ...change };
    else lookups[lookups.length - 1] = { ...last, ...change };
  };
  const add = (name: string, type = "A"): void => {
    lookups.push({ on: common.on, name, type: common.type ?? type });
  };

  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    const value = (): string => arg.slice(2) || (args[++at] ?? "");
    if (arg.startsWith("@")) {
      call = { ...call, server: arg.slice(1) };
    } else if (arg.startsWith("+")) {
      const read = readPlus(arg.slice(1), (lookups.at(-1) ?? common).on);
      if (!read.ok) return read;
      const { on, ...rest } = read.value;
      call = { ...call, ...rest };
      if (on) set({ on });
    } else if (arg.startsWith("-t")) {
      const text = value();
      const type = parseType(text);
      typeByWord = false;
      if (type === undefined) warnings.push(`;; Warning, ignoring invalid type ${text}`);
      else set({ type });
    } else if (arg.startsWith("-x")) {
      add(reverseName(value()), "PTR");
    } else if (arg.startsWith("-q")) {
      typeByWord = false;
      add(value());
    } else if (arg === "-v") {
      return err({ text: "DiG 9.18.49", status: 0 });
    } else if (arg.startsWith("-") && arg !== "-4" && arg !== "-r") {
      return err(notHere(arg));
    } else if (typeByWord && isType(arg)) {
      set({ type: parseType(arg) as string });
    } else if (!arg.startsWith("-") && !(typeByWord && /^in$/i.test(arg))) {
      add(arg);
    }
  }
  if (lookups.length === 0) lookups.push({ name: ".", type: "NS", on: common.on });
  if (lookups.length > MOST_LOOKUPS) return err(notHere(`more than ${MOST_LOOKUPS} names at once`));
  return ok({ ...call, lookups, warnings });
}

const MOST_LOOKUPS = 10;

function notHere(what: string): DigRefusal {
  return { text: `dig: ${what} is not in this shell: see help dig`, status: 1 };
}

/** Words alone: a number is a name to dig. */
function isType(word: string): boolean {
  return !/^[0-9]/.test(word) && parseType(word) !== undefined;
}

/** As dig turns round what is no address: by its dots. */
function reverseName(text: string): string {
  if (addressFamily(text) !== undefined) return arpaName(text);
  return `${text.split(".").reverse().join(".")}.in-addr.arpa.`;
}

/** One `+option`; a beginning that only one option has will do, as in dig. */
function readPlus(
  text: string,
  on: readonly DigFlag[],
): Result<Partial<DigCall> & { readonly on?: readonly DigFlag[] }, DigRefusal> {
  const [word = "", value = ""] = text.split("=", 2);
  const isOn = !word.startsWith("no");
  const name = isOn ? word : word.slice(2);
  const off = (flags: readonly DigFlag[]): DigFlag[] => on.filter((one) => !flags.includes(one));
  switch (name) {
    case "ndots":
      if (/^[0-9]{1,3}$/.test(value)) return ok({ ndots: Number(value) });
      return err({
        text: `invalid ndots '${value}': not a valid number\ndig: Couldn't parse ndots`,
        status: 10,
      });
    case "domain":
      return ok({ domain: value, search: true });
    case "search":
      return ok({ search: isOn });
    case "showsearch":
      return ok({ search: isOn, showSearch: isOn });
    case "cmd":
      return ok({ cmd: isOn });
    case "all":
      return ok({ cmd: isOn, on: [...off(SHOWN), ...(isOn ? SHOWN : [])] });
    case "short":
      if (!isOn) return ok({ short: false });
      return ok({ short: true, cmd: false, on: [...off(SHOWN), "answer"] });
  }
  const known = FLAGS.filter((one) => name.length > 1 && one.startsWith(ALIASES[name] ?? name));
  if (known.length === 1) {
    return ok({ on: [...off(known), ...(isOn ? known : [])] });
  }
  return WITHOUT_EFFECT.test(name) ? ok({}) : err(notHere(`+${text}`));
}

const ALIASES: Readonly<Record<string, DigFlag>> = {
  ad: "adflag",
  do: "dnssec",
  rdflag: "recurse",
  vc: "tcp",
};

/** Waits are the resolver's own here, the browser shows UTF-8, and no cookie is sent. */
const WITHOUT_EFFECT = /^(?:bufsize|cookie|fail|idnin|idnout|retry|split|time|timeout|tries)$/;
