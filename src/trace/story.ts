/**
 * The story of a lookup: its life as steps to go through one by one, in the order of time.
 *
 * What happens for the first time is told in full, place by place; what takes a way that was told before (another
 * packet of a flow, the next name of the search list) is told in one step.
 *
 * @module
 */
import type { Life } from "./life.ts";
import { begin } from "./story/begin.ts";
import { type Cast, castOf } from "./story/cast.ts";
import { decision, result, waited } from "./story/end.ts";
import { groups, type Happening, happenings } from "./story/happenings.ts";
import { packetTellings } from "./story/packet.ts";
import { again } from "./story/repeat.ts";
import { serverTellings } from "./story/server.ts";
import type { Step, Telling } from "./story/step.ts";

export function storyOf(life: Life): Step[] {
  const teller = new Teller(life);
  for (const telling of begin(life)) teller.tell(telling, 0);
  for (const group of groups(life, happenings(life, teller.cast))) teller.candidate(group);
  const last = teller.steps.at(-1)?.at ?? 0;
  teller.tell(result(life), Math.max(last, life.cost.ms * 1000));
  return teller.steps;
}

/** Stretches on which nothing is done to a packet: told once, also where the rest of the way is new. */
const UNCHANGED = /^(?:veth|arrive|through-.*)$/;

class Teller {
  readonly steps: Step[] = [];
  readonly cast: Cast;
  readonly #life: Life;
  readonly #told = new Set<string>();
  readonly #ids = new Map<string, number>();

  constructor(life: Life) {
    this.#life = life;
    this.cast = castOf(life);
  }

  tell({ key, ...telling }: Telling, at: number, query?: number): void {
    const candidate = query === undefined ? undefined : this.#life.queries[query]?.candidate;
    this.steps.push({
      id: this.#id(query === undefined ? key : `q${query}-${key}`),
      at,
      ...(query === undefined ? {} : { query }),
      ...(candidate === undefined ? {} : { candidate }),
      ...telling,
    });
  }

  /** What happened to the queries of one name, and what the libc made of it. */
  candidate(happened: readonly Happening[]): void {
    const last = happened.at(-1);
    if (last === undefined) return;
    const index = this.#life.queries[last.query]?.candidate ?? 0;
    const candidate = this.#life.candidates[index];
    const isLast = !this.#life.queries.some(({ candidate }) => candidate > index);
    if (happened.every(({ way }) => this.#told.has(way)) && candidate !== undefined) {
      this.tell(again(this.#life, this.cast, happened, { candidate, isLast }), last.at, last.query);
      return;
    }
    let repeated: Happening[] = [];
    const flush = (): void => {
      const end = repeated.at(-1);
      if (end) this.tell(again(this.#life, this.cast, repeated), end.at, end.query);
      repeated = [];
    };
    for (const one of happened) {
      if (this.#told.has(one.way)) {
        repeated.push(one);
        continue;
      }
      flush();
      this.#told.add(one.way);
      for (const telling of this.#full(one)) this.tell(telling, one.at, one.query);
    }
    flush();
    if (candidate) this.tell(decision(this.#life, candidate, isLast), last.at, last.query);
  }

  #full({ packet: index, query, what }: Happening): Telling[] {
    const asked = this.#life.queries[query];
    if (asked === undefined) return [];
    if (what === "wait") return [waited(this.#life, asked.waited ?? 0)];
    if (what === "server") {
      const tellings = serverTellings(this.#life, this.cast, asked, this.#told);
      for (const { key } of tellings) this.#told.add(key);
      return tellings;
    }
    const packet = index === undefined ? undefined : this.#life.packets[index];
    if (packet === undefined || index === undefined) return [];
    return packetTellings(this.#life, this.cast, packet, index).filter(({ key }) => {
      const stretch = `${packet.kind} ${packet.leg} ${key}`;
      if (!UNCHANGED.test(key)) return true;
      if (this.#told.has(stretch)) return false;
      this.#told.add(stretch);
      return true;
    });
  }

  /** Twice the same would be one anchor for two steps. */
  #id(wanted: string): string {
    const slug = wanted.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const before = this.#ids.get(slug) ?? 0;
    this.#ids.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before + 1}`;
  }
}
