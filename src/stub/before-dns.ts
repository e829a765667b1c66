/**
 * What `getaddrinfo` does before it asks DNS: numeric addresses, then the hosts file.
 *
 * None of the three libcs knows `localhost` by itself, though RFC 6761 §6.3 asks for it: without a line in the hosts
 * file it is searched for as any other name. (glibc learns it from nss-myhostname or nss-resolve, which containers
 * lack; nsswitch.conf is taken to say `hosts: files dns`, which is also what glibc and Go do without one.)
 *
 * @module
 */
import { addressFamily, canonicalAddress } from "../dns/address.ts";
import { type Family, type HostsAnswer, lookUpHosts, unmapped } from "./hosts.ts";
import type { Libc, StubError } from "./resolver.ts";
import { numericAddress } from "./typed.ts";

/** One thing that was looked at, and a sentence without its full stop about what came of it. */
export interface EarlyStep {
  readonly what: "address" | "localhost" | "hosts";
  readonly did: string;
}

/** A {@link StubError}, or one that DNS never gives: an address, but not of the family that was asked for. */
export type EarlyError =
  | StubError
  | {
      readonly word: "EAI_ADDRFAMILY" | "no suitable address found";
      readonly text: string;
    };

export interface BeforeDns {
  /** In the order in which the libc takes them. */
  readonly steps: readonly EarlyStep[];
  /** The addresses in canonical form, where the lookup ends here with some. */
  readonly answer?: readonly string[];
  /** Where it ends here with none. Neither: it goes on to DNS. */
  readonly error?: EarlyError;
  /** What the hosts file said, where it was read. */
  readonly hosts?: HostsAnswer;
}

/** @param hostsText the hosts file; empty where there is none, which every libc takes for the same. */
export function beforeDns(libc: Libc, typed: string, family: Family, hostsText: string): BeforeDns {
  const numeric = readNumeric(libc, typed, family);
  if (numeric !== undefined) return numeric;
  const steps = isLocalhost(typed) ? [localhostStep(libc)] : [];
  const hosts = lookUpHosts(libc, typed, family, hostsText);
  const step: EarlyStep = { what: "hosts", did: describe(libc, hosts, typed, family) };
  const read = { steps: [...steps, step], hosts };
  if (hosts.kind === "found") return { ...read, answer: hosts.addresses };
  if (hosts.kind === "wrong-family" && hosts.stops) {
    return { ...read, error: wrongFamily(libc, typed) };
  }
  return read;
}

/** The end of a lookup for what is an address, or what glibc takes for one; undefined where it is a name. */
function readNumeric(libc: Libc, typed: string, family: Family): BeforeDns | undefined {
  const read = numericAddress(typed, libc);
  const canonical = read === undefined ? undefined : canonicalAddress(read);
  if (canonical === undefined) {
    // `__nss_hostname_digits_dots`, which AF_INET alone goes through (`gethostbyname2_r`).
    if (libc !== "glibc" || family !== "4" || !DIGITS_AND_DOTS.test(typed)) return undefined;
    const did = "glibc takes digits and dots for an IPv4 address, and it is none";
    return { steps: [{ what: "address", did }], error: NO_NAME };
  }
  const address = asFamily(libc, canonical, family);
  if (address !== undefined) {
    const spelled = address === typed ? "" : `, ${address}`;
    const did = `it is a numeric address${spelled}: nothing is asked`;
    return { steps: [{ what: "address", did }], answer: [address] };
  }
  const did = `it is a numeric address, but not IPv${family}: nothing is asked`;
  return { steps: [{ what: "address", did }], error: wrongFamily(libc, typed) };
}

/** Go always takes an IPv4-mapped address for IPv4, glibc where IPv4 is asked for, musl never. */
function asFamily(libc: Libc, address: string, family: Family): string | undefined {
  const mapped = libc === "go" || (libc === "glibc" && family === "4");
  const taken = mapped ? unmapped(address) : address;
  return family === "any" || addressFamily(taken) === Number(family) ? taken : undefined;
}

function isLocalhost(typed: string): boolean {
  return /^(?:.*\.)?localhost\.?$/i.test(typed);
}

function localhostStep(libc: Libc): EarlyStep {
  const did = `${NAMES[libc]} has no rule for localhost (RFC 6761 asks for one): a name like any other`;
  return { what: "localhost", did };
}

function describe(libc: Libc, hosts: HostsAnswer, typed: string, family: Family): string {
  if (hosts.kind === "found") {
    const numbers = hosts.lines.map(({ number }) => number);
    const some = numbers.slice(0, MOST_LINES).join(", ");
    const more = numbers.length > MOST_LINES ? ` and ${numbers.length - MOST_LINES} more` : "";
    return `line${numbers.length > 1 ? "s" : ""} ${some}${more} of the hosts file: nothing is asked`;
  }
  if (hosts.kind === "wrong-family") {
    const where = `line ${hosts.line.number} of the hosts file has the name, but no IPv${family} address`;
    return `${where}: ${NAMES[libc]} ${hosts.stops ? "stops here" : "goes on to DNS"}`;
  }
  const dotted = typed.endsWith(".") ? ", spelled with its last dot," : "";
  const how = libc === "musl" ? " (musl heeds case)" : "";
  return `the name${dotted} is not in the hosts file${how}`;
}

/** glibc comes here with numeric addresses alone. */
function wrongFamily(libc: Libc, typed: string): EarlyError {
  if (libc === "go") {
    return {
      word: "no suitable address found",
      text: `address ${typed}: no suitable address found`,
    };
  }
  if (libc === "musl") return { word: "EAI_NONAME", text: "Name does not resolve" };
  return { word: "EAI_ADDRFAMILY", text: "Address family for hostname not supported" };
}

const NAMES: Readonly<Record<Libc, string>> = { glibc: "glibc", musl: "musl", go: "Go" };
const NO_NAME: StubError = { word: "EAI_NONAME", text: "Name or service not known" };
/** As many lines as a step names. */
const MOST_LINES = 5;
const DIGITS_AND_DOTS = /^[0-9](?:[0-9.]*[0-9])?$/;
