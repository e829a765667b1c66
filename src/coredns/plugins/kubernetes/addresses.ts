/**
 * A and AAAA records, and where an ExternalName leads.
 *
 * Upstream: `A` and `AAAA` in `plugin/backend_lookup.go`.
 *
 * @module
 */
import type { RR } from "../../../dns/message.ts";
import { isWithin, type Name, parseName, sameName } from "../../../dns/name.ts";
import { type Answer, type Asked, lookUp, no, notHeld, parseAddress, yes } from "./asked.ts";

/**
 * A or AAAA, an ExternalName's target followed: within the zone here, else by the whole server.
 *
 * @param chain the CNAMEs that led to `qname`
 */
export async function addresses(
  asked: Asked,
  qname: Name,
  type: "A" | "AAAA",
  chain: readonly Name[],
): Promise<Answer> {
  const found = lookUp(asked, qname, type);
  if (!found.exists) return no(found.did);
  const { ttl } = asked.view.options;
  const seen = new Set<string>();
  const held: RR[] = [];
  for (const { host } of found.items) {
    const address = parseAddress(host);
    if (address === undefined) return follow(asked, qname, type, chain, found.did, host);
    if (address.type !== type || seen.has(address.data)) continue;
    seen.add(address.data);
    held.push({ name: qname, ttl, type, data: address.data });
  }
  if (held.length > 0 || found.items.length === 0) return yes(held, found.did);
  return yes([], `${found.did}; ${notHeld(type)}`);
}

/** An ExternalName's CNAME and what it leads to; without records of its own inside the zone, nothing at all. */
async function follow(
  asked: Asked,
  qname: Name,
  type: "A" | "AAAA",
  chain: readonly Name[],
  did: string,
  host: string,
): Promise<Answer> {
  const target = parseName(host);
  if (!target.ok) return yes([], `${did}, which is no domain name`);
  if (isWithin(target.value, qname) || chain.some((before) => sameName(before, target.value))) {
    return yes([], `${did}: a loop`);
  }
  if (chain.length >= LONGEST_CHAIN) return yes([], `${did}: more than ${LONGEST_CHAIN} CNAMEs`);
  const { ttl } = asked.view.options;
  const cname: RR = { name: qname, ttl, type: "CNAME", data: target.value };
  if (isWithin(target.value, asked.zone)) {
    const inner = await addresses(asked, target.value, type, [...chain, qname]);
    const told = `${did}; ${inner.did}`;
    if (inner.records.length === 0) return { ...inner, exists: true, did: told };
    return { ...inner, exists: true, records: [cname, ...inner.records], did: told };
  }
  const elsewhere = await asked.context.resolve({ name: target.value, type, class: 1 });
  const { steps } = elsewhere;
  return { ...yes([cname, ...elsewhere.answer], did), steps, elsewhere };
}

/** `maxCnameChainLength` upstream is 10 CNAMEs that went before: eleven are followed, a twelfth is not. */
const LONGEST_CHAIN = 11;
