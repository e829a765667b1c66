/**
 * The rules that a packet met on a node, and on demand the others of the same chains, folded.
 *
 * @module
 */
import { useEffect, useState } from "hono/jsx";
import type { Life, LifeHop, LifeRule } from "../../trace/life.ts";
import { castOf } from "../../trace/story/cast.ts";
import type { Step } from "../../trace/story/step.ts";
import type { Page } from "../page.ts";
import { printable } from "../text.tsx";

/** Fetches a text of this service, empty where there is none; what was fetched before is there at once. */
export type ReadText = (path: string) => string | Promise<string>;

export interface IptablesProps {
  readonly life: Life;
  readonly page: Page;
  readonly step: Step;
  readonly readText?: ReadText | undefined;
}

export function IptablesDrawer({ life, page, step, readText }: IptablesProps) {
  const met = metAt(life, step);
  if (met === undefined) return <p>No packet met a rule.</p>;
  const { host, rules, family } = met;
  const path = `/clusters/${encodeURIComponent(life.vantage.cluster)}/nodes/${encodeURIComponent(host)}/iptables${family === 6 ? "?family=6" : ""}`;
  return (
    <>
      <p>
        What the packet met on <code>{host}</code>, hook by hook.{" "}
        {page.own ? null : <a href={path}>The whole of its tables</a>}
      </p>
      <pre class="file rules">
        {rules.map(({ hook, table, chain, rule }, index) => {
          const before = rules[index - 1];
          const isNew = before?.hook !== hook || before.table !== table;
          const lit = chain === step.chain && table === "nat";
          return (
            <>
              {isNew ? <span class="line head">{`# ${hook}, table ${table}\n`}</span> : null}
              <span class={lit ? "line lit" : "line"}>
                {lit ? <mark>{printable(rule)}</mark> : printable(rule)}
                {"\n"}
              </span>
            </>
          );
        })}
      </pre>
      {readText === undefined || page.own ? null : (
        <Others key={path} {...{ path, rules, readText }} />
      )}
    </>
  );
}

interface Met {
  readonly host: string;
  readonly rules: readonly LifeRule[];
  readonly family: 4 | 6;
}

/** At the step's own hop, or else at the nearest of its packet's that met any. */
function metAt(life: Life, step: Step): Met | undefined {
  const cast = castOf(life);
  const index =
    step.packet?.index ?? life.packets.findIndex(({ query }) => query === (step.query ?? 0));
  const packet = life.packets[index];
  if (packet === undefined) return undefined;
  const own = step.packet?.hop ?? 0;
  const onNode = (hop: LifeHop) => hop.rules.length > 0 && cast.placeOf(hop.host) !== "server";
  const hop =
    packet.hops.find((hop, at) => at >= own && onNode(hop)) ?? packet.hops.findLast(onNode);
  const family = hop?.src.startsWith("[") ? 6 : 4;
  if (packet.end.rules.length > 0 && (hop === undefined || own === packet.hops.length - 1)) {
    return { host: packet.end.host, rules: packet.end.rules, family };
  }
  if (hop === undefined) return undefined;
  const host = life.vantage.hostNetwork && hop.host === cast.pod ? cast.node : hop.host;
  return { host, rules: hop.rules, family };
}

interface OthersProps {
  readonly path: string;
  readonly rules: readonly LifeRule[];
  readonly readText: ReadText;
  readonly key?: string;
}

/** A cluster with thousands of Services has as many rules in one chain. */
const MOST_RULES = 200;

function Others({ path, rules, readText }: OthersProps) {
  const [text, setText] = useState<string | undefined>(undefined);
  const read = readText(path);
  const known = typeof read === "string" ? read : text;
  useEffect(() => {
    if (typeof read === "string") return;
    let gone = false;
    read.then((fetched) => {
      if (!gone) setText(fetched);
    });
    return () => {
      gone = true;
    };
  }, [path]);
  if (known === undefined) return <p>Reading the other rules …</p>;
  const matched = new Set(rules.map(({ rule }) => rule));
  return (
    <>
      {[...new Set(rules.map(({ table, chain }) => `${table} ${chain}`))].map((key) => {
        const [table = "", chain = ""] = key.split(" ");
        const all = chainOf(known, table, chain).filter((rule) => !matched.has(rule));
        if (all.length === 0) return null;
        return (
          <details>
            <summary>
              <code>{printable(chain)}</code> in {table}: {all.length}{" "}
              {all.length === 1 ? "rule" : "rules"} that did not match
            </summary>
            <pre class="file">
              {printable(all.slice(0, MOST_RULES).join("\n"))}
              {all.length > MOST_RULES ? `\n… and ${all.length - MOST_RULES} more` : ""}
            </pre>
          </details>
        );
      })}
    </>
  );
}

/** The rules of one chain in `iptables-save`'s text. */
export function chainOf(text: string, table: string, chain: string): string[] {
  const start = text.indexOf(`*${table}\n`);
  if (start < 0) return [];
  const end = text.indexOf("\nCOMMIT", start);
  const lines = text.slice(start, end < 0 ? undefined : end).split("\n");
  return lines.filter((line) => line.startsWith(`-A ${chain} `));
}
