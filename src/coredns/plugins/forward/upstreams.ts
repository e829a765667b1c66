/**
 * The upstreams of a `forward`: addresses, or the nameservers of a file such as /etc/resolv.conf (HostPortOrFile in
 * plugin/pkg/parse in CoreDNS).
 *
 * @module
 */
import { addressFamily, canonicalAddress } from "../../../dns/address.ts";
import { ok, type Result } from "../../../result.ts";
import { wrong } from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import { absolute } from "../../imports.ts";
import { defaultPort, splitScheme } from "../../keys.ts";
import type { Environment, SetupError } from "../../plugin.ts";

/** What a node's resolv.conf is where the cluster's dump does not say. */
const ASSUMED_RESOLV_CONF = "nameserver 192.0.2.53";

const TRANSPORTS: ReadonlySet<string> = new Set(["dns", "tls", "https"]);

export function upstreamsOf(
  directive: Directive,
  targets: readonly string[],
  environment: Environment,
): Result<readonly string[], SetupError> {
  const found: string[] = [];
  for (const target of targets) {
    const { scheme, rest } = splitScheme(target);
    // `tls://9.9.9.9%dns.quad9.net` names the server's certificate, `fe80::1%eth0` an interface.
    const address = socketAddress(rest.replace(/%[^:\]]*/, ""), defaultPort(scheme));
    if (address !== undefined) {
      if (!TRANSPORTS.has(scheme)) {
        const known = [...TRANSPORTS].join(", ");
        return wrong(directive, `forward asks by ${known}, not by ${scheme}: received ${target}`);
      }
      found.push(address);
      continue;
    }
    const text = fileText(rest, environment);
    if (text === undefined)
      return wrong(directive, `not an IP address or file: received ${target}`);
    const nameservers = nameserversOf(text);
    if (nameservers.length === 0) return wrong(directive, `no nameservers found in ${rest}`);
    found.push(...nameservers);
  }
  return ok(found);
}

/** `ip` for port 53, else `ip:port`, with brackets around IPv6; undefined where `text` is no address. */
function socketAddress(text: string, defaultTo: number): string | undefined {
  const [, bracketed, behind = ""] = /^\[([^\]]*)\](?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const [, host, port] = /^([^:]*):([0-9]{1,5})$/.exec(text) ?? [];
  const address = canonicalAddress(bracketed ?? host ?? text);
  if (address === undefined) return undefined;
  const number = Number(bracketed === undefined ? (port ?? defaultTo) : behind || defaultTo);
  if (number > 65_535) return undefined;
  if (number === 53) return address;
  return addressFamily(address) === 6 ? `[${address}]:${number}` : `${address}:${number}`;
}

/** The pods of CoreDNS have `dnsPolicy: Default`: their /etc/resolv.conf is the node's. */
function fileText(path: string, environment: Environment): string | undefined {
  const full = absolute(path);
  if (full === "/etc/resolv.conf") return environment.node?.resolvConf ?? ASSUMED_RESOLV_CONF;
  const { corednsFiles, corednsCustom } = environment.cluster;
  for (const [folder, files] of [
    ["/etc/coredns", corednsFiles],
    ["/etc/coredns/custom", corednsCustom],
  ] as const) {
    for (const [name, text] of files) if (`${folder}/${name}` === full) return text;
  }
  return undefined;
}

/** resolv.conf(5): every `nameserver` line; what is no address is left out. */
function nameserversOf(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [word, address] = line.trim().split(/\s+/, 2);
    const known = word === "nameserver" && canonicalAddress((address ?? "").replace(/%.*$/, ""));
    return known ? [known] : [];
  });
}
