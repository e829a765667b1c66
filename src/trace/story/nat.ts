/**
 * What the nat table and connection tracking did to a packet in one host.
 *
 * @module
 */
import type { LifeHop, LifeRewrite, LifeRule } from "../life.ts";
import { addressOf, asWritten, type Sight } from "./cast.ts";
import * as sources from "./sources.ts";
import type { Place, Seen, Telling } from "./step.ts";

/** Empty where nothing was rewritten and no Service's chain was met. */
export function natTellings(sight: Sight, hop: LifeHop, at: number): Telling[] {
  const chains = hop.rules.filter(({ table, hook }) => table === "nat" && hook !== "POSTROUTING");
  const service = chains.find(({ chain, rule }) => chain === "KUBE-SERVICES" && targetOf(rule));
  const chosen = chains.find(
    ({ chain, rule }) => chain.startsWith("KUBE-SVC-") && toEndpoint(rule),
  );
  const tellings: Telling[] = [];
  if (service) tellings.push(serviceTelling(sight, hop, at, service));
  if (chosen) tellings.push(choiceTelling(sight, hop, at, chosen));
  for (const rewrite of hop.rewrites) tellings.push(rewriteTelling(sight, hop, at, rewrite));
  return tellings;
}

/** The packet as it is before this host has changed it. */
function before({ index }: Sight, at: number): Seen {
  return { index, hop: at, before: true };
}

/** A Pod on the host network meets the rules in its own namespace, which is the node's. */
function placeOf({ cast }: Sight, hop: LifeHop): Place {
  const place = cast.placeOf(hop.host);
  return place === "pod" ? "node" : place;
}

function serviceTelling(sight: Sight, hop: LifeHop, at: number, { rule, hook }: LifeRule): Telling {
  const to = asWritten(hop).dst;
  const about = commentOf(rule);
  return {
    key: "services",
    phase: sight.phase,
    title: `${hook}: KUBE-SERVICES knows ${addressOf(to)}`,
    sentence: `\`${hook}\` sends every packet through \`KUBE-SERVICES\`, one rule a Service port. The one for \`${to}\` matches${about === undefined ? "" : ` (${about})`} and jumps to \`${targetOf(rule)}\`.`,
    source: sources.VIRTUAL_IPS,
    place: placeOf(sight, hop),
    focus: "iptables",
    packet: before(sight, at),
    chain: "KUBE-SERVICES",
  };
}

function choiceTelling(sight: Sight, hop: LifeHop, at: number, { rule, chain }: LifeRule): Telling {
  const odds = /--probability (\S+)/.exec(rule)?.[1];
  const endpoint = / -> ([^"\s]+)/.exec(rule)?.[1];
  const how =
    odds === undefined
      ? "This is the last of them, without a condition: it takes what the others left"
      : `This one has probability ${Number(odds).toFixed(2)}, and the dice fell on it`;
  return {
    key: "choice",
    phase: sight.phase,
    title: `One endpoint is chosen${endpoint === undefined ? "" : `: ${endpoint}`}`,
    sentence: `\`${chain}\` is the Service: one rule for each of its ready endpoints. ${how}; on to \`${targetOf(rule)}\`.`,
    source: sources.EXTENSIONS,
    place: placeOf(sight, hop),
    focus: "iptables",
    packet: before(sight, at),
    chain,
  };
}

function rewriteTelling(sight: Sight, hop: LifeHop, at: number, rewrite: LifeRewrite): Telling {
  const { half, from, to, by } = rewrite;
  const common = {
    phase: sight.phase,
    packet: { index: sight.index, hop: at },
  } as const;
  if (by !== "conntrack") {
    const place = placeOf(sight, hop);
    return half === "dst"
      ? {
          ...common,
          key: "dnat",
          title: `DNAT: ${from} becomes ${to}`,
          sentence: `\`${by}\` rewrites the destination from \`${from}\` to \`${to}\`; the source stays \`${asWritten(hop).src}\`. \`${hop.host}\` keeps the pair in its connection tracking, for the way back.`,
          source: sources.EXTENSIONS,
          place,
          focus: "conntrack",
          chain: by,
        }
      : {
          ...common,
          key: "snat",
          title: `Masquerade: ${from} becomes ${to}`,
          sentence: `\`${by}\` writes the node's own address into the source, \`${to}\` for \`${from}\`: ${
            by.startsWith("KUBE-")
              ? "the sender was marked as none of the Pods, so the reply has to come back through this node"
              : "outside the cluster nobody has a way back to a Pod's address"
          }.`,
          source: sources.EXTENSIONS,
          place,
          focus: "iptables",
          chain: by,
        };
  }
  const trackedAt = placeOf(sight, hop) === "node" ? "conntrack" : placeOf(sight, hop);
  const there = sight.packet.kind === "query" || sight.packet.kind === "tcp";
  if (there) {
    return {
      ...common,
      key: `again-${half}`,
      title: `conntrack repeats it: ${to}`,
      sentence: `\`${hop.host}\` has had this flow in its table since the first packet: the ${half === "dst" ? "destination" : "source"} becomes \`${to}\` again, without asking the nat table.`,
      source: sources.EXTENSIONS,
      place: trackedAt,
      focus: "conntrack",
    };
  }
  const hidden =
    half === "src" && sight.packet.leg === "pod"
      ? " To the Pod it is the nameserver that answers; it never learns which endpoint it was."
      : "";
  return {
    ...common,
    key: `undo-${half}`,
    title: `conntrack turns it back: ${to}`,
    sentence: `The reply belongs to a flow that \`${hop.host}\` keeps (${hop.state ?? "tracked"}), so it undoes what it did on the way out: ${half === "src" ? "source" : "destination"} \`${from}\` becomes \`${to}\`.${hidden}`,
    source: sources.EXTENSIONS,
    place: trackedAt,
    focus: "conntrack",
  };
}

function targetOf(rule: string): string | undefined {
  return (
    / -j (KUBE-(?:SVC|EXT|FW|SVL|XLB)-\S+)/.exec(rule)?.[1] ?? / -j (KUBE-SEP-\S+)/.exec(rule)?.[1]
  );
}

function toEndpoint(rule: string): boolean {
  return rule.includes(" -j KUBE-SEP-");
}

/** As the kubelet's proxy writes it: `kube-system/kube-dns:dns cluster IP`. */
function commentOf(rule: string): string | undefined {
  return /--comment "?([^"]+?)"? -/.exec(rule)?.[1];
}
