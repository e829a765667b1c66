/**
 * The servers inside the cluster that a query can meet, and the way from one of them to the next.
 *
 * What CoreDNS or a node's own cache forwards is a packet like any other: `route` says where it ends. An address of
 * CoreDNS is CoreDNS again, what no rule of the cluster takes goes to the resolvers outside, and the rest is refused or
 * never answered. The steps of a server that was asked stand behind those of the one that asked it.
 *
 * @module
 */
import type { Carrier, Crossing } from "./carrier.ts";
import type { Cluster, Node } from "./cluster/model.ts";
import { type Route, route, type Sender } from "./cluster/route.ts";
import { type ClusterOutcome, exchanged, failed } from "./cluster-outcome.ts";
import { coreDnsOn } from "./coredns/home.ts";
import { nodeLocalOn } from "./coredns/node-local.ts";
import {
  type Context,
  DEEPEST,
  type Exchange,
  type Step,
  type UpstreamOutcome,
} from "./coredns/plugin.ts";
import type { CoreDns } from "./coredns/server.ts";
import { canonicalAddress } from "./dns/address.ts";
import type { Question } from "./dns/message.ts";

export interface ClusterServers {
  readonly cluster: Cluster;
  readonly coredns: CoreDns;
  /** Asks a resolver outside the cluster. */
  readonly outside: Exchange;
  readonly carrier?: Carrier;
}

/** Who asks, and all else of the query that does not change on its way. */
export interface ClusterQuery extends Omit<Context, "server" | "exchange" | "resolve" | "depth"> {
  /** What brought it: CoreDNS asks on by the same unless `forward` says otherwise. */
  readonly protocol: Carried["protocol"];
}

type Carried = Parameters<Carrier["fromServer"]>[0];

/** Asks CoreDNS in the pod at `endpoint`. */
export function askCoreDns(
  question: Question,
  endpoint: string,
  query: ClusterQuery,
  servers: ClusterServers,
): Promise<ClusterOutcome> {
  return ask(question, inPod(endpoint, servers.coredns, servers.cluster), begin(query, servers));
}

/** Asks the cache of `node` at `address`. */
export function askNodeLocal(
  question: Question,
  address: string,
  node: Node | undefined,
  query: ClusterQuery,
  servers: ClusterServers,
): Promise<ClusterOutcome> {
  return askOnNode(question, address, node, begin(query, servers));
}

/** The exchange of a server that stands at `place`: to the servers inside where the packet goes there, else outside. */
export function clusterExchange(place: Place, way: Way): Exchange {
  return async (address, question, flags) => {
    const to = endpointOf(address);
    const itself = to && toItself(to, place, way);
    const hop = itself ?? (to && route(place.sender, to.address, to.port));
    const protocol = flags.protocol ?? way.query.protocol;
    const carrier = itself === undefined ? way.servers.carrier : undefined;
    const crossing = to && carrier?.fromServer({ ...to, from: place.address, protocol, question });
    if (crossing?.failed) return failed(crossing.failed.kind, crossing.failed.why);
    if (hop === undefined || hop.kind === "upstream") {
      return carriedBack(await way.servers.outside(address, question, flags), crossing);
    }
    if (hop.kind === "reject") return failed("unreachable", hop.why);
    if (hop.kind === "silence") return failed("timeout", hop.why);
    if (way.depth >= DEEPEST || ++way.asked.count > MOST_ASKED) {
      return failed(
        "budget",
        `${address} was not asked: the cluster's servers lead to one another`,
      );
    }
    const next: Way = {
      ...way,
      query: { ...way.query, ...flags, protocol, client: place.client },
      depth: way.depth + 1,
    };
    const met = await follow(question, hop, to?.port ?? 53, place, next, crossing?.reached);
    return carriedBack(exchanged(met), crossing);
  };
}

function carriedBack(outcome: UpstreamOutcome, crossing: Crossing | undefined): UpstreamOutcome {
  if (crossing === undefined || outcome.kind === "failed") return outcome;
  const back = crossing.back(outcome);
  return back.kind === "reply" ? outcome : failed("timeout", back.why);
}

/** A server, where it stands, and whom others take it for. */
export interface Place {
  readonly server: CoreDns;
  /** The address that it was asked at. */
  readonly address: string;
  readonly sender: Sender;
  readonly client: Context["client"];
}

/** One query of the stub on its way from server to server. */
export interface Way {
  readonly servers: ClusterServers;
  readonly query: ClusterQuery;
  readonly depth: number;
  /** How many servers were asked in all: `failover` could ask many on each level. */
  readonly asked: { count: number };
}

const MOST_ASKED = 32;

function begin(query: ClusterQuery, servers: ClusterServers): Way {
  return { servers, query, depth: 0, asked: { count: 0 } };
}

type Hop = Exclude<Route, { kind: "upstream" | "reject" | "silence" }>;

/** A server's own loopback: CoreDNS listens on all addresses of its pod. The node's cache binds to its own alone. */
function toItself(to: Endpoint, place: Place, way: Way): Route | undefined {
  const loopback = to.address.startsWith("127.") || to.address === "::1";
  if (!loopback || place.sender.pod.hostNetwork) return undefined;
  if (coreDnsOn(to.port, way.servers.cluster, way.servers.coredns) === undefined) return undefined;
  const { address } = place;
  return { kind: "coredns", address, endpoints: [address], port: to.port };
}

function follow(
  question: Question,
  hop: Hop,
  port: number,
  from: Place,
  way: Way,
  reached: string | undefined,
): Promise<ClusterOutcome> {
  const { cluster, coredns } = way.servers;
  if (hop.kind === "node-local") {
    const { nodeName } = from.sender.pod;
    const node = nodeName === undefined ? undefined : cluster.node(nodeName);
    return askOnNode(question, hop.address, node, way);
  }
  const { endpoints } = hop;
  const drawn = () => endpoints[Math.floor(way.query.random() * endpoints.length)] ?? hop.address;
  const endpoint = reached ?? drawn();
  // Behind a Service is what the cluster's CoreDNS was built for; a pod may be asked at another port.
  const server = hop.service ? coredns : coreDnsOn(port, cluster, coredns);
  if (server === undefined) {
    const why = `CoreDNS does not listen on port ${port} of ${endpoint}`;
    return Promise.resolve({ kind: "unreachable", why });
  }
  return ask(question, inPod(endpoint, server, cluster), way, {
    plugin: "coredns",
    did: `the pod at ${endpoint} is asked`,
  });
}

function askOnNode(
  question: Question,
  address: string,
  node: Node | undefined,
  way: Way,
): Promise<ClusterOutcome> {
  const { cluster } = way.servers;
  const server = nodeLocalOn(cluster, node);
  if (!server?.ok) {
    const fault = server && `: Corefile line ${server.error.line}: ${server.error.message}`;
    const why = `NodeLocal DNSCache does not run on ${node?.name ?? "the Pod's node"}${fault ?? ""}`;
    return Promise.resolve({ kind: "timeout", why });
  }
  const place: Place = {
    server: server.value,
    address,
    sender: { cluster, pod: { hostNetwork: true, ...(node && { nodeName: node.name }) } },
    client: { address: node?.internalIPs[0] ?? address },
  };
  const did = `the node's own cache at ${address} answers port 53`;
  return ask(question, place, way, { plugin: "node-local-dns", did });
}

/** Where that pod of CoreDNS stands; a dump without pods has the node in its slices. */
function inPod(address: string, server: CoreDns, cluster: Cluster): Place {
  const pod = cluster
    .podsByIP(address)
    .find(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
  const named = cluster.endpointsByIP(address).find(({ endpoint }) => endpoint.nodeName);
  const nodeName = pod?.nodeName ?? named?.endpoint.nodeName;
  const hostNetwork = pod?.hostNetwork ?? false;
  return {
    server,
    address,
    sender: { cluster, pod: { hostNetwork, ...(nodeName !== undefined && { nodeName }) } },
    client: { address, ...(pod && { pod }) },
  };
}

async function ask(
  question: Question,
  place: Place,
  way: Way,
  entered?: Step,
): Promise<ClusterOutcome> {
  const said = await place.server.serve(question, {
    ...way.query,
    server: place.address,
    exchange: clusterExchange(place, way),
  });
  const reply = entered ? { ...said, steps: [entered, ...said.steps] } : said;
  if (!reply.dropped) return { kind: "reply", reply };
  return { kind: "timeout", why: reply.ede[0]?.text ?? `${place.address} gave no reply`, reply };
}

interface Endpoint {
  /** Canonical. */
  readonly address: string;
  readonly port: number;
}

/** `10.0.0.2`, `10.0.0.2:5353` or `[2001:db8::53]:5353`, as `forward` spells it; undefined for anything else. */
function endpointOf(text: string): Endpoint | undefined {
  const bare = canonicalAddress(text);
  if (bare !== undefined) return { address: bare, port: 53 };
  const [, host = "", port = ""] = /^(.{1,60}):([0-9]{1,5})$/.exec(text) ?? [];
  const address = canonicalAddress(host.replace(/^\[(.*)\]$/, "$1"));
  return address === undefined ? undefined : { address, port: Number(port) };
}
