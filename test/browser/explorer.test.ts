/**
 * What a learner does in the explorer, in a real browser.
 */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RUNTIMES, type Server, startServer } from "../e2e/server.ts";
import { missingTools } from "../e2e/tools.ts";
import { counter, HAND, launch, live, type Opened, open } from "./browser.ts";

const COLD = "/life?name=api.example.com&seed=7&cache=off";

describe.runIf(!missingTools().includes("chromium")).each(RUNTIMES)("on %s", (runtime) => {
  let server: Server;
  let browser: Browser;
  let opened: Opened;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(runtime), launch()]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    opened = await open(browser);
  });
  afterEach(async () => {
    const { faults } = opened;
    await opened.close();
    expect(faults).toEqual([]);
  });

  const go = async (path: string) => {
    await opened.page.goto(server.origin + path);
    await live(opened.page);
    return opened.page;
  };

  test("web-service is resolved, and stepped through to its end, by keyboard alone", async () => {
    const page = await go("/");
    for (let tabs = 0; tabs < 20; tabs++) {
      if ((await page.evaluate(() => document.activeElement?.getAttribute("name"))) === "name")
        break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Control+A");
    await page.keyboard.type("web-service");
    const answered = page.waitForResponse(/\/life\.json\?name=web-service/);
    await page.keyboard.press("Enter");
    await answered;
    await page.waitForSelector(".ask:not([aria-busy])");
    await page.keyboard.press("Tab");
    const { of } = await counter(page);
    for (let step = 1; step < of; step++) await page.keyboard.press("ArrowRight");
    expect(await counter(page)).toEqual({ at: of, of });
    expect(await page.textContent(".told h2")).toBe("Found: 10.100.7.7");
    await page.keyboard.press("Home");
    expect(await counter(page)).toEqual({ at: 1, of });
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    expect(await counter(page)).toEqual({ at: of - 1, of });
  });

  test("the wasted queries of api.example.com are found, and a way round them", async () => {
    const page = await go(COLD);
    expect(await page.textContent("#ladder-title")).toBe("8 wasted queries");
    const words = await page.locator(".ladder .word").allTextContents();
    expect(words).toEqual(["NXDOMAIN", "NXDOMAIN", "NXDOMAIN", "NXDOMAIN", "FOUND"]);
    await page.getByRole("link", { name: "trailing dot" }).click();
    await live(page);
    expect(await page.textContent("#ladder-title")).toBe("No wasted query");
  });

  test("another Pod has another libc", async () => {
    const page = await go("/life?name=api.example.com");
    await page.selectOption("select[name=vantage]", "demo/default/alpine");
    await page.getByRole("button", { name: "Resolve" }).click();
    await page.waitForURL(/\/pods\/alpine\/life\?name=api\.example\.com/);
    expect(await page.textContent(".told")).toContain("musl");
  });

  test("a link to step 7 opens step 7, the same for everyone", async () => {
    const page = await go(`${COLD}#step-7`);
    expect((await counter(page)).at).toBe(7);
    const told = await page.textContent(".told");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    expect(await page.evaluate(() => location.hash)).toBe("#step-7");
    expect(await page.evaluate(() => scrollY)).toBe(0);
    const second = await open(browser);
    await second.page.goto(page.url());
    await live(second.page);
    expect((await counter(second.page)).at).toBe(7);
    expect(await second.page.textContent(".told")).toBe(told);
    await second.close();
  });

  test("the address of a first visit brings the same steps back", async () => {
    const page = await go("/life?name=no-such-name.example");
    const before = await page.locator(".steps h3").allTextContents();
    await page.reload();
    await live(page);
    expect(await page.locator(".steps h3").allTextContents()).toEqual(before);
  });

  test("a click on a place leads to its next step", async () => {
    const page = await go(COLD);
    await page.locator("svg.wide a.spot", { hasText: "resolv.conf" }).click();
    expect(await page.textContent(".told h2")).toBe("/etc/resolv.conf says whom to ask");
    await page.locator("svg.wide a.spot", { hasText: "KUBE-SVC" }).click();
    expect(await page.textContent(".told h2")).toContain("One endpoint is chosen");
    expect(await page.locator("svg.wide .spot.lit").textContent()).toContain("KUBE-SVC");
  });

  test("the packet has the addresses of the place where it is", async () => {
    const page = await go(`${COLD}#step-8`);
    const label = page.locator("svg.wide .packet .label");
    expect(await label.textContent()).toContain("dst 10.100.0.10:53");
    await page.keyboard.press("ArrowRight");
    expect(await label.textContent()).toMatch(/dst 10\.244\.0\.[45]:53/);
    expect(await label.locator(".changed").textContent()).toContain("dst");
  });

  test("back and forward bring lookups back", async () => {
    const page = await go("/life?name=web-service");
    await page.fill("input[name=name]", "web-service.prod");
    await page.keyboard.press("Enter");
    await page.waitForURL(/name=web-service\.prod/);
    expect(await page.textContent(".told")).toContain("web-service.prod");
    await page.goBack();
    await page.waitForFunction(
      () => !document.querySelector(".told")?.textContent?.includes("web-service.prod"),
    );
    expect(await page.inputValue("input[name=name]")).toBe("web-service");
  });

  test("what cannot be asked is said beside the question", async () => {
    const page = await go("/");
    await page.getByText("Options", { exact: false }).first().click();
    await page.fill("input[name=ndots]", "1000");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("[role=alert]")?.textContent !== "");
    expect(await page.textContent("[role=alert]")).toContain("ndots takes a whole number");
    // The browser's console tells of the 400.
    (opened.faults as string[]).length = 0;
  });

  test("the theme is kept from visit to visit", async () => {
    const page = await go("/");
    await page.selectOption("select[name=theme]", "dark");
    const dark = await page.evaluate(
      () => getComputedStyle(document.documentElement).backgroundColor,
    );
    await page.reload();
    await live(page);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    await page.selectOption("select[name=theme]", "light");
    const light = await page.evaluate(
      () => getComputedStyle(document.documentElement).backgroundColor,
    );
    expect(light).not.toBe(dark);
  });

  test("drawers follow the step until one is held", async () => {
    const page = await go(COLD);
    const chosen = () => page.locator("[role=tab][aria-selected=true]").textContent();
    await page.keyboard.press("ArrowRight");
    expect(await chosen()).toBe("hosts");
    await page.getByRole("tab", { name: "Corefile" }).click();
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("ArrowRight");
    expect(await chosen()).toBe("Corefile");
    await page.getByRole("button", { name: "Follow" }).click();
    expect(await chosen()).toBe("resolv.conf");
  });

  test("fields and octets of a message lead to each other", async () => {
    const page = await go(`${COLD}#step-5`);
    await page.locator(".fields button", { hasText: "QTYPE" }).focus();
    const octets = () => page.locator(".octet.lit").allTextContents();
    expect((await octets()).map((octet) => octet.trim())).toEqual(["00", "01"]);
    await page.locator(".octet").first().hover();
    expect(await page.locator(".fields [aria-pressed=true]").textContent()).toContain("ID");
  });

  test("the rules that did not match are there, folded", async () => {
    const page = await go(`${COLD}#step-7`);
    const others = page.locator(".panel details", { hasText: "KUBE-SERVICES in nat" });
    await others.waitFor();
    expect(await others.getAttribute("open")).toBeNull();
    await others.locator("summary").click();
    expect(await others.locator("pre").textContent()).toContain("default/web-service");
  });

  test("the cache's TTLs run down", async () => {
    const page = await go("/life?name=web-service.prod");
    await page.getByRole("tab", { name: "cache" }).click();
    const ttl = async () => Number(await page.locator(".cache .ttl").first().textContent());
    const before = await ttl();
    await page.waitForFunction(
      (first) => Number(document.querySelector(".cache .ttl")?.textContent) < first,
      before,
    );
    expect(before - (await ttl())).toBeLessThanOrEqual(3);
  });

  test("headers are those of a lookup that the browser makes", async () => {
    const page = await go(COLD);
    await page.getByRole("tab", { name: "headers" }).click();
    await page.waitForFunction(() =>
      document.querySelector(".panel pre")?.textContent?.includes("dns-trace"),
    );
    expect(await page.textContent(".panel pre")).toContain("api.example.com.cluster.local.");
  });

  test("a line is copied, and the capture is there to download", async () => {
    await opened.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await go(COLD);
    await page.getByRole("button", { name: "Copy the line for curl", exact: true }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain("/resolve?name=api.example.com");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "life.pcapng" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("life.pcapng");
  });

  test("it plays by itself, and a key takes over", async () => {
    const page = await go(COLD);
    await page.getByRole("button", { name: "Play" }).click();
    await page.waitForFunction(() =>
      document.querySelector(".counter")?.textContent?.startsWith("(2/"),
    );
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("Space");
    expect((await counter(page)).at).toBe(3);
    expect(await page.getByRole("button", { name: "Play" }).getAttribute("aria-pressed")).toBe(
      "false",
    );
  });

  test("the packet flies, unless less motion is wanted", async () => {
    const page = await go(`${COLD}#step-5`);
    const flights = () => page.evaluate(() => document.getAnimations().length);
    await page.keyboard.press("ArrowRight");
    expect(await flights()).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.waitForFunction(() => document.getAnimations().length === 0);
    await page.keyboard.press("ArrowRight");
    expect(await flights()).toBe(0);
  });

  test("names with markup are text", async () => {
    const name = "<img/src=x/onerror=alert(1)>";
    const page = await go(`/life?name=${encodeURIComponent(name)}`);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.textContent(".told")).toContain(name);
  });

  test("files are kept for ever, under names that their content gives them", async () => {
    await go("/");
    const files = opened.asked.filter((url) => url.includes("/assets/"));
    // Boot, style, the explorer, and what it shares with the tabs that are loaded later.
    expect(files.length).toBe(4);
    for (const url of files) {
      const reply = await fetch(url);
      expect(reply.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(reply.headers.get("content-type")).toMatch(/^text\/(?:css|javascript)/);
      expect((await fetch(url.replace(/-\w+\./, "-0."))).status).toBe(404);
    }
  });

  test("nothing is asked of another host, and five files make the page", async () => {
    await go(COLD);
    const own = opened.asked.filter((url) => !url.startsWith("data:"));
    expect(own.filter((url) => !url.startsWith(`${server.origin}/`))).toEqual([]);
    expect(own.length).toBe(5);
  });

  test("a tab of tools is loaded when it is opened, and but once", async () => {
    await go("/");
    const tools = () => opened.asked.filter((url) => url.includes("/assets/tools-"));
    expect(tools()).toEqual([]);
    for (const tab of ["shell", "cluster", "shell"]) {
      await opened.page.getByRole("tab", { name: tab, exact: true }).click();
      await opened.page
        .locator("[role=status]", { hasText: "Loading" })
        .waitFor({ state: "detached" });
    }
    expect(tools().length).toBe(1);
  });

  test("nslookup in the shell asks by DNS over HTTPS, and opens on the stage", async () => {
    const page = await go("/");
    await page.getByRole("tab", { name: "shell", exact: true }).click();
    const line = page.locator("#shell-line");
    await line.waitFor();
    const asking = page.waitForRequest((one) => one.method() === "POST");
    await line.fill("nslookup api.example.com");
    await line.press("Enter");
    const request = await asking;
    expect(new URL(request.url()).pathname).toContain("/dns-query");
    expect(await request.headerValue("content-type")).toBe("application/dns-message");
    const log = page.getByRole("log");
    await log.getByText("203.0.113.10").first().waitFor();
    expect(await log.innerText()).toContain("Server:\t\t10.100.0.10");
    await line.press("ArrowUp");
    expect(await line.inputValue()).toBe("nslookup api.example.com");
    await log.getByRole("link", { name: "see its life" }).first().click();
    await page.waitForURL(/[?&]name=api\.example\.com/);
    await page.waitForSelector(".ask:not([aria-busy])");
    expect(await page.inputValue("input[name=name]")).toMatch(/^api\.example\.com/);
    expect((await counter(page)).at).toBe(1);
  });

  describe("without scripts", () => {
    beforeEach(async () => {
      await opened.close();
      opened = await open(browser, { javaScriptEnabled: false, viewport: HAND });
    });

    test("the form asks, and the steps read as a list", async () => {
      const { page } = opened;
      await page.goto(`${server.origin}/`);
      await page.fill("input[name=name]", "api.example.com");
      await page.getByRole("button", { name: "Resolve" }).click();
      await page.waitForURL(/\/life\?name=api\.example\.com/);
      const steps = await page.locator(".steps li").allTextContents();
      expect(steps.length).toBeGreaterThan(20);
      expect(steps.at(-1)).toContain("Found: 203.0.113.10");
      await page.locator("summary", { hasText: "resolv.conf" }).click();
      expect(await page.getByText("options ndots:5").isVisible()).toBe(true);
      expect(await page.getByRole("button", { name: "Play" }).isVisible()).toBe(false);
    });

    test("a link to a step leads to it in the list", async () => {
      const { page } = opened;
      await page.goto(`${server.origin}${COLD}#step-7`);
      expect(
        await page.locator("#step-7").evaluate((li) => li.getBoundingClientRect().top),
      ).toBeLessThan(HAND.height);
      expect(await page.locator("li:target h3").textContent()).toContain("7");
    });
  });
});
