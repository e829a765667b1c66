/**
 * `/`: the explorer with a lookup to begin with; to curl what can be typed.
 *
 * The page's form, sent without scripts, comes here too: its fields are turned into the address of a life.
 *
 * @module
 */
import type { Context } from "hono";
import { parseName } from "../dns/name.ts";
import { lifeAddress } from "../web/address.ts";
import { home } from "../web/home.ts";
import { DEFAULT_CLUSTER, findSeat } from "./ask.ts";
import type { Deps } from "./deps.ts";
import { liveFor } from "./life.ts";
import { originOf, pageOf, problemPage } from "./page.tsx";
import { queryOf } from "./url.ts";

/** The first name of the talk. */
const FIRST = "web-service";

export async function front(c: Context, deps: Deps): Promise<Response> {
  const wantsPage = (c.req.header("accept") ?? "").includes("text/html");
  if (!wantsPage) return home(originOf(c));
  const address = lifeAddress(queryOf(c));
  if (address !== undefined) {
    return new Response(null, { status: 303, headers: { location: address, vary: "Accept" } });
  }
  const seat = await findSeat({ cluster: DEFAULT_CLUSTER, rest: [] }, deps);
  if (!seat.ok) return problemPage(seat.error);
  const name = parseName(FIRST);
  const call = { typed: FIRST, name: name.ok ? name.value : undefined, type: undefined };
  const { life } = await liveFor(c, deps, { call, options: {}, seat: seat.value });
  return pageOf(c, deps, life, seat.value);
}
