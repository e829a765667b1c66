/**
 * One step of a lookup's story: what happens, why, and where on the way.
 *
 * @module
 */

/** The parts that the talk tells the story in. */
export type Phase = "application" | "libc" | "packet" | "coredns" | "upstream" | "reply" | "result";

/** Where it happens; `server-node` is the node of the server, where that is not the Pod's own. */
export type Place =
  | "application"
  | "libc"
  | "hosts"
  | "resolv.conf"
  | "pod"
  | "node"
  | "conntrack"
  | "server-node"
  | "server"
  | "upstream";

/** What a reader wants to look into at that step. */
export type Focus =
  | "resolv.conf"
  | "hosts"
  | "corefile"
  | "iptables"
  | "conntrack"
  | "cache"
  | "message"
  | "yourself";

/** The page to read on in. */
export interface Source {
  readonly label: string;
  readonly url: string;
}

export interface Seen {
  /** Index in the life's packets. */
  readonly index: number;
  /** Index in its hops. */
  readonly hop: number;
  /** As it was before the host of that hop changed it. */
  readonly before?: true;
}

export interface Step {
  /** Of its own in the story; the same for the same thing in every story: `q0-dnat`. */
  readonly id: string;
  readonly phase: Phase;
  /** A few words. */
  readonly title: string;
  /** What happens and why; `backticks` round what is typed or printed. */
  readonly sentence: string;
  readonly source: Source;
  /** Microseconds since the call. */
  readonly at: number;
  readonly place: Place;
  readonly focus: Focus;
  /** Where in the life's packets it is seen. */
  readonly packet?: Seen;
  /** Index in the life's queries. */
  readonly query?: number;
  /** Index in the life's candidates. */
  readonly candidate?: number;
  /** The chain at work. */
  readonly chain?: string;
  readonly plugin?: string;
  /** Of the plugin, in the Corefile. */
  readonly line?: number;
  /** Where it went well or did not. */
  readonly outcome?: "found" | "not-found" | "failed";
}

/** A step but for what is the same in all steps of one event. */
export type Telling = Omit<Step, "id" | "at" | "query" | "candidate"> & { readonly key: string };
