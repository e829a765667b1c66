/**
 * The ladder: the names in the order in which they are tried, what each gave, and what would have been cheaper.
 *
 * @module
 */
import type { Life, LifeAdvice, LifeCandidate, LifeCost } from "../trace/life.ts";
import { count, WORD } from "../trace/story/end.ts";
import { Name, printable } from "./text.tsx";

export interface LadderProps {
  readonly life: Life;
  /** Index of the candidate that the step on the stage belongs to. */
  readonly candidate?: number | undefined;
}

export function Ladder({ life, candidate }: LadderProps) {
  const { candidates, cost } = life;
  return (
    <section class="ladder" aria-labelledby="ladder-title">
      <h2 id="ladder-title">{titleOf(life)}</h2>
      <p class="price">{priceOf(life)}</p>
      {candidates.length === 0 ? null : (
        <ol>
          {candidates.map((one, index) => (
            <Rung
              one={one}
              queries={life.queries.filter((query) => query.candidate === index).length}
              current={index === candidate}
            />
          ))}
        </ol>
      )}
      <ul class="ways" aria-label="What it costs, and would cost">
        <Way title="as typed" cost={cost} same found={life.result.kind === "found"} />
        {life.advice.filter(hasPage).map((advice) => (
          <Way
            title={titleOfWay(advice)}
            cost={advice.cost}
            href={advice.self}
            same={advice.same}
            found={life.result.kind === "found"}
            hint={printable(`${upperFirst(advice.how)} – but ${advice.caution}.`)}
          />
        ))}
      </ul>
    </section>
  );
}

function titleOfWay({ kind, self }: LifeAdvice): string {
  switch (kind) {
    case "trailing-dot":
      return "trailing dot";
    case "full-name":
      return "in full";
    case "ndots":
      return `ndots:${new URLSearchParams(self?.split("?")[1]).get("ndots") ?? ""}`;
    case "autopath":
      return "autopath";
  }
}

function hasPage(advice: LifeAdvice): boolean {
  return advice.kind !== "full-name" || advice.same;
}

function titleOf({ cost, candidates, result }: Life): string {
  if (candidates.length === 0) return "No DNS query";
  const { wasted } = cost;
  if (wasted > 0) return `${wasted} wasted ${wasted === 1 ? "query" : "queries"}`;
  return result.kind === "found" ? "No wasted query" : count(cost.queries, "query", "queries");
}

/** What the number above is made of. */
function priceOf({ candidates, queries, cost, asked }: Life): string {
  if (candidates.length === 0) return "The lookup ended before DNS.";
  const tried = new Set(queries.map(({ candidate }) => candidate)).size;
  const inVain = candidates.filter(({ outcome }) => outcome !== "found" && outcome !== "unsent");
  const each = asked.types.length > 1 ? `, ${asked.types.join(" and ")} for each` : "";
  return `${count(tried, "name", "names")} tried, ${inVain.length} in vain${each}: ${count(cost.queries, "query", "queries")}, ${count(cost.packets, "packet", "packets")}.`;
}

interface RungProps {
  readonly one: LifeCandidate;
  readonly queries: number;
  readonly current: boolean;
}

/** What is typed stands out from what was appended. */
function Rung({ one, queries, current }: RungProps) {
  const { name, suffix, outcome, reason } = one;
  const end = suffix === undefined ? "" : `.${suffix.replace(/\.$/, "")}.`;
  const typed = end !== "" && name.endsWith(end) ? name.slice(0, -end.length) : name;
  return (
    <li class={outcome} aria-current={current ? "true" : undefined} title={reason}>
      <span class="sign" aria-hidden="true">
        {SIGNS[outcome]}
      </span>
      <span class="name">
        <Name text={typed} />
        {typed === name ? null : (
          <span class="suffix">
            <Name text={end} />
          </span>
        )}
      </span>
      <span class="word">{WORD[outcome]}</span>
      <span class="queries">{queries === 0 ? "" : `× ${queries}`}</span>
    </li>
  );
}

const SIGNS: Readonly<Record<LifeCandidate["outcome"], string>> = {
  found: "✓",
  NXDOMAIN: "✗",
  NODATA: "○",
  failed: "!",
  unsent: "–",
};

interface WayProps {
  readonly title: string;
  readonly cost: LifeCost;
  readonly href?: string | undefined;
  readonly same: boolean;
  readonly found: boolean;
  readonly hint?: string;
}

/** A block a query: hollow where it was wasted. */
function Way({ title, cost, href, same, found, hint }: WayProps) {
  const blocks = Math.min(cost.queries, MOST_BLOCKS);
  const wasted = Math.min(cost.wasted, blocks);
  return (
    <li class="way">
      <h3>{href === undefined ? title : <a href={href}>{title}</a>}</h3>
      <span class="blocks" aria-hidden="true">
        {Array.from({ length: blocks }, (_, index) => (
          <i class={index < wasted || !found ? "" : "good"} />
        ))}
      </span>
      <span class="price">
        {count(cost.queries, "query", "queries")}, {cost.wasted} wasted
        {same ? "" : "; other answers"}
      </span>
      {hint === undefined ? null : <p>{hint}</p>}
    </li>
  );
}

const MOST_BLOCKS = 12;

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
