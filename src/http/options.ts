/**
 * The options of a lookup, as query parameters and as trailing path segments.
 *
 * dig and kdig cannot send a query string, so `/dns-query/ndots=2/libc=musl` says the same as
 * `/dns-query?ndots=2&libc=musl`. The path wins; a repeated option is an error; so is an unknown one in the path.
 *
 * @module
 */
import { describeNameError, parseName } from "../dns/name.ts";
import { type Fault, parseFault } from "../life/fault.ts";
import type { LookupOptions } from "../queries.ts";
import { err, ok, type Result } from "../result.ts";
import { LIBCS, type Libc } from "../stub/resolver.ts";
import { badRequest, type Problem, quoted } from "./problem.ts";

export interface Options extends LookupOptions {
  readonly seed?: number;
  readonly traceOff?: boolean;
  /** Of `/life` and `/compare`. */
  readonly fault?: Fault;
  readonly color?: boolean;
}

/** How many search domains a lookup may bring, and their characters in all (kubelet's own limits). */
const MOST_DOMAINS = 32;
const LONGEST_SEARCH = 2048;

/**
 * @param segments what stands in the path behind the resource, still percent-encoded
 * @param query the URL's query; parameters that are no option of ours are ignored
 * @param readers the options that the resource takes
 */
export function parseOptions(
  segments: readonly string[],
  query: URLSearchParams,
  readers: Readers = READERS,
): Result<Options, Problem> {
  const given = new Map<string, string>();
  for (const segment of segments) {
    const added = addSegment(segment, given, readers);
    if (added) return err(added);
  }
  for (const key of Object.keys(readers)) {
    const values = query.getAll(key);
    if (values.length > 1) return err(badRequest(`option ${key} is given ${values.length} times`));
    if (values.length === 1 && !given.has(key)) given.set(key, values[0] as string);
  }
  let options: Options = {};
  for (const [key, value] of given) {
    const read = readers[key]?.(value);
    if (read === undefined) continue;
    if (!read.ok) return err(badRequest(`${key} takes ${read.error}: received ${quoted(value)}`));
    options = { ...options, ...read.value };
  }
  return ok(options);
}

function addSegment(
  segment: string,
  given: Map<string, string>,
  readers: Readers,
): Problem | undefined {
  const text = decodeSegment(segment);
  if (text === undefined) return badRequest(`the path holds a broken % escape: ${quoted(segment)}`);
  const equals = text.indexOf("=");
  const key = equals < 0 ? text : text.slice(0, equals);
  if (equals < 0 || !Object.hasOwn(readers, key)) {
    const known = Object.keys(readers).join(", ");
    return badRequest(`the path has ${quoted(text)}, which is no option; options are ${known}`);
  }
  if (given.has(key)) return badRequest(`option ${key} is given twice in the path`);
  given.set(key, text.slice(equals + 1));
  return undefined;
}

/** `undefined` where a % escape is broken. */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** What is allowed, as the end of the sentence "`ndots` takes …". */
type Reader = (value: string) => Result<Options, string>;

type Readers = Readonly<Record<string, Reader>>;

const READERS: Readers = {
  ndots: (value) => {
    const ndots = wholeNumber(value, 255);
    return ndots === undefined ? err("a whole number from 0 to 255") : ok({ ndots });
  },
  search: readSearch,
  libc: (value) => {
    const libc = LIBCS.find((known) => known === value);
    return libc === undefined ? err(`one of ${LIBCS.join(", ")}`) : ok({ libc: libc as Libc });
  },
  family: (value) =>
    value === "4" || value === "6" || value === "any"
      ? ok({ family: value })
      : err("one of 4, 6, any"),
  seed: (value) => {
    const seed = wholeNumber(value, 2 ** 32 - 1);
    return seed === undefined ? err("a whole number from 0 to 4294967295") : ok({ seed });
  },
  cache: (value) => (value === "off" ? ok({ cacheOff: true }) : err("off, or is left out")),
  trace: (value) => (value === "off" ? ok({ traceOff: true }) : err("off, or is left out")),
};

/** Those of `/life` and `/compare`, which have no EDE to leave out. */
export const LIFE_READERS: Readers = {
  ...READERS,
  fault: (value) => {
    const fault = parseFault(value);
    return fault.ok ? ok({ fault: fault.value }) : fault;
  },
  color: (value) =>
    value === "always" || value === "never"
      ? ok({ color: value === "always" })
      : err("always or never"),
};

function readSearch(value: string): Result<Options, string> {
  if (value === "off") return ok({ search: [] });
  const allowed = `off, or up to ${MOST_DOMAINS} domains separated by commas`;
  const domains = value.split(",");
  if (domains.length > MOST_DOMAINS) return err(allowed);
  if (value.length > LONGEST_SEARCH) return err(`at most ${LONGEST_SEARCH} characters`);
  for (const domain of domains) {
    const parsed = parseName(domain);
    if (!parsed.ok) return err(`${allowed} (${describeNameError(parsed.error)})`);
    // resolv.conf is a line of words: a domain with a blank would be two.
    if (!/^[\x21-\x7e]+$/.test(domain)) return err(`${allowed}, without blanks`);
  }
  return ok({ search: domains });
}

function wholeNumber(value: string, most: number): number | undefined {
  if (!/^[0-9]{1,10}$/.test(value)) return undefined;
  const number = Number(value);
  return number <= most ? number : undefined;
}
