/**
 * What a rule of `rewrite` is: something done to the question, and what is done to the reply for it.
 *
 * @module
 */
import type { Question, Rcode, RR } from "../../../dns/message.ts";
import type { Name } from "../../../dns/name.ts";

export interface Rule {
  /** Undefined where the rule does not match. */
  apply(question: Question): Rewritten | undefined;
}

export interface Rewritten {
  /** What becomes of the question; the name is text that may turn out to be no domain name. */
  readonly changes?: { readonly name?: string; readonly type?: string; readonly class?: number };
  readonly response?: readonly ResponseRule[];
  /** For the trace: `name a.test. to b.test.`. */
  readonly did: string;
}

export type ResponseRule =
  | { readonly kind: "record"; readonly rewrite: (rr: RR) => RR }
  | { readonly kind: "rcode"; readonly from: Rcode; readonly to: Rcode }
  /** `target` gives the text of the new target, undefined where the old one stays. */
  | { readonly kind: "cname"; readonly target: (old: Name) => string | undefined };

/** A text that is no name, in place of one that grew beyond all names. */
export const NO_NAME = "..";

/** Names have 255 octets, of which each may be escaped as four characters; in between a text may be longer. */
const LONGEST_TEXT = 16_384;

/** `text` with every `from` replaced, as long as that stays bounded. */
export function replaceEvery(text: string, from: string, to: string): string {
  const pieces = text.split(from);
  const length = text.length + (pieces.length - 1) * (to.length - from.length);
  return length > LONGEST_TEXT ? NO_NAME : pieces.join(to);
}
