/**
 * What is read of a List, what is wrong in one, and what stands where it is silent.
 */
import { describe, expect, test } from "vitest";
import { describeListError, readList } from "../../src/cluster/list.ts";
import { parseCorefile } from "../../src/coredns/corefile.ts";
import {
  clusterOf,
  configMap,
  kubeDns,
  list,
  namespace,
  node,
  pod,
  service,
  slice,
} from "./objects.ts";

describe("what is wrong is said with its path", () => {
  const port = (spec: object) =>
    list([namespace("a"), service("web", { ports: [{ port: 80 }, spec] })]);
  test.each<{ why: string; json: unknown; says: string }>([
    { why: "no object at all", json: "hello", says: '$ takes a v1 List: received "hello"' },
    { why: "nothing", json: null, says: "$ takes a v1 List: received nothing" },
    { why: "an array", json: [], says: "$ takes a v1 List: received an array" },
    { why: "no kind", json: {}, says: "$.kind is missing" },
    { why: "one object", json: pod("a"), says: '$.kind takes List: received "Pod"' },
    { why: "no items", json: { kind: "List" }, says: "$.items is missing" },
    {
      why: "items that are no array",
      json: { kind: "List", items: {} },
      says: "$.items takes an array: received an object",
    },
    {
      why: "an item that is no object",
      json: list([namespace("a"), 7]),
      says: "$.items[1] takes an object: received 7",
    },
    {
      why: "an object without a name",
      json: list([{ kind: "Pod", metadata: { namespace: "a" } }]),
      says: "$.items[0].metadata.name is missing",
    },
    {
      why: "an object without metadata",
      json: list([{ kind: "Pod" }]),
      says: "$.items[0].metadata.name is missing",
    },
    {
      why: "a name that could not stand in a domain name or a header",
      json: list([namespace("a\r\nb: c")]),
      says: '$.items[0].metadata.name takes a Kubernetes name (letters, digits, - and ., at most 253): received "a\\r\\nb: c"',
    },
    {
      why: "a port out of range",
      json: port({ port: 70000 }),
      says: "$.items[1].spec.ports[1].port takes a number from 1 to 65535: received 70000",
    },
    {
      why: "port 0",
      json: port({ port: 0 }),
      says: "$.items[1].spec.ports[1].port takes a number from 1 to 65535: received 0",
    },
    {
      why: "half a port",
      json: port({ port: 80.5 }),
      says: "$.items[1].spec.ports[1].port takes a number from 1 to 65535: received 80.5",
    },
    {
      why: "a port as text",
      json: port({ port: "80" }),
      says: '$.items[1].spec.ports[1].port takes a number from 1 to 65535: received "80"',
    },
    {
      why: "no port",
      json: port({ name: "http" }),
      says: "$.items[1].spec.ports[1].port is missing",
    },
    {
      why: "an unknown protocol",
      json: port({ port: 80, protocol: "ICMP" }),
      says: '$.items[1].spec.ports[1].protocol takes TCP, UDP or SCTP: received "ICMP"',
    },
    {
      why: "a ClusterIP that is none",
      json: list([service("web", { clusterIP: "10.96.0.256" })]),
      says: '$.items[0].spec.clusterIP takes an IP address: received "10.96.0.256"',
    },
    {
      why: "one of several ClusterIPs",
      json: list([service("web", { clusterIPs: ["10.96.0.1", "fd00::g"] })]),
      says: '$.items[0].spec.clusterIPs[1] takes an IP address: received "fd00::g"',
    },
    {
      why: "an octal address, which libcs read in two ways",
      json: list([pod("a", { status: { podIP: "010.0.0.1" } })]),
      says: '$.items[0].status.podIP takes an IP address: received "010.0.0.1"',
    },
    {
      why: "an endpoint of the other family",
      json: list([slice("web", [], [{ addresses: ["fd00::1"] }])]),
      says: '$.items[0].endpoints[0].addresses[0] takes an IPv4 address: received "fd00::1"',
    },
    {
      why: "an endpoint without addresses",
      json: list([slice("web", [], [{}])]),
      says: "$.items[0].endpoints[0].addresses is missing",
    },
    {
      why: "readiness as text",
      json: list([slice("web", [], [{ addresses: ["10.0.0.1"], conditions: { ready: "yes" } }])]),
      says: '$.items[0].endpoints[0].conditions.ready takes true or false: received "yes"',
    },
    {
      why: "a podCIDR that is none",
      json: list([node("n", { spec: { podCIDR: "10.244.0.0/33" } })]),
      says: '$.items[0].spec.podCIDR takes a CIDR block: received "10.244.0.0/33"',
    },
    {
      why: "an unknown libc",
      json: list([pod("a", { annotations: { "ndots.dev/libc": "uclibc" } })]),
      says: '$.items[0].metadata.annotations["ndots.dev/libc"] takes glibc, musl or go: received "uclibc"',
    },
    {
      why: "a label that is a number, as YAML would make it",
      json: list([namespace("a", { "example.org/tier": 1 })]),
      says: '$.items[0].metadata.labels["example.org/tier"] takes a string: received 1',
    },
    {
      why: "a nameserver of a dnsConfig by name",
      json: list([pod("a", { spec: { dnsConfig: { nameservers: ["dns.example.org"] } } })]),
      says: '$.items[0].spec.dnsConfig.nameservers[0] takes an IP address: received "dns.example.org"',
    },
    {
      why: "a default Pod that is not there",
      json: list([pod("a")], { "ndots.dev/default-pod": "default/b" }),
      says: '$.metadata.annotations["ndots.dev/default-pod"] names a Pod that is not in the List: "default/b"',
    },
    {
      why: "a default Pod without its namespace",
      json: list([pod("a")], { "ndots.dev/default-pod": "a" }),
      says: '$.metadata.annotations["ndots.dev/default-pod"] takes namespace/name of a Pod: received "a"',
    },
    {
      why: "a clusterDNS that is no address",
      json: list([configMap("kube-system/kubelet-config", { kubelet: "clusterDNS: [dns]" })]),
      says: '$.items[0].data.kubelet has a clusterDNS that is no IP address: "dns"',
    },
    {
      why: "a clusterDomain that would break the search list",
      json: list([configMap("kube-system/kubelet-config", { kubelet: "clusterDomain: a b" })]),
      says: '$.items[0].data.kubelet has a clusterDomain that is no domain name: "a b"',
    },
    {
      why: "a clusterCIDR that is none",
      json: list([configMap("kube-system/kube-proxy", { "config.conf": "clusterCIDR: 10.0.0.0" })]),
      says: '$.items[0].data["config.conf"] has a clusterCIDR that is no CIDR block: "10.0.0.0"',
    },
    {
      why: "long text is cut where it is shown",
      json: list([service("web", { clusterIP: "x".repeat(5000) })]),
      says: `$.items[0].spec.clusterIP takes an IP address: received "${"x".repeat(60)}…"`,
    },
  ])("$why", ({ json, says }) => {
    const cluster = readList("test", json);
    expect(cluster.ok ? "read" : describeListError(cluster.error)).toBe(says);
  });
});

describe("what is passed over", () => {
  test.each<{ why: string; item: unknown }>([
    { why: "an unknown kind", item: { kind: "Ingress", apiVersion: "v1", spec: 7 } },
    { why: "an item without a kind", item: { spec: 7 } },
    {
      why: "a kind of the same name in another group",
      item: { kind: "Service", apiVersion: "serving.knative.dev/v1", metadata: {}, spec: 7 },
    },
    { why: "another ConfigMap", item: configMap("default/coredns", { Corefile: 7 }) },
    { why: "a field that means nothing here", item: pod("a", { spec: { tolerations: 7 } }) },
    {
      why: "null where kubectl prints an empty array or object",
      item: {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "web-1", namespace: "default", labels: null, annotations: null },
        addressType: "IPv4",
        endpoints: null,
        ports: null,
      },
    },
    {
      why: "a port that Go prints as 0",
      item: service("web", { ports: [{ port: 80, targetPort: 0, nodePort: 0 }] }),
    },
    {
      why: "text that Go prints as empty",
      item: service("web", { clusterIP: "", sessionAffinity: "" }),
    },
  ])("$why", ({ item }) => {
    const cluster = readList("test", list([item]));
    expect(cluster.ok ? "read" : describeListError(cluster.error)).toBe("read");
  });

  test("keys that name a prototype's properties are data", () => {
    const hostile = JSON.parse(
      '{"kind":"List","items":[{"kind":"Namespace","metadata":{"name":"a","labels":{"__proto__":"x","constructor":"y"}}},{"kind":"Pod","metadata":{"name":"p2","namespace":"a"}},{"kind":"Pod","metadata":{"name":"p","namespace":"a"},"spec":{"containers":[{"ports":[{"name":"__proto__","containerPort":53}]}]}}]}',
    );
    const cluster = readList("test", hostile);
    if (!cluster.ok) throw new Error(describeListError(cluster.error));
    const labels = cluster.value.namespaces.get("a")?.labels ?? {};
    expect(Object.entries(labels)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    const named = cluster.value.pod("a", "p")?.namedPorts ?? {};
    expect(Object.entries(named)).toEqual([["__proto__", 53]]);
    expect(cluster.value.pod("a", "p2")?.namedPorts.constructor).toBeUndefined();
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect(cluster.value.service("a", "constructor")).toBeUndefined();
  });

  test("nesting without end is not walked into", () => {
    let deep: unknown = "end";
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };
    expect(readList("test", list([pod("a", { spec: { volumes: deep } })])).ok).toBe(true);
    expect(readList("test", list([pod("a", { labels: { x: deep } })]))).toMatchObject({
      error: { path: "$.items[0].metadata.labels.x" },
    });
  });
});

describe("what is read", () => {
  test("the items of a typed list do not repeat their kind", () => {
    const json = { apiVersion: "v1", kind: "PodList", items: [{ metadata: { name: "a" } }] };
    const cluster = readList("test", json);
    expect(
      cluster.ok && [...cluster.value.pods].map(({ namespace, name }) => `${namespace}/${name}`),
    ).toEqual(["default/a"]);
  });

  test("of two objects of one name the later stands", () => {
    const cluster = clusterOf([
      service("web", { clusterIP: "10.96.0.1" }),
      service("web", { clusterIP: "10.96.0.2" }),
    ]);
    expect(cluster.services.map(({ clusterIPs }) => clusterIPs)).toEqual([["10.96.0.2"]]);
    expect(cluster.serviceByIP("10.96.0.1")).toBeUndefined();
  });

  test.each<{ why: string; spec: object; is: object }>([
    {
      why: "clusterIPs",
      spec: { clusterIP: "10.96.0.1", clusterIPs: ["10.96.0.1", "fd00::1"] },
      is: { clusterIPs: ["10.96.0.1", "fd00::1"], headless: false },
    },
    {
      why: "clusterIP where clusterIPs is absent",
      spec: { clusterIP: "10.96.0.1" },
      is: { clusterIPs: ["10.96.0.1"] },
    },
    {
      why: "headless by clusterIP None",
      spec: { clusterIP: "None" },
      is: { clusterIPs: [], headless: true },
    },
    {
      why: "headless by clusterIPs None",
      spec: { clusterIPs: ["None"] },
      is: { clusterIPs: [], headless: true },
    },
    {
      why: "ExternalName has no address",
      spec: { type: "ExternalName", externalName: "example.org", clusterIP: "10.96.0.1" },
      is: { clusterIPs: [], headless: false, externalName: "example.org" },
    },
    {
      why: "a named targetPort",
      spec: { ports: [{ port: 53, targetPort: "dns", protocol: "UDP" }] },
      is: { ports: [{ name: "", protocol: "UDP", port: 53, targetPort: "dns" }] },
    },
    {
      why: "the API's defaults",
      spec: { ports: [{ port: 80 }] },
      is: {
        type: "ClusterIP",
        sessionAffinity: "None",
        affinityTimeout: 10800,
        internalTrafficPolicy: "Cluster",
        ports: [{ name: "", protocol: "TCP", port: 80 }],
      },
    },
  ])("of a Service: $why", ({ spec, is }) => {
    expect(clusterOf([service("web", { ...spec })]).service("default", "web")).toMatchObject(is);
  });

  test.each<{ why: string; conditions: object | null; is: [boolean, boolean, boolean] }>([
    { why: "no conditions are ready", conditions: null, is: [true, true, false] },
    { why: "ready null is ready", conditions: { ready: null }, is: [true, true, false] },
    {
      why: "not ready is not serving, unless it says so",
      conditions: { ready: false },
      is: [false, false, false],
    },
    {
      why: "ending and still serving",
      conditions: { ready: false, serving: true, terminating: true },
      is: [false, true, true],
    },
  ])("of an endpoint: $why", ({ conditions, is }) => {
    const cluster = clusterOf([slice("web", [], [{ addresses: ["10.0.0.1"], conditions }])]);
    const endpoint = cluster.slices[0]?.endpoints[0];
    expect([endpoint?.ready, endpoint?.serving, endpoint?.terminating]).toEqual(is);
  });

  test("of a Pod: named ports of containers and of init containers that keep running", () => {
    const port = (name: string, containerPort: number) => ({ ports: [{ name, containerPort }] });
    const cluster = clusterOf([
      pod("a", {
        spec: {
          containers: [port("http", 80), port("http", 81)],
          initContainers: [{ ...port("proxy", 15), restartPolicy: "Always" }, port("setup", 9)],
        },
      }),
    ]);
    expect([...cluster.pods][0]?.namedPorts).toEqual({ http: 80, proxy: 15 });
  });

  test("look-ups do not mind case, nor how an address is spelled", () => {
    const cluster = clusterOf([
      service("web", { clusterIPs: ["FD00:0::0001"] }),
      pod("a", {
        status: { podIP: "10.0.0.7", podIPs: [{ ip: "10.0.0.7" }, { ip: "fd00:0:0::7" }] },
      }),
      node("n", {
        status: {
          addresses: [
            { type: "InternalIP", address: "10.0.1.1" },
            { type: "ExternalIP", address: "192.0.2.1" },
          ],
        },
      }),
      slice("web", [], [{ addresses: ["fd00::00a"] }], "IPv6"),
    ]);
    expect(cluster.service("Default", "WEB")?.name).toBe("web");
    expect(cluster.serviceByIP("fd00::1")?.name).toBe("web");
    expect(cluster.podsByIP("fd00::7").map(({ name }) => name)).toEqual(["a"]);
    expect(cluster.endpointsByIP("fd00::a").map(({ service }) => service)).toEqual(["web"]);
    expect(cluster.nodeByIP("10.0.1.1")?.name).toBe("n");
    expect(cluster.nodeByIP("192.0.2.1")).toBeUndefined();
    expect(cluster.slicesOf("default", "Web").length).toBe(1);
    expect(cluster.slicesOf("default", "other")).toEqual([]);
  });

  test("a multicluster Service and its slices", () => {
    const cluster = clusterOf([
      {
        apiVersion: "multicluster.x-k8s.io/v1alpha1",
        kind: "ServiceImport",
        metadata: { name: "web", namespace: "a" },
        spec: { type: "ClusterSetIP", ips: ["10.112.0.1"], ports: [{ port: 80 }] },
      },
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: "imported-1",
          namespace: "a",
          labels: { "multicluster.kubernetes.io/service-name": "web" },
        },
        addressType: "IPv4",
        endpoints: [],
      },
    ]);
    expect(cluster.serviceImport("a", "web")?.ips).toEqual(["10.112.0.1"]);
    expect(cluster.slicesOfImport("a", "web").length).toBe(1);
    expect(cluster.slicesOf("a", "web")).toEqual([]);
  });
});

describe("defaults, and what is said of them", () => {
  const KUBELET = configMap("kube-system/kubelet-config", {
    kubelet: "clusterDNS:\n- 10.96.0.99\nclusterDomain: k8s.example\n",
  });
  const PROXY = configMap("kube-system/kube-proxy", {
    "config.conf": 'clusterCIDR: "10.244.0.0/16"\niptables:\n  masqueradeAll: true\nmode: ""\n',
    "kubeconfig.conf": "mode: ipvs",
  });
  test.each<{ why: string; items: readonly unknown[]; is: object; assumed: RegExp | undefined }>([
    {
      why: "no kubelet-config: cluster.local",
      items: [],
      is: { domain: "cluster.local" },
      assumed: /^clusterDomain cluster\.local$/,
    },
    {
      why: "kubelet-config has the domain",
      items: [KUBELET],
      is: { domain: "k8s.example" },
      assumed: undefined,
    },
    {
      why: "kubelet-config has clusterDNS, whatever kube-dns is",
      items: [KUBELET, ...kubeDns()],
      is: { clusterDNS: ["10.96.0.99"] },
      assumed: undefined,
    },
    {
      why: "else it is kube-dns's ClusterIP",
      items: kubeDns(),
      is: { clusterDNS: ["10.96.0.10"] },
      assumed: /^clusterDNS 10\.96\.0\.10, of Service kube-system\/kube-dns$/,
    },
    {
      why: "else a Service whose selector is CoreDNS's",
      items: [
        service("dns/coredns", {
          clusterIP: "10.43.0.10",
          ports: [{ port: 53, protocol: "UDP" }],
          selector: { "app.kubernetes.io/name": "coredns" },
        }),
      ],
      is: { clusterDNS: ["10.43.0.10"] },
      assumed: /^clusterDNS 10\.43\.0\.10, of Service dns\/coredns$/,
    },
    {
      why: "else one whose endpoints are CoreDNS's Pods",
      items: [
        service("dns/resolver", {
          clusterIP: "10.43.0.10",
          ports: [{ port: 53, protocol: "UDP" }],
        }),
        slice(
          "dns/resolver",
          [{ port: 53, protocol: "UDP" }],
          [{ addresses: ["10.42.0.4"], targetRef: { kind: "Pod", name: "c", namespace: "dns" } }],
        ),
        pod("dns/c", { labels: { "k8s-app": "kube-dns" } }),
      ],
      is: { clusterDNS: ["10.43.0.10"] },
      assumed: /^clusterDNS 10\.43\.0\.10/,
    },
    {
      why: "never the Service that only NodeLocal DNSCache uses",
      items: [
        service("kube-system/kube-dns-upstream", {
          clusterIP: "10.96.3.3",
          ports: [{ port: 53, protocol: "UDP" }],
          selector: { "k8s-app": "kube-dns" },
        }),
      ],
      is: { clusterDNS: [] },
      assumed: /^clusterDNS unknown/,
    },
    {
      why: "no address is made up",
      items: [service("web", { clusterIP: "10.96.0.1", ports: [{ port: 80 }] })],
      is: { clusterDNS: [] },
      assumed: /^clusterDNS unknown: the List has no Service of CoreDNS$/,
    },
    {
      why: "no coredns ConfigMap: kubeadm's Corefile, for the cluster's domain",
      items: [KUBELET],
      is: { corefile: expect.stringContaining("kubernetes k8s.example in-addr.arpa ip6.arpa {") },
      assumed: /^Corefile kubeadm's$/,
    },
    {
      why: "the Corefile, its files and its imports",
      items: [
        configMap("kube-system/coredns", { Corefile: ".:53 {\n}\n", "db.example": "x" }),
        configMap("kube-system/coredns-custom", { "a.override": "log" }),
      ],
      is: {
        corefile: ".:53 {\n}\n",
        corednsFiles: new Map([["db.example", "x"]]),
        corednsCustom: new Map([["a.override", "log"]]),
      },
      assumed: undefined,
    },
    {
      why: "no kube-proxy ConfigMap: iptables without a clusterCIDR",
      items: [],
      is: {
        kubeProxy: { mode: "iptables", clusterCIDR: [], masqueradeAll: false, masqueradeBit: 14 },
      },
      assumed: /^kube-proxy mode iptables/,
    },
    {
      why: "kubeadm's kube-proxy, whose empty mode is iptables",
      items: [PROXY],
      is: {
        kubeProxy: {
          mode: "iptables",
          clusterCIDR: ["10.244.0.0/16"],
          masqueradeAll: true,
          masqueradeBit: 14,
        },
      },
      assumed: undefined,
    },
    {
      why: "EKS's kube-proxy",
      items: [
        configMap("kube-system/kube-proxy", { kubeconfig: "" }),
        configMap("kube-system/kube-proxy-config", {
          config: "mode: ipvs\niptables:\n  masqueradeBit: 12\n",
        }),
      ],
      is: { kubeProxy: { mode: "ipvs", clusterCIDR: [], masqueradeAll: false, masqueradeBit: 12 } },
      assumed: undefined,
    },
    {
      why: "what NodeLocal DNSCache reads of kube-dns's own ConfigMap",
      items: [configMap("kube-system/kube-dns", { stubDomains: '{"acme.test": []}', other: "x" })],
      is: { kubeDns: new Map([["stubDomains", '{"acme.test": []}']]) },
      assumed: undefined,
    },
    {
      why: "NodeLocal DNSCache",
      items: [configMap("kube-system/node-local-dns", { Corefile: "cluster.local:53 {\n}\n" })],
      is: { nodeLocalCorefile: "cluster.local:53 {\n}\n" },
      assumed: undefined,
    },
    {
      why: "a node without its file",
      items: [node("a"), node("b", { files: { "resolv.conf": "" } })],
      is: {},
      assumed: /^resolv\.conf of 1 of 2 nodes: nameserver 192\.0\.2\.53$/,
    },
    {
      why: "a dump without Namespaces: those that objects are in",
      items: [service("shop/web", {})],
      is: { namespaces: new Map([["shop", { name: "shop", labels: {} }]]) },
      assumed: /^namespaces those that objects are in$/,
    },
    {
      why: "a Namespace that a dump with Namespaces lacks does not exist",
      items: [namespace("a"), service("shop/web", {})],
      is: { namespaces: new Map([["a", { name: "a", labels: {} }]]) },
      assumed: undefined,
    },
  ])("$why", ({ items, is, assumed }) => {
    const cluster = clusterOf(items);
    expect(cluster).toMatchObject(is);
    if (assumed)
      expect(cluster.assumed.filter((sentence) => assumed.test(sentence)).length).toBe(1);
  });

  test("nothing is assumed of a cluster that says everything", () => {
    const cluster = clusterOf([
      namespace("kube-system"),
      node("a", { files: { "resolv.conf": "nameserver 192.0.2.1" } }),
      KUBELET,
      PROXY,
      configMap("kube-system/coredns", { Corefile: ".:53 {\n}\n" }),
      ...kubeDns(),
    ]);
    expect(cluster.assumed).toEqual([]);
  });
});

test("the Corefile that is assumed is one that CoreDNS takes", () => {
  const blocks = parseCorefile(clusterOf([]).corefile);
  expect(
    blocks.ok && blocks.value.map(({ directives }) => directives.map(({ name }) => name)),
  ).toEqual([
    "errors health ready kubernetes prometheus forward cache loop reload loadbalance".split(" "),
  ]);
});

test("a List of many objects is read in one pass: 20,000 Pods, each read once", () => {
  let reads = 0;
  const many = Array.from({ length: 20_000 }, (_, at) => {
    const ip = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
    return {
      ...pod(`p${at}`, { labels: { app: `a${at % 100}` } }),
      get status() {
        reads++;
        return { podIP: ip, phase: "Running" };
      },
    };
  });
  const cluster = clusterOf([
    ...many,
    service("web", { clusterIP: "10.255.0.1", ports: [{ port: 80 }], selector: { app: "a7" } }),
  ]);
  // Once for podIP and its like, once for the conditions.
  expect(reads).toBeLessThanOrEqual(2 * many.length);
  expect(cluster.podsByIP("10.0.78.31").map(({ name }) => name)).toEqual(["p19999"]);
  expect(cluster.slicesOf("default", "web")[0]?.endpoints.length).toBe(200);
});
