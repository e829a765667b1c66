/**
 * The real Chromium on a real server, and a page that tells of everything that went wrong in it.
 *
 * @module
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export type { Page };

export function launch(): Promise<Browser> {
  const root = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: onPath("chromium"),
    args: root ? ["--no-sandbox"] : [],
  });
}

export interface Opened {
  readonly page: Page;
  /** Errors, broken policies and failed requests, in the browser's words. */
  readonly faults: readonly string[];
  /** Addresses of all that was asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: DESK, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const asked: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
  page.on("request", (request) => asked.push(request.url()));
  return { page, faults, asked, close: () => context.close() };
}

export const DESK = { width: 1280, height: 860 };
export const HAND = { width: 390, height: 844 };

/** `(7/27)` as numbers. */
export async function counter(page: Page): Promise<{ at: number; of: number }> {
  const text = (await page.textContent(".counter")) ?? "";
  const [, at = "", of = ""] = /^\((\d+)\/(\d+)\)$/.exec(text.trim()) ?? [];
  return { at: Number(at), of: Number(of) };
}

/** Waits until the script has taken over. */
export async function live(page: Page): Promise<void> {
  await page.waitForSelector("[role=tablist]");
}

function onPath(name: string): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next.
    }
  }
  return name;
}
