/**
 * A server block's key, `[scheme://]zone[:port]`, and zones as plugins take them: a CIDR block stands for its reverse zones.
 *
 * @module
 */
import { addressOctets } from "../dns/address.ts";
import { describeNameError, fromLabels, key, type Name, parseName } from "../dns/name.ts";
import { err, ok, type Result } from "../result.ts";
import type { BlockKey } from "./corefile.ts";

/** plugin/pkg/transport in CoreDNS. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  dns: 53,
  tls: 853,
  quic: 853,
  grpc: 443,
  https: 443,
  https3: 443,
};

/** `10.0.0.0/22` is four keys; the error is a sentence. */
export function parseKey(text: string): Result<readonly BlockKey[], string> {
  const { scheme, rest } = splitScheme(text);
  const split = splitPort(rest);
  if (!split.ok) return split;
  const zones = parseZones(split.value.host);
  if (!zones.ok) return zones;
  const port = split.value.port ?? (DEFAULT_PORTS[scheme] as number);
  return ok(zones.value.map((zone) => ({ zone, port, scheme })));
}

/** The zones that a plugin's argument stands for, lower case; a port or a scheme is left out as CoreDNS does. */
export function zonesOf(text: string): Result<readonly Name[], string> {
  const parsed = parseKey(text);
  return parsed.ok ? ok(parsed.value.map((one) => one.zone)) : parsed;
}

/** `tls://9.9.9.9` is `tls` and `9.9.9.9`; without a scheme it is `dns`. */
export function splitScheme(text: string): { readonly scheme: string; readonly rest: string } {
  const end = text.indexOf("://");
  const scheme = end < 0 ? "" : text.slice(0, end);
  return Object.hasOwn(DEFAULT_PORTS, scheme)
    ? { scheme, rest: text.slice(end + 3) }
    : { scheme: "dns", rest: text };
}

export function defaultPort(scheme: string): number {
  return DEFAULT_PORTS[scheme] ?? 53;
}

function splitPort(text: string): Result<{ host: string; port?: number }, string> {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return ok({ host: text });
  if (colon === text.length - 1) return err(`expecting data after last colon: received ${text}`);
  const digits = text.slice(colon + 1);
  // No number behind the colon: it belongs to an IPv6 block.
  if (!/^[0-9]+$/.test(digits)) return ok({ host: text });
  const port = Number(digits);
  if (port > 65_535) return err(`a port is a number up to 65535: received ${text}`);
  return ok({ host: text.slice(0, colon), port });
}

function parseZones(text: string): Result<readonly Name[], string> {
  const block = /^([0-9A-Fa-f.:]+)\/([0-9]{1,3})$/.exec(text);
  const octets = block && addressOctets(block[1] as string);
  if (block && octets) return reverseZones(octets, Number(block[2]), text);
  if (text === "") return err("zone is not a valid domain name: received an empty one");
  const zone = parseName(text);
  if (!zone.ok) {
    return err(
      `zone is not a valid domain name: received ${text}: ${describeNameError(zone.error)}`,
    );
  }
  return ok([key(zone.value)]);
}

/** The zones on the next octet (IPv4) or nibble (IPv6) boundary that cover the block (plugin/pkg/cidr in CoreDNS). */
function reverseZones(
  octets: Uint8Array,
  bits: number,
  text: string,
): Result<readonly Name[], string> {
  if (bits > octets.length * 8) return err(`no CIDR block has ${bits} bits: received ${text}`);
  const ipv4 = octets.length === 4;
  const digitBits = ipv4 ? 8 : 4;
  const digits = Math.ceil(bits / digitBits);
  const free = digits * digitBits - bits;
  const values = ipv4 ? [...octets] : [...octets].flatMap((octet) => [octet >> 4, octet & 15]);
  const tree = ipv4 ? ["in-addr", "arpa"] : ["ip6", "arpa"];
  if (digits === 0) return ok([fromLabels(tree)]);
  const upper = values.slice(0, digits - 1);
  const first = ((values[digits - 1] as number) >> free) << free;
  const zones: Name[] = [];
  for (let offset = 0; offset < 2 ** free; offset++) {
    const labels = [...upper, first + offset].map((value) => value.toString(ipv4 ? 10 : 16));
    zones.push(fromLabels([...labels.reverse(), ...tree]));
  }
  return ok(zones);
}
