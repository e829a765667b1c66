/**
 * A zone as CoreDNS's `file` plugin keeps it: SOA and apex NS apart, all other records by owner.
 *
 * Owners and the names in NS, SOA, CNAME, MX, SRV, SVCB and HTTPS records are in lower case, as in CoreDNS. Records that do
 * not lie in the zone are kept: a CNAME that leads to one finds it.
 *
 * @module
 */
import { cursor, readName, readU16 } from "../../dns/cursor.ts";
import type { RR, RRType } from "../../dns/message.ts";
import { key, labelOctets, type Name, parent, parseName, ROOT } from "../../dns/name.ts";
import { typeName } from "../../dns/types.ts";
import { err, ok, type Result } from "../../result.ts";

/** The RRsets of one owner. */
export type Node = ReadonlyMap<RRType, readonly RR[]>;

export interface Zone {
  /** Lower case. */
  readonly origin: Name;
  /** The last SOA of the file, whatever its owner. */
  readonly soa: RR;
  readonly soaSignatures: readonly RR[];
  /** NS at the apex. */
  readonly ns: readonly RR[];
  readonly nsSignatures: readonly RR[];
  readonly nodes: ReadonlyMap<Name, Node>;
  /** Every name that has an owner below it: empty non-terminals, and others. */
  readonly above: ReadonlySet<Name>;
  /** The last owner that is `name` or stands before it in canonical order (RFC 4034 §6.1). */
  previous(name: Name): Name | undefined;
}

/** Puts the records in their places, or says which one cannot be. */
export function zoneOf(origin: Name, records: readonly RR[]): Result<Zone, string> {
  const apex: Apex = { soaSignatures: [], ns: [], nsSignatures: [] };
  const nodes = new Map<Name, Map<RRType, RR[]>>();
  const above = new Set<Name>();
  for (const record of records) {
    const rr = lowered(record);
    if (rr.type === "NSEC3" || rr.type === "NSEC3PARAM") {
      return err(`zones with NSEC3 are not supported: received ${rr.type} at ${rr.name}`);
    }
    if (!placeAtApex(rr, origin, apex)) place(rr, nodes, above);
  }
  if (apex.soa === undefined) return err(`has no SOA record for origin ${origin}`);
  const order = memo(() => [...nodes.keys()].map(sortKey).sort(byKey));
  const previous = (name: Name) => floor(order(), sortKey(name));
  return ok({ origin, ...apex, soa: apex.soa, nodes, above, previous });
}

/** The type that an RRSIG signs: its first two octets (RFC 4034 §3.1). */
export function covers(signature: RR): RRType {
  return signature.data instanceof Uint8Array ? typeName(readU16(cursor(signature.data))) : "";
}

/** The host that a record of these types names, whose addresses go into the additional section. */
export function hostOf(rr: RR): Name | undefined {
  if (rr.type === "MX") return key(rr.data.exchange);
  if (rr.type === "SRV") return key(rr.data.target);
  if (rr.type !== "SVCB" && rr.type !== "HTTPS") return undefined;
  const from = cursor(rr.data);
  readU16(from);
  const target = parseName(readName(from));
  return target.ok && from.failed === undefined ? key(target.value) : undefined;
}

interface Apex {
  soa?: RR;
  readonly soaSignatures: RR[];
  readonly ns: RR[];
  readonly nsSignatures: RR[];
}

function placeAtApex(rr: RR, origin: Name, apex: Apex): boolean {
  const signed = rr.type === "RRSIG" ? covers(rr) : undefined;
  if (rr.type === "SOA") apex.soa = rr;
  else if (signed === "SOA") apex.soaSignatures.push(rr);
  else if (rr.name !== origin) return false;
  else if (rr.type === "NS") apex.ns.push(rr);
  else if (signed === "NS") apex.nsSignatures.push(rr);
  else return false;
  return true;
}

function place(rr: RR, nodes: Map<Name, Map<RRType, RR[]>>, above: Set<Name>): void {
  let node = nodes.get(rr.name);
  if (node === undefined) {
    node = new Map();
    nodes.set(rr.name, node);
    for (let name = rr.name; name !== ROOT; ) {
      name = parent(name);
      if (above.has(name)) break;
      above.add(name);
    }
  }
  const rrset = node.get(rr.type);
  if (rrset === undefined) node.set(rr.type, [rr]);
  else rrset.push(rr);
}

function lowered(record: RR): RR {
  const rr = { ...record, name: key(record.name) };
  switch (rr.type) {
    case "NS":
    case "CNAME":
      return { ...rr, data: key(rr.data) };
    case "SOA":
      return { ...rr, data: { ...rr.data, mname: key(rr.data.mname), rname: key(rr.data.rname) } };
    case "MX":
      return { ...rr, data: { ...rr.data, exchange: key(rr.data.exchange) } };
    case "SRV":
      return { ...rr, data: { ...rr.data, target: key(rr.data.target) } };
    case "SVCB":
    case "HTTPS":
      return { ...rr, data: loweredTarget(rr.data) };
    default:
      return rr;
  }
}

/** A label's length is under 64, so that only letters are between `A` and `Z` in the octets of a name. */
function loweredTarget(octets: Uint8Array): Uint8Array {
  const from = cursor(octets);
  readU16(from);
  readName(from);
  return octets.map((octet, at) =>
    at >= 2 && at < from.at && octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet,
  );
}

interface SortKey {
  readonly name: Name;
  readonly text: string;
}

/** Labels from the right, an octet one higher than it is, so that the end of a label sorts before every octet. */
function sortKey(name: Name): SortKey {
  const labels = labelOctets(name).map((label) =>
    Array.from(label, (octet) => String.fromCharCode(octet + 1)).join(""),
  );
  return { name, text: labels.reverse().join("\0") };
}

function byKey(a: SortKey, b: SortKey): number {
  if (a.text === b.text) return 0;
  return a.text < b.text ? -1 : 1;
}

function floor(order: readonly SortKey[], wanted: SortKey): Name | undefined {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byKey(order[middle] as SortKey, wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return order[low - 1]?.name;
}

/** Only DNSSEC needs the order. */
function memo<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
