/**
 * A packet's way, interface by interface; and whether another one went the same way before.
 *
 * @module
 */
import type { LifeEnd, LifeHop, LifePacket, LifeRule } from "../life.ts";
import { columns, type Line, line, WIDTH } from "../terminal.ts";
import { ruleLines, ruleShape } from "./rules.ts";

/** What was told so far; ways with the query (from 0) that each was told of. */
export interface Told {
  /** Rules by their shape, and notes. */
  readonly texts: Set<string>;
  /** By {@link wayOf} with its rules. */
  readonly whole: Map<string, number>;
  /** By the interfaces alone. */
  readonly path: Map<string, number>;
}

/** The query whose packet went this way before; undefined where it is a new one, which is then kept. */
export function toldBefore(packet: LifePacket, told: Told): number | undefined {
  const path = wayOf(packet, () => "");
  const whole = wayOf(packet, ruleShape);
  // The rules of nat are for a flow's first packet; those behind it go its way without meeting them.
  const later = [...packet.hops, packet.end].every(({ rules }) =>
    rules.every(({ table }) => table !== "nat"),
  );
  const known = told.whole.get(whole) ?? (later ? told.path.get(path) : undefined);
  if (known !== undefined) return known;
  told.whole.set(whole, packet.query);
  if (!told.path.has(path)) told.path.set(path, packet.query);
  return undefined;
}

/** In full: each interface with what is new there, and the rules between. */
export function walkLines(indent: number, packet: LifePacket, told: Told): readonly Line[] {
  const lines: Line[] = [];
  let last: LifeHop | undefined;
  for (const hop of packet.hops) {
    lines.push(
      ...ruleLines(indent + 2, hop.rules, hop.rewrites, told.texts),
      ...hopLines(indent, hop, last),
    );
    if (hop.note !== undefined && !told.texts.has(hop.note)) {
      lines.push(line(indent + 2, { text: hop.note, tone: "quiet" }));
      told.texts.add(hop.note);
    }
    last = hop;
  }
  return [
    ...lines,
    ...ruleLines(indent + 2, packet.end.rules, packet.end.rewrites, told.texts),
    ...endLines(indent, packet.end),
  ];
}

/** Nothing where it was delivered. */
export function endLines(indent: number, { kind, host, why }: LifeEnd): readonly Line[] {
  if (kind === "delivered") return [];
  return [line(indent, { text: `${kind} on ${host}`, tone: "bad" }, `: ${why ?? ""}`)];
}

/** Its addresses were rewritten, and no rule was asked for it. */
export function isByConntrack({ hops, end }: LifePacket): boolean {
  const rewrites = [...hops, end].flatMap((place) => place.rewrites);
  return rewrites.length > 0 && rewrites.every(({ by }) => by === "conntrack");
}

/** Addresses, TTL and state where they are new; addresses that find no room stand below. */
function hopLines(indent: number, hop: LifeHop, last: LifeHop | undefined): readonly Line[] {
  const { host, device, towards, src, dst, ttl, state } = hop;
  const place = `${towards === "out" ? "out of" : "into  "} ${host} by ${device}`;
  const facts = [
    ...(last?.ttl === ttl ? [] : [`, ttl ${ttl}`]),
    ...(state === undefined ? [] : [`, ${state}`]),
  ].join("");
  if (last?.src === src && last.dst === dst) return [line(indent, place + facts)];
  const ends = `${src} → ${dst}`;
  const all = `${place}: ${ends}${facts}`;
  if (indent + columns(all) <= WIDTH) return [line(indent, all)];
  return [line(indent, place + facts), line(indent + 7, ends)];
}

/** What a way is, whatever the ports, the endpoint that was drawn, and the names of the hosts. */
function wayOf(packet: LifePacket, rules: (met: readonly LifeRule[]) => string): string {
  const hosts = new Map<string, number>();
  const hostAt = (host: string): number => {
    const at = hosts.get(host) ?? hosts.size;
    hosts.set(host, at);
    return at;
  };
  const changes = ({ rewrites }: Pick<LifeHop, "rewrites">) =>
    rewrites.map(({ hook, half }) => `${hook} ${half}`).join();
  const hops = packet.hops.map((hop) => {
    const device = hop.device.startsWith("veth") ? "veth" : hop.device;
    const place = `${hostAt(hop.host)} ${device} ${hop.towards} ${hop.ttl}`;
    return `${place} ${changes(hop)} ${rules(hop.rules)}`;
  });
  const { end, leg } = packet;
  const from = packet.hops[0]?.src.endsWith(":53") ? "server" : "client";
  return [leg, from, ...hops, end.kind, hostAt(end.host), end.why ?? "", rules(end.rules)].join(
    "\n",
  );
}
