/**
 * Which fields of a `v1` List a resolver reads, kind by kind, and what they are where they are not said.
 *
 * @module
 */

export type Fields = Readonly<Record<string, unknown>>;

/**
 * A value that is none of arrays and objects; an object of such; an array of one shape; an object of named shapes; or a
 * function that gives what is left of a value, undefined for nothing.
 */
export type Shape =
  | "value"
  | "map"
  | readonly [Shape]
  | { readonly [key: string]: Shape }
  | ((value: unknown) => unknown);

/** What is left of `value`. What has another type than its shape loses only what it holds. */
export function picked(value: unknown, shape: Shape): unknown {
  if (typeof shape === "function") return shape(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return isArrayShape(shape) ? value.map((element) => picked(element, shape[0])) : [];
  }
  if (shape === "value" || isArrayShape(shape)) return {};
  const fields = value as Fields;
  const keys = shape === "map" ? Object.keys(fields) : Object.keys(shape);
  // fromEntries defines properties, where an assignment to `__proto__` would set the prototype.
  return Object.fromEntries(
    keys.flatMap((key) => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field === undefined || field === null) return [];
      const member = shape === "map" ? "value" : (shape[key] as Shape);
      const left = picked(field, member);
      const isNothing = typeof member === "object" && !isArrayShape(member) && isEmpty(left);
      return left === undefined || isNothing ? [] : [[key, left]];
    }),
  );
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArrayShape(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function values(...keys: readonly string[]): { readonly [key: string]: Shape } {
  return Object.fromEntries(keys.map((key) => [key, "value" as const]));
}

/** Values that are as given are not said. */
function unless(usual: Fields): { readonly [key: string]: Shape } {
  return Object.fromEntries(
    Object.entries(usual).map(([key, value]) => [
      key,
      (given: unknown) => (given === value ? undefined : picked(given, "value")),
    ]),
  );
}

const HEAD_OF = { ...values("kind"), ...unless({ apiVersion: "v1" }) };

/** All of a List but its items. */
export const HEAD: Shape = {
  ...HEAD_OF,
  metadata: { annotations: values("ndots.dev/default-pod") },
};

/** Of what is no object, or has no kind that is one. */
export const WITHOUT_KIND: Shape = values("apiVersion", "kind");

const METADATA = {
  ...values("name", "namespace"),
  annotations: values("ndots.dev/resolv.conf", "ndots.dev/hosts", "ndots.dev/libc"),
};
const CONTAINER_PORTS: Shape = [values("name", "containerPort")];
const SERVICE_PORTS: Shape = [
  { ...values("name", "port", "targetPort", "nodePort"), ...unless({ protocol: "TCP" }) },
];

/** The condition `Ready`; without one, that there are conditions. */
const READY: Shape = (conditions) => {
  const all = picked(conditions, [values("type", "status")]);
  if (!Array.isArray(all)) return all;
  const ready = all.filter((one) => !isObject(one) || one.type === "Ready");
  return ready.length === 0 ? all.slice(0, 1) : ready;
};

const INTERNAL: Shape = (addresses) => {
  const all = picked(addresses, [values("type", "address")]);
  if (!Array.isArray(all)) return all;
  // Those behind it keep their place in the array, which a message may name.
  const last = all.findLastIndex((one) => !isObject(one) || one.type === "InternalIP");
  return all.slice(0, last + 1);
};

const SERVICE_SPEC: Shape = {
  ...values("externalName", "healthCheckNodePort"),
  ...unless({ type: "ClusterIP", sessionAffinity: "None", publishNotReadyAddresses: false }),
  ...unless({ internalTrafficPolicy: "Cluster", externalTrafficPolicy: "Cluster" }),
  clusterIP: "value",
  clusterIPs: ["value"],
  ipFamilies: ["value"],
  ports: SERVICE_PORTS,
  selector: "map",
  externalIPs: ["value"],
  loadBalancerSourceRanges: ["value"],
  sessionAffinityConfig: { clientIP: values("timeoutSeconds") },
};

const CONDITIONS_OF_ENDPOINT: Shape = (conditions) => {
  const left = picked(conditions, values("ready", "serving", "terminating"));
  if (!isObject(left)) return left;
  const { ready = true, serving = ready, terminating = false } = left;
  if (ready === true && serving === true && terminating === false) return undefined;
  return left;
};

const POD_STATUS: Shape = (status) => {
  const left = picked(status, {
    ...values("podIP", "phase"),
    podIPs: [values("ip")],
    conditions: READY,
  });
  if (!isObject(left)) return left;
  const { podIPs, conditions, ...rest } = left;
  const isOnly = JSON.stringify(podIPs) === JSON.stringify([{ ip: rest.podIP }]);
  const isUsual = rest.phase === "Running" && JSON.stringify(conditions) === RUNNING;
  return {
    ...rest,
    ...(!isOnly && podIPs !== undefined && { podIPs }),
    ...(!isUsual && conditions !== undefined && { conditions }),
  };
};

const RUNNING = JSON.stringify([{ type: "Ready", status: "True" }]);

/** @param isRead whether a label's key is */
export function shapesFor(isRead: (key: string) => boolean): ReadonlyMap<string, Shape> {
  const labels: Shape = (given) => {
    const all = picked(given, "map");
    if (!isObject(all)) return all;
    const read = Object.entries(all).filter(([key]) => isRead(key));
    return read.length === 0 ? undefined : Object.fromEntries(read);
  };
  const metadata = { ...METADATA, labels };
  const object = { ...HEAD_OF, metadata };
  return new Map<string, Shape>([
    ["Namespace", object],
    [
      "Node",
      {
        ...object,
        spec: { podCIDR: "value", podCIDRs: ["value"] },
        status: { addresses: INTERNAL, conditions: READY },
      },
    ],
    [
      "Service",
      {
        ...object,
        spec: SERVICE_SPEC,
        status: { loadBalancer: { ingress: [values("ip", "hostname", "ipMode")] } },
      },
    ],
    [
      "EndpointSlice",
      {
        ...object,
        apiVersion: "value",
        addressType: "value",
        ports: SERVICE_PORTS,
        endpoints: [
          {
            ...values("hostname", "nodeName", "zone"),
            addresses: ["value"],
            conditions: CONDITIONS_OF_ENDPOINT,
            targetRef: values("kind", "namespace", "name"),
          },
        ],
      },
    ],
    [
      "Pod",
      {
        ...object,
        metadata: { ...metadata, deletionTimestamp: "value" },
        spec: {
          ...values("nodeName", "hostname", "subdomain", "hostnameOverride"),
          ...unless({ dnsPolicy: "ClusterFirst", hostNetwork: false, setHostnameAsFQDN: false }),
          hostAliases: [{ ip: "value", hostnames: ["value"] }],
          dnsConfig: {
            nameservers: ["value"],
            searches: ["value"],
            options: [values("name", "value")],
          },
          containers: [{ ports: CONTAINER_PORTS }],
          initContainers: [{ restartPolicy: "value", ports: CONTAINER_PORTS }],
        },
        status: POD_STATUS,
      },
    ],
    [
      "ServiceImport",
      {
        ...object,
        apiVersion: "value",
        spec: { type: "value", ips: ["value"], ports: SERVICE_PORTS },
      },
    ],
  ]);
}

/** The ConfigMaps of `kube-system` that are read, and which of their keys. */
export const CONFIG_MAPS: ReadonlyMap<string, Shape> = new Map<string, Shape>(
  Object.entries({
    coredns: "map",
    "coredns-custom": "map",
    "kubelet-config": values("kubelet"),
    "kube-proxy": values("config.conf"),
    "kube-proxy-config": values("config"),
    "node-local-dns": values("Corefile"),
    "kube-dns": values("upstreamNameservers", "stubDomains"),
  } satisfies Record<string, Shape>).map(([name, data]) => [
    name,
    { ...HEAD_OF, metadata: METADATA, data },
  ]),
);
