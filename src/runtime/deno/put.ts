/**
 * `cluster:put --deno-kv PATH`: writes a file as a cluster into a Deno KV, which only Deno can open.
 *
 * @module
 */
import { putCluster } from "./kv-clusters.ts";

const [name, version, file, path] = Deno.args;
if (name === undefined || version === undefined || file === undefined || path === undefined) {
  console.error("usage: deno run put.ts NAME VERSION FILE PATH");
  Deno.exit(1);
}
const kv = await Deno.openKv(path);
const chunks = await putCluster(kv, name, version, await Deno.readFile(file));
kv.close();
if (chunks === undefined) {
  console.error(`cluster ${name}: another version was put at the same time; put this one again`);
  Deno.exit(1);
}
