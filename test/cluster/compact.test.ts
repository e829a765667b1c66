/**
 * A cluster as a List again: nothing is lost that was read, nothing is left that was not.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compactList, compactText } from "../../src/cluster/compact.ts";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster } from "../../src/cluster/model.ts";
import { packList } from "../../src/cluster/pack.ts";
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

/** A cluster without its look-ups, its objects as objects; labels are a matter of their own. */
function dataOf(cluster: Cluster): unknown {
  const data = Object.entries(cluster).filter(([, value]) => typeof value !== "function");
  const unlabelled = <T extends { readonly labels: unknown }>({ labels: _, ...rest }: T) => rest;
  return {
    ...Object.fromEntries(data),
    namespaces: [...cluster.namespaces.values()].map(unlabelled),
    services: cluster.services.map(unlabelled),
    pods: [...cluster.pods].map(unlabelled),
    slices: cluster.slices.map(({ namespace, name, addressType, ports, endpoints }) => ({
      namespace,
      name,
      addressType,
      ports,
      endpoints,
    })),
  };
}

type Write = (cluster: Cluster) => unknown;

const FORMS: readonly { readonly form: string; readonly write: Write }[] = [
  { form: "a List", write: compactList },
  { form: "columns", write: packList },
];

function again(cluster: Cluster, write: Write): Cluster {
  const json: unknown = JSON.parse(JSON.stringify(write(cluster)));
  const read = readList(cluster.name, json);
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

function zone(name: string): Cluster {
  const read = readList(name, JSON.parse(readFileSync(`zones/${name}.json`, "utf8")));
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

const CLUSTERS: readonly { readonly why: string; readonly cluster: Cluster }[] = [
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
      configMap("kube-system/coredns", {
        Corefile: '. {\n  log "a\\tb"\n  import custom/*.override\n  hosts hosts\n}\n',
        hosts: "x",
      }),
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
        pod("web-0", { spec: { hostname: "web-0", nodeName: "n" }, status: { podIP: "10.0.0.7" } }),
        pod("web-1", {
          spec: { hostname: "web-1", nodeName: "gone" },
          status: { podIPs: [{ ip: "10.0.0.8" }, { ip: "fd00::8" }] },
        }),
        pod("web-2", { spec: { hostname: "web-0" }, status: { podIP: "10.0.0.9" } }),
        pod("odd", { spec: { hostname: "itself" } }),
        pod("other-ip", { status: { podIP: "10.0.0.4", podIPs: [{ ip: "fd00::4" }] } }),
        slice(
          "web",
          [{ port: 80 }],
          [
            ready("10.0.0.7", {
              nodeName: "n",
              hostname: "web-0",
              targetRef: { kind: "Pod", name: "web-0" },
            }),
            ready("10.0.0.8", {
              nodeName: "gone",
              hostname: "web-1",
              targetRef: { kind: "Pod", name: "web-1" },
            }),
            ready("10.0.0.99", { hostname: "web-0", targetRef: { kind: "Pod", name: "web-2" } }),
            ready("10.0.0.9", { nodeName: "n", targetRef: { kind: "Pod", name: "web-2" } }),
            { addresses: ["10.0.0.9", "10.0.0.10"], targetRef: { kind: "Pod", name: "web-2" } },
            ready("10.0.0.11", { targetRef: { kind: "Pod", name: "not-in-the-dump" } }),
            ready("10.0.0.12"),
          ],
        ),
        slice(
          "web",
          [{ port: 80 }],
          [ready("fd00::8", { targetRef: { kind: "Pod", name: "web-1" } })],
          "IPv6",
        ),
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
];

describe.each(FORMS)("written as $form", ({ write }) => {
  test.each(CLUSTERS)("is read as the same cluster: $why", ({ cluster }) => {
    const twice = again(cluster, write);
    expect(dataOf(twice)).toEqual(dataOf(cluster));
    expect(write(twice)).toEqual(write(cluster));
  });
});

test.each(CLUSTERS)("its text in pieces is the List's: $why", ({ cluster }) => {
  const pieces = [...compactText(cluster)];
  expect(pieces.join("")).toBe(`${JSON.stringify(compactList(cluster), undefined, 2)}\n`);
});

const COREFILE = `. {
    kubernetes cluster.local {
        labels tier in (front, back),!legacy
    }
    metadata
    template ANY A {
        match x
        answer "{{ .Name }} 60 IN TXT {{ .Meta "kubernetes/client-label/team" }}"
    }
}
`;

test.each<{ why: string; labels: Item; corefile?: string; kept: Item }>([
  { why: "labels that nothing reads are dropped", labels: { token: "s3cret" }, kept: {} },
  {
    why: "those that a Service selects by are kept",
    labels: { app: "web", token: "s3cret" },
    kept: { app: "web" },
  },
  {
    why: "those that CoreDNS's own Pods are known by are kept",
    labels: { "k8s-app": "kube-dns" },
    kept: { "k8s-app": "kube-dns" },
  },
  {
    why: "those that the Corefile names are kept",
    labels: { tier: "front", legacy: "", team: "a", app: "web", token: "s3cret" },
    corefile: COREFILE,
    kept: { tier: "front", legacy: "", team: "a", app: "web" },
  },
])("labels of a Pod: $why", ({ labels, corefile = ". {\n}\n", kept }) => {
  const cluster = clusterOf([
    configMap("kube-system/coredns", { Corefile: corefile }),
    service("web", { clusterIP: "10.96.0.1", selector: { app: "web" } }),
    pod("p", { labels }),
  ]);
  for (const { write } of FORMS) {
    expect([...again(cluster, write).pods][0]?.labels).toEqual(kept);
  }
});

test.each<{ why: string; corefile: string; kept: readonly string[] }>([
  { why: "a file that no Corefile names is dropped", corefile: ". {\n}\n", kept: [] },
  {
    why: "a file is kept that a plugin reads",
    corefile: ". {\n  hosts /etc/coredns/NodeHosts {\n    fallthrough\n  }\n}\n",
    kept: ["NodeHosts"],
  },
  {
    why: "imports are followed, those by a pattern too",
    corefile: "import custom/*.server\n. {\n}\n",
    kept: ["db.test", "stub.server"],
  },
  {
    why: "what an argument may name is kept",
    corefile: "(snip) {\n  import {args[0]}\n}\n. {\n  import snip b.override\n}\n",
    kept: ["NodeHosts", "a.override", "db.test", "stub.server"],
  },
])("files of CoreDNS: $why", ({ corefile, kept }) => {
  const cluster = clusterOf([
    configMap("kube-system/coredns", { Corefile: corefile, NodeHosts: "x", "db.test": "y" }),
    configMap("kube-system/coredns-custom", {
      "stub.server": "test {\n  file db.test\n}\n",
      "a.override": "log",
    }),
  ]);
  for (const { write } of FORMS) {
    const { corednsFiles, corednsCustom } = again(cluster, write);
    expect([...corednsFiles.keys(), ...corednsCustom.keys()].sort()).toEqual(kept);
  }
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
      labels: { ...((item.metadata as { labels?: Item }).labels ?? {}), [S]: S },
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
  for (const { write } of FORMS) {
    expect(JSON.stringify(write(cluster))).not.toContain(S);
    expect(dataOf(again(cluster, write))).toEqual(dataOf(cluster));
  }
  expect(JSON.stringify(dataOf(cluster))).not.toContain(S);
});
