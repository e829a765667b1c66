/**
 * Responses that are kept encoded, so that a lookup from memory is a copy of octets.
 *
 * A short cut only: the lookup says each time whether asking its queries again would give the same, and what is different
 * is encoded anew. They live as long as the cluster that they are about.
 *
 * @module
 */
import type { OpenCluster } from "../clusters.ts";
import { latin1 } from "../dns/cursor.ts";
import { PADDING_OPTION } from "../dns/response.ts";
import { seededRandom } from "../random.ts";
import type { Answered } from "./ask.ts";
import type { Deps } from "./deps.ts";
import { createShelf, type Shelf } from "./shelf.ts";
import type { Way } from "./way.ts";
import { type Asking, answerWire, type Wire, wireResponse } from "./wire.ts";

interface Kept {
  readonly asking: Asking;
  readonly answered: Answered;
  readonly wire: Wire;
  /** To a message of id 0; its copies share octets and headers. */
  response?: Response;
}

const SHELVES = new WeakMap<OpenCluster, Shelf<Kept>>();

/** Octets a cluster, roughly: an isolate has 128 MB for all that it does. */
const MOST = 4 * 1024 * 1024;

/**
 * Keeps a response that can be given again.
 *
 * @param message the query's octets
 */
export function keep(
  open: OpenCluster,
  message: Uint8Array,
  asking: Asking,
  answered: Answered,
  wire: Wire,
): void {
  if (answered.lookup.again === undefined || !comesAgain(asking, message)) return;
  const shelf = SHELVES.get(open) ?? createShelf(MOST, sizeOf);
  SHELVES.set(open, shelf);
  shelf.put(keyOf(asking.way, message), { asking, answered, wire });
}

/** The response to the same message, as asking again would give it; undefined where it has to be asked. */
export function keptResponse(
  open: OpenCluster,
  way: Way,
  message: Uint8Array,
  deps: Deps,
): Response | undefined {
  const shelf = SHELVES.get(open);
  if (shelf === undefined || message.length > LONGEST) return undefined;
  const key = keyOf(way, message);
  const kept = shelf.get(key);
  if (kept === undefined) return undefined;
  const answered = answeredAgain(kept.answered, deps);
  if (answered === undefined) {
    shelf.drop(key);
    return undefined;
  }
  if (answered === kept.answered) return responseTo(message, kept, deps);
  const renewed = { asking: kept.asking, answered, wire: answerWire(kept.asking, answered) };
  shelf.put(key, renewed);
  return responseTo(message, renewed, deps);
}

/** Octets; with a name of full length there is room for the padding of RFC 8467 §4.1. */
const LONGEST = 512;

/** A given seed makes its response each time, and an option such as dig's cookie is another one each time. */
function comesAgain({ way, query }: Asking, message: Uint8Array): boolean {
  const options = query.edns?.options ?? [];
  const isSame = options.every(({ code }) => code === PADDING_OPTION);
  return message.length <= LONGEST && isSame && way.options.seed === undefined;
}

/** Ways differ in their options, `seed` among them. All of a message counts but its id, the case of its name included. */
function keyOf(way: Way, message: Uint8Array): string {
  return `${way.key} ${latin1(message.subarray(2))}`;
}

function responseTo(message: Uint8Array, kept: Kept, { requestsShare }: Deps): Response {
  const { octets } = kept.wire;
  octets.set(message.subarray(0, 2));
  // RFC 8484 §4.1 asks for id 0. On Deno a copy costs a third of a response whose headers have to be checked.
  if (octets[0] !== 0 || octets[1] !== 0 || !requestsShare) return wireResponse(kept.wire);
  kept.response ??= wireResponse(kept.wire);
  return kept.response.clone();
}

/** Chance has a seed of its own where it plays a part again. */
function answeredAgain(before: Answered, { now, seed }: Deps): Answered | undefined {
  let drawn: { readonly seed: number; readonly random: () => number } | undefined;
  const random = () => {
    if (drawn === undefined) {
      const fresh = seed();
      drawn = { seed: fresh, random: seededRandom(fresh) };
    }
    return drawn.random();
  };
  const lookup = before.lookup.again?.({ now, random });
  if (lookup === undefined || lookup === before.lookup) return lookup && before;
  return { ...before, lookup, ...(drawn && { seed: drawn.seed }) };
}

/** Octets that the values of a query and of its reply take, as V8's heap grows by them. */
const QUERY_SIZE = 2000;

function sizeOf(key: string, { answered, wire }: Kept): number {
  const { octets, headers } = wire;
  const text = key.length + (headers["dns-trace"]?.length ?? 0) + (headers.link?.length ?? 0);
  return octets.length + text + (answered.lookup.queries.length + 1) * QUERY_SIZE;
}
