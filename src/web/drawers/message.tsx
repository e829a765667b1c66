/**
 * The DNS message of a step: its fields beside its octets, each leading to the other.
 *
 * @module
 */
import { useState } from "hono/jsx";
import type { Life } from "../../trace/life.ts";
import type { Step } from "../../trace/story/step.ts";
import { Name, printable } from "../text.tsx";
import { dissect, type Field, octetsOf } from "./dissect.ts";

export function MessageDrawer({ life, step }: { life: Life; step: Step }) {
  const query = life.queries[step.query ?? 0];
  if (query === undefined) return <p>No message was sent.</p>;
  const isReply = showsReply(life, step) && query.reply !== undefined;
  const octets = octetsOf(isReply ? (query.reply ?? "") : query.request);
  return (
    <>
      <p>
        {isReply ? "Reply" : "Query"} of <code>{query.name}</code> {query.type}, {octets.length}{" "}
        octets, as the Pod {isReply ? "got" : "sent"} it.
      </p>
      <Dissected key={`${query.index}-${isReply}`} octets={octets} />
    </>
  );
}

/** A packet's own kind decides; without one, whether the answer is there by then. */
function showsReply(life: Life, step: Step): boolean {
  const packet = step.packet && life.packets[step.packet.index];
  if (packet !== undefined) return packet.kind === "reply";
  return step.phase === "reply" || step.phase === "result";
}

/** More is shown by the capture. */
const MOST_OCTETS = 1024;

function Dissected({ octets }: { octets: Uint8Array; key?: string }) {
  const fields = dissect(octets);
  const [chosen, choose] = useState<Field | undefined>(undefined);
  const leaf = (at: number) =>
    fields.findLast((field) => field.from <= at && at < field.to && field.depth > 0) ??
    fields.findLast((field) => field.from <= at && at < field.to);
  return (
    <div class="message">
      <ul class="fields">
        {fields.map((field) => (
          <li class={`depth-${field.depth}`}>
            <button
              type="button"
              aria-pressed={same(field, chosen) ? "true" : "false"}
              onClick={() => choose(field)}
              onFocus={() => choose(field)}
              onMouseEnter={() => choose(field)}
            >
              <b>
                <Name text={printable(field.label)} />
              </b>{" "}
              <Name text={printable(field.value)} />
            </button>
          </li>
        ))}
      </ul>
      <pre class="octets">
        {rowsOf(octets.slice(0, MOST_OCTETS)).map((row, index) => (
          <>
            <span class="offset">{(index * ROW).toString(16).padStart(4, "0")} </span>
            {row.map((octet, column) => {
              const at = index * ROW + column;
              const lit = chosen !== undefined && chosen.from <= at && at < chosen.to;
              return (
                // biome-ignore lint/a11y/noStaticElementInteractions: the fields' buttons do it for the keyboard
                <span class={lit ? "octet lit" : "octet"} onMouseEnter={() => choose(leaf(at))}>
                  {octet.toString(16).padStart(2, "0")}
                  {column === ROW / 2 - 1 ? "  " : " "}
                </span>
              );
            })}
            {"\n"}
          </>
        ))}
      </pre>
    </div>
  );
}

const ROW = 16;

function rowsOf(octets: Uint8Array): number[][] {
  const rows: number[][] = [];
  for (let at = 0; at < octets.length; at += ROW) rows.push([...octets.subarray(at, at + ROW)]);
  return rows;
}

/** Fields are made anew on each drawing. */
function same(a: Field, b: Field | undefined): boolean {
  return b !== undefined && a.from === b.from && a.to === b.to && a.label === b.label;
}
