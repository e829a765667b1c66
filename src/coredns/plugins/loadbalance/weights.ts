/**
 * The file that `loadbalance weighted` reads: a name on a line, and below it its addresses with their weights
 * (plugin/loadbalance/README.md in CoreDNS).
 *
 * @module
 */
import { canonicalAddress } from "../../../dns/address.ts";
import { err, ok, type Result } from "../../../result.ts";
import { shortened } from "../../zonefile/names.ts";
import type { AddressRR } from "./order.ts";

/** By owner as the file spells it, with its final dot, then by address. */
export type Weights = ReadonlyMap<string, ReadonlyMap<string, number>>;

const DEFAULT_WEIGHT = 1;
/** Go's `bufio.Scanner` reads no longer line. */
const LONGEST_LINE = 65_536;

export function readWeights(text: string): Result<Weights, string> {
  const weights = new Map<string, Map<string, number>>();
  let owner: Map<string, number> | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const at = `line ${index + 1}: `;
    if (line.length > LONGEST_LINE) return err(`${at}has more than ${LONGEST_LINE} characters`);
    const words = line.trim().split(/\s+/);
    const [first = "", second] = words;
    if (first === "" || first.startsWith("#")) continue;
    if (words.length > 2)
      return err(`${at}expected a name or an address: received ${shortened(line.trim())}`);
    const address = addressOf(first);
    if (second === undefined) {
      if (address !== undefined) return err(`${at}the weight of ${shortened(first)} is missing`);
      owner = ownerOf(first, weights);
      continue;
    }
    const weight = /^[0-9]{1,10}$/.test(second) ? Number(second) : 0;
    if (address === undefined) return err(`${at}not an IP address: received ${shortened(first)}`);
    if (weight < 1 || weight > 255) {
      return err(`${at}a weight is a number from 1 to 255: received ${shortened(second)}`);
    }
    if (owner === undefined) return err(`${at}the name of ${shortened(first)} is missing`);
    // Of several weights for an address the first counts.
    if (!owner.has(address)) owner.set(address, weight);
  }
  return ok(weights);
}

/** Owners are compared with their case, as in CoreDNS. */
export function weightOf(rr: AddressRR, weights: Weights): number {
  return weights.get(rr.name)?.get(addressOf(rr.data) ?? "") ?? DEFAULT_WEIGHT;
}

function ownerOf(text: string, weights: Map<string, Map<string, number>>): Map<string, number> {
  const name = text.endsWith(".") ? text : `${text}.`;
  const known = weights.get(name) ?? new Map<string, number>();
  weights.set(name, known);
  return known;
}

/** An IPv4-mapped address is its IPv4 address, as Go's `net.IP` has it. */
function addressOf(text: string): string | undefined {
  return canonicalAddress(text)?.replace(/^::ffff:(?=[0-9]+\.)/, "");
}
