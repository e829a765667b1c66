/**
 * The text of a hosts file as CoreDNS reads it: names to addresses, and addresses to names.
 *
 * A line is `ADDRESS NAME...`, `#` begins a comment. What is no address or no name is left out without a word, and so is a
 * name outside the plugin's zones. Upstream: `plugin/hosts/hostsfile.go`.
 *
 * @module
 */
import { canonicalAddress } from "../../../dns/address.ts";
import { fromLabels, key, labels, type Name, parseName } from "../../../dns/name.ts";
import { withinAny } from "../../arguments.ts";

export type Family = "A" | "AAAA";

export interface Entries {
  /** Addresses in the order of the lines; names in lower case, `*.` in front for those that stand for one label. */
  readonly addresses: Readonly<Record<Family, ReadonlyMap<Name, readonly string[]>>>;
  /** Names by their addresses, without those that begin with `*`. */
  readonly names: ReadonlyMap<string, readonly Name[]>;
}

export function readEntries(text: string, zones: readonly Name[]): Entries {
  const addresses = { A: new Map<Name, string[]>(), AAAA: new Map<Name, string[]>() };
  const names = new Map<string, Name[]>();
  for (const line of text.split("\n")) {
    const [first, ...fields] = withoutComment(line)
      .split(/[ \t\v\f\r]+/)
      .filter((one) => one !== "");
    const address = first === undefined ? undefined : plainAddress(first);
    if (address === undefined) continue;
    for (const field of fields) {
      const parsed = parseName(field);
      if (!parsed.ok || !withinAny(parsed.value, zones)) continue;
      const name = key(parsed.value);
      add(addresses[address.includes(":") ? "AAAA" : "A"], name, address);
      if (!name.startsWith("*.")) add(names, address, name);
    }
  }
  return { addresses, names };
}

/** The addresses of `name`, which is in lower case; those of `*.` in the place of its first label where it has none itself. */
export function addressesOf(entries: Entries, name: Name, family: Family): readonly string[] {
  const known = entries.addresses[family];
  const own = name.startsWith("*.") ? undefined : known.get(name);
  if (own !== undefined) return own;
  const rest = labels(name).slice(1);
  // `*` alone stands for nothing: there is no label behind it.
  return rest.length === 0 ? [] : (known.get(fromLabels(["*", ...rest])) ?? []);
}

/** One spelling; an IPv4-mapped IPv6 address is the IPv4 address, and what stands behind `%` is left out. */
export function plainAddress(text: string): string | undefined {
  const zone = text.indexOf("%");
  const address = canonicalAddress(zone < 0 ? text : text.slice(0, zone));
  return address?.replace(/^::ffff:(?=.*\.)/, "");
}

function withoutComment(line: string): string {
  const start = line.indexOf("#");
  return start < 0 ? line : line.slice(0, start);
}

function add<K, V>(to: Map<K, V[]>, at: K, value: V): void {
  const known = to.get(at);
  if (known === undefined) to.set(at, [value]);
  else known.push(value);
}
