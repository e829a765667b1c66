/**
 * What a plugin is: it answers, or asks `next`, or changes what `next` said by returning a new reply.
 *
 * It writes nothing behind the chain's back, so the trace can never disagree with the answer.
 *
 * @module
 */
import type { Wait } from "../cache/time-limit.ts";
import type { Cluster, Node, Pod } from "../cluster/model.ts";
import type { Ede, Question, Said } from "../dns/message.ts";
import type { Result } from "../result.ts";
import type { Directive } from "./corefile.ts";

/** Where an answer was kept: CoreDNS's `cache` is memory, the outside resolver's is kv. */
export type CacheStatus = "miss" | "memory" | "kv" | "stale" | "off";

/** One plugin's share in a reply, as the trace shows it: `cache miss`, `kubernetes no Service web in prod`. */
export interface Step {
  readonly plugin: string;
  readonly did: string;
}

export interface Reply extends Said {
  /** The plugin that gave the answer, also when it comes from a cache; `server` where no plugin did. */
  readonly source: string;
  readonly cache: CacheStatus;
  /** The address of the resolver that was asked, if forwarded. */
  readonly upstream?: string;
  /** In the order in which the plugins saw the query. */
  readonly steps: readonly Step[];
  /**
   * The plugin gave up with this rcode and wrote no message, so the server writes the reply: CoreDNS's `cache` never
   * sees it. Absent where a plugin answered.
   */
  readonly unwritten?: true;
  /** The client never gets this reply: it waits for its time limit. */
  readonly dropped?: true;
  /** Present where the same question gets this reply from memory again, but for what time and chance do to it. */
  readonly again?: Again;
}

/** How a reply from memory is given again without the chain being asked. */
export interface Again {
  /** Seconds, of every record in this reply. */
  readonly ttl: number;
  /** The same at another time, in milliseconds since 1970; undefined where the chain has to be asked after all. */
  left(now: number): number | undefined;
  /** Puts the records in the order of another reply, as `loadbalance` does; absent where there is only one order. */
  readonly order?: (reply: Reply, context: Pick<Context, "random">) => Reply;
}

export type Next = (question: Question) => Promise<Reply>;

export interface Plugin {
  readonly name: string;
  /**
   * Set where the plugin is not modelled: one of the `chain` sees queries in CoreDNS and here lets them through, a
   * `setting` never sees one (`health`, `bind`, `reload`).
   */
  readonly passedBy?: "chain" | "setting";
  /** Set where another directive of the block speaks for this one: in CoreDNS both are one plugin. */
  readonly spokenFor?: true;
  /** Set where queries and replies go through unchanged: `serve` is not called for them. */
  readonly handsOn?: true;
  /**
   * Set where the plugin minds {@link Reply.again}: it hands on what another says of it only where it would do the same to
   * the same reply at any time. Without it the replies that come through are not given again.
   */
  readonly repeats?: true;
  /**
   * Why the process ended at its start, so that no block answers, for the CoreDNS pod that was asked; undefined where it
   * runs. A sentence without its full stop.
   */
  halts?(context: Pick<Context, "server" | "random">): string | undefined;
  serve(question: Question, context: Context, next: Next): Promise<Reply>;
}

/** Everything of a query that is not its question. */
export interface Context {
  readonly client: { readonly address: string; readonly pod?: Pod };
  /** The address of the CoreDNS pod that the query reached. */
  readonly server: string;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
  readonly recursionDesired: boolean;
  /** The query's AD bit: it asks for AD in the reply without DNSSEC records (RFC 6840 §5.7). */
  readonly authenticData?: boolean;
  /** Go round every cache. */
  readonly cacheOff: boolean;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  readonly exchange: Exchange;
  /** Work that outlives the reply (`waitUntil`). */
  background(work: Promise<unknown>): void;
  /** Absent: a plugin's own time limits never end, only those of the resolvers outside do. */
  readonly wait?: Wait;
  /** Asks the whole server again, from the choice of the server block on; SERVFAIL where {@link DEEPEST} is reached. */
  resolve(question: Question): Promise<Reply>;
  readonly depth: number;
}

export const DEEPEST = 8;

/** Sends a query to a resolver outside the cluster, by its address as the Corefile or resolv.conf has it. */
export type Exchange = (
  address: string,
  question: Question,
  flags: {
    readonly dnssecOk: boolean;
    readonly checkingDisabled: boolean;
    readonly recursionDesired: boolean;
    readonly cacheOff: boolean;
    /** Where `forward` says what the packets inside the cluster go by (`force_tcp`, `prefer_udp`). */
    readonly protocol?: "udp" | "tcp";
  },
) => Promise<UpstreamOutcome>;

export type UpstreamOutcome =
  | (Said & {
      readonly kind: "reply";
      readonly cache: "miss" | "kv" | "off";
      /** What happened on the way that a reader should know: `KV did not answer, taken as a miss`. */
      readonly notes: readonly string[];
      /** The reply as a server inside the cluster gave it, where the address is one's: its source, cache and steps. */
      readonly inner?: Reply;
    })
  /** `ede` is RFC 8914's code that fits: 22 no reachable authority, 23 network error … */
  | {
      readonly kind: "failed";
      readonly why: string;
      readonly ede: Ede;
      readonly how: "timeout" | "unreachable" | "rubbish" | "budget";
      /** What a server inside the cluster did that was reached and sends nothing. */
      readonly steps?: readonly Step[];
    };

/** What a plugin may read when it is built. */
export interface Environment {
  readonly cluster: Cluster;
  /** The node that the CoreDNS pods run on: its resolv.conf is what `forward . /etc/resolv.conf` reads. */
  readonly node: Node | undefined;
  /** The server block's keys, as zones. */
  readonly zones: readonly string[];
  /** How many directives of the same name come behind this one in the block. */
  readonly following?: number;
  /** All directives of the block, in the Corefile's order; absent where a plugin is built alone. */
  readonly directives?: readonly Directive[];
}

/** Builds a plugin from its directive, or says in a sentence without its full stop what is wrong with it. */
export type Setup = (directive: Directive, environment: Environment) => Result<Plugin, SetupError>;

export interface SetupError {
  readonly line: number;
  readonly message: string;
}
