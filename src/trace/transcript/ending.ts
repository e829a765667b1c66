/**
 * What a lookup leaves behind: connection tracking, the result with its ladder of names, the price, and advice.
 *
 * @module
 */
import type { Life, LifeAdvice, LifeCandidate, LifeCost, LifeResult } from "../life.ts";
import { BLANK, columns, type Line, line, type Part, row } from "../terminal.ts";
import { count, duration, listed } from "./words.ts";

export function endingLines(life: Life): readonly Line[] {
  return [
    ...life.conntrack.flatMap(conntrackLines),
    ...resultLines(life),
    ...adviceLines(life),
    ...noteLines(life.notes),
  ];
}

/** Connections of one node that are shown. */
const MOST_ENTRIES = 24;

/** Addresses of a result that are shown. */
const MOST_ANSWERS = 8;

/** Columns of a ladder's names; a longer one has lines of its own. */
const WIDEST_NAME = 67;

function conntrackLines({ host, entries }: Life["conntrack"][number]): readonly Line[] {
  const more = entries.length - MOST_ENTRIES;
  return [
    BLANK,
    line(0, { text: `conntrack -L on ${host}`, tone: "title" }),
    ...entries.slice(0, MOST_ENTRIES).flatMap(entryLines),
    ...(more > 0 ? [line(2, `and ${more} more`)] : []),
  ];
}

/** The original direction over the reply's. */
function entryLines(entry: string): readonly Line[] {
  const reply = entry.lastIndexOf("src=");
  const unreplied = entry.indexOf("[UNREPLIED]");
  const cut = unreplied >= 0 && unreplied < reply ? unreplied : reply;
  const original = entry.indexOf("src=");
  if (original <= 0 || cut <= original) return [line(2, entry)];
  const below = 2 + original;
  return [
    { indent: 2, hang: below, parts: [entry.slice(0, cut)] },
    { indent: below, hang: below, parts: [entry.slice(cut)] },
  ];
}

/** In a word and what goes with it: addresses, or the libc's error. */
export function resultParts(result: LifeResult): readonly Part[] {
  return result.kind === "found"
    ? [{ text: "FOUND", tone: "good" }, ` ${listed(result.answers, MOST_ANSWERS)}`]
    : [{ text: "NOT FOUND", tone: "bad" }, ` ${result.error}: ${result.text}`];
}

function resultLines({ result, candidates, cost, asked }: Life): readonly Line[] {
  return [
    BLANK,
    line(0, { text: asked.name, tone: "title" }, ": ", ...resultParts(result)),
    BLANK,
    ...(candidates.length > 0 ? [...ladder(candidates), BLANK] : []),
    line(2, costText(cost)),
  ];
}

function ladder(candidates: readonly LifeCandidate[]): readonly Line[] {
  const width = Math.min(WIDEST_NAME, Math.max(...candidates.map(({ name }) => columns(name)))) + 2;
  return candidates.flatMap(({ name, outcome }) => {
    const word = OUTCOMES[outcome];
    if (columns(name) <= WIDEST_NAME) return [row(2, width, name, word)];
    return [line(2, name), row(2, width, "", word)];
  });
}

const OUTCOMES: Readonly<Record<LifeCandidate["outcome"], Part>> = {
  found: { text: "FOUND", tone: "good" },
  NXDOMAIN: { text: "NXDOMAIN", tone: "bad" },
  NODATA: { text: "NODATA", tone: "bad" },
  failed: { text: "failed", tone: "bad" },
  unsent: { text: "not asked", tone: "quiet" },
};

export function costText({ queries, wasted, packets, upstream, ms }: LifeCost): string {
  if (queries === 0) return "no query";
  const words = [
    count(queries, "query", "queries"),
    `${wasted} wasted`,
    count(packets, "packet"),
    count(upstream, "upstream query", "upstream queries"),
    ...(ms > 0 ? [`${duration(ms)} of waiting`] : []),
  ];
  return words.join(", ");
}

function adviceLines({ advice }: Life): readonly Line[] {
  if (advice.length === 0) return [];
  return [BLANK, line(0, { text: "Asking for less", tone: "title" }), ...advice.flatMap(oneAdvice)];
}

function oneAdvice({ how, cost, same, caution, self }: LifeAdvice): readonly Line[] {
  return [
    line(2, how, same ? "" : { text: " (other answers)", tone: "bad" }),
    line(4, costText(cost)),
    line(4, `caution: ${caution}`),
    ...(self === undefined ? [] : [line(4, { text: self, tone: "quiet" })]),
  ];
}

function noteLines(notes: readonly string[]): readonly Line[] {
  if (notes.length === 0) return [];
  return [
    BLANK,
    line(0, { text: "Notes", tone: "title" }),
    ...notes.map((note) => line(2, `- ${note}`)),
  ];
}
