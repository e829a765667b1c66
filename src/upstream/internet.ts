/**
 * `zone:internet`: a small internet in a file, asked as a recursive resolver is.
 *
 * The file holds zones, each a list of zone-file lines with absolute names and the zone's one SOA among them:
 * `{"zones": {".": [". 86400 IN SOA …"], "example.com.": ["example.com. 3600 IN SOA …", "api.example.com. 300 IN A 203.0.113.10"]}}`.
 * The root has to be there: it denies every name that no other zone has. Delegations are not needed; a name belongs to
 * the longest zone that it lies in.
 *
 * @module
 */
import type { Question, Rcode, RR, RRType } from "../dns/message.ts";
import {
  describeNameError,
  isWithin,
  key,
  type Name,
  name,
  parent,
  parseName,
  ROOT,
  sameName,
} from "../dns/name.ts";
import { parseRR } from "../dns/records.ts";
import { err, ok, type Result } from "../result.ts";
import { LONGEST_CHAIN } from "./reply.ts";

export interface InternetZone {
  /** Every TTL is whole: this is the resolver's first answer. */
  resolve(question: Question): InternetReply;
}

export interface InternetReply {
  readonly rcode: Rcode;
  /** The CNAME chain and the records of the asked type; all of a name's records for ANY. */
  readonly answer: readonly RR[];
  /** The SOA of the last name's zone, if the answer is negative. */
  readonly authority: readonly RR[];
}

export interface InternetError {
  /** `zones["example.com."][3]`. */
  readonly path: string;
  /** A sentence without its full stop. */
  readonly message: string;
}

type Soa = RR & { readonly type: "SOA" };

/** RRsets by type. A name without records (an empty non-terminal, RFC 8499 §7) has an empty one. */
type Node = Map<RRType, RR[]>;

interface Tree {
  readonly nodes: Map<Name, Node>;
  /** By apex. */
  readonly soas: Map<Name, Soa>;
}

/** Reads the file, or says where it is wrong. */
export function internetZone(json: unknown): Result<InternetZone, InternetError> {
  if (!isObject(json) || !isObject(json.zones)) {
    return err({ path: "zones", message: "takes an object, zone to its records" });
  }
  const tree: Tree = { nodes: new Map(), soas: new Map() };
  const owners: Owner[] = [];
  for (const [text, lines] of Object.entries(json.zones)) {
    const wrong = readZone(text, lines, tree, owners);
    if (wrong) return err(wrong);
  }
  if (!tree.soas.has(ROOT)) {
    return err({ path: 'zones["."]', message: "is missing: it denies what no other zone has" });
  }
  const wrong = misplaced(owners, tree);
  return wrong ? err(wrong) : ok({ resolve: (question) => resolve(question, tree) });
}

function resolve(question: Question, tree: Tree): InternetReply {
  const answer: RR[] = [];
  let at = question.name;
  for (let hops = 0; hops <= LONGEST_CHAIN; hops++) {
    const node = findNode(at, tree);
    if (node === undefined) {
      return { rcode: "NXDOMAIN", answer, authority: [denial(at, tree)] };
    }
    const records = question.type === "ANY" ? [...node.values()].flat() : node.get(question.type);
    if (records !== undefined && records.length > 0) {
      answer.push(...owned(records, at));
      return { rcode: "NOERROR", answer, authority: [] };
    }
    const cname = node.get("CNAME")?.[0];
    if (cname?.type !== "CNAME") {
      return { rcode: "NOERROR", answer, authority: [denial(at, tree)] };
    }
    answer.push(...owned([cname], at));
    at = cname.data;
  }
  // A chain without an end: what Unbound says to one.
  return { rcode: "SERVFAIL", answer: [], authority: [] };
}

/** The records at a name, or those of the wildcard that covers it (RFC 4592 §3.3.1); undefined where there is no such name. */
function findNode(at: Name, { nodes }: Tree): Node | undefined {
  const exact = nodes.get(key(at));
  if (exact !== undefined) return exact;
  let encloser = parent(key(at));
  while (!nodes.has(encloser)) encloser = parent(encloser);
  return nodes.get(encloser === ROOT ? name("*.") : (`*.${encloser}` as Name));
}

/** The SOA that says no, its TTL the one of the denial (RFC 2308 §3). */
function denial(at: Name, tree: Tree): RR {
  const soa = tree.soas.get(zoneOf(at, tree)) as Soa;
  return { ...soa, ttl: Math.min(soa.ttl, soa.data.minimum) };
}

/** The apex of the longest zone that `at` lies in. */
function zoneOf(at: Name, { soas }: Tree): Name {
  let zone = key(at);
  while (!soas.has(zone) && zone !== ROOT) zone = parent(zone);
  return zone;
}

/** `records` under the name they were found by: a wildcard's take the asked one, and all take its case. */
function owned(records: readonly RR[], owner: Name): RR[] {
  return records.map((rr) => ({ ...rr, name: owner }));
}

/** A record's place in the file. */
interface Owner {
  readonly path: string;
  readonly rr: RR;
  readonly zone: Name;
}

function readZone(
  text: string,
  lines: unknown,
  tree: Tree,
  owners: Owner[],
): InternetError | undefined {
  const path = `zones[${JSON.stringify(text)}]`;
  const apex = parseName(text);
  if (!apex.ok) return { path, message: `is no zone: ${describeNameError(apex.error)}` };
  const zone = key(apex.value);
  if (tree.soas.has(zone)) return { path, message: "stands there twice" };
  if (!Array.isArray(lines)) return { path, message: "takes a list of zone-file lines" };
  for (const [index, line] of lines.entries()) {
    const at = `${path}[${index}]`;
    const parsed = typeof line === "string" ? parseRR(line) : err("a record is a zone-file line");
    if (!parsed.ok) {
      return { path: at, message: `${parsed.error}: received ${JSON.stringify(line)}` };
    }
    const wrong = addRecord(parsed.value, zone, tree);
    if (wrong !== undefined) return { path: at, message: wrong };
    owners.push({ path: at, rr: parsed.value, zone });
  }
  return tree.soas.has(zone) ? undefined : { path, message: "has no SOA record" };
}

function addRecord(rr: RR, zone: Name, { nodes, soas }: Tree): string | undefined {
  const owner = key(rr.name);
  if (!isWithin(owner, zone)) return `${rr.name} does not lie in ${zone}`;
  if (rr.type === "SOA") {
    if (owner !== zone) return `the SOA of ${zone} stands at ${rr.name}`;
    if (soas.has(zone)) return `${zone} has two SOA records`;
    soas.set(zone, rr);
  }
  // Every name above an owner exists, with or without records.
  for (let above = owner; !nodes.has(above); above = parent(above)) nodes.set(above, new Map());
  const node = nodes.get(owner) as Node;
  const rrset = node.get(rr.type);
  if (rrset === undefined) node.set(rr.type, [rr]);
  else rrset.push(rr);
  // RFC 2181 §10.1: a CNAME is alone.
  if (node.has("CNAME") && (node.size > 1 || (rrset?.length ?? 0) > 1)) {
    return `${rr.name} has a CNAME and other records`;
  }
  return undefined;
}

/** A record that lies in a longer zone than the one it is listed under would never be found there by a reader. */
function misplaced(owners: readonly Owner[], tree: Tree): InternetError | undefined {
  for (const { path, rr, zone } of owners) {
    const real = zoneOf(rr.name, tree);
    if (!sameName(real, zone)) return { path, message: `${rr.name} belongs to zone ${real}` };
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
