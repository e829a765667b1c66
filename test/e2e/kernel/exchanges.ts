/**
 * What was seen, in a form that two captures of the same lookup have in common: exchanges, each a question and all that
 * it caused, hop by hop.
 *
 * A port that a kernel drew is named by who used it first, and when: `port-1-of-10.244.2.5`. Times are gone; the order
 * is kept, among exchanges that of their questions.
 *
 * @module
 */
import type { Sighting } from "./capture.ts";

export interface Told {
  readonly exchanges: readonly Exchange[];
  /** By node, what `conntrack -L` prints: sorted, without what changes while it is listed. */
  readonly conntrack: Readonly<Record<string, readonly string[]>>;
  /** The seconds that each of those has left, in the same order. */
  readonly left: readonly number[];
}

export interface Exchange {
  /** The question: name and type. */
  readonly about: string;
  readonly hops: readonly string[];
}

export function told(
  sightings: readonly Sighting[],
  conntrack: Readonly<Record<string, readonly string[]>>,
): Told {
  const portName = namer();
  const exchanges = [...grouped(sightings, aboutOf)].map(([about, rows]) => ({
    about,
    hops: [...grouped(rows, segmentOf).values()].flat().map((row) => hopText(row, portName)),
  }));
  const nodes = Object.entries(conntrack)
    .filter(([, lines]) => lines.length > 0)
    .map(
      ([node, lines]) => [node, lines.map((line) => entry(line, portName)).sort(byText)] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    exchanges,
    conntrack: Object.fromEntries(
      nodes.map(([node, entries]) => [node, entries.map(({ text }) => text)]),
    ),
    left: nodes.flatMap(([, entries]) => entries.map(({ left }) => left)),
  };
}

/** One connection carries a whole lookup, and most of its segments no question. */
function aboutOf({ protocol, dns }: Sighting): string {
  if (protocol === "tcp") return "the TCP connection";
  return dns === undefined ? protocol : `${dns.qname} ${dns.qtype}`;
}

/** Segments overtake each other where client and server run at once: each is followed on its own. */
function segmentOf({ protocol, segment }: Sighting): string {
  return protocol === "tcp" ? segment : "";
}

function hopText(row: Sighting, portName: PortName): string {
  const { at, protocol, src, dst, ipTtl, kind, dns } = row;
  const from = `${src}:${portName(row.sport, src)}`;
  const to = `${dst}:${portName(row.dport, dst)}`;
  const carried =
    dns === undefined
      ? []
      : [
          `${dns.qname} ${dns.qtype}`,
          ...(dns.isResponse ? [`rcode ${dns.rcode}, ${dns.answers} answers`] : []),
        ];
  return [`${at}:`, protocol, kind, from, ">", to, `ttl ${ipTtl}`, ...carried]
    .filter((word) => word !== "")
    .join(" ");
}

interface Entry {
  readonly text: string;
  readonly left: number;
}

/** `use=` counts the listing itself. */
function entry(line: string, portName: PortName): Entry {
  const [protocol = "", number = "", left = "", ...words] = line.trim().split(/\s+/);
  let [src, dst] = ["", ""];
  const kept = words.flatMap((word) => {
    const [key, value = ""] = word.split("=");
    if (key === "use") return [];
    if (key === "src") src = value;
    if (key === "dst") dst = value;
    if (key === "sport") return [`sport=${portName(value, src)}`];
    return [key === "dport" ? `dport=${portName(value, dst)}` : word];
  });
  return { text: [protocol, number, ...kept].join(" "), left: Number(left) };
}

function byText(a: Entry, b: Entry): number {
  return a.text < b.text ? -1 : 1;
}

type PortName = (port: string, owner: string) => string;

/** A port keeps its name under another address, so that it shows whether masquerade left it as it was. */
function namer(): PortName {
  const names = new Map([["53", "53"]]);
  const counts = new Map<string, number>();
  return (port, owner) => {
    const known = names.get(port);
    if (known !== undefined) return known;
    const count = (counts.get(owner) ?? 0) + 1;
    counts.set(owner, count);
    const name = `port-${count}-of-${owner}`;
    names.set(port, name);
    return name;
  };
}

/** Groups in the order of their first members. */
function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}
