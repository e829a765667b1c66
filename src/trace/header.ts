/**
 * The header `DNS-Trace`: a Structured Fields List, one String a query (RFC 9651 §3.1).
 *
 * @module
 */
import type { TracedQuery } from "./query.ts";

/** Octets. Node's and Python's HTTP clients refuse headers that are much larger in total. */
const LONGEST = 4096;

/**
 * @returns the header's value, at most 4 KiB: what does not fit becomes a last member `"..."` with `more=N`;
 * undefined where nothing was asked, since an empty List is an absent header (RFC 9651 §4.1)
 */
export function traceHeader(queries: readonly TracedQuery[]): string | undefined {
  const members: string[] = [];
  let length = 0;
  for (const [index, query] of queries.entries()) {
    const member = traceMember(query);
    const left = queries.length - index;
    const rest = left > 1 ? moreMember(left).length + 2 : 0;
    if (length + member.length + 2 + rest > LONGEST) {
      members.push(moreMember(left));
      break;
    }
    members.push(member);
    length += member.length + 2;
  }
  return members.length === 0 ? undefined : members.join(", ");
}

/** One query as a List member. Names are presentation form, so every character is printable ASCII. */
export function traceMember(query: TracedQuery): string {
  let text = `${sfString(query.name)};type=${query.type};rcode=${query.rcode};answers=${query.answers}`;
  if (query.source !== undefined) text += `;source=${query.source}`;
  if (query.cache !== undefined) text += `;cache=${query.cache}`;
  if (query.ttl !== undefined) text += `;ttl=${query.ttl}`;
  if (query.upstream !== undefined) text += `;upstream=${sfString(query.upstream)}`;
  if (query.attempt > 1) text += `;attempt=${query.attempt}`;
  if (query.note !== undefined) text += `;note=${sfString(query.note)}`;
  return text;
}

function moreMember(count: number): string {
  return `"...";more=${count}`;
}

/** RFC 9651 §4.1.6. What a String cannot hold is shown as `?`, so no input can end the header. */
function sfString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return `"${text.replace(/[^\x20-\x7e]/g, "?").replace(/[\\"]/g, "\\$&")}"`;
}

/** What most names are made of. */
const PLAIN = /^[\w.-]*$/;
