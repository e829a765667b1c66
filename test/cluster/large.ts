/**
 * A large cluster as `kubectl get … -o json` prints it, object by object: Kubernetes' own limits are 5,000 nodes,
 * 150,000 Pods and 10,000 Services.
 *
 * Workloads differ in size, names look like those of a ReplicaSet, a StatefulSet or a DaemonSet, and every Pod of a
 * Service is in one of its EndpointSlices. The same size gives the same objects.
 *
 * @module
 */
import type { Item } from "./objects.ts";

export interface Size {
  readonly services: number;
  readonly pods: number;
  readonly nodes: number;
}

/** What Kubernetes is tested with ("Considerations for large clusters"). */
export const LARGEST: Size = { services: 10_000, pods: 150_000, nodes: 5_000 };

/** Containers, volumes and states make nearly all of a dump; `lean` leaves out what no resolver reads. */
export type Detail = "lean" | "full";

/** In the order of `kubectl get ns,nodes,svc,endpointslices,pods,configmaps`. */
export function* largeItems(size: Size, detail: Detail = "lean"): Generator<Item> {
  const namespaces = Math.max(1, Math.floor(size.services / 40));
  for (let at = 0; at < namespaces; at++) yield namespace(`team-${at}`);
  yield namespace("kube-system");
  for (let at = 0; at < size.nodes; at++) yield node(at);
  const workloads = workloadsOf(size, namespaces);
  for (const one of workloads) yield service(one);
  for (const one of workloads) yield* slices(one, size);
  for (const one of workloads) {
    for (let at = 0; at < one.pods; at++) yield pod(one, at, size, detail);
  }
  yield* configMaps();
}

/** The same as one List in memory. */
export function largeList(size: Size, detail: Detail = "lean"): Item {
  return { apiVersion: "v1", kind: "List", metadata: {}, items: [...largeItems(size, detail)] };
}

/** The same as the text that kubectl prints, in pieces: a dump of hundreds of megabytes fits no string. */
export function* largeText(size: Size, detail: Detail = "full"): Generator<string> {
  yield '{\n    "apiVersion": "v1",\n    "items": [\n';
  let comma = "";
  for (const item of largeItems(size, detail)) {
    yield `${comma}${JSON.stringify(item, undefined, 4)}`;
    comma = ",\n";
  }
  yield '\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n';
}

type Kind = "Deployment" | "StatefulSet" | "DaemonSet";

interface Workload {
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
  readonly kind: Kind;
  readonly pods: number;
  /** How many Pods the workloads before it have. */
  readonly before: number;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  readonly dns: boolean;
}

const WORDS = ["checkout", "catalog", "payments", "search", "inventory", "mail", "ledger", "media"];
const PARTS = ["api", "web", "worker", "cache", "gateway", "consumer"];

function workloadsOf(size: Size, namespaces: number): readonly Workload[] {
  const workloads: Workload[] = [{ ...DNS, at: 0, before: 0, pods: Math.min(2, size.pods) }];
  let before = workloads[0]?.pods ?? 0;
  for (let at = 1; at < size.services; at++) {
    const left = size.services - at;
    const share = (size.pods - before) / left;
    // Few are large: sizes from a half to one and a half of an equal share, the last takes what is left.
    const pods = left === 1 ? size.pods - before : Math.round(share * (0.5 + dice(at, 1)));
    const external = at % 100 === 99 && left > 1;
    const kind = at % 25 === 7 ? "StatefulSet" : at % 500 === 3 ? "DaemonSet" : "Deployment";
    workloads.push({
      at,
      namespace: `team-${at % namespaces}`,
      name: `${WORDS[at % WORDS.length]}-${PARTS[at % PARTS.length]}-${at}`,
      kind,
      pods: external ? 0 : pods,
      before,
      type: external
        ? "ExternalName"
        : at % 50 === 11
          ? "LoadBalancer"
          : at % 50 === 12
            ? "NodePort"
            : "ClusterIP",
      dns: false,
    });
    before += external ? 0 : pods;
  }
  return workloads;
}

const DNS: Omit<Workload, "at" | "before" | "pods"> = {
  namespace: "kube-system",
  name: "kube-dns",
  kind: "Deployment",
  type: "ClusterIP",
  dns: true,
};

/** A number below 1 that hangs on its arguments alone. */
function dice(...seeds: readonly number[]): number {
  let hash = 2166136261;
  for (const seed of seeds) hash = Math.imul(hash ^ seed, 16777619) ^ (hash >>> 15);
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** As Kubernetes draws the ends of names. */
function drawn(length: number, ...seeds: readonly number[]): string {
  let text = "";
  for (let at = 0; at < length; at++) {
    text += LETTERS[Math.floor(dice(at, ...seeds) * LETTERS.length)];
  }
  return text;
}

function uid(...seeds: readonly number[]): string {
  const hex = (digits: number, seed: number) =>
    Math.floor(dice(seed, ...seeds) * 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return `${hex(8, 1)}-${hex(4, 2)}-4${hex(3, 3)}-8${hex(3, 4)}-${hex(12, 5)}`;
}

const CREATED = "2026-03-02T09:14:27Z";

function namespace(name: string): Item {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      creationTimestamp: CREATED,
      labels: { "kubernetes.io/metadata.name": name },
      name,
      resourceVersion: "7",
      uid: uid(name.length, 9),
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

function nodeName(at: number): string {
  return `ip-10-${64 + (at >> 8)}-${at & 255}-17.eu-central-1.compute.internal`;
}

function zoneOf(at: number): string {
  return `eu-central-1${"abc"[at % 3]}`;
}

function node(at: number): Item {
  const name = nodeName(at);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      creationTimestamp: CREATED,
      labels: {
        "beta.kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m6i.2xlarge",
        "topology.kubernetes.io/region": "eu-central-1",
        "topology.kubernetes.io/zone": zoneOf(at),
      },
      name,
      uid: uid(at, 10),
    },
    spec: {
      podCIDR: podBlock(at),
      podCIDRs: [podBlock(at)],
      providerID: `aws:///${zoneOf(at)}/i-${at}`,
    },
    status: {
      addresses: [
        { address: `10.${64 + (at >> 8)}.${at & 255}.17`, type: "InternalIP" },
        { address: name, type: "Hostname" },
      ],
      capacity: { cpu: "8", memory: "32Gi", pods: "110" },
      conditions: [
        { status: "False", type: "MemoryPressure" },
        { status: "True", type: "Ready" },
      ],
    },
  };
}

function podBlock(at: number): string {
  return `10.${128 + (at >> 8)}.${at & 255}.0/24`;
}

/** Pods go round the nodes. */
function podAddress(before: number, at: number, size: Size): { node: number; ip: string } {
  const all = before + at;
  const node = all % size.nodes;
  const nth = Math.floor(all / size.nodes) + 2;
  return { node, ip: `10.${128 + (node >> 8) + 64 * (nth >> 8)}.${node & 255}.${nth & 255}` };
}

function selectorOf({ name, namespace, dns }: Workload): Readonly<Record<string, string>> {
  if (dns) return { "k8s-app": "kube-dns" };
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": namespace };
}

function serviceAddress(at: number): string {
  return `10.${96 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
}

function portsOf({ dns, at }: Workload): readonly {
  name: string;
  port: number;
  protocol: string;
  targetPort: number | string;
}[] {
  if (dns) {
    return [
      { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
      { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
    ];
  }
  const http = { name: "http", port: 80, protocol: "TCP", targetPort: "http" };
  return at % 3 === 0
    ? [http, { name: "metrics", port: 9102, protocol: "TCP", targetPort: 9102 }]
    : [http];
}

function service(one: Workload): Item {
  const { at, namespace, name, kind, type } = one;
  const headless = kind === "StatefulSet";
  const clusterIP = headless ? "None" : serviceAddress(at + 10);
  const exposed = type === "LoadBalancer" || type === "NodePort";
  const spec =
    type === "ExternalName"
      ? { externalName: `${name}.example.org`, sessionAffinity: "None", type }
      : {
          clusterIP,
          clusterIPs: [clusterIP],
          internalTrafficPolicy: "Cluster",
          ipFamilies: ["IPv4"],
          ipFamilyPolicy: "SingleStack",
          ports: portsOf(one).map((port, nth) =>
            exposed && !headless ? { ...port, nodePort: 30_000 + ((at * 2 + nth) % 2767) } : port,
          ),
          selector: selectorOf(one),
          sessionAffinity: "None",
          type: headless ? "ClusterIP" : type,
        };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      annotations: {
        "meta.helm.sh/release-name": name,
        "meta.helm.sh/release-namespace": namespace,
      },
      creationTimestamp: CREATED,
      labels: {
        ...selectorOf(one),
        "app.kubernetes.io/managed-by": "Helm",
        "helm.sh/chart": "web-1.4.2",
      },
      name,
      namespace,
      resourceVersion: String(1000 + at),
      uid: uid(at, 11),
    },
    spec,
    status:
      type === "LoadBalancer" && !headless
        ? { loadBalancer: { ingress: [{ hostname: `lb-${at}.elb.example.org` }] } }
        : { loadBalancer: {} },
  };
}

/** `--max-endpoints-per-slice` of kube-controller-manager. */
const PER_SLICE = 100;

function* slices(one: Workload, size: Size): Generator<Item> {
  const { at, namespace, name, pods, before, type } = one;
  if (type === "ExternalName") return;
  for (let first = 0; first < Math.max(pods, 1); first += PER_SLICE) {
    const count = Math.min(PER_SLICE, pods - first);
    yield {
      addressType: "IPv4",
      apiVersion: "discovery.k8s.io/v1",
      endpoints: Array.from({ length: count }, (_, nth) => {
        const { node, ip } = podAddress(before, first + nth, size);
        return {
          addresses: [ip],
          conditions: {
            ready: isReady(one, first + nth),
            serving: isReady(one, first + nth),
            terminating: false,
          },
          ...(one.kind === "StatefulSet" && { hostname: podName(one, first + nth) }),
          nodeName: nodeName(node),
          targetRef: {
            kind: "Pod",
            name: podName(one, first + nth),
            namespace,
            uid: uid(before + first + nth, 12),
          },
          zone: zoneOf(node),
        };
      }),
      kind: "EndpointSlice",
      metadata: {
        annotations: { "endpoints.kubernetes.io/last-change-trigger-time": CREATED },
        creationTimestamp: CREATED,
        generateName: `${name}-`,
        labels: {
          ...selectorOf(one),
          "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
          "kubernetes.io/service-name": name,
        },
        name: `${name}-${drawn(5, at, first, 13)}`,
        namespace,
        ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid: uid(at, 11) }],
      },
      ports: portsOf(one).map(({ name, protocol, targetPort }) => ({
        name,
        port: typeof targetPort === "number" ? targetPort : 8080,
        protocol,
      })),
    };
  }
}

function podName({ name, kind, at }: Workload, nth: number): string {
  if (kind === "StatefulSet") return `${name}-${nth}`;
  if (kind === "DaemonSet") return `${name}-${drawn(5, at, nth, 14)}`;
  return `${name}-${drawn(10, at, 15)}-${drawn(5, at, nth, 14)}`;
}

/** One in two hundred is not. */
function isReady({ at, dns }: Workload, nth: number): boolean {
  return dns || dice(at, nth, 16) > 0.005;
}

function pod(one: Workload, nth: number, size: Size, detail: Detail): Item {
  const { at, namespace, kind, before, dns } = one;
  const name = podName(one, nth);
  const { node, ip } = podAddress(before, nth, size);
  const ready = isReady(one, nth);
  const stateful = kind === "StatefulSet";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      creationTimestamp: CREATED,
      labels: {
        ...selectorOf(one),
        "app.kubernetes.io/version": "1.4.2",
        ...(kind === "Deployment" && { "pod-template-hash": drawn(10, at, 15) }),
        ...(stateful && {
          "apps.kubernetes.io/pod-index": String(nth),
          "statefulset.kubernetes.io/pod-name": name,
        }),
      },
      name,
      namespace,
      ownerReferences: [
        { apiVersion: "apps/v1", controller: true, kind, name: one.name, uid: uid(at, 17) },
      ],
      resourceVersion: String(20_000 + before + nth),
      uid: uid(before + nth, 12),
    },
    spec: {
      containers: [
        detail === "full" ? container(one, nth) : { name: "main", ports: containerPorts(one) },
      ],
      dnsPolicy: dns ? "Default" : "ClusterFirst",
      ...(stateful && { hostname: name, subdomain: one.name }),
      nodeName: nodeName(node),
      restartPolicy: "Always",
      serviceAccountName: one.name,
      ...(detail === "full" && { tolerations: TOLERATIONS, volumes: volumes(one, nth) }),
    },
    status: {
      conditions: [
        { lastProbeTime: null, lastTransitionTime: CREATED, status: "True", type: "PodScheduled" },
        {
          lastProbeTime: null,
          lastTransitionTime: CREATED,
          status: ready ? "True" : "False",
          type: "Ready",
        },
      ],
      ...(detail === "full" && { containerStatuses: [containerStatus(one, nth, ready)] }),
      hostIP: `10.${64 + (node >> 8)}.${node & 255}.17`,
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      qosClass: "Burstable",
      startTime: CREATED,
    },
  };
}

function containerPorts({ dns }: Workload): readonly Item[] {
  if (dns) return [{ containerPort: 53, name: "dns", protocol: "UDP" }];
  return [
    { containerPort: 8080, name: "http", protocol: "TCP" },
    { containerPort: 9102, name: "metrics", protocol: "TCP" },
  ];
}

const TOLERATIONS = ["not-ready", "unreachable"].map((what) => ({
  effect: "NoExecute",
  key: `node.kubernetes.io/${what}`,
  operator: "Exists",
  tolerationSeconds: 300,
}));

function container(one: Workload, nth: number): Item {
  return {
    env: [
      {
        name: "DATABASE_URL",
        value: `postgres://app:${drawn(24, one.at, nth)}@db.${one.namespace}:5432/app`,
      },
      {
        name: "API_TOKEN",
        valueFrom: { secretKeyRef: { key: "token", name: `${one.name}-token` } },
      },
      { name: "POD_IP", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } } },
    ],
    image: `registry.example.org/${one.name}:1.4.2@sha256:${drawn(64, one.at, 18)}`,
    imagePullPolicy: "IfNotPresent",
    livenessProbe: {
      failureThreshold: 3,
      httpGet: { path: "/healthz", port: "http", scheme: "HTTP" },
      periodSeconds: 10,
    },
    name: "main",
    ports: containerPorts(one),
    readinessProbe: {
      failureThreshold: 3,
      httpGet: { path: "/ready", port: "http", scheme: "HTTP" },
      periodSeconds: 10,
    },
    resources: { limits: { memory: "512Mi" }, requests: { cpu: "100m", memory: "256Mi" } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
    terminationMessagePath: "/dev/termination-log",
    volumeMounts: [
      {
        mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
        name: "kube-api-access",
        readOnly: true,
      },
    ],
  };
}

function volumes(one: Workload, nth: number): readonly Item[] {
  return [
    { name: "config", configMap: { defaultMode: 420, name: `${one.name}-config` } },
    {
      name: `kube-api-access-${drawn(5, one.at, nth)}`,
      projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }] },
    },
  ];
}

function containerStatus(one: Workload, nth: number, ready: boolean): Item {
  return {
    containerID: `containerd://${drawn(64, one.at, nth, 19)}`,
    image: `registry.example.org/${one.name}:1.4.2`,
    imageID: `registry.example.org/${one.name}@sha256:${drawn(64, one.at, 18)}`,
    name: "main",
    ready,
    restartCount: 0,
    started: true,
    state: { running: { startedAt: CREATED } },
  };
}

const COREFILE = `.:53 {
    errors
    health
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
`;

function* configMaps(): Generator<Item> {
  const data: Readonly<Record<string, Item>> = {
    coredns: { Corefile: COREFILE },
    "kubelet-config": {
      kubelet: `clusterDNS:\n- ${serviceAddress(10)}\nclusterDomain: cluster.local\n`,
    },
    "kube-proxy": { "config.conf": "clusterCIDR: 10.128.0.0/9\nmode: iptables\n" },
  };
  for (const [name, files] of Object.entries(data)) {
    yield {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "kube-system" },
      data: files,
    };
  }
}
