/**
 * A question to a zone (RFC 1034 §4.3.2), with the answers of CoreDNS's `file` plugin (Lookup in plugin/file/lookup.go).
 *
 * Where CoreDNS departs from the RFCs, this does too: ANY is NODATA, an SOA keeps its own TTL in a denial, an empty
 * non-terminal is hidden by a wildcard beside it, a zone of nothing but SOA and NS denies its own apex.
 *
 * @module
 */
import type { Question, RR, RRType } from "../../dns/message.ts";
import {
  fromLabels,
  isWithin,
  key,
  labels,
  type Name,
  parent,
  parseName,
  ROOT,
} from "../../dns/name.ts";
import type { Reply } from "../plugin.ts";
import { covers, hostOf, type Node, type Zone } from "./zone.ts";

/** `empty` is CoreDNS's success without records: an empty non-terminal, for which `fallthrough` holds. */
export type Outcome = "success" | "empty" | "nodata" | "nxdomain" | "delegation" | "servfail";

export interface Found {
  readonly outcome: Outcome;
  readonly answer: readonly RR[];
  readonly authority: readonly RR[];
  readonly additional: readonly RR[];
  /** For the trace. */
  readonly did: string;
  /** What the server said of a CNAME's target outside the zone. */
  readonly elsewhere?: Reply;
}

/** A question and what it needs: the zone, DNSSEC records if asked for, and the server for CNAMEs that leave the zone. */
export interface Asked {
  readonly zone: Zone;
  readonly question: Question;
  readonly dnssecOk: boolean;
  readonly resolve: (question: Question) => Promise<Reply>;
}

/** A chain of CNAMEs in the zone ends after so many; CoreDNS answers with as much as it has. */
const LONGEST_CHAIN = 8;

export async function lookup(asked: Asked): Promise<Found> {
  const { zone, question } = asked;
  const qname = key(question.name);
  if (qname === zone.origin && question.type === "SOA") {
    return success(asked, soa(asked), `the SOA of ${zone.origin}`);
  }
  if (qname === zone.origin && question.type === "NS") {
    const outcome = zone.ns.length === 0 ? "empty" : "success";
    const additional = glue(asked, zone.ns);
    const did = `the nameservers of ${zone.origin}`;
    return { outcome, answer: ns(asked), authority: [], additional, did };
  }
  for (const name of fromOrigin(zone.origin, qname)) {
    const node = zone.nodes.get(name);
    const dname = node?.get("DNAME")?.[0];
    if (node && dname?.type === "DNAME" && name !== qname) {
      return substituted(asked, qname, node, dname);
    }
    const cut = node?.get("NS");
    if (node && cut && !(question.type === "DS" && name === qname)) {
      return delegated(asked, node, cut);
    }
  }
  const exact = zone.nodes.get(qname);
  if (exact) return atNode(asked, qname, exact, qname);
  const encloser = closestEncloser(zone, qname);
  const wildcard = below("*", encloser);
  const source = zone.nodes.get(wildcard);
  if (source) return atNode(asked, qname, source, wildcard);
  if (zone.above.has(wildcard)) {
    return denied(asked, "nodata", [], `${wildcard} is an empty non-terminal`);
  }
  return absent(asked, qname);
}

/** The name or its wildcard is there, the type perhaps not. */
async function atNode(asked: Asked, qname: Name, node: Node, owner: Name): Promise<Found> {
  const { question, zone } = asked;
  const under = owner === qname ? qname : `${qname}, by ${owner},`;
  const owned = (rrs: readonly RR[]) =>
    owner === qname ? rrs : rrs.map((rr) => ({ ...rr, name: qname }));
  if (node.has("CNAME") && question.type !== "CNAME") {
    return followed(asked, owned(rrset(asked, node, "CNAME")), `${under} is an alias`);
  }
  if (!node.has(question.type)) {
    return denied(asked, "nodata", nsec(asked, owner), `${under} has no ${question.type}`);
  }
  const answer = owned(rrset(asked, node, question.type));
  const found = success(asked, answer, `${under} in ${zone.origin}`);
  // No longer name stands between the wildcard and the name (RFC 4035 §3.1.3.3).
  if (owner === qname || !asked.dnssecOk) return found;
  return { ...found, authority: [...found.authority, ...nsec(asked, zone.previous(qname))] };
}

function absent(asked: Asked, qname: Name): Found {
  const { zone } = asked;
  const last = asked.dnssecOk ? zone.previous(qname) : undefined;
  const denial = nsec(asked, last);
  if (zone.above.has(qname)) {
    return denied(asked, "empty", denial, `${qname} is an empty non-terminal`);
  }
  if (last !== undefined) {
    let encloser = qname;
    while (!zone.nodes.has(encloser) && encloser !== zone.origin && encloser !== ROOT) {
      encloser = parent(encloser);
    }
    const wild = zone.nodes.has(encloser) ? zone.previous(below("*", encloser)) : undefined;
    if (wild !== last) denial.push(...nsec(asked, wild));
  }
  return denied(asked, "nxdomain", denial, `no ${qname} in ${zone.origin}`);
}

/** RFC 6672 §2.2: the part above the DNAME's owner is put before its target. */
async function substituted(
  asked: Asked,
  qname: Name,
  node: Node,
  dname: RR & { readonly type: "DNAME" | "CNAME" | "NS" | "PTR" },
): Promise<Found> {
  const kept = labels(qname).slice(0, labels(qname).length - labels(dname.name).length);
  const target = parseName([...kept, ...labels(dname.data)].join("."));
  const did = `${dname.name} is a DNAME`;
  if (!target.ok || key(target.value) === qname) {
    const why = target.ok ? "leads back to the name" : "makes too long a name";
    const empty = { answer: [], authority: [], additional: [] };
    return { outcome: "servfail", ...empty, did: `${did} that ${why}` };
  }
  const cname: RR = { name: qname, ttl: dname.ttl, type: "CNAME", data: target.value };
  const found =
    asked.question.type === "CNAME"
      ? success(asked, [cname], did)
      : await followed(asked, [cname], did);
  return { ...found, answer: [...rrset(asked, node, "DNAME"), ...found.answer] };
}

/** The chain in the zone; the server itself is asked for a target that has no records here. */
async function followed(asked: Asked, aliases: readonly RR[], did: string): Promise<Found> {
  const { zone, question } = asked;
  const answer = [...aliases];
  let last = aliases[0];
  for (let hop = 0; last?.type === "CNAME"; hop++) {
    const target = key(last.data);
    const cut = cutAbove(asked, target);
    // A referral with an answer keeps AA.
    if (cut) return { ...delegated(asked, cut.node, cut.ns), outcome: "success", answer };
    const node = zone.nodes.get(target);
    const isOfApex = question.type === "SOA" && target === zone.origin;
    if (node === undefined || question.type === "NS" || isOfApex) {
      return elsewhere(asked, answer, target, did);
    }
    if (hop > LONGEST_CHAIN) break;
    const next = node.get("CNAME");
    if (next === undefined) {
      const records = rrset(asked, node, question.type);
      const without = node.has(question.type) ? "" : `, without ${question.type}`;
      return success(asked, [...answer, ...records], `${did} of ${target}${without}`);
    }
    answer.push(...rrset(asked, node, "CNAME"));
    last = next[0];
  }
  return success(asked, answer, `${did} in a chain of more than ${LONGEST_CHAIN}`);
}

async function elsewhere(
  asked: Asked,
  aliases: readonly RR[],
  target: Name,
  did: string,
): Promise<Found> {
  const { question, resolve } = asked;
  const reply = await resolve({ ...question, name: target });
  const answer = [...aliases, ...reply.answer];
  const said = `${did} of ${target}: ${reply.rcode}`;
  const isEmpty = reply.rcode === "NOERROR" && reply.answer.length === 0;
  if (reply.rcode === "NXDOMAIN" || isEmpty) {
    const outcome = isEmpty ? "nodata" : "nxdomain";
    return { ...denied(asked, outcome, [], said), answer, elsewhere: reply };
  }
  const outcome = reply.rcode === "SERVFAIL" ? "servfail" : "success";
  return { ...success(asked, answer, said), outcome, elsewhere: reply };
}

/** The first zone cut below the apex that an alias's target is at or under; a DS record at the cut itself is on this side of it. */
function cutAbove(
  { zone, question }: Asked,
  target: Name,
): { node: Node; ns: readonly RR[] } | undefined {
  if (!isWithin(target, zone.origin)) return undefined;
  for (const name of fromOrigin(zone.origin, target).slice(1)) {
    const node = zone.nodes.get(name);
    const ns = node?.get("NS");
    if (node && ns && !(question.type === "DS" && name === target)) return { node, ns };
  }
  return undefined;
}

function delegated(asked: Asked, node: Node, cut: readonly RR[]): Found {
  const authority = asked.dnssecOk ? [...cut, ...rrset(asked, node, "DS")] : cut;
  const did = `delegates ${cut[0]?.name}`;
  return { outcome: "delegation", answer: [], authority, additional: glue(asked, cut), did };
}

function success(asked: Asked, answer: readonly RR[], did: string): Found {
  const additional = addressesOfHosts(asked, answer);
  return { outcome: "success", answer, authority: ns(asked), additional, did };
}

function denied(asked: Asked, outcome: Outcome, proof: readonly RR[], did: string): Found {
  return { outcome, answer: [], authority: [...soa(asked), ...proof], additional: [], did };
}

/** The longest name above `qname` that exists, with records or without. */
function closestEncloser({ nodes, above, origin }: Zone, qname: Name): Name {
  let name = qname === ROOT ? ROOT : parent(qname);
  while (name !== ROOT && name !== origin && !nodes.has(name) && !above.has(name)) {
    name = parent(name);
  }
  return name;
}

/** `b.example.org.` in `org.`: `org.`, `example.org.`, `b.example.org.`. */
function fromOrigin(origin: Name, qname: Name): readonly Name[] {
  const all = labels(qname);
  const least = labels(origin).length;
  const names: Name[] = [];
  for (let count = least; count <= all.length; count++) {
    names.push(fromLabels(all.slice(all.length - count)));
  }
  return names;
}

function below(label: string, name: Name): Name {
  return fromLabels([label, ...labels(name)]);
}

/** Addresses of nameservers whose names lie below what they serve. */
function glue(asked: Asked, nameservers: readonly RR[]): RR[] {
  return nameservers.flatMap((rr) =>
    rr.type === "NS" && isWithin(rr.data, rr.name) ? addresses(asked, rr.data) : [],
  );
}

/** Each host of the zone once (RFC 1035 §3.3.9, RFC 2782, RFC 9460 §4.1). */
function addressesOfHosts(asked: Asked, answer: readonly RR[]): RR[] {
  const hosts = new Set<Name>();
  for (const rr of answer) {
    const host = hostOf(rr);
    if (host !== undefined && isWithin(host, asked.zone.origin)) hosts.add(host);
  }
  return [...hosts].flatMap((host) => addresses(asked, host));
}

function addresses(asked: Asked, host: Name): RR[] {
  const node = asked.zone.nodes.get(key(host));
  if (node === undefined) return [];
  return [...rrset(asked, node, "A"), ...rrset(asked, node, "AAAA")];
}

/** The records of the type, with their signatures if asked for. */
function rrset({ dnssecOk }: Asked, node: Node, type: RRType): RR[] {
  const records = node.get(type) ?? [];
  if (!dnssecOk) return [...records];
  const signatures = (node.get("RRSIG") ?? []).filter((rr) => covers(rr) === type);
  return [...records, ...signatures];
}

function nsec(asked: Asked, owner: Name | undefined): RR[] {
  const node = owner && asked.dnssecOk ? asked.zone.nodes.get(owner) : undefined;
  return node ? rrset(asked, node, "NSEC") : [];
}

function soa({ zone, dnssecOk }: Asked): RR[] {
  return dnssecOk ? [zone.soa, ...zone.soaSignatures] : [zone.soa];
}

function ns({ zone, dnssecOk }: Asked): RR[] {
  return dnssecOk ? [...zone.ns, ...zone.nsSignatures] : [...zone.ns];
}
