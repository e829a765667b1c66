/**
 * The printed tables of every node in zones/, loaded by the real iptables-restore in a network namespace of their own.
 *
 * Both variants, nf_tables and legacy, must take them and give the same chains and rules back, in the same order.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rulesOf } from "../../src/cluster/kube-proxy/ruleset.ts";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster } from "../../src/cluster/model.ts";
import { saveText } from "../../src/packet/save.ts";
import { isRoot, missingTools } from "./tools.ts";

const NAMESPACE = `ndots-iptables-${process.pid}`;

/** Tables live in a namespace, so that those of this machine stay as they are. A missing tool is named by `npm test`. */
function leftOut(): string | undefined {
  if (missingTools().includes("iptables-restore")) return "iptables-restore is missing";
  if (!isRoot()) return "only root makes network namespaces";
  const made = spawnSync("ip", ["netns", "add", NAMESPACE], { encoding: "utf8" });
  if (made.error) return "ip is missing (Debian package iproute2)";
  if (made.status !== 0) return `no network namespace: ${made.stderr.trim()}`;
  spawnSync("ip", ["netns", "delete", NAMESPACE]);
  return undefined;
}

const why = leftOut();
if (why !== undefined) {
  console.log(`left out: loading the printed tables with iptables-restore, since ${why}`);
}

const VARIANTS = ["nft", "legacy"] as const;
const FAMILIES = [4, 6] as const;

function clusterOf(name: string): Cluster {
  const read = readList(name, JSON.parse(readFileSync(`zones/${name}.json`, "utf8")));
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

/** A cluster with every kind of Service, so that every match and target is loaded. */
function full(): Cluster {
  const ports = [{ name: "http", port: 80, nodePort: 30080, protocol: "TCP" }];
  const metadata = (name: string, more = {}) => ({ name, namespace: "shop", ...more });
  const policies = ["Cluster", "Local"].flatMap((internal) =>
    ["Cluster", "Local"].map((external) => [internal, external] as const),
  );
  const services = policies.flatMap(([internalTrafficPolicy, externalTrafficPolicy], at) => {
    const name = `web-${at}`;
    return [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: metadata(name),
        spec: {
          type: "LoadBalancer",
          clusterIPs: [`10.96.1.${at}`, `fd00:96::1:${at}`],
          externalIPs: [`198.51.100.${at}`, `2001:db8::${at}`],
          ports: ports.map((port) => ({ ...port, nodePort: 30080 + at })),
          sessionAffinity: "ClientIP",
          healthCheckNodePort: 32000 + at,
          internalTrafficPolicy,
          externalTrafficPolicy,
          loadBalancerSourceRanges: ["0.0.0.0/0", "198.51.100.9/24", "::/0", "2001:db8:1::/48"],
        },
        status: {
          loadBalancer: { ingress: [{ ip: `203.0.113.${at}` }, { ip: `2001:db8:2::${at}` }] },
        },
      },
      ...(["IPv4", "IPv6"] as const).map((addressType) => ({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: metadata(`${name}-${addressType.toLowerCase()}`, {
          labels: { "kubernetes.io/service-name": name },
        }),
        addressType,
        ports: [{ name: "http", port: 8080, protocol: "TCP" }],
        endpoints: [1, 2, 3].map((host) => ({
          addresses: [addressType === "IPv4" ? `10.244.1.${host}` : `fd00:244:1::${host}`],
          nodeName: "n1",
        })),
      })),
    ];
  });
  const read = readList("full", {
    apiVersion: "v1",
    kind: "List",
    items: [
      ...["n1", "n2"].map((name, at) => ({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name },
        spec: { podCIDRs: [`10.244.${at + 1}.0/24`, `fd00:244:${at + 1}::/64`] },
        status: { addresses: [{ type: "InternalIP", address: `198.51.100.${at + 10}` }] },
      })),
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "node-local-dns", namespace: "kube-system" },
        data: { Corefile: ".:53 {\n}\n" },
      },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "kube-proxy", namespace: "kube-system" },
        data: { "config.conf": "mode: iptables\nclusterCIDR: 10.244.0.7/16,fd00:244::/32\n" },
      },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "kube-dns", namespace: "kube-system" },
        spec: {
          clusterIPs: ["10.96.0.10", "fd00:96::a"],
          ports: [{ name: "dns", port: 53, protocol: "UDP" }],
        },
      },
      ...services,
    ],
  });
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

/** Header, counters and the order of tables and chains differ from variant to variant. */
function comparable(text: string): Readonly<Record<string, readonly string[]>> {
  const tables: Record<string, string[]> = {};
  let table = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("#") || line === "" || line === "COMMIT") continue;
    if (line.startsWith("*")) table = line;
    const key = line.startsWith("-A ") ? `${table} ${line.split(" ")[1]}` : `${table} chains`;
    tables[key] = [...(tables[key] ?? []), line];
  }
  for (const [key, lines] of Object.entries(tables)) if (key.endsWith(" chains")) lines.sort();
  return tables;
}

describe.runIf(why === undefined)("iptables-restore", () => {
  beforeAll(() => {
    execFileSync("ip", ["netns", "add", NAMESPACE]);
  });
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
  });

  const inside = (tool: string, args: readonly string[], input = ""): string => {
    const ran = spawnSync("ip", ["netns", "exec", NAMESPACE, tool, ...args], {
      input,
      encoding: "utf8",
    });
    expect(ran, `${tool}: ${ran.stderr}`).toMatchObject({ status: 0 });
    return ran.stdout;
  };

  const clusters = [clusterOf("demo"), clusterOf("lab"), full()];
  const rows = clusters.flatMap((cluster) =>
    cluster.nodes.flatMap((node) =>
      FAMILIES.flatMap((family) =>
        VARIANTS.map((variant) => ({ cluster, node, family, variant, name: cluster.name })),
      ),
    ),
  );

  test.each(rows)("$variant loads IPv$family of $node.name in $name", (row) => {
    const { cluster, node, family, variant } = row;
    const rules = rulesOf(cluster, node, family);
    if (rules === undefined) throw new Error("kube-proxy is not in iptables mode");
    const text = saveText(rules, "Sun Nov 22 11:44:32 2026");
    const tool = `${family === 6 ? "ip6tables" : "iptables"}-${variant}`;
    inside(`${tool}-restore`, ["--test"], text);
    inside(`${tool}-restore`, [], text);
    expect(comparable(inside(`${tool}-save`, []))).toEqual(comparable(text));
  });
});
