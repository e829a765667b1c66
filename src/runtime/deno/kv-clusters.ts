/**
 * Clusters in Deno KV, which takes 64 KiB in a value: chunks under the version that they are of, and the version under
 * the cluster's name.
 *
 * The version is written last, and what it replaced is removed after that: who reads gets one version whole.
 *
 * @module
 */
import type { ClusterStore } from "../../clusters.ts";

/** What stands under the cluster's name. */
interface Stored {
  readonly version: string;
  readonly chunks: number;
  readonly octets: number;
}

/** Deno KV refuses values over 64 KiB, counted with a few octets of its own. */
const CHUNK = 65_000;

/** As many chunks as are read or written at once. */
const TOGETHER = 10;

const key = (name: string): Deno.KvKey => ["cluster", name];
const chunkKey = (name: string, version: string, at: number): Deno.KvKey => [
  "cluster-chunk",
  name,
  version,
  at,
];

export function denoKvClusters(kv: Deno.Kv): ClusterStore {
  return {
    async names() {
      const names: string[] = [];
      for await (const entry of kv.list({ prefix: ["cluster"] })) names.push(String(entry.key[1]));
      return names;
    },
    async get(name, known) {
      // Chunks that are gone were replaced meanwhile: the version is another then.
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { value } = await kv.get<Stored>(key(name));
        if (value === null) return undefined;
        const { version } = value;
        if (version === known) return { version };
        const octets = await readChunks(kv, name, value);
        if (octets !== undefined) return { version, octets };
      }
      throw new Error(`cluster ${name}: chunks are missing in Deno KV`);
    },
  };
}

const ATTEMPTS = 3;

/** @returns how many chunks were written; undefined where another version was put at the same time */
export async function putCluster(
  kv: Deno.Kv,
  name: string,
  version: string,
  octets: Uint8Array,
): Promise<number | undefined> {
  const before = await kv.get<Stored>(key(name));
  const old = await chunksOf(kv, name);
  const chunks = Math.ceil(octets.length / CHUNK);
  await inTurns(chunks, (at) =>
    kv.set(chunkKey(name, version, at), octets.slice(at * CHUNK, (at + 1) * CHUNK)),
  );
  const stored: Stored = { version, chunks, octets: octets.length };
  const done = await kv.atomic().check(before).set(key(name), stored).commit();
  if (!done.ok) return undefined;
  const outdated = old.filter((chunk) => chunk[2] !== version);
  await inTurns(outdated.length, (at) => kv.delete(outdated[at] as Deno.KvKey));
  return chunks;
}

async function readChunks(
  kv: Deno.Kv,
  name: string,
  { version, chunks, octets }: Stored,
): Promise<Uint8Array | undefined> {
  if (chunks * CHUNK > LARGEST || octets > chunks * CHUNK) return undefined;
  const whole = new Uint8Array(octets);
  let read = 0;
  const keys = Array.from({ length: chunks }, (_, at) => chunkKey(name, version, at));
  for (let at = 0; at < chunks; at += TOGETHER) {
    const some = await kv.getMany<Uint8Array[]>(keys.slice(at, at + TOGETHER));
    for (const [next, { value }] of some.entries()) {
      const place = (at + next) * CHUNK;
      if (!(value instanceof Uint8Array) || place + value.length > octets) return undefined;
      whole.set(value, place);
      read += value.length;
    }
  }
  return read === octets ? whole : undefined;
}

/** Octets. What claims to be larger is none of ours. */
const LARGEST = 64 * 1024 * 1024;

/** Of every version; those of one that was never finished too. */
async function chunksOf(kv: Deno.Kv, name: string): Promise<readonly Deno.KvKey[]> {
  const keys: Deno.KvKey[] = [];
  for await (const entry of kv.list({ prefix: ["cluster-chunk", name] })) keys.push(entry.key);
  return keys;
}

async function inTurns(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < count; at += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - at) }, (_, next) =>
      work(at + next),
    );
    await Promise.all(some);
  }
}
