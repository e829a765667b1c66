/**
 * What is asked of the cluster, and what every type's answer begins with: whether the name is there.
 *
 * Upstream: `Services` in `plugin/kubernetes/kubernetes.go`.
 *
 * @module
 */
import { addressOctets, addressOfOctets } from "../../../dns/address.ts";
import type { RR, RRType } from "../../../dns/message.ts";
import { key, labels, type Name, parseName } from "../../../dns/name.ts";
import type { Context, Reply, Step } from "../../plugin.ts";
import { type Found, find } from "./find.ts";
import { DEFAULT_NAMESERVER, nameservers } from "./nameservers.ts";
import { isReverse } from "./options.ts";
import { parseRequest } from "./request.ts";
import type { View } from "./view.ts";

export interface Asked {
  readonly view: View;
  /** In the question's spelling: what is made from it keeps that case. */
  readonly zone: Name;
  readonly multicluster: boolean;
  /** The addresses of the CoreDNS pod that was asked. */
  readonly server: readonly string[];
  readonly context: Context;
}

export interface Answer {
  /** False is NXDOMAIN; true without records is NODATA. */
  readonly exists: boolean;
  readonly records: readonly RR[];
  readonly additional: readonly RR[];
  /** A sentence without its full stop. */
  readonly did: string;
  /** What was asked elsewhere on the way. */
  readonly steps: readonly Step[];
  readonly elsewhere?: Reply;
  /** A record has a name with an empty label in it: CoreDNS cannot write the message, and the client gets none. */
  readonly unsendable?: true;
}

/** What stands behind a name, whichever type is asked. */
export function lookUp(asked: Asked, qname: Name, type: RRType): Found {
  const { view, zone } = asked;
  if (isOwnName(qname, zone)) {
    if (type !== "A" && type !== "AAAA") return { exists: true, items: [], did: OWN_NAME };
    const servers = nameservers(view, asked.server);
    const items = servers.map(({ target, address }) => ({ host: address, target, port: 0 }));
    return { exists: true, items, did: OWN_NAME };
  }
  return records(asked, qname);
}

const OWN_NAME = "the name of the server itself";

/**
 * `isDefaultNS` upstream finds the zone's text in the name's, which is in lower case and the zone is not: a zone asked for in
 * upper case has no such name, nor has the root zone, and `ns.dns.<zone>` in front of the zone once more is one.
 */
function isOwnName(qname: Name, zone: Name): boolean {
  const front = `${DEFAULT_NAMESERVER}.`;
  const text = key(qname);
  return text.startsWith(front) && text.indexOf(zone) === front.length;
}

export function records({ view, zone, multicluster }: Asked, qname: Name): Found {
  const request = parseRequest(qname, zone, { multicluster, zonal: view.options.zonal });
  if (request.kind !== "empty" && isReverse(qname)) {
    return { exists: false, did: "only PTR records of whole addresses are in a reverse zone" };
  }
  return find(view, request, multicluster);
}

/** NODATA or NXDOMAIN: for the types that the cluster holds no record of. */
export function withoutRecords(found: Found, type: RRType): Answer {
  if (!found.exists) return no(found.did);
  return yes([], found.items.length === 0 ? found.did : `${found.did}; ${notHeld(type)}`);
}

/** An IPv4 address in IPv6's clothes (`::ffff:192.0.2.1`) is an A record, as Go's `net.IP.To4` has it. */
export function parseAddress(host: string): { type: "A" | "AAAA"; data: string } | undefined {
  const octets = addressOctets(host);
  if (octets === undefined) return undefined;
  const mapped =
    octets.length === 16 &&
    octets.subarray(0, 10).every((octet) => octet === 0) &&
    octets[10] === 255 &&
    octets[11] === 255;
  const four = mapped ? octets.subarray(12) : octets;
  return { type: four.length === 4 ? "A" : "AAAA", data: addressOfOctets(four) };
}

/** `left` in front of `zone`; undefined where that is no name (too long). */
export function below(left: string, zone: Name): Name | undefined {
  const parsed = parseName(labels(zone).length === 0 ? `${left}.` : `${left}.${zone}`);
  return parsed.ok ? parsed.value : undefined;
}

export function yes(records: readonly RR[], did: string): Answer {
  return { exists: true, records, additional: [], did, steps: [] };
}

export function no(did: string): Answer {
  return { exists: false, records: [], additional: [], did, steps: [] };
}

export function notHeld(type: RRType): string {
  return `type ${type} not held: NODATA`;
}
