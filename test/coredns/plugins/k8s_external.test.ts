import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../../src/coredns/plugin.ts";
import { printRR } from "../../../src/dns/records.ts";
import { contextOf, coreDns, mustBuild, question, told, upstreams } from "../scene.ts";
import { records } from "../testPlugin.ts";
import { endpoint, namespace, pod, ports, service, slice } from "./kubernetes/objects.ts";

const HTTP = ports("http/TCP/80", "dns/UDP/53");
const ingress = (...list: object[]) => ({ status: { loadBalancer: { ingress: list } } });

const CLUSTER: readonly object[] = [
  namespace("default", { env: "prod" }),
  namespace("staging"),
  namespace("kube-system"),
  // The manual page's Service.
  service("default/test", {
    type: "ClusterIP",
    clusterIP: "None",
    externalIPs: ["192.168.200.123"],
  }),
  service("default/web", {
    clusterIP: "10.96.0.20",
    externalIPs: ["203.0.113.9", "2001:db8::9"],
    ports: HTTP,
  }),
  slice("default/web", [endpoint("10.244.1.7", { hostname: "web-0" })], { open: HTTP }),
  service("staging/web", { clusterIP: "10.96.1.20", externalIPs: ["203.0.113.9"], ports: HTTP }),
  {
    ...service("default/lb", {
      type: "LoadBalancer",
      clusterIP: "10.96.0.21",
      externalIPs: ["203.0.113.21"],
      ports: ports("http/TCP/80"),
    }),
    ...ingress({ ip: "203.0.113.20" }, { ip: "2001:db8::20" }),
  },
  {
    ...service("default/elb", {
      type: "LoadBalancer",
      clusterIP: "10.96.0.22",
      ports: ports("http/TCP/80"),
    }),
    ...ingress({ hostname: "elb.example.net" }),
  },
  {
    ...service("default/elb2", { type: "LoadBalancer", clusterIP: "10.96.0.23", ports: HTTP }),
    ...ingress({ hostname: "elb.example.net" }),
  },
  service("default/inner", { clusterIP: "10.96.0.24", ports: ports("http/TCP/80") }),
  slice("default/inner", [endpoint("10.244.1.30", { hostname: "inner-0" })], {
    open: ports("http/TCP/8080"),
  }),
  service("default/db", { clusterIP: "None", ports: ports("sql/TCP/5432") }, { tier: "back" }),
  slice(
    "default/db",
    [
      endpoint("10.244.1.11", { hostname: "db-0" }),
      endpoint("10.244.1.12"),
      endpoint("10.244.1.13", { conditions: { ready: false } }),
    ],
    { open: ports("sql/TCP/15432") },
  ),
  service("default/bare", { clusterIP: "None" }),
  slice("default/bare", [endpoint("10.244.1.21", { hostname: "b" })]),
  service("kube-system/kube-dns", {
    clusterIP: "10.96.0.10",
    externalIPs: ["203.0.113.53", "2001:db8::53"],
    ports: ports("dns/UDP/53"),
  }),
  slice("kube-system/kube-dns", [endpoint("10.244.0.4"), endpoint("10.244.0.5")], {
    open: ports("dns/UDP/53"),
  }),
  service("kube-system/peers", { clusterIP: "None", ports: ports("dns/UDP/53") }),
  slice("kube-system/peers", [endpoint("10.244.0.6"), endpoint("10.244.0.7")], {
    open: ports("dns/UDP/53"),
  }),
  pod("kube-system/dual", "10.244.0.8", { podIPs: [{ ip: "10.244.0.8" }, { ip: "fd00::8" }] }),
];

const OUTSIDE: Record<string, readonly string[]> = {
  A: ["elb.example.net. 60 IN A 198.51.100.1"],
  AAAA: ["elb.example.net. 60 IN AAAA 2001:db8:1::1"],
};
const exchange: Exchange = (address, asked, flags) =>
  upstreams({ "192.0.2.53": OUTSIDE[asked.type] ?? [] }).exchange(address, asked, flags);

const with_ = (external: string, kubernetes = "kubernetes cluster.local") =>
  `. {\n ${kubernetes}\n ${external}\n forward . 192.0.2.53\n}`;
const EXAMPLE = with_("k8s_external example.org");
const HEADLESS = with_("k8s_external example.org {\n headless\n}");
const REVERSE = with_("k8s_external example.org in-addr.arpa ip6.arpa");
const soa = (zone: string, ttl = 5, apex = "dns") => [
  `${zone} ${ttl} IN SOA ns1.${apex}.${zone} hostmaster.${apex}.${zone} 1 7200 1800 86400 ${ttl}`,
];
const SOA = soa("example.org.");
const nodata = { authority: SOA };
const nxdomain = { rcode: "NXDOMAIN", authority: SOA };

interface Row {
  readonly why: string;
  readonly corefile?: string;
  readonly server?: string;
  readonly ask: readonly [name: string, type: string];
  readonly rcode?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  /** The first step, without the plugin's name. */
  readonly did?: string;
}

function askOf({ corefile = EXAMPLE, server, ask: [name, type] }: Omit<Row, "why">) {
  const context = contextOf({ exchange, ...(server !== undefined && { server }) });
  return mustBuild(corefile, CLUSTER).serve(question(name, type), context);
}

const services: Row[] = [
  {
    why: "the manual page's Service has its external address, headless and without ports as it is",
    corefile: ". {\n kubernetes cluster.local\n k8s_external example.org\n}",
    ask: ["test.default.example.org.", "A"],
    answer: ["test.default.example.org. 5 IN A 192.168.200.123"],
    did: "Service test in default: 192.168.200.123",
  },
  {
    why: "each address is there once, however many ports the Service has",
    ask: ["Web.default.Example.org.", "A"],
    answer: ["Web.default.Example.org. 5 IN A 203.0.113.9"],
    did: "Service web in default: 203.0.113.9, 2001:db8::9",
  },
  {
    why: "externalIPs come first, then the load balancer's addresses",
    ask: ["lb.default.example.org.", "A"],
    answer: [
      "lb.default.example.org. 5 IN A 203.0.113.21",
      "lb.default.example.org. 5 IN A 203.0.113.20",
    ],
  },
  {
    why: "AAAA",
    ask: ["lb.default.example.org.", "AAAA"],
    answer: ["lb.default.example.org. 5 IN AAAA 2001:db8::20"],
  },
  {
    why: "a load balancer's name is a CNAME with kubernetes' TTL, followed outside",
    corefile: with_(
      "k8s_external example.org {\n ttl 30\n}",
      "kubernetes cluster.local {\n ttl 7\n}",
    ),
    ask: ["elb.default.example.org.", "A"],
    answer: [
      "elb.default.example.org. 7 IN CNAME elb.example.net.",
      "elb.example.net. 60 IN A 198.51.100.1",
    ],
    did: "Service elb in default: elb.example.net",
  },
  {
    why: "a load balancer's name is there once for each port, as CoreDNS has it",
    ask: ["elb2.default.example.org.", "AAAA"],
    answer: [
      "elb2.default.example.org. 5 IN CNAME elb.example.net.",
      "elb.example.net. 60 IN AAAA 2001:db8:1::1",
      "elb2.default.example.org. 5 IN CNAME elb.example.net.",
      "elb.example.net. 60 IN AAAA 2001:db8:1::1",
    ],
  },
  {
    why: "the CNAME itself is not held",
    ask: ["elb.default.example.org.", "CNAME"],
    ...nodata,
    did: "Service elb in default: elb.example.net; type CNAME not held: NODATA",
  },
  {
    why: "an address of the other family is NODATA",
    ask: ["test.default.example.org.", "AAAA"],
    ...nodata,
  },
  { why: "another type is NODATA", ask: ["web.default.example.org.", "TXT"], ...nodata },
  {
    why: "PTR of a name that is no address is NODATA",
    ask: ["web.default.example.org.", "PTR"],
    ...nodata,
  },
  {
    why: "a Service without external addresses is no name",
    ask: ["inner.default.example.org.", "A"],
    ...nxdomain,
    did: "Service inner in default has no address to be reached at from outside",
  },
  {
    why: "a headless Service without external addresses is no name",
    ask: ["db.default.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "a Service that does not exist is no name",
    ask: ["nope.default.example.org.", "A"],
    ...nxdomain,
    did: "no Service nope in namespace default",
  },
  {
    why: "a namespace is there and empty",
    ask: ["default.example.org.", "A"],
    ...nodata,
    did: "namespace default, without records of its own",
  },
  {
    why: "a namespace that does not exist is no name",
    ask: ["web.nope.example.org.", "A"],
    ...nxdomain,
    did: "namespace nope does not exist",
  },
  {
    why: "svc is no part of an external name",
    ask: ["web.default.svc.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "three labels left of a Service are too many",
    ask: ["a.b.c.web.default.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "any one label in front of a Service with external addresses is let pass",
    ask: ["whatever.test.default.example.org.", "A"],
    answer: ["whatever.test.default.example.org. 5 IN A 192.168.200.123"],
  },
  {
    why: "a named port has the Service's addresses",
    ask: ["_http._tcp.web.default.example.org.", "A"],
    answer: ["_http._tcp.web.default.example.org. 5 IN A 203.0.113.9"],
  },
  {
    why: "a port that the Service does not have is no name",
    ask: ["_http._udp.web.default.example.org.", "A"],
    ...nxdomain,
    did: "Service web in default has no port http/udp",
  },
  {
    why: "kubernetes' namespaces hide Services here too",
    corefile: with_(
      "k8s_external example.org",
      "kubernetes cluster.local {\n namespaces staging\n}",
    ),
    ask: ["web.default.example.org.", "A"],
    ...nxdomain,
    did: "namespace default is not in namespaces",
  },
  {
    why: "kubernetes' labels hide Services here too",
    corefile: with_("k8s_external example.org", "kubernetes cluster.local {\n labels tier=back\n}"),
    ask: ["web.default.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "a name outside the zones goes on to the next plugin",
    ask: ["elb.example.net.", "A"],
    answer: ["elb.example.net. 60 IN A 198.51.100.1"],
    did: "asked 192.0.2.53: NOERROR",
  },
  {
    why: "without ZONE the server block's zones are taken",
    corefile: "example.org {\n kubernetes cluster.local\n k8s_external\n}",
    ask: ["test.default.example.org.", "A"],
    answer: ["test.default.example.org. 5 IN A 192.168.200.123"],
  },
  {
    why: "of two directives the last one's zones count, and the options add up",
    corefile: with_("k8s_external example.net {\n ttl 9\n}\n k8s_external example.org"),
    ask: ["test.default.example.org.", "A"],
    answer: ["test.default.example.org. 9 IN A 192.168.200.123"],
  },
];

const srv: Row[] = [
  {
    why: "SRV lists every port, weighted by the pairs of address and port; its TTL is kubernetes'",
    corefile: with_("k8s_external example.org {\n ttl 30\n}"),
    ask: ["web.default.example.org.", "SRV"],
    answer: [
      "web.default.example.org. 5 IN SRV 0 25 80 web.default.example.org.",
      "web.default.example.org. 5 IN SRV 0 25 53 web.default.example.org.",
    ],
    additional: [
      "web.default.example.org. 30 IN A 203.0.113.9",
      "web.default.example.org. 30 IN AAAA 2001:db8::9",
    ],
  },
  {
    why: "SRV of a named port lists that port",
    ask: ["_dns._udp.Web.default.example.org.", "SRV"],
    answer: ["_dns._udp.Web.default.example.org. 5 IN SRV 0 50 53 web.default.example.org."],
    additional: [
      "web.default.example.org. 5 IN A 203.0.113.9",
      "web.default.example.org. 5 IN AAAA 2001:db8::9",
    ],
  },
  {
    why: "SRV points to a load balancer's own name, with the addresses found outside",
    ask: ["elb2.default.example.org.", "SRV"],
    answer: [
      "elb2.default.example.org. 5 IN SRV 0 50 80 elb.example.net.",
      "elb2.default.example.org. 5 IN SRV 0 50 53 elb.example.net.",
    ],
    additional: [...(OUTSIDE.A ?? []), ...(OUTSIDE.AAAA ?? [])],
  },
  {
    why: "SRV of a Service without ports is NODATA",
    ask: ["test.default.example.org.", "SRV"],
    ...nodata,
  },
  {
    why: "SRV of a headless Service points to its endpoints, at the slice's port",
    corefile: HEADLESS,
    ask: ["db.default.example.org.", "SRV"],
    answer: [
      "db.default.example.org. 5 IN SRV 0 50 15432 db-0.db.default.example.org.",
      "db.default.example.org. 5 IN SRV 0 50 15432 10-244-1-12.db.default.example.org.",
    ],
    additional: [
      "db-0.db.default.example.org. 5 IN A 10.244.1.11",
      "10-244-1-12.db.default.example.org. 5 IN A 10.244.1.12",
    ],
  },
];

const headless: Row[] = [
  {
    why: "headless shows a headless Service's ready endpoints",
    corefile: HEADLESS,
    ask: ["db.default.example.org.", "A"],
    answer: [
      "db.default.example.org. 5 IN A 10.244.1.11",
      "db.default.example.org. 5 IN A 10.244.1.12",
    ],
    did: "Service db in default: 10.244.1.11, 10.244.1.12",
  },
  {
    why: "headless shows one endpoint by its name",
    corefile: HEADLESS,
    ask: ["DB-0.db.default.example.org.", "A"],
    answer: ["DB-0.db.default.example.org. 5 IN A 10.244.1.11"],
  },
  {
    why: "an endpoint that is not ready is no name",
    corefile: HEADLESS,
    ask: ["10-244-1-13.db.default.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "headless shows endpoints of a ClusterIP Service by their names",
    corefile: HEADLESS,
    ask: ["inner-0.inner.default.example.org.", "A"],
    answer: ["inner-0.inner.default.example.org. 5 IN A 10.244.1.30"],
  },
  {
    why: "a ClusterIP Service itself stays hidden",
    corefile: HEADLESS,
    ask: ["inner.default.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "a headless Service with external addresses shows those",
    corefile: HEADLESS,
    ask: ["test.default.example.org.", "A"],
    answer: ["test.default.example.org. 5 IN A 192.168.200.123"],
  },
  {
    why: "a headless Service without ports has addresses, but no SRV",
    corefile: HEADLESS,
    ask: ["bare.default.example.org.", "SRV"],
    ...nodata,
  },
  {
    why: "noendpoints hides endpoints here too",
    corefile: with_(
      "k8s_external example.org {\n headless\n}",
      "kubernetes cluster.local {\n noendpoints\n}",
    ),
    ask: ["db.default.example.org.", "A"],
    ...nxdomain,
  },
];

const reverse: Row[] = [
  {
    why: "PTR of an external address names its Services in the first zone",
    corefile: REVERSE,
    ask: ["9.113.0.203.in-addr.arpa.", "PTR"],
    answer: [
      "9.113.0.203.in-addr.arpa. 5 IN PTR web.default.example.org.",
      "9.113.0.203.in-addr.arpa. 5 IN PTR web.staging.example.org.",
    ],
    did: "203.0.113.9 is web.default.example.org., web.staging.example.org.",
  },
  {
    why: "PTR of a load balancer's IPv6 address",
    corefile: REVERSE,
    ask: [`0.2.${"0.".repeat(22)}8.b.d.0.1.0.0.2.ip6.arpa.`, "PTR"],
    answer: [`0.2.${"0.".repeat(22)}8.b.d.0.1.0.0.2.ip6.arpa. 5 IN PTR lb.default.example.org.`],
  },
  {
    why: "PTR of any other address is no name",
    corefile: REVERSE,
    ask: ["20.0.96.10.in-addr.arpa.", "PTR"],
    rcode: "NXDOMAIN",
    authority: soa("in-addr.arpa."),
    did: "no Service is reached at 10.96.0.20 from outside",
  },
  {
    why: "an address has no other type",
    corefile: REVERSE,
    ask: ["9.113.0.203.in-addr.arpa.", "A"],
    rcode: "NXDOMAIN",
    authority: soa("in-addr.arpa."),
  },
  {
    why: "namespaces filters PTR records",
    corefile: with_(
      "k8s_external example.org in-addr.arpa",
      "kubernetes cluster.local {\n namespaces staging\n}",
    ),
    ask: ["9.113.0.203.in-addr.arpa.", "PTR"],
    answer: ["9.113.0.203.in-addr.arpa. 5 IN PTR web.staging.example.org."],
  },
  {
    why: "without a reverse zone PTR goes on to the next plugin",
    ask: ["9.113.0.203.in-addr.arpa.", "PTR"],
    did: "asked 192.0.2.53: NOERROR",
  },
];

const apex: Row[] = [
  { why: "the zone has an SOA", ask: ["example.org.", "SOA"], answer: SOA, did: "the zone's SOA" },
  {
    why: "the zone's nameserver has the external addresses of CoreDNS's Service",
    ask: ["Example.org.", "NS"],
    answer: ["example.org. 5 IN NS ns1.dns.example.org."],
    additional: [
      "ns1.dns.Example.org. 5 IN A 203.0.113.53",
      "ns1.dns.Example.org. 5 IN AAAA 2001:db8::53",
    ],
  },
  { why: "the zone itself has no address", ask: ["example.org.", "A"], ...nodata },
  {
    why: "the nameserver's name has its addresses",
    ask: ["NS1.dns.example.org.", "A"],
    answer: ["NS1.dns.example.org. 5 IN A 203.0.113.53"],
    did: "the name of the nameserver itself",
  },
  {
    why: "a CoreDNS without a Service has its own addresses, of both families",
    server: "10.244.0.8",
    ask: ["ns1.dns.example.org.", "AAAA"],
    answer: ["ns1.dns.example.org. 5 IN AAAA fd00::8"],
  },
  {
    why: "behind a Service without external addresses the nameserver has none",
    server: "10.244.0.6",
    ask: ["ns1.dns.example.org.", "A"],
    ...nodata,
  },
  {
    why: "headless gives the nameserver a headless Service's endpoints",
    corefile: HEADLESS,
    server: "10.244.0.6",
    ask: ["ns1.dns.example.org.", "A"],
    answer: ["ns1.dns.example.org. 5 IN A 10.244.0.6", "ns1.dns.example.org. 5 IN A 10.244.0.7"],
  },
  { why: "the nameserver's name has no TXT", ask: ["ns1.dns.example.org.", "TXT"], ...nodata },
  {
    why: "the name above the nameserver's is there and empty",
    ask: ["dns.example.org.", "A"],
    ...nodata,
  },
  {
    why: "no other name is beside the nameserver's",
    ask: ["ns2.dns.example.org.", "A"],
    ...nxdomain,
    did: "only ns1 is below dns",
  },
  {
    why: "nothing is below the nameserver's name",
    ask: ["a.ns1.dns.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "apex and ttl change what the zone says of itself",
    corefile: with_("k8s_external example.org {\n apex kube\n ttl 60\n}"),
    ask: ["example.org.", "NS"],
    answer: ["example.org. 60 IN NS ns1.kube.example.org."],
    additional: [
      "ns1.kube.example.org. 60 IN A 203.0.113.53",
      "ns1.kube.example.org. 60 IN AAAA 2001:db8::53",
    ],
  },
  {
    why: "ttl is the SOA's and its minimum",
    corefile: with_("k8s_external example.org {\n ttl 60\n}"),
    ask: ["nope.default.example.org.", "A"],
    rcode: "NXDOMAIN",
    authority: soa("example.org.", 60),
  },
  {
    why: "an apex of two labels has no room for the nameserver's name",
    corefile: with_("k8s_external example.org {\n apex a.b\n}"),
    ask: ["ns1.a.b.example.org.", "A"],
    rcode: "NXDOMAIN",
    authority: soa("example.org.", 5, "a.b"),
  },
  {
    why: "the longest zone answers",
    corefile: with_("k8s_external example.org default.example.org"),
    ask: ["test.default.example.org.", "A"],
    rcode: "NXDOMAIN",
    authority: soa("default.example.org."),
  },
  {
    why: "in the root zone the nameserver's name is looked for among namespaces",
    corefile: with_("k8s_external ."),
    ask: ["ns1.dns.", "A"],
    rcode: "NXDOMAIN",
    authority: [". 5 IN SOA ns1.dns. hostmaster.dns. 1 7200 1800 86400 5"],
    did: "namespace dns does not exist",
  },
];

const FALLTHROUGH = with_("k8s_external example.org in-addr.arpa {\n fallthrough\n}");
const FALLTHROUGH_ARPA = with_(
  "k8s_external example.org in-addr.arpa {\n fallthrough in-addr.arpa\n}",
);
const fallthrough: Row[] = [
  {
    why: "fallthrough hands a name that does not exist to the next plugin",
    corefile: FALLTHROUGH,
    ask: ["nope.default.example.org.", "A"],
    answer: OUTSIDE.A ?? [],
    did: "no Service nope in namespace default: fallthrough",
  },
  {
    why: "NODATA does not fall through",
    corefile: FALLTHROUGH,
    ask: ["default.example.org.", "A"],
    ...nodata,
  },
  {
    why: "names beside the nameserver's do not fall through",
    corefile: FALLTHROUGH,
    ask: ["ns2.dns.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "fallthrough for one zone leaves the others alone",
    corefile: FALLTHROUGH_ARPA,
    ask: ["nope.default.example.org.", "A"],
    ...nxdomain,
  },
  {
    why: "an unknown address falls through to the next plugin",
    corefile: FALLTHROUGH_ARPA,
    ask: ["1.2.0.192.in-addr.arpa.", "PTR"],
    did: "no Service is reached at 192.0.2.1 from outside: fallthrough",
  },
];

describe("k8s_external", () => {
  test.each([...services, ...srv, ...headless, ...reverse, ...apex, ...fallthrough])(
    "$why",
    async (row) => {
      const reply = await askOf(row);
      const printed = (lines: readonly string[] = []) => records(lines).map(printRR);
      expect({
        rcode: reply.rcode,
        answer: reply.answer.map(printRR),
        authority: reply.authority.map(printRR),
        additional: reply.additional.map(printRR),
      }).toEqual({
        rcode: row.rcode ?? "NOERROR",
        answer: printed(row.answer),
        authority: printed(row.authority),
        additional: printed(row.additional),
      });
      if (row.did) expect(told(reply.steps)[0]?.replace(/^\S+ /, "")).toBe(row.did);
      expect(reply.authoritative).toBe(reply.source === "k8s_external");
    },
  );

  test("the trace shows how a load balancer's name was followed", async () => {
    const reply = await askOf({ ask: ["elb.default.example.org.", "A"] });
    expect(told(reply.steps)).toEqual([
      "k8s_external Service elb in default: elb.example.net",
      "forward asked 192.0.2.53: NOERROR",
    ]);
    expect(reply).toMatchObject({ source: "k8s_external", upstream: "192.0.2.53" });
  });

  test("a load balancer without address and name leads to the root, as CoreDNS has it", async () => {
    const empty = { ...service("default/soon", { clusterIP: "10.96.0.1" }), ...ingress({}) };
    const coredns = mustBuild(EXAMPLE, [namespace("default"), empty]);
    const none: Exchange = upstreams({ "192.0.2.53": [] }).exchange;
    const context = contextOf({ exchange: none });
    const reply = await coredns.serve(question("soon.default.example.org."), context);
    expect(reply.answer.map(printRR)).toEqual(["soon.default.example.org. 5 IN CNAME ."]);
  });

  test.each<{ lines: string; says: string }>([
    { lines: "ttl", says: "4: ttl takes seconds from 0 to 3600: received none" },
    { lines: "ttl soon", says: "4: ttl takes seconds from 0 to 3600: received soon" },
    { lines: "ttl 3601", says: "4: ttl takes seconds from 0 to 3600: received 3601" },
    { lines: "headless\nttl -1", says: "5: ttl takes seconds from 0 to 3600: received -1" },
    { lines: "apex", says: "4: apex takes a label: received none" },
    { lines: "apex a..b", says: "4: apex takes a label: received a..b" },
    { lines: "headless yes", says: "4: headless takes no arguments: received yes" },
    {
      lines: "upstream",
      says: "4: k8s_external has no option upstream: known are apex, ttl, headless, fallthrough",
    },
    { lines: "ttl 5 {\n more\n}", says: "4: ttl takes no block: received more" },
  ])("refuses $lines", ({ lines, says }) => {
    const made = coreDns(
      `. {\nkubernetes cluster.local\nk8s_external example.org {\n${lines}\n}\n}`,
    );
    expect(made.ok ? "" : `${made.error.line}: ${made.error.message}`).toBe(says);
  });

  test("refuses to start without kubernetes in its block", () => {
    const made = coreDns(". {\n errors\n k8s_external example.org\n}");
    expect(made.ok ? "" : `${made.error.line}: ${made.error.message}`).toBe(
      "3: k8s_external needs kubernetes in its server block: received none",
    );
  });

  test("every name in the zone has records or the SOA", () => {
    const label = fc.oneof(
      fc.constantFrom("web", "default", "dns", "ns1", "db", "db-0", "elb", "_http", "_tcp", "_"),
      fc.stringMatching(/^[a-z0-9-]{1,12}$/),
    );
    const qnames = fc.array(label, { maxLength: 5 });
    const types = fc.constantFrom("A", "AAAA", "SRV", "PTR", "SOA", "NS", "ANY", "TYPE65280");
    const coredns = mustBuild(HEADLESS, CLUSTER);
    return fc.assert(
      fc.asyncProperty(qnames, types, async (parts, type) => {
        const name = [...parts, "example.org."].join(".");
        const reply = await coredns.serve(question(name, type), contextOf({ exchange }));
        expect(reply.authority.length).toBe(reply.answer.length === 0 ? 1 : 0);
        if (reply.rcode === "NXDOMAIN") expect(reply.answer).toEqual([]);
      }),
    );
  });
});
