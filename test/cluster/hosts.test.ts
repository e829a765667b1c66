/**
 * The /etc/hosts of a Pod.
 */
import { expect, test } from "vitest";
import { podHosts } from "../../src/cluster/hosts.ts";
import { clusterOf, configMap, type Item, node, pod } from "./objects.ts";

const HEAD = [
  "# Kubernetes-managed hosts file.",
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "fe00::0\tip6-mcastprefix",
  "fe00::1\tip6-allnodes",
  "fe00::2\tip6-allrouters",
];
const DUAL = { podIP: "10.244.1.5", podIPs: [{ ip: "10.244.1.5" }, { ip: "fd00::5" }] };
const ALIASES = {
  hostAliases: [
    { ip: "192.0.2.7", hostnames: ["db.example.org", "db"] },
    { ip: "192.0.2.8", hostnames: ["cache.example.org"] },
  ],
};
const LONG = `${"a".repeat(62)}-b`;

test.each<{ why: string; name?: string; spec?: Item; status?: Item; lines: readonly string[] }>([
  {
    why: "one line for each of the Pod's addresses, as they are written",
    status: DUAL,
    lines: [...HEAD, "10.244.1.5\tweb-0", "fd00::5\tweb-0"],
  },
  {
    why: "a hostname instead of the Pod's name",
    spec: { hostname: "front" },
    lines: [...HEAD, "10.244.1.5\tfront"],
  },
  {
    why: "with a subdomain the full name first",
    spec: { hostname: "front", subdomain: "web" },
    status: DUAL,
    lines: [
      ...HEAD,
      "10.244.1.5\tfront.web.shop.svc.k8s.example\tfront",
      "fd00::5\tfront.web.shop.svc.k8s.example\tfront",
    ],
  },
  {
    why: "a subdomain without a hostname",
    spec: { subdomain: "web" },
    lines: [...HEAD, "10.244.1.5\tweb-0.web.shop.svc.k8s.example\tweb-0"],
  },
  {
    why: "hostnameOverride leaves the domain out",
    spec: { hostname: "front", subdomain: "web", hostnameOverride: "a.example.org" },
    lines: [...HEAD, "10.244.1.5\ta.example.org"],
  },
  {
    why: "setHostnameAsFQDN changes nothing here",
    spec: { subdomain: "web", setHostnameAsFQDN: true },
    lines: [...HEAD, "10.244.1.5\tweb-0.web.shop.svc.k8s.example\tweb-0"],
  },
  {
    why: "a name over 63 characters is cut, and does not end in - or .",
    name: LONG,
    lines: [...HEAD, `10.244.1.5\t${"a".repeat(62)}`],
  },
  {
    why: "hostAliases behind a blank line and a comment",
    spec: ALIASES,
    lines: [
      ...HEAD,
      "10.244.1.5\tweb-0",
      "",
      "# Entries added by HostAliases.",
      "192.0.2.7\tdb.example.org\tdb",
      "192.0.2.8\tcache.example.org",
    ],
  },
  {
    why: "host network: the node's file as it is, and no line of the Pod's own",
    spec: { hostNetwork: true, ...ALIASES },
    lines: [
      "# Kubernetes-managed hosts file (host network).",
      "127.0.0.1 localhost",
      "192.0.2.11 n1",
      "",
      "# Entries added by HostAliases.",
      "192.0.2.7\tdb.example.org\tdb",
      "192.0.2.8\tcache.example.org",
    ],
  },
  {
    why: "host network on a node that says nothing of its file",
    spec: { hostNetwork: true, nodeName: "n2" },
    lines: ["# Kubernetes-managed hosts file (host network).", "127.0.0.1\tlocalhost"],
  },
  {
    why: "a Pod that has no address yet",
    status: {},
    lines: HEAD,
  },
])("podHosts(): $why", ({ name = "web-0", spec = {}, status = { podIP: "10.244.1.5" }, lines }) => {
  const cluster = clusterOf([
    configMap("kube-system/kubelet-config", { kubelet: "clusterDomain: k8s.example\n" }),
    node("n1", { files: { hosts: "127.0.0.1 localhost\n192.0.2.11 n1\n" } }),
    node("n2"),
    pod(`shop/${name}`, { spec: { nodeName: "n1", ...spec }, status }),
  ]);
  const [one] = cluster.pods;
  if (one === undefined) throw new Error("no Pod");
  const file = podHosts(cluster, one, cluster.node(one.nodeName ?? ""));
  expect(file).toBe(`${lines.join("\n")}\n`);
});
