/**
 * A name as an application typed it, before any search: its octets, its dots, and what each libc refuses of it.
 *
 * @module
 */
import { addressFamily } from "../dns/address.ts";
import { endsInRootDot, labelOctets, type Name, parseName } from "../dns/name.ts";
import type { Libc, StubQuestion } from "./resolver.ts";

export interface Typed {
  /** Without its trailing dot, as typed; `""` is the root. */
  readonly text: string;
  /** The name as it is. */
  readonly name: Name;
  readonly labels: readonly Uint8Array[];
  /** A trailing dot, which says "fully qualified". */
  readonly absolute: boolean;
  /** As a libc counts them against ndots: the trailing one too, those inside a label not. */
  readonly dots: number;
}

/** `text` taken apart; undefined where no libc could put it on the wire (an empty label, over 63, over 253). */
export function readTyped(text: string): Typed | undefined {
  const name = parseName(text);
  if (!name.ok) return undefined;
  const labels = labelOctets(name.value);
  const absolute = endsInRootDot(text);
  return {
    text: absolute ? text.slice(0, -1) : text,
    name: name.value,
    labels,
    absolute,
    dots: labels.length === 0 ? 1 : labels.length - 1 + (absolute ? 1 : 0),
  };
}

/**
 * Why this libc sends nothing at all for such a name, as a sentence without its full stop; undefined where it does.
 *
 * Numeric addresses are refused here because `getaddrinfo` reads them itself: {@link numericAddress}.
 */
export function refusal(typed: Typed, question: StubQuestion, libc: Libc): string | undefined {
  if (libc === "go") {
    if (!question.fromSearch && !isDomainName(typed)) return "Go's isDomainName refuses it";
    // Go 1.19 refuses the whole name (`avoidDNS`, RFC 7686); later versions only the candidates that end so.
    return ONION.test(typed.text) ? "Go leaves .onion to Tor" : undefined;
  }
  if (question.fromSearch || !question.types.some(isAddressType)) return undefined;
  if (numericAddress(question.typed, libc) !== undefined) return "it is a numeric address";
  if (libc === "musl") return typed.text === "" ? "musl refuses the root" : undefined;
  if (!isHostName(typed)) return "glibc's host name check (res_hnok) refuses it";
  const onlyA = !question.types.includes("AAAA");
  if (onlyA && !typed.absolute && DIGITS_AND_DOTS.test(typed.text)) {
    return "glibc takes digits and dots for an IPv4 address, and it is none";
  }
  return undefined;
}

/** The address that `getaddrinfo` reads from `text` without asking anyone (`10.1` is 10.0.0.1 by inet_aton). */
export function numericAddress(text: string, libc: Libc): string | undefined {
  const [bare = "", scope] = text.split("%", 2);
  const family = addressFamily(bare);
  if (family === 6 || (family === 4 && scope === undefined)) return bare;
  return libc === "go" || scope !== undefined ? undefined : inetAton(text);
}

export function isAddressType(type: string): boolean {
  return type === "A" || type === "AAAA";
}

/** glibc `res_hnok`: letters, digits, `-` and `_`, and no `-` at the very start. */
function isHostName({ labels }: Typed): boolean {
  if (labels[0]?.[0] === DASH) return false;
  return labels.every((label) => label.every((octet) => isWord(octet) || octet === DASH));
}

/** Go `isDomainName`: as above, no `-` beside a dot, and not of digits alone. */
function isDomainName({ labels }: Typed): boolean {
  if (labels.length === 0) return true;
  let numeric = true;
  for (const label of labels) {
    if (label[0] === DASH || label.at(-1) === DASH) return false;
    for (const octet of label) {
      if (octet !== DASH && !isWord(octet)) return false;
      numeric &&= octet >= 0x30 && octet <= 0x39;
    }
  }
  return !numeric;
}

function isWord(octet: number): boolean {
  const lower = octet | 0x20;
  return (
    (octet >= 0x30 && octet <= 0x39) || (lower >= 0x61 && lower <= 0x7a) || octet === UNDERSCORE
  );
}

/** inet_aton(3): one to four numbers, decimal, octal or hexadecimal, the last of which fills what is left. */
function inetAton(text: string): string | undefined {
  if (text.length > 64) return undefined;
  const parts = text.split(".");
  if (parts.length > 4 || !parts.every((part) => NUMBER.test(part))) return undefined;
  const numbers = parts.map((part) => Number(OCTAL.test(part) ? `0o${part}` : part));
  const last = numbers.pop() ?? 0;
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) {
    return undefined;
  }
  const low = Array.from(
    { length: 4 - numbers.length },
    (_, at) => Math.floor(last / 256 ** at) % 256,
  );
  return [...numbers, ...low.reverse()].join(".");
}

const ONION = /\.onion$/i;
const DASH = 0x2d;
const UNDERSCORE = 0x5f;
const DIGITS_AND_DOTS = /^[0-9][0-9.]*$/;
const NUMBER = /^(?:0[xX][0-9a-fA-F]{1,16}|0[0-7]{0,22}|[1-9][0-9]{0,20})$/;
const OCTAL = /^0[0-7]+$/;
