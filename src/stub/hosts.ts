/**
 * The hosts file, as each libc reads and matches it (hosts(5)).
 *
 * The libcs agree on little: glibc and Go match without regard to case, musl with; glibc alone makes 127.0.0.1 of
 * `::1`; where a name has only addresses of the other family glibc goes on to DNS, musl and Go stop. Sources: glibc
 * 2.36 `nss/nss_files/files-hosts.c`, with the `multi on` that Debian's and Ubuntu's /etc/host.conf say (without it
 * the first line that matches is the only one); musl 1.2.3 `src/network/lookup_name.c` (`name_from_hosts`) and
 * `lookup_ipliteral.c`; Go 1.19 `src/net/hosts.go`.
 *
 * @module
 */
import { addressOctets, canonicalAddress } from "../dns/address.ts";
import type { Libc } from "./resolver.ts";
import { numericAddress } from "./typed.ts";

/** The families that an application asks for: AF_INET, AF_INET6, AF_UNSPEC. */
export type Family = "4" | "6" | "any";

/** A line that this libc can match a name against. */
export interface HostsLine {
  /** From 1. */
  readonly number: number;
  /** As it is in the file, blanks at its ends removed. */
  readonly text: string;
  /** As the libc takes it: canonical, without zone id (`10.1` is 10.0.0.1 to musl, IPv4-mapped is IPv4 to Go). */
  readonly address: string;
  /** As spelled in the file; the first is the canonical one. */
  readonly names: readonly string[];
}

export type HostsAnswer =
  | {
      readonly kind: "found";
      /** In the order of the file, repeats included; `getaddrinfo` then sorts them (RFC 6724), which is not done here. */
      readonly addresses: readonly string[];
      /** What AI_CANONNAME gives; Go 1.19 takes none from the hosts file. */
      readonly canonicalName?: string;
      /** The first line that gave an address, and all that did. */
      readonly line: HostsLine;
      readonly lines: readonly HostsLine[];
    }
  /** The name is there, but with addresses of the other family only. `stops`: the lookup fails here, without DNS. */
  | { readonly kind: "wrong-family"; readonly line: HostsLine; readonly stops: boolean }
  | { readonly kind: "none" };

/** What `libc` finds for `typed` (as typed, trailing dot included) in the text of its hosts file. */
export function lookUpHosts(libc: Libc, typed: string, family: Family, text: string): HostsAnswer {
  const key = matchKey(libc, typed);
  const times = ({ names }: HostsLine) =>
    names.filter((name) => matchKey(libc, name) === key).length;
  const matched = parseHosts(text, libc).filter((line) => times(line) > 0);
  const [line] = matched;
  if (line === undefined) return { kind: "none" };
  const found = matched
    .map((one) => ({ line: one, address: addressAs(family, one.address, libc) }))
    .filter((one): one is Found => one.address !== undefined)
    // Go files an address under each name of its line in turn, so that a name that stands there twice has it twice.
    .flatMap((one) => Array.from({ length: libc === "go" ? times(one.line) : 1 }, () => one))
    .slice(0, libc === "musl" ? MUSL_ADDRESSES : undefined);
  if (found[0] === undefined) return { kind: "wrong-family", line, stops: libc !== "glibc" };
  const lines = [...new Set(found.map((one) => one.line))];
  const canonicalName = canonicalOf(libc, libc === "musl" ? matched : lines) ?? typed;
  return {
    kind: "found",
    addresses: found.map(({ address }) => address),
    ...(libc !== "go" && { canonicalName }),
    line: found[0].line,
    lines,
  };
}

/** The lines of a hosts file that `libc` can use: those with an address that it can read, and a name. */
export function parseHosts(text: string, libc: Libc): readonly HostsLine[] {
  const pieces = text.split("\n");
  return pieces.flatMap((piece, index) => {
    const isEnded = index < pieces.length - 1;
    return readLine(libc, isEnded ? `${piece}\n` : piece).flatMap((words) => {
      const [first = "", ...names] = words;
      const address = readAddress(libc, first);
      if (address === undefined || names.length === 0) return [];
      return [{ number: index + 1, text: piece.trim(), address, names }];
    });
  });
}

interface Found {
  readonly line: HostsLine;
  readonly address: string;
}

/** `MAXADDRS` of musl's `lookup.h`: it reads no further than that. */
const MUSL_ADDRESSES = 48;

/** `fgets` into `char line[512]`: what is longer is read as the next line. Characters are taken for octets. */
const MUSL_LINE = 511;

/** The words of a line without its comment; musl may make several lines of a long one. */
function readLine(libc: Libc, line: string): readonly (readonly string[])[] {
  if (libc === "go") return [wordsOf(before("#", line), GO_BLANKS)];
  if (libc === "glibc") return [wordsOf(before("#", before("\0", line)), C_BLANKS)];
  const chunks: string[] = [];
  for (let at = 0; at < line.length; at += MUSL_LINE) chunks.push(line.slice(at, at + MUSL_LINE));
  return chunks.map((chunk) => {
    const seen = before("\0", chunk);
    const rest = seen.includes("#") ? `${before("#", seen)}\n` : seen;
    // The address is what stands before the first blank, so that a line that begins with one has none; a name counts
    // only with a blank behind it, which the last line of a file may lack.
    const words = /^[ \t-\r]/.test(rest) ? [] : wordsOf(rest, C_BLANKS);
    return /[ \t-\r]$/.test(rest) ? words : words.slice(0, -1);
  });
}

/** `isspace` in the C locale. */
const C_BLANKS = /[ \t-\r]+/;
/** Go's `getFields`. */
const GO_BLANKS = /[ \t\r\n]+/;

function before(mark: string, text: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}

function wordsOf(text: string, blanks: RegExp): readonly string[] {
  return text.split(blanks).filter((word) => word !== "");
}

/** The address that a line begins with: glibc takes no zone id, musl what `inet_aton` does, Go no zone on IPv4. */
function readAddress(libc: Libc, text: string): string | undefined {
  if (libc === "glibc") return canonicalAddress(text);
  const address = numericAddress(text, libc);
  const canonical = address === undefined ? undefined : canonicalAddress(address);
  return libc === "go" ? canonical && unmapped(canonical) : canonical;
}

/** The address as one of `family`; undefined where it is none. */
function addressAs(family: Family, address: string, libc: Libc): string | undefined {
  if (family === "any") return address;
  const octets = addressOctets(address)?.length;
  if (family === "6") return octets === 16 ? address : undefined;
  if (octets === 4) return address;
  // `files-hosts.c`: for AF_INET the IPv6 loopback and IPv4-mapped addresses are IPv4 as well.
  if (libc !== "glibc") return undefined;
  if (address === "::1") return "127.0.0.1";
  return address === unmapped(address) ? undefined : unmapped(address);
}

/** `::ffff:192.0.2.1` as 192.0.2.1; every other canonical address as it is. */
export function unmapped(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** What two names that match have in common. */
function matchKey(libc: Libc, name: string): string {
  if (libc === "musl") return name;
  // ASCII alone, as `strcasecmp` does in the C locale and Go's `lowerASCIIBytes` always.
  const lower = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  // Go's `absDomainName`: only a name with a dot in it is given its last one, so that `web.` is not `web`.
  return libc === "go" && lower.includes(".") && !lower.endsWith(".") ? `${lower}.` : lower;
}

/**
 * The first name of the first line; musl (`is_valid_hostname`) passes over what is no host name, and counts lines of
 * the other family too.
 */
function canonicalOf(libc: Libc, lines: readonly HostsLine[]): string | undefined {
  const first = lines.map(({ names }) => names[0]);
  return libc === "musl" ? first.find((name) => name && MUSL_HOST_NAME.test(name)) : first[0];
}

const MUSL_HOST_NAME = /^[A-Za-z0-9.\-\u0080-\uffff]{1,254}$/;
