/**
 * The EndpointSlices that stand in where a dump has none for a Service.
 */
import { describe, expect, test } from "vitest";
import { readList } from "../../src/cluster/list.ts";
import { clusterOf, list, pod, ready, service, slice } from "./objects.ts";

const LABELS = { app: "web", tier: "front" };
const running = (name: string, podIP: string, more: { spec?: object; metadata?: object } = {}) =>
  pod(name, {
    labels: LABELS,
    status: {
      podIP,
      podIPs: [{ ip: podIP }],
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
    },
    spec: { nodeName: "n1", ...more.spec },
    metadata: { ...more.metadata },
  });
const web = (spec: object = {}) =>
  service("web", {
    clusterIP: "10.96.0.1",
    ports: [{ name: "http", port: 80, targetPort: 8080 }],
    selector: { app: "web" },
    ...spec,
  });

/** The Service's endpoints, a line each: type, ports, address and what is said of it. */
function lines(items: readonly unknown[]): readonly string[] {
  return clusterOf(items).slices.flatMap(({ addressType, ports, endpoints }) =>
    endpoints.map(({ addresses, ready, serving, terminating, hostname, pod }) =>
      [
        addressType,
        ports.map(({ name, port }) => `${name}:${port}`).join() || "-",
        addresses.join(),
        ready ? "ready" : "not-ready",
        ...(serving ? [] : ["not-serving"]),
        ...(terminating ? ["terminating"] : []),
        ...(hostname === undefined ? [] : [`hostname=${hostname}`]),
        ...(pod === undefined ? [] : [pod.name]),
      ].join(" "),
    ),
  );
}

test.each<{ why: string; items: readonly unknown[]; made: readonly string[] }>([
  {
    why: "every Pod that the selector matches, ready or not",
    items: [
      web(),
      running("a", "10.244.0.1"),
      pod("b", {
        labels: LABELS,
        status: {
          podIP: "10.244.0.2",
          phase: "Running",
          conditions: [{ type: "Ready", status: "False" }],
        },
      }),
      pod("c", { labels: { app: "other" }, status: { podIP: "10.244.0.3" } }),
      pod("other/d", { labels: LABELS, status: { podIP: "10.244.0.4" } }),
    ],
    made: [
      "IPv4 http:8080 10.244.0.1 ready a",
      "IPv4 http:8080 10.244.0.2 not-ready not-serving b",
    ],
  },
  {
    why: "a Pod that has finished, or has no address, is none",
    items: [
      web(),
      pod("a", { labels: LABELS, status: { podIP: "10.244.0.1", phase: "Succeeded" } }),
      pod("b", { labels: LABELS, status: { podIP: "10.244.0.2", phase: "Failed" } }),
      pod("c", { labels: LABELS, status: { phase: "Pending" } }),
    ],
    made: [],
  },
  {
    why: "a Pod that is being deleted is ending, and still serves",
    items: [
      web(),
      running("a", "10.244.0.1", { metadata: { deletionTimestamp: "2026-08-20T10:00:00Z" } }),
    ],
    made: ["IPv4 http:8080 10.244.0.1 not-ready terminating a"],
  },
  {
    why: "all of the selector's labels must match",
    items: [web({ selector: { app: "web", tier: "back" } }), running("a", "10.244.0.1")],
    made: [],
  },
  {
    why: "a named targetPort is the Pod's own; Pods that differ are in slices of their own",
    items: [
      web({ ports: [{ name: "http", port: 80, targetPort: "web" }] }),
      running("a", "10.244.0.1", {
        spec: { containers: [{ ports: [{ name: "web", containerPort: 8000 }] }] },
      }),
      running("b", "10.244.0.2", {
        spec: { containers: [{ ports: [{ name: "web", containerPort: 9000 }] }] },
      }),
      running("c", "10.244.0.3"),
    ],
    made: [
      "IPv4 http:8000 10.244.0.1 ready a",
      "IPv4 http:9000 10.244.0.2 ready b",
      "IPv4 - 10.244.0.3 ready c",
    ],
  },
  {
    why: "without a targetPort it is the Service's port",
    items: [web({ ports: [{ port: 80 }] }), running("a", "10.244.0.1")],
    made: ["IPv4 :80 10.244.0.1 ready a"],
  },
  {
    why: "a hostname counts where the Pod's subdomain is the Service",
    items: [
      web({ clusterIP: "None" }),
      running("a", "10.244.0.1", { spec: { hostname: "web-0", subdomain: "web" } }),
      running("b", "10.244.0.2", { spec: { hostname: "web-1", subdomain: "other" } }),
    ],
    made: ["IPv4 http:8080 10.244.0.1 ready hostname=web-0 a", "IPv4 http:8080 10.244.0.2 ready b"],
  },
  {
    why: "a dual-stack Service has a slice for each family",
    items: [
      web({ clusterIPs: ["10.96.0.1", "fd00::1"], ipFamilies: ["IPv4", "IPv6"] }),
      pod("a", {
        labels: LABELS,
        status: { podIP: "10.244.0.1", podIPs: [{ ip: "10.244.0.1" }, { ip: "fd00:1::1" }] },
      }),
    ],
    made: ["IPv4 http:8080 10.244.0.1 ready a", "IPv6 http:8080 fd00:1::1 ready a"],
  },
  {
    why: "a Service of one family leaves a Pod's other address out",
    items: [
      web({ ipFamilies: ["IPv4"] }),
      pod("a", {
        labels: LABELS,
        status: { podIP: "10.244.0.1", podIPs: [{ ip: "10.244.0.1" }, { ip: "fd00:1::1" }] },
      }),
    ],
    made: ["IPv4 http:8080 10.244.0.1 ready a"],
  },
  {
    why: "publishNotReadyAddresses makes every endpoint ready",
    items: [
      web({ publishNotReadyAddresses: true }),
      pod("a", { labels: LABELS, status: { podIP: "10.244.0.1", phase: "Pending" } }),
    ],
    made: ["IPv4 http:8080 10.244.0.1 ready not-serving a"],
  },
  {
    why: "a Service that has a slice, even an empty one, keeps to it",
    items: [web(), slice("web", [], []), running("a", "10.244.0.1")],
    made: [],
  },
  {
    why: "a Service without a selector has only what is written by hand",
    items: [
      service("web", { clusterIP: "10.96.0.1", ports: [{ port: 80 }] }),
      running("a", "10.244.0.1"),
    ],
    made: [],
  },
])("$why", ({ items, made }) => {
  expect(lines(items)).toEqual(made);
});

describe("what was made", () => {
  test("is found as a real slice would be", () => {
    const cluster = clusterOf([web(), running("a", "10.244.0.1")]);
    expect(cluster.slicesOf("default", "web").length).toBe(1);
    expect(cluster.endpointsByIP("10.244.0.1").map(({ service }) => service)).toEqual(["web"]);
  });

  test("is said once, with the number of Services", () => {
    const said = (items: readonly unknown[]) =>
      clusterOf(items).assumed.filter((sentence) => sentence.startsWith("endpoints "));
    expect(said([web(), service("b", { selector: { app: "b" } })])).toEqual([
      "endpoints of 2 Services without EndpointSlices: the Pods that match",
    ]);
    expect(said([web(), slice("web", [], [ready("10.244.0.9")])])).toEqual([]);
  });

  test("is bounded: Services times Pods may not grow without end", () => {
    const pods = Array.from({ length: 2_000 }, (_, at) =>
      pod(`p${at}`, { labels: { app: "web" } }),
    );
    const services = Array.from({ length: 1_600 }, (_, at) =>
      service(`s${at}`, { selector: { app: "web" } }),
    );
    expect(readList("test", list([...pods, ...services]))).toMatchObject({
      ok: false,
      error: {
        path: "$.items",
        message: "has too many Services without EndpointSlices: add endpointslices to the dump",
      },
    });
  });
});
