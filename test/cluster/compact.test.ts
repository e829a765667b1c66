/**
 * A cluster as a List again: nothing is lost that was read, nothing is left that was not.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compactList } from "../../src/cluster/compact.ts";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster } from "../../src/cluster/model.ts";
import {
  clusterOf,
  configMap,
  type Item,
  kubeDns,
  namespace,
  node,
  pod,
  ready,
  service,
  slice,
} from "./objects.ts";

/** A cluster without its look-ups. */
function dataOf(cluster: Cluster): unknown {
  return Object.fromEntries(
    Object.entries(cluster).filter(([, value]) => typeof value !== "function"),
  );
}

function again(cluster: Cluster): Cluster {
  const json: unknown = JSON.parse(JSON.stringify(compactList(cluster)));
  const read = readList(cluster.name, json);
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

function zone(name: string): Cluster {
  const read = readList(name, JSON.parse(readFileSync(`zones/${name}.json`, "utf8")));
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

test.each<{ why: string; cluster: Cluster }>([
  { why: "the cluster of the talk", cluster: zone("demo") },
  { why: "the cluster for laptops", cluster: zone("lab") },
  { why: "nothing at all", cluster: clusterOf([]) },
  {
    why: "a cluster of which much is assumed",
    cluster: clusterOf([
      service("shop/web", {
        clusterIP: "10.96.0.1",
        ports: [{ port: 80 }],
        selector: { app: "web" },
      }),
      pod("shop/a", { labels: { app: "web" }, status: { podIP: "10.244.0.1" } }),
      node("n"),
      configMap("default/other", { a: "b" }),
    ]),
  },
  {
    why: "a cluster whose ConfigMaps say everything",
    cluster: clusterOf([
      namespace("a", { tier: "x" }),
      configMap("kube-system/kubelet-config", {
        kubelet: 'clusterDNS: []\nclusterDomain: ""\nresolvConf: ""',
      }),
      configMap("kube-system/kube-proxy", {
        "config.conf":
          "mode: ipvs\nclusterCIDR: 10.0.0.0/8,fd00::/48\niptables:\n  masqueradeAll: true\n  masqueradeBit: 3",
      }),
      configMap("kube-system/coredns", { Corefile: '. {\n  log "a\\tb"\n}\n', hosts: "x" }),
      configMap("kube-system/coredns-custom", { "a.override": "y" }),
      configMap("kube-system/node-local-dns", { Corefile: "z" }),
    ]),
  },
  {
    why: "every field of a Service, a Pod, a slice and a ServiceImport",
    cluster: clusterOf(
      [
        node("n", {
          spec: { podCIDRs: ["10.0.0.0/24", "fd00::/64"] },
          status: { conditions: [{ type: "Ready", status: "Unknown" }] },
          files: { "resolv.conf": "", hosts: "127.0.0.1 a\n" },
        }),
        {
          ...service("all", {
            type: "LoadBalancer",
            clusterIPs: ["10.96.0.1", "fd00::1"],
            ipFamilies: ["IPv4", "IPv6"],
            ports: [{ name: "a", port: 1, protocol: "UDP", targetPort: "b", nodePort: 30001 }],
            selector: {},
            externalIPs: ["192.0.2.1"],
            sessionAffinity: "ClientIP",
            sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
            internalTrafficPolicy: "Local",
            externalTrafficPolicy: "Local",
            healthCheckNodePort: 31000,
            loadBalancerSourceRanges: ["192.0.2.0/24"],
            publishNotReadyAddresses: true,
          }),
          status: {
            loadBalancer: {
              ingress: [{ ip: "192.0.2.9", ipMode: "Proxy" }, { hostname: "lb.example.org" }],
            },
          },
        },
        service("outside", { type: "ExternalName", externalName: "example.org" }),
        service("headless", { clusterIP: "None" }),
        slice(
          "all",
          [{ name: "a", port: 1, protocol: "UDP" }, { port: null }],
          [
            {
              addresses: ["10.0.0.1"],
              conditions: { ready: false, serving: true, terminating: true },
              hostname: "h",
              nodeName: "n",
              zone: "z",
              targetRef: { kind: "Pod", name: "p" },
            },
          ],
        ),
        slice("outside", [], [{ addresses: ["a.example.org"] }], "FQDN"),
        pod("p", {
          labels: { a: "b" },
          annotations: { "ndots.dev/libc": "go" },
          metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
          spec: {
            nodeName: "n",
            hostNetwork: true,
            dnsPolicy: "None",
            dnsConfig: {
              nameservers: ["192.0.2.1"],
              searches: ["."],
              options: [{ name: "a", value: "1" }, { name: "b" }],
            },
            hostname: "h",
            subdomain: "all",
            hostnameOverride: "o",
            setHostnameAsFQDN: true,
            hostAliases: [{ ip: "192.0.2.3", hostnames: ["x"] }],
            containers: [{ ports: [{ name: "b", containerPort: 5 }] }],
          },
          status: {
            podIP: "10.0.0.1",
            podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::5" }],
            phase: "Failed",
            conditions: [],
          },
        }),
        pod("bare", { spec: { dnsConfig: {} } }),
        {
          apiVersion: "multicluster.x-k8s.io/v1alpha1",
          kind: "ServiceImport",
          metadata: { name: "i", namespace: "a" },
          spec: { type: "Headless", ips: ["10.1.0.1"], ports: [{ port: 9 }] },
        },
      ],
      { "ndots.dev/default-pod": "default/p" },
    ),
  },
])("is read as the same cluster: $why", ({ cluster }) => {
  const twice = again(cluster);
  expect(dataOf(twice)).toEqual(dataOf(cluster));
  expect(compactList(twice)).toEqual(compactList(cluster));
});

test("nothing else of a dump gets into it", () => {
  const S = "SECRET";
  const secret: Item = { [S]: S, name: S, value: S, annotations: { [S]: S } };
  const everywhere = (item: Item, metadata: Item = {}): Item => ({
    ...item,
    [S]: S,
    metadata: {
      ...(item.metadata as Item),
      ...metadata,
      annotations: {
        ...((item.metadata as { annotations?: Item }).annotations ?? {}),
        "kubectl.kubernetes.io/last-applied-configuration": S,
        [S]: S,
      },
      managedFields: [secret],
      ownerReferences: [secret],
      finalizers: [S],
      uid: S,
      generateName: S,
      selfLink: S,
    },
    spec: { ...(item.spec as Item), [S]: S, extra: secret },
    status: { ...(item.status as Item), [S]: S, extra: secret },
  });
  const container = {
    name: S,
    image: S,
    command: [S],
    args: [S],
    env: [secret, { name: "TOKEN", valueFrom: { secretKeyRef: { name: S, key: S } } }],
    envFrom: [{ secretRef: { name: S } }],
    volumeMounts: [secret],
    ports: [
      { name: "http", containerPort: 80, hostIP: S },
      { containerPort: 81, name: null },
    ],
  };
  const items = [
    everywhere(namespace("default")),
    everywhere(
      node("n", {
        spec: { podCIDR: "10.244.0.0/24", providerID: S, taints: [secret] },
        status: {
          addresses: [
            { type: "InternalIP", address: "10.0.1.1" },
            { type: "Hostname", address: S },
          ],
          images: [secret],
          nodeInfo: secret,
        },
        files: { "resolv.conf": "nameserver 192.0.2.1", [S]: S },
      }),
    ),
    ...kubeDns(
      ready("10.244.0.2", {
        targetRef: { kind: "Pod", name: "p", namespace: "kube-system", uid: S, resourceVersion: S },
        deprecatedTopology: secret,
        hints: secret,
      }),
    ).map((item) => everywhere(item as Item)),
    everywhere(
      pod("p", {
        annotations: { "ndots.dev/libc": "musl", "ndots.dev/other": S },
        spec: {
          nodeName: "n",
          serviceAccountName: S,
          imagePullSecrets: [secret],
          volumes: [{ name: S, secret: { secretName: S } }],
          containers: [container],
          initContainers: [{ ...container, restartPolicy: "Always" }],
          ephemeralContainers: [container],
          nodeSelector: { [S]: S },
        },
        status: {
          podIP: "10.244.0.9",
          hostIP: S,
          containerStatuses: [secret],
          conditions: [{ type: "Ready", status: "True", message: S, reason: S }],
          message: S,
        },
      }),
    ),
    { apiVersion: "v1", kind: "Secret", metadata: { name: S, namespace: "default" }, data: secret },
    configMap("default/app", { password: S }),
    configMap("kube-system/extension-apiserver-authentication", { "client-ca-file": S }),
    configMap("kube-system/kubelet-config", {
      kubelet: `clusterDomain: k8s.example\nstaticPodPath: ${S}\nauthentication:\n  x509:\n    clientCAFile: ${S}\n`,
      [S]: S,
    }),
    configMap("kube-system/kube-proxy", {
      "config.conf": `mode: iptables\nclientConnection:\n  kubeconfig: ${S}\n`,
      "kubeconfig.conf": S,
    }),
    configMap("kube-system/node-local-dns", { Corefile: ". {\n}\n", [S]: S }),
  ];
  const cluster = clusterOf(items, { [S]: S });
  expect(JSON.stringify(compactList(cluster))).not.toContain(S);
  expect(JSON.stringify(dataOf(cluster))).not.toContain(S);
  expect(dataOf(again(cluster))).toEqual(dataOf(cluster));
});
