/**
 * What `.Meta` knows: labels that `kubernetes` gives to a query where the block has `metadata`.
 *
 * They are those of the client's pod, which `kubernetes` only knows with `pods verified`; the labels about the name asked for are
 * not modelled.
 *
 * @module
 */
import type { Question } from "../../../dns/message.ts";
import { withinAny, zonesOrBlock } from "../../arguments.ts";
import type { Context, Environment } from "../../plugin.ts";

export type MetadataOf = (question: Question, context: Context) => ReadonlyMap<string, string>;

const NONE: ReadonlyMap<string, string> = new Map();

export function metadataOf(environment: Environment): MetadataOf {
  const directives = environment.directives ?? [];
  const metadata = directives.find((one) => one.name === "metadata");
  const kubernetes = directives.find((one) => one.name === "kubernetes");
  const verified = kubernetes?.block.some(
    (option) => option.name === "pods" && option.args[0] === "verified",
  );
  if (metadata === undefined || !verified) return () => NONE;
  const zones = zonesOrBlock(metadata.args, environment.zones);
  return (question, { client: { pod } }) => {
    if (pod === undefined || !withinAny(question.name, zones)) return NONE;
    return new Map([
      ["kubernetes/client-namespace", pod.namespace],
      ["kubernetes/client-pod-name", pod.name],
      ...Object.entries(pod.labels).map(
        ([label, value]) => [`kubernetes/client-label/${label}`, value] as const,
      ),
    ]);
  };
}
