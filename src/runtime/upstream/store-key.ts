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
  return digest(octets);
}

/** Never of shared memory: that is only what some type libraries say of every encoder. */
export async function digest(octets: Uint8Array): Promise<string> {
  const own = octets as Uint8Array<ArrayBuffer>;
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", own));
  return `sha256:${Array.from(sum, (octet) => octet.toString(16).padStart(2, "0")).join("")}`;
}
