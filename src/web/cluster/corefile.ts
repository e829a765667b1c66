/**
 * A Corefile put into a List, where CoreDNS's ConfigMap has it.
 *
 * @module
 */
import { isObject } from "./shapes.ts";

const NAME = "coredns";
const NAMESPACE = "kube-system";

/** The List with `corefile` in ConfigMap `kube-system/coredns`, which is added where there is none; its other keys stay. */
export function withCorefile(list: unknown, corefile: string): unknown {
  const { items, ...head } = isObject(list) ? list : { apiVersion: "v1", kind: "List" };
  const all: readonly unknown[] = Array.isArray(items) ? items : [];
  const others = all.filter((item) => !isCoreDns(item));
  // Of two of one name the last counts.
  const before = all.findLast(isCoreDns);
  const data = isObject(before) && isObject(before.data) ? before.data : {};
  const metadata = { name: NAME, namespace: NAMESPACE };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata };
  return { ...head, items: [...others, { ...map, data: { ...data, Corefile: corefile } }] };
}

function isCoreDns(item: unknown): boolean {
  if (!isObject(item) || item.kind !== "ConfigMap" || !isObject(item.metadata)) return false;
  return item.metadata.name === NAME && item.metadata.namespace === NAMESPACE;
}
