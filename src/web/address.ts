/**
 * The page's address and what it asks: a form becomes the address of a life, a life that of the page.
 *
 * @module
 */
import type { Life } from "../trace/life.ts";
import { OPTION_NAMES } from "./page.ts";

/** What a form, or the query of the front page, holds. */
export interface Fields {
  get(name: string): string | null | { readonly name: string };
}

/**
 * The path and query of the life that the fields ask for; undefined without a name.
 *
 * @param form `.json` for the script; the page itself has no ending
 */
export function lifeAddress(fields: Fields, form: "" | ".json" = ""): string | undefined {
  const name = text(fields, "name").trim();
  if (name === "") return undefined;
  const params = new URLSearchParams({ name });
  for (const option of OPTION_NAMES) {
    const value = text(fields, option).trim();
    if (value !== "") params.set(option, value);
  }
  return `${prefixOf(text(fields, "vantage"))}/life${form}?${params}`;
}

/** `demo/default/client` as the contract's path; what is missing at its end is left to the defaults. */
function prefixOf(vantage: string): string {
  const parts = vantage.split("/").slice(0, 3);
  const words = ["clusters", "namespaces", "pods"];
  let path = "";
  for (const [index, part] of parts.entries()) {
    if (part === "") break;
    path += `/${words[index]}/${encodeURIComponent(part)}`;
  }
  return path;
}

/**
 * The address that brings a life back, whoever asks next.
 *
 * With its seed all is as it was but for what a cache keeps meanwhile: what met no cache is asked round it again.
 */
export function addressOf(life: Life): string {
  const { self } = life.asked;
  const isCold = life.queries.every(({ cache }) => cache === undefined || cache === "miss");
  return isCold && life.queries.length > 0 ? `${self}&cache=off` : self;
}

/** The same life in another spelling: `/life?name=a` as `/life.json?name=a`. */
export function spelledAs(self: string, ending: "json" | "pcapng" | "txt"): string {
  const at = self.indexOf("?");
  const path = at < 0 ? self : self.slice(0, at);
  return `${path.replace(/\/life$/, `/life.${ending}`)}${at < 0 ? "" : self.slice(at)}`;
}

/** From 0: `#step-7` is 6; undefined where the fragment names no step of a story of `count`. */
export function stepOf(hash: string, count: number): number | undefined {
  const number = /^#step-([1-9][0-9]{0,4})$/.exec(hash)?.[1];
  return number !== undefined && Number(number) <= count ? Number(number) - 1 : undefined;
}

function text(fields: Fields, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
