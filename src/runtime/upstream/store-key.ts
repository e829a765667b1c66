/**
 * Keys that fit into a store: Workers KV takes 512 octets, Deno KV 2 KiB.
 *
 * @module
 */

/** Octets that Workers KV allows. It refuses the empty key, `.` and `..` too. */
const LONGEST_KEY = 512;

/** `key`, or its SHA-256 where a store would refuse it. */
export async function fittingKey(key: string): Promise<string> {
  const octets = new TextEncoder().encode(key);
  if (octets.length <= LONGEST_KEY && key !== "" && key !== "." && key !== "..") return key;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return `sha256:${Array.from(digest, (octet) => octet.toString(16).padStart(2, "0")).join("")}`;
}
