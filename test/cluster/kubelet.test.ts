/**
 * The resolv.conf of a Pod, fact by fact (`pkg/kubelet/network/dns/dns.go` of Kubernetes 1.36).
 */
import { describe, expect, test } from "vitest";
import { parseNodeResolvConf, podResolvConf } from "../../src/cluster/kubelet.ts";
import { clusterOf, configMap, kubeDns, node, pod } from "./objects.ts";

const FILE = "search corp.example.org\nnameserver 192.0.2.1\noptions rotate timeout:1\n";
const IN_CLUSTER =
  "search default.svc.cluster.local svc.cluster.local cluster.local corp.example.org\nnameserver 10.96.0.10\noptions ndots:5\n";

/** The file of a Pod with this spec, on a node with this file. */
function written(
  spec: object,
  file: string | undefined = FILE,
  more: readonly unknown[] = kubeDns(),
) {
  const cluster = clusterOf([
    node("n", { files: file === undefined ? {} : { "resolv.conf": file } }),
    pod("client", { spec: { nodeName: "n", ...spec } }),
    ...more,
  ]);
  const [client] = cluster.pods;
  if (client === undefined) throw new Error("there is a Pod");
  return podResolvConf(cluster, client, cluster.node("n"));
}

describe("1: the node's file", () => {
  test.each<{ why: string; text: string; conf: object }>([
    {
      why: "# begins a comment at the line's start only",
      text: "  # nameserver 192.0.2.9\nnameserver 192.0.2.1 # first",
      conf: { nameservers: ["192.0.2.1"] },
    },
    {
      why: "; begins none",
      text: ";nameserver 192.0.2.1\n; search x\nsearch a ; b",
      conf: { nameservers: [], search: ["a", ";", "b"] },
    },
    {
      why: "leading blanks are fine",
      text: " \tnameserver\t192.0.2.1",
      conf: { nameservers: ["192.0.2.1"] },
    },
    {
      why: "a nameserver is its first word, whatever it says",
      text: "nameserver dns.example.org extra",
      conf: { nameservers: ["dns.example.org"] },
    },
    {
      why: "nameservers accumulate",
      text: "nameserver 192.0.2.1\nnameserver 192.0.2.1",
      conf: { nameservers: ["192.0.2.1", "192.0.2.1"] },
    },
    { why: "the last search wins", text: "search a b\nsearch c", conf: { search: ["c"] } },
    { why: "an empty search clears", text: "search a b\nsearch", conf: { search: [] } },
    {
      why: "each search word loses one trailing dot; a lone dot is dropped",
      text: "search a. . b..",
      conf: { search: ["a", "b."] },
    },
    {
      why: "options accumulate, the last value of a name wins",
      text: "options ndots:2 rotate\noptions ndots:3 edns0",
      conf: { options: ["ndots:3", "rotate", "edns0"] },
    },
    {
      why: "domain, sortlist and unknown words are ignored",
      text: "domain a\nsortlist 192.0.2.0\nfoo bar\nNameserver 192.0.2.1",
      conf: { nameservers: [], search: [], options: [] },
    },
  ])("$why", ({ text, conf }) => {
    expect(parseNodeResolvConf(text)).toMatchObject({ ok: true, value: conf });
  });

  test("an empty nameserver is an error", () => {
    expect(parseNodeResolvConf("search a\nnameserver \n").ok).toBe(false);
  });
});

test("2: a broken file keeps every Pod from starting, dnsPolicy None too", () => {
  const dnsConfig = { nameservers: ["192.0.2.7"] };
  for (const dnsPolicy of ["None", "Default", "ClusterFirst"]) {
    expect(written({ dnsPolicy, dnsConfig }, "nameserver\n")).toEqual({
      conf: { nameservers: [], search: [], options: [] },
      text: "",
      events: [
        {
          reason: "FailedCreatePodSandBox",
          message: "Failed to create pod sandbox: nameserver list is empty",
        },
      ],
    });
  }
});

describe("3 and 4: the policy's base", () => {
  test.each<{ why: string; spec: object; text: string }>([
    { why: "an absent dnsPolicy is ClusterFirst", spec: {}, text: IN_CLUSTER },
    { why: "ClusterFirst", spec: { dnsPolicy: "ClusterFirst" }, text: IN_CLUSTER },
    {
      why: "ClusterFirst on a host network is Default",
      spec: { dnsPolicy: "ClusterFirst", hostNetwork: true },
      text: FILE,
    },
    {
      why: "ClusterFirstWithHostNet on a host network",
      spec: { dnsPolicy: "ClusterFirstWithHostNet", hostNetwork: true },
      text: IN_CLUSTER,
    },
    {
      why: "ClusterFirstWithHostNet without one",
      spec: { dnsPolicy: "ClusterFirstWithHostNet" },
      text: IN_CLUSTER,
    },
    { why: "Default is the node's file", spec: { dnsPolicy: "Default" }, text: FILE },
    { why: "None is empty", spec: { dnsPolicy: "None" }, text: "" },
    {
      why: "an unknown policy is as ClusterFirst, host network or not",
      spec: { dnsPolicy: "Sometimes", hostNetwork: true },
      text: IN_CLUSTER,
    },
  ])("$why", ({ spec, text }) => {
    expect(written(spec)).toMatchObject({ text, events: [] });
  });

  test.each<{ why: string; file?: string; more: readonly unknown[]; text: string }>([
    {
      why: "a node's search domain that the cluster has already stands once",
      file: "search svc.cluster.local corp.example.org cluster.local",
      more: kubeDns(),
      text: IN_CLUSTER,
    },
    {
      why: "clusterDNS is written in canonical form",
      more: [
        configMap("kube-system/kubelet-config", {
          kubelet: "clusterDNS: ['FD00:0::A', 10.96.0.10]",
        }),
      ],
      text: IN_CLUSTER.replace("nameserver", "nameserver fd00::a\nnameserver"),
    },
    {
      why: "an empty domain leaves the node's search as it is",
      file: "search b a b",
      more: [
        configMap("kube-system/kubelet-config", {
          kubelet: "clusterDNS: [10.96.0.10]\nclusterDomain: ''",
        }),
      ],
      text: "search b a b\nnameserver 10.96.0.10\noptions ndots:5\n",
    },
  ])("$why", ({ file, more, text }) => {
    expect(written({}, file, more).text).toBe(text);
  });

  test("without a clusterDNS it is Default, with a warning for the node and one for the Pod", () => {
    const warning =
      'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';
    expect(written({}, FILE, [])).toMatchObject({
      text: FILE,
      events: [
        { reason: "MissingClusterDNS", message: warning },
        { reason: "MissingClusterDNS", message: `pod: "client_default()". ${warning}` },
      ],
    });
  });

  test("a node without a file has a resolver in the documentation's range", () => {
    const cluster = clusterOf([node("n"), pod("a", { spec: { dnsPolicy: "Default" } })]);
    const [a] = cluster.pods;
    expect(a && podResolvConf(cluster, a, cluster.node("n")).text).toBe("nameserver 192.0.2.53\n");
    expect(a && podResolvConf(cluster, a, undefined).text).toBe("nameserver 192.0.2.53\n");
  });
});

describe('5: kubelet with resolvConf: ""', () => {
  const OFF = configMap("kube-system/kubelet-config", {
    kubelet: 'resolvConf: ""\nclusterDNS: [10.96.0.10]',
  });
  test.each<{ why: string; ips: readonly string[]; text: string }>([
    {
      why: "a loopback address for each of the node's",
      ips: ["192.0.2.1", "fd00::1"],
      text: "search .\nnameserver 127.0.0.1\nnameserver ::1\n",
    },
    { why: "127.0.0.1 where the node has none", ips: [], text: "search .\nnameserver 127.0.0.1\n" },
  ])("Default: $why", ({ ips, text }) => {
    const status = { addresses: ips.map((address) => ({ type: "InternalIP", address })) };
    const cluster = clusterOf([
      node("n", { status, files: { "resolv.conf": FILE } }),
      pod("a", { spec: { dnsPolicy: "Default" } }),
      OFF,
    ]);
    const [a] = cluster.pods;
    expect(a && podResolvConf(cluster, a, cluster.node("n")).text).toBe(text);
  });

  test("ClusterFirst loses the node's search, and a broken file does not matter", () => {
    expect(written({}, "nameserver", [OFF]).text).toBe(
      "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
    );
  });
});

describe("6: dnsConfig", () => {
  const None = "None";
  test.each<{ why: string; spec: object; file?: string; text: string }>([
    {
      why: "is appended to the base",
      spec: {
        dnsConfig: {
          nameservers: ["192.0.2.7"],
          searches: ["a.example.org"],
          options: [{ name: "edns0" }],
        },
      },
      text: "search default.svc.cluster.local svc.cluster.local cluster.local corp.example.org a.example.org\nnameserver 10.96.0.10\nnameserver 192.0.2.7\noptions ndots:5 edns0\n",
    },
    {
      why: "the Pod's option wins",
      spec: { dnsConfig: { options: [{ name: "ndots", value: "2" }] } },
      text: IN_CLUSTER.replace("ndots:5", "ndots:2"),
    },
    {
      why: "an empty value is the bare name",
      spec: { dnsConfig: { options: [{ name: "ndots", value: "" }] } },
      text: IN_CLUSTER.replace("ndots:5", "ndots"),
    },
    {
      why: "duplicates go, told apart as text",
      spec: {
        dnsPolicy: None,
        dnsConfig: {
          nameservers: ["192.0.2.7", "192.0.2.7", "fd00::1", "FD00::1"],
          searches: ["a", "a", "a."],
        },
      },
      text: "search a a.\nnameserver 192.0.2.7\nnameserver fd00::1\nnameserver FD00::1\n",
    },
    {
      why: "the node's duplicates go with an empty dnsConfig",
      spec: { dnsPolicy: "Default", dnsConfig: {} },
      file: "search a a\nnameserver 192.0.2.1\nnameserver 192.0.2.1\n",
      text: "search a\nnameserver 192.0.2.1\n",
    },
    {
      why: "and stay without one",
      spec: { dnsPolicy: "Default" },
      file: "search a a\nnameserver 192.0.2.1\nnameserver 192.0.2.1\n",
      text: "search a a\nnameserver 192.0.2.1\nnameserver 192.0.2.1\n",
    },
    {
      why: "its search domains are not trimmed",
      spec: { dnsPolicy: None, dnsConfig: { nameservers: ["192.0.2.7"], searches: [".", "x."] } },
      text: "search . x.\nnameserver 192.0.2.7\n",
    },
  ])("$why", ({ spec, file, text }) => {
    expect(written(spec, file).text).toBe(text);
  });
});

describe("7: the limits", () => {
  const long = (octets: number) => "x".repeat(octets);
  const some = (count: number, octets = 4) =>
    Array.from({ length: count }, (_, at) => `${at}`.padStart(octets, "x"));

  test("three nameservers", () => {
    const nameservers = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    expect(written({ dnsPolicy: "None", dnsConfig: { nameservers } })).toMatchObject({
      conf: { nameservers: nameservers.slice(0, 3) },
      events: [
        {
          reason: "DNSConfigForming",
          message:
            "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 192.0.2.1 192.0.2.2 192.0.2.3",
        },
      ],
    });
  });

  test.each<{ why: string; searches: readonly string[]; kept: readonly string[] }>([
    { why: "32 domains fit", searches: some(32), kept: some(32) },
    { why: "the 33rd goes", searches: some(33), kept: some(32) },
    { why: "253 characters fit", searches: [long(253)], kept: [long(253)] },
    {
      why: "a domain over 253 characters goes, wherever it stands",
      searches: ["a", long(254), "b"],
      kept: ["a", "b"],
    },
    {
      why: "the number is cut before long ones go",
      searches: [long(254), ...some(32)],
      kept: some(31),
    },
    // Eight of 253 with the blanks between are 2,031; a blank and 16 more make 2,048.
    {
      why: "2,048 joined characters fit",
      searches: [...some(8, 253), long(16)],
      kept: [...some(8, 253), long(16)],
    },
    {
      why: "a longer line loses its tail",
      searches: [...some(8, 253), long(17), "y"],
      kept: some(8, 253),
    },
  ])("$why", ({ searches, kept }) => {
    const { conf, events } = written({ dnsPolicy: "None", dnsConfig: { searches } });
    expect(conf.search).toEqual(kept);
    expect(events.map(({ message }) => message)).toEqual(
      kept.length === searches.length
        ? []
        : [
            `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${kept.join(" ")}`,
          ],
    );
  });

  test("one event of each kind", () => {
    const { events } = written({
      dnsPolicy: "None",
      dnsConfig: {
        nameservers: Array.from({ length: 9 }, (_, at) => `192.0.2.${at}`),
        searches: [...some(40), long(300)],
      },
    });
    expect(events.map(({ message }) => message.split(" ")[0])).toEqual(["Nameserver", "Search"]);
  });
});

test("8: search, nameservers, options in this order, whatever the node's file has", () => {
  const file = "options edns0\nnameserver 192.0.2.1\nsearch a\n";
  expect(written({ dnsPolicy: "Default" }, file).text).toBe(
    "search a\nnameserver 192.0.2.1\noptions edns0\n",
  );
});
