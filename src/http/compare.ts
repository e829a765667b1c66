/**
 * `/compare`: one name looked up in several ways, as text or JSON.
 *
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { compare } from "../life/compare.ts";
import { comparisonText } from "../trace/comparison.ts";
import type { Deps } from "./deps.ts";
import { readLifeRequest, respond, settingOf } from "./life.ts";
import { problemResponse } from "./problem.ts";

export async function compareWays(c: Context, deps: Deps): Promise<Response> {
  const request = await readLifeRequest(c, deps);
  if (!request.ok) return problemResponse(request.error);
  const { call, options, seat } = request.value;
  const seed = options.seed ?? deps.seed();
  const comparison = await compare(call, { ...options, seed }, settingOf(c, seat, deps), seat.open);
  const supports = ["text/plain", "application/json"];
  const form = accepts(c, { header: "Accept", supports, default: "text/plain" });
  return form === "application/json" || c.req.path.includes("/compare.json")
    ? respond(`${JSON.stringify(comparison, undefined, 2)}\n`, "application/json; charset=UTF-8")
    : respond(
        comparisonText(comparison, { color: options.color ?? false }),
        "text/plain; charset=UTF-8",
      );
}
