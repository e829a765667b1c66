/**
 * What can be typed, for who asks for `/` in a terminal.
 *
 * @module
 */
interface Try {
  readonly what: string;
  readonly command: string;
}

/** @param origin as the client reaches the service: `https://ndots.example` */
export function home(origin: string): Response {
  const lines = commands(origin).map(({ what, command }) => `# ${what}\n${command}\n`);
  const text = `ndots\n${SUMMARY}\n\n${lines.join("\n")}\nClusters: /clusters\nIn a browser: the explorer\n`;
  return new Response(text, {
    headers: {
      "content-type": "text/plain; charset=UTF-8",
      "cache-control": "max-age=300",
      vary: "Accept",
    },
  });
}

/** The lines to type, with the host that was asked filled in. */
function commands(origin: string): Try[] {
  const url = new URL(origin);
  const secure = url.protocol === "https:";
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
      what: "The whole story of an outside name: five queries, four of them wasted",
      command: `curl -sS${insecure} '${origin}/life?name=api.example.com'`,
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
