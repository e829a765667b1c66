/**
 * What each libc makes of resolv.conf's options: its caps, its defaults, and what it does not know.
 *
 * Sources: glibc `resolv/res_init.c` (`res_setoptions`), musl `src/network/resolvconf.c`, Go
 * `src/net/dnsconfig_unix.go`. Everything that a libc changes or ignores is a note.
 *
 * @module
 */
import { addressFamily } from "../dns/address.ts";
import type { Libc, ResolvConf, StubSettings } from "./resolver.ts";

/** `settings` of each {@link Libc}; times come out in milliseconds. Kept as long as `conf` is. */
export function readSettings(conf: ResolvConf, libc: Libc): StubSettings {
  const byLibc = KNOWN.get(conf) ?? new Map<Libc, StubSettings>();
  KNOWN.set(conf, byLibc);
  const settings = byLibc.get(libc) ?? read(conf, libc);
  byLibc.set(libc, settings);
  return settings;
}

const KNOWN = new WeakMap<ResolvConf, Map<Libc, StubSettings>>();

function read(conf: ResolvConf, libc: Libc): StubSettings {
  const notes: string[] = [];
  const rules = RULES[libc];
  const { search, options } = libc === "musl" ? withoutLongLines(conf, notes) : conf;
  const number = (key: NumberKey) => readNumber(options, key, rules, notes);
  const flag = (...words: string[]) => readFlag(options, words, libc, notes);
  const singleRequestReopen = flag("single-request-reopen");
  return {
    ndots: number("ndots"),
    timeout: number("timeout") * 1000,
    attempts: number("attempts"),
    nameservers: readNameservers(conf.nameservers, rules.nobody, notes),
    search,
    rotate: flag("rotate"),
    singleRequest: flag("single-request") || (libc === "go" && singleRequestReopen),
    singleRequestReopen,
    useVc: flag("use-vc", ...(libc === "go" ? ["usevc", "tcp"] : [])),
    noAaaa: flag("no-aaaa"),
    notes,
  };
}

type NumberKey = "ndots" | "timeout" | "attempts";

interface Rules {
  /** The value as the libc reads it off an option's words; undefined where the option is not there. */
  readonly find: (options: readonly string[], key: NumberKey) => Found | undefined;
  /** The largest value, where there is one. */
  readonly most: Readonly<Partial<Record<NumberKey, number>>>;
  /** What a value becomes that is too small, with the reason if it is not the plain floor. */
  readonly floor: Readonly<Record<NumberKey, (value: number) => Floored>>;
  /** The nameservers where resolv.conf has none. */
  readonly nobody: readonly string[];
}

interface Found {
  /** As it stands in the file: `ndots:20`. */
  readonly word: string;
  readonly value: number;
}

type Floored = number | { readonly value: number; readonly note: string };

const DEFAULTS: Readonly<Record<NumberKey, number>> = { ndots: 1, timeout: 5, attempts: 2 };

/** `MAXNS`; Go's limit is the same. */
const MOST_NAMESERVERS = 3;

/** What musl's line buffer of 256 octets holds beside the newline and the NUL. */
const LONGEST_MUSL_LINE = 254;

const same = (value: number): number => value;
const atLeast = (least: number) => (value: number) => Math.max(value, least);

const RULES: Readonly<Record<Libc, Rules>> = {
  glibc: {
    find: (options, key) => lastOption(options, key, atoi),
    most: { ndots: 15, timeout: 30, attempts: 5 },
    floor: {
      // A bit field of four bits: -1 comes out as 15.
      ndots: (value) => (value < 0 ? value & 15 : value),
      timeout: (value) => (value < 1 ? { value: 1, note: "waits 1 s all the same" } : value),
      attempts: (value) => (value < 1 ? { value: 0, note: "sends nothing at all" } : value),
    },
    nobody: ["127.0.0.1"],
  },
  musl: {
    find: firstNumber,
    most: { ndots: 15, timeout: 60, attempts: 10 },
    floor: {
      ndots: same,
      timeout: (value) => (value < 1 ? { value: 0, note: "sends nothing at all" } : value),
      attempts: (value) =>
        value < 1 ? { value: 1, note: "makes musl divide by zero; taken as 1 here" } : value,
    },
    nobody: ["127.0.0.1"],
  },
  go: {
    find: (options, key) => lastOption(options, key, dtoi),
    most: { ndots: 15 },
    floor: { ndots: atLeast(0), timeout: atLeast(1), attempts: atLeast(1) },
    nobody: ["127.0.0.1", "::1"],
  },
};

/** What musl 1.2.3 and Go 1.19 pass over without a word, though resolv.conf(5) has it. */
const UNKNOWN: Readonly<Record<Libc, readonly string[]>> = {
  glibc: [],
  musl: ["rotate", "single-request", "single-request-reopen", "use-vc", "no-aaaa"],
  go: ["no-aaaa"],
};

function readNumber(
  options: readonly string[],
  key: NumberKey,
  rules: Rules,
  notes: string[],
): number {
  const found = rules.find(options, key);
  if (found === undefined) return DEFAULTS[key];
  const most = rules.most[key];
  if (most !== undefined && found.value > most) {
    notes.push(`${found.word} capped to ${most}`);
    return most;
  }
  const floored = rules.floor[key](found.value);
  const value = typeof floored === "number" ? floored : floored.value;
  if (typeof floored !== "number") notes.push(`${found.word} ${floored.note}`);
  else if (value !== found.value) notes.push(`${found.word} raised to ${value}`);
  else if (found.word !== `${key}:${value}`) notes.push(`${found.word} read as ${value}`);
  return value;
}

/** glibc compares only as many characters as the option's name has, so `rotated` turns rotation on. */
function readFlag(
  options: readonly string[],
  words: readonly string[],
  libc: Libc,
  notes: string[],
): boolean {
  const [name = ""] = words;
  const isSet = options.some((option) =>
    libc === "glibc"
      ? option.startsWith(name) &&
        (name !== "single-request" || !option.startsWith("single-request-reopen"))
      : words.includes(option),
  );
  if (isSet && UNKNOWN[libc].includes(name)) {
    notes.push(`${libc} ignores ${name}`);
    return false;
  }
  return isSet;
}

function readNameservers(
  listed: readonly string[],
  nobody: readonly string[],
  notes: string[],
): readonly string[] {
  const valid = listed.filter((text) => addressFamily(text.split("%", 1)[0] ?? "") !== undefined);
  const used = valid.slice(0, MOST_NAMESERVERS);
  if (valid.length > used.length) {
    notes.push(`${valid.length} nameservers, only the first ${MOST_NAMESERVERS} are used`);
  }
  if (used.length > 0) return used;
  notes.push(`no nameserver: ${nobody.join(" and ")} by default`);
  return nobody;
}

function withoutLongLines(
  conf: ResolvConf,
  notes: string[],
): { readonly search: readonly string[]; readonly options: readonly string[] } {
  const keep = (keyword: string, words: readonly string[]): readonly string[] => {
    const length = `${keyword} ${words.join(" ")}`.length;
    if (length <= LONGEST_MUSL_LINE) return words;
    notes.push(`${keyword} line of ${length} characters ignored: musl reads ${LONGEST_MUSL_LINE}`);
    return [];
  };
  return { search: keep("search", conf.search), options: keep("options", conf.options) };
}

/** glibc and Go: each word is an option, the last one counts. */
function lastOption(
  options: readonly string[],
  key: NumberKey,
  read: (digits: string) => number,
): Found | undefined {
  const word = options.findLast((option) => option.startsWith(`${key}:`));
  return word === undefined ? undefined : { word, value: read(word.slice(key.length + 1)) };
}

/** musl: `strstr` on the whole line, so the first one counts, wherever it stands; without a digit it is not there. */
function firstNumber(options: readonly string[], key: NumberKey): Found | undefined {
  const line = options.join(" ");
  const at = line.indexOf(`${key}:`);
  const digits = at < 0 ? undefined : DIGITS.exec(line.slice(at + key.length + 1))?.[0];
  return digits === undefined ? undefined : { word: `${key}:${digits}`, value: Number(digits) };
}

/** atoi(3): an optional sign and digits, 0 where there are none. */
function atoi(text: string): number {
  return Number(/^[+-]?[0-9]{1,9}/.exec(text)?.[0] ?? 0);
}

/** Go's `dtoi`: digits, 0 where there are none; no sign. */
function dtoi(text: string): number {
  return Number(/^[0-9]{1,8}/.exec(text)?.[0] ?? 0);
}

const DIGITS = /^[0-9]{1,15}/;
