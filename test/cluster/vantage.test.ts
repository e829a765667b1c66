/**
 * Who asks: real Pods, and those that are made up.
 */
import { describe, expect, test } from "vitest";
import { vantageOf } from "../../src/cluster/vantage.ts";
import { clusterOf, type Item, kubeDns, namespace, node, pod } from "./objects.ts";

const NOT_READY = { conditions: [{ type: "Ready", status: "False" }] };
const node1 = (more: { spec?: Item; status?: Item } = {}) =>
  node("n1", { spec: { podCIDR: "10.244.1.0/24", ...more.spec }, status: more.status ?? {} });
const COMMON = [namespace("default"), namespace("shop"), ...kubeDns()];

/** The vantage on a line: pod, node, libc, address, and whether it was made up. */
function line(
  items: readonly unknown[],
  asked: { namespace?: string; pod?: string } = {},
  annotations: Item = {},
): string {
  const vantage = vantageOf(clusterOf(items, annotations), asked);
  if (!vantage.ok) {
    const { what, name, known } = vantage.error;
    return `no ${what} ${name}: ${known.join()}`;
  }
  const { pod, node, libc, address, madeUp, namespace, resolvConf } = vantage.value;
  expect(resolvConf.search[0]).toBe(`${namespace}.svc.cluster.local`);
  const where = `${pod.namespace}/${pod.name} on ${node?.name ?? "-"}`;
  return `${where} ${libc} ${address}${madeUp ? " made up" : ""}`;
}

test.each<{
  why: string;
  items: readonly unknown[];
  asked?: { namespace?: string; pod?: string };
  annotations?: Item;
  is: string;
}>([
  {
    why: "the default Pod is the one the List names",
    items: [
      ...COMMON,
      node1(),
      pod("shop/till", { spec: { nodeName: "n1" }, status: { podIP: "10.244.1.7" } }),
    ],
    annotations: { "ndots.dev/default-pod": "shop/till" },
    is: "shop/till on n1 glibc 10.244.1.7",
  },
  {
    why: "else one is made up in default, on the first ready node by name",
    items: [...COMMON, node("n3"), node1(), node("n0", { status: NOT_READY })],
    is: "default/client on n1 glibc 10.244.1.2 made up",
  },
  {
    why: "where no node is ready, on the first",
    items: [...COMMON, node("n2", { status: NOT_READY }), node1({ status: NOT_READY })],
    is: "default/client on n1 glibc 10.244.1.2 made up",
  },
  {
    why: "where there is no node, nowhere",
    items: COMMON,
    is: "default/client on - glibc 0.0.0.0 made up",
  },
  {
    why: "the default Pod needs no Namespace object",
    items: [namespace("shop"), ...kubeDns(), node1()],
    is: "default/client on n1 glibc 10.244.1.2 made up",
  },
  {
    why: "its address is the first that no Pod has",
    items: [
      ...COMMON,
      node1(),
      pod("a", { status: { podIP: "10.244.1.2" } }),
      pod("b", { status: { podIP: "10.244.1.3" } }),
    ],
    is: "default/client on n1 glibc 10.244.1.4 made up",
  },
  {
    why: "in a block that begins elsewhere than at .0",
    items: [...COMMON, node1({ spec: { podCIDR: "10.244.1.192/26" } })],
    is: "default/client on n1 glibc 10.244.1.194 made up",
  },
  {
    why: "of an IPv6 node",
    items: [...COMMON, node1({ spec: { podCIDR: "fd00:1::/64" } })],
    is: "default/client on n1 glibc fd00:1::2 made up",
  },
  {
    why: "in a block that is full, none",
    items: [
      ...COMMON,
      node1({ spec: { podCIDR: "10.244.1.0/30" } }),
      pod("a", { status: { podIP: "10.244.1.2" } }),
    ],
    is: "default/client on n1 glibc 0.0.0.0 made up",
  },
  {
    why: "a namespace has a Pod made up in it",
    items: [...COMMON, node1()],
    asked: { namespace: "shop" },
    is: "shop/client on n1 glibc 10.244.1.2 made up",
  },
  {
    why: "even where it has a Pod of that name",
    items: [...COMMON, node1(), pod("shop/client", { annotations: { "ndots.dev/libc": "musl" } })],
    asked: { namespace: "shop" },
    is: "shop/client on n1 glibc 10.244.1.2 made up",
  },
  {
    why: "a Pod has its own libc",
    items: [
      ...COMMON,
      node1(),
      pod("shop/till", {
        annotations: { "ndots.dev/libc": "musl" },
        spec: { nodeName: "n1" },
        status: { podIP: "10.244.1.9" },
      }),
    ],
    asked: { namespace: "shop", pod: "till" },
    is: "shop/till on n1 musl 10.244.1.9",
  },
  {
    why: "a Pod on a host network without a status has its node's address",
    items: [
      ...COMMON,
      node1({ status: { addresses: [{ type: "InternalIP", address: "10.0.1.11" }] } }),
      pod("a", {
        spec: { nodeName: "n1", hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" },
      }),
    ],
    asked: { namespace: "default", pod: "a" },
    is: "default/a on n1 glibc 10.0.1.11",
  },
  {
    why: "a Pod that is not on a node yet",
    items: [...COMMON, pod("a")],
    asked: { namespace: "default", pod: "a" },
    is: "default/a on - glibc 0.0.0.0",
  },
  {
    why: "a Pod whose node is not in the dump",
    items: [...COMMON, pod("a", { spec: { nodeName: "n9" } })],
    asked: { namespace: "default", pod: "a" },
    is: "default/a on - glibc 0.0.0.0",
  },
  {
    why: "a namespace that does not exist",
    items: COMMON,
    asked: { namespace: "nope" },
    is: "no namespace nope: default,shop",
  },
  {
    why: "a Pod of a namespace that does not exist",
    items: COMMON,
    asked: { namespace: "nope", pod: "a" },
    is: "no namespace nope: default,shop",
  },
  {
    why: "a Pod that does not exist: those of its namespace",
    items: [...COMMON, pod("shop/till"), pod("shop/bell"), pod("a")],
    asked: { namespace: "shop", pod: "a" },
    is: "no pod a: bell,till",
  },
  {
    why: "a name that is a property of every object",
    items: COMMON,
    asked: { namespace: "constructor", pod: "__proto__" },
    is: "no namespace constructor: default,shop",
  },
])("$why", ({ items, asked, annotations, is }) => {
  expect(line(items, asked, annotations)).toBe(is);
});

describe("an error lists what there is", () => {
  const many = Array.from({ length: 30 }, (_, at) => `x${String(at).padStart(2, "0")}`);
  test.each([
    {
      why: "20 namespaces",
      items: many.toReversed().map((name) => namespace(name)),
      asked: { namespace: "nope" },
    },
    {
      why: "20 Pods",
      items: [namespace("shop"), ...many.toReversed().map((name) => pod(`shop/${name}`))],
      asked: { namespace: "shop", pod: "nope" },
    },
  ])("sorted, at most $why", ({ items, asked }) => {
    const vantage = vantageOf(clusterOf(items), asked);
    expect(vantage.ok ? [] : vantage.error.known).toEqual(many.slice(0, 20));
  });
});

test("the file and kubelet's warnings come with the vantage", () => {
  const vantage = vantageOf(clusterOf([namespace("default")]));
  expect(vantage.ok && vantage.value).toMatchObject({
    text: "nameserver 192.0.2.53\n",
    events: [{ reason: "MissingClusterDNS" }, { reason: "MissingClusterDNS" }],
  });
});
