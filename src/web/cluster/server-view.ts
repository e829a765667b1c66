/**
 * What the server draws of a cluster, for who has no scripts.
 *
 * @module
 */
import { compactList } from "../../cluster/compact.ts";
import type { Cluster } from "../../cluster/model.ts";
import { type ClusterView, viewOf } from "./view.ts";

/** Objects: of a larger cluster a page without scripts shows nothing, since there is no filter for it. */
const MOST = 2000;

const VIEWS = new WeakMap<Cluster, ClusterView>();

/** Undefined for a large one. */
export function serverView(cluster: Cluster): ClusterView | undefined {
  if (cluster.services.length + cluster.pods.length + cluster.nodes.length > MOST) return undefined;
  const known = VIEWS.get(cluster);
  if (known !== undefined) return known;
  const view = viewOf(compactList(cluster));
  VIEWS.set(cluster, view);
  return view;
}
