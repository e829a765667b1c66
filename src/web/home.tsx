/**
 * The front page: what this is and what to type. Text to curl, a page to a browser.
 *
 * @module
 */
import type { Context } from "hono";
import { html } from "hono/html";
import { urlOf } from "../http/url.ts";

interface Try {
  readonly what: string;
  readonly command: string;
}

export function home(c: Context): Response | Promise<Response> {
  const tries = commands(c);
  const wantsPage = (c.req.header("accept") ?? "").includes("text/html");
  c.header("Vary", "Accept");
  c.header("Cache-Control", "max-age=300");
  if (!wantsPage) return c.text(asText(tries));
  c.header(
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
  );
  return c.html(html`<!doctype html>${<Page tries={tries} />}`);
}

/** The lines to type, with the host that was asked filled in. */
function commands(c: Context): Try[] {
  const url = urlOf(c);
  const secure = url.protocol === "https:" || c.req.header("x-forwarded-proto") === "https";
  const origin = `${secure ? "https" : "http"}://${url.host}`;
  const port = url.port === "" ? "" : ` -p ${url.port}`;
  const at = `@${url.hostname.replace(/^\[|\]$/g, "")}${port}`;
  const isLocal = /^(localhost|127\.|\[::1\])/.test(url.hostname);
  const insecure = secure && isLocal ? " -k" : "";
  const tries: Try[] = [
    {
      what: "A Service of the pod's own namespace: one query",
      command: `curl -sS${insecure} '${origin}/resolve?name=web-service'`,
    },
    {
      what: "An outside name, as a pod asks for it: five queries, four of them wasted",
      command: `curl -sS${insecure} '${origin}/resolve?name=api.example.com'`,
    },
    {
      what: "The same with its trailing dot: one query",
      command: `curl -sS${insecure} '${origin}/resolve?name=api.example.com.'`,
    },
    {
      what: "The same name asked by an Alpine pod, whose libc is musl",
      command: `curl -sS${insecure} '${origin}/clusters/demo/namespaces/default/pods/alpine/resolve?name=api.example.com'`,
    },
    {
      what: "The resolv.conf that kubelet writes into the pod",
      command: `curl -sS${insecure} '${origin}/resolv.conf'`,
    },
  ];
  if (!secure) return tries;
  return [
    {
      what: "The trace in dig: an Extended DNS Error a query",
      command: `dig ${at} +https web-service`,
    },
    { what: "With kdig", command: `kdig ${at} +https api.example.com` },
    {
      what: "With options in the path, since dig sends no query string",
      command: `dig ${at} +https=/dns-query/ndots=2 api.example.com`,
    },
    ...tries,
  ];
}

const SUMMARY =
  "A DNS-over-HTTPS resolver that stands inside a virtual Kubernetes cluster and shows its work.";

function asText(tries: readonly Try[]): string {
  const lines = tries.map(({ what, command }) => `# ${what}\n${command}\n`);
  return `ndots\n${SUMMARY}\n\n${lines.join("\n")}\nClusters: /clusters\n`;
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1rem; font-weight: 600; margin: 1.5rem 0 .4rem; }
pre { margin: 0; padding: .7rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8886; border-radius: .4rem; }
code { font: .9rem/1.5 ui-monospace, monospace; }
`;

function Page({ tries }: { tries: readonly Try[] }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>ndots</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <main>
          <h1>ndots</h1>
          <p>{SUMMARY}</p>
          {tries.map(({ what, command }) => (
            <section>
              <h2>{what}</h2>
              <pre>
                <code>{command}</code>
              </pre>
            </section>
          ))}
          <h2>More</h2>
          <ul>
            <li>
              <a href="/clusters">The clusters</a> and their objects
            </li>
            <li>
              <a href="/clusters/demo/corefile">The Corefile of the default cluster</a>
            </li>
            <li>
              <a href="/resolve?name=web-service">A lookup, as JSON</a>
            </li>
          </ul>
        </main>
      </body>
    </html>
  );
}
