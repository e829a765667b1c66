/**
 * What happened to a lookup's queries, one thing after the other.
 *
 * @module
 */
import type { Life } from "../life.ts";
import { type Cast, wayOf } from "./cast.ts";
import { serverWay } from "./server.ts";

/** Something that happened to one query, and how it is told where it is new. */
export interface Happening {
  /** Microseconds since the call. */
  readonly at: number;
  readonly query: number;
  readonly what: "out" | "server" | "onward" | "back" | "wait";
  /** The same for what goes the same way. */
  readonly way: string;
  /** Index in the life's packets. */
  readonly packet?: number;
}

/** In the order of time; a server's work stands before the first packet that follows from it. */
export function happenings(life: Life, cast: Cast): Happening[] {
  const list: Happening[] = [];
  const served = new Set<number>();
  const serve = (query: number, at: number): void => {
    const asked = life.queries[query];
    if (asked === undefined || served.has(query)) return;
    served.add(query);
    list.push({ at, query, what: "server", way: serverWay(asked) });
  };
  const waits = waitsOf(life);
  const waitUntil = (at: number): void => {
    for (let wait = waits[0]; wait !== undefined && wait.at <= at; wait = waits[0]) {
      waits.shift();
      list.push(wait);
    }
  };
  for (const [index, packet] of life.packets.entries()) {
    const { at, query, kind, leg } = packet;
    waitUntil(at);
    const outward = kind === "query" || kind === "tcp";
    if (kind !== "tcp" && kind !== "icmp" && !(outward && leg === "pod")) serve(query, at);
    const what = leg === "server" ? "onward" : outward ? "out" : "back";
    list.push({ at, query, what, way: wayOf(packet, cast), packet: index });
  }
  // Where no walk is modelled, the queries are all there is.
  if (life.packets.length === 0) {
    for (const { index, at } of life.queries) {
      waitUntil(at * 1000);
      serve(index, at * 1000);
    }
  }
  waitUntil(Number.POSITIVE_INFINITY);
  return list;
}

/** What is waited for at once is one wait. */
function waitsOf(life: Life): Happening[] {
  const waits: Happening[] = [];
  for (const { index, at, waited } of life.queries) {
    if (waited === undefined) continue;
    const end = (at + waited) * 1000;
    if (waits.at(-1)?.at === end) continue;
    waits.push({ query: index, at: end, what: "wait", way: `wait ${waited}` });
  }
  return waits.sort((a, b) => a.at - b.at);
}

/** Cut where the libc goes on to another name. */
export function groups(life: Life, list: readonly Happening[]): Happening[][] {
  const cut: Happening[][] = [];
  let candidate: number | undefined;
  for (const one of list) {
    const of = life.queries[one.query]?.candidate;
    if (of !== candidate || cut.length === 0) cut.push([]);
    candidate = of;
    cut.at(-1)?.push(one);
  }
  return cut;
}
