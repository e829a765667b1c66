/**
 * The trace as Extended DNS Errors, INFO-CODE 29 (Synthesized): what `dig` prints.
 *
 * @module
 */
import type { RRType } from "../dns/message.ts";
import type { TracedQuery } from "./query.ts";

/**
 * One line a query: `1/5 api.example.com.default.svc.cluster.local. NXDOMAIN kubernetes`; behind that what tells it apart
 * from others (its type where it is not the asked one, NODATA, a further attempt), then a note.
 */
export function traceLines(queries: readonly TracedQuery[], asked: RRType): string[] {
  return queries.map((query, index) => {
    const words = [`${index + 1}/${queries.length}`, query.name, query.rcode];
    if (query.source !== undefined) words.push(query.source);
    if (query.type !== asked) words.push(query.type);
    if (query.rcode === "NOERROR" && query.answers === 0) words.push("NODATA");
    if (query.attempt > 1) words.push(`attempt ${query.attempt}`);
    return words.join(" ") + (query.note === undefined ? "" : `; ${query.note}`);
  });
}
