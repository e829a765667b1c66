/**
 * A part of a cluster as network namespaces: Pods, their nodes and resolvers outside, joined as `topologyOf` says.
 *
 * Pods hang on their node by a veth pair without a bridge; nodes and the world outside on one bridge that stands for
 * the network between. IPv4 only, which is what the nodes have.
 *
 * @module
 */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster, Node, Pod } from "../../../src/cluster/model.ts";
import { hostOf, UNDERLAY, UPLINK, vethName } from "../../../src/cluster/topology.ts";
import { macOf } from "../../../src/packet/frame.ts";
import type { Ran } from "../tools.ts";

/** Hosts are called as in the walk: `namespace/pod`, the node's name, the address outside. */
export interface Lab {
  /** By host, the interfaces that packets pass. */
  readonly devices: ReadonlyMap<string, readonly string[]>;
  /** The words before a command that run it inside a host. */
  entering(host: string): readonly [command: string, ...args: string[]];
  inside(host: string, command: readonly [string, ...string[]], input?: string): Promise<Ran>;
  /** What stands in /etc for those inside: `resolv.conf`, `hosts`. */
  writeEtc(host: string, files: Readonly<Record<string, string>>): void;
  remove(): void;
}

/** What every namespace of this process is called first; namespaces have no other owner's mark. */
const PREFIX = `ndots-kernel-${process.pid}`;

/** Next hop of a Pod that shares no network with its node. */
const GATEWAY = "169.254.1.1";

/** The two backends of iptables. */
export type Variant = "nft" | "legacy";

export interface Plan {
  readonly cluster: Cluster;
  /** Those on the host network are their nodes. */
  readonly pods: readonly Pod[];
  /** Addresses outside the cluster. */
  readonly outside: readonly string[];
}

/** Makes the namespaces; where it fails half-way, those that it made are removed again. */
export async function makeLab(plan: Plan): Promise<Lab> {
  const pods = plan.pods.filter((pod) => !pod.hostNetwork);
  const nodes = plan.cluster.nodes.filter(({ name }) =>
    plan.pods.some(({ nodeName }) => nodeName === name),
  );
  const uplinks = [...nodes.map(({ name }) => name), ...plan.outside];
  const names = [UNDERLAY, ...uplinks, ...pods.map(hostOf)];
  const lab = labOf(
    names,
    new Map([
      ...pods.map((pod) => [hostOf(pod), [UPLINK]] as const),
      ...nodes.map(({ name }) => {
        const veths = pods.filter(({ nodeName }) => nodeName === name).map(vethName);
        return [name, [UPLINK, ...veths]] as const;
      }),
      ...plan.outside.map((address) => [address, [UPLINK]] as const),
    ]),
  );
  try {
    execFileSync("ip", ["-batch", "-"], {
      input: lines(names.map((name) => `netns add ${namespaceOf(name)}`)),
    });
    // Before the devices: they take these for their own.
    await Promise.all(names.map((name) => sh(lab, name, SETTINGS)));
    await Promise.all(nodes.map(({ name }) => sh(lab, name, FORWARDING)));
    execFileSync("ip", ["-batch", "-"], {
      input: lines([
        ...pods.map((pod) => {
          const [inPod, onNode] = [namespaceOf(hostOf(pod)), namespaceOf(pod.nodeName ?? "")];
          const peer = `peer name ${vethName(pod)} address ${vethMac(pod)} netns ${onNode}`;
          return `link add ${UPLINK} netns ${inPod} type veth ${peer}`;
        }),
        ...uplinks.map((name, at) => {
          const peer = `peer name port${at} netns ${namespaceOf(UNDERLAY)}`;
          return `link add ${UPLINK} netns ${namespaceOf(name)} type veth ${peer}`;
        }),
      ]),
    });
    configure(UNDERLAY, [
      "link add bridge type bridge",
      "link set bridge up",
      ...uplinks.map((_, at) => `link set port${at} up master bridge`),
    ]);
    for (const pod of pods) configure(hostOf(pod), podLines(pod));
    for (const node of nodes) configure(node.name, nodeLines(plan.cluster, node, pods));
    for (const address of plan.outside) configure(address, uplinkLines(address));
  } catch (error) {
    lab.remove();
    throw error;
  }
  return lab;
}

/** A node's end of a Pod's veth pair takes replies from anywhere; IPv6 would only make a noise of its own. */
const SETTINGS = `
  cd /proc/sys/net/ipv4/conf; echo 0 > all/rp_filter; echo 0 > default/rp_filter
  cd /proc/sys/net/ipv6/conf && echo 1 > all/disable_ipv6 && echo 1 > default/disable_ipv6; true`;
const FORWARDING = "echo 1 > /proc/sys/net/ipv4/ip_forward";

function podLines(pod: Pod): readonly string[] {
  return [
    "link set lo up",
    `link set ${UPLINK} up`,
    `addr add ${ipv4(pod.podIPs)}/32 dev ${UPLINK}`,
    `neigh add ${GATEWAY} lladdr ${vethMac(pod)} dev ${UPLINK} nud permanent`,
    `route add default via ${GATEWAY} dev ${UPLINK} onlink`,
  ];
}

function nodeLines(cluster: Cluster, node: Node, pods: readonly Pod[]): readonly string[] {
  const own = pods.filter(({ nodeName }) => nodeName === node.name);
  const others = cluster.nodes.filter((other) => other !== node);
  return [
    ...uplinkLines(ipv4(node.internalIPs)),
    ...own.flatMap((pod) => [
      `link set ${vethName(pod)} up`,
      `route add ${ipv4(pod.podIPs)}/32 dev ${vethName(pod)}`,
    ]),
    ...others.map((other) => {
      const via = `via ${ipv4(other.internalIPs)} dev ${UPLINK} onlink`;
      return `route add ${ipv4(other.podCIDRs)} ${via}`;
    }),
  ];
}

/** All that has no other way is on the link: nothing says what lies between the nodes and the world. */
function uplinkLines(address: string): readonly string[] {
  return [
    "link set lo up",
    `link set ${UPLINK} up`,
    `addr add ${address}/32 dev ${UPLINK}`,
    `route add default dev ${UPLINK}`,
  ];
}

function labOf(names: readonly string[], devices: Lab["devices"]): Lab {
  const entering: Lab["entering"] = (host) => ["ip", "netns", "exec", namespaceOf(host)];
  const etcOf = (host: string): string => join("/etc/netns", namespaceOf(host));
  return {
    devices,
    entering,
    inside: (host, command, input = "") => {
      const [ip, ...args] = [...entering(host), ...command] as [string, ...string[]];
      return new Promise((resolve) => {
        const child = execFile(ip, args, { timeout: 30_000 }, (error, stdout, stderr) => {
          const status = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          resolve({ status, stdout, stderr });
        });
        // One that takes no input may have ended already.
        child.stdin?.on("error", () => undefined).end(input);
      });
    },
    writeEtc: (host, files) => {
      mkdirSync(etcOf(host), { recursive: true });
      for (const [file, text] of Object.entries(files))
        writeFileSync(join(etcOf(host), file), text);
    },
    remove: () => {
      for (const name of names) {
        rmSync(etcOf(name), { recursive: true, force: true });
        spawnSync("ip", ["netns", "delete", namespaceOf(name)]);
      }
    },
  };
}

function namespaceOf(host: string): string {
  return `${PREFIX}-${host.replaceAll("/", ".")}`;
}

function configure(host: string, commands: readonly string[]): void {
  execFileSync("ip", ["-n", namespaceOf(host), "-batch", "-"], { input: lines(commands) });
}

async function sh(lab: Lab, host: string, script: string): Promise<void> {
  const ran = await lab.inside(host, ["sh", "-c", script]);
  if (ran.status !== 0) throw new Error(`sh in ${host}: ${ran.stderr}`);
}

function lines(commands: readonly string[]): string {
  return commands.map((command) => `${command}\n`).join("");
}

function vethMac(pod: Pod): string {
  return macOf(`${hostOf(pod)} ${vethName(pod)}`);
}

function ipv4(addresses: readonly string[]): string {
  const found = addresses.find((address) => !address.includes(":"));
  if (found === undefined) throw new Error(`no IPv4 address among ${addresses.join(", ")}`);
  return found;
}
