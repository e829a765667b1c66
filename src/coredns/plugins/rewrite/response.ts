/**
 * What the rules of `rewrite` make of a reply.
 *
 * @module
 */
import type { Rcode, RR } from "../../../dns/message.ts";
import { parseName } from "../../../dns/name.ts";
import { CLASS_IN } from "../../../dns/types.ts";
import type { Context, Reply, Step } from "../../plugin.ts";
import type { ResponseRule } from "./rule.ts";

/**
 * `reply` with the rules applied to each record, the last rule first: authority, answer, and then additional section. An rcode
 * rule is applied once for each record too, and once to a reply without any (WriteMsg in plugin/rewrite/reverter.go).
 *
 * @param type what was asked in the end, and is asked of new CNAME targets
 */
export async function applyRules(
  reply: Reply,
  rules: readonly ResponseRule[],
  type: string,
  context: Context,
): Promise<Reply> {
  if (rules.length === 0) return reply;
  const backwards = rules.toReversed();
  const answer = boxed(reply.answer);
  const draft: Draft = { rcode: reply.rcode, answer, steps: [], type, context, lookups: 0 };
  const [authority, additional] = [boxed(reply.authority), boxed(reply.additional)];
  const records = [...authority, ...answer, ...additional];
  if (records.length === 0) backwards.forEach((rule) => void applyRcode(rule, draft));
  for (const box of records) {
    for (const rule of backwards) {
      applyRcode(rule, draft);
      if (rule.kind === "record") box.rr = rule.rewrite(box.rr);
      if (rule.kind === "cname") await applyCname(rule, box, draft);
    }
  }
  return {
    ...reply,
    rcode: draft.rcode,
    answer: unboxed(draft.answer),
    authority: unboxed(authority),
    additional: unboxed(additional),
    steps: [...reply.steps, ...draft.steps],
  };
}

/** A record in its place, so that a rule can tell whether it is still in the answer. */
interface Box {
  rr: RR;
}

interface Draft {
  rcode: Rcode;
  answer: Box[];
  lookups: number;
  readonly steps: Step[];
  readonly type: string;
  readonly context: Context;
}

function applyRcode(rule: ResponseRule, draft: Draft): void {
  if (rule.kind === "rcode" && draft.rcode === rule.from) draft.rcode = rule.to;
}

/**
 * A CNAME whose target is replaced ends what is kept of the chain: behind it comes what this server says of the new
 * target. The new records are not looked at by other rules.
 */
async function applyCname(
  rule: Extract<ResponseRule, { kind: "cname" }>,
  box: Box,
  draft: Draft,
): Promise<void> {
  const at = draft.answer.indexOf(box);
  if (box.rr.type !== "CNAME" || at < 0) return;
  const text = rule.target(box.rr.data);
  const target = text === undefined ? undefined : parseName(text);
  if (!target?.ok || draft.lookups >= mostLookups(draft.context)) return;
  draft.lookups++;
  const question = { name: target.value, type: draft.type, class: CLASS_IN };
  const found = await draft.context.resolve(question);
  draft.steps.push({ plugin: "rewrite", did: `looked up CNAME target ${target.value}` });
  draft.steps.push(...found.steps);
  box.rr = { ...box.rr, data: target.value };
  const kept = draft.answer.slice(0, at).filter(({ rr }) => rr.type === "CNAME");
  draft.answer = [...kept, box, ...boxed(found.answer)];
}

/** A target's own lookup may lead to the next: with more than one there each level would multiply the work. */
function mostLookups(context: Context): number {
  return context.depth === 0 ? 8 : 1;
}

function boxed(records: readonly RR[]): Box[] {
  return records.map((rr) => ({ rr }));
}

function unboxed(boxes: readonly Box[]): RR[] {
  return boxes.map(({ rr }) => rr);
}
