/**
 * How the same thing could be had with fewer queries: each way is tried, and its count is told.
 *
 * @module
 */
import type { OpenCluster } from "../clusters.ts";
import { endsInRootDot, sameName } from "../dns/name.ts";
import type { LifeAdvice } from "../trace/life.ts";
import { type LifeOptions, type Ran, run, type Setting } from "./run.ts";
import { withAutopath } from "./what-if.ts";

/** What `/life` takes in place of what was asked, as its query parameters. */
export interface Change {
  readonly name?: string;
  readonly ndots?: string;
}

/** `ndots:2` keeps `web.prod` searched, and lets most names outside go first. */
const FEWER_NDOTS = 2;

/** Empty where no query was wasted, and with a fault: repeats are not the search list's. */
export async function advise(
  ran: Ran,
  options: LifeOptions,
  setting: Setting,
  open: OpenCluster,
  self: (change: Change) => string,
): Promise<readonly LifeAdvice[]> {
  if (ran.cost.wasted === 0 || options.fault !== undefined) return [];
  const { call, outcome, prepared } = ran;
  const advice: LifeAdvice[] = [];
  const tried = async (
    what: Pick<LifeAdvice, "kind" | "how" | "caution" | "self">,
    ...[otherCall, otherOptions, otherSetting]: Parameters<typeof run>
  ) => {
    const other = await run(otherCall, otherOptions, otherSetting);
    advice.push({ ...what, cost: other.cost, same: sameAnswers(outcome, other.outcome) });
  };

  const found = outcome.kind === "found" ? outcome.name : undefined;
  if (!endsInRootDot(call.typed)) {
    const isOther = found !== undefined && call.name !== undefined && !sameName(found, call.name);
    const kind = isOther ? "full-name" : "trailing-dot";
    const name = isOther ? found : call.name;
    const typed = isOther ? found : `${call.typed}.`;
    const what = { kind, how: `type ${typed}`, self: self({ name: typed }) } as const;
    await tried({ ...what, caution: CAUTIONS[kind] }, { ...call, typed, name }, options, setting);
  }
  if (prepared.settings.ndots > FEWER_NDOTS) {
    const ndots = String(FEWER_NDOTS);
    const how = `dnsConfig of the Pod: options ndots:${ndots}`;
    const what = { kind: "ndots", how, self: self({ ndots }), caution: CAUTIONS.ndots } as const;
    await tried(what, call, { ...options, ndots: FEWER_NDOTS }, setting);
  }
  const coredns = asksCoreDns(ran) ? withAutopath(open) : undefined;
  if (coredns) {
    const what = { kind: "autopath", how: AUTOPATH, caution: CAUTIONS.autopath } as const;
    await tried(what, call, options, { ...setting, coredns });
  }
  return advice;
}

const AUTOPATH = "Corefile: autopath @kubernetes, with pods verified";

const CAUTIONS: Readonly<Record<LifeAdvice["kind"], string>> = {
  "trailing-dot":
    "in a URL the dot goes into the Host header too, and TLS forbids it in the server name (RFC 6066 §3): a certificate or virtual host may not match",
  "full-name": "the name then holds the namespace and the cluster's domain: it works in no other",
  ndots:
    "names with 2 dots or more (web.prod.svc) are then asked as they are first, which the resolver outside sees; musl never searches them at all",
  autopath:
    "CoreDNS then watches every Pod, which takes memory in large clusters; a Pod that it does not know yet is served as before",
};

function asksCoreDns({ prepared }: Ran): boolean {
  return prepared.routes[0]?.kind === "coredns";
}

function sameAnswers(a: Ran["outcome"], b: Ran["outcome"]): boolean {
  if (a.kind === "failed" || b.kind === "failed") return a.kind === b.kind;
  return records(a.answers) === records(b.answers);
}

/** autopath puts a CNAME in front, which is no other answer. */
function records(answers: readonly string[]): string {
  return answers
    .filter((line) => !line.includes(" IN CNAME "))
    .sort()
    .join("\n");
}
