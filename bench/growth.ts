/**
 * Whether a lookup's cost grows with the cluster: the same questions to the demo cluster, alone and among up to
 * 10,000 Services and 150,000 Pods.
 *
 * @module
 */
import { dumpText } from "../scripts/dump.ts";
import type { Service } from "../src/cluster/model.ts";
import { storedOctets } from "../src/cluster/stored.ts";
import { openCluster } from "../src/clusters.ts";
import { BUNDLED_CLUSTERS } from "../src/runtime/zones.ts";
import { LARGEST, largeItems, type Size } from "../test/cluster/large.ts";
import { testService } from "../test/http/service.ts";
import { CLUSTER, CLUSTER_COMPUTED, type Kind, MISS } from "./cases.ts";
import { sampledBy } from "./in-process.ts";
import { type Effort, type Sampled, sample } from "./sample.ts";
import { rounded } from "./statistics.ts";

/** Microseconds of one kind of lookup by the cluster's size, medians. */
export interface GrowthRow {
  readonly what: string;
  /** In the order of {@link Growth.sizes}. */
  readonly p50: readonly number[];
}

export interface Growth {
  /** The first is the demo cluster alone. */
  readonly sizes: readonly Pick<Size, "services" | "pods">[];
  readonly rows: readonly GrowthRow[];
}

/** A cluster as `npm run cluster:put` stores it. */
export interface Sized extends Pick<Size, "services" | "pods"> {
  readonly name: string;
  readonly octets: Uint8Array;
  /** At most a thousand, spread over all: those with one address, so that all answers are of one length. */
  readonly someServices: readonly Service[];
}

const SIZES: readonly Size[] = [
  { services: 10, pods: 150, nodes: 5 },
  { services: 100, pods: 1_500, nodes: 50 },
  { services: 1_000, pods: 15_000, nodes: 500 },
  LARGEST,
];

const POD_ADDRESS: Kind = {
  what: "a Pod's address, computed",
  name: "5.2.244.10.in-addr.arpa",
  type: "PTR",
  options: "/cache=off",
  rcode: "NOERROR",
};

/** Each of a run's lookups is another one's: what they touch is not in the processor's caches. */
const EVERY_SERVICE = "another Service each time, computed";

export const KINDS: readonly Kind[] = [CLUSTER, CLUSTER_COMPUTED, MISS, POD_ADDRESS];

/** @param clusters the demo cluster first, then by size */
export async function benchGrowth(clusters: readonly Sized[], effort: Effort): Promise<Growth> {
  const { app } = testService({
    store: {
      names: async () => [],
      get: async (name) => {
        const found = clusters.find((one) => one.name === name);
        return found && { version: name, octets: found.octets };
      },
    },
  });
  const kinds = [...KINDS.map(({ what }) => what), EVERY_SERVICE];
  const sampled = kinds.flatMap((what, nth) =>
    clusters.map(({ name, someServices }): Sampled => {
      const ask = (kind: Kind): Sampled =>
        sampledBy({ kind, method: "POST", trace: true }, app, name);
      const kind = KINDS[nth];
      return kind === undefined ? inTurn(what, someServices.map(kindOf).map(ask)) : ask(kind);
    }),
  );
  const times = await sample(sampled, effort);
  return {
    sizes: clusters.map(({ services, pods }) => ({ services, pods })),
    rows: kinds.map((what, nth) => ({
      what,
      p50: times.slice(nth * clusters.length, (nth + 1) * clusters.length).map(rounded),
    })),
  };
}

/**
 * The demo cluster alone and with ever more objects besides, so that each can be asked the same. Of two objects of one
 * name the later stands.
 *
 * @param quick the smallest and the largest only
 */
export function growingClusters(quick: boolean): readonly Sized[] {
  const demo = BUNDLED_CLUSTERS.demo as { readonly items: readonly unknown[] };
  const sizes = quick ? SIZES.filter((_, at) => at % (SIZES.length - 1) === 0) : SIZES;
  return [
    demo,
    ...sizes.map((size) => ({ ...demo, items: [...largeItems(size), ...demo.items] })),
  ].map(sized);
}

function sized(list: unknown, at: number): Sized {
  const name = `size-${at}`;
  const opened = openCluster(name, list);
  if (!opened.ok) throw new Error(opened.error);
  const { cluster } = opened.value;
  const { services, pods } = cluster;
  const one = services.filter(({ clusterIPs }) => clusterIPs.length === 1);
  const step = Math.ceil(one.length / 1000);
  return {
    name,
    services: services.length,
    pods: pods.length,
    octets: storedOctets(dumpText({ cluster, octets: 0, leftOut: new Map() })),
    someServices: one.filter((_, nth) => nth % step === 0),
  };
}

function kindOf({ name, namespace }: Service): Kind {
  return {
    what: EVERY_SERVICE,
    name: `${name}.${namespace}`,
    options: "/cache=off",
    rcode: "NOERROR",
  };
}

function inTurn(what: string, all: readonly Sampled[]): Sampled {
  let next = 0;
  return {
    what,
    request: () => (all[next++ % all.length] as Sampled).request(),
    fetch: (request) => (all[0] as Sampled).fetch(request),
  };
}
