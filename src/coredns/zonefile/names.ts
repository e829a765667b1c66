/**
 * Names in a zone file: those without a final dot are relative to the origin, `@` is the origin (RFC 1035 §5.1).
 *
 * @module
 */
import { describeNameError, type Name, parseName, ROOT } from "../../dns/name.ts";
import type { Word } from "../../dns/text.ts";
import { err, ok, type Result } from "../../result.ts";

/** The absolute name, or a sentence that says why `text` is none. */
export function absoluteName(text: string, origin: Name): Result<Name, string> {
  if (text === "@") return ok(origin);
  const whole = isAbsolute(text) ? text : `${text}.${origin === ROOT ? "" : origin}`;
  const name = parseName(whole);
  return name.ok ? name : err(`${shortened(text)}: ${describeNameError(name.error)}`);
}

/** The rdata as one line with absolute names only, as `parseRR` reads it. */
export function absoluteRdata(
  type: string,
  rdata: readonly Word[],
  origin: Name,
): Result<string, string> {
  const at = NAMES_AT[type];
  const isGeneric = rdata[0]?.text === "\\#" && !rdata[0].quoted;
  const spelled: string[] = [];
  for (const [index, word] of rdata.entries()) {
    if (isGeneric || !at?.includes(index)) {
      spelled.push(spell(word));
      continue;
    }
    const name = absoluteName(word.text, origin);
    if (!name.ok) return name;
    spelled.push(name.value);
  }
  return ok(spelled.join(" "));
}

/** What a message quotes: a word may be as long as the file. */
export function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** The places of names in the rdata. */
const NAMES_AT: Readonly<Record<string, readonly number[]>> = {
  NS: [0],
  CNAME: [0],
  DNAME: [0],
  PTR: [0],
  SOA: [0, 1],
  MX: [1],
  SRV: [3],
  MB: [0],
  MG: [0],
  MR: [0],
  MINFO: [0, 1],
  RP: [0, 1],
  AFSDB: [1],
  RT: [1],
  KX: [1],
  NAPTR: [5],
  NSEC: [0],
  RRSIG: [7],
  SVCB: [1],
  HTTPS: [1],
};

function isAbsolute(text: string): boolean {
  if (!text.endsWith(".")) return false;
  let slashes = 0;
  while (text[text.length - 2 - slashes] === "\\") slashes++;
  return slashes % 2 === 0;
}

/** The word as it can stand in a line again: blanks that quotes protected get a backslash. */
function spell(word: Word): string {
  if (word.quoted) return `"${word.text}"`;
  return word.text.replace(/\\[\s\S]|[\s;()"]/g, (part) => (part.length > 1 ? part : `\\${part}`));
}
