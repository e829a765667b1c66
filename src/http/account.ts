/**
 * Where the whole account of a lookup is: `/life.json` with all that decides it, its seed included.
 *
 * @module
 */
import type { RRType } from "../dns/message.ts";
import { ROOT } from "../dns/name.ts";
import type { Asked } from "../exchanged.ts";
import { faultText } from "../life/fault.ts";
import { DEFAULT_CLUSTER, type VantagePath } from "./ask.ts";
import type { Options } from "./options.ts";
import type { Way } from "./way.ts";

/** The header `Link` (RFC 8288). */
export function accountLink({ path, options }: Way, asked: Asked, seed: number): string {
  const { name, type } = asked.question;
  // A message cannot say "no trailing dot": what it holds was typed without one.
  const typed = asked.absolute || name === ROOT ? name : name.slice(0, -1);
  // The account of an address is getaddrinfo's, for both types.
  const others = type === "A" || type === "AAAA" ? undefined : type;
  const query = accountQuery(typed, others, options, seed);
  return `<${prefix(path)}/life.json?${query}>; rel="describedby"`;
}

/** The query of an account's address: what was asked, and all that decides what comes of it. */
export function accountQuery(
  typed: string,
  type: RRType | undefined,
  options: Pick<Options, "ndots" | "search" | "libc" | "family" | "cacheOff" | "fault">,
  seed: number,
): string {
  const { ndots, search, libc, family, cacheOff, fault } = options;
  let query = `name=${encoded(typed)}`;
  if (type !== undefined) query += `&type=${type}`;
  if (ndots !== undefined) query += `&ndots=${ndots}`;
  if (search !== undefined) query += `&search=${encoded(search.join(",") || "off")}`;
  if (libc !== undefined) query += `&libc=${libc}`;
  if (family !== undefined) query += `&family=${family}`;
  if (cacheOff) query += "&cache=off";
  if (fault !== undefined) query += `&fault=${encoded(faultText(fault))}`;
  return `${query}&seed=${seed}`;
}

/** What a shell or a sentence would end an address at is escaped too. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function prefix({ cluster, namespace, pod }: VantagePath): string {
  if (namespace === undefined) {
    return cluster === DEFAULT_CLUSTER ? "" : `/clusters/${encodeURIComponent(cluster)}`;
  }
  const inNamespace = `/clusters/${encodeURIComponent(cluster)}/namespaces/${encodeURIComponent(namespace)}`;
  return pod === undefined ? inNamespace : `${inNamespace}/pods/${encodeURIComponent(pod)}`;
}
