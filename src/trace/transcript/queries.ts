/**
 * The queries of a lookup, one after the other: each with its packets, the plugins that saw it and what came of it.
 *
 * What goes the way of an earlier packet is told in a line, so that ten queries stay readable.
 *
 * @module
 */
import type { Life, LifePacket, LifeQuery } from "../life.ts";
import { BLANK, type Line, line, row } from "../terminal.ts";
import { pluginLines, type ToldChains } from "./plugins.ts";
import { endLines, isByConntrack, type Told, toldBefore, walkLines } from "./walk.ts";
import { count, duration } from "./words.ts";

/** Queries that are told with their packets; those behind them are named. */
const MOST_TOLD = 40;

/** Packets of one query that are told. */
const MOST_PACKETS = 60;

/** Records of one reply that are shown. */
const MOST_RECORDS = 12;

export function queryLines(life: Life): readonly Line[] {
  const told: Telling = {
    ways: { whole: new Map(), path: new Map(), texts: new Set() },
    chains: new Set(),
  };
  const packets = Map.groupBy(life.packets, ({ query }) => query);
  const lines: Line[] = [];
  for (const query of life.queries.slice(0, MOST_TOLD)) {
    lines.push(BLANK, ...tell(query, packets.get(query.index) ?? [], life, told));
  }
  const rest = life.queries.slice(MOST_TOLD);
  if (rest.length === 0) return lines;
  const named = rest.map(({ index, name, type, rcode }) =>
    row(2, 8, String(index + 1), `${name} ${type}: ${rcode}`),
  );
  return [
    ...lines,
    BLANK,
    line(0, `${count(rest.length, "more query", "more queries")}`),
    ...named,
  ];
}

interface Telling {
  readonly ways: Told;
  readonly chains: ToldChains;
}

function tell(
  query: LifeQuery,
  packets: readonly LifePacket[],
  life: Life,
  told: Telling,
): readonly Line[] {
  const { index, name, type } = query;
  const title = `Query ${index + 1} of ${life.queries.length}: ${name} ${type}`;
  const shown = packets.slice(0, MOST_PACKETS);
  const asking = shown.findIndex((packet) => packet.kind === "query" && packet.leg === "pod");
  const way = (packet: LifePacket) => packetLines(packet, query, told.ways);
  const lines: Line[] = [
    line(0, { text: title, tone: "title" }),
    line(2, sendingText(query, life)),
    ...shown.slice(0, asking + 1).flatMap(way),
    ...pluginLines(query, life.coredns, hostReached(packets, asking), told.chains),
    ...shown.slice(asking + 1).flatMap(way),
  ];
  if (packets.length > shown.length) {
    lines.push(line(2, `and ${count(packets.length - shown.length, "more packet")}`));
  }
  return [...lines, ...outcomeLines(query, packets)];
}

function sendingText(query: LifeQuery, life: Life): string {
  const { index, at, protocol, port, server, attempt } = query;
  const partner = life.queries
    .slice(0, index)
    .find((other) => other.port === port && other.protocol === protocol);
  const socket =
    partner === undefined ? `from port ${port}` : `on the socket of query ${partner.index + 1}`;
  const again = attempt === undefined ? "" : `, attempt ${attempt}`;
  return `at ${duration(at)} by ${protocol.toUpperCase()} ${socket} to ${server}${again}`;
}

function hostReached(packets: readonly LifePacket[], asking: number): string | undefined {
  const end = packets[asking]?.end;
  return end?.kind === "delivered" ? end.host : undefined;
}

function packetLines(packet: LifePacket, query: LifeQuery, ways: Told): readonly Line[] {
  const before = toldBefore(packet, ways);
  const since = Math.floor(packet.at / 1000);
  const when = since > query.at ? `at ${duration(since)}, ` : "";
  const head = when + headOf(packet, query);
  if (before === undefined) return [line(2, head), ...walkLines(4, packet, ways)];
  const drawn = before === query.index ? undefined : drawnBy(packet);
  const way = before === query.index ? "the same way" : `the same way as query ${before + 1}`;
  const by = isByConntrack(packet) ? ", by conntrack" : "";
  const to = drawn === undefined ? "" : `, ${drawn}`;
  return [line(2, `${head}: `, { text: way + by + to, tone: "quiet" }), ...endLines(4, packet.end)];
}

/** What the packet is; a server's own with who sends it. */
function headOf(packet: LifePacket, query: LifeQuery): string {
  const { kind, leg, flags = [], hops, end, question, rcode = "" } = packet;
  const from = hops[0]?.host ?? end.host;
  switch (kind) {
    case "tcp":
      return `TCP ${flags.join(" ")} from ${from}`;
    case "icmp":
      return `ICMP port unreachable from ${from}`;
    case "query": {
      if (leg === "pod") return "the query";
      const rewritten = hops[0]?.rewrites.find(({ half }) => half === "dst");
      const to = rewritten?.from ?? hops[0]?.dst ?? "";
      const same = question === `${query.name} ${query.type}`;
      return `${from} asks ${to}${same || question === undefined ? "" : ` for ${question}`}`;
    }
    case "reply":
      return leg === "pod" ? "the reply" : `${from} replies ${rcode}`;
  }
}

/** The endpoint, where a rule of this packet chose it. */
function drawnBy(packet: LifePacket): string | undefined {
  const rewrite = packet.hops
    .flatMap((hop) => hop.rewrites)
    .find(({ half, by }) => half === "dst" && by !== "conntrack");
  return rewrite && `${rewrite.by} → ${rewrite.to}`;
}

function outcomeLines(query: LifeQuery, packets: readonly LifePacket[]): readonly Line[] {
  const { rcode, answers, answer, note } = query;
  const isNodata = rcode === "NOERROR" && answers === 0;
  const tone = rcode === "NOERROR" && !isNodata ? "good" : "bad";
  const lines = [
    row(2, 10, { text: isNodata ? "NODATA" : rcode, tone }, factsOf(query, isNodata).join(", ")),
    ...answer.slice(0, MOST_RECORDS).map((record) => line(4, record)),
  ];
  const more = answer.length - MOST_RECORDS;
  if (more > 0) lines.push(line(4, `and ${count(more, "more record")}`));
  // Why a packet was lost stands with the packet.
  const isTold = packets.some(({ end }) => end.why !== undefined && note?.includes(end.why));
  if (note !== undefined && !isTold) lines.push(line(4, { text: note, tone: "quiet" }));
  return lines;
}

function factsOf(query: LifeQuery, isNodata: boolean): readonly string[] {
  const { rcode, waited, source, upstream, cache, ttl } = query;
  return [
    ...(isNodata ? ["NOERROR without such a record"] : []),
    ...(rcode === "REJECT" ? ["an ICMP error came back"] : []),
    ...(waited === undefined ? [] : [`${duration(waited)} wait: no reply (modelled, not slept)`]),
    ...(source === undefined ? [] : [`from ${source}`]),
    ...(upstream === undefined ? [] : [`of ${upstream}`]),
    ...(cache === undefined ? [] : [`cache ${cache}`]),
    ...(ttl === undefined ? [] : [`TTL ${ttl}`]),
  ];
}
