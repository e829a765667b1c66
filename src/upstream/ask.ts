/**
 * One question to one upstream over its transport: an id, a time limit, a second attempt, and what is believed of the reply.
 *
 * @module
 */
import { type Wait, within } from "../cache/time-limit.ts";
import type { Exchange, UpstreamOutcome } from "../coredns/plugin.ts";
import type { Message, Question } from "../dns/message.ts";
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
}

export type Failure = Extract<UpstreamOutcome, { kind: "failed" }>;

/** The reply holds only what answers the question. */
export type Answered = { readonly kind: "reply"; readonly reply: Message } | Failure;

/** Milliseconds for each attempt. Together they leave enough of a lookup's 5 s to ask another upstream. */
const ATTEMPTS = [2000, 1000];

/** For an upstream that was silent before in the same lookup: it must not take the other upstreams' time again. */
const AFTER_SILENCE = [300];

/** Octets: what DNS Flag Day 2020 settled on. It limits nothing here, for TCP and HTTPS have no limit but 65,535. */
const UDP_SIZE = 1232;

/** Asks, and asks once more with another id where nothing or rubbish came back. */
export async function ask(asked: Asked, deps: AskDeps): Promise<Answered> {
  const { budget, endpoint } = asked;
  const waited: number[] = [];
  let last: Answered | undefined;
  let edns = true;
  for (const attempt of budget.silent.has(endpoint) ? AFTER_SILENCE : ATTEMPTS) {
    const spent = outOfBudget(asked);
    if (spent !== undefined) return last ?? spent;
    const limit = Math.min(attempt, budget.remaining());
    last = await once(asked, deps, limit, edns);
    if (last.kind === "reply") {
      // RFC 6891 §7: a server that has never heard of EDNS says FORMERR, without an OPT of its own.
      if (!edns || !isUnread(last.reply) || last.reply.edns !== undefined) return last;
      edns = false;
    } else if (last.how === "timeout") {
      waited.push(Math.round(limit));
      const did = `did not answer: waited ${waited.join(" ms and ")} ms`;
      if (limit < attempt) return failed(asked, "budget", `${did}, the last of the lookup's 5 s`);
      last = failed(asked, "timeout", did);
    } else if (last.how === "unreachable") {
      return last;
    }
  }
  if (last?.kind === "failed" && last.how === "timeout") budget.silent.add(endpoint);
  return last as Answered;
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
  const { answer, authority } = believed(decoded.value, question, flags.dnssecOk);
  const reply = { ...decoded.value, question: [question], answer, authority, additional: [] };
  return { kind: "reply", reply };
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
