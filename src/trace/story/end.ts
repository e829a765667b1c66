/**
 * What the libc makes of the replies: on to the next name, or back to the application.
 *
 * @module
 */
import type { Life, LifeCandidate } from "../life.ts";
import * as sources from "./sources.ts";
import type { Source, Telling } from "./step.ts";

/** After the last reply of one candidate's queries. */
export function decision(life: Life, candidate: LifeCandidate, isLast: boolean): Telling {
  const next = isLast ? "" : ` ${life.vantage.libc} goes on to the next name.`;
  return {
    key: "decision",
    phase: "reply",
    title: `${candidate.name} ${WORD[candidate.outcome]}`,
    sentence: `${MEANS[candidate.outcome]}${next}`,
    source: SOURCE[candidate.outcome],
    place: "libc",
    focus: candidate.outcome === "found" ? "message" : "resolv.conf",
    ...(candidate.outcome === "unsent" ? {} : { outcome: OUTCOME[candidate.outcome] }),
  };
}

export const WORD: Readonly<Record<LifeCandidate["outcome"], string>> = {
  found: "FOUND",
  NXDOMAIN: "NXDOMAIN",
  NODATA: "NODATA",
  failed: "FAILED",
  unsent: "not sent",
};

const MEANS: Readonly<Record<LifeCandidate["outcome"], string>> = {
  found:
    "The reply has records of the type that was asked for: this name wins, and the search ends.",
  NXDOMAIN: "NXDOMAIN: there is no such name, for no type of record.",
  NODATA: "NODATA: the name exists, but has no records of the type that was asked for.",
  failed: "No answer that could be used came back.",
  unsent: "This name is not sent.",
};

const SOURCE: Readonly<Record<LifeCandidate["outcome"], Source>> = {
  found: sources.GETADDRINFO,
  NXDOMAIN: sources.NXDOMAIN,
  NODATA: sources.NODATA,
  failed: sources.SERVER_FAILURE,
  unsent: sources.RESOLV_CONF,
};

const OUTCOME = {
  found: "found",
  NXDOMAIN: "not-found",
  NODATA: "not-found",
  failed: "failed",
} as const;

/** Milliseconds as a person reads them: `5 s`, `2.5 s`, `40 ms`. */
export function duration(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(1))} s` : `${Math.round(ms)} ms`;
}

export function waited(life: Life, ms: number): Telling {
  return {
    key: "wait",
    phase: "libc",
    title: `${duration(ms)} without a reply`,
    sentence: `Nothing comes back, and ${life.vantage.libcVersion} waits as long as its limit says: ${duration(ms)}. (Modelled: the page does not wait.)`,
    source: sources.RESOLV_CONF,
    place: "libc",
    focus: "resolv.conf",
    outcome: "failed",
  };
}

export function result({ result, cost, asked }: Life): Telling {
  const { queries, wasted, packets } = cost;
  const price =
    queries === 0
      ? "No DNS query was needed."
      : `It took ${count(queries, "query", "queries")} in ${count(packets, "packet", "packets")}${
          wasted === 0
            ? ", none of them wasted"
            : `; ${wasted} of them for names that were not found`
        }.`;
  const common = {
    key: "result",
    phase: "result",
    place: "application",
    focus: "yourself",
  } as const;
  if (result.kind === "found") {
    const some = result.answers
      .slice(0, 4)
      .map((answer) => `\`${answer}\``)
      .join(", ");
    const more = result.answers.length > 4 ? ` and ${result.answers.length - 4} more` : "";
    return {
      ...common,
      title: `Found: ${result.answers[0] ?? asked.name}`,
      sentence: `${asked.call} returns ${some}${more}. ${price}`,
      source: asked.call === "getaddrinfo" ? sources.GETADDRINFO : sources.RES_SEARCH,
      outcome: "found",
    };
  }
  return {
    ...common,
    title: `${result.error}: ${result.text}`,
    sentence: `${asked.call} fails with \`${result.error}\`, "${result.text}". ${price}`,
    source: asked.call === "getaddrinfo" ? sources.GETADDRINFO : sources.RES_SEARCH,
    outcome: "not-found",
  };
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
