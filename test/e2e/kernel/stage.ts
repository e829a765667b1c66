/**
 * A lab ready for lookups: under the rules that a running ndots prints, with name servers that answer from it.
 *
 * @module
 */
import { describeListError, readList } from "../../../src/cluster/list.ts";
import type { Cluster, Pod } from "../../../src/cluster/model.ts";
import { hostOf } from "../../../src/cluster/topology.ts";
import { type Lab, makeLab, type Variant } from "./lab.ts";
import { type Nameserver, startNameserver } from "./nameservers.ts";

export interface Stage {
  readonly lab: Lab;
  readonly nodes: readonly string[];
  /** Gives those inside a Pod's host the files that kubelet writes into the Pod. */
  moveIn(pod: Pod, vantage: string): Promise<void>;
  /** Forgets what earlier lookups left behind. */
  refresh(): Promise<void>;
  /** By node, the lines of `conntrack -L`. */
  conntrack(): Promise<Readonly<Record<string, readonly string[]>>>;
  close(): void;
}

export interface StageSpec {
  /** Of the running ndots. */
  readonly origin: string;
  readonly cluster: Cluster;
  readonly variant: Variant;
  readonly clients: readonly Pod[];
}

export async function setUp({ origin, cluster, variant, clients }: StageSpec): Promise<Stage> {
  const base = `${origin}/clusters/${cluster.name}`;
  const coredns = [...cluster.pods].filter(({ labels }) => labels["k8s-app"] === "kube-dns");
  // CoreDNS forwards to its own /etc/resolv.conf, which is its node's.
  const [, resolver = ""] = /^nameserver (\S+)/m.exec(cluster.nodes[0]?.resolvConf ?? "") ?? [];
  const pods = new Map([...coredns, ...clients].map((pod) => [hostOf(pod), pod]));
  const lab = await makeLab({ cluster, pods: [...pods.values()], outside: [resolver] });
  const servers: Nameserver[] = [];
  const close = (): void => {
    for (const server of servers) server.stop();
    lab.remove();
  };
  try {
    const nodes = [...lab.devices.keys()].filter((host) => cluster.node(host) !== undefined);
    for (const node of nodes) {
      await must(
        lab,
        node,
        [`iptables-${variant}-restore`],
        await textOf(`${base}/nodes/${node}/iptables`),
      );
    }
    const options = "search=off/trace=off";
    const specs = coredns.map((pod) => ({
      host: hostOf(pod),
      address: pod.podIPs[0] as string,
      dnsQuery: `${base}/dns-query/${options}`,
      forwarding: { upstream: resolver, allBut: cluster.domain },
    }));
    // A Pod with the node's resolv.conf hears what that resolver says.
    const outside = `${base}/namespaces/default/pods/policy-default/dns-query/${options}`;
    for (const spec of [...specs, { host: resolver, address: resolver, dnsQuery: outside }]) {
      servers.push(await startNameserver(lab, spec));
    }
    return {
      lab,
      nodes,
      moveIn: async (pod, vantage) => {
        const files = ["resolv.conf", "hosts"].map(
          async (file) => [file, await textOf(`${origin}${vantage}/${file}`)] as const,
        );
        const written = Object.fromEntries(await Promise.all(files));
        lab.writeEtc(hostOf(pod), { ...written, "nsswitch.conf": "hosts: files dns\n" });
      },
      refresh: async () => {
        for (const server of servers) server.refresh();
        await Promise.all(nodes.map((node) => must(lab, node, ["conntrack", "-F"])));
      },
      conntrack: async () => {
        const listed = nodes.map(async (node) => {
          const text = await must(lab, node, ["conntrack", "-L"]);
          return [node, text.split("\n").filter((line) => line !== "")] as const;
        });
        return Object.fromEntries(await Promise.all(listed));
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

export async function clusterOf(origin: string, name: string): Promise<Cluster> {
  const read = readList(name, JSON.parse(await textOf(`${origin}/clusters/${name}`)));
  if (!read.ok) throw new Error(describeListError(read.error));
  return read.value;
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return text;
}

async function must(
  lab: Lab,
  host: string,
  command: readonly [string, ...string[]],
  input = "",
): Promise<string> {
  const ran = await lab.inside(host, command, input);
  if (ran.status !== 0) throw new Error(`${command.join(" ")} on ${host}: ${ran.stderr}`);
  return ran.stdout;
}
