/**
 * Pods and endpoints in rows are the objects that were put in, whatever they have in common.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EndpointTable, endpointRows, joinedRows } from "../../src/cluster/endpoint-rows.ts";
import type { Endpoint, EndpointSlice, Pod } from "../../src/cluster/model.ts";
import { PodCollector, PodTable } from "../../src/cluster/pod-rows.ts";

/** Few values, so that Pods are alike in some of them. */
const NAME = fc.constantFrom("a", "b", "c-0", "c-1", "d", "e");
const NAMESPACE = fc.constantFrom("x", "y");
const NODE = fc.constantFrom("n1", "n2");
const IPV4 = fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.0.3");
const IPV6 = fc.constantFrom("fd00::1", "FD00:0::1", "fd00::2");
const IPS = fc.oneof(
  fc.constant([]),
  IPV4.map((one) => [one]),
  IPV6.map((one) => [one]),
  fc.tuple(IPV4, IPV6),
  fc.tuple(IPV6, IPV4),
);

function maybe<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(values, { nil: undefined });
}

/** Without the keys whose value is undefined. */
function solid<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined)) as T;
}

const POD: fc.Arbitrary<Pod> = fc
  .record({
    namespace: NAMESPACE,
    name: NAME,
    labels: fc.constantFrom({}, { app: "a" }, { app: "b", tier: "c" }),
    nodeName: maybe(NODE),
    podIPs: IPS,
    ip: fc.constantFrom("first", "none", "10.0.0.9"),
    phase: fc.constantFrom("Running", "Pending"),
    deleting: fc.boolean(),
    ready: fc.boolean(),
    hostNetwork: fc.boolean(),
    dnsPolicy: fc.constantFrom("ClusterFirst", "Default"),
    hostname: maybe(fc.oneof(NAME, fc.constant("own"))),
    subdomain: maybe(fc.constantFrom("s", "t")),
    setHostnameAsFQDN: fc.boolean(),
    hostAliases: fc.constantFrom([], [{ ip: "10.0.0.8", hostnames: ["h"] }]),
    namedPorts: fc.constantFrom({}, { http: 80 }),
    libc: maybe(fc.constantFrom("musl" as const, "go" as const)),
  })
  .map(({ ip, hostname, ...pod }) => {
    const podIP = ip === "first" ? pod.podIPs[0] : ip === "none" ? undefined : ip;
    return solid({ ...pod, podIP, hostname: hostname === "own" ? pod.name : hostname }) as Pod;
  });

/** Alike in all but what a row has of its own, and what may hang on that. */
const ALIKE: fc.Arbitrary<Pod> = fc
  .tuple(fc.constantFrom(...fc.sample(POD, { numRuns: 2, seed: 3 })), POD)
  .map(([like, { name, nodeName, podIP, podIPs, hostname }]) =>
    solid({ ...like, name, nodeName, podIP, podIPs, hostname } as Pod),
  );

/** Of one namespace and name the last. */
const PODS = fc
  .array(fc.oneof(POD, ALIKE, ALIKE), { maxLength: 30 })
  .map((pods) => [...new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])).values()]);

function tableOf(pods: readonly Pod[]): PodTable {
  const collector = new PodCollector();
  for (const pod of pods) collector.add(pod);
  return new PodTable(collector.rows());
}

test("Pods come out as they were put in, and are found by name, node and address", () => {
  fc.assert(
    fc.property(PODS, (pods) => {
      const table = tableOf(pods);
      expect([...table]).toEqual(pods);
      expect(table.length).toBe(pods.length);
      for (const [row, pod] of pods.entries()) {
        expect(table.rowOf(pod.namespace.toUpperCase(), pod.name)).toBe(row);
        expect(table.at(row)).toEqual(pod);
      }
      for (const node of ["n1", "n2", undefined]) {
        expect(table.onNode(node)).toEqual(pods.filter(({ nodeName }) => nodeName === node));
      }
      const having = (...spellings: string[]) =>
        pods.filter(({ podIPs }) => podIPs.some((ip) => spellings.includes(ip)));
      expect(table.withAddress("10.0.0.2")).toEqual(having("10.0.0.2"));
      expect(table.withAddress("fd00:0:0::1")).toEqual(having("fd00::1", "FD00:0::1"));
      expect(table.namesIn("x")).toEqual(
        pods.filter(({ namespace }) => namespace === "x").map(({ name }) => name),
      );
      expect(table.onNode("none")).toEqual([]);
      expect(table.rowOf("x", "none")).toBeUndefined();
    }),
  );
});

test("of two Pods of one name the later stands, where the first did", () => {
  const [one] = fc.sample(POD, { numRuns: 1, seed: 1 }) as [Pod];
  const pods = ["a", "b", "a"].map((name, at) => ({ ...one, name, phase: String(at) }));
  expect([...tableOf(pods)].map(({ name, phase }) => [name, phase])).toEqual([
    ["a", "2"],
    ["b", "1"],
  ]);
});

/** Some say what a Pod says, some say something else. */
function endpointOf(pods: readonly Pod[], family: 4 | 6): fc.Arbitrary<Endpoint> {
  const ofFamily = (ip: string) => ip.includes(":") === (family === 6);
  return fc
    .record({
      pod: maybe(
        pods.length > 0
          ? fc.oneof(fc.constantFrom(...pods), fc.constant({ namespace: "x", name: "gone" }))
          : fc.constant({ namespace: "x", name: "gone" }),
      ),
      own: fc.record({ address: fc.boolean(), node: fc.boolean(), hostname: fc.boolean() }),
      addresses: fc.array(family === 4 ? IPV4 : IPV6, { maxLength: 2 }),
      nodeName: maybe(NODE),
      hostname: maybe(NAME),
      ready: fc.boolean(),
      serving: fc.boolean(),
      terminating: fc.boolean(),
      zone: maybe(fc.constantFrom("z1", "z2")),
    })
    .map(({ pod, own, addresses, ...rest }) => {
      const whole = pod as Partial<Pod> | undefined;
      const address = whole?.podIPs?.find(ofFamily);
      return solid({
        ...rest,
        addresses: own.address && address !== undefined ? [address] : addresses,
        nodeName: own.node ? whole?.nodeName : rest.nodeName,
        hostname: own.hostname ? whole?.name : rest.hostname,
        pod: pod && { namespace: pod.namespace, name: pod.name },
      }) as Endpoint;
    });
}

const SLICES = PODS.chain((pods) => {
  const slice = fc.constantFrom("IPv4" as const, "IPv6" as const).chain((addressType) =>
    fc.record<EndpointSlice>({
      namespace: NAMESPACE,
      name: NAME,
      labels: fc.constantFrom({}, { "kubernetes.io/service-name": "s" }),
      addressType: fc.constant(addressType),
      ports: fc.constant([]),
      endpoints: fc.array(endpointOf(pods, addressType === "IPv4" ? 4 : 6), { maxLength: 6 }),
    }),
  );
  return fc.tuple(fc.constant(pods), fc.array(slice, { maxLength: 6 }), fc.array(slice));
});

/** As an object with its own fields. */
function plain({ namespace, name, labels, addressType, ports, endpoints }: EndpointSlice) {
  return { namespace, name, labels, addressType, ports, endpoints };
}

test("endpoints come out as they were put in, and are found by address", () => {
  fc.assert(
    fc.property(SLICES, ([pods, slices, more]) => {
      const podTable = tableOf(pods);
      const rows = joinedRows(endpointRows(slices, podTable), endpointRows(more, podTable));
      const table = new EndpointTable(rows, podTable);
      const all = [...slices, ...more];
      expect(table.slices.map(plain)).toEqual(all.map(plain));
      for (const [key, spellings] of [
        ["10.0.0.1", ["10.0.0.1"]],
        ["fd00::1", ["fd00::1", "FD00:0::1"]],
      ] as const) {
        const having = all.flatMap((slice, at) =>
          slice.endpoints.flatMap((endpoint) =>
            endpoint.addresses
              .filter((one) => (spellings as readonly string[]).includes(one))
              .map(() => ({
                slice: at,
                endpoint,
                service: slice.labels["kubernetes.io/service-name"],
              })),
          ),
        );
        const found = table.withAddress(key).map(({ slice, ...rest }) => ({
          slice: table.slices.indexOf(slice),
          ...rest,
        }));
        expect(found).toEqual(having);
      }
    }),
  );
});
