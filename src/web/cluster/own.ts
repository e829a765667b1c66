/**
 * A cluster of the visitor's own: read from what was typed or pasted, kept in the browser, and sent with each lookup.
 *
 * @module
 */
import { brokenPlace, placeOfPath } from "../../cluster/json-text.ts";
import { err, ok, type Result } from "../../result.ts";
import { withCorefile } from "./corefile.ts";
import { LONGEST_LIST, LONGEST_UNPACKED } from "./limits.ts";
import { isObject } from "./shapes.ts";
import { sourcePath, trimmed } from "./trim.ts";

export interface Own {
  /** What it is called in addresses; no cluster of the deployment's has that name. */
  readonly name: string;
  readonly list: unknown;
  /** The List as it travels. */
  readonly text: string;
}

export type DraftKind = "Corefile" | "List";

/** What was typed, as far as the browser understands it. */
export interface Draft {
  readonly kind: DraftKind;
  readonly typed: string;
  readonly list: unknown;
  /** Of each item of `list` that stands in what was typed, its index there. */
  readonly places: readonly number[];
}

export interface Wrong {
  readonly message: string;
  /** Of what was typed, from 1. */
  readonly line?: number;
}

/** By what it begins with: a List is an object. */
export function kindOf(typed: string): DraftKind {
  return /^\s*[{[]/.test(typed) ? "List" : "Corefile";
}

/** @param base the List that a Corefile is put into */
export function readDraft(kind: DraftKind, typed: string, base: unknown): Result<Draft, Wrong> {
  if (typed.trim() === "") return err({ message: `there is no ${kind} yet` });
  if (kind === "Corefile") {
    const list = withCorefile(trimmed(base).list, typed);
    return ok({ kind, typed, list, places: [] });
  }
  try {
    return ok({ kind, typed, ...trimmed(JSON.parse(typed)) });
  } catch {
    const { line = 1, column = 1 } = brokenPlace(typed) ?? {};
    return err({ message: `not JSON: broken at line ${line}, column ${column}`, line });
  }
}

/** The service's words about a draft, with the line of what was typed that they are about. */
export function explained(detail: string, { kind, typed, list, places }: Draft): Wrong {
  const said = detail.replace(/^cluster [a-z0-9-]+: /, "");
  const inCorefile = /^Corefile line (\d{1,7}):/.exec(said)?.[1];
  if (kind === "Corefile") {
    return inCorefile === undefined
      ? { message: said }
      : { message: said, line: Number(inCorefile) };
  }
  const items = isObject(list) && Array.isArray(list.items) ? list.items : [];
  const corefile = items.findLastIndex(
    (item) => isObject(item) && isObject(item.data) && "Corefile" in item.data,
  );
  const message = sourcePath(said, places);
  const path = inCorefile === undefined ? message : `$.items[${places[corefile]}].data.Corefile`;
  const line = path.startsWith("$") ? placeOfPath(typed, path)?.line : undefined;
  return line === undefined ? { message } : { message, line };
}

/** A name that the deployment has no cluster of. */
export function ownName(taken: readonly string[]): string {
  let name = "yours";
  for (let number = 2; taken.includes(name); number++) name = `yours-${number}`;
  return name;
}

/** Octets: what is longer is sent in gzip. */
const SENT_AS_IT_IS = 64 * 1024;

/** How the List is sent; a sentence where it is too long. */
export async function postOf(text: string): Promise<Result<RequestInit, string>> {
  const octets = new TextEncoder().encode(text);
  const headers = { "content-type": "application/json" };
  if (octets.length <= SENT_AS_IT_IS) return ok({ method: "POST", headers, body: octets });
  if (octets.length > LONGEST_UNPACKED) return err(tooLong(octets.length, LONGEST_UNPACKED));
  const gzip = new Blob([octets]).stream().pipeThrough(new CompressionStream("gzip"));
  const body = await new Response(gzip).arrayBuffer();
  if (body.byteLength > LONGEST_LIST) return err(tooLong(body.byteLength, LONGEST_LIST));
  return ok({ method: "POST", headers: { ...headers, "content-encoding": "gzip" }, body });
}

function tooLong(octets: number, most: number): string {
  const mebibytes = (octets / 1024 / 1024).toFixed(1);
  return `the cluster is too large to travel: without all that no resolver reads it takes ${mebibytes} MiB, and ${most / 1024 / 1024} MiB may be sent`;
}

/** The page's address while it shows a life of an own cluster: the service serves the page, and the script asks again. */
export function ownPage(self: string): string {
  return `/?${new URLSearchParams({ yours: self })}`;
}

/** The life that such an address is of. */
export function lifeOfOwnPage(search: string): string | undefined {
  const self = new URLSearchParams(search).get("yours") ?? "";
  return /^\/clusters\/[^/?#]+(?:\/[^?#]*)?\/life\?/.test(self) ? self : undefined;
}
