/**
 * One call of an application, from the hosts file to the last packet: what `/life` tells and `/compare` counts.
 *
 * @module
 */

import { podHosts } from "../cluster/hosts.ts";
import type { Cluster } from "../cluster/model.ts";
import { hostOf, topologyOf } from "../cluster/topology.ts";
import { NO_ADDRESS, type Vantage } from "../cluster/vantage.ts";
import type { CoreDns } from "../coredns/server.ts";
import type { RRType } from "../dns/message.ts";
import { endsInRootDot, type Name, ROOT } from "../dns/name.ts";
import { printRR } from "../dns/records.ts";
import { type Asked, type Exchanged, received } from "../exchanged.ts";
import { neverSearched } from "../lookup.ts";
import type { Topology } from "../packet/topology.ts";
import type { Walk } from "../packet/walk.ts";
import {
  type LookupOptions,
  type Preparation,
  preparation,
  runQueries,
  type World,
} from "../queries.ts";
import { seededRandom } from "../random.ts";
import { type BeforeDns, beforeDns } from "../stub/before-dns.ts";
import type { Libc, StubQuestion, StubResult } from "../stub/resolver.ts";
import type { LifeCost, LifeResult } from "../trace/life.ts";
import type { Fault } from "./fault.ts";
import { createJourney, type Journey } from "./journey.ts";
import { queryStyle } from "./messages.ts";
import { Wire } from "./wire.ts";

/** What an application asks: `getaddrinfo` where no type is given, else `res_search`. */
export interface Call {
  /** As typed. */
  readonly typed: string;
  /** Undefined where it can be no name. */
  readonly name: Name | undefined;
  /** Undefined for addresses. */
  readonly type: RRType | undefined;
}

export interface LifeOptions extends LookupOptions {
  readonly seed: number;
  readonly fault?: Fault;
}

export interface Setting {
  readonly vantage: Vantage;
  readonly coredns: CoreDns;
  readonly world: Omit<World, "coredns" | "carrier" | "random">;
}

export interface Ran {
  readonly call: Call;
  readonly libc: Libc;
  readonly hosts: string;
  readonly prepared: Preparation;
  readonly question: StubQuestion;
  readonly before: BeforeDns;
  /** Undefined where the lookup ended before DNS. */
  readonly result?: StubResult;
  readonly exchanged: readonly Exchanged[];
  /** Absent where the Pod has no address to send from. */
  readonly journey?: Journey;
  readonly wire: Wire;
  readonly outcome: LifeResult;
  readonly cost: LifeCost;
}

export async function run(call: Call, options: LifeOptions, setting: Setting): Promise<Ran> {
  const { vantage, coredns, world } = setting;
  const prepared = preparation(vantage, options);
  const libc = prepared.stub.libc;
  const hosts = podHosts(vantage.cluster, vantage.pod, vantage.node);
  const family = options.family ?? "any";
  const question = questionOf(call, family);
  const before: BeforeDns =
    call.type === undefined ? beforeDns(libc, call.typed, family, hosts) : { steps: [] };
  const wire = wireOf(vantage, options);
  const begun = { call, libc, hosts, prepared, question, before, wire };
  if (before.answer !== undefined || before.error !== undefined) {
    return { ...begun, exchanged: [], outcome: early(before), cost: NOTHING_SPENT };
  }
  const style = queryStyle(libc, prepared.conf.options);
  const asked: Asked = {
    question: { name: call.name ?? ROOT, type: call.type ?? "A", class: 1 },
    absolute: endsInRootDot(call.typed),
    dnssecOk: false,
    checkingDisabled: false,
    authenticData: style.authenticData,
    recursionDesired: true,
  };
  const journey =
    vantage.address === NO_ADDRESS
      ? undefined
      : createJourney(
          {
            vantage,
            libc,
            ...style,
            slow: options.fault?.kind === "upstream-slow",
            race: options.fault?.kind === "conntrack-race",
          },
          wire,
        );
  const { result, exchanged } = await runQueries(() => question, prepared, {
    asked,
    vantage,
    options,
    world: {
      ...world,
      // Waits are modelled, and where a fault makes some, what CoreDNS keeps grows older by them.
      now: () => world.now() + (options.fault === undefined ? 0 : Math.floor(wire.now / 1000)),
      coredns,
      random: seededRandom(options.seed),
      ...(journey && { carrier: journey }),
    },
  });
  return {
    ...begun,
    result,
    exchanged,
    ...(journey && { journey }),
    outcome: outcomeOf(call, result, exchanged),
    cost: costOf(result, exchanged, wire, journey),
  };
}

/** Of these types only what the application names is asked, so the name counts as one that ends in a dot. */
function questionOf({ typed, name, type }: Call, family: "4" | "6" | "any"): StubQuestion {
  if (type === undefined) return { typed, types: FAMILIES[family] };
  const whole = neverSearched(type, name ?? ROOT) && !endsInRootDot(typed);
  return { typed: whole ? `${typed}.` : typed, types: [type] };
}

const FAMILIES = { "4": ["A"], "6": ["AAAA"], any: ["A", "AAAA"] } as const;

/** The packets draw from a generator of their own, so that they change nothing of the answers. */
function wireOf(vantage: Vantage, { seed, fault }: LifeOptions): Wire {
  const { pod } = vantage;
  const cluster = asIptables(vantage.cluster);
  let gone: ReadonlySet<string> | undefined;
  const otherwise = (way: Walk): Topology | undefined => {
    if (gone !== undefined || way.end.kind !== "delivered") return undefined;
    const { dst } = way.end.packet;
    if (cluster.podsByIP(dst).length === 0 || hostOf(pod) === way.end.host) return undefined;
    gone = new Set([dst]);
    return topologyOf(cluster, { pod, gone });
  };
  return new Wire(topologyOf(cluster, { pod }), seededRandom(seed ^ 0x5eed), {
    ...(fault?.kind === "drop" && { dropped: fault.packet }),
    ...(fault?.kind === "coredns-down" && { otherwise }),
  });
}

/**
 * The cluster as if kube-proxy were in iptables mode. Its other modes lead to the same endpoints in the same shares, so
 * packets end alike; how they get there is not modelled, and the rules are left out of the account.
 */
function asIptables(cluster: Cluster): Cluster {
  if (cluster.kubeProxy.mode === "iptables") return cluster;
  const known = AS_IPTABLES.get(cluster);
  if (known) return known;
  const other = { ...cluster, kubeProxy: { ...cluster.kubeProxy, mode: "iptables" } };
  AS_IPTABLES.set(cluster, other);
  return other;
}

const AS_IPTABLES = new WeakMap<Cluster, Cluster>();

const NOTHING_SPENT: LifeCost = { queries: 0, wasted: 0, packets: 0, upstream: 0, ms: 0 };

function early({ answer, error }: BeforeDns): LifeResult {
  if (answer !== undefined) return { kind: "found", answers: answer };
  return { kind: "failed", error: error?.word ?? "", text: error?.text ?? "" };
}

function outcomeOf(call: Call, result: StubResult, exchanged: readonly Exchanged[]): LifeResult {
  if (result.kind === "failed") {
    return { kind: "failed", error: result.error.word, text: result.error.text };
  }
  const { by } = result;
  const winners = exchanged.filter(({ query }) => query.candidate === by.candidate);
  const ordered = winners.toSorted((a, b) => (a.query.qtype < b.query.qtype ? -1 : 1));
  const answers = ordered.flatMap((one) =>
    (received(one)?.answer ?? [])
      .filter((rr) => call.type !== undefined || rr.type === one.query.qtype)
      .map((rr) => (rr.type === "A" || rr.type === "AAAA" ? rr.data : printRR(rr))),
  );
  return { kind: "found", answers: [...new Set(answers)], name: by.qname };
}

/** The ICMP error of a packet that was rejected is one more. */
function packetsOfPod({ sent }: Wire): number {
  const own = sent.filter(({ leg }) => leg === "pod");
  return own.length + own.filter(({ walk }) => walk.end.kind === "rejected").length;
}

function costOf(
  result: StubResult,
  exchanged: readonly Exchanged[],
  wire: Wire,
  journey: Journey | undefined,
): LifeCost {
  const decided = result.by?.candidate;
  const wasted = exchanged.filter(({ query }) => query.candidate !== decided).length;
  const outside = exchanged.filter((one) => received(one)?.upstream !== undefined).length;
  const ends = exchanged.map(({ query, outcome }) =>
    outcome.kind === "timeout" ? query.at + query.limit : query.at,
  );
  return {
    queries: exchanged.length,
    wasted,
    packets: packetsOfPod(wire),
    upstream: outside,
    ms: Math.max(0, ...ends) + (journey?.waited() ?? 0),
  };
}
