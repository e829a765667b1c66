/**
 * One question to one upstream over its transport: an id, a time limit, a second attempt, and what is believed of the reply.
 *
 * @module
 */
import { type Wait, within } from "../cache/time-limit.ts";
import type { Exchange, UpstreamOutcome } from "../coredns/plugin.ts";
import { edeOption } from "../dns/ede.ts";
import type { Message, Question } from "../dns/message.ts";
import { ROOT } from "../dns/name.ts";
import { decodeMessage, encodeMessage } from "../dns/wire.ts";
import type { Budget } from "./budget.ts";
import type { Target } from "./map.ts";
import { believed, faultOf, isUnread } from "./reply.ts";
import type { Carried, DohTransport, TcpTransport } from "./transport.ts";

export interface AskDeps {
  readonly doh?: DohTransport;
  readonly tcp?: TcpTransport;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to below 1: message ids. */
  random(): number;
  readonly wait: Wait;
}

export interface Asked {
  /** The resolver's address, canonical. */
  readonly endpoint: string;
  readonly target: Target;
  readonly question: Question;
  readonly flags: Parameters<Exchange>[2];
  readonly budget: Budget;
  /** What this lookup has asked of this upstream about this question. */
  readonly tally: Tally;
}

export interface Tally {
  sent: number;
  last?: Answered;
}

export type Failure = Extract<UpstreamOutcome, { kind: "failed" }>;

/** The reply holds only what answers the question. */
export type Answered = { readonly kind: "reply"; readonly reply: Message } | Failure;

/**
 * Milliseconds from each attempt to the next, and from the last to the end. Together they leave enough of a lookup's 5 s to ask
 * another upstream. A reply to an earlier attempt still counts: who is slow once is often slow twice.
 */
const ATTEMPTS = [2000, 1000];

/** For an upstream that was silent before in the same lookup: it must not take the other upstreams' time again. */
const AFTER_SILENCE = [300];

/** RFC 9520 §3.1: a query and two repeats of it, however often a stub or a `forward` comes back to this upstream. */
const MOST_SENT = 3;

/** Milliseconds for a health check. */
const CHECK_LIMIT = 2000;

/** Octets: what DNS Flag Day 2020 settled on. It limits nothing here, for TCP and HTTPS have no limit but 65,535. */
const UDP_SIZE = 1232;

/** Asks, and asks once more with another id where nothing or rubbish came back. */
export async function ask(asked: Asked, deps: AskDeps): Promise<Answered> {
  const { tally, budget, endpoint } = asked;
  if (tally.last !== undefined && tally.sent >= MOST_SENT) return tally.last;
  const limits = budget.silent.has(endpoint) ? AFTER_SILENCE : ATTEMPTS;
  tally.last = await attempts(asked, limits.slice(0, MOST_SENT - tally.sent), deps);
  return tally.last;
}

/** Whether the upstream answers at all: the root's name servers are known to every resolver, and no client chose the question. */
export async function isAlive(
  asked: Omit<Asked, "question" | "tally">,
  deps: AskDeps,
): Promise<boolean> {
  const question: Question = { name: ROOT, type: "NS", class: 1 };
  const check = { ...asked, question, tally: { sent: 0 } };
  return (await once(check, deps, CHECK_LIMIT, true)).kind === "reply";
}

async function attempts(asked: Asked, limits: readonly number[], deps: AskDeps): Promise<Answered> {
  const { budget, endpoint } = asked;
  const whole = limits.reduce((sum, limit) => sum + limit, 0);
  const time = Math.min(whole, budget.remaining());
  const end = deps.now() + time;
  let pending: Promise<Answered>[] = [];
  let last: Answered | undefined;
  let edns = true;
  for (const limit of limits) {
    const spent = outOfBudget(asked);
    if (spent !== undefined && pending.length === 0) return last ?? spent;
    if (spent !== undefined) break;
    asked.tally.sent++;
    pending.push(once(asked, deps, end - deps.now(), edns));
    const met = await within(limit, deps.wait, () => firstReply(pending));
    if (met.kind !== "done") continue;
    last = met.value;
    pending = [];
    if (last.kind === "reply") {
      // RFC 6891 §7: a server that has never heard of EDNS says FORMERR, without an OPT of its own.
      if (!edns || !isUnread(last.reply) || last.reply.edns !== undefined) return last;
      edns = false;
    } else if (last.how !== "rubbish") break;
  }
  if (pending.length > 0) last = await firstReply(pending);
  if (last?.kind === "reply" || (last !== undefined && last.how !== "timeout")) return last;
  const did = `did not answer within ${Math.round(time)} ms`;
  if (time < whole) return failed(asked, "budget", `${did}, the last of the lookup's 5 s`);
  budget.silent.add(endpoint);
  return failed(asked, "timeout", did);
}

/** The first that is a reply; where none is, the failure that came last. */
function firstReply(pending: readonly Promise<Answered>[]): Promise<Answered> {
  return new Promise((resolve) => {
    let left = pending.length;
    const met = (answered: Answered): void => {
      left--;
      if (answered.kind === "reply" || left === 0) resolve(answered);
    };
    for (const one of pending) one.then(met);
  });
}

/** Takes one operation out of the budget, or says that there is none. */
function outOfBudget(asked: Asked): Failure | undefined {
  if (asked.budget.remaining() === 0) {
    return failed(asked, "budget", "was not asked: the lookup's 5 s are over");
  }
  if (asked.budget.take("upstream")) return undefined;
  return failed(asked, "budget", "was not asked: the lookup has made its 40 operations");
}

async function once(asked: Asked, deps: AskDeps, limit: number, edns: boolean): Promise<Answered> {
  const { question, flags, endpoint, budget } = asked;
  const query = queryFor(asked, Math.floor(deps.random() * 0x10000), edns);
  const begin = deps.now();
  const limited = await within(limit, deps.wait, (signal) =>
    carry(asked.target, encodeMessage(query), signal, deps),
  );
  budget.note({ name: "upstream", description: endpoint, ms: deps.now() - begin });
  if (limited.kind === "timeout") return failed(asked, "timeout", "did not answer");
  if (limited.kind === "threw") return failed(asked, "unreachable", "could not be asked");
  const carried = limited.value;
  if (!carried.ok) return failed(asked, carried.error.kind, carried.error.why);
  const decoded = decodeMessage(carried.value);
  if (!decoded.ok) return failed(asked, "rubbish", "sent what is no whole DNS message");
  const fault = faultOf(decoded.value, query);
  if (fault !== undefined) return failed(asked, "rubbish", fault);
  const { answer, authority, endless } = believed(decoded.value, question, flags.dnssecOk);
  const reply = { ...decoded.value, question: [question], answer, authority, additional: [] };
  if (endless === undefined) return { kind: "reply", reply };
  return { kind: "reply", reply: unresolved(reply, `${endpoint} ${endless}`) };
}

/** What a resolver says to who asks for an alias that ends nowhere (RFC 9520 §2.5 counts it among the failures). */
export function unresolved(reply: Message, text: string): Message {
  const options = [edeOption({ code: 0, text })];
  const edns = { udpSize: UDP_SIZE, version: 0, dnssecOk: false, options };
  return { ...reply, rcode: "SERVFAIL", answer: [], authority: [], edns };
}

function carry(
  target: Target,
  query: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
  { doh, tcp }: AskDeps,
): Carried {
  if (target.kind === "doh" && doh !== undefined) return doh(target.url, query, signal);
  if (target.kind === "tcp" && tcp !== undefined) return tcp(target.to, query, signal);
  throw new Error(`no transport for ${target.kind}`);
}

function queryFor({ question, flags }: Asked, id: number, edns: boolean): Message {
  const { dnssecOk, checkingDisabled: cd, recursionDesired: rd } = flags;
  return {
    id,
    opcode: 0,
    rcode: "NOERROR",
    flags: { qr: false, aa: false, tc: false, rd, ra: false, ad: false, cd },
    question: [question],
    answer: [],
    authority: [],
    additional: [],
    ...(edns ? { edns: { udpSize: UDP_SIZE, version: 0, dnssecOk, options: [] } } : {}),
  };
}

/** RFC 8914 §4: no reachable authority, network error, other. A lookup's budget ends because nobody answers in time. */
const EDE_OF = { timeout: 22, unreachable: 23, rubbish: 0, budget: 22 } as const;

function failed({ endpoint }: Asked, how: Failure["how"], did: string): Failure {
  const why = `${endpoint} ${did}`;
  return { kind: "failed", how, why, ede: { code: EDE_OF[how], text: why } };
}
