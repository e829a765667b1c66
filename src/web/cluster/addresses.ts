/**
 * Which life a click on the cluster leads to: the Service's, asked by the Pod at hand, or the name at hand, asked by the Pod.
 *
 * @module
 */
import type { Life } from "../../trace/life.ts";
import { type OptionName, type Page, vantagePathOf } from "../page.ts";
import { type ClusterView, type PodView, type ServiceView, typedName } from "./view.ts";

/** What is on the stage. */
export interface Standing {
  readonly life: Life;
  readonly options: Page["options"];
}

export function serviceLife({ life, options }: Standing, service: ServiceView): string {
  const name = typedName(service, life.vantage.namespace);
  const { self } = life.asked;
  // The Pod is the one that was asked from, under whatever address. Type and dice belong to what was asked before.
  const prefix = self.slice(0, self.indexOf("/life?"));
  return lifeOf(prefix, name, { ...options, type: "", seed: "" });
}

export function podLife({ life, options }: Standing, { namespace, name }: PodView): string {
  const vantage = { ...life.vantage, namespace, pod: name, madeUp: false };
  return lifeOf(vantagePathOf(vantage), life.asked.name, { ...options, seed: "" });
}

/** The question at hand, asked by a Pod as `kubectl run` would make it there. */
export function namespaceLife({ life, options }: Standing, namespace: string): string {
  const prefix = vantagePathOf({ ...life.vantage, namespace, madeUp: true });
  return lifeOf(prefix, life.asked.name, { ...options, seed: "" });
}

/** The question at hand in another cluster, by the Pod of the same name where that has one, else by its default Pod. */
export function lifeIn(cluster: string, view: ClusterView, { life, options }: Standing): string {
  const { namespace, pod, madeUp } = life.vantage;
  const has = madeUp
    ? view.namespaces.includes(namespace)
    : view.pods.some(({ key }) => key === `${namespace}/${pod}`);
  const prefix = has
    ? vantagePathOf({ ...life.vantage, cluster })
    : `/clusters/${encodeURIComponent(cluster)}`;
  return lifeOf(prefix, life.asked.name, { ...options, seed: "" });
}

function lifeOf(
  prefix: string,
  name: string,
  options: Readonly<Partial<Record<OptionName, string>>>,
): string {
  const params = new URLSearchParams({ name });
  for (const [option, value] of Object.entries(options)) {
    if (value !== "") params.set(option, value);
  }
  return `${prefix}/life?${params}`;
}
