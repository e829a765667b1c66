/**
 * The cluster of the kubernetes plugin's tests: one object for each case.
 *
 * @module
 */
import { endpoint, namespace, pod, ports, service, slice } from "./objects.ts";

const HTTP = ports("http/TCP/80", "dns/UDP/53");
const OPEN = ports("http/TCP/8080");
const ready = (value: boolean | undefined, more: object = {}) => ({
  conditions: { ...(value !== undefined && { ready: value }), ...more },
});
const inZone = (zone: string) => ({ zone });
const ofPod = (name: string) => ({ targetRef: { kind: "Pod", name, namespace: "default" } });

export const CLUSTER: readonly object[] = [
  namespace("default", { env: "prod" }),
  namespace("kube-system"),
  namespace("staging", { env: "staging" }),
  namespace("bare"),

  service("default/web", {
    type: "NodePort",
    clusterIP: "10.96.0.20",
    clusterIPs: ["10.96.0.20"],
    externalIPs: ["203.0.113.9"],
    ports: HTTP,
  }),
  slice("default/web", [endpoint("10.244.1.7")], { open: ports("http/TCP/8080", "dns/UDP/5353") }),
  service("default/old", { type: "ClusterIP", clusterIP: "10.96.0.21", ports: HTTP }),
  service(
    "default/dual",
    {
      type: "ClusterIP",
      clusterIP: "10.96.0.30",
      clusterIPs: ["10.96.0.30", "fd00:96::30"],
      ports: ports("http/TCP/80"),
    },
    { tier: "front" },
  ),
  service("default/portless", { type: "ClusterIP", clusterIP: "10.96.0.40" }),
  service("default/unnamed", { clusterIP: "10.96.0.41", ports: ports("/TCP/9000") }),
  service("staging/web", { clusterIP: "10.96.1.20", ports: HTTP }),

  // Headless: two slices, every kind of readiness.
  service("default/db", { clusterIP: "None", ports: ports("sql/TCP/5432") }, { tier: "back" }),
  slice(
    "default/db",
    [
      endpoint("10.244.1.11", { hostname: "db-0" }),
      endpoint("10.244.1.12", { hostname: "db-1", ...ready(undefined) }),
      endpoint("10.244.1.13", { hostname: "db-2", ...ready(false, { serving: true }) }),
    ],
    { open: ports("sql/TCP/15432") },
  ),
  slice("default/db", [endpoint("10.244.2.11", ofPod("db-extra"))], {
    open: ports("sql/TCP/15432"),
    name: "db-2nd",
  }),
  service("default/empty", { clusterIP: "None", ports: ports("sql/TCP/5432") }),
  slice("default/empty", [endpoint("10.244.1.21", ready(false))], { open: OPEN }),
  service("default/silent", { clusterIP: "None" }),
  slice("default/silent", [endpoint("10.244.1.22")]),
  service("default/six", { clusterIP: "None", ports: ports("http/TCP/80") }),
  slice("default/six", [endpoint("fd00::6"), endpoint("fd00:6::")], { open: OPEN }),
  slice(
    "default/six",
    [1, 2, 3, 3].map((n) => endpoint(`10.244.6.${n}`, { hostname: "same" })),
    { open: OPEN },
  ),
  service("default/zones", { clusterIP: "None", ports: ports("http/TCP/80") }),
  slice(
    "default/zones",
    [
      endpoint("10.244.7.1", inZone("us-west-2a")),
      endpoint("10.244.7.2", inZone("us-west-2b")),
      endpoint("10.244.7.3", inZone("corp.example.com")),
    ],
    { open: OPEN },
  ),
  service("default/idle", { clusterIP: "10.96.0.50", ports: HTTP }),
  slice("default/idle", [endpoint("10.244.1.23", ready(false))], { open: OPEN }),

  service("default/ext", { type: "ExternalName", externalName: "api.Example.org" }),
  service("default/lost", { type: "ExternalName", externalName: "nowhere.example.org" }),
  service("default/inside", {
    type: "ExternalName",
    externalName: "web.default.svc.cluster.local",
  }),
  service("default/deeper", {
    type: "ExternalName",
    externalName: "ext.default.svc.cluster.local",
  }),
  service("default/dangling", {
    type: "ExternalName",
    externalName: "no.default.svc.cluster.local",
  }),
  service("default/ping", { type: "ExternalName", externalName: "pong.default.svc.cluster.local" }),
  service("default/pong", { type: "ExternalName", externalName: "ping.default.svc.cluster.local" }),
  service("default/self", { type: "ExternalName", externalName: "self.default.svc.cluster.local" }),
  service("default/numeric", { type: "ExternalName", externalName: "192.0.2.9" }),
  ...Array.from({ length: 12 }, (_, n) =>
    service(`default/hop${n}`, {
      type: "ExternalName",
      externalName: `${n === 11 ? "web" : `hop${n + 1}`}.default.svc.cluster.local`,
    }),
  ),

  service("kube-system/kube-dns", {
    clusterIP: "10.96.0.10",
    clusterIPs: ["10.96.0.10", "fd00:96::a"],
    ports: ports("dns/UDP/53", "dns-tcp/TCP/53"),
  }),
  slice("kube-system/kube-dns", [endpoint("10.244.0.4"), endpoint("10.244.0.5")], {
    open: ports("dns/UDP/53", "dns-tcp/TCP/53"),
  }),
  service("kube-system/peers", { clusterIP: "None", ports: ports("dns/UDP/53") }),
  slice("kube-system/peers", [endpoint("10.244.0.6"), endpoint("10.244.0.7")], {
    open: ports("dns/UDP/53"),
  }),
  // One Pod behind two Services.
  service("default/also", { clusterIP: "10.96.0.60", ports: ports("http/TCP/80") }),
  slice("default/also", [endpoint("10.244.1.7", { hostname: "w" })], { open: OPEN }),
  slice("default/also", [endpoint("10.244.1.7", { hostname: "w" })], {
    open: OPEN,
    name: "also-2",
  }),

  pod("default/web-1", "10.244.1.7"),
  pod("default/two", "10.244.1.8", {
    podIPs: [{ ip: "10.244.1.8" }, { ip: "fd00::8" }],
  }),
  pod("default/six-1", "fd00::9"),
  pod("default/done", "10.244.1.9", { phase: "Succeeded" }),
  pod("default/going", "10.244.1.10", {}, { deletionTimestamp: "2026-08-01T00:00:00Z" }),
  pod("default/host-1", "192.0.2.50"),
  pod("default/host-2", "192.0.2.50"),
  pod("staging/other", "10.244.3.1"),

  {
    apiVersion: "multicluster.x-k8s.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { namespace: "default", name: "shop" },
    spec: { type: "ClusterSetIP", ips: ["10.97.0.1"], ports: HTTP },
  },
  {
    apiVersion: "multicluster.x-k8s.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { namespace: "default", name: "shards" },
    spec: { type: "Headless", ports: ports("sql/TCP/5432") },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: "default",
      name: "shards-east",
      labels: {
        "multicluster.kubernetes.io/service-name": "shards",
        "multicluster.kubernetes.io/source-cluster": "east",
      },
    },
    addressType: "IPv4",
    endpoints: [endpoint("10.80.0.1", { hostname: "s-0" })],
    ports: ports("sql/TCP/5432"),
  },
];
