/**
 * Clusters in a folder: every `NAME.json` in it.
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
    async get(name) {
      const path = `${folder}/${name}.json`;
      try {
        const { size } = await Deno.stat(path);
        if (size > LARGEST) throw new Error(`${path} has ${size} octets, ${LARGEST} are allowed`);
        return await Deno.readTextFile(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
  };
}
