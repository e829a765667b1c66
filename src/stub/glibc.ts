/**
 * glibc 2.36's stub resolver: `getaddrinfo` by nss_dns, `res_search` for the other types.
 *
 * A name that does not exist, has not the type, or fails with SERVFAIL sends it to the next search domain; a
 * time-out or any other rcode to the name as it is. Sources: `resolv/res_query.c` (`__res_context_search`,
 * `__res_context_query`), `resolv/nss_dns/dns-host.c`, `sysdeps/posix/getaddrinfo.c`.
 *
 * @module
 */
import type { Rcode, RRType } from "../dns/message.ts";
import { type Sent, type Session, send } from "./glibc-send.ts";
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
  ResolvConf,
  Stub,
  StubError,
  StubMachine,
  StubQuery,
  StubQuestion,
  StubResult,
} from "./resolver.ts";
import { planSearch } from "./search.ts";
import { createSender } from "./sender.ts";
import { readSettings } from "./settings.ts";
import { createStub } from "./stub.ts";
import { isAddressType } from "./typed.ts";

export const glibc: Stub = createStub("glibc", "glibc 2.36", run);

function* run(question: StubQuestion, conf: ResolvConf): StubMachine {
  const settings = readSettings(conf, "glibc");
  const session: Session = {
    settings,
    sender: createSender(),
    at: 0,
    singleRequest: settings.singleRequest,
    reopen: settings.singleRequestReopen,
    offset: 0,
  };
  const tally = createTally(question);
  const plan = planSearch(question, settings, "glibc");
  let leaving = false;
  for (const [candidate, { candidate: tried, unsent }] of plan.entries()) {
    const isSearched = tried.suffix !== undefined;
    if (leaving && isSearched) continue;
    if (tried.name === undefined || unsent !== undefined) {
      tally.add({ herrno: "NO_RECOVERY", errno: "none", leaves: true, by: undefined }, isSearched);
      leaving = true;
      continue;
    }
    const sent = yield* send(
      {
        qname: tried.name,
        candidate,
        ...typesToSend(question, settings.noAaaa),
        ...(question.consistent && { consistent: question.consistent }),
      },
      session,
    );
    const verdict = judge(sent, question, settings.noAaaa);
    if (verdict.result !== undefined) return verdict.result;
    tally.add(verdict, isSearched);
    if (isSearched && verdict.errno === "refused") return failed(TRY_AGAIN, verdict.by, true);
    leaving ||= isSearched && verdict.leaves;
  }
  return tally.result();
}

/** `<netdb.h>`'s `h_errno`. */
type Herrno = "HOST_NOT_FOUND" | "NO_DATA" | "TRY_AGAIN" | "NO_RECOVERY";

/** What `__res_context_query` makes of a name. */
interface Verdict {
  readonly herrno: Herrno;
  readonly errno: Sent["errno"];
  /** Whether the search list is left for the name as it is: not at SERVFAIL, but at time-outs and other errors. */
  readonly leaves: boolean;
  /** Undefined where the name could not be encoded, or `attempts:0` sent nothing. */
  readonly by: StubQuery | undefined;
  /** Set where the lookup ends here. */
  readonly result?: StubResult;
}

/** `no-aaaa` asks for A in place of AAAA, so that NXDOMAIN and NODATA still come out as they should. */
function typesToSend(
  question: StubQuestion,
  noAaaa: boolean,
): { readonly types: readonly RRType[]; readonly wanted: RRType | undefined } {
  const isAddress = question.types.some(isAddressType);
  return noAaaa && isAddress ? { types: ["A"], wanted: undefined } : splitPair(question);
}

function judge(sent: Sent, question: StubQuestion, noAaaa: boolean): Verdict {
  const { kept, errno, last } = sent;
  const pair = wantedFirst(kept, question.wanted);
  const by = (is: (answered: Answered) => boolean) => (pair.find(is) ?? pair[0])?.query ?? last;
  const verdict = (herrno: Herrno, is: (answered: Answered) => boolean): Verdict => {
    const leaves =
      herrno === "NO_RECOVERY" || (herrno === "TRY_AGAIN" && sent.rcode !== "SERVFAIL");
    return { herrno, errno, leaves, by: by(is) };
  };
  // The A that no-aaaa sends in place of AAAA is only to tell NODATA from NXDOMAIN.
  const isStandIn = noAaaa && !question.types.includes("A") && question.types.includes("AAAA");
  const result = isStandIn ? undefined : resultOf(pair, question);
  if (result !== undefined) return { ...verdict("NO_DATA", hasData), result };
  if (kept.length === 0) return verdict("TRY_AGAIN", hasData);
  const isQuiet = (answered: Answered) => isNodata(answered) || (isStandIn && hasData(answered));
  // The first that is not NOERROR decides.
  const decided = kept.find((answered) => !isQuiet(answered));
  if (decided === undefined) return verdict("NO_DATA", isQuiet);
  if (isNxdomain(decided)) return verdict("HOST_NOT_FOUND", isNxdomain);
  const same = (answered: Answered) => rcodeOf(answered) === rcodeOf(decided);
  return verdict(rcodeOf(decided) === "SERVFAIL" ? "TRY_AGAIN" : "NO_RECOVERY", same);
}

/** The end of the lookup: data, or a CNAME alone, which counts as an answer until getaddrinfo looks for an address. */
function resultOf(pair: readonly Answered[], question: StubQuestion): StubResult | undefined {
  const found = pair.find(hasData);
  if (found !== undefined) return { kind: "found", by: found.query };
  const dangling = pair.find(hasRecords);
  if (dangling === undefined) return undefined;
  return failed(question.types.length > 1 ? NO_NAME : NO_DATA, dangling.query, true);
}

function rcodeOf({ outcome }: Answered): Rcode | undefined {
  return outcome.kind === "reply" ? outcome.rcode : undefined;
}

function hasRecords({ outcome }: Answered): boolean {
  return outcome.kind === "reply" && outcome.rcode === "NOERROR" && (outcome.records ?? 0) > 0;
}

/** The errors of the names so far, and what `__res_context_search` and `getaddrinfo` make of them in the end. */
interface Tally {
  add(verdict: Verdict, isSearched: boolean): void;
  result(): StubResult;
}

function createTally(question: StubQuestion): Tally {
  let asItIsFirst: Verdict | undefined;
  let nodata: Verdict | undefined;
  let servfail: Verdict | undefined;
  let last: Verdict | undefined;
  return {
    add(verdict, isSearched) {
      if (!isSearched && last === undefined) asItIsFirst = verdict;
      // Only the list's own are remembered, the last try counts by being the last.
      if (isSearched && verdict.herrno === "NO_DATA") nodata ??= verdict;
      if (isSearched && verdict.herrno === "TRY_AGAIN" && !verdict.leaves) servfail ??= verdict;
      last = verdict;
    },
    result() {
      if (last === undefined) return failed(NO_NAME, undefined, false);
      return errorOf(asItIsFirst ?? nodata ?? servfail ?? last, last, question);
    },
  };
}

/**
 * The error of `verdict` in `getaddrinfo`'s words. Asked for one family it says "try again" only where the `last`
 * name had no reply at all; a SERVFAIL earlier on is forgotten.
 */
function errorOf(verdict: Verdict, last: Verdict, question: StubQuestion): StubResult {
  const isOneFamily = question.types.length === 1 && question.types.every(isAddressType);
  switch (verdict.herrno) {
    case "NO_DATA":
      return failed(NO_DATA, verdict.by, false);
    case "TRY_AGAIN":
      if (isOneFamily && last.errno === "none") return failed(NO_NAME, last.by, false);
      return failed(TRY_AGAIN, verdict.by, false);
    case "HOST_NOT_FOUND":
      return failed(NO_NAME, verdict.by, false);
    case "NO_RECOVERY":
      return failed(question.types.some(isAddressType) ? NO_NAME : NO_RECOVERY, verdict.by, false);
  }
}

const NO_NAME: StubError = { word: "EAI_NONAME", text: "Name or service not known" };
const NO_DATA: StubError = { word: "EAI_NODATA", text: "No address associated with hostname" };
const TRY_AGAIN: StubError = { word: "EAI_AGAIN", text: "Temporary failure in name resolution" };
const NO_RECOVERY: StubError = {
  word: "EAI_FAIL",
  text: "Non-recoverable failure in name resolution",
};
