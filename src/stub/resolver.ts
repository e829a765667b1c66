/**
 * What a stub resolver is, whichever libc it comes from: a machine that is stepped.
 *
 * It yields the queries that it sends together; it is resumed with one {@link Outcome} for each, in the same
 * order; it returns what `getaddrinfo` would. It reads no clock: times are modelled, in milliseconds since the call.
 *
 * @module
 */
import type { Rcode, RRType } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";

export const LIBCS = ["glibc", "musl", "go"] as const;
export type Libc = (typeof LIBCS)[number];

/** /etc/resolv.conf as it stands in the file: nothing capped, nothing defaulted; options are its words (`ndots:5`). */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** One thing that an application asked for. */
export interface StubQuestion {
  /** As typed, escapes in presentation form; a trailing dot means fully qualified. */
  readonly typed: string;
  /** `["A", "AAAA"]` is getaddrinfo with AF_UNSPEC; `["A"]` AF_INET; another type is `res_search`. */
  readonly types: readonly RRType[];
  /**
   * The type that the caller wants to see, of a pair. It is then sent first, and its sibling only where the
   * libc's outcome hangs on it. Without it both are sent, as the libc does.
   */
  readonly wanted?: RRType;
  /**
   * Whether the reply to this query came from a server that gives every type of a name the same rcode, so that
   * its sibling need not be asked where only a differing rcode could matter: after NXDOMAIN (glibc, Go), after data
   * (musl). Absent: NXDOMAIN is taken to count for the name (RFC 8020), data is not.
   */
  readonly consistent?: (query: StubQuery) => boolean;
  /**
   * The question comes from a DNS client, behind what `getaddrinfo` does before DNS: numeric addresses are names, and
   * no name is refused for its characters.
   */
  readonly fromSearch?: boolean;
}

/** A name that may be sent, and why it stands where it does in the list. */
export interface Candidate {
  /** Undefined where the name cannot be encoded (over 255 octets, a label over 63, an empty label). */
  readonly name: Name | undefined;
  /** The typed name and the suffix as they are joined, with the trailing dot. */
  readonly text: string;
  /** The search domain that was appended; undefined for the name as it is. */
  readonly suffix?: string;
  /** A sentence without its full stop. */
  readonly reason: string;
}

export interface StubQuery {
  readonly qname: Name;
  readonly qtype: RRType;
  /** Index in {@link Candidate}s. */
  readonly candidate: number;
  /** Index in the nameservers that the libc uses. */
  readonly server: number;
  /** Counts the sockets (source ports) that the lookup opened, from 0. */
  readonly socket: number;
  /** From 1; how often this query has been sent. */
  readonly attempt: number;
  readonly protocol: "udp" | "tcp";
  /** Milliseconds since the call, on the modelled clock. */
  readonly at: number;
  /** Milliseconds that the libc waits for the reply before it goes on. */
  readonly limit: number;
}

export type Outcome =
  /**
   * `answers` counts the records of the asked type behind the CNAME chain; 0 with NOERROR is NODATA.
   * `records` counts the whole answer section, and is `answers` if absent: a CNAME that leads to no record
   * of the type ends glibc's search.
   */
  | {
      readonly kind: "reply";
      readonly rcode: Rcode;
      readonly answers: number;
      readonly records?: number;
    }
  | { readonly kind: "timeout" }
  /** ICMP port unreachable: ECONNREFUSED on a connected UDP socket. */
  | { readonly kind: "unreachable" };

/** The libc's own word, as its `<netdb.h>` or Go's `net` has it. */
export interface StubError {
  readonly word:
    | "EAI_NONAME"
    | "EAI_NODATA"
    | "EAI_AGAIN"
    | "EAI_FAIL"
    | "no such host"
    | "server misbehaving"
    | "i/o timeout"
    | "connection refused";
  /** What `gai_strerror` or Go's error prints. */
  readonly text: string;
}

export type StubResult =
  /** `by`: the query that was answered with data (the wanted type's, where both were). */
  | { readonly kind: "found"; readonly by: StubQuery }
  /**
   * `by`: the query whose outcome decided the error; undefined where nothing was sent.
   * `ended`: the search stopped at `by` because of what it said (musl at NODATA), with candidates left or not.
   */
  | {
      readonly kind: "failed";
      readonly error: StubError;
      readonly by?: StubQuery;
      readonly ended: boolean;
    };

export type StubMachine = Generator<readonly StubQuery[], StubResult, readonly Outcome[]>;

/** A libc: its candidates and its machine, both pure functions of what was typed and of resolv.conf. */
export interface Stub {
  readonly libc: Libc;
  /** As `/life` says it: `glibc 2.36`. */
  readonly version: string;
  candidates(question: StubQuestion, conf: ResolvConf): readonly Candidate[];
  /** What the libc makes of resolv.conf's options: caps applied, with a note for each value that was capped. */
  settings(conf: ResolvConf): StubSettings;
  run(question: StubQuestion, conf: ResolvConf): StubMachine;
}

export interface StubSettings {
  readonly ndots: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly attempts: number;
  /** The nameservers that are used, at most three; an absent list is `127.0.0.1`. */
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly rotate: boolean;
  readonly singleRequest: boolean;
  readonly singleRequestReopen: boolean;
  readonly useVc: boolean;
  readonly noAaaa: boolean;
  readonly notes: readonly string[];
}
