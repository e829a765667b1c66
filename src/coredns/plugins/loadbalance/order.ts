/**
 * The groups that `loadbalance` makes of a section, and the address that weights bring to its front (weighted.go in CoreDNS).
 *
 * @module
 */
import type { RR } from "../../../dns/message.ts";
import type { Context } from "../../plugin.ts";
import { type Weights, weightOf } from "./weights.ts";

export interface Groups {
  readonly cnames: RR[];
  readonly rest: RR[];
  readonly addresses: AddressRR[];
  readonly mx: RR[];
}

export type AddressRR = Extract<RR, { type: "A" | "AAAA" }>;

export function byType(section: readonly RR[]): Groups {
  const groups: Groups = { cnames: [], rest: [], addresses: [], mx: [] };
  for (const rr of section) {
    if (rr.type === "CNAME") groups.cnames.push(rr);
    else if (rr.type === "A" || rr.type === "AAAA") groups.addresses.push(rr);
    else if (rr.type === "MX") groups.mx.push(rr);
    else groups.rest.push(rr);
  }
  return groups;
}

/** The section with one address before the others, as likely as its weight; unchanged where there is none. */
export function topAddress(
  section: readonly RR[],
  weights: Weights,
  context: Context,
): { readonly records: readonly RR[]; readonly top?: AddressRR } {
  const { cnames, rest, addresses, mx } = byType(section);
  const top = picked(addresses, weights, context);
  if (top === undefined) return { records: section };
  const first = addresses[0] as AddressRR;
  const at = addresses.indexOf(top);
  addresses[0] = top;
  addresses[at] = first;
  return { records: [...cnames, ...rest, ...addresses, ...mx], top };
}

/** The heaviest are tried first; of equals the first. */
function picked(
  addresses: readonly AddressRR[],
  weights: Weights,
  context: Context,
): AddressRR | undefined {
  const weighed = addresses
    .map((rr) => ({ rr, weight: weightOf(rr, weights) }))
    .sort((a, b) => b.weight - a.weight);
  const sum = weighed.reduce((total, { weight }) => total + weight, 0);
  let left = weighed.length === 0 ? 0 : Math.floor(context.random() * sum);
  for (const { rr, weight } of weighed) {
    left -= weight;
    if (left < 0) return rr;
  }
  return undefined;
}
