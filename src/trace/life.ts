/**
 * The life of a lookup: everything that happened for one call of an application, as `/life` gives it.
 *
 * Plain JSON values, so that the page, a terminal and a script draw the same account; its JSON Schema is
 * `life.schema.json`. Times are modelled, on a clock that starts with the call: what a libc waits counts as its limits
 * say, what a packet takes on its way is one microsecond an interface, and the order is true.
 *
 * @module
 */

import type { Name } from "../dns/name.ts";
import type { BeforeDns } from "../stub/before-dns.ts";
import type { JsonQuery } from "./json.ts";

export interface Life {
  /** Of this form; a change that breaks readers counts it up. */
  readonly version: 1;
  readonly asked: LifeAsked;
  readonly vantage: LifeVantage;
  /** What kubelet wrote into the Pod. */
  readonly files: {
    /** With this lookup's `ndots` and `search` in place of the Pod's own. */
    readonly resolvConf: string;
    readonly hosts: string;
  };
  /** The warnings that `kubectl describe pod` shows, in kubelet's words. */
  readonly events: readonly { readonly reason: string; readonly message: string }[];
  readonly settings: LifeSettings;
  /** What the libc did before it asked DNS; a lookup may end here. */
  readonly before: BeforeDns["steps"];
  /** In the libc's order; empty where the lookup ended before DNS. */
  readonly candidates: readonly LifeCandidate[];
  /** In the order in which they were sent. */
  readonly queries: readonly LifeQuery[];
  /** In the order of time: what the queries, and the servers' own, put on the wire. */
  readonly packets: readonly LifePacket[];
  /** What connection tracking keeps on each node when the lookup has ended; nodes without entries are left out. */
  readonly conntrack: readonly LifeConntrack[];
  readonly coredns: LifeCoreDns;
  readonly result: LifeResult;
  readonly cost: LifeCost;
  /** Ways to ask for less; empty where no query was wasted. */
  readonly advice: readonly LifeAdvice[];
  /** What is assumed, left out or worth knowing; sentences without their full stop. */
  readonly notes: readonly string[];
}

export interface LifeAsked {
  /** As typed. */
  readonly name: string;
  /** The call that asks so: `getaddrinfo`; `res_search` for other types than A and AAAA. */
  readonly call: "getaddrinfo" | "res_search";
  readonly family?: "4" | "6" | "any";
  readonly types: readonly string[];
  /** Draws every choice of this account again. */
  readonly seed: number;
  /** As in the option `fault`. */
  readonly fault?: string;
  /** The path and query that give this account again, from the first slash on. */
  readonly self: string;
}

export interface LifeVantage {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  /** The Pod is not among the cluster's. */
  readonly madeUp: boolean;
  readonly node?: string;
  readonly address: string;
  readonly dnsPolicy: string;
  readonly hostNetwork: boolean;
  /** `glibc`, `musl` or `go`, and as recorded: `glibc 2.36`. */
  readonly libc: string;
  readonly libcVersion: string;
}

/** What the libc makes of resolv.conf: caps applied. */
export interface LifeSettings {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly attempts: number;
  /** Those that are on: `rotate`, `single-request`, `single-request-reopen`, `use-vc`, `no-aaaa`. */
  readonly flags: readonly string[];
  readonly notes: readonly string[];
}

export interface LifeCandidate {
  /** With its trailing dot, also where it cannot be sent. */
  readonly name: string;
  /** The search domain that was appended; absent for the name as it is. */
  readonly suffix?: string;
  readonly reason: string;
  /** `unsent`: the libc had its result before, or the name cannot be sent. */
  readonly outcome: "found" | "NXDOMAIN" | "NODATA" | "failed" | "unsent";
}

/** A query of the Pod's: the trace's fields, and how it went out. */
export interface LifeQuery extends JsonQuery {
  /** From 0: its place in {@link Life.queries}, and in {@link LifePacket.query}. */
  readonly index: number;
  /** Index in {@link Life.candidates}. */
  readonly candidate: number;
  /** The nameserver's address. */
  readonly server: string;
  readonly protocol: "udp" | "tcp";
  /** Of the socket; queries with the same one share a conntrack entry. */
  readonly port: number;
  /** Milliseconds since the call. */
  readonly at: number;
  /** Milliseconds that the libc waited in vain. */
  readonly waited?: number;
  /** The CoreDNS pod or other server that the packet reached: its address. */
  readonly reached?: string;
  /** Records of the reply as zone-file lines; empty where none came. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** The DNS messages in base64, as the Pod sent and got them. */
  readonly request: string;
  readonly reply?: string;
}

export interface LifePacket {
  /** Microseconds since the call, at its first interface. */
  readonly at: number;
  /** The query of the Pod's that it belongs to. */
  readonly query: number;
  /** `query` and `reply` carry a DNS message, `tcp` is a segment without one, `icmp` an error. */
  readonly kind: "query" | "reply" | "tcp" | "icmp";
  /** `pod`: between the Pod and its nameserver; `server`: a server's own, to the next one. */
  readonly leg: "pod" | "server";
  readonly protocol: string;
  /** Of a TCP segment: `SYN`, `ACK`, `PSH`, `FIN`, `RST`. */
  readonly flags?: readonly string[];
  /** Of the DNS message: `api.example.com. A`; of two in one TCP segment `… A, … AAAA`. */
  readonly question?: string;
  readonly rcode?: string;
  /** DNS id. */
  readonly id?: number;
  readonly hops: readonly LifeHop[];
  readonly end: LifeEnd;
}

/** The packet on an interface, and what became of it in that host before it was seen there. */
export interface LifeHop {
  /** `default/client`, a node's name, an address outside. */
  readonly host: string;
  readonly device: string;
  readonly towards: "out" | "in";
  /** `10.244.2.5:35890`; the bare address in ICMP. */
  readonly src: string;
  readonly dst: string;
  /** IPv4's TTL or IPv6's hop limit. */
  readonly ttl: number;
  /** Those that matched, in order; empty on arrival. */
  readonly rules: readonly LifeRule[];
  readonly rewrites: readonly LifeRewrite[];
  /** As `-m conntrack` has it: `NEW`, `ESTABLISHED` …; absent on arrival and where nothing tracks. */
  readonly state?: string;
  readonly note?: string;
}

export interface LifeRule {
  readonly hook: string;
  readonly table: string;
  readonly chain: string;
  /** As `iptables-save` prints it. */
  readonly rule: string;
}

export interface LifeRewrite {
  readonly hook: string;
  readonly half: "src" | "dst";
  readonly from: string;
  readonly to: string;
  /** The chain of the rule that decided it; `conntrack` where an earlier packet of the flow met it. */
  readonly by: string;
}

export interface LifeEnd {
  readonly kind: "delivered" | "dropped" | "rejected" | "lost";
  readonly host: string;
  /** Of the last host, where no interface shows them: those that led to the end. */
  readonly rules: readonly LifeRule[];
  readonly rewrites: readonly LifeRewrite[];
  readonly state?: string;
  /** A sentence without its full stop; absent where it was delivered. */
  readonly why?: string;
}

export interface LifeConntrack {
  readonly host: string;
  /** As `conntrack -L` prints them. */
  readonly entries: readonly string[];
}

export interface LifeCoreDns {
  readonly version: string;
  readonly corefile: string;
  /** Where each plugin of the blocks stands in the Corefile: `{plugin: "cache", line: 14}`, in the order of the chain. */
  readonly plugins: readonly {
    readonly block: string;
    readonly plugin: string;
    readonly line: number;
  }[];
}

export type LifeResult =
  | {
      readonly kind: "found";
      /** Addresses in the order of the replies, IPv4 first; zone-file lines for other types. */
      readonly answers: readonly string[];
      /** The name that had them; absent where it was found before DNS. */
      readonly name?: Name;
    }
  | {
      readonly kind: "failed";
      /** `EAI_NONAME`, `no such host` … */
      readonly error: string;
      readonly text: string;
    };

export interface LifeCost {
  /** That the libc sent, repeats included. */
  readonly queries: number;
  /** For names other than the one that decided. */
  readonly wasted: number;
  /** Between the Pod and its nameservers, both ways. */
  readonly packets: number;
  /** Queries whose answer is a resolver's outside the cluster, from a cache or not. */
  readonly upstream: number;
  /** Milliseconds until the call returns, as far as the libc's own waits make it. */
  readonly ms: number;
}

export interface LifeAdvice {
  readonly kind: "trailing-dot" | "full-name" | "ndots" | "autopath";
  /** What to do: `type api.example.com.`. */
  readonly how: string;
  /** The path and query of that lookup's own account; absent where the cluster would have to change. */
  readonly self?: string;
  readonly cost: LifeCost;
  /** Whether the same answers come back. */
  readonly same: boolean;
  readonly caution: string;
}
