/**
 * What the explorer's page is made of: a life, and what the server knows beside it.
 *
 * Plain values: they travel in the page, for the script to take over where the server left off.
 *
 * @module
 */
import type { Life } from "../trace/life.ts";

export interface Page {
  /** Where the service is reached: `https://ndots.example`. */
  readonly origin: string;
  /** All that the deployment has, by name. */
  readonly clusters: readonly string[];
  /** Of the life's cluster, at most {@link MOST_PODS}. */
  readonly pods: readonly PagePod[];
  /** The life is of a cluster of the visitor's own, which the service does not have. */
  readonly own?: boolean;
  /** As given in the address; what was not is absent. */
  readonly options: Readonly<Partial<Record<OptionName, string>>>;
}

export interface PagePod {
  readonly namespace: string;
  readonly name: string;
  /** `musl`, `hostNetwork` …: what makes it another vantage. */
  readonly about: string;
}

export const OPTION_NAMES = [
  "type",
  "family",
  "ndots",
  "search",
  "libc",
  "cache",
  "fault",
  "seed",
] as const;

export type OptionName = (typeof OPTION_NAMES)[number];

/** A page embeds both. */
export interface Embedded {
  readonly life: Life;
  readonly page: Page;
}

/** A list of more is none that a person picks from. */
export const MOST_PODS = 300;

/** The vantage's own address: `/clusters/demo/namespaces/default/pods/client`. */
export function vantagePathOf({ cluster, namespace, pod, madeUp }: Life["vantage"]): string {
  const inside = `/clusters/${encodeURIComponent(cluster)}/namespaces/${encodeURIComponent(namespace)}`;
  return madeUp ? inside : `${inside}/pods/${encodeURIComponent(pod)}`;
}
