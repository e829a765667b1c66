/**
 * `NDOTS_UPSTREAMS`: which transport stands behind the address of a resolver outside the cluster.
 *
 * A JSON object, resolver address to transport: `{"10.0.0.2": "https://dns.example.org/dns-query", "10.0.0.3": "tcp://192.0.2.53:53",
 * "*": "zone:internet"}`. `*` stands for every address that is not named. An address may carry a port (`10.0.0.2:5353`, `[2001:db8::53]:5353`).
 *
 * @module
 */
import { canonicalAddress } from "../dns/address.ts";
import { err, ok, type Result } from "../result.ts";
import type { TcpAddress } from "./transport.ts";

/** `id` is the same for the same transport, and different for different ones. */
export type Target =
  | { readonly kind: "doh"; readonly id: string; readonly url: string }
  | { readonly kind: "tcp"; readonly id: string; readonly to: TcpAddress }
  | { readonly kind: "internet"; readonly id: "zone:internet" };

/** By {@link canonicalEndpoint}, and by `*`. */
export type UpstreamMap = ReadonlyMap<string, Target>;

const INTERNET: Target = { kind: "internet", id: "zone:internet" };

const DEFAULT: UpstreamMap = new Map([["*", INTERNET]]);

/**
 * Reads the variable; absent or empty is `{"*": "zone:internet"}`.
 *
 * @returns the map, or a sentence without its full stop, to go after the variable's name
 */
export function parseUpstreams(text: string | undefined): Result<UpstreamMap, string> {
  if (text === undefined || text.trim() === "") return ok(DEFAULT);
  const json = parseJson(text);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return err(`takes a JSON object, resolver address to transport: received ${shown(text)}`);
  }
  const map = new Map<string, Target>();
  for (const [key, value] of Object.entries(json)) {
    const at = `[${shown(key)}]`;
    const address = key === "*" ? key : canonicalEndpoint(key);
    if (address === undefined) {
      return err(`${at}: the key is an IP address, with or without a port, or *`);
    }
    if (map.has(address)) return err(`${at}: ${address} stands there twice`);
    const target = typeof value === "string" ? parseTarget(value) : undefined;
    if (target === undefined) {
      return err(
        `${at} takes https://…, tcp://host:port or zone:internet: received ${shown(value)}`,
      );
    }
    map.set(address, target);
  }
  return ok(map);
}

/** The transport for `address` as a Corefile or a resolv.conf has it (`10.0.0.2`, `10.0.0.2:5353`), or undefined. */
export function targetOf(map: UpstreamMap, address: string): Target | undefined {
  const endpoint = canonicalEndpoint(address);
  return endpoint === undefined ? undefined : (map.get(endpoint) ?? map.get("*"));
}

/** One spelling for an address with or without a port: RFC 5952, port 53 left out, IPv6 in brackets where a port follows. */
export function canonicalEndpoint(text: string): string | undefined {
  const bare = canonicalAddress(text);
  if (bare !== undefined) return bare;
  const match = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}))(?::([0-9]{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const [, v6, v4, portText = "53"] = match;
  const address = canonicalAddress(v6 ?? v4 ?? "");
  const port = Number(portText);
  if (address === undefined || address.includes(":") !== (v6 !== undefined)) return undefined;
  if (port < 1 || port > 0xffff) return undefined;
  if (port === 53) return address;
  return v6 === undefined ? `${address}:${port}` : `[${address}]:${port}`;
}

function parseTarget(text: string): Target | undefined {
  if (text === "zone:internet") return INTERNET;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "") return undefined;
  if (url.username !== "" || url.password !== "" || url.hash !== "") return undefined;
  if (url.protocol === "https:") return { kind: "doh", id: url.href, url: url.href };
  if (url.protocol !== "tcp:" || url.search !== "" || url.pathname.length > 1) return undefined;
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  if (!/^[A-Za-z0-9:._-]+$/.test(hostname) || url.port === "0") return undefined;
  const port = url.port === "" ? 53 : Number(url.port);
  return { kind: "tcp", id: `tcp://${url.hostname}:${port}`, to: { hostname, port } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What was received, short enough for a sentence. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
