/**
 * `npm run screenshots`: the README's pictures of the explorer, light and dark, from the running service.
 *
 * @module
 */
import { launch } from "../test/browser/browser.ts";
import { startServer } from "../test/e2e/server.ts";

/** The talk's own example, where the packet's destination is rewritten. */
const SHOWN = "/life?name=api.example.com&seed=7&cache=off#step-9";

const server = await startServer("Deno");
const browser = await launch();
try {
  for (const theme of ["light", "dark"] as const) {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 940 },
      colorScheme: theme,
      reducedMotion: "reduce",
    });
    await page.goto(server.origin + SHOWN);
    await page.waitForSelector("[role=tablist]");
    await page.screenshot({ path: `docs/images/explorer-${theme}.png` });
    await page.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
