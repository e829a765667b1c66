/**
 * The page of a life: the whole document, which reads without scripts; the script draws the same and goes on from there.
 *
 * @module
 */
import { html, raw } from "hono/html";
import type { Life } from "../trace/life.ts";
import { storyOf } from "../trace/story.ts";
import { ASSETS } from "./assets.ts";
import type { ClusterView } from "./cluster/view.ts";
import { Explorer } from "./explorer.tsx";
import type { Embedded, Page } from "./page.ts";

/** Nothing from another host, and no script or style that is not a file of ours. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=UTF-8",
  "content-security-policy": PAGE_POLICY,
  "referrer-policy": "no-referrer",
};

/** The document as text. */
export function lifePage(life: Life, page: Page, view?: ClusterView): string {
  const steps = storyOf(life);
  return String(html`<!doctype html>${<Document {...{ life, page, steps, view }} />}`);
}

interface DocumentProps extends Embedded {
  readonly steps: ReturnType<typeof storyOf>;
  /** Drawn, and not embedded: the script reads the cluster when it is looked at. */
  readonly view: ClusterView | undefined;
}

function Document({ life, page, steps, view }: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          name="description"
          content="Step through the life of a DNS request in Kubernetes: libc, iptables, CoreDNS and back, computed for your name and your cluster."
        />
        <title>{`${life.asked.name} – ndots`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={ASSETS.style} />
        <script src={ASSETS.boot} />
        <script type="module" src={ASSETS.script} />
      </head>
      <body>
        <div id="explorer">
          <Explorer {...{ life, page, steps, view }} at={0} />
        </div>
        <script type="application/json" id="embedded">
          {raw(embeddable({ life, page }))}
        </script>
      </body>
    </html>
  );
}

/** JSON that cannot end the element that it stands in. */
function embeddable(embedded: Embedded): string {
  return JSON.stringify(embedded).replaceAll("<", "\\u003c");
}
