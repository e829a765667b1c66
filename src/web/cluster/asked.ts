/**
 * Asking the visitor's own cluster: which addresses are its, and what the page's own address is meanwhile.
 *
 * @module
 */
import { ok, type Result } from "../../result.ts";
import type { Life } from "../../trace/life.ts";
import { addressOf } from "../address.ts";
import { MOST_PODS, type PagePod } from "../page.ts";
import { lifeOfOwnPage, type Own, ownPage, postOf } from "./own.ts";
import { viewOf } from "./view.ts";

/** How the life at `address` is asked for; a sentence where the cluster is too large. */
export async function requestOf(
  address: string,
  own: Own | undefined,
): Promise<Result<RequestInit, string>> {
  if (own === undefined || !isOwn(address, own)) return ok({});
  const known = POSTS.get(own);
  if (known !== undefined) return known;
  const post = await postOf(own.text);
  POSTS.set(own, post);
  return post;
}

/** A large cluster is packed once. */
const POSTS = new WeakMap<Own, Result<RequestInit, string>>();

export function isOwn(address: string, own: Own | undefined): boolean {
  return own !== undefined && /^\/clusters\/([^/?#]+)/.exec(address)?.[1] === own.name;
}

/** The page's address while it shows `life`: of an own cluster the service can only serve the page. */
export function shownAt(life: Life, own: Own | undefined): string {
  return isOwn(life.asked.self, own) ? ownPage(life.asked.self) : addressOf(life);
}

/** The life that the page's address is of; undefined for the front page. */
export function askedAt({ pathname, search }: Location): string | undefined {
  return pathname === "/" ? lifeOfOwnPage(search) : pathname + search;
}

/** The Pods to ask from. */
export function podsOf({ list }: Own): readonly PagePod[] {
  return viewOf(list)
    .pods.filter(({ ended }) => !ended)
    .slice(0, MOST_PODS)
    .map(({ namespace, name, about }) => ({ namespace, name, about }));
}
