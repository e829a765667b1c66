/**
 * One lookup, from what a pod's application asked to the answer and its trace. The file to read first.
 *
 * The stub resolver says what it sends and to which nameserver; `route` says where such a packet ends; CoreDNS's
 * plugin chain or a resolver outside answers; and the reply decides whether the stub asks again. Explaining is part
 * of the result: the trace is the list of these queries, in order.
 *
 * @module
 */
import { exchangedAgain, isRepeatable, type Moment } from "./again.ts";
import { type Answer, answerOf } from "./answer.ts";
import type { Vantage } from "./cluster/vantage.ts";
import type { Reply } from "./coredns/plugin.ts";
import { bare, type Rcode, type RRType } from "./dns/message.ts";
import { isWithin, type Name, name, parseName, ROOT } from "./dns/name.ts";
import { type Asked, type Exchanged, traceOf } from "./exchanged.ts";
import { type LookupOptions, preparation, runQueries, type World } from "./queries.ts";
import type { Candidate, ResolvConf, Stub, StubQuestion, StubResult } from "./stub/resolver.ts";
import type { TracedQuery } from "./trace/query.ts";

export interface Lookup extends Answer {
  readonly queries: readonly TracedQuery[];
  /**
   * Absent where the queries have to be asked again. Gives what asking them now would: this very lookup where nothing has
   * changed, undefined where one has to be asked after all.
   */
  again?(moment: Moment): Lookup | undefined;
}

/** Types that no libc's search ever meets: address-to-name, and what only tools ask for. */
const NEVER_SEARCHED: ReadonlySet<RRType> = new Set(["PTR", "ANY"]);

const ARPA = name("arpa.");

/** A lookup that asked nothing. */
export function unanswered(rcode: Rcode): Lookup {
  return { ...bare(rcode), queries: [], ttl: undefined };
}

export async function lookUp(
  vantage: Vantage,
  asked: Asked,
  options: LookupOptions,
  world: World,
): Promise<Lookup> {
  const prepared = preparation(vantage, options);
  const { stub, conf, settings } = prepared;
  const question = stubQuestion(asked, options);
  const { result, exchanged } = await runQueries(
    (answered) => ({
      ...question,
      consistent: (query) => isConsistent(answered(query)?.reply, world),
    }),
    prepared,
    { asked, vantage, world, options },
  );
  const notes = [...settings.notes, ...searchedBefore(asked, question, settings.search)];
  const candidates = planned(stub, question, conf);
  const repeats = isRepeatable(exchanged, prepared.routes, world);
  return finished({ asked, result, candidates, notes, repeats }, exchanged);
}

function planned(stub: Stub, question: StubQuestion, conf: ResolvConf): Finish["candidates"] {
  let list: ReturnType<typeof stub.candidates> | undefined;
  return () => {
    list ??= stub.candidates(question, conf);
    return list;
  };
}

/** What a lookup has come to, but for its replies. */
interface Finish {
  readonly asked: Asked;
  readonly result: StubResult;
  readonly candidates: () => readonly Candidate[];
  readonly notes: readonly string[];
  readonly repeats: boolean;
}

/** Stands by itself, so that a lookup that is kept keeps nothing of the request that it was made for. */
function finished(finish: Finish, exchanged: readonly Exchanged[]): Lookup {
  const { asked, result, candidates, notes, repeats } = finish;
  const lookup: Lookup = {
    ...answerOf(asked, result, exchanged),
    queries: traceOf(exchanged, candidates, notes),
    ...(repeats && {
      again(moment) {
        const later = exchangedAgain(exchanged, moment);
        return later === exchanged ? lookup : later && finished(finish, later);
      },
    }),
  };
  return lookup;
}

function stubQuestion(asked: Asked, options: LookupOptions): StubQuestion {
  const { type, name: qname } = asked.question;
  const asItIs =
    asked.absolute || qname === ROOT || options.search?.length === 0 || neverSearched(type, qname);
  const typed = asItIs ? qname : qname.slice(0, -1);
  const isAddress = type === "A" || type === "AAAA";
  const both = isAddress && !asItIs && (options.family ?? "any") === "any";
  if (!both) return { typed, types: [type], fromSearch: true };
  return { typed, types: ["A", "AAAA"], wanted: type, fromSearch: true };
}

/** Whether a search list never meets such a question. */
export function neverSearched(type: RRType, qname: Name): boolean {
  return NEVER_SEARCHED.has(type) || isWithin(qname, ARPA);
}

/** Whether this reply's NXDOMAIN or NOERROR holds for every type of the name, so that its sibling need not be asked. */
function isConsistent(reply: Reply | undefined, world: World): boolean {
  if (reply === undefined) return false;
  if (reply.upstream !== undefined) return world.answersConsistently(reply.upstream);
  return reply.source === "kubernetes" || reply.source === "hosts" || reply.source === "file";
}

/** "The name ends in a search domain" means that a client searched before us, and that we now search again. */
function searchedBefore(
  asked: Asked,
  question: StubQuestion,
  search: readonly string[],
): readonly string[] {
  if (question.typed.endsWith(".")) return [];
  const domain = search.find((text) => {
    const parsed = parseName(text);
    return parsed.ok && parsed.value !== ROOT && isWithin(asked.question.name, parsed.value);
  });
  if (domain === undefined) return [];
  return [
    `the name already ends in search domain ${domain}: a client that searches by itself asks /dns-query/search=off`,
  ];
}
