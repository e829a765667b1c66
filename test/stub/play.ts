/**
 * A stub resolver's machine played against scripted nameservers.
 *
 * @module
 */
import type {
  Outcome,
  ResolvConf,
  Stub,
  StubQuery,
  StubQuestion,
  StubResult,
} from "../../src/stub/resolver.ts";

/**
 * What a nameserver does with a query, by `name type`, `name`, `* type` or `*`, NXDOMAIN where nothing fits; the
 * n-th of a list is for the n-th time it is asked. `CLOSED` as a whole is a host without a nameserver.
 */
export type World = Readonly<Record<string, Behaviour | readonly Behaviour[]>> | "CLOSED";

/** `OK/A` has data of that type only; `CNAME` is an alias that leads nowhere; `DROP` gives no answer. */
export type Behaviour =
  | "OK"
  | "OK/A"
  | "OK/AAAA"
  | "NODATA"
  | "NXDOMAIN"
  | "SERVFAIL"
  | "REFUSED"
  | "FORMERR"
  | "NOTIMP"
  | "YXDOMAIN"
  | "CNAME"
  | "DROP";

export interface Played {
  readonly queries: readonly StubQuery[];
  /** How many queries went out together, batch by batch. */
  readonly batches: readonly number[];
  readonly outcomes: ReadonlyMap<StubQuery, Outcome>;
  readonly result: StubResult;
}

export function play(
  stub: Stub,
  question: StubQuestion,
  conf: ResolvConf,
  servers: readonly World[],
): Played {
  const asked = new Map<string, number>();
  return drive(stub, question, conf, (query) => {
    const key = `${query.server} ${query.qname} ${query.qtype}`;
    const times = (asked.get(key) ?? 0) + 1;
    asked.set(key, times);
    return outcomeOf(servers[query.server] ?? {}, query, times);
  });
}

/** Steps the machine to its end with whatever `answer` says. */
export function drive(
  stub: Stub,
  question: StubQuestion,
  conf: ResolvConf,
  answer: (query: StubQuery) => Outcome,
): Played {
  const queries: StubQuery[] = [];
  const batches: number[] = [];
  const outcomes = new Map<StubQuery, Outcome>();
  const machine = stub.run(question, conf);
  let step = machine.next();
  while (!step.done) {
    batches.push(step.value.length);
    const replies = step.value.map(answer);
    for (const [index, query] of step.value.entries()) {
      queries.push(query);
      outcomes.set(query, replies[index] as Outcome);
    }
    step = machine.next(replies);
  }
  return { queries, batches, outcomes, result: step.value };
}

/** The error's text, or `found` with the type whose query was answered. */
export function printResult(result: StubResult): string {
  return result.kind === "found" ? `found ${result.by.qtype}` : result.error.text;
}

function outcomeOf(world: World, query: StubQuery, times: number): Outcome {
  if (world === "CLOSED") return { kind: "unreachable" };
  const qname = query.qname === "." ? "." : query.qname.slice(0, -1);
  const script =
    world[`${qname} ${query.qtype}`] ?? world[qname] ?? world[`* ${query.qtype}`] ?? world["*"];
  const behaviour =
    typeof script === "object" ? script[Math.min(times, script.length) - 1] : script;
  switch (behaviour ?? "NXDOMAIN") {
    case "DROP":
      return { kind: "timeout" };
    case "OK":
      return { kind: "reply", rcode: "NOERROR", answers: 1 };
    case "OK/A":
    case "OK/AAAA":
      return {
        kind: "reply",
        rcode: "NOERROR",
        answers: behaviour === `OK/${query.qtype}` ? 1 : 0,
      };
    case "NODATA":
      return { kind: "reply", rcode: "NOERROR", answers: 0 };
    case "CNAME":
      return { kind: "reply", rcode: "NOERROR", answers: 0, records: 1 };
    default:
      return { kind: "reply", rcode: behaviour ?? "NXDOMAIN", answers: 0 };
  }
}
