/**
 * A question's answer from the cluster: which records, or NODATA, or no such name; and why.
 *
 * Upstream: `plugin/backend_lookup.go` and `Services` in `plugin/kubernetes/kubernetes.go`.
 *
 * @module
 */
import type { Question, RR, Soa } from "../../../dns/message.ts";
import { key, type Name, parseName, ROOT, sameName } from "../../../dns/name.ts";
import { addresses } from "./addresses.ts";
import {
  type Answer,
  type Asked,
  below,
  lookUp,
  no,
  notHeld,
  parseAddress,
  records,
  withoutRecords,
  yes,
} from "./asked.ts";
import { DEFAULT_NAMESERVER, nameservers } from "./nameservers.ts";
import { parseRequest } from "./request.ts";
import { namesOfAddress, reverseAddress } from "./reverse.ts";

/** The Kubernetes DNS specification's version, and the TTL that CoreDNS gives it whatever `ttl` says. */
const DNS_VERSION = "1.1.0";
const DNS_VERSION_TTL = 28_800;

/**
 * The clusters here are dumps that do not change while they are served, so neither does their serial. (CoreDNS takes the time of
 * the last change that it saw.)
 */
const SERIAL = 1;

export async function answer(asked: Asked, question: Question): Promise<Answer> {
  const { name: qname, type } = question;
  switch (type) {
    case "A":
    case "AAAA":
      return addresses(asked, qname, type, []);
    case "TXT":
      return txt(asked, qname);
    case "SRV":
      return srv(asked, qname);
    case "CNAME":
      return cname(asked, qname);
    case "PTR":
      return ptr(asked, qname);
    case "SOA": {
      // Below the apex CoreDNS does not even look whether the name is there.
      const apex = sameName(qname, asked.zone);
      return yes(apex ? [soa(asked)] : [], apex ? "the zone's SOA" : notHeld("SOA"));
    }
    case "NS":
      // Upstream compares the name in lower case with the zone in the question's: in upper case it has no nameservers.
      if (key(qname) === asked.zone) return ns(asked, qname);
      return withoutRecords(lookUp(asked, qname, type), type);
    default:
      return withoutRecords(lookUp(asked, qname, type), type);
  }
}

/** The zone's SOA record: the answer at the apex, the authority of every negative answer. */
export function soa({ view, zone }: Asked): RR {
  const { ttl } = view.options;
  const data: Soa = {
    mname: below(DEFAULT_NAMESERVER, zone) ?? zone,
    rname: below("hostmaster", zone) ?? zone,
    serial: SERIAL,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  };
  return { name: zone, ttl: Math.min(ttl, 300), type: "SOA", data };
}

function txt(asked: Asked, qname: Name): Answer {
  const version = below("dns-version", asked.zone);
  if (version !== undefined && sameName(qname, version)) {
    const rr: RR = { name: qname, ttl: DNS_VERSION_TTL, type: "TXT", data: [DNS_VERSION] };
    return yes([rr], "the DNS specification's version");
  }
  const found = records(asked, qname);
  if (!found.exists) return no(found.did);
  // CoreDNS asks whether there are records of another type, and takes a name without any for none.
  const empty = found.items.length === 0 && !isPinned(asked, qname);
  if (empty) return no(`${found.did}; CoreDNS says NXDOMAIN to TXT here`);
  return yes([], `${found.did}; ${notHeld("TXT")}`);
}

/** Whether a zonal name asks for one zone's endpoints and no others: such a name is there even when it is empty. */
function isPinned({ view, zone, multicluster }: Asked, qname: Name): boolean {
  const request = parseRequest(qname, zone, { multicluster, zonal: view.options.zonal });
  return request.kind === "service" && request.part?.kind === "zone";
}

function srv(asked: Asked, qname: Name): Answer {
  const found = lookUp(asked, qname, "SRV");
  if (!found.exists) return no(found.did);
  const { ttl } = asked.view.options;
  const items = found.items.filter(({ host }) => parseAddress(host) !== undefined);
  // Each pair of address and port counts, also those that turn out to be one record.
  const weight = Math.max(1, Math.floor(100 / items.length));
  const held = new Map<string, RR>();
  const additional = new Map<string, RR>();
  for (const { host, target: left, port } of items) {
    const target = below(left, asked.zone);
    const address = parseAddress(host);
    if (port === undefined || target === undefined || address === undefined) continue;
    const data = { priority: 0, weight, port, target };
    setOnce(held, `${port} ${target}`, { name: qname, ttl, type: "SRV", data });
    setOnce(additional, `${address.data} ${target}`, { name: target, ttl, ...address });
  }
  if (held.size === 0) return yes([], `${found.did}; ${notHeld("SRV")}`);
  return { ...yes([...held.values()], found.did), additional: [...additional.values()] };
}

function cname(asked: Asked, qname: Name): Answer {
  const found = lookUp(asked, qname, "CNAME");
  const host = found.exists ? found.items[0]?.host : undefined;
  if (host === undefined || parseAddress(host)) return withoutRecords(found, "CNAME");
  const target = parseName(host);
  if (!target.ok) return withoutRecords(found, "CNAME");
  const { ttl } = asked.view.options;
  return yes([{ name: qname, ttl, type: "CNAME", data: target.value }], found.did);
}

function ptr(asked: Asked, qname: Name): Answer {
  const address = reverseAddress(qname);
  if (address === undefined) return withoutRecords(records(asked, qname), "PTR");
  const { ttl, primaryZone } = asked.view.options;
  const found = namesOfAddress(asked.view, address);
  if (found.length === 0) return no(`no Service and no ready endpoint has ${address}`);
  const names = found.flatMap((left) => below(left, primaryZone) ?? []);
  const held = names.map((data): RR => ({ name: qname, ttl, type: "PTR", data }));
  const unsendable = names.length < found.length || primaryZone === ROOT;
  return { ...yes(held, `${address} is ${found.join(", ")}`), ...(unsendable && { unsendable }) };
}

/** The zone's nameservers, with their addresses as glue. */
function ns(asked: Asked, qname: Name): Answer {
  const { ttl } = asked.view.options;
  const held = new Map<string, RR>();
  const glue = new Map<string, RR>();
  for (const server of nameservers(asked.view, asked.server)) {
    const target = below(server.target, asked.zone);
    const address = parseAddress(server.address);
    if (target === undefined || address === undefined) continue;
    setOnce(held, target, { name: qname, ttl, type: "NS", data: target });
    setOnce(glue, `${address.data} ${target}`, { name: target, ttl, ...address });
  }
  const did = "the Services that this CoreDNS pod stands behind";
  return { ...yes([...held.values()], did), additional: [...glue.values()] };
}

function setOnce(map: Map<string, RR>, at: string, rr: RR): void {
  if (!map.has(at)) map.set(at, rr);
}
