/**
 * The clusters of a deployment on Deno: every `NAME.json` in a folder, and those in its Deno KV.
 *
 * @module
 */
import type { ClusterStore } from "../../clusters.ts";

/** Octets. A file above this is no cluster that could be served. */
const LARGEST = 256 * 1024 * 1024;

export function folderClusters(folder: string): ClusterStore {
  return {
    async names() {
      const names: string[] = [];
      for await (const entry of Deno.readDir(folder)) {
        if (!entry.isDirectory && entry.name.endsWith(".json")) names.push(entry.name.slice(0, -5));
      }
      return names;
    },
    /** A file that was written anew has another time or another size. */
    async get(name, known) {
      const path = `${folder}/${name}.json`;
      try {
        const { size, mtime } = await Deno.stat(path);
        if (size > LARGEST) throw new Error(`${path} has ${size} octets, ${LARGEST} are allowed`);
        const version = `${path} ${mtime?.getTime()} ${size}`;
        return version === known ? { version } : { version, octets: await Deno.readFile(path) };
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
  };
}

/** Those of both; where both have one of a name, the first's. */
export function bothClusters(first: ClusterStore, second: ClusterStore): ClusterStore {
  return {
    names: async () => (await Promise.all([first.names(), second.names()])).flat(),
    get: async (name, known) => (await first.get(name, known)) ?? second.get(name, known),
  };
}
