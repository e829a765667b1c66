/**
 * Lives of lookups in the clusters that ship with the program, as the program makes them.
 *
 * @module
 */
import { createClusters, type OpenCluster, openCluster } from "../../src/clusters.ts";
import type { RRType } from "../../src/dns/message.ts";
import { parseName } from "../../src/dns/name.ts";
import { live } from "../../src/life/life.ts";
import type { LifeOptions } from "../../src/life/run.ts";
import { BUNDLED_CLUSTERS, INTERNET } from "../../src/runtime/zones.ts";
import type { Life } from "../../src/trace/life.ts";
import { createBudget } from "../../src/upstream/budget.ts";
import { createUpstreams } from "../../src/upstream/exchange.ts";
import { internetZone } from "../../src/upstream/internet.ts";
import { parseUpstreams } from "../../src/upstream/map.ts";
import { configMap, type Item } from "../cluster/objects.ts";
import { demoWith, nodeLocalDns, upstreamService } from "../coredns/node-local.ts";

export interface Asking {
  readonly cluster?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly type?: RRType;
  readonly options?: Partial<LifeOptions>;
  /** In place of the one that ships. */
  readonly open?: OpenCluster;
}

const NOW = Date.UTC(2026, 8, 1);

const clock = { now: () => NOW, wait: () => Promise.resolve() };

export const SHIPPED = createClusters(BUNDLED_CLUSTERS, undefined, clock);

export function shippedCluster(name: string): OpenCluster {
  const open = SHIPPED.peek(name);
  if (!open?.ok) throw new Error(`no cluster ${name}`);
  return open.value;
}

/** Caches are gone round, so that a life is the same whatever was asked before. */
export async function lifeOf(typed: string, asking: Asking = {}): Promise<Life> {
  const { cluster = "demo", pod, type, options } = asking;
  const namespace = asking.namespace ?? (pod === undefined ? undefined : "default");
  const open = asking.open ?? shippedCluster(cluster);
  const vantage = open.vantage({
    ...(namespace !== undefined && { namespace }),
    ...(pod !== undefined && { pod }),
  });
  const name = parseName(typed);
  if (!vantage.ok) throw new Error(`no such vantage: ${JSON.stringify(vantage.error)}`);
  const { life } = await live(
    { typed, name: name.ok ? name.value : undefined, type },
    { seed: 1, cacheOff: true, ...options },
    { vantage: vantage.value, coredns: open.coredns, world: world() },
    open,
    (change) => `/life?${new URLSearchParams({ name: typed, seed: "1", ...change })}`,
  );
  return life;
}

/** One life of each Pod. */
export async function livesOfAllPods(
  cluster: string,
  typed = "api.example.com",
): Promise<readonly (readonly [string, Life])[]> {
  const lives: [string, Life][] = [];
  for (const { namespace, name } of shippedCluster(cluster).cluster.pods) {
    lives.push([`${namespace}/${name}`, await lifeOf(typed, { cluster, namespace, pod: name })]);
  }
  return lives;
}

/** The demo with other objects in place of its own, or with this Pod's settings. */
export function demo(...items: readonly Item[]): OpenCluster {
  return opened(demoWith(...items));
}

function opened(list: unknown): OpenCluster {
  const open = openCluster("demo", list);
  if (!open.ok) throw new Error(open.error);
  return open.value;
}

function client(spec: Readonly<Record<string, unknown>>): Item {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "client", namespace: "default" },
    spec: { nodeName: "node-1", dnsPolicy: "ClusterFirst", ...spec },
    status: { phase: "Running", podIP: "10.244.2.5", podIPs: [{ ip: "10.244.2.5" }] },
  };
}

function withOption(name: string, value?: string): OpenCluster {
  return demo(client({ dnsConfig: { options: [{ name, ...(value && { value }) }] } }));
}

const LONGEST_NAME = [63, 63, 63, 57].map((length) => "n".repeat(length)).join(".");
const DOMAINS = Array.from({ length: 32 }, (_, at) => `search-${at}.department.example.org`);

/** One for every way that a lookup can go. */
export const LIVES: readonly {
  readonly why: string;
  readonly name: string;
  readonly asking?: Asking;
}[] = [
  { why: "a Service of the same namespace", name: "web-service" },
  { why: "a Service of another namespace", name: "web-service.prod" },
  { why: "a headless Service", name: "web-headless" },
  { why: "an ExternalName", name: "external-api" },
  { why: "a name outside, behind four that are none", name: "api.example.com" },
  { why: "a name that ends in a dot", name: "api.example.com." },
  { why: "a name that nobody has", name: "nope" },
  { why: "a name that can be none", name: "a..b" },
  { why: "a name in the hosts file", name: "client" },
  { why: "a numeric address", name: "203.0.113.5" },
  { why: "records of another type", name: "example.com", asking: { type: "TXT" } },
  {
    why: "an address to name",
    name: "10.1.244.10.in-addr.arpa",
    asking: { type: "PTR" },
  },
  { why: "one family", name: "web-service", asking: { options: { family: "6" } } },
  { why: "by musl", name: "api.example.com", asking: { pod: "alpine" } },
  {
    why: "by Go, each query from a socket of its own",
    name: "web-service",
    asking: { pod: "golang" },
  },
  {
    why: "a Pod on the host network",
    name: "web-service",
    asking: { pod: "policy-clusterfirst-hostnet" },
  },
  { why: "a nameserver without endpoints", name: "web-service", asking: { pod: "rejected" } },
  { why: "a nameserver that nobody has", name: "web-service", asking: { pod: "lost" } },
  { why: "over TCP", name: "web-service", asking: { open: withOption("use-vc") } },
  {
    why: "one query at a time",
    name: "web-service",
    asking: { open: withOption("single-request") },
  },
  {
    why: "past NodeLocal DNSCache",
    name: "web-service.prod",
    asking: { open: demo(nodeLocalDns(), ...upstreamService()) },
  },
  {
    why: "with kube-proxy in another mode",
    name: "web-service",
    asking: { open: demo(configMap("kube-system/kube-proxy", { "config.conf": "mode: ipvs\n" })) },
  },
  {
    why: "two packets that race",
    name: "web-service",
    asking: { options: { fault: { kind: "conntrack-race" } } },
  },
  {
    why: "a CoreDNS Pod that is gone",
    name: "web-service",
    asking: { options: { fault: { kind: "coredns-down" } } },
  },
  {
    why: "a slow resolver outside",
    name: "api.example.com",
    asking: { options: { fault: { kind: "upstream-slow" } } },
  },
  {
    why: "a packet that is lost",
    name: "web-service",
    asking: { options: { fault: { kind: "drop", packet: 2 } } },
  },
  {
    why: "the longest name in the longest search list",
    name: LONGEST_NAME,
    asking: { options: { search: DOMAINS } },
  },
  { why: "32 search domains", name: "nope", asking: { options: { search: DOMAINS } } },
  { why: "a name with escapes", name: "a\\032b\\.c\\255" },
];

function world(): Parameters<typeof live>[2]["world"] {
  const internet = internetZone(INTERNET);
  const map = parseUpstreams(undefined);
  if (!internet.ok || !map.ok) throw new Error("zones/internet.json is wrong");
  const upstreams = createUpstreams({
    map: map.value,
    internet: internet.value,
    now: clock.now,
    wait: clock.wait,
    random: () => 0.5,
    coalesce: false,
  });
  return {
    exchange: upstreams(createBudget(clock.now), () => {}),
    answersConsistently: () => true,
    now: clock.now,
    background: () => {},
    wait: clock.wait,
  };
}
