/**
 * A cluster that comes with the lookup: checked as a zone file is, asked as one of the deployment's is, and forgotten.
 */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type KeyValueStore, memoryStore } from "../../src/cache/store.ts";
import { upstreamCache } from "../../src/cache/upstream-cache.ts";
import { wait } from "../../src/runtime/upstream/wait.ts";
import demo from "../../zones/demo.json" with { type: "json" };
import { scripted } from "./scripted.ts";
import { testService } from "./service.ts";

const { app } = testService();
const JSON_TYPE = { "content-type": "application/json" };
const MEBIBYTE = 1024 * 1024;

/** Small enough to be read here, and like no cluster of the deployment's. */
const SHOP = {
  apiVersion: "v1",
  kind: "List",
  items: [
    { kind: "Namespace", metadata: { name: "shop" } },
    {
      kind: "Node",
      metadata: { name: "node-a" },
      spec: { podCIDR: "10.244.0.0/24" },
      status: { addresses: [{ type: "InternalIP", address: "192.0.2.11" }] },
    },
    {
      kind: "Service",
      metadata: { name: "kube-dns", namespace: "kube-system" },
      spec: {
        clusterIP: "10.96.0.10",
        selector: { "k8s-app": "kube-dns" },
        ports: [{ name: "dns", port: 53, protocol: "UDP" }],
      },
    },
    {
      kind: "Pod",
      metadata: { name: "coredns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
      spec: { nodeName: "node-a" },
      status: { podIP: "10.244.0.2" },
    },
    {
      kind: "Service",
      metadata: { name: "till", namespace: "shop" },
      spec: { clusterIP: "10.96.0.20", selector: { app: "till" }, ports: [{ port: 80 }] },
    },
    {
      kind: "Pod",
      metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
      spec: { nodeName: "node-a" },
      status: { podIP: "10.244.0.7" },
    },
  ],
};

function post(path: string, body: BodyInit | null, headers: HeadersInit = JSON_TYPE) {
  return Promise.resolve(app.request(path, { method: "POST", body, headers }));
}

function withItem(item: unknown): string {
  return JSON.stringify({ ...SHOP, items: [...SHOP.items, item] });
}

function withCorefile(text: string): string {
  const metadata = { name: "coredns", namespace: "kube-system" };
  return withItem({ kind: "ConfigMap", metadata, data: { Corefile: text } });
}

const WEB = "/clusters/pasted/namespaces/shop/pods/web";

describe("a List in the body", () => {
  test("answers in place of a cluster of the deployment's, under the path's name", async () => {
    const reply = await post(`${WEB}/life.json?name=till`, JSON.stringify(SHOP));
    expect(reply.status).toBe(200);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    const life = await reply.json();
    expect(life.vantage).toMatchObject({ cluster: "pasted", namespace: "shop", pod: "web" });
    expect(life.result).toEqual({
      kind: "found",
      answers: ["10.96.0.20"],
      name: "till.shop.svc.cluster.local.",
    });
    expect(life.asked.self).toBe(`${WEB}/life?name=till&seed=1`);
  });

  test("hides the cluster of the deployment's whose name it has", async () => {
    const reply = await post("/clusters/demo/life.json?name=web-service", JSON.stringify(SHOP));
    expect((await reply.json()).result).toMatchObject({ kind: "failed", error: "EAI_NONAME" });
  });

  test("is forgotten with the request", async () => {
    expect((await post(`${WEB}/life.json?name=till`, JSON.stringify(SHOP))).status).toBe(200);
    expect((await app.request(`${WEB}/life.json?name=till`)).status).toBe(404);
    expect(await (await app.request("/clusters")).text()).not.toContain("pasted");
  });

  test.each([
    "/life.json?name=api.example.com&seed=7",
    "/life.json?name=web-service.prod&ndots=1&seed=8",
    "/life.json?name=localhost&seed=9",
    "/compare.json?name=api.example.com&seed=10",
    "/namespaces/default/pods/alpine/life.txt?name=api.example.com&seed=11",
    "/life.txt?name=no-such-name&seed=12&fault=drop=1",
  ])("gives what it gives as a cluster of the deployment's: %s", async (path) => {
    const served = testService({ clusters: { same: demo } });
    const posted = testService();
    const body = JSON.stringify(demo);
    const [one, other] = await Promise.all([
      served.app.request(`/clusters/same${path}`),
      posted.app.request(`/clusters/same${path}`, { method: "POST", body, headers: JSON_TYPE }),
    ]);
    expect(one.status).toBe(200);
    expect(await other.text()).toBe(await one.text());
  });

  test("may say that it is UTF-8, and may come in gzip", async () => {
    const text = JSON.stringify(SHOP);
    const utf8 = { "content-type": "Application/JSON; charset=utf-8" };
    expect((await post(`${WEB}/life?name=till`, text, utf8)).status).toBe(200);
    const gzip = { ...JSON_TYPE, "content-encoding": "gzip" };
    expect((await post(`${WEB}/life?name=till`, gzipSync(text), gzip)).status).toBe(200);
  });

  test("is given as text, JSON or a capture, and never as a page, whose links could not send it", async () => {
    const list = JSON.stringify(SHOP);
    const typeOf = async (path: string, accept: string) => {
      const reply = await post(`${WEB}${path}`, list, { ...JSON_TYPE, accept });
      return reply.headers.get("content-type");
    };
    expect(await typeOf("/life?name=till", "*/*")).toMatch("text/plain");
    expect(await typeOf("/life?name=till", "text/html,*/*;q=0.8")).toMatch("text/plain");
    expect(await typeOf("/life?name=till", "application/json")).toMatch("application/json");
    expect(await typeOf("/life.pcapng?name=till", "*/*")).toMatch("application/x-pcapng");
    expect(await typeOf("/compare?name=till", "*/*")).toMatch("text/plain");
  });
});

describe("what a List asks outside", () => {
  const corefile = ". {\n  kubernetes cluster.local\n  forward . 203.0.113.53\n  cache 30\n}\n";

  test("goes to the deployment's resolvers, and past its store", async () => {
    const memory = memoryStore(100, Date.now);
    const touched: string[] = [];
    const store: KeyValueStore = {
      get: (key) => {
        touched.push(`get ${key}`);
        return memory.get(key);
      },
      put: (key, value, expiry) => {
        touched.push(`put ${key}`);
        return memory.put(key, value, expiry);
      },
    };
    const service = testService({
      upstreams: '{"*": "tcp://one.test:53"}',
      deps: {
        tcp: scripted({ "*": "OK" }),
        cache: upstreamCache(store, { now: Date.now, wait }),
      },
    });
    const lookUp = async (path: string, init: RequestInit) => {
      const life = await (await service.app.request(path, init)).json();
      expect(life.result).toMatchObject({ kind: "found", answers: ["192.0.2.1", "2001:db8::1"] });
      return life.queries[0].cache;
    };
    const path = "/life.json?name=www.example.org.";
    const init = { method: "POST", body: withCorefile(corefile), headers: JSON_TYPE };
    expect(await lookUp(path, init)).toBe("miss");
    expect(await lookUp(path, init)).toBe("miss");
    expect(await lookUp(`${path}&cache=off`, init)).toBe("off");
    expect(touched).toEqual([]);
    expect(await lookUp(path, {})).toBe("miss");
    expect(touched.length).toBeGreaterThan(0);
  });

  test("is refused where the deployment has no resolver of that address", async () => {
    const service = testService({ upstreams: '{"192.0.2.53": "zone:internet"}' });
    const init = { method: "POST", body: withCorefile(corefile), headers: JSON_TYPE };
    const life = await (await service.app.request("/life.json?name=api.example.com.", init)).json();
    expect(life.result).toMatchObject({ kind: "failed", error: "EAI_AGAIN" });
    expect(JSON.stringify(life.queries)).toContain("203.0.113.53");
  });
});

test("a secret of the dump is shown nowhere", async () => {
  const secret = "hunter2-correct-horse";
  const list = JSON.stringify({
    ...SHOP,
    metadata: { annotations: { note: secret } },
    items: [
      ...SHOP.items.map((item) => ({
        ...item,
        metadata: {
          ...item.metadata,
          annotations: { "kubectl.kubernetes.io/last-applied-configuration": secret },
          managedFields: [{ manager: secret }],
        },
      })),
      { kind: "Secret", metadata: { name: secret, namespace: "shop" }, data: { key: secret } },
      { kind: "ConfigMap", metadata: { name: "app", namespace: "shop" }, data: { key: secret } },
      {
        kind: "Pod",
        metadata: { name: "web", namespace: "shop", labels: { app: "till", token: secret } },
        spec: {
          nodeName: "node-a",
          volumes: [{ name: "v", secret: { secretName: secret } }],
          containers: [{ name: "c", image: secret, env: [{ name: "PASSWORD", value: secret }] }],
        },
        status: { podIP: "10.244.0.7", message: secret },
      },
    ],
  });
  for (const form of [".json", ".txt", ".pcapng"]) {
    const reply = await post(`${WEB}/life${form}?name=till`, list);
    expect(reply.status).toBe(200);
    expect(await reply.text()).not.toContain(secret);
  }
  const compared = await post(`${WEB}/compare.json?name=till`, list);
  expect(await compared.text()).not.toContain(secret);
});

interface Row {
  readonly why: string;
  readonly path?: string;
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly says: RegExp;
  readonly more?: Readonly<Record<string, string>>;
}

const GZIP = { ...JSON_TYPE, "content-encoding": "gzip" };

test.each<Row>([
  {
    why: "no media type",
    body: new TextEncoder().encode("{}"),
    headers: {},
    status: 415,
    says: /Content-Type: application\/json: received none/,
    more: { "accept-post": "application/json" },
  },
  {
    why: "a DNS message",
    body: new Uint8Array(12),
    headers: { "content-type": "application/dns-message" },
    status: 415,
    says: /received "application\/dns-message"/,
    more: { "accept-post": "application/json" },
  },
  {
    why: "another coding",
    body: "{}",
    headers: { ...JSON_TYPE, "content-encoding": "br" },
    status: 415,
    says: /gzip, or none: received "br"/,
    more: { "accept-encoding": "gzip" },
  },
  { why: "an octet over a mebibyte", body: " ".repeat(MEBIBYTE + 1), status: 413, says: /1048576/ },
  { why: "ten million octets", body: "x".repeat(10_000_000), status: 413, says: /1048576/ },
  {
    why: "little that unpacks to much",
    body: gzipSync(" ".repeat(64 * MEBIBYTE)),
    headers: GZIP,
    status: 413,
    says: /8388608 octets, unpacked/,
  },
  { why: "gzip that is none", body: "{}", headers: GZIP, status: 400, says: /no gzip/ },
  {
    why: "gzip that is cut",
    body: gzipSync(JSON.stringify(SHOP)).subarray(0, 200),
    headers: GZIP,
    status: 400,
    says: /cut short/,
  },
  { why: "nothing", body: "", status: 400, says: /line 1, column 1$/ },
  { why: "YAML", body: "apiVersion: v1\nkind: List\n", status: 400, says: /line 1, column 1$/ },
  {
    why: "JSON with a comma too many",
    body: '{\n  "kind": "List",\n  "items": [],\n}',
    status: 400,
    says: /^not JSON: broken at line 4, column 1$/,
  },
  {
    why: "octets that are no UTF-8",
    body: new Uint8Array([34, 255, 34]),
    status: 400,
    says: /UTF-8/,
  },
  {
    why: "half a million levels",
    body: "[".repeat(500_000),
    status: 400,
    says: /line 1, column 500001$/,
  },
  {
    why: "half a million levels and one",
    body: "[".repeat(500_001),
    status: 413,
    says: /at most 500000 values/,
  },
  {
    why: "little that unpacks to many values",
    body: gzipSync(`[${"{},".repeat(500_000)}{}]`),
    headers: GZIP,
    status: 413,
    says: /at most 500000 values/,
  },
  {
    why: "a thousand levels where an object belongs",
    body: `{"kind":"List","items":[{"kind":"Service","metadata":${"[".repeat(1000)}${"]".repeat(1000)}}]}`,
    status: 422,
    says: /\$\.items\[0\]\.metadata takes an object: received an array/,
  },
  {
    why: "no List",
    body: '{"kind":"Pod"}',
    status: 422,
    says: /\$\.kind takes List: received "Pod"/,
  },
  { why: "no object", body: "[]", status: 422, says: /\$ takes a v1 List: received an array/ },
  {
    why: "a port that is none",
    body: withItem({
      kind: "Service",
      metadata: { name: "odd" },
      spec: { clusterIP: "10.96.0.30", ports: [{ port: "http" }] },
    }),
    status: 422,
    says: /\$\.items\[6\]\.spec\.ports\[0\]\.port takes a number from 1 to 65535: received "http"/,
  },
  {
    why: "a name that holds markup",
    body: withItem({ kind: "Service", metadata: { name: "<img src=x onerror=alert(1)>" } }),
    status: 422,
    says: /\$\.items\[6\]\.metadata\.name takes a Kubernetes name/,
  },
  {
    why: "a Corefile that is wrong",
    body: withCorefile(". {\n  kubernetes cluster.local {\n    pods maybe\n  }\n}\n"),
    status: 422,
    says: /Corefile line 3: /,
  },
  {
    why: "a namespace that the List does not have, though the deployment's cluster has it",
    path: "/clusters/demo/namespaces/prod/life?name=a",
    body: JSON.stringify(SHOP),
    status: 404,
    says: /no namespace "prod": there are shop/,
  },
  {
    why: "a Pod that the List does not have",
    path: "/clusters/pasted/namespaces/shop/pods/api/life?name=a",
    body: JSON.stringify(SHOP),
    status: 404,
    says: /no pod "api": there are web$/,
  },
  {
    why: "a cluster's name that no deployment could use",
    path: "/clusters/%3Cb%3E/life?name=a",
    body: JSON.stringify(SHOP),
    status: 400,
    says: /cluster's name takes lower-case letters.*received "<b>"/,
  },
  {
    why: "an option that is none, as for GET",
    path: "/life?name=a&ndots=many",
    body: JSON.stringify(SHOP),
    status: 400,
    says: /ndots takes a whole number/,
  },
  {
    why: "no name, as for GET",
    path: "/life",
    body: JSON.stringify(SHOP),
    status: 400,
    says: /name=/,
  },
])("$why is $status", async ({ path = "/life?name=a", body, headers, status, says, more }) => {
  const reply = await post(path, body, headers ?? JSON_TYPE);
  expect(reply.status).toBe(status);
  expect(reply.headers.get("content-type")).toBe("application/problem+json");
  expect(reply.headers.get("access-control-allow-origin")).toBe("*");
  for (const [name, value] of Object.entries(more ?? {})) {
    expect(reply.headers.get(name)).toBe(value);
  }
  expect((await reply.json()).detail).toMatch(says);
});

test("no more than a mebibyte of a body is ever kept, and no more than sixteen are read", async () => {
  let given = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        given += MEBIBYTE;
        controller.enqueue(new Uint8Array(MEBIBYTE));
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request("http://localhost/life?name=a", {
    method: "POST",
    body,
    headers: JSON_TYPE,
    duplex: "half",
  } as RequestInit);
  expect((await app.request(request)).status).toBe(413);
  expect(given).toBe(17 * MEBIBYTE);
  expect(cancelled).toBe(true);
});

test("a body that trickles is given up", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"kind":')),
    cancel() {
      cancelled = true;
    },
  });
  const waits: number[] = [];
  const { app: hasty } = testService({
    wait: async (ms) => {
      waits.push(ms);
    },
  });
  const request = new Request("http://localhost/life?name=a", {
    method: "POST",
    body,
    headers: JSON_TYPE,
    duplex: "half",
  } as RequestInit);
  const reply = await hasty.request(request);
  expect(reply.status).toBe(400);
  expect((await reply.json()).detail).toMatch(/did not arrive whole within 4 s/);
  expect(waits).toEqual([4000]);
  expect(cancelled).toBe(true);
});

test.each([
  ["/life", "GET, HEAD, POST, OPTIONS"],
  ["/clusters/demo/life.pcapng", "GET, HEAD, POST, OPTIONS"],
  ["/compare.json", "GET, HEAD, POST, OPTIONS"],
  ["/resolve", "GET, HEAD, OPTIONS"],
  ["/clusters/demo", "GET, HEAD, OPTIONS"],
])("DELETE %s is told what may be done", async (path, allow) => {
  const reply = await app.request(path, { method: "DELETE" });
  expect(reply.status).toBe(405);
  expect(reply.headers.get("allow")).toBe(allow);
});

test("a List is taken where a lookup is, and nowhere else", async () => {
  for (const path of ["/resolve?name=a", "/clusters/demo", "/resolv.conf"]) {
    expect((await post(path, JSON.stringify(SHOP))).status).toBe(405);
  }
});
