/**
 * No lookup walks through a cluster: with every way barred to go through all Services, Pods, slices or nodes, each
 * kind of question is answered as before.
 */
import { expect, test } from "vitest";
import type { Cluster, Pod, Service } from "../../src/cluster/model.ts";
import { type OpenCluster, openCluster } from "../../src/clusters.ts";
import { largeList } from "../cluster/large.ts";
import { configMap, type Item } from "../cluster/objects.ts";
import { nodeLocalDns } from "../coredns/node-local.ts";
import { testService } from "./service.ts";

/** The same each time; with `extra`, of two objects of one name the later. */
function large(extra: readonly Item[]): OpenCluster {
  const list = largeList({ services: 400, pods: 4000, nodes: 150 });
  const opened = openCluster("demo", { ...list, items: [...(list.items as Item[]), ...extra] });
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

/** Pods ask the cache on their node, whose address no Service has. */
const CACHE_ON_NODES = [
  nodeLocalDns(),
  configMap("kube-system/kubelet-config", { kubelet: "clusterDNS: [169.254.20.10]\n" }),
];

const WALKS = [
  "map",
  "filter",
  "flatMap",
  "forEach",
  "some",
  "every",
  "find",
  "findIndex",
  "reduce",
  "entries",
];

/** Bars ways through all objects of a kind. */
function bar(objects: object, what: string, ways: readonly PropertyKey[] = WALKS): void {
  const walked = (): never => {
    throw new Error(`all ${what} are walked through`);
  };
  for (const way of [Symbol.iterator, ...ways])
    Object.defineProperty(objects, way, { value: walked });
}

function barAll({ services, pods, slices, nodes, namespaces }: Cluster): void {
  bar(services, "Services");
  bar(pods, "Pods");
  bar(slices, "slices");
  bar(nodes, "nodes");
  bar(namespaces, "namespaces", ["forEach", "keys", "values", "entries"]);
}

/** Of the nth Service, Pod and node, so that no two rounds ask for the same. */
function questions(
  nth: number,
  services: readonly Service[],
  pods: readonly Pod[],
): readonly string[] {
  const service = services[nth];
  const pod = pods[nth * 7];
  if (service === undefined || pod === undefined) throw new Error("the cluster is too small");
  const name = `${service.name}.${service.namespace}`;
  const own = `/clusters/demo/namespaces/${pod.namespace}/pods/${pod.name}`;
  const arpa = (pod.podIP ?? "").split(".").reverse().join(".");
  return [
    ...["A", "AAAA", "SRV", "TXT"].map(
      (type) => `/clusters/demo/resolve?name=${name}&type=${type}`,
    ),
    `/clusters/demo/resolve?name=_http._tcp.${name}&type=SRV`,
    `/clusters/demo/resolve?name=${arpa}.in-addr.arpa&type=PTR`,
    `/clusters/demo/resolve?name=${(pod.podIP ?? "").replaceAll(".", "-")}.${pod.namespace}.pod`,
    `/clusters/demo/resolve?name=no-such-name-${nth}`,
    `/clusters/demo/resolve?name=api.example.com&cache=off`,
    `/clusters/demo/namespaces/team-${nth % 10}/resolve?name=${service.name}`,
    ...["resolv.conf", "hosts", `resolve?name=${name}`, `life.json?name=${name}&seed=${nth}`].map(
      (resource) => `${own}/${resource}`,
    ),
  ];
}

test.each<{ why: string; extra: readonly Item[] }>([
  { why: "as kubeadm makes it", extra: [] },
  { why: "with NodeLocal DNSCache", extra: CACHE_ON_NODES },
])(
  "each kind of lookup is answered without a walk through the cluster: $why",
  async ({ extra }) => {
    const { services, pods } = large(extra).cluster;
    const some = [...pods];
    const rounds = Array.from({ length: 40 }, (_, at) => questions(at + 2, services, some)).flat();
    const open = large(extra);
    const barred = testService({ opened: open }).app;
    // The first of each kind makes the indexes.
    for (const path of questions(1, services, some)) {
      expect((await barred.request(path)).status).toBe(200);
    }
    barAll(open.cluster);
    expect(() => [...open.cluster.services]).toThrow("all Services are walked through");

    const free = testService({ opened: large(extra) }).app;
    for (const path of rounds) {
      const said = await (await barred.request(path)).text();
      expect(said).toBe(await (await free.request(path)).text());
    }
  },
);
