/**
 * Every place of a cluster in which a text of someone else's stands and is shown, sent or acted upon.
 *
 * @module
 */
import { BUNDLED_CLUSTERS } from "../../src/runtime/zones.ts";

export interface Item {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Place {
  readonly where: string;
  readonly kind: string;
  /** Of the object in the demo cluster. */
  readonly name: string;
  put(item: Item, text: string): Item;
}

/** The demo cluster with one object changed. */
export function demoWith(kind: string, name: string, change: (item: Item) => Item): unknown {
  const demo = BUNDLED_CLUSTERS.demo as { readonly items: readonly Item[] };
  const isMeant = (item: Item) => item.kind === kind && item.metadata.name === name;
  if (!demo.items.some(isMeant)) throw new Error(`no ${kind} ${name}`);
  return { ...demo, items: demo.items.map((item) => (isMeant(item) ? change(item) : item)) };
}

/** A Corefile that answers, between what is put before it and into its block. */
export function corefile(before: string, inside = ""): Readonly<Record<string, string>> {
  const block = `${inside}kubernetes cluster.local\nforward . /etc/resolv.conf\ncache 30\n`;
  return { Corefile: `${before}.:53 {\n${block}}\n` };
}

const service = { kind: "Service", name: "web-service" };
const pod = { kind: "Pod", name: "client" };
const node = { kind: "Node", name: "node-1" };
const coredns = { kind: "ConfigMap", name: "coredns" };

export const PLACES: readonly Place[] = [
  { where: "a Service's name", ...service, put: (item, name) => meta(item, { name }) },
  { where: "a namespace", ...service, put: (item, namespace) => meta(item, { namespace }) },
  { where: "a Pod's name", ...pod, put: (item, name) => meta(item, { name }) },
  { where: "a node's name", ...node, put: (item, name) => meta(item, { name }) },
  { where: "labels", ...service, put: (item, text) => meta(item, { labels: { [text]: text } }) },
  {
    where: "annotations",
    ...pod,
    put: (item, text) => meta(item, { annotations: { [text]: text, "ndots.dev/libc": text } }),
  },
  {
    where: "a node's resolv.conf",
    ...node,
    put: (item, text) => {
      const conf = `nameserver 10.0.0.2\nsearch ${text}\n`;
      return meta(item, { annotations: { "ndots.dev/resolv.conf": conf } });
    },
  },
  {
    where: "a node's hosts file",
    ...node,
    put: (item, text) => meta(item, { annotations: { "ndots.dev/hosts": `192.0.2.1 ${text}\n` } }),
  },
  {
    where: "a selector",
    ...service,
    put: (item, text) => spec(item, { selector: { [text]: text } }),
  },
  {
    where: "a port's name",
    ...service,
    put: (item, name) => spec(item, { ports: [{ name, port: 80, protocol: "TCP" }] }),
  },
  {
    where: "a port's protocol",
    ...service,
    put: (item, protocol) => spec(item, { ports: [{ name: "http", port: 80, protocol }] }),
  },
  {
    where: "an ExternalName",
    ...service,
    put: (item, externalName) => ({ ...item, spec: { type: "ExternalName", externalName } }),
  },
  {
    where: "hostAliases",
    ...pod,
    put: (item, text) => spec(item, { hostAliases: [{ ip: "192.0.2.1", hostnames: [text] }] }),
  },
  {
    where: "a Pod's hostname and subdomain",
    ...pod,
    put: (item, text) => spec(item, { hostname: text, subdomain: text }),
  },
  {
    where: "a Pod's search list and options",
    ...pod,
    put: (item, text) =>
      spec(item, { dnsConfig: { searches: [text], options: [{ name: text, value: text }] } }),
  },
  {
    where: "a comment of the Corefile",
    ...coredns,
    put: (item, text) => data(item, corefile(`# ${text}\n`)),
  },
  {
    where: "a word of the Corefile",
    ...coredns,
    put: (item, text) => data(item, corefile(`${JSON.stringify(text)} {\n}\n`)),
  },
  {
    where: "a template's answer",
    ...coredns,
    put: (item, text) => {
      const txt = `{{ .Name }} 60 IN TXT \\"${text.replace(/"/g, "'")}\\"`;
      return data(item, corefile("", `template IN ANY {\n answer "${txt}"\n}\n`));
    },
  },
  {
    where: "a key of the ConfigMap",
    ...coredns,
    put: (item, text) => data(item, { [text]: text }),
  },
  {
    where: "kubelet's configuration",
    kind: "ConfigMap",
    name: "kubelet-config",
    put: (item, text) => data(item, { kubelet: `clusterDomain: ${JSON.stringify(text)}\n` }),
  },
  {
    where: "kube-proxy's configuration",
    kind: "ConfigMap",
    name: "kube-proxy",
    put: (item, text) =>
      data(item, {
        "config.conf": `mode: ${JSON.stringify(text)}\nclusterCIDR: ${JSON.stringify(text)}\n`,
      }),
  },
];

function meta(item: Item, change: Partial<Item["metadata"]>): Item {
  return { ...item, metadata: { ...item.metadata, ...change } };
}

function spec(item: Item, change: NonNullable<Item["spec"]>): Item {
  return { ...item, spec: { ...item.spec, ...change } };
}

function data(item: Item, change: NonNullable<Item["data"]>): Item {
  return { ...item, data: { ...item.data, ...change } };
}
