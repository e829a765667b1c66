/**
 * What is kept when the lookup has ended: the nodes' connection tracking, and CoreDNS's cache.
 *
 * @module
 */
import { useEffect, useState } from "hono/jsx";
import type { Life, LifeQuery } from "../../trace/life.ts";
import type { Step } from "../../trace/story/step.ts";
import { printable } from "../text.tsx";

/** Entries as `conntrack -L` prints them, with that of the step's own flow lit. */
export function ConntrackDrawer({ life, step }: { life: Life; step: Step }) {
  if (life.conntrack.length === 0) return <p>No node keeps a connection of this lookup.</p>;
  const own = flowOf(life, step);
  return (
    <>
      {life.conntrack.map(({ host, entries }) => (
        <section>
          <h3>
            <code>{host}</code>: conntrack -L
          </h3>
          <pre class="file rules">
            {entries.slice(0, MOST_ENTRIES).map((entry) => (
              <span class={own?.test(entry) ? "line lit" : "line"}>
                {own?.test(entry) ? <mark>{printable(entry)}</mark> : printable(entry)}
                {"\n"}
              </span>
            ))}
            {entries.length > MOST_ENTRIES ? `… and ${entries.length - MOST_ENTRIES} more` : ""}
          </pre>
        </section>
      ))}
    </>
  );
}

/** What an entry of the packet's flow has in it: the port that is not the server's. */
function flowOf(life: Life, step: Step): RegExp | undefined {
  const hop = step.packet && life.packets[step.packet.index]?.hops[step.packet.hop];
  if (hop === undefined) return undefined;
  const ports = [hop.src, hop.dst].map((end) => /:([0-9]{1,5})$/.exec(end)?.[1]);
  const port = ports.find((one) => one !== undefined && one !== "53");
  return port === undefined ? undefined : new RegExp(`\\b[sd]port=${port}\\b`);
}

const MOST_ENTRIES = 100;

export interface CacheProps {
  readonly life: Life;
  /** Milliseconds, of any clock; without one nothing runs down. */
  readonly now?: (() => number) | undefined;
}

export function CacheDrawer({ life, now }: CacheProps) {
  const elapsed = useElapsed(life, now);
  const keeps = life.coredns.plugins.some(({ plugin }) => plugin === "cache");
  const kept = life.queries.filter(({ ttl, source }) => ttl !== undefined && source !== undefined);
  if (!keeps) return <p>The Corefile has no cache: each query is asked anew.</p>;
  if (kept.length === 0) return <p>Nothing of this lookup is kept.</p>;
  return (
    <table class="cache">
      <caption>
        What CoreDNS keeps of this lookup, and for how long
        {now === undefined ? ", when the answer came" : ""}
      </caption>
      <thead>
        <tr>
          <th scope="col">Name and type</th>
          <th scope="col">Answer</th>
          <th scope="col">It was</th>
          <th scope="col">Seconds left</th>
        </tr>
      </thead>
      <tbody>
        {kept.slice(0, MOST_ENTRIES).map((query) => (
          <tr>
            <td>
              <code>{query.name}</code> {query.type}
            </td>
            <td>{saidTo(query)}</td>
            <td>{WAS[query.cache ?? ""] ?? query.cache}</td>
            <td class="ttl">{Math.max(0, (query.ttl ?? 0) - elapsed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const WAS: Readonly<Record<string, string>> = {
  miss: "new",
  memory: "kept",
  stale: "kept too long",
  kv: "kept outside",
  off: "not looked up",
  "": "–",
};

function saidTo({ rcode, answers, answer }: LifeQuery): string {
  if (rcode !== "NOERROR") return rcode;
  if (answers === 0) return "NODATA";
  return answer.map((line) => line.split(" ").at(-1)).join(" ");
}

/** Whole seconds since this life was drawn. */
function useElapsed(life: Life, now: (() => number) | undefined): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    if (now === undefined) return;
    setElapsed(0);
    const start = now();
    const timer = setInterval(() => setElapsed(Math.floor((now() - start) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [life]);
  return elapsed;
}
