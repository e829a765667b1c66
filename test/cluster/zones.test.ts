/**
 * The clusters that ship with the program are what the contract says of them.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster } from "../../src/cluster/model.ts";
import { route } from "../../src/cluster/route.ts";
import { vantageOf } from "../../src/cluster/vantage.ts";
import { inCidr } from "../../src/dns/address.ts";

const text = (name: string) => readFileSync(`zones/${name}.json`, "utf8");

function zone(name: string): Cluster {
  const read = readList(name, JSON.parse(text(name)));
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

const demo = zone("demo");
const lab = zone("lab");

/** The route of a Pod's first nameserver. */
function routeOf(cluster: Cluster, pod: string) {
  const vantage = vantageOf(cluster, { namespace: "default", pod });
  if (!vantage.ok) throw new Error(`there is a Pod ${pod}`);
  return route(vantage.value, vantage.value.resolvConf.nameservers[0] ?? "127.0.0.1");
}

describe("both", () => {
  test.each([
    ["demo", demo],
    ["lab", lab],
  ])("%s says everything itself, and its default Pod is default/client", (_, cluster) => {
    expect(cluster.assumed).toEqual([]);
    const vantage = vantageOf(cluster);
    expect(vantage.ok && `${vantage.value.pod.namespace}/${vantage.value.pod.name}`).toBe(
      "default/client",
    );
    expect(vantage.ok && vantage.value.madeUp).toBe(false);
  });

  test.each([
    ["demo", demo],
    ["lab", lab],
  ])(
    "%s holds together: every slice has its Service, every target its Pod with that address",
    (_, cluster) => {
      for (const slice of cluster.slices) {
        const service = cluster.service(
          slice.namespace,
          slice.labels["kubernetes.io/service-name"] ?? "",
        );
        expect(service, slice.name).toBeDefined();
        for (const { addresses, pod, nodeName } of slice.endpoints) {
          if (pod === undefined) continue;
          const there = cluster.pod(pod.namespace, pod.name);
          expect(there?.podIPs, `${slice.name} ${pod.name}`).toEqual(
            expect.arrayContaining([...addresses]),
          );
          expect(there?.nodeName).toBe(nodeName);
          for (const [key, value] of Object.entries(service?.selector ?? {}))
            expect(there?.labels[key]).toBe(value);
        }
      }
      for (const pod of cluster.pods) {
        const node = cluster.node(pod.nodeName ?? "");
        expect(node, pod.name).toBeDefined();
        const blocks = pod.hostNetwork ? (node?.internalIPs ?? []) : (node?.podCIDRs ?? []);
        for (const ip of pod.podIPs)
          expect(
            blocks.some((block) => inCidr(ip, block)),
            `${pod.name} ${ip}`,
          ).toBe(true);
      }
      const addresses = [...cluster.pods]
        .filter(({ hostNetwork }) => !hostNetwork)
        .flatMap(({ podIPs }) => podIPs);
      expect(new Set(addresses).size).toBe(addresses.length);
    },
  );
});

describe("demo is the cluster of the talk", () => {
  test("addresses, nodes and files", () => {
    const vantage = vantageOf(demo);
    expect(vantage.ok && vantage.value).toMatchObject({
      address: "10.244.2.5",
      libc: "glibc",
      node: { internalIPs: ["10.0.1.11"] },
      text: "search default.svc.cluster.local svc.cluster.local cluster.local us-west-2.compute.internal\nnameserver 10.100.0.10\noptions ndots:5\n",
    });
    expect(demo.service("kube-system", "kube-dns")?.clusterIPs).toEqual(["10.100.0.10"]);
    expect(routeOf(demo, "client")).toMatchObject({
      kind: "coredns",
      endpoints: ["10.244.0.4", "10.244.0.5"],
    });
    expect(demo.podsByIP("10.244.0.4")[0]?.nodeName).not.toBe("node-1");
    expect(demo.podsByIP("10.244.1.4")[0]?.namespace).toBe("default");
    expect(demo.corefile).toMatch(/^\s*cache 30$/m);
  });

  test.each<{ why: string; pod: string; to: object }>([
    {
      why: "Default asks the VPC's resolver",
      pod: "policy-default",
      to: { kind: "upstream", address: "10.0.0.2" },
    },
    {
      why: "ClusterFirst on a host network does too",
      pod: "policy-clusterfirst-hostnet",
      to: { kind: "upstream", address: "10.0.0.2" },
    },
    {
      why: "ClusterFirstWithHostNet asks CoreDNS",
      pod: "policy-clusterfirstwithhostnet",
      to: { kind: "coredns" },
    },
    {
      why: "None asks the outside nameserver that it names",
      pod: "policy-none",
      to: { kind: "upstream", address: "198.51.100.53" },
    },
    { why: "a nameserver that nobody has", pod: "lost", to: { kind: "silence" } },
    { why: "a Service without endpoints", pod: "rejected", to: { kind: "reject" } },
    { why: "a musl Pod", pod: "alpine", to: { kind: "coredns" } },
    { why: "a Go Pod", pod: "golang", to: { kind: "coredns" } },
  ])("$why: $pod", ({ pod, to }) => {
    expect(routeOf(demo, pod)).toMatchObject(to);
  });

  test.each<{ why: string; has: (cluster: Cluster) => boolean }>([
    {
      why: "web-service in default and in prod, at different addresses",
      has: (c) =>
        c.service("default", "web-service")?.clusterIPs[0] !==
        c.service("prod", "web-service")?.clusterIPs[0],
    },
    { why: "a headless Service", has: (c) => c.services.some(({ headless }) => headless) },
    {
      why: "a headless Service without ports",
      has: (c) => c.services.some(({ headless, ports }) => headless && ports.length === 0),
    },
    {
      why: "a StatefulSet's hostnames",
      has: (c) =>
        c
          .slicesOf("default", "db")
          .some(({ endpoints }) => endpoints.some(({ hostname }) => hostname === "db-0")),
    },
    {
      why: "ExternalName to the outside and to the inside",
      has: (c) =>
        ["api.example.com", "web-service.prod.svc.cluster.local"].every((target) =>
          c.services.some(({ externalName }) => externalName === target),
        ),
    },
    {
      why: "a dual-stack Service",
      has: (c) => c.services.some(({ clusterIPs }) => clusterIPs.length === 2),
    },
    {
      why: "several named ports, of TCP and of UDP",
      has: (c) =>
        c.services.some(
          ({ ports }) =>
            ports.length > 3 && new Set(ports.map(({ protocol }) => protocol)).size === 2,
        ),
    },
    {
      why: "endpoints that are not ready beside those that are",
      has: (c) =>
        c.slices.some(
          ({ endpoints }) =>
            endpoints.some(({ ready }) => ready) && endpoints.some(({ ready }) => !ready),
        ),
    },
    {
      why: "a headless Service without a ready endpoint",
      has: (c) =>
        c.services.some(
          (s) =>
            s.headless &&
            c
              .slicesOf(s.namespace, s.name)
              .every(
                ({ endpoints }) => endpoints.length > 0 && endpoints.every(({ ready }) => !ready),
              ),
        ),
    },
    {
      why: "a Service without a selector, with endpoints",
      has: (c) =>
        c.services.some(
          (s) =>
            !s.selector &&
            s.name !== "kubernetes" &&
            c.slicesOf(s.namespace, s.name).some(({ endpoints }) => endpoints.length > 0),
        ),
    },
    {
      why: "a Service without endpoints",
      has: (c) =>
        c.services.some(
          (s) =>
            s.clusterIPs.length > 0 &&
            c.slicesOf(s.namespace, s.name).every(({ endpoints }) => endpoints.length === 0),
        ),
    },
    {
      why: "a Pod with ndots:2",
      has: (c) =>
        [...c.pods].some(({ dnsConfig }) =>
          dnsConfig?.options.some(({ name, value }) => name === "ndots" && value === "2"),
        ),
    },
    {
      why: "each libc",
      has: (c) => new Set([...c.pods].map(({ libc }) => libc ?? "glibc")).size === 3,
    },
  ])("has $why", ({ has }) => {
    expect(has(demo)).toBe(true);
  });
});

describe("lab is for laptops", () => {
  test("its domain is not .local, and every address is from a documentation range", () => {
    expect(lab.domain).toBe("k8s.example");
    const addresses = text("lab").match(/(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])/g) ?? [];
    const ranges = [
      "192.0.2.0/24",
      "198.51.100.0/24",
      "203.0.113.0/24",
      "127.0.0.1/32",
      "0.0.0.0/32",
    ];
    expect(addresses.length).toBeGreaterThan(50);
    expect(addresses.filter((address) => !ranges.some((range) => inCidr(address, range)))).toEqual(
      [],
    );
  });

  test("no ClusterIP is one of the small internet's addresses", () => {
    const internet = text("internet");
    const taken = lab.services
      .flatMap(({ clusterIPs }) => clusterIPs)
      .filter((ip) => internet.includes(` ${ip}"`));
    expect(taken).toEqual([]);
  });

  test("its Pods ask its CoreDNS", () => {
    for (const pod of ["client", "alpine", "golang"])
      expect(routeOf(lab, pod).kind).toBe("coredns");
    expect(lab.corefile).toContain("kubernetes k8s.example ");
  });
});
