/**
 * A cluster's text as a store keeps it: JSON, or JSON in gzip, which a large cluster needs to fit.
 *
 * Packing and unpacking are done in one go: while an isolate unpacks a large cluster there is no second request that
 * could begin the same.
 *
 * @module
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { err, ok, type Result } from "../result.ts";

/** Octets. The largest cluster that Kubernetes is tested with takes a third; what unpacks to more is no cluster. */
const LONGEST_UNPACKED = 64 * 1024 * 1024;

/** gzip's first two octets (RFC 1952 §2.3.1); no JSON begins with them. */
const MAGIC = [0x1f, 0x8b] as const;

export function storedOctets(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(text));
}

/** @returns an error, a sentence, where the octets are cut short, or unpack to too much */
export function storedText(octets: Uint8Array): Result<string, string> {
  const isPacked = octets[0] === MAGIC[0] && octets[1] === MAGIC[1];
  try {
    const unpacked = isPacked ? gunzipSync(octets, { maxOutputLength: LONGEST_UNPACKED }) : octets;
    return ok(new TextDecoder().decode(unpacked));
  } catch {
    return err(
      `cannot be unpacked: its gzip is broken, cut short, or holds more than ${LONGEST_UNPACKED} octets`,
    );
  }
}
