/**
 * What the page does in the browser beside drawing: asking the service, copying, moving the packet.
 *
 * @module
 */

import { err, ok, type Result } from "../../result.ts";
import type { Life } from "../../trace/life.ts";
import type { Effects } from "../drawers.tsx";

/** What was read, and what is being read. */
const TEXTS = new Map<string, string | Promise<string>>();

export const EFFECTS: Effects = {
  readText: (path) => {
    const known = TEXTS.get(path);
    if (known !== undefined) return known;
    const reading = fetch(path)
      .then((reply) => (reply.ok ? reply.text() : ""))
      .catch(() => "");
    TEXTS.set(path, reading);
    reading.then((text) => TEXTS.set(path, text));
    return reading;
  },
  readHeaders: async (path) => {
    try {
      const reply = await fetch(path, { cache: "no-store" });
      const lines = [...reply.headers].map(([name, value]) => `${name}: ${value}`);
      return [`HTTP ${reply.status}`, ...lines].join("\n");
    } catch {
      return "the service did not answer";
    }
  },
  copy: async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  },
  now: () => performance.now(),
};

/** @returns what is wrong, in the service's own words */
export async function readLife(
  address: string,
  request: RequestInit,
): Promise<Result<Life, string>> {
  try {
    const reply = await fetch(address, request);
    const body: unknown = await reply.json();
    if (reply.ok) return ok(body as Life);
    const detail = (body as { detail?: unknown }).detail;
    return err(typeof detail === "string" ? detail : `the service said ${reply.status}`);
  } catch {
    return err("the service did not answer");
  }
}

/** Milliseconds. */
const FLIGHT = 420;

/** Lets the packet fly from where it was; `from` is where it was drawn before. */
export function fly(from: { x: number; y: number }, glyph: SVGGElement): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const { x, y } = pointOf(glyph);
  const at = (px: number, py: number) => ({ transform: `translate(${px}px, ${py}px)` });
  glyph.animate([at(from.x, from.y), at(x, y)], { duration: FLIGHT, easing: "ease-in-out" });
}

/** On a small screen the narrator stands before the lower end of the stage. */
export function keepInSight(glyph: SVGGElement): void {
  for (const flight of glyph.getAnimations()) flight.cancel();
  const { top, bottom, height } = glyph.getBoundingClientRect();
  const narrator = document.querySelector(".narrator");
  if (height === 0 || narrator === null || getComputedStyle(narrator).position !== "sticky") return;
  const below = bottom + MARGIN - narrator.getBoundingClientRect().top;
  if (below > 0) scrollBy(0, below);
  else if (top < MARGIN) scrollBy(0, top - 2 * MARGIN);
}

/** Pixels. */
const MARGIN = 24;

export function pointOf(glyph: SVGGElement): { x: number; y: number } {
  return { x: Number(glyph.dataset.x), y: Number(glyph.dataset.y) };
}
