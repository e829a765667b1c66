import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEEPEST } from "../../../src/coredns/plugin.ts";
import { kubernetes } from "../../../src/coredns/plugins/kubernetes.ts";
import { name } from "../../../src/dns/name.ts";
import { contextOf, mustBuild, question } from "../scene.ts";
import { ask, build, type Row, type Subject, testPlugin } from "../testPlugin.ts";
import { CLUSTER } from "./kubernetes/cluster.ts";
import { endpoint, namespace, pod, service, slice } from "./kubernetes/objects.ts";

const ZONES = "kubernetes cluster.local in-addr.arpa ip6.arpa";
const SUBJECT: Subject = {
  plugins: [["kubernetes", kubernetes]],
  corefile: ZONES,
  cluster: CLUSTER,
};
const negative = (zone: string, ttl = 5) => [
  `${zone} ${Math.min(ttl, 300)} IN SOA ns.dns.${zone} hostmaster.${zone} 1 7200 1800 86400 ${ttl}`,
];
const SOA = negative("cluster.local.");
const V4_SOA = negative("in-addr.arpa.");
const ROOT_SOA = [". 5 IN SOA ns.dns. hostmaster. 1 7200 1800 86400 5"];
const with_ = (...lines: string[]) => `${ZONES} {\n${lines.join("\n")}\n}`;
const nxdomain = { rcode: "NXDOMAIN", authority: SOA } as const;
const nodata = { authority: SOA } as const;
const IN_INTERNET = [
  "api.example.org. 30 IN A 192.0.2.80",
  "api.example.org. 30 IN AAAA 2001:db8::80",
];

const names: Row[] = [
  {
    why: "anything whose last label is neither svc nor pod is no name",
    ask: ["web.default.cluster.local.", "A"],
    ...nxdomain,
    steps: ["kubernetes default is neither svc nor pod"],
  },
  {
    why: "three labels left of a Service are too many",
    ask: ["a.b.c.web.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  { why: "the apex has no address", ask: ["cluster.local.", "A"], ...nodata },
  { why: "svc.<zone> is there and empty", ask: ["svc.cluster.local.", "A"], ...nodata },
  {
    why: "pod.<zone> is there even with pods disabled",
    ask: ["pod.cluster.local.", "A"],
    ...nodata,
  },
  { why: "a namespace is there and empty", ask: ["default.svc.cluster.local.", "AAAA"], ...nodata },
  {
    why: "a namespace that does not exist is no name",
    ask: ["nope.svc.cluster.local.", "A"],
    ...nxdomain,
    steps: ["kubernetes namespace nope does not exist"],
  },
  {
    why: "<ns>.pod.<zone> is no name while pods are disabled",
    ask: ["default.pod.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "<ns>.pod.<zone> is there with pods insecure",
    corefile: with_("pods insecure"),
    ask: ["default.pod.cluster.local.", "A"],
    ...nodata,
  },
  { why: "dns.<zone> is no name", ask: ["dns.cluster.local.", "A"], ...nxdomain },
  {
    why: "an asterisk is a label like any other",
    ask: ["*.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "any is a label like any other",
    ask: ["any.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "an escaped dot does not part labels",
    ask: ["web\\.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "a listed namespace that does not exist is no name",
    corefile: with_("namespaces default nope"),
    ask: ["nope.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "a namespace that is not listed is hidden with all its Services",
    corefile: with_("namespaces default"),
    ask: ["web.staging.svc.cluster.local.", "A"],
    ...nxdomain,
    steps: ["kubernetes namespace staging is not in namespaces"],
  },
  {
    why: "namespace_labels hides what it does not match",
    corefile: with_("namespace_labels env in (prod, qa)"),
    ask: ["web.staging.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "namespace_labels shows what it matches",
    corefile: with_("namespace_labels env in (prod, qa)"),
    ask: ["web.default.svc.cluster.local.", "A"],
    answer: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
  {
    why: "labels shows the Services that match",
    corefile: with_("labels tier=front"),
    ask: ["dual.default.svc.cluster.local.", "A"],
    answer: ["dual.default.svc.cluster.local. 5 IN A 10.96.0.30"],
  },
  {
    why: "labels hides the others",
    corefile: with_("labels tier=front"),
    ask: ["web.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "the longest of several zones is the one",
    corefile: "kubernetes local cluster.local",
    ask: ["web.default.svc.cluster.local.", "A"],
    answer: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
  {
    why: "without arguments the zones are the server block's",
    corefile: "kubernetes",
    block: "k8s.example",
    ask: ["web.default.svc.k8s.example.", "A"],
    answer: ["web.default.svc.k8s.example. 5 IN A 10.96.0.20"],
  },
  {
    why: "the root can be a cluster's zone",
    corefile: "kubernetes .",
    ask: ["nope.default.svc.", "A"],
    rcode: "NXDOMAIN",
    authority: [". 5 IN SOA ns.dns. hostmaster. 1 7200 1800 86400 5"],
  },
  {
    why: "outside all zones the next plugin is asked and nothing is said",
    ask: ["api.example.org.", "A"],
    behind: IN_INTERNET,
    answer: ["api.example.org. 30 IN A 192.0.2.80"],
    steps: [],
    reply: { source: "behind" },
  },
  {
    why: "outside all zones without a next plugin is SERVFAIL",
    ask: ["api.example.org.", "A"],
    rcode: "SERVFAIL",
  },
];

const spelling: Row[] = [
  {
    why: "the owner repeats the question's spelling",
    ask: ["WeB.DeFaUlT.sVc.ClUsTeR.lOcAl.", "A"],
    answer: ["WeB.DeFaUlT.sVc.ClUsTeR.lOcAl. 5 IN A 10.96.0.20"],
  },
  {
    why: "a negative answer's SOA has the question's spelling of the zone",
    ask: ["no.default.svc.ClUsTeR.lOcAl.", "A"],
    rcode: "NXDOMAIN",
    authority: negative("ClUsTeR.lOcAl."),
  },
  {
    why: "an SRV target takes the zone from the question and the rest from the objects",
    ask: ["_HTTP._Tcp.WEB.Default.SVC.Cluster.LOCAL.", "SRV"],
    answer: [
      "_HTTP._Tcp.WEB.Default.SVC.Cluster.LOCAL. 5 IN SRV 0 100 80 web.default.svc.Cluster.LOCAL.",
    ],
    additional: ["web.default.svc.Cluster.LOCAL. 5 IN A 10.96.0.20"],
  },
  {
    why: "the SOA at the apex is spelled as asked",
    ask: ["Cluster.local.", "SOA"],
    answer: negative("Cluster.local."),
  },
  {
    why: "endpoint names are found in any spelling",
    ask: ["DB-0.db.default.svc.cluster.local.", "A"],
    answer: ["DB-0.db.default.svc.cluster.local. 5 IN A 10.244.1.11"],
  },
  {
    why: "dns-version is found in any spelling",
    ask: ["DNS-Version.cluster.local.", "TXT"],
    answer: ['DNS-Version.cluster.local. 28800 IN TXT "1.1.0"'],
  },
];

const services: Row[] = [
  {
    why: "a Service has its ClusterIP, never its external address",
    ask: ["web.default.svc.cluster.local.", "A"],
    answer: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
    steps: ["kubernetes Service web in default: ClusterIP 10.96.0.20"],
    reply: { source: "kubernetes", authoritative: true, cache: "miss" },
  },
  {
    why: "with caches off the reply says so",
    context: { cacheOff: true },
    ask: ["web.default.svc.cluster.local.", "A"],
    answer: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
    reply: { cache: "off" },
  },
  {
    why: "clusterIP stands where clusterIPs is absent, endpoints or not",
    ask: ["old.default.svc.cluster.local.", "A"],
    answer: ["old.default.svc.cluster.local. 5 IN A 10.96.0.21"],
  },
  {
    why: "a dual-stack Service has one AAAA",
    ask: ["dual.default.svc.cluster.local.", "AAAA"],
    answer: ["dual.default.svc.cluster.local. 5 IN AAAA fd00:96::30"],
  },
  {
    why: "a family that the Service lacks is NODATA",
    ask: ["web.default.svc.cluster.local.", "AAAA"],
    ...nodata,
    steps: ["kubernetes Service web in default: ClusterIP 10.96.0.20; type AAAA not held: NODATA"],
  },
  {
    why: "a type that is not held is NODATA",
    ask: ["web.default.svc.cluster.local.", "MX"],
    ...nodata,
  },
  {
    why: "a Service that is not there is no name, and the step says where it was sought",
    ask: ["web-service.staging.svc.cluster.local.", "A"],
    ...nxdomain,
    steps: ["kubernetes no Service web-service in namespace staging"],
  },
  {
    why: "a headless Service has each ready address over all its slices; a missing condition is ready",
    ask: ["db.default.svc.cluster.local.", "A"],
    answer: [
      "db.default.svc.cluster.local. 5 IN A 10.244.1.11",
      "db.default.svc.cluster.local. 5 IN A 10.244.1.12",
      "db.default.svc.cluster.local. 5 IN A 10.244.2.11",
    ],
  },
  {
    why: "a headless Service without a ready address is no name",
    ask: ["empty.default.svc.cluster.local.", "A"],
    ...nxdomain,
    steps: ["kubernetes Service empty in default has no ready endpoint"],
  },
  {
    why: "an endpoint is known by its hostname",
    ask: ["db-1.db.default.svc.cluster.local.", "A"],
    answer: ["db-1.db.default.svc.cluster.local. 5 IN A 10.244.1.12"],
  },
  {
    why: "an endpoint with a hostname is not known by its address",
    ask: ["10-244-1-11.db.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "an endpoint that is not ready is no name, serving or not",
    ask: ["db-2.db.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "without a hostname the address with dashes is the name",
    ask: ["10-244-2-11.db.default.svc.cluster.local.", "A"],
    answer: ["10-244-2-11.db.default.svc.cluster.local. 5 IN A 10.244.2.11"],
  },
  {
    why: "with endpoint_pod_names the Pod's name is",
    corefile: with_("endpoint_pod_names"),
    ask: ["db-extra.db.default.svc.cluster.local.", "A"],
    answer: ["db-extra.db.default.svc.cluster.local. 5 IN A 10.244.2.11"],
  },
  {
    why: "and then the address is not",
    corefile: with_("endpoint_pod_names"),
    ask: ["10-244-2-11.db.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "a Pod's name that is no label is passed over for the address",
    corefile: with_("endpoint_pod_names"),
    cluster: [
      namespace("default"),
      service("default/long", { clusterIP: "None" }),
      slice("default/long", [
        endpoint("10.244.9.1", { targetRef: { kind: "Pod", name: "p".repeat(64) } }),
      ]),
    ],
    ask: ["10-244-9-1.long.default.svc.cluster.local.", "A"],
    answer: ["10-244-9-1.long.default.svc.cluster.local. 5 IN A 10.244.9.1"],
  },
  {
    why: "a slice without the Service's label is not the Service's, whatever its name",
    cluster: [
      namespace("default"),
      service("default/own", { clusterIP: "None" }),
      slice("default/own", [endpoint("10.244.9.1")], {
        labels: { "kubernetes.io/service-name": "other" },
      }),
    ],
    ask: ["own.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "publishNotReadyAddresses is not read",
    cluster: [
      namespace("default"),
      service("default/eager", { clusterIP: "None", publishNotReadyAddresses: true }),
      slice("default/eager", [endpoint("10.244.9.1", { conditions: { ready: false } })]),
    ],
    ask: ["eager.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "an IPv6 endpoint has dashes for colons",
    ask: ["fd00--6.six.default.svc.cluster.local.", "AAAA"],
    answer: ["fd00--6.six.default.svc.cluster.local. 5 IN AAAA fd00::6"],
  },
  {
    why: "an IPv6 address that ends in a colon gets a 0",
    ask: ["fd00-6--0.six.default.svc.cluster.local.", "AAAA"],
    answer: ["fd00-6--0.six.default.svc.cluster.local. 5 IN AAAA fd00:6::"],
  },
  {
    why: "endpoints that share a hostname share the name, each address once",
    ask: ["same.six.default.svc.cluster.local.", "A"],
    answer: [1, 2, 3].map((n) => `same.six.default.svc.cluster.local. 5 IN A 10.244.6.${n}`),
  },
  {
    why: "endpoint names work below a ClusterIP Service too",
    ask: ["10-244-1-7.web.default.svc.cluster.local.", "A"],
    answer: ["10-244-1-7.web.default.svc.cluster.local. 5 IN A 10.244.1.7"],
  },
  {
    why: "a name with port and protocol has an address",
    ask: ["_http._tcp.web.default.svc.cluster.local.", "A"],
    answer: ["_http._tcp.web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
  {
    why: "the underscores may be left out",
    ask: ["http.tcp.web.default.svc.cluster.local.", "A"],
    answer: ["http.tcp.web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
  {
    why: "a port without a protocol is taken for an endpoint, and there is none",
    ask: ["_http.web.default.svc.cluster.local.", "SRV"],
    ...nxdomain,
  },
  {
    why: "a lone underscore leaves the port open",
    ask: ["_._udp.web.default.svc.cluster.local.", "SRV"],
    answer: [
      "_._udp.web.default.svc.cluster.local. 5 IN SRV 0 100 53 web.default.svc.cluster.local.",
    ],
    additional: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
  {
    why: "a wrong protocol is no name",
    ask: ["_http._udp.web.default.svc.cluster.local.", "SRV"],
    ...nxdomain,
    steps: ["kubernetes Service web in default has no port http/udp"],
  },
  {
    why: "a wrong port of a headless Service is no name",
    ask: ["_nope._tcp.db.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
];

const srvs: Row[] = [
  {
    why: "SRV on the bare name lists every port of the Service",
    ask: ["web.default.svc.cluster.local.", "SRV"],
    answer: [
      "web.default.svc.cluster.local. 5 IN SRV 0 50 80 web.default.svc.cluster.local.",
      "web.default.svc.cluster.local. 5 IN SRV 0 50 53 web.default.svc.cluster.local.",
    ],
    additional: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
  {
    why: "a port without a name is listed too",
    ask: ["unnamed.default.svc.cluster.local.", "SRV"],
    answer: [
      "unnamed.default.svc.cluster.local. 5 IN SRV 0 100 9000 unnamed.default.svc.cluster.local.",
    ],
    additional: ["unnamed.default.svc.cluster.local. 5 IN A 10.96.0.41"],
  },
  {
    why: "a headless Service's SRV has the slice's port and the endpoints' names",
    ask: ["_sql._tcp.db.default.svc.cluster.local.", "SRV"],
    answer: ["db-0", "db-1", "10-244-2-11"].map(
      (label) =>
        `_sql._tcp.db.default.svc.cluster.local. 5 IN SRV 0 33 15432 ${label}.db.default.svc.cluster.local.`,
    ),
    additional: [
      "db-0.db.default.svc.cluster.local. 5 IN A 10.244.1.11",
      "db-1.db.default.svc.cluster.local. 5 IN A 10.244.1.12",
      "10-244-2-11.db.default.svc.cluster.local. 5 IN A 10.244.2.11",
    ],
  },
  {
    why: "SRV on an endpoint below a ClusterIP Service has the slice's ports",
    ask: ["10-244-1-7.web.default.svc.cluster.local.", "SRV"],
    answer: [8080, 5353].map(
      (port) =>
        `10-244-1-7.web.default.svc.cluster.local. 5 IN SRV 0 50 ${port} 10-244-1-7.web.default.svc.cluster.local.`,
    ),
    additional: ["10-244-1-7.web.default.svc.cluster.local. 5 IN A 10.244.1.7"],
  },
  {
    why: "a dual-stack Service has weight 50 and one SRV: both addresses were counted",
    ask: ["dual.default.svc.cluster.local.", "SRV"],
    answer: ["dual.default.svc.cluster.local. 5 IN SRV 0 50 80 dual.default.svc.cluster.local."],
    additional: [
      "dual.default.svc.cluster.local. 5 IN A 10.96.0.30",
      "dual.default.svc.cluster.local. 5 IN AAAA fd00:96::30",
    ],
  },
  {
    why: "six addresses give weight 16, though fewer SRVs remain",
    ask: ["six.default.svc.cluster.local.", "SRV"],
    answer: ["fd00--6", "fd00-6--0", "same"].map(
      (label) =>
        `six.default.svc.cluster.local. 5 IN SRV 0 16 8080 ${label}.six.default.svc.cluster.local.`,
    ),
    additional: [
      "fd00--6.six.default.svc.cluster.local. 5 IN AAAA fd00::6",
      "fd00-6--0.six.default.svc.cluster.local. 5 IN AAAA fd00:6::",
      ...[1, 2, 3].map((n) => `same.six.default.svc.cluster.local. 5 IN A 10.244.6.${n}`),
    ],
  },
  {
    why: "a hundred and more addresses have weight 1",
    cluster: [
      ...CLUSTER,
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          namespace: "default",
          name: "silent-more",
          labels: { "kubernetes.io/service-name": "silent" },
        },
        addressType: "IPv4",
        endpoints: Array.from({ length: 150 }, (_, n) => ({
          addresses: [`10.245.0.${n + 1}`],
          hostname: "many",
        })),
        ports: [{ name: "p", port: 1, protocol: "TCP" }],
      },
    ],
    ask: ["_p._tcp.silent.default.svc.cluster.local.", "SRV"],
    answer: [
      "_p._tcp.silent.default.svc.cluster.local. 5 IN SRV 0 1 1 many.silent.default.svc.cluster.local.",
    ],
    additional: Array.from(
      { length: 150 },
      (_, n) => `many.silent.default.svc.cluster.local. 5 IN A 10.245.0.${n + 1}`,
    ),
  },
  {
    why: "a Service without ports has its address",
    ask: ["portless.default.svc.cluster.local.", "A"],
    answer: ["portless.default.svc.cluster.local. 5 IN A 10.96.0.40"],
  },
  { why: "but no SRV", ask: ["portless.default.svc.cluster.local.", "SRV"], ...nodata },
  {
    why: "and no name with a port",
    ask: ["_http._tcp.portless.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "a headless Service without ports has addresses",
    ask: ["silent.default.svc.cluster.local.", "A"],
    answer: ["silent.default.svc.cluster.local. 5 IN A 10.244.1.22"],
  },
  { why: "and no SRV either", ask: ["silent.default.svc.cluster.local.", "SRV"], ...nodata },
  {
    why: "ignore empty_service makes a ClusterIP Service without ready address no name",
    corefile: with_("ignore empty_service"),
    ask: ["idle.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "ignore empty_service leaves ExternalName alone",
    corefile: with_("ignore empty_service"),
    ask: ["ext.default.svc.cluster.local.", "CNAME"],
    answer: ["ext.default.svc.cluster.local. 5 IN CNAME api.Example.org."],
  },
  {
    why: "ignore empty_service leaves a Service with a ready address alone",
    corefile: with_("ignore empty_service"),
    ask: ["web.default.svc.cluster.local.", "A"],
    answer: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
  {
    why: "noendpoints makes headless Services no names",
    corefile: with_("noendpoints"),
    ask: ["db.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "noendpoints makes endpoints no names",
    corefile: with_("noendpoints"),
    ask: ["10-244-1-7.web.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "noendpoints leaves ClusterIPs",
    corefile: with_("noendpoints"),
    ask: ["web.default.svc.cluster.local.", "A"],
    answer: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
  },
];

const externalNames: Row[] = [
  {
    why: "an ExternalName is a CNAME and what the server says of its target",
    ask: ["ext.default.svc.cluster.local.", "A"],
    behind: IN_INTERNET,
    answer: [
      "ext.default.svc.cluster.local. 5 IN CNAME api.Example.org.",
      "api.example.org. 30 IN A 192.0.2.80",
    ],
    steps: ["kubernetes Service ext in default: ExternalName api.Example.org"],
    reply: { source: "kubernetes", authoritative: true },
  },
  {
    why: "AAAA follows the same way",
    ask: ["ext.default.svc.cluster.local.", "AAAA"],
    behind: IN_INTERNET,
    answer: [
      "ext.default.svc.cluster.local. 5 IN CNAME api.Example.org.",
      "api.example.org. 30 IN AAAA 2001:db8::80",
    ],
  },
  {
    why: "a target that is not there leaves the CNAME alone, without its rcode",
    ask: ["lost.default.svc.cluster.local.", "A"],
    behind: IN_INTERNET,
    answer: ["lost.default.svc.cluster.local. 5 IN CNAME nowhere.example.org."],
  },
  {
    why: "a server that fails leaves the CNAME alone too",
    ask: ["ext.default.svc.cluster.local.", "A"],
    answer: ["ext.default.svc.cluster.local. 5 IN CNAME api.Example.org."],
  },
  {
    why: "a CNAME query shows the CNAME",
    ask: ["lost.default.svc.cluster.local.", "CNAME"],
    answer: ["lost.default.svc.cluster.local. 5 IN CNAME nowhere.example.org."],
  },
  {
    why: "a CNAME query on a ClusterIP Service is NODATA",
    ask: ["web.default.svc.cluster.local.", "CNAME"],
    ...nodata,
  },
  {
    why: "a target in the zone is followed inside",
    ask: ["inside.default.svc.cluster.local.", "A"],
    answer: [
      "inside.default.svc.cluster.local. 5 IN CNAME web.default.svc.cluster.local.",
      "web.default.svc.cluster.local. 5 IN A 10.96.0.20",
    ],
  },
  {
    why: "a target in the zone is followed out of it again",
    ask: ["deeper.default.svc.cluster.local.", "A"],
    behind: IN_INTERNET,
    answer: [
      "deeper.default.svc.cluster.local. 5 IN CNAME ext.default.svc.cluster.local.",
      "ext.default.svc.cluster.local. 5 IN CNAME api.Example.org.",
      "api.example.org. 30 IN A 192.0.2.80",
    ],
  },
  {
    why: "a target in the zone that is not there is NODATA, without the CNAME",
    ask: ["dangling.default.svc.cluster.local.", "A"],
    ...nodata,
  },
  {
    why: "a target in the zone that lacks the family is NODATA",
    ask: ["inside.default.svc.cluster.local.", "AAAA"],
    ...nodata,
  },
  {
    why: "a CNAME query shows a dangling CNAME",
    ask: ["dangling.default.svc.cluster.local.", "CNAME"],
    answer: ["dangling.default.svc.cluster.local. 5 IN CNAME no.default.svc.cluster.local."],
  },
  { why: "a loop of two is NODATA", ask: ["ping.default.svc.cluster.local.", "A"], ...nodata },
  { why: "a loop of one is NODATA", ask: ["self.default.svc.cluster.local.", "A"], ...nodata },
  {
    why: "eleven CNAMEs in the zone are followed",
    ask: ["hop1.default.svc.cluster.local.", "A"],
    answer: [
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(
        (n) =>
          `hop${n}.default.svc.cluster.local. 5 IN CNAME ${n === 11 ? "web" : `hop${n + 1}`}.default.svc.cluster.local.`,
      ),
      "web.default.svc.cluster.local. 5 IN A 10.96.0.20",
    ],
  },
  { why: "a twelfth is not", ask: ["hop0.default.svc.cluster.local.", "A"], ...nodata },
  ...["SRV", "TXT", "MX", "HTTPS", "ANY"].map(
    (type): Row => ({
      why: `${type} on an ExternalName is NODATA`,
      ask: ["ext.default.svc.cluster.local.", type],
      ...nodata,
    }),
  ),
  {
    why: "nothing is below an ExternalName",
    ask: ["a.ext.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "an ExternalName has no ports",
    ask: ["_http._tcp.ext.default.svc.cluster.local.", "SRV"],
    ...nxdomain,
  },
  {
    why: "an ExternalName that reads as an address is no name",
    ask: ["numeric.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
];

const INSECURE = with_("pods insecure");
const VERIFIED = with_("pods verified");

const pods: Row[] = [
  {
    why: "disabled: no Pod has a name",
    ask: ["10-244-1-7.default.pod.cluster.local.", "A"],
    ...nxdomain,
    steps: ["kubernetes pods disabled"],
  },
  {
    why: "insecure: any address with dashes has a name",
    corefile: INSECURE,
    ask: ["1-2-3-4.default.pod.cluster.local.", "A"],
    answer: ["1-2-3-4.default.pod.cluster.local. 5 IN A 1.2.3.4"],
    steps: ["kubernetes pods insecure: the address is in the name"],
  },
  {
    why: "insecure: what is no address is no name",
    corefile: INSECURE,
    ask: ["1-2-3.default.pod.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "insecure: an octet over 255 is no address",
    corefile: INSECURE,
    ask: ["1-2-3-400.default.pod.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "insecure: the namespace must be there",
    corefile: INSECURE,
    ask: ["1-2-3-4.nope.pod.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "two dashes in a row make it IPv6",
    corefile: INSECURE,
    ask: ["fd00-1--4.default.pod.cluster.local.", "AAAA"],
    answer: ["fd00-1--4.default.pod.cluster.local. 5 IN AAAA fd00:1::4"],
  },
  {
    why: "the other family is NODATA",
    corefile: INSECURE,
    ask: ["1-2-3-4.default.pod.cluster.local.", "AAAA"],
    ...nodata,
  },
  {
    why: "IPv4 in IPv6's clothes is an A record, as Go reads it",
    corefile: INSECURE,
    ask: ["--ffff-102-304.default.pod.cluster.local.", "A"],
    answer: ["--ffff-102-304.default.pod.cluster.local. 5 IN A 1.2.3.4"],
  },
  {
    why: "labels left of the address are not looked at",
    corefile: INSECURE,
    ask: ["a.b.1-2-3-4.default.pod.cluster.local.", "A"],
    answer: ["a.b.1-2-3-4.default.pod.cluster.local. 5 IN A 1.2.3.4"],
  },
  {
    why: "a Pod's name has an SRV with port 0",
    corefile: INSECURE,
    ask: ["1-2-3-4.default.pod.cluster.local.", "SRV"],
    answer: [
      "1-2-3-4.default.pod.cluster.local. 5 IN SRV 0 100 0 1-2-3-4.default.pod.cluster.local.",
    ],
    additional: ["1-2-3-4.default.pod.cluster.local. 5 IN A 1.2.3.4"],
  },
  {
    why: "verified: a Pod that is there has a name",
    corefile: VERIFIED,
    ask: ["10-244-1-7.default.pod.cluster.local.", "A"],
    answer: ["10-244-1-7.default.pod.cluster.local. 5 IN A 10.244.1.7"],
    steps: ["kubernetes Pod web-1 in default: 10.244.1.7"],
  },
  {
    why: "verified: IPv6 Pods too",
    corefile: VERIFIED,
    ask: ["fd00--9.default.pod.cluster.local.", "AAAA"],
    answer: ["fd00--9.default.pod.cluster.local. 5 IN AAAA fd00::9"],
  },
  {
    why: "verified: another spelling of an IPv6 address is another name",
    corefile: VERIFIED,
    ask: ["fd00-0-0-0-0-0-0-9.default.pod.cluster.local.", "AAAA"],
    ...nxdomain,
  },
  {
    why: "verified: the namespace must be the Pod's",
    corefile: VERIFIED,
    ask: ["10-244-3-1.default.pod.cluster.local.", "A"],
    ...nxdomain,
    steps: ["kubernetes no Pod with 10.244.3.1 in namespace default"],
  },
  {
    why: "verified: status.podIP counts",
    corefile: VERIFIED,
    ask: ["10-244-1-8.default.pod.cluster.local.", "A"],
    answer: ["10-244-1-8.default.pod.cluster.local. 5 IN A 10.244.1.8"],
  },
  {
    why: "verified: the Pod's other podIPs do not count",
    corefile: VERIFIED,
    ask: ["fd00--8.default.pod.cluster.local.", "AAAA"],
    ...nxdomain,
  },
  {
    why: "verified: a finished Pod does not count",
    corefile: VERIFIED,
    ask: ["10-244-1-9.default.pod.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "verified: a Pod that is being deleted does not count",
    corefile: VERIFIED,
    ask: ["10-244-1-10.default.pod.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "verified: two Pods on one host address are one record",
    corefile: VERIFIED,
    ask: ["192-0-2-50.default.pod.cluster.local.", "A"],
    answer: ["192-0-2-50.default.pod.cluster.local. 5 IN A 192.0.2.50"],
  },
];

const KUBE_DNS = "kube-dns.kube-system.svc.cluster.local.";
const V6_SERVER = { server: "fd00::99" } as const;

const apex: Row[] = [
  { why: "the apex has an SOA", ask: ["cluster.local.", "SOA"], answer: SOA },
  {
    why: "the SOA's TTL is at most 300, its minimum is the option's",
    corefile: with_("ttl 3600"),
    ask: ["cluster.local.", "SOA"],
    answer: negative("cluster.local.", 3600),
  },
  {
    why: "ttl 0 is allowed",
    corefile: with_("ttl 0"),
    ask: ["web.default.svc.cluster.local.", "A"],
    answer: ["web.default.svc.cluster.local. 0 IN A 10.96.0.20"],
  },
  { why: "an SOA below the apex is NODATA", ask: [KUBE_DNS, "SOA"], ...nodata },
  {
    why: "an SOA at a name that is not there is NODATA too",
    ask: ["no.such.thing.cluster.local.", "SOA"],
    ...nodata,
  },
  {
    why: "NS at the apex is the Service before the server's own address, with glue",
    ask: ["cluster.local.", "NS"],
    answer: [`cluster.local. 5 IN NS ${KUBE_DNS}`],
    additional: [`${KUBE_DNS} 5 IN A 10.96.0.10`, `${KUBE_DNS} 5 IN AAAA fd00:96::a`],
  },
  {
    why: "before a headless Service the endpoints are the nameservers",
    server: "10.244.0.6",
    ask: ["cluster.local.", "NS"],
    answer: ["6", "7"].map(
      (n) => `cluster.local. 5 IN NS 10-244-0-${n}.peers.kube-system.svc.cluster.local.`,
    ),
    additional: ["6", "7"].map(
      (n) => `10-244-0-${n}.peers.kube-system.svc.cluster.local. 5 IN A 10.244.0.${n}`,
    ),
  },
  {
    why: "a server that no slice holds is ns.dns",
    ...V6_SERVER,
    ask: ["cluster.local.", "NS"],
    answer: ["cluster.local. 5 IN NS ns.dns.cluster.local."],
    additional: ["ns.dns.cluster.local. 5 IN AAAA fd00::99"],
  },
  {
    why: "with noendpoints no slice is seen",
    corefile: with_("noendpoints"),
    ask: ["cluster.local.", "NS"],
    answer: ["cluster.local. 5 IN NS ns.dns.cluster.local."],
    additional: ["ns.dns.cluster.local. 5 IN A 10.244.0.4"],
  },
  { why: "NS on a Service is NODATA", ask: ["web.default.svc.cluster.local.", "NS"], ...nodata },
  { why: "NS on no name is NXDOMAIN", ask: ["no.default.svc.cluster.local.", "NS"], ...nxdomain },
  {
    why: "a dual-stack server has both its addresses, whichever was asked",
    cluster: [
      pod("kube-system/coredns-1", "10.244.9.9", {
        podIPs: [{ ip: "10.244.9.9" }, { ip: "fd00::99" }],
      }),
    ],
    server: "10.244.9.9",
    ask: ["cluster.local.", "NS"],
    answer: ["cluster.local. 5 IN NS ns.dns.cluster.local."],
    additional: [
      "ns.dns.cluster.local. 5 IN A 10.244.9.9",
      "ns.dns.cluster.local. 5 IN AAAA fd00::99",
    ],
  },
  {
    why: "a server that is not ready is in no slice, and so it is ns.dns",
    server: "10.244.1.23",
    ask: ["ns.dns.cluster.local.", "A"],
    answer: ["ns.dns.cluster.local. 5 IN A 10.244.1.23"],
  },
  {
    why: "ns.dns has the nameservers' addresses",
    ask: ["ns.dns.cluster.local.", "A"],
    answer: ["ns.dns.cluster.local. 5 IN A 10.96.0.10"],
  },
  {
    why: "ns.dns has their IPv6 addresses",
    ask: ["NS.dns.cluster.local.", "AAAA"],
    answer: ["NS.dns.cluster.local. 5 IN AAAA fd00:96::a"],
  },
  {
    why: "ns.dns has the server's own where no slice holds it",
    ...V6_SERVER,
    ask: ["ns.dns.cluster.local.", "AAAA"],
    answer: ["ns.dns.cluster.local. 5 IN AAAA fd00::99"],
  },
  { why: "ns.dns has no other types", ask: ["ns.dns.cluster.local.", "SRV"], ...nodata },
  { why: "ns.dns is no name to TXT", ask: ["ns.dns.cluster.local.", "TXT"], ...nxdomain },
  { why: "ns.dns is no name to PTR", ask: ["ns.dns.cluster.local.", "PTR"], ...nxdomain },
  {
    why: "ns.dns of a zone in upper case is no name",
    ask: ["ns.dns.Cluster.local.", "A"],
    rcode: "NXDOMAIN",
    authority: negative("Cluster.local."),
  },
  {
    why: "ns.dns and the zone are that name in front of any name of the zone",
    ask: ["ns.dns.cluster.local.x.cluster.local.", "A"],
    answer: ["ns.dns.cluster.local.x.cluster.local. 5 IN A 10.96.0.10"],
  },
  {
    why: "the root zone has no ns.dns",
    corefile: "kubernetes .",
    ask: ["ns.dns.", "A"],
    rcode: "NXDOMAIN",
    authority: ROOT_SOA,
  },
  {
    why: "the apex in upper case has no nameservers",
    ask: ["Cluster.local.", "NS"],
    authority: negative("Cluster.local."),
  },
  {
    why: "dns-version has its own TTL",
    corefile: with_("ttl 60"),
    ask: ["dns-version.cluster.local.", "TXT"],
    answer: ['dns-version.cluster.local. 28800 IN TXT "1.1.0"'],
  },
  { why: "dns-version has no other types", ask: ["dns-version.cluster.local.", "A"], ...nxdomain },
  { why: "TXT on a Service is NODATA", ask: ["web.default.svc.cluster.local.", "TXT"], ...nodata },
  ...["cluster.local.", "svc.cluster.local.", "default.svc.cluster.local."].map(
    (owner): Row => ({
      why: `TXT on ${owner}, which is there and empty, is NXDOMAIN`,
      ask: [owner, "TXT"],
      ...nxdomain,
    }),
  ),
  ...["HTTPS", "SVCB", "HINFO", "ANY", "TYPE65280", "DS"].flatMap((type): Row[] => [
    {
      why: `${type} on a Service is NODATA`,
      ask: ["web.default.svc.cluster.local.", type],
      ...nodata,
    },
    {
      why: `${type} on no name is NXDOMAIN`,
      ask: ["no.default.svc.cluster.local.", type],
      ...nxdomain,
    },
  ]),
  ...["AXFR", "IXFR"].map(
    (type): Row => ({ why: `${type} is refused`, ask: ["cluster.local.", type], rcode: "REFUSED" }),
  ),
];

const DUAL_ARPA = "0.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.0.d.f.ip6.arpa.";

const reverse: Row[] = [
  {
    why: "a ClusterIP points to its Service",
    ask: ["20.0.96.10.in-addr.arpa.", "PTR"],
    answer: ["20.0.96.10.in-addr.arpa. 5 IN PTR web.default.svc.cluster.local."],
  },
  {
    why: "an IPv6 ClusterIP too",
    ask: ["0.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.0.d.f.ip6.arpa.", "PTR"],
    answer: [
      "0.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.0.d.f.ip6.arpa. 5 IN PTR dual.default.svc.cluster.local.",
    ],
  },
  {
    why: "an endpoint points to its name below each Service, duplicates over slices merged",
    ask: ["7.1.244.10.in-addr.arpa.", "PTR"],
    answer: [
      "7.1.244.10.in-addr.arpa. 5 IN PTR 10-244-1-7.web.default.svc.cluster.local.",
      "7.1.244.10.in-addr.arpa. 5 IN PTR w.also.default.svc.cluster.local.",
    ],
  },
  {
    why: "an endpoint that is not ready has no PTR",
    ask: ["13.1.244.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: V4_SOA,
  },
  {
    why: "a Pod without a Service has no PTR",
    ask: ["1.3.244.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: V4_SOA,
    steps: ["kubernetes no Service and no ready endpoint has 10.244.3.1"],
  },
  {
    why: "an external address has no PTR",
    ask: ["9.113.0.203.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: V4_SOA,
  },
  {
    why: "PTR targets are in the first zone that is not a reverse zone",
    corefile: "kubernetes 10.in-addr.arpa k8s.example cluster.local",
    ask: ["20.0.96.10.IN-addr.arpa.", "PTR"],
    answer: ["20.0.96.10.IN-addr.arpa. 5 IN PTR web.default.svc.k8s.example."],
  },
  {
    why: "namespaces hides PTR records",
    corefile: with_("namespaces staging"),
    ask: ["20.0.96.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: V4_SOA,
  },
  {
    why: "namespaces hides endpoints' PTR records too",
    corefile: with_("namespaces staging"),
    ask: ["7.1.244.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: V4_SOA,
  },
  {
    why: "a Service's name in a reverse zone is no name",
    ask: ["web.default.svc.in-addr.arpa.", "A"],
    rcode: "NXDOMAIN",
    authority: V4_SOA,
  },
  {
    why: "the apex of a reverse zone is there and empty",
    ask: ["in-addr.arpa.", "PTR"],
    authority: V4_SOA,
  },
  {
    why: "namespace_labels alone does not",
    corefile: with_("namespace_labels env=staging"),
    ask: ["20.0.96.10.in-addr.arpa.", "PTR"],
    answer: ["20.0.96.10.in-addr.arpa. 5 IN PTR web.default.svc.cluster.local."],
  },
  {
    why: "a part of an address is no name",
    ask: ["0.96.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: V4_SOA,
  },
  ...["A", "TXT", "NS", "ANY"].map(
    (type): Row => ({
      why: `${type} on an address is NXDOMAIN`,
      ask: ["20.0.96.10.in-addr.arpa.", type],
      rcode: "NXDOMAIN",
      authority: V4_SOA,
    }),
  ),
  {
    why: "a CIDR block as a zone is its reverse zone",
    corefile: "kubernetes cluster.local 10.96.0.0/16",
    ask: ["99.0.96.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: negative("96.10.in-addr.arpa."),
  },
  {
    why: "labels left of an IPv6 address are not looked at, up to three",
    ask: [`x.y.z.${DUAL_ARPA}`, "PTR"],
    answer: [`x.y.z.${DUAL_ARPA} 5 IN PTR dual.default.svc.cluster.local.`],
  },
  {
    why: "four labels left of an IPv6 address are no name",
    ask: [`w.x.y.z.${DUAL_ARPA}`, "PTR"],
    rcode: "NXDOMAIN",
    authority: negative("ip6.arpa."),
  },
  {
    why: "the apex of the reverse tree does not count as a reverse zone",
    corefile: "kubernetes in-addr.arpa cluster.local",
    ask: ["20.0.96.10.in-addr.arpa.", "PTR"],
    answer: ["20.0.96.10.in-addr.arpa. 5 IN PTR web.default.svc.in-addr.arpa."],
  },
  {
    why: "an endpoint whose slice names no Service gets no reply",
    ask: ["1.0.80.10.in-addr.arpa.", "PTR"],
    rcode: "SERVFAIL",
    reply: { dropped: true },
    steps: ["kubernetes 10.80.0.1 is s-0..default.svc: no domain name, so no reply"],
  },
  {
    why: "a PTR record into the root zone gets no reply",
    corefile: "kubernetes .",
    ask: ["20.0.96.10.in-addr.arpa.", "PTR"],
    rcode: "SERVFAIL",
    reply: { dropped: true },
  },
  { why: "PTR on a Service is NODATA", ask: ["web.default.svc.cluster.local.", "PTR"], ...nodata },
  { why: "PTR on no name is NXDOMAIN", ask: ["no.default.svc.cluster.local.", "PTR"], ...nxdomain },
];

const THROUGH = with_("fallthrough in-addr.arpa ip6.arpa");
const BEHIND = ["1.2.0.192.in-addr.arpa. 60 IN PTR host.example.org."];

const fallthrough: Row[] = [
  {
    why: "NXDOMAIN in a zone of fallthrough goes on to the next plugin, and the trace says why",
    corefile: THROUGH,
    ask: ["1.2.0.192.in-addr.arpa.", "PTR"],
    behind: BEHIND,
    answer: BEHIND,
    steps: ["kubernetes no Service and no ready endpoint has 192.0.2.1: fallthrough"],
    reply: { source: "behind" },
  },
  {
    why: "NXDOMAIN in another zone stays",
    corefile: THROUGH,
    ask: ["no.default.svc.cluster.local.", "A"],
    behind: BEHIND,
    ...nxdomain,
  },
  {
    why: "fallthrough without zones is for all",
    corefile: with_("fallthrough"),
    ask: ["no.default.svc.cluster.local.", "A"],
    behind: ["no.default.svc.cluster.local. 60 IN A 192.0.2.3"],
    answer: ["no.default.svc.cluster.local. 60 IN A 192.0.2.3"],
  },
  {
    why: "NODATA does not fall through",
    corefile: with_("fallthrough"),
    ask: ["web.default.svc.cluster.local.", "AAAA"],
    behind: ["web.default.svc.cluster.local. 60 IN AAAA 2001:db8::3"],
    ...nodata,
  },
];

const MULTI = "kubernetes cluster.local clusterset.local {\nmulticluster clusterset.local\n}";
const SET = negative("clusterset.local.");

const multicluster: Row[] = [
  {
    why: "an imported Service has its addresses",
    ask: ["shop.default.svc.clusterset.local.", "A"],
    answer: ["shop.default.svc.clusterset.local. 5 IN A 10.97.0.1"],
  },
  {
    why: "an own Service is not in the multicluster zone",
    ask: ["web.default.svc.clusterset.local.", "A"],
    rcode: "NXDOMAIN",
    authority: SET,
  },
  {
    why: "an imported Service is not in the own zone",
    ask: ["shop.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
  {
    why: "an ExternalName is not imported",
    ask: ["ext.default.svc.clusterset.local.", "A"],
    rcode: "NXDOMAIN",
    authority: SET,
  },
  {
    why: "a headless import's SRV has the cluster's label",
    ask: ["shards.default.svc.clusterset.local.", "SRV"],
    answer: [
      "shards.default.svc.clusterset.local. 5 IN SRV 0 100 5432 s-0.east.shards.default.svc.clusterset.local.",
    ],
    additional: ["s-0.east.shards.default.svc.clusterset.local. 5 IN A 10.80.0.1"],
  },
  {
    why: "an imported endpoint has its cluster's label",
    ask: ["s-0.EAST.shards.default.svc.clusterset.local.", "A"],
    answer: ["s-0.EAST.shards.default.svc.clusterset.local. 5 IN A 10.80.0.1"],
  },
  {
    why: "without that label it is no name",
    ask: ["s-0.shards.default.svc.clusterset.local.", "A"],
    rcode: "NXDOMAIN",
    authority: SET,
  },
  {
    why: "in another cluster it is no name",
    ask: ["s-0.west.shards.default.svc.clusterset.local.", "A"],
    rcode: "NXDOMAIN",
    authority: SET,
  },
  {
    why: "underscores still mean port and protocol",
    ask: ["_sql._tcp.shards.default.svc.clusterset.local.", "A"],
    answer: ["_sql._tcp.shards.default.svc.clusterset.local. 5 IN A 10.80.0.1"],
  },
  {
    why: "a PTR query for an imported endpoint gets no reply",
    corefile: `${MULTI.replace("{", "in-addr.arpa {")}`,
    ask: ["1.0.80.10.in-addr.arpa.", "PTR"],
    rcode: "SERVFAIL",
    reply: { dropped: true },
  },
];

const ZONAL = with_("zonal");

const zonal: Row[] = [
  {
    why: "pin has the endpoints of one zone",
    ask: ["us-west-2a.pin._zone.zones.default.svc.cluster.local.", "A"],
    answer: ["us-west-2a.pin._zone.zones.default.svc.cluster.local. 5 IN A 10.244.7.1"],
  },
  {
    why: "a zone's name may hold dots",
    ask: ["corp.example.com.pin._zone.zones.default.svc.cluster.local.", "A"],
    answer: ["corp.example.com.pin._zone.zones.default.svc.cluster.local. 5 IN A 10.244.7.3"],
  },
  {
    why: "pin in a zone without endpoints is NODATA",
    ask: ["moon.pin._zone.zones.default.svc.cluster.local.", "A"],
    ...nodata,
  },
  {
    why: "and NODATA to TXT as well",
    ask: ["moon.pin._zone.zones.default.svc.cluster.local.", "TXT"],
    ...nodata,
  },
  {
    why: "prefer has the endpoints of one zone",
    ask: ["us-west-2b.prefer._zone.zones.default.svc.cluster.local.", "SRV"],
    answer: [
      "us-west-2b.prefer._zone.zones.default.svc.cluster.local. 5 IN SRV 0 100 8080 10-244-7-2.zones.default.svc.cluster.local.",
    ],
    additional: ["10-244-7-2.zones.default.svc.cluster.local. 5 IN A 10.244.7.2"],
  },
  {
    why: "prefer falls back to all endpoints",
    ask: ["moon.prefer._zone.zones.default.svc.cluster.local.", "A"],
    answer: [1, 2, 3].map(
      (n) => `moon.prefer._zone.zones.default.svc.cluster.local. 5 IN A 10.244.7.${n}`,
    ),
  },
  ...["A", "TXT"].map(
    (type): Row => ({
      why: `prefer of a headless Service without ready endpoints is NODATA to ${type}`,
      ask: ["moon.prefer._zone.empty.default.svc.cluster.local.", type],
      ...nodata,
    }),
  ),
  ...[
    ["another directive", "us-west-2a.florp._zone.zones.default.svc.cluster.local."],
    ["a ClusterIP Service", "us-west-2a.pin._zone.web.default.svc.cluster.local."],
    ["an ExternalName", "us-west-2a.pin._zone.ext.default.svc.cluster.local."],
    ["a Pod", "us-west-2a.pin._zone.1-2-3-4.default.pod.cluster.local."],
    ["a Service that is not there", "us-west-2a.pin._zone.ghost.default.svc.cluster.local."],
    ["a name without directive", "us-west-2a._zone.zones.default.svc.cluster.local."],
  ].map(
    ([what, owner]): Row => ({
      why: `${what} is no zonal name`,
      ask: [owner as string, "A"],
      ...nxdomain,
    }),
  ),
  {
    why: "without the option it is no name",
    corefile: ZONES,
    ask: ["us-west-2a.pin._zone.zones.default.svc.cluster.local.", "A"],
    ...nxdomain,
  },
];

describe("names and zones", () => testPlugin(SUBJECT, names));
describe("upper and lower case", () => testPlugin(SUBJECT, spelling));
describe("Services and endpoints", () => testPlugin(SUBJECT, services));
describe("ports and SRV", () => testPlugin(SUBJECT, srvs));
describe("ExternalName", () => testPlugin(SUBJECT, externalNames));
describe("Pods", () => testPlugin(SUBJECT, pods));
describe("apex and special names", () => testPlugin(SUBJECT, apex));
describe("reverse zones", () => testPlugin(SUBJECT, reverse));
describe("fallthrough", () => testPlugin(SUBJECT, fallthrough));
describe("multicluster", () => testPlugin({ ...SUBJECT, corefile: MULTI }, multicluster));
describe("zonal", () => testPlugin({ ...SUBJECT, corefile: ZONAL }, zonal));

const EXT = name("ext.default.svc.cluster.local.");

test("an ExternalName that leads back through the server ends at the depth limit", async () => {
  // The target is outside the zone, and a plugin in front answers it with the ExternalName again.
  let asked = 0;
  const scene: Subject = {
    ...SUBJECT,
    corefile: "bounce\nkubernetes cluster.local",
    plugins: [
      [
        "bounce",
        () => ({
          ok: true,
          value: {
            name: "bounce",
            serve: async (question, context, next) => {
              asked++;
              if (question.name !== "api.Example.org.") return next(question);
              return context.resolve({ ...question, name: EXT });
            },
          },
        }),
      ],
      ["kubernetes", kubernetes],
    ],
  };
  const reply = await ask(scene, EXT, "A");
  expect(reply.rcode).toBe("NOERROR");
  expect(asked).toBe(DEEPEST + 1);
});

test("the example in the man page works", async () => {
  const source = readFileSync("src/coredns/plugins/kubernetes.ts", "utf8");
  const example = [...source.matchAll(/```corefile\n([^`]*)```/g)][1]?.[1] ?? "";
  const corefile = example.replaceAll(/^ \* ?/gm, "");
  const reply = await ask({ ...SUBJECT, corefile }, "1-2-3-4.default.pod.cluster.local.", "A");
  expect(reply.answer).toMatchObject([{ ttl: 30, data: "1.2.3.4" }]);
});

test("an ExternalName's reply says who was asked outside, and what that one reported", async () => {
  const reply = await ask(
    {
      ...SUBJECT,
      context: {
        resolve: async () => ({
          ...(await ask(SUBJECT, "web.default.svc.cluster.local.", "A")),
          source: "forward",
          upstream: "192.0.2.53",
          ede: [{ code: 22, text: "no reachable authority" }],
          steps: [{ plugin: "forward", did: "asked 192.0.2.53" }],
        }),
      },
    },
    EXT,
    "A",
  );
  expect(reply).toMatchObject({
    source: "kubernetes",
    cache: "miss",
    upstream: "192.0.2.53",
    ede: [{ code: 22 }],
    steps: [{ plugin: "kubernetes" }, { plugin: "forward", did: "asked 192.0.2.53" }],
  });
});

describe("wrong options", () => {
  test.each<{ why: string; corefile: string; line: number; message: string }>([
    {
      why: "an unknown option is named, with those that there are",
      corefile: "kubernetes cluster.local {\nttl 5\nupstreams\n}",
      line: 3,
      message: "kubernetes has no option upstreams: it has apiserver_burst,",
    },
    {
      why: "pods has three modes",
      corefile: "kubernetes cluster.local {\npods sometimes\n}",
      line: 2,
      message: "kubernetes pods takes one of disabled, insecure, verified: received sometimes",
    },
    {
      why: "pods takes one mode",
      corefile: "kubernetes cluster.local {\npods\n}",
      line: 2,
      message: "kubernetes pods takes disabled|insecure|verified: received nothing",
    },
    {
      why: "a TTL is a number",
      corefile: "kubernetes cluster.local {\nttl soon\n}",
      line: 2,
      message: "kubernetes ttl takes seconds from 0 to 3600: received soon",
    },
    {
      why: "a TTL is at most an hour",
      corefile: "kubernetes cluster.local {\nttl 3601\n}",
      line: 2,
      message: "kubernetes ttl takes seconds from 0 to 3600: received 3601",
    },
    {
      why: "a TTL is not negative",
      corefile: "kubernetes cluster.local {\nttl -1\n}",
      line: 2,
      message: "kubernetes ttl takes seconds from 0 to 3600: received -1",
    },
    {
      why: "a switch takes no argument",
      corefile: "kubernetes cluster.local {\nnoendpoints yes\n}",
      line: 2,
      message: "kubernetes noendpoints takes no argument: received yes",
    },
    {
      why: "tls takes three files",
      corefile: "kubernetes cluster.local {\ntls cert key\n}",
      line: 2,
      message: "kubernetes tls takes CERT KEY CACERT: received cert key",
    },
    {
      why: "ignore knows one thing to ignore",
      corefile: "kubernetes cluster.local {\nignore everything\n}",
      line: 2,
      message: "kubernetes ignore takes empty_service: received everything",
    },
    {
      why: "a label selector must be one",
      corefile: "kubernetes cluster.local {\nlabels env in prod\n}",
      line: 2,
      message:
        "kubernetes labels takes a label selector: in and notin take (VALUE, …): received prod",
    },
    {
      why: "namespaces and namespace_labels exclude each other, whichever comes second",
      corefile: "kubernetes cluster.local {\nnamespace_labels a=b\nnamespaces default\n}",
      line: 3,
      message: "kubernetes takes either namespaces or namespace_labels: received both",
    },
    {
      why: "a multicluster zone must be one of the plugin's",
      corefile: "kubernetes cluster.local {\nmulticluster clusterset.local\n}",
      line: 2,
      message:
        "kubernetes multicluster takes zones of the plugin, cluster.local.: received clusterset.local.",
    },
    {
      why: "reverse zones alone leave PTR records without a target",
      corefile: "kubernetes 10.in-addr.arpa",
      line: 1,
      message: "kubernetes needs a zone that is not a reverse zone: received 10.in-addr.arpa.",
    },
    {
      why: "what is no domain name is no zone",
      corefile: "kubernetes cluster..local",
      line: 1,
      message: "kubernetes needs a zone that is not a reverse zone: received cluster..local",
    },
    {
      why: "zonal names are made from endpoints",
      corefile: "kubernetes cluster.local {\nzonal\nnoendpoints\n}",
      line: 3,
      message: "kubernetes zonal has its names from endpoints: received noendpoints too",
    },
    {
      why: "a burst is a whole number",
      corefile: "kubernetes cluster.local {\napiserver_burst 1.5\n}",
      line: 2,
      message: "kubernetes apiserver_burst takes a number: received 1.5",
    },
    {
      why: "a time-out is a duration",
      corefile: "kubernetes cluster.local {\nstartup_timeout soon\n}",
      line: 2,
      message: "kubernetes startup_timeout takes a duration such as 5s: received soon",
    },
    {
      why: "a rate is a number",
      corefile: "kubernetes cluster.local {\napiserver_qps many\n}",
      line: 2,
      message: "kubernetes apiserver_qps takes a number: received many",
    },
  ])("$why", ({ corefile, line, message }) => {
    const built = build({ ...SUBJECT, corefile });
    expect(built).toMatchObject({ ok: false, error: { line } });
    if (!built.ok) expect(built.error.message).toContain(message);
  });
});

test.each([
  "kubernetes a..b cluster.local",
  "kubernetes cluster.local {\nfallthrough a..b\n}",
  "kubernetes cluster.local {\nmulticluster a..b\n}",
  "kubernetes cluster.local {\nstartup_timeout 1s x\n}",
  "kubernetes cluster.local {\napiserver_qps 1e3\n}",
])("CoreDNS takes %j", (corefile) => {
  expect(build({ ...SUBJECT, corefile }).ok).toBe(true);
});

test.each(["NS", "A"])("a block with bind knows no address of its own for %s", async (type) => {
  const server = mustBuild(`. {\n bind 10.244.0.4\n ${ZONES}\n}`, CLUSTER);
  const qname = type === "NS" ? "cluster.local." : "ns.dns.cluster.local.";
  const reply = await server.serve(question(qname, type), contextOf());
  expect([reply.rcode, reply.answer, reply.additional]).toEqual(["NOERROR", [], []]);
});

test("every option that CoreDNS documents is read", () => {
  const corefile = with_(
    "endpoint https://k8s.example:8443",
    "tls cert key cacert",
    "kubeconfig /etc/kubeconfig admin",
    "apiserver_qps 50.5",
    "apiserver_burst 100",
    "apiserver_max_inflight 10",
    "namespaces default",
    "labels environment in (staging, qa),application=nginx",
    "pods verified",
    "endpoint_pod_names",
    "ttl 30",
    "fallthrough in-addr.arpa",
    "ignore empty_service",
    "multicluster cluster.local",
    "zonal",
    "startup_timeout 1m30s",
  );
  expect(build({ ...SUBJECT, corefile }).ok).toBe(true);
});

describe("any name below the zone", () => {
  const TYPES = ["A", "AAAA", "SRV", "CNAME", "MX", "HTTPS", "PTR", "NS", "ANY"];
  const label = fc.oneof(
    fc.constantFrom(
      ...[
        "svc",
        "pod",
        "default",
        "web",
        "db",
        "ext",
        "ping",
        "six",
        "_http",
        "_tcp",
        "_",
        "_zone",
      ],
      ...[
        "pin",
        "prefer",
        "us-west-2a",
        "ns",
        "dns",
        "db-0",
        "1-2-3-4",
        "fd00--6",
        "\\.",
        "a\\046b",
      ],
    ),
    fc.stringMatching(/^[A-Za-z0-9_*-]{1,63}$/),
  );
  const names = fc
    .array(label, { maxLength: 7 })
    .map((labels) => [...labels, "cluster.local."].join("."))
    .filter((text) => text.length < 250);
  const corefile = with_("pods insecure", "zonal");

  test("is there for all types or for none, and never throws", async () => {
    await fc.assert(
      fc.asyncProperty(names, async (qname) => {
        const rcodes = new Set<string>();
        for (const type of TYPES)
          rcodes.add((await ask({ ...SUBJECT, corefile }, qname, type)).rcode);
        expect([...rcodes]).toHaveLength(1);
        expect(["NOERROR", "NXDOMAIN"]).toContain([...rcodes][0]);
      }),
      { numRuns: 100 },
    );
  });

  test("and TXT, SOA and transfers have rcodes of their own", async () => {
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom("TXT", "SOA", "AXFR"), async (qname, type) => {
        const { rcode } = await ask({ ...SUBJECT, corefile }, qname, type);
        expect(["NOERROR", "NXDOMAIN", "REFUSED"]).toContain(rcode);
      }),
      { numRuns: 100 },
    );
  });
});
