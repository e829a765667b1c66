/**
 * IP addresses as text and as octets, the names they have under `arpa`, and CIDR blocks.
 *
 * Reading is strict: IPv4 is four decimal numbers without leading zeros (`010.0.0.1` is octal to some libcs),
 * IPv6 is RFC 4291 §2.2 text without a zone id. Writing is RFC 5952.
 *
 * @module
 */
import { key, labels, type Name } from "./name.ts";

/** 4 or 6, or undefined where `text` is no address. */
export function addressFamily(text: string): 4 | 6 | undefined {
  if (text.includes(":")) return ipv6Octets(text) && 6;
  return IPV4.test(text) ? 4 : undefined;
}

/** 4 or 16 octets, or undefined where `text` is no address. */
export function addressOctets(text: string): Uint8Array | undefined {
  return text.includes(":") ? ipv6Octets(text) : ipv4Octets(text);
}

/** The one spelling of an address: RFC 5952 for IPv6 (`FD00:0::1` is `fd00::1`), unchanged for IPv4. */
export function canonicalAddress(text: string): string | undefined {
  if (!text.includes(":")) return IPV4.test(text) ? text : undefined;
  const octets = ipv6Octets(text);
  return octets && ipv6Text(octets);
}

/** The text of an address of 4 or 16 octets. Throws on any other length. */
export function addressOfOctets(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  if (octets.length === 16) return ipv6Text(octets);
  throw new Error(`an address has 4 or 16 octets: received ${octets.length}`);
}

/** The name that a PTR query for `address` asks for (RFC 1035 §3.5, RFC 3596 §2.5). Throws where it is no address. */
export function arpaName(address: string): Name {
  const octets = addressOctets(address);
  if (octets === undefined) throw new Error(`not an IP address: ${address}`);
  let text = octets.length === 4 ? "in-addr.arpa." : "ip6.arpa.";
  for (const octet of octets) {
    text =
      octets.length === 4
        ? `${octet}.${text}`
        : `${HEX[octet & 15] as string}.${HEX[octet >> 4] as string}.${text}`;
  }
  return text as Name;
}

/** The address of a complete name under `in-addr.arpa` or `ip6.arpa`, canonical; undefined for every other name. */
export function arpaAddress(name: Name): string | undefined {
  const parts = labels(key(name));
  const tree = parts.slice(-2).join(".");
  const digits = parts.slice(0, -2).reverse();
  if (tree === "in-addr.arpa" && digits.length === 4) return canonicalAddress(digits.join("."));
  if (tree !== "ip6.arpa" || digits.length !== 32) return undefined;
  if (!digits.every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
  const octets = Uint8Array.from({ length: 16 }, (_, at) =>
    Number.parseInt(`${digits[2 * at]}${digits[2 * at + 1]}`, 16),
  );
  return addressOfOctets(octets);
}

/** Whether `address` lies in `cidr` (`10.96.0.0/12`); a block without a length is that one address. False where either cannot be read. */
export function inCidr(address: string, cidr: string): boolean {
  const slash = cidr.indexOf("/");
  const octets = addressOctets(address);
  const block = addressOctets(slash < 0 ? cidr : cidr.slice(0, slash));
  if (octets === undefined || block === undefined || octets.length !== block.length) return false;
  const bits = slash < 0 ? block.length * 8 : prefixLength(cidr.slice(slash + 1));
  if (bits === undefined || bits > block.length * 8) return false;
  for (let at = 0; at * 8 < bits; at++) {
    const inThisOctet = Math.min(8, bits - at * 8);
    const mask = (0xff00 >> inThisOctet) & 0xff;
    if (((octets[at] as number) & mask) !== ((block[at] as number) & mask)) return false;
  }
  return true;
}

const HEX = "0123456789abcdef";

/** 45 characters is the longest IPv6 text there is (RFC 4291 §2.2 form 3): longer input is not looked at. */
const LONGEST_TEXT = 45;

function prefixLength(text: string): number | undefined {
  return /^(0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : undefined;
}

/** Four numbers up to 255 without leading zeros: there is one spelling for an address. */
const IPV4 =
  /^(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$/;

function ipv4Octets(text: string): Uint8Array | undefined {
  if (!IPV4.test(text)) return undefined;
  const octets = new Uint8Array(4);
  for (let from = 0, to = 0; from < text.length; from++) {
    const code = text.charCodeAt(from);
    if (code === DOT) to++;
    else octets[to] = (octets[to] as number) * 10 + code - ZERO;
  }
  return octets;
}

const DOT = 0x2e;
const ZERO = 0x30;

function ipv6Octets(text: string): Uint8Array | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] as string, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  // "::" stands for at least one group.
  if (halves.length === 1 ? given !== 16 : given > 14) return undefined;
  const octets = new Uint8Array(16);
  octets.set(head);
  octets.set(tail, 16 - tail.length);
  return octets;
}

/** The octets of colon-separated groups; the last may be IPv4 text where the address ends with it. */
function groups(text: string, endsAddress: boolean): number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (part.includes(".")) {
      const ipv4 = endsAddress && at === parts.length - 1 ? ipv4Octets(part) : undefined;
      if (ipv4 === undefined) return undefined;
      octets.push(...ipv4);
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return undefined;
      const group = Number.parseInt(part, 16);
      octets.push(group >> 8, group & 255);
    }
  }
  return octets;
}

/** RFC 5952 §4: the longest run of two or more zero groups is `::`, the first of equals; §5: IPv4-mapped in mixed form. */
function ipv6Text(octets: Uint8Array): string {
  const words: number[] = [];
  for (let at = 0; at < 16; at += 2)
    words.push(((octets[at] as number) << 8) | (octets[at + 1] as number));
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) {
    return `::ffff:${octets.subarray(12).join(".")}`;
  }
  const run = longestZeroRun(words);
  const hex = (some: readonly number[]) => some.map((word) => word.toString(16)).join(":");
  if (run.length < 2) return hex(words);
  return `${hex(words.slice(0, run.start))}::${hex(words.slice(run.start + run.length))}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [at, word] of words.entries()) {
    length = word === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: at - length + 1, length };
  }
  return best;
}
