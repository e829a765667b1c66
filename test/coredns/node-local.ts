/**
 * The demo cluster with NodeLocal DNSCache on its nodes, as its manifest installs it.
 *
 * @module
 */
import demo from "../../zones/demo.json" with { type: "json" };
import { configMap, type Item, ready, service, slice } from "../cluster/objects.ts";

const FORWARDS_TO_COREDNS = `    reload
    loop
    bind __PILLAR__LOCAL__DNS__ __PILLAR__DNS__SERVER__
    forward . __PILLAR__CLUSTER__DNS__ {
        force_tcp
    }
    prometheus :9253`;

/** The Corefile of cluster/addons/dns/nodelocaldns in Kubernetes, before anything is filled in. */
export const MANIFEST = `__PILLAR__DNS__DOMAIN__:53 {
    errors
    cache {
        success 9984 30
        denial 9984 5
    }
${FORWARDS_TO_COREDNS}
    health __PILLAR__LOCAL__DNS__:8080
}
in-addr.arpa:53 {
    errors
    cache 30
${FORWARDS_TO_COREDNS}
}
ip6.arpa:53 {
    errors
    cache 30
${FORWARDS_TO_COREDNS}
}
.:53 {
    errors
    cache 30
    reload
    loop
    bind __PILLAR__LOCAL__DNS__ __PILLAR__DNS__SERVER__
    forward . __PILLAR__UPSTREAM__SERVERS__
    prometheus :9253
}
`;

const DNS = [
  { name: "dns", port: 53, protocol: "UDP" },
  { name: "dns-tcp", port: 53, protocol: "TCP" },
];

/** Service kube-dns-upstream with these endpoints: the demo's CoreDNS pods if none are given. */
export function upstreamService(
  endpoints: readonly Item[] = [ready("10.244.0.4"), ready("10.244.0.5")],
): readonly Item[] {
  return [
    service("kube-system/kube-dns-upstream", {
      clusterIP: "10.100.0.11",
      clusterIPs: ["10.100.0.11"],
      ports: DNS,
      selector: { "k8s-app": "kube-dns" },
    }),
    slice("kube-system/kube-dns-upstream", DNS, endpoints),
  ];
}

export function nodeLocalDns(corefile = MANIFEST): Item {
  return configMap("kube-system/node-local-dns", { Corefile: corefile });
}

/** The demo's List with these items; one of the same kind and name takes the place of the demo's. */
export function demoWith(...items: readonly Item[]): Item {
  const own = new Set(items.map(identity));
  const kept = (demo.items as readonly Item[]).filter((item) => !own.has(identity(item)));
  return { ...demo, items: [...kept, ...items] };
}

function identity(item: Item): string {
  const { namespace = "", name } = item.metadata as { namespace?: string; name: string };
  return `${item.kind} ${namespace}/${name}`;
}
