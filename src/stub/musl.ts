/**
 * musl 1.2.3's stub resolver.
 *
 * All servers are asked at once, and asked again when half the time (`attempts:2`) has gone; an answer is NOERROR
 * or NXDOMAIN, SERVFAIL is asked again at once, every other rcode is not heard, and neither is ICMP. The search goes
 * on at NXDOMAIN only, of either type. Sources: `src/network/lookup_name.c`, `res_msend.c`, `res_send.c`.
 *
 * @module
 */

import type { RRType } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import {
  type Answered,
  failed,
  hasData,
  isNodata,
  isNxdomain,
  splitPair,
  wantedFirst,
} from "./outcome.ts";
import type {
  Outcome,
  ResolvConf,
  Stub,
  StubError,
  StubMachine,
  StubQuery,
  StubQuestion,
  StubResult,
  StubSettings,
} from "./resolver.ts";
import { planSearch } from "./search.ts";
import { createSender, type Sender } from "./sender.ts";
import { readSettings } from "./settings.ts";
import { createStub } from "./stub.ts";
import { isAddressType } from "./typed.ts";

export const musl: Stub = createStub("musl", "musl 1.2.3", run);

function* run(question: StubQuestion, conf: ResolvConf): StubMachine {
  const settings = readSettings(conf, "musl");
  const sender = createSender();
  let at = 0;
  let last: StubQuery | undefined;
  for (const [candidate, planned] of planSearch(question, settings, "musl").entries()) {
    if (planned.unsent === "skip") continue;
    const qname = planned.candidate.name;
    if (planned.unsent === "unanswered") return failed(TRY_AGAIN, undefined, true);
    if (planned.unsent !== undefined || qname === undefined) return failed(NO_NAME, last, true);
    const name: Lookup = { qname, candidate, at, socket: sender.open(), settings, sender };
    const replies = yield* askName(name, question);
    const result = judge(replies, question);
    if (result.kind !== "nxdomain") return result.value;
    last = result.by;
    at = Math.max(at, ...replies.map(({ until }) => until));
  }
  return failed(NO_NAME, last, false);
}

/** One candidate on its way through `res_msend`. */
interface Lookup {
  readonly qname: Name;
  readonly candidate: number;
  /** Milliseconds. */
  readonly at: number;
  readonly socket: number;
  readonly settings: StubSettings;
  readonly sender: Sender;
}

/** What came of one type: the reply that counts, or none within the time limit. */
interface TypeReply {
  readonly type: RRType;
  readonly reply: Answered | undefined;
  /** The last query that was sent; undefined where `timeout:0` sent none. */
  readonly last: StubQuery | undefined;
  /** Milliseconds. */
  readonly until: number;
}

type Asking = Generator<readonly StubQuery[], readonly TypeReply[], readonly Outcome[]>;

function* askName(name: Lookup, question: StubQuestion): Asking {
  const { types, wanted } = splitPair(question);
  if (wanted === undefined) return yield* sendAll(name, types);
  const own = yield* sendAll(name, [wanted]);
  if (!own.some((one) => needsSibling(one, question))) return own;
  const sibling = yield* sendAll(
    name,
    types.filter((type) => type !== wanted),
  );
  return [...own, ...sibling];
}

/** Whether the outcome of the name still hangs on the other type of the pair. */
function needsSibling({ type, reply }: TypeReply, question: StubQuestion): boolean {
  // Without a reply A decides alone, since it is looked at first.
  if (reply === undefined) return type !== "A";
  if (isNxdomain(reply)) return false;
  return isNodata(reply) || question.consistent?.(reply.query) !== true;
}

/** `__res_msend_rc`: rounds of all unanswered types to all servers, with two repeats a type for SERVFAIL. */
function* sendAll(name: Lookup, types: readonly RRType[]): Asking {
  const { settings, sender, qname, candidate, socket } = name;
  const rounds = settings.timeout === 0 ? 0 : settings.attempts;
  const interval = Math.floor(settings.timeout / settings.attempts);
  const replies = new Map<RRType, Answered>();
  const last = new Map<RRType, StubQuery>();
  const protocol = "udp";
  const send = (qtype: RRType, server: number, at: number, beside = false): StubQuery => {
    // In the last round it waits for what is left of the whole time.
    const left = name.at + settings.timeout - at;
    const limit = left < 2 * interval ? left : interval;
    const sent = { qname, qtype, candidate, server, socket, at, limit, protocol, beside } as const;
    const query = sender.query(sent);
    last.set(qtype, query);
    return query;
  };
  let until = name.at + settings.timeout;
  for (let round = 0; round < rounds && replies.size < types.length; round++) {
    const at = name.at + round * interval;
    let repeats = 2 * types.length;
    let batch = types
      .filter((type) => !replies.has(type))
      .flatMap((type) =>
        settings.nameservers.map((_, server) => send(type, server, at, server > 0)),
      );
    while (batch.length > 0) {
      const outcomes = yield batch;
      const again: StubQuery[] = [];
      for (const [index, query] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome?.kind !== "reply" || replies.has(query.qtype)) continue;
        if (outcome.rcode === "NOERROR" || outcome.rcode === "NXDOMAIN") {
          replies.set(query.qtype, { query, outcome });
        } else if (outcome.rcode === "SERVFAIL" && repeats > 0) {
          repeats--;
          again.push(send(query.qtype, query.server, at));
        }
      }
      batch = again;
    }
    if (replies.size === types.length) until = at;
  }
  return types.map((type) => ({ type, reply: replies.get(type), last: last.get(type), until }));
}

type Verdict =
  | { readonly kind: "nxdomain"; readonly by: StubQuery }
  | { readonly kind: "result"; readonly value: StubResult };

/** `name_from_dns`: A is looked at before AAAA, and the first without a usable answer decides. */
function judge(replies: readonly TypeReply[], question: StubQuestion): Verdict {
  const answered: Answered[] = [];
  for (const { reply, last } of [...replies].sort((a, b) => (a.type < b.type ? -1 : 1))) {
    if (reply === undefined) return { kind: "result", value: failed(TRY_AGAIN, last, true) };
    answered.push(reply);
    if (!isNxdomain(reply)) continue;
    const [by = reply] = wantedFirst(
      replies.flatMap((one) => (one.reply && isNxdomain(one.reply) ? [one.reply] : [])),
      question.wanted,
    );
    return { kind: "nxdomain", by: by.query };
  }
  const pair = wantedFirst(answered, question.wanted);
  const found = pair.find(hasData);
  if (found !== undefined) return { kind: "result", value: { kind: "found", by: found.query } };
  const error = question.types.some(isAddressType) ? NO_NAME : NO_DATA;
  return { kind: "result", value: failed(error, pair[0]?.query, true) };
}

const NO_NAME: StubError = { word: "EAI_NONAME", text: "Name does not resolve" };
const TRY_AGAIN: StubError = { word: "EAI_AGAIN", text: "Try again" };
/** Of `res_search` only, so the text is `hstrerror`'s; `getaddrinfo` says EAI_NODATA since 1.2.4. */
const NO_DATA: StubError = { word: "EAI_NODATA", text: "Address not available" };
