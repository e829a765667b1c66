/**
 * /etc/resolv.conf: read and written as resolv.conf(5) has it.
 *
 * @module
 */
import type { ResolvConf } from "./resolver.ts";

/**
 * Reads a resolv.conf: the last `search` or `domain` line counts, `nameserver` lines and `options` add up.
 *
 * As in glibc (`resolv/res_init.c`) a keyword stands at the very start of its line, `#` and `;` there begin a
 * comment, and what is not understood is passed over.
 */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  const options: string[] = [];
  let search: readonly string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...words] = line.split(BLANKS).filter((word, at) => at === 0 || word !== "");
    const first = words[0];
    if (first === undefined) continue;
    if (keyword === "nameserver") nameservers.push(first);
    else if (keyword === "search") search = words;
    else if (keyword === "domain") search = [first];
    else if (keyword === "options") options.push(...words);
  }
  return { nameservers, search, options };
}

/** Writes `conf` as containerd does: search, nameservers, options; a line that would be empty is left out. */
export function printResolvConf(conf: ResolvConf): string {
  const lines: string[] = [];
  if (conf.search.length > 0) lines.push(`search ${conf.search.join(" ")}`);
  for (const nameserver of conf.nameservers) lines.push(`nameserver ${nameserver}`);
  if (conf.options.length > 0) lines.push(`options ${conf.options.join(" ")}`);
  return lines.map((line) => `${line}\n`).join("");
}

const BLANKS = /[ \t\r\f\v]/;
