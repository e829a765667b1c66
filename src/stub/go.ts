/**
 * Go 1.19's own resolver (`netgo`).
 *
 * A and AAAA are two conversations side by side, each with sockets of its own and with its own retries over the
 * servers in turn. Any error goes on to the next name; the error reported is that of the original name, or the first.
 * Source: `src/net/dnsclient_unix.go` (`goLookupIPCNAMEOrder`, `tryOneName`, `lookup`).
 *
 * @module
 */

import type { RRType } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import {
  type Answered,
  hasData,
  isNodata,
  isNxdomain,
  settles,
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
  StubSettings,
} from "./resolver.ts";
import { planSearch } from "./search.ts";
import { createSender, type Sender } from "./sender.ts";
import { readSettings } from "./settings.ts";
import { createStub } from "./stub.ts";
import { isAddressType } from "./typed.ts";

export const go: Stub = createStub("go", "Go 1.19", run);

function* run(question: StubQuestion, conf: ResolvConf): StubMachine {
  const settings = readSettings(conf, "go");
  const state: State = { settings, sender: createSender(), offset: 0 };
  const isAddress = question.types.some(isAddressType);
  let at = 0;
  let error: Failure | undefined;
  for (const [candidate, planned] of planSearch(question, settings, "go").entries()) {
    const qname = planned.candidate.name;
    if (qname === undefined) continue;
    const lanes = yield* askName({ qname, candidate, at }, question, state);
    const ends = lanes.map(({ end }) => end);
    const found = wantedFirst(ends, question.wanted).find(hasData);
    if (found !== undefined) return { kind: "found", by: found.query };
    const isOriginal = planned.candidate.suffix === undefined;
    // `lookup`, for the other types, has no such preference: its last error is the one reported.
    if (error === undefined || isOriginal || !isAddress) {
      error =
        failureOf(lanes, question, { takeLast: isOriginal, inTurn: settings.singleRequest }) ??
        error;
    }
    at = Math.max(at, ...lanes.map((lane) => lane.at));
  }
  if (error === undefined) return { kind: "failed", error: NO_SUCH_HOST, ended: false };
  return { kind: "failed", error: error.error, by: error.by, ended: false };
}

interface State {
  readonly settings: StubSettings;
  readonly sender: Sender;
  /** `soffset`: where `rotate` begins; goes up by one a conversation. */
  offset: number;
}

interface Asked {
  readonly qname: Name;
  readonly candidate: number;
  /** Milliseconds. */
  readonly at: number;
}

/** One conversation: a type of a name, asked until a server's word is final or the attempts are used up. */
interface Lane {
  readonly type: RRType;
  readonly offset: number;
  /** Milliseconds; when the next query goes out, or when it all ended. */
  at: number;
  sent: number;
  end: Answered | undefined;
  done: boolean;
}

type EndedLane = Lane & { readonly end: Answered };

type Asking = Generator<readonly StubQuery[], readonly EndedLane[], readonly Outcome[]>;

function* askName(asked: Asked, question: StubQuestion, state: State): Asking {
  const { types, wanted } = splitPair(question);
  if (wanted !== undefined) {
    const own = yield* converse(asked, [wanted], state);
    if (own.some(({ end }) => settles(end, question))) return own;
    const start = state.settings.singleRequest ? Math.max(...own.map(({ at }) => at)) : asked.at;
    const siblings = types.filter((type) => type !== wanted);
    return [...own, ...(yield* converse({ ...asked, at: start }, siblings, state))];
  }
  if (!state.settings.singleRequest) return yield* converse(asked, types, state);
  const ended: EndedLane[] = [];
  for (const type of types) {
    const at = ended.at(-1)?.at ?? asked.at;
    ended.push(...(yield* converse({ ...asked, at }, [type], state)));
  }
  return ended;
}

/** `tryOneName` for each type at the same time; what falls on the same moment goes out together. */
function* converse(asked: Asked, types: readonly RRType[], state: State): Asking {
  const lanes = types.map((type) => startLane(type, asked.at, state));
  for (;;) {
    const waiting = lanes.filter(({ done }) => !done);
    if (waiting.length === 0) return lanes.filter(hasEnded);
    const soonest = Math.min(...waiting.map(({ at }) => at));
    const turn = waiting.filter(({ at }) => at === soonest);
    const batch = turn.map((lane) => queryOf(lane, asked, state));
    const outcomes = yield batch;
    for (const [index, lane] of turn.entries()) {
      const query = batch[index] as StubQuery;
      take(lane, { query, outcome: outcomes[index] ?? { kind: "timeout" } }, state.settings);
    }
  }
}

function startLane(type: RRType, at: number, state: State): Lane {
  const offset = state.settings.rotate ? state.offset++ : 0;
  return { type, offset, at, sent: 0, end: undefined, done: false };
}

function queryOf(lane: Lane, { qname, candidate }: Asked, { settings, sender }: State): StubQuery {
  return sender.query({
    qname,
    qtype: lane.type,
    candidate,
    server: (lane.offset + lane.sent) % settings.nameservers.length,
    socket: sender.open(),
    at: lane.at,
    limit: settings.timeout,
    protocol: settings.useVc ? "tcp" : "udp",
  });
}

function take(lane: Lane, answered: Answered, settings: StubSettings): void {
  lane.sent++;
  lane.end = answered;
  if (answered.outcome.kind === "timeout") lane.at += settings.timeout;
  lane.done =
    hasData(answered) ||
    isNodata(answered) ||
    isNxdomain(answered) ||
    lane.sent >= settings.attempts * settings.nameservers.length;
}

function hasEnded(lane: Lane): lane is EndedLane {
  return lane.end !== undefined;
}

interface Failure {
  readonly error: StubError;
  readonly by: StubQuery;
}

/**
 * The error of a name: of a pair the one that comes first, or last for the original name, whose errors each
 * replace the one before. Of two that say the same, the wanted type's.
 */
function failureOf(
  lanes: readonly EndedLane[],
  question: StubQuestion,
  { takeLast, inTurn }: { readonly takeLast: boolean; readonly inTurn: boolean },
): Failure | undefined {
  const inTime = [...lanes].sort(
    (a, b) => (inTurn ? 0 : a.at - b.at || a.sent - b.sent) || (a.type < b.type ? -1 : 1),
  );
  const decided = takeLast ? inTime.at(-1) : inTime[0];
  if (decided === undefined) return undefined;
  const error = errorOf(decided.end);
  const alike = inTime.map(({ end }) => end).filter((end) => errorOf(end) === error);
  return { error, by: (wantedFirst(alike, question.wanted)[0] ?? decided.end).query };
}

function errorOf(answered: Answered): StubError {
  if (answered.outcome.kind === "timeout") return TIMEOUT;
  if (answered.outcome.kind === "unreachable") return REFUSED;
  return isNodata(answered) || isNxdomain(answered) ? NO_SUCH_HOST : MISBEHAVING;
}

const NO_SUCH_HOST: StubError = { word: "no such host", text: "no such host" };
const MISBEHAVING: StubError = { word: "server misbehaving", text: "server misbehaving" };
const TIMEOUT: StubError = { word: "i/o timeout", text: "i/o timeout" };
const REFUSED: StubError = { word: "connection refused", text: "connection refused" };
