/**
 * Where the whole account of a lookup is: `/life.json` with all that decides it, its seed included.
 *
 * @module
 */
import { ROOT } from "../dns/name.ts";
import type { Asked } from "../exchanged.ts";
import { DEFAULT_CLUSTER, type VantagePath } from "./ask.ts";
import type { Way } from "./way.ts";

/** The header `Link` (RFC 8288). */
export function accountLink({ path, options }: Way, asked: Asked, seed: number): string {
  const { name, type } = asked.question;
  // A message cannot say "no trailing dot": what it holds was typed without one.
  const typed = asked.absolute || name === ROOT ? name : name.slice(0, -1);
  let query = `name=${encodeURIComponent(typed)}`;
  // The account of an address is getaddrinfo's, for both types.
  if (type !== "A" && type !== "AAAA") query += `&type=${type}`;
  const { ndots, search, libc, family, cacheOff } = options;
  if (ndots !== undefined) query += `&ndots=${ndots}`;
  if (search !== undefined) query += `&search=${encodeURIComponent(search.join(",") || "off")}`;
  if (libc !== undefined) query += `&libc=${libc}`;
  if (family !== undefined) query += `&family=${family}`;
  if (cacheOff) query += "&cache=off";
  return `<${prefix(path)}/life.json?${query}&seed=${seed}>; rel="describedby"`;
}

function prefix({ cluster, namespace, pod }: VantagePath): string {
  if (namespace === undefined) {
    return cluster === DEFAULT_CLUSTER ? "" : `/clusters/${encodeURIComponent(cluster)}`;
  }
  const inNamespace = `/clusters/${encodeURIComponent(cluster)}/namespaces/${encodeURIComponent(namespace)}`;
  return pod === undefined ? inNamespace : `${inNamespace}/pods/${encodeURIComponent(pod)}`;
}
