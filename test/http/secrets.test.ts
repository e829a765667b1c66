/**
 * A dump with secrets in every place that no resolver reads: none of them is in any answer of the service, and none
 * is stored.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dumpText, readDump } from "../../scripts/dump.ts";
import type { Item } from "../cluster/objects.ts";
import { post, query, type TestService, testService } from "./service.ts";

/** Each secret has a number, so that a leak says which place it comes from. */
const SECRET = /s3cret-\d+/g;

interface Seeded {
  readonly list: Item;
  readonly places: readonly string[];
}

/** Objects whose keys are data that is read: what is added there would be no secret. */
const READ_AS_IT_STANDS = new Set(["selector", "clientIP"]);

/** The cluster of the talk with a secret in each object of each depth, and with all that a real dump has besides. */
function seeded(): Seeded {
  const places: string[] = [];
  const secret = (place: string): string => `s3cret-${places.push(place)}`;
  const demo = JSON.parse(readFileSync("zones/demo.json", "utf8"));
  const sow = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((one, at) => sow(one, `${path}[${at}]`));
    if (typeof value !== "object" || value === null) return value;
    const key = path.slice(path.lastIndexOf(".") + 1);
    const sown = Object.entries(value).map(([name, one]) => [name, sow(one, `${path}.${name}`)]);
    if (READ_AS_IT_STANDS.has(key)) return value;
    return Object.fromEntries([...sown, [secret(`${path} key`), secret(`${path} value`)]]);
  };
  const items = demo.items.map((item: Item, at: number) => {
    const metadata = item.metadata as Item;
    const sown = sow({ ...item, metadata: { annotations: {}, ...metadata } }, `$.items[${at}]`);
    return withDetails(sown as Item, (place) => secret(`${item.kind} ${metadata.name} ${place}`));
  });
  return { list: { ...demo, items: [...items, ...strangers(secret)], token: secret("$") }, places };
}

type Secret = (place: string) => string;

/** What kubectl prints of an object that no resolver reads. */
function withDetails(item: Item, secret: Secret): Item {
  const { metadata, spec = {}, status = {} } = item as Readonly<Record<string, Item>>;
  const labels = (metadata?.labels ?? {}) as Item;
  const annotations = metadata?.annotations as Item;
  const container = {
    name: secret("container"),
    image: secret("image"),
    command: [secret("command")],
    args: [secret("args")],
    workingDir: secret("workingDir"),
    env: [
      { name: secret("env name"), value: secret("env value") },
      { name: "TOKEN", valueFrom: { secretKeyRef: { name: secret("secretKeyRef"), key: "t" } } },
    ],
    envFrom: [{ secretRef: { name: secret("envFrom") } }],
    volumeMounts: [{ name: secret("volumeMount"), mountPath: secret("mountPath") }],
    livenessProbe: { httpGet: { httpHeaders: [{ name: "X", value: secret("probe") }] } },
    lifecycle: { preStop: { exec: { command: [secret("preStop")] } } },
  };
  const isPod = item.kind === "Pod";
  const containers = (spec.containers as readonly Item[] | undefined) ?? [];
  return {
    ...item,
    metadata: {
      ...metadata,
      labels: {
        ...labels,
        [secret("label key")]: secret("label"),
        "example.org/tier": secret("label"),
      },
      annotations: {
        ...annotations,
        "kubectl.kubernetes.io/last-applied-configuration": secret("last-applied"),
        "ndots.dev/unknown": secret("annotation"),
      },
      managedFields: [{ manager: secret("managedFields"), fieldsV1: { [secret("fieldsV1")]: {} } }],
      ownerReferences: [
        { kind: secret("owner kind"), name: secret("owner"), uid: secret("owner uid") },
      ],
      finalizers: [secret("finalizer")],
      generateName: secret("generateName"),
      uid: secret("uid"),
      resourceVersion: secret("resourceVersion"),
      selfLink: secret("selfLink"),
    },
    ...(item.kind !== "ConfigMap" && {
      spec: { ...spec, ...(isPod && podDetails(containers, container, secret)) },
    }),
    ...(item.kind !== "ConfigMap" && {
      status: {
        ...status,
        message: secret("status message"),
        reason: secret("status reason"),
        containerStatuses: [
          {
            containerID: secret("containerID"),
            state: { waiting: { message: secret("waiting") } },
          },
        ],
        images: [{ names: [secret("node image")] }],
        nodeInfo: { machineID: secret("machineID"), kernelVersion: secret("kernelVersion") },
        volumesAttached: [{ name: secret("volumesAttached") }],
      },
    }),
  };
}

function podDetails(containers: readonly Item[], container: Item, secret: Secret): Item {
  return {
    containers: [...containers.map((one) => ({ ...container, ...one })), container],
    initContainers: [{ ...container, restartPolicy: "Always" }],
    ephemeralContainers: [container],
    volumes: [
      { name: secret("volume"), secret: { secretName: secret("secretName") } },
      { name: "nfs", nfs: { server: secret("nfs"), path: secret("nfs path") } },
    ],
    imagePullSecrets: [{ name: secret("imagePullSecret") }],
    serviceAccountName: secret("serviceAccountName"),
    nodeSelector: { [secret("nodeSelector")]: secret("nodeSelector") },
    securityContext: { seLinuxOptions: { user: secret("seLinux") } },
    tolerations: [{ key: secret("toleration") }],
    schedulerName: secret("schedulerName"),
  };
}

/** Whole objects that are none of a resolver's business, and files beside those that are read. */
function strangers(secret: Secret): readonly Item[] {
  const metadata = (name: string, namespace = "default") => ({ name, namespace });
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(secret("Secret")),
      data: { p: secret("Secret data") },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(secret("ConfigMap")),
      data: { p: secret("ConfigMap data") },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("coredns"),
      data: { Corefile: secret("coredns elsewhere") },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("kubeadm-config", "kube-system"),
      data: { p: secret("kubeadm-config") },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("coredns-custom", "kube-system"),
      data: { [secret("file")]: secret("a file that no Corefile names") },
      binaryData: { blob: secret("binaryData") },
    },
    {
      apiVersion: "example.org/v1",
      kind: secret("kind"),
      metadata: metadata(secret("of unknown kind")),
      spec: { x: secret("its spec") },
    },
    {
      apiVersion: "serving.knative.dev/v1",
      kind: "Service",
      metadata: metadata(secret("of another group")),
      spec: {},
    },
    { apiVersion: "v1", kind: "Event", metadata: metadata("e"), message: secret("Event") },
  ];
}

const { list, places } = seeded();

function leaks(text: string): readonly string[] {
  const numbers = new Set(text.match(SECRET)?.map((one) => Number(one.slice("s3cret-".length))));
  return [...numbers].map((number) => places[number - 1] ?? "?");
}

test("there are secrets in thousands of places", () => {
  expect(leaks(JSON.stringify(list)).length).toBeGreaterThan(4000);
});

const NAMES = [
  "web-service",
  "api.example.com",
  "db",
  "db-0.db",
  "no-such-name",
  "kubernetes.default",
];
const TYPES = ["A", "AAAA", "SRV", "TXT", "PTR", "ANY", "HTTPS"] as const;
const OPTIONS = ["", "&libc=musl", "&search=off", "&cache=off"];

function paths(): readonly string[] {
  const vantages = [
    "",
    "/namespaces/prod",
    "/namespaces/default/pods/client",
    "/namespaces/default/pods/alpine",
  ];
  const resources = [
    "resolv.conf",
    "hosts",
    ...NAMES.flatMap((name) => TYPES.map((type) => `resolve?name=${name}&type=${type}`)),
    ...OPTIONS.map((option) => `resolve?name=api.example.com${option}`),
    "resolve?name=10.0.100.10.in-addr.arpa&type=PTR",
    ...["life", "life.txt", "life.json", "life.pcapng", "compare"].map(
      (one) => `${one}?name=api.example.com`,
    ),
  ];
  const cluster = [
    "",
    "/corefile",
    "/nodes/none/iptables",
    "/namespaces/none/hosts",
    "/namespaces/default/pods/none/hosts",
  ];
  const nodes = ["node-1", "node-2", "node-3"].flatMap((node) =>
    ["4", "6"].map((family) => `/nodes/${node}/iptables?family=${family}`),
  );
  return [
    "/clusters",
    ...[...cluster, ...nodes].map((path) => `/clusters/own${path}`),
    ...vantages.flatMap((vantage) => resources.map((one) => `/clusters/own${vantage}/${one}`)),
  ];
}

async function everything({ app }: TestService): Promise<ReadonlyMap<string, string>> {
  const said = new Map<string, string>();
  const keep = async (what: string, response: Response): Promise<void> => {
    const headers = JSON.stringify([...response.headers]);
    const body = Buffer.from(await response.arrayBuffer()).toString("latin1");
    said.set(what, `${response.status} ${headers}\n${body}`);
  };
  for (const path of paths()) {
    for (const accept of ["text/html", "application/json", "*/*"]) {
      await keep(`${path} ${accept}`, await app.request(path, { headers: { accept } }));
    }
  }
  for (const name of NAMES) {
    for (const type of TYPES) {
      await keep(
        `${name} ${type}`,
        await post(app, query(`${name}.`, type), "/clusters/own/dns-query"),
      );
    }
  }
  return said;
}

test("none is in anything that the service says", async () => {
  const said = await everything(testService({ clusters: { own: list } }));
  const refused = [...said].filter(
    ([what, text]) => !what.includes("none") && !text.startsWith("200"),
  );
  expect(refused.map(([what]) => what)).toEqual([]);
  const leaking = [...said].flatMap(([what, text]) =>
    leaks(text).map((place) => `${what}: ${place}`),
  );
  expect(leaking).toEqual([]);
});

test("none is in what is stored, and the cluster is the same with and without them", async () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(JSON.stringify(list));
  }
  const dump = await readDump("own", chunks());
  if (!dump.ok) throw new Error(dump.error);
  const text = dumpText(dump.value);
  expect(leaks(text)).toEqual([]);
  expect([...dump.value.leftOut.values()].reduce((sum, count) => sum + count, 0)).toBe(7);
  const stored = testService({ clusters: { own: JSON.parse(text) } });
  const read = testService({ clusters: { own: list } });
  const ask = "/clusters/own/resolve?name=api.example.com&seed=1";
  expect(await (await stored.app.request(ask)).text()).toBe(
    await (await read.app.request(ask)).text(),
  );
});
