/**
 * The cluster as the server draws it: links that work without scripts, and text for everything that comes from the cluster.
 */
import type { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { readList } from "../../../src/cluster/list.ts";
import type { Life } from "../../../src/trace/life.ts";
import { Maps } from "../../../src/web/cluster/map.tsx";
import { countsOf, Objects } from "../../../src/web/cluster/objects.tsx";
import { serverView } from "../../../src/web/cluster/server-view.ts";
import { type ClusterView, viewOf } from "../../../src/web/cluster/view.ts";
import demo from "../../../zones/demo.json" with { type: "json" };
import { largeList } from "../../cluster/large.ts";
import { testService } from "../../http/service.ts";

const { app } = testService();

async function lifeOf(path: string, of: Hono = app): Promise<Life> {
  return (await of.request(path)).json();
}

function list(view: ClusterView, life: Life, options = {}): string {
  return String(Objects({ view, life, options, filter: "" }));
}

function map(view: ClusterView, life: Life): string {
  const rest = { filter: "", selected: undefined, onSelect: () => undefined };
  return String(Maps({ view, life, options: {}, ...rest }));
}

describe("the links of a cluster", () => {
  test.each<{
    why: string;
    at: string;
    options?: Record<string, string>;
    text: string;
    to: string;
  }>([
    {
      why: "a Service of the Pod's namespace is asked for by its name",
      at: "/life.json?name=api.example.com",
      text: "web-service",
      to: "/life?name=web-service",
    },
    {
      why: "one of another namespace with that",
      at: "/clusters/demo/namespaces/prod/life.json?name=a",
      text: "web-alias",
      to: "/clusters/demo/namespaces/prod/life?name=web-alias.default",
    },
    {
      why: "a Pod asks what was asked before",
      at: "/life.json?name=api.example.com.",
      text: "alpine",
      to: "/clusters/demo/namespaces/default/pods/alpine/life?name=api.example.com.",
    },
    {
      why: "a namespace asks by a made-up Pod",
      at: "/life.json?name=web-service",
      text: "prod",
      to: "/clusters/demo/namespaces/prod/life?name=web-service",
    },
    {
      why: "options go along, the dice do not",
      at: "/life.json?name=a.b&type=SRV&ndots=2&seed=5",
      options: { type: "SRV", ndots: "2", seed: "5" },
      text: "alpine",
      to: "/clusters/demo/namespaces/default/pods/alpine/life?name=a.b&amp;type=SRV&amp;ndots=2",
    },
    {
      why: "a Service is asked for by its address, whatever type was asked before",
      at: "/life.json?name=a.b&type=SRV&ndots=2&seed=5",
      options: { type: "SRV", ndots: "2", seed: "5" },
      text: "db",
      to: "/life?name=db&amp;ndots=2",
    },
  ])("$why", async ({ at, options, text, to }) => {
    const drawn = list(viewOf(demo), await lifeOf(at), options);
    expect(drawn).toMatch(new RegExp(`<a href="${escaped(to)}"[^>]*>${text.split(/(?=\.)/)[0]}`));
  });

  test("each leads to a life that can be asked for", async () => {
    const life = await lifeOf("/life.json?name=web-service");
    const links = [...list(viewOf(demo), life).matchAll(/href="([^"]+)"/g)];
    expect(links.length).toBeGreaterThan(40);
    for (const [, href = ""] of links) {
      const path = href.replaceAll("&amp;", "&").replace("/life?", "/life.json?");
      expect((await app.request(path)).status).toBe(200);
    }
  });
});

test("a made-up Pod is asked from again where the List does not have its namespace", async () => {
  const items = [{ kind: "Service", metadata: { name: "till", namespace: "shop" } }];
  const shop = { kind: "List", items };
  const service = testService({ clusters: { shop } });
  const life = await lifeOf("/clusters/shop/life.json?name=a", service.app);
  const [, href = ""] = /href="([^"]+)"/.exec(list(viewOf(shop), life)) ?? [];
  expect(href).toBe("/clusters/shop/life?name=till.shop");
  expect((await service.app.request(href)).status).toBe(200);
});

test("what the cluster is made of is counted", () => {
  expect(countsOf(viewOf(demo))).toBe("5 namespaces, 22 Services, 29 Pods, 3 nodes");
  const view = viewOf(largeList({ services: 5000, pods: 0, nodes: 1 }));
  expect(countsOf(view)).toMatch(/5,000 Services, 0 Pods, 1 node$/);
});

test("a long list is cut, and says by how much", async () => {
  const view = viewOf(largeList({ services: 5000, pods: 5000, nodes: 50 }));
  const life = await lifeOf("/life.json?name=a");
  const drawn = list(view, life);
  expect(drawn.match(/<li/g)?.length).toBeLessThanOrEqual(4 * 60);
  expect(drawn).toContain("and 4,940 more: filter");
  expect(map(view, life).length).toBeLessThan(300_000);
});

describe("markup in a cluster", () => {
  const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
  const items = ["Service", "Pod", "Node", "Namespace"].map((kind) => ({
    kind,
    metadata: {
      name: evil,
      namespace: evil,
      labels: { app: evil },
      annotations: { "ndots.dev/libc": evil },
    },
    spec: { type: evil, clusterIP: evil, nodeName: evil, dnsPolicy: evil, selector: { app: evil } },
    status: { podIP: evil, phase: "Running", addresses: [{ type: "InternalIP", address: evil }] },
  }));

  test("is shown as text, in the list and on the map", async () => {
    const life = await lifeOf("/life.json?name=a");
    const view = viewOf({ kind: "List", items });
    for (const drawn of [list(view, life), map(view, life)]) {
      expect(drawn).not.toMatch(/<img|<script/);
      expect(drawn).toContain("&gt;&lt;img src=x");
    }
  });

  test("cannot turn the direction of what stands beside it", async () => {
    const name = "a\u202Eb";
    const view = viewOf({ kind: "List", items: [{ kind: "Pod", metadata: { name } }] });
    const life = await lifeOf("/life.json?name=a");
    expect(list(view, life)).not.toContain("\u202E");
    expect(map(view, life)).not.toContain("\u202E");
  });
});

describe("serverView()", () => {
  const clusterOf = (json: unknown) => {
    const read = readList("a", json);
    if (!read.ok) throw new Error("a List that is right does not read");
    return read.value;
  };

  test("is made once for a cluster", () => {
    const cluster = clusterOf(demo);
    expect(serverView(cluster)?.services.length).toBe(22);
    expect(serverView(cluster)).toBe(serverView(cluster));
  });

  test("leaves a large cluster to the script", () => {
    expect(serverView(clusterOf(largeList({ services: 2000, pods: 0, nodes: 1 })))).toBeUndefined();
  });
});

function escaped(text: string): string {
  return text.replace(/[.?+]/g, "\\$&");
}
