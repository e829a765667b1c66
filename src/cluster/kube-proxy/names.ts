/**
 * The names of kube-proxy's chains: a prefix, and a hash of what the chain is for.
 *
 * The hash is SHA-256 in base32, cut to 16 characters, since iptables takes no more than 28 for a chain
 * (`portProtoHash` and `servicePortEndpointChainName` in `pkg/proxy/iptables/proxier.go`).
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { endpointText } from "../../packet/packet.ts";

/** The chains of one port of a Service. */
export interface ServiceChains {
  /** KUBE-SVC: all endpoints. */
  readonly cluster: string;
  /** KUBE-SVL: those on this node. */
  readonly local: string;
  /** KUBE-EXT: what comes to an external address or a node port. */
  readonly external: string;
  /** KUBE-FW: `loadBalancerSourceRanges`. */
  readonly firewall: string;
}

/** `name` is `namespace/service:port`, `protocol` in small letters. */
export function serviceChains(name: string, protocol: string): ServiceChains {
  const hash = shortHash(name + protocol);
  return {
    cluster: `KUBE-SVC-${hash}`,
    local: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
}

export function endpointChain(
  name: string,
  protocol: string,
  address: string,
  port: number,
): string {
  return `KUBE-SEP-${shortHash(name + protocol + endpointText(address, port))}`;
}

const UTF8 = new TextEncoder();
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LENGTH = 16;

/** 16 characters of base32 (RFC 4648 §6) are the first 10 octets. */
function shortHash(text: string): string {
  const octets = sha256(UTF8.encode(text));
  let hash = "";
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = (held << 8) | octet;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      hash += BASE32[(held >> bits) & 31];
      held &= (1 << bits) - 1;
    }
    if (hash.length >= LENGTH) break;
  }
  return hash.slice(0, LENGTH);
}
