/**
 * Where the visitor's own cluster is kept: in the session storage of the tab, which ends with it.
 *
 * @module
 */
import type { Own } from "./own.ts";

const KEY = "ndots-cluster";

export function storedOwn(): Own | undefined {
  try {
    const { name, text } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Own>;
    if (typeof name !== "string" || typeof text !== "string") return undefined;
    return { name, text, list: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

export function storeOwn(own: Own | undefined): void {
  try {
    if (own === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify({ name: own.name, text: own.text }));
  } catch {
    // Storage is forbidden or too small: the cluster is kept as long as the page is.
    forget();
  }
}

/** What is there would be another one than that on the stage. */
function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing is there.
  }
}
