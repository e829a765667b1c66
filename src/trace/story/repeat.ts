/**
 * What takes a way that was told before, in one step.
 *
 * @module
 */
import type { Life, LifeCandidate, LifeQuery } from "../life.ts";
import type { Cast } from "./cast.ts";
import { count, decision, duration, WORD } from "./end.ts";
import type { Happening } from "./happenings.ts";
import { decisiveStep } from "./server.ts";
import * as sources from "./sources.ts";
import type { Place, Telling } from "./step.ts";

/**
 * @param happened one thing at least
 * @param whole where it is all that happened for a name: how that ended
 */
export function again(
  life: Life,
  cast: Cast,
  happened: readonly Happening[],
  whole?: { readonly candidate: LifeCandidate; readonly isLast: boolean },
): Telling {
  const queries = [...new Set(happened.map(({ query }) => query))].flatMap(
    (index) => life.queries[index] ?? [],
  );
  const last = happened.findLast(({ packet }) => packet !== undefined);
  const packet = last?.packet === undefined ? undefined : life.packets[last.packet];
  const shown =
    last?.packet === undefined || packet === undefined
      ? {}
      : { packet: { index: last.packet, hop: Math.max(0, packet.hops.length - 1) } };
  const end = packet === undefined ? "server" : cast.placeOf(packet.end.host);
  return whole === undefined
    ? part(happened, queries, shown, end)
    : name(life, queries, shown, whole);
}

type Shown = Pick<Telling, "packet">;

function name(
  life: Life,
  queries: readonly LifeQuery[],
  shown: Shown,
  { candidate, isLast }: { readonly candidate: LifeCandidate; readonly isLast: boolean },
): Telling {
  const how = queries.flatMap((query) => decisiveStep(query) ?? [])[0];
  const because = how === undefined ? "" : ` ${how}.`;
  const sent = `${count(queries.length, "query", "queries")} (${typesOf(queries)}) from port ${queries[0]?.port}${whereTo(queries)}`;
  const { sentence, ...ending } = decision(life, candidate, isLast);
  return {
    ...ending,
    ...shown,
    key: "again",
    title: `${candidate.name} ${WORD[candidate.outcome]}`,
    sentence: `The same way once more: ${sent}.${because} ${sentence}`,
  };
}

/** Some of what happened for a name that is told in full otherwise. */
function part(
  happened: readonly Happening[],
  queries: readonly LifeQuery[],
  shown: Shown,
  end: Place,
): Telling {
  const types = typesOf(queries);
  const asked = queries[0];
  const kinds = new Set(happened.map(({ what }) => what));
  const waited = queries.find(({ waited }) => waited !== undefined)?.waited;
  if (kinds.has("wait") && waited !== undefined) {
    return {
      ...shown,
      key: "same-wait",
      phase: "libc",
      title: `${types} again: no reply in ${duration(waited)}`,
      sentence: `From port ${asked?.port} the same way once more, to the same end; ${duration(waited)} go by. (Modelled.)`,
      source: sources.RESOLV_CONF,
      place: "libc",
      focus: "resolv.conf",
      outcome: "failed",
    };
  }
  if (kinds.has("out") && !kinds.has("back")) {
    return {
      ...shown,
      key: "same-out",
      phase: "packet",
      title: `${types} for ${asked?.name}: the same way`,
      sentence: `From port ${asked?.port}, by the same interfaces and through the same chains${whereTo(queries)}.`,
      source: sources.VIRTUAL_IPS,
      place: end,
      focus: "iptables",
    };
  }
  const answered = kinds.has("server") || kinds.has("onward");
  const how = asked === undefined ? undefined : decisiveStep(asked);
  const said = [...new Set(queries.map((query) => `${query.type} ${saidTo(query)}`))].join(", ");
  return {
    ...shown,
    key: "same-back",
    phase: "reply",
    title: answered ? `${said}: asked and answered the same way` : `${said}: back the same way`,
    sentence: `${answered && how !== undefined ? `${how}. ` : ""}${
      asked?.rcode === "REJECT"
        ? "The same error comes back."
        : "The reply comes back through connection tracking, as before."
    }`,
    source: sources.RESPONSE,
    place: "pod",
    focus: "message",
  };
}

function typesOf(queries: readonly LifeQuery[]): string {
  return [...new Set(queries.map(({ type }) => type))].join(" and ");
}

function whereTo(queries: readonly LifeQuery[]): string {
  const reached = [...new Set(queries.flatMap(({ reached }) => reached ?? []))];
  return reached.length === 0 ? "" : ` to ${reached.map((at) => `\`${at}\``).join(" and ")}`;
}

function saidTo({ rcode, answers }: LifeQuery): string {
  return rcode === "NOERROR" && answers === 0 ? "NODATA" : rcode;
}
