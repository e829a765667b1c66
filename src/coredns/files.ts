/**
 * The files that a directive names (`file DBFILE`, `loadbalance weighted WEIGHTFILE`): keys of the ConfigMaps that the
 * CoreDNS pods mount.
 *
 * @module
 */
import type { Cluster } from "../cluster/model.ts";
import { absolute } from "./imports.ts";
import type { Environment } from "./plugin.ts";

/**
 * The text of the file at `path`, or undefined where no ConfigMap has it.
 *
 * A relative path counts from the block's `root`, else from the Corefile's folder. The dump does not say where a ConfigMap
 * is mounted, so a key that is the path's last part is the file as well.
 */
export function mountedFile(path: string, environment: Environment): string | undefined {
  const root = environment.directives?.find((one) => one.name === "root")?.args[0];
  const full = absolute(path, root === undefined ? undefined : absolute(root));
  const { corednsFiles, corednsCustom } = environment.cluster;
  for (const [name, text] of corednsFiles) if (absolute(name) === full) return text;
  for (const [name, text] of corednsCustom) if (absolute(`custom/${name}`) === full) return text;
  const last = full.slice(full.lastIndexOf("/") + 1);
  return corednsFiles.get(last) ?? corednsCustom.get(last);
}

/** Why it cannot be opened: `open db.test: no such file; there is NodeHosts`. */
export function noSuchFile(path: string, cluster: Cluster): string {
  const known = [...cluster.corednsFiles.keys(), ...cluster.corednsCustom.keys()].slice(0, 20);
  return `open ${path}: no such file; there is ${known.join(", ") || "none"}`;
}
