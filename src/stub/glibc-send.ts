/**
 * glibc's `__res_context_send`: one name, its one or two types, over the servers in turn.
 *
 * Source: `resolv/res_send.c` of glibc 2.36 (`send_dg`, `send_vc`).
 *
 * @module
 */

import type { Rcode, RRType } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import { type Answered, settles } from "./outcome.ts";
import type { Outcome, StubQuery, StubQuestion, StubSettings } from "./resolver.ts";
import type { Sender } from "./sender.ts";

/** What lasts through a lookup: the modes that glibc falls back to once a reply of a pair was lost stay on. */
export interface Session {
  readonly settings: StubSettings;
  readonly sender: Sender;
  /** Milliseconds. */
  at: number;
  singleRequest: boolean;
  reopen: boolean;
  /** Where `rotate` begins. glibc's first is random; here it is the first server. */
  offset: number;
}

/** A name to send, with its types in the libc's order. */
export interface Sending {
  readonly qname: Name;
  readonly candidate: number;
  readonly types: readonly RRType[];
  /** The type of the pair that may go alone; see `StubQuestion.wanted`. */
  readonly wanted: RRType | undefined;
  readonly consistent?: NonNullable<StubQuestion["consistent"]>;
}

export interface Sent {
  /** The replies that glibc keeps, first received first; empty where no server gave any. */
  readonly kept: readonly Answered[];
  /** As `errno` is left: `refused` where no server could be reached, `timeout` where one was. */
  readonly errno: "none" | "refused" | "timeout";
  /** The rcode in the buffer of the first reply, also of one that was not kept; NOERROR at the start. */
  readonly rcode: Rcode;
  /** The last query of the wanted type, else the last of all. */
  readonly last: StubQuery | undefined;
}

type Asking<T> = Generator<readonly StubQuery[], T, readonly Outcome[]>;

export function* send(sending: Sending, session: Session): Asking<Sent> {
  const { settings } = session;
  const count = settings.nameservers.length;
  const offset = settings.rotate ? session.offset++ % count : 0;
  const talk: Talk = { ...sending, session, sockets: new Map(), rcode: "NOERROR" };
  let errno: Sent["errno"] = "refused";
  // By TCP each server is tried once.
  const attempts = settings.useVc ? Math.min(1, settings.attempts) : settings.attempts;
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (let shift = 0; shift < count; shift++) {
      const server = (offset + shift) % count;
      const { kept, heard } = settings.useVc
        ? yield* sendVc(talk, server)
        : yield* sendDg(talk, server);
      if (kept.length > 0) return { kept, errno: "none", rcode: talk.rcode, last: talk.last };
      if (heard) errno = "timeout";
      else if (settings.useVc) errno = "refused";
    }
  }
  return { kept: [], errno, rcode: talk.rcode, last: talk.last };
}

/** One call's state. */
interface Talk extends Sending {
  readonly session: Session;
  /** By server, as long as they are open. */
  readonly sockets: Map<number, number>;
  rcode: Rcode;
  last?: StubQuery;
}

/** What one server gave. `heard`: not refused by ICMP (`gotsomewhere`). */
interface Turn {
  readonly kept: readonly Answered[];
  readonly heard: boolean;
}

const NEXT_SERVER: Turn = { kept: [], heard: true };
const REFUSED: Turn = { kept: [], heard: false };

/** UDP. Where one reply of a pair is lost, the same server is asked again, one by one, then by new sockets. */
function* sendDg(talk: Talk, server: number): Asking<Turn> {
  const { session } = talk;
  for (;;) {
    const oneByOne = session.singleRequest || session.reopen;
    const replies =
      oneByOne && talk.types.length > 1
        ? yield* askInTurn(talk, server)
        : yield* askTogether(talk, server);
    keepRcode(talk, replies);
    if (replies.some(({ outcome }) => outcome.kind === "unreachable")) {
      talk.sockets.clear();
      return replies.some(({ outcome }) => outcome.kind === "reply") ? NEXT_SERVER : REFUSED;
    }
    const good = replies.filter(isGood);
    if (!replies.some(({ outcome }) => outcome.kind === "timeout")) {
      if (good.length === 0 && (talk.types.length === 1 || oneByOne)) talk.sockets.clear();
      return { kept: good, heard: true };
    }
    session.at += timeLimit(session.settings, server);
    if (good.length === 0) return NEXT_SERVER;
    if (session.reopen) return { kept: good, heard: true };
    if (session.singleRequest) {
      session.reopen = true;
      talk.sockets.clear();
    }
    session.singleRequest = true;
  }
}

/** Both types of a pair at once; the wanted one alone where its reply settles the name. */
function* askTogether(talk: Talk, server: number): Asking<readonly Answered[]> {
  const { types, wanted } = talk;
  if (wanted === undefined) return yield* exchange(talk, server, types);
  const own = yield* exchange(talk, server, [wanted]);
  if (own.some((one) => settles(one, talk))) return own;
  const siblings = types.filter((type) => type !== wanted);
  const both = [...own, ...(yield* exchange(talk, server, siblings))];
  return both.sort((a, b) => (a.query.qtype < b.query.qtype ? -1 : 1));
}

/** `single-request`: the second type only once the first is answered; `-reopen`: by a new socket. */
function* askInTurn(talk: Talk, server: number): Asking<readonly Answered[]> {
  const [first, second] = talk.types as readonly [RRType, RRType];
  const own = yield* exchange(talk, server, [first]);
  if (!own.every(isGood) || (talk.wanted === first && own.some((one) => settles(one, talk))))
    return own;
  if (talk.session.reopen) talk.sockets.clear();
  return [...own, ...(yield* exchange(talk, server, [second]))];
}

/** TCP: both types by one connection, and every rcode is an answer. */
function* sendVc(talk: Talk, server: number): Asking<Turn> {
  const replies = yield* askTogether(talk, server);
  keepRcode(talk, replies);
  talk.sockets.clear();
  if (replies.every(({ outcome }) => outcome.kind === "reply"))
    return { kept: replies, heard: true };
  if (replies.some(({ outcome }) => outcome.kind === "unreachable")) return REFUSED;
  talk.session.at += CONNECT_TIMEOUT;
  return NEXT_SERVER;
}

function* exchange(
  talk: Talk,
  server: number,
  types: readonly RRType[],
): Asking<readonly Answered[]> {
  const { session, sockets, qname, candidate } = talk;
  const socket = sockets.get(server) ?? session.sender.open();
  sockets.set(server, socket);
  const protocol = session.settings.useVc ? "tcp" : "udp";
  const { at, settings } = session;
  const limit = settings.useVc ? CONNECT_TIMEOUT : timeLimit(settings, server);
  const batch = types.map((qtype) =>
    session.sender.query({ qname, qtype, candidate, server, socket, at, limit, protocol }),
  );
  for (const query of batch) {
    if (talk.wanted === undefined || query.qtype === talk.wanted) talk.last = query;
  }
  const outcomes = yield batch;
  return batch.map((query, index) => ({ query, outcome: outcomes[index] ?? { kind: "timeout" } }));
}

/** The first reply of a pair lies in the buffer whose rcode is looked at later; the second has one of its own. */
function keepRcode(talk: Talk, replies: readonly Answered[]): void {
  for (const { outcome } of replies) {
    if (outcome.kind !== "reply") continue;
    talk.rcode = outcome.rcode;
    return;
  }
}

/** SERVFAIL, NOTIMP and REFUSED send glibc to the next server; every other rcode is an answer. */
function isGood({ outcome }: Answered): boolean {
  return outcome.kind === "reply" && !NEXT_RCODES.has(outcome.rcode);
}

/** Milliseconds that a server has; with several, later ones in the list have `2^n / count` of `timeout`. */
function timeLimit({ timeout, nameservers }: StubSettings, server: number): number {
  const seconds = (timeout / 1000) * 2 ** server;
  const share = server === 0 ? seconds : Math.floor(seconds / nameservers.length);
  return Math.max(share, 1) * 1000;
}

const NEXT_RCODES: ReadonlySet<Rcode> = new Set(["SERVFAIL", "NOTIMP", "REFUSED"]);

/** What Linux gives a connect: six repeats of the SYN (`tcp_syn_retries` in ip-sysctl.rst). */
const CONNECT_TIMEOUT = 131_000;
