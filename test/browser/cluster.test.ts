/**
 * What a learner does with the cluster in the explorer: looks at it, asks from it, changes it, and brings another one.
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { AxeResults } from "axe-core";
import type { Browser, Request } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { largeList } from "../cluster/large.ts";
import { type Server, startServer } from "../e2e/server.ts";
import { missingTools } from "../e2e/tools.ts";
import { counter, DESK, HAND, launch, live, type Opened, open, type Page } from "./browser.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const SECRET = "hunter2-correct-horse";

/** Two Pods, two Services, and what kubectl prints beside what is read. */
const SHOP = {
  apiVersion: "v1",
  kind: "List",
  items: [
    { kind: "Secret", metadata: { name: "token", namespace: "shop" }, data: { token: SECRET } },
    {
      kind: "Node",
      metadata: { name: "node-a" },
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
      spec: { clusterIP: "10.96.0.20", selector: { app: "web" }, ports: [{ port: 80 }] },
    },
    {
      kind: "Pod",
      metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
      spec: {
        nodeName: "node-a",
        containers: [{ name: "web", env: [{ name: "PASSWORD", value: SECRET }] }],
      },
      status: { podIP: "10.244.0.7" },
    },
  ],
};

describe.runIf(!missingTools().includes("chromium"))("the cluster in the explorer", () => {
  let server: Server;
  let browser: Browser;
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer("Deno"), launch()]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    opened = await open(browser);
    page = opened.page;
  });
  afterEach(async () => {
    const faults = opened.faults.filter((fault) => !REFUSED.test(fault));
    await opened.close();
    expect(faults).toEqual([]);
  });

  /** What a browser says of an answer that is no 200, whoever expected it. */
  const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;

  const go = async (path: string, tab: "List" | "Map" | "Change") => {
    await page.goto(server.origin + path);
    await live(page);
    await page.getByRole("tab", { name: "cluster" }).click();
    await page.locator(".cluster").getByRole("button", { name: tab, exact: true }).click();
  };
  const idle = () => page.waitForSelector(".ask:not([aria-busy])");
  const typed = () => page.inputValue("input[name=name]");
  const askAgain = () => page.getByRole("button", { name: "Ask again" }).click();
  const badge = () => page.waitForSelector(".badge");
  const give = async (text: string) => {
    await page.getByRole("radio", { name: "List" }).check();
    await page.locator(".edit textarea").fill(text);
    await askAgain();
  };
  const answered = () => page.waitForResponse((reply) => reply.url().includes("/life.json?"));

  test("a Service is found by the filter and asked for, and a Pod becomes the one that asks", async () => {
    await go("/life?name=api.example.com", "List");
    await page.getByPlaceholder("filter").fill("web prod");
    let answer = answered();
    await page.locator(".objects details").first().locator("a").last().click();
    await answer;
    await page.waitForFunction(() =>
      document.querySelector(".told h2")?.textContent?.includes("web-service.prod"),
    );
    expect(await typed()).toBe("web-service.prod");
    await page.getByPlaceholder("filter").fill("alpine");
    answer = answered();
    await page.getByRole("link", { name: "alpine" }).focus();
    await page.keyboard.press("Enter");
    await answer;
    await page.waitForURL(/pods\/alpine\/life\?name=web-service\.prod/);
    expect(await page.locator(".objects li[aria-current]").textContent()).toContain("asks now");
  });

  test("the map shows where a Service leads, by pointer and by keyboard, and asks for it", async () => {
    await go("/life?name=api.example.com", "Map");
    const map = page.locator(".map.wide");
    expect(await map.locator(".way").count()).toBe(0);
    await map.getByRole("link", { name: "ask for kube-dns.kube-system" }).focus();
    expect(await map.locator(".way").count()).toBe(2);
    await map.getByRole("link", { name: "ask for db", exact: true }).hover();
    expect(await map.locator(".way").count()).toBe(3);
    expect(await map.locator(".way.down").count()).toBe(1);
    await map.getByRole("link", { name: "ask for web-service", exact: true }).click();
    await page.waitForURL(/life\?name=web-service&/);
    expect(await map.locator(".service.lit").textContent()).toContain("web-service");
    await map.getByRole("link", { name: "ask from Pod default/golang" }).click();
    await page.waitForURL(/pods\/golang\/life\?name=web-service&/);
    expect(await map.locator(".pod.own").textContent()).toContain("golang");
  });

  test("a pasted cluster is asked, stays in the tab, and leaves what no resolver reads behind", async () => {
    const posts: Request[] = [];
    page.on("request", (request) => void (request.method() === "POST" && posts.push(request)));
    await go("/life?name=till", "Change");
    await give(JSON.stringify(SHOP));
    await badge();
    expect(await page.textContent(".badge")).toContain("stays in this browser");
    expect(await page.textContent(".cluster .head")).toContain("2 Services, 2 Pods, 1 node");
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.waitForURL(/pods%2Fweb/);
    expect(await page.textContent("#ladder-title")).toBe("No wasted query");
    const { of } = await counter(page);
    await page.locator("h1 a").focus();
    await page.keyboard.press("End");
    expect(await counter(page)).toEqual({ at: of, of });
    expect(await page.textContent(".told h2")).toBe("Found: 10.96.0.20");

    for (const post of posts) {
      const body = post.postDataBuffer() ?? Buffer.alloc(0);
      const plain = post.headers()["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      expect(plain.toString()).not.toContain(SECRET);
    }
    expect(posts.length).toBe(2);
    expect(
      opened.asked.filter((url) => /\/clusters\/yours(?:\/corefile|\/nodes|$)/.test(url)),
    ).toEqual([]);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain("10.96.0.20");

    await page.reload();
    await live(page);
    await page.waitForFunction(
      () => document.querySelector(".told h2")?.textContent === "Found: 10.96.0.20",
    );
    await page.goBack();
    await page.waitForURL(/yours%2Flife/);
    await idle();
    await page.getByRole("tab", { name: "cluster" }).click();
    await page.getByRole("button", { name: "Back to demo" }).click();
    await page.waitForURL(/\/clusters\/demo\/life\?name=till/);
    await live(page);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.textContent(".told")).toContain("default/client");
  });

  test("what another tab cannot know is said there", async () => {
    await go("/?yours=/clusters/yours/life?name%3Dtill", "List");
    expect(await page.textContent(".ask .problem")).toContain("stayed in the tab");
  });

  test("a Corefile is changed, and the same name asked again", async () => {
    await go("/life?name=api.example.com&cache=off", "Change");
    expect(await page.textContent("#ladder-title")).toBe("8 wasted queries");
    const field = page.locator(".edit textarea");
    const corefile = await field.inputValue();
    await field.fill(corefile.replace("pods insecure", "pods perhaps"));
    await askAgain();
    await page.waitForSelector(".edit .problem");
    const line = corefile.split("\n").findIndex((one) => one.includes("pods insecure")) + 1;
    expect(await page.textContent(".edit .problem")).toMatch(
      new RegExp(`^Corefile line ${line}: `),
    );
    expect(await page.evaluate(() => getSelection()?.toString())).toContain("pods perhaps");
    expect(await page.locator(".badge").count()).toBe(0);
    expect(await page.textContent("#ladder-title")).toBe("8 wasted queries");
    const autopath = corefile
      .replace("pods insecure", "pods verified")
      .replace("kubernetes cluster", "autopath @kubernetes\n    kubernetes cluster");
    await field.fill(autopath);
    await askAgain();
    await badge();
    expect(await page.textContent("#ladder-title")).toBe("No wasted query");
  });

  test.each<{ why: string; text: string; says: RegExp; shows: string }>([
    {
      why: "JSON that is cut",
      text: '{\n  "kind": "List",\n  "items": [\n',
      says: /broken at line 4, column 1/,
      shows: '"items": [',
    },
    {
      why: "a thousand levels",
      text: `{"kind": "List", "items": [\n${'{"kind": "Service", "metadata":'}${"[".repeat(1000)}${"]".repeat(1000)}}]}`,
      says: /^Line 2: \$\.items\[0\]\.metadata takes an object: received an array/,
      shows: "[[[[",
    },
    {
      why: "a name of markup",
      text: '{"kind": "List", "items": [\n{"kind": "Pod", "metadata":\n{"name": "<img src=x onerror=alert(1)>"}}]}',
      says: /^Line 3: \$\.items\[0\]\.metadata\.name takes a Kubernetes name.*received "<img src=x onerror=alert\(1\)>"/,
      shows: "<img src=x",
    },
  ])("$why is refused in place, as text", async ({ text, says, shows }) => {
    await go("/life?name=web-service", "Change");
    await give(text);
    await page.waitForSelector(".edit .problem");
    expect(await page.textContent(".edit .problem")).toMatch(says);
    expect(await page.textContent(".edit .file")).toContain(shows);
    expect(await page.locator(".edit [role=alert] img").count()).toBe(0);
    expect(await typed()).toBe("web-service");
  });

  test("ten megabytes of another cluster are opened from a file, and refused where they do not fit", async () => {
    await go("/life?name=web-service", "Change");
    const services = Array.from({ length: 120_000 }, (_, index) => ({
      kind: "Service",
      metadata: { name: `service-number-${index}`, namespace: "default" },
      spec: { clusterIP: `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}` },
    }));
    await page.setInputFiles("input[type=file]", file({ kind: "List", items: services }));
    await page.waitForSelector(".long");
    await askAgain();
    await page.waitForSelector(".edit .problem");
    expect(await page.textContent(".edit .problem")).toMatch(
      /too large to travel.*MiB may be sent/,
    );
    expect(await page.locator(".badge").count()).toBe(0);
  });

  test("5,000 Services with their Pods are opened from a file, filtered, drawn and asked for", async () => {
    await go("/life?name=web-service", "Change");
    const large = largeList({ services: 5000, pods: 5000, nodes: 50 }, "full");
    await page.setInputFiles("input[type=file]", file(large));
    await page.waitForSelector(".long");
    await askAgain();
    await badge();
    expect(await page.textContent(".cluster .head")).toContain(
      "5,000 Services, 5,000 Pods, 50 nodes",
    );
    await page.getByPlaceholder("filter").fill("team-77 api");
    const links = page.locator(".objects details").first().locator("a");
    await expect.poll(() => links.count()).toBeGreaterThan(0);
    expect(await links.count()).toBeLessThan(60);
    const name = (await links.first().textContent()) ?? "";
    await links.first().click();
    await expect.poll(typed, { timeout: 20_000 }).toBe(`${name}.team-77`);
    await page.getByRole("button", { name: "Map", exact: true }).click();
    expect(await page.locator(".map.wide .service").count()).toBeGreaterThan(0);
    await page.locator(".map.wide .service").first().hover();
    await expect.poll(() => page.locator(".map.wide .way").count()).toBeGreaterThan(0);
  });

  test("5,000 Services are typed into the field", async () => {
    await go("/life?name=web-service", "Change");
    const services = Array.from({ length: 5000 }, (_, index) => ({
      kind: "Service",
      metadata: { name: `service-${index}` },
      spec: { clusterIP: `10.96.${index >> 8}.${index & 255}`, ports: [{ port: 80 }] },
    }));
    await give(JSON.stringify({ kind: "List", items: services }));
    await badge();
    await page.getByPlaceholder("filter").fill("service-4999");
    const answer = answered();
    await page.getByRole("link", { name: "service-4999" }).click();
    await answer;
    await expect.poll(typed).toBe("service-4999");
  });

  test("without scripts the cluster is a list of links", async () => {
    const plain = await open(browser, { javaScriptEnabled: false });
    await plain.page.goto(`${server.origin}/life?name=api.example.com`);
    await plain.page.locator("#drawer-cluster > summary").click();
    await plain.page.getByRole("link", { name: "db-bootstrap" }).click();
    expect(plain.page.url()).toMatch(/\/life\?name=db-bootstrap$/);
    await plain.close();
  });

  const looks = [
    { theme: "light", size: "desk", viewport: DESK },
    { theme: "light", size: "hand", viewport: HAND },
    { theme: "dark", size: "desk", viewport: DESK },
    { theme: "dark", size: "hand", viewport: HAND },
  ] as const;

  test.each(looks)(
    "$theme, $size: axe-core finds nothing to mend, and nothing is too wide",
    async ({ theme, viewport }) => {
      const drawn = await open(browser, { viewport, colorScheme: theme, bypassCSP: true });
      page = drawn.page;
      await go("/life?name=web-service", "List");
      await page.addScriptTag({ path: AXE });
      const looksWell = async () => {
        expect(await violations(page)).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide).toBeLessThanOrEqual(0);
      };
      await looksWell();
      await page.getByRole("button", { name: "Map", exact: true }).click();
      await looksWell();
      await page.getByRole("button", { name: "Change", exact: true }).click();
      await page.locator(".edit textarea").fill(". {\n  soon\n}\n");
      await askAgain();
      await page.waitForSelector(".edit .problem");
      await looksWell();
      await give(JSON.stringify(SHOP));
      await badge();
      await looksWell();
      await drawn.close();
    },
  );
});

function file(list: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), "ndots-")), "list.json");
  writeFileSync(path, JSON.stringify(list));
  return path;
}

async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(context: string): Promise<AxeResults> } }).axe.run(
      ".cluster",
    ),
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}
