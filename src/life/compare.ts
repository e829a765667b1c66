/**
 * One name looked up in several ways: by the three libcs, with other `ndots`, with its trailing dot, and in a cluster with
 * autopath or NodeLocal DNSCache. Each way is run.
 *
 * @module
 */
import type { OpenCluster } from "../clusters.ts";
import { endsInRootDot } from "../dns/name.ts";
import { LIBCS } from "../stub/resolver.ts";
import { stubOf } from "../stub/stubs.ts";
import type { Comparison, ComparisonRow } from "../trace/comparison.ts";
import type { LifeResult } from "../trace/life.ts";
import { type Call, type LifeOptions, run, type Setting } from "./run.ts";
import { withAutopath, withNodeLocal } from "./what-if.ts";

const NDOTS = [1, 2, 5];

export async function compare(
  call: Call,
  options: LifeOptions,
  setting: Setting,
  open: OpenCluster,
): Promise<Comparison> {
  const rows: ComparisonRow[] = [];
  const notes: string[] = [];
  const tried = async (
    what: Pick<ComparisonRow, "what" | "how" | "note">,
    ...[otherCall, otherOptions, otherSetting]: Parameters<typeof run>
  ) => {
    const { cost, outcome } = await run(otherCall, otherOptions, otherSetting);
    const { queries, wasted, packets, ms } = cost;
    const result = resultText(outcome);
    rows.push({ ...what, queries, wasted, packets, ms, result, found: outcome.kind === "found" });
  };

  for (const libc of LIBCS) {
    const what = { what: stubOf(libc).version, how: `libc=${libc}` };
    await tried(what, call, { ...options, libc }, setting);
  }
  for (const ndots of NDOTS) {
    const what = { what: `ndots:${ndots}`, how: `ndots=${ndots}` };
    await tried(what, call, { ...options, ndots }, setting);
  }
  if (!endsInRootDot(call.typed)) {
    const typed = `${call.typed}.`;
    const what = { what: "trailing dot", how: `name=${typed}` };
    await tried(what, { ...call, typed }, options, setting);
  }
  const coredns = withAutopath(open);
  if (coredns === undefined) notes.push("autopath: the Corefile has it, or has no kubernetes");
  else {
    const what = { what: "autopath", how: "Corefile: autopath @kubernetes, with pods verified" };
    await tried(what, call, options, { ...setting, coredns });
  }
  const { namespace, pod, madeUp } = setting.vantage;
  const local = withNodeLocal(open);
  const vantage = local?.vantage({ namespace, ...(!madeUp && { pod: pod.name }) });
  if (!vantage?.ok) {
    notes.push("NodeLocal DNSCache: the cluster has it, or kube-proxy is not in iptables mode");
  } else {
    const what = {
      what: "NodeLocal DNSCache",
      how: "ConfigMap kube-system/node-local-dns",
      note: "as many queries, to the Pod's own node and past connection tracking",
    };
    await tried(what, call, options, { ...setting, vantage: vantage.value });
  }
  return { name: call.typed, rows, notes };
}

function resultText(result: LifeResult): string {
  if (result.kind === "failed") return result.error;
  return result.answers.length === 0 ? "no records" : result.answers.join(", ");
}
