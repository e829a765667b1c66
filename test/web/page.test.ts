/**
 * The page as the server draws it: whole without scripts, harmless whatever the names are, and small.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import { storyOf } from "../../src/trace/story.ts";
import { ASSET_PATHS, ASSETS } from "../../src/web/assets.ts";
import { testService } from "../http/service.ts";

const HTML = { accept: "text/html,application/xhtml+xml" };

async function page(path: string, app = testService().app): Promise<Response> {
  return app.request(path, { headers: HTML });
}

describe("what it is made of", () => {
  test("style and scripts come from files of the same host, under a strict policy", async () => {
    const reply = await page("/life?name=api.example.com");
    const text = await reply.text();
    expect(reply.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(text.match(/ style=| on[a-z]+=|<style/)).toBeNull();
    const loaded = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(loaded.sort()).toEqual(Object.values(ASSETS).sort());
    const elsewhere = [...text.matchAll(/<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]*)"/g)];
    for (const [, path] of elsewhere) expect(path).toMatch(/^(?:\/assets\/|data:,$)/);
  });

  test("page, style and the scripts that come with it are under 80 KB gzipped", async () => {
    const text = await (await page("/life?name=api.example.com")).text();
    const bodies = [...Object.values(ASSETS), ...statics(ASSETS.script)].map(read);
    const sizes = [text, ...bodies].map((body) => gzipSync(body).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(80_000);
  });

  test("the tabs that are loaded when they are opened stay under 40 KB", () => {
    const first = new Set([...Object.values(ASSETS), ...statics(ASSETS.script)]);
    const later = [...ASSET_PATHS].filter((path) => !first.has(path));
    expect(later.length).toBeGreaterThan(0);
    const sizes = later.map((path) => gzipSync(read(path)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(40_000);
  });
});

describe("without scripts", () => {
  test("every step stands on the page, with an anchor of its own", async () => {
    const { app } = testService();
    const life = (await (
      await app.request("/life.json?name=api.example.com&seed=7&cache=off")
    ).json()) as Life;
    const text = await (await page("/life?name=api.example.com&seed=7&cache=off", app)).text();
    const steps = storyOf(life);
    const anchors = [...text.matchAll(/ id="step-(\d+)"/g)].map(([, number]) => Number(number));
    expect(anchors).toEqual(steps.map((_, index) => index + 1));
    const shown = ["8 wasted queries", "options ndots:5", "Kubernetes-managed hosts file"];
    expect(shown.filter((words) => !text.includes(words))).toEqual([]);
  });

  test("the form's fields lead to the life that they ask for", async () => {
    const reply = await page(
      "/?vantage=demo%2Fdefault%2Falpine&name=api.example.com&ndots=&seed=7",
    );
    expect(reply.status).toBe(303);
    expect(reply.headers.get("location")).toBe(
      "/clusters/demo/namespaces/default/pods/alpine/life?name=api.example.com&seed=7",
    );
  });

  test("what cannot be asked is said on a page", async () => {
    const reply = await page("/life?name=");
    expect(reply.status).toBe(400);
    expect(reply.headers.get("content-type")).toContain("text/html");
    expect(await reply.text()).toContain("give name=");
  });

  test("the front page has a lookup to begin with", async () => {
    const text = await (await page("/")).text();
    expect(text.includes("10.100.7.7")).toBe(true);
  });
});

describe("what comes from outside is text", () => {
  const EVIL = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e';

  test.each([
    ["a name in the address", `/life?name=${encodeURIComponent("</script><script>alert(1)")}`],
    ["an option", `/life?name=a&search=${encodeURIComponent("<b>.example")}`],
    ["a type", `/life?name=a&type=${encodeURIComponent(EVIL)}`],
    ["a Pod", `/clusters/demo/namespaces/default/pods/${encodeURIComponent(EVIL)}/life?name=a`],
    ["a form's vantage", `/?name=a&vantage=${encodeURIComponent(EVIL)}`],
  ])("%s", async (_, path) => {
    const text = await (await page(path)).text();
    expect(text.match(/<img|<script>|<b>\.example/)).toBeNull();
  });

  test("a cluster's objects", async () => {
    const { app } = testService({ clusters: { evil: evilCluster(EVIL) } });
    const text = await (await page("/clusters/evil/life?name=a&seed=1", app)).text();
    expect(text.includes("&lt;img")).toBe(true);
    expect(text.match(/<img|<script>alert/)).toBeNull();
    const embedded = /<script type="application\/json" id="embedded">(.*?)<\/script>/s.exec(
      text,
    )?.[1];
    expect(JSON.parse(embedded ?? "").life.vantage.cluster).toBe("evil");
  });
});

/** With markup wherever a name or a text of the cluster's is shown. */
function evilCluster(text: string): unknown {
  const corefile = `.:53 {\n  kubernetes cluster.local # ${text.replaceAll("\n", " ")}\n  cache 30\n}\n`;
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
          name: "n",
          annotations: {
            "ndots.dev/resolv.conf": `# ${text}\nnameserver 192.0.2.53\n`,
            "ndots.dev/hosts": `# ${text}\n`,
          },
        },
        status: { addresses: [{ type: "InternalIP", address: "192.0.2.1" }] },
      },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p", namespace: "default" },
        spec: { nodeName: "n", dnsPolicy: "Default", hostNetwork: true },
        status: { podIP: "192.0.2.1", podIPs: [{ ip: "192.0.2.1" }], phase: "Running" },
      },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "coredns", namespace: "kube-system" },
        data: { Corefile: corefile },
      },
    ],
  };
}

function read(path: string): string {
  return readFileSync(`dist/web/public${path}`, "utf8");
}

/** What a script imports at once. */
function statics(path: string): readonly string[] {
  const imported = [...read(path).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)];
  return imported.map(([, file]) => `/assets/${file}`);
}
