/**
 * The same lookup by other means: lines to type.
 *
 * @module
 */
import type { Life } from "../../trace/life.ts";
import { type Page, vantagePathOf } from "../page.ts";

export interface Command {
  readonly tool: string;
  readonly line: string;
  /** What to know of it, without a full stop. */
  readonly note?: string;
}

export function commandsOf(life: Life, page: Page): readonly Command[] {
  if (page.own) return commandsWithList(life, page);
  const { asked, vantage } = life;
  const types = asked.call === "getaddrinfo" ? ["A", "AAAA"] : asked.types;
  const type = types[0] ?? "A";
  const absolute = asked.name.endsWith(".");
  const own = vantagePathOf(vantage);
  const options = optionSegments(page, absolute);
  const doh = `${own}/dns-query${options}`;
  const params = new URLSearchParams({ name: asked.name, type });
  for (const name of ["ndots", "search", "libc", "family", "cache"] as const) {
    const value = page.options[name];
    if (value !== undefined) params.set(name, value);
  }
  const resolve = `${page.origin}${own}/resolve?${params}`;
  return [
    {
      tool: "dig",
      line: `dig ${at(page.origin)} +https=${quoted(doh)} ${quoted(asked.name)} ${type}`,
      note: "the queries stand in its EDE lines",
    },
    {
      tool: "kdig",
      line: `kdig ${at(page.origin)} +https=${quoted(doh)} ${quoted(asked.name)} ${type}`,
    },
    { tool: "curl", line: `curl -sS ${quoted(resolve)}`, note: "JSON, with its trace" },
    {
      tool: "curl, the whole story",
      line: `curl -sS ${quoted(page.origin + asked.self)}`,
      note: "these steps as text",
    },
    {
      tool: "fetch",
      line: `const reply = await fetch(${JSON.stringify(resolve)});\nconsole.log(await reply.json());`,
    },
    inCluster(life, type),
  ];
}

/** A cluster that the service does not have is sent along, from the file that the cluster's tab saves. */
function commandsWithList(life: Life, page: Page): readonly Command[] {
  const url = quoted(page.origin + life.asked.self);
  const post = "curl -sS -H 'content-type: application/json' --data-binary @cluster.json";
  const type = life.asked.types[0] ?? "A";
  return [
    { tool: "curl", line: `${post} ${url}`, note: "with your cluster, as Save gives it" },
    inCluster(life, type),
  ];
}

/** dig and kdig speak DNS over HTTPS only with TLS, which has a port of its own where this page has none. */
function at(origin: string): string {
  let host = "localhost";
  let port = "8443";
  try {
    const url = new URL(origin);
    host = url.hostname.replace(/^\[|\]$/g, "");
    if (url.protocol === "https:") port = url.port;
  } catch {
    // The origin is what the client's Host header made of it.
  }
  return `@${host}${port === "" ? "" : ` -p ${port}`}`;
}

/** A message has no trailing dot: what is typed with one is asked as it is. */
function optionSegments({ options }: Page, absolute: boolean): string {
  const given = (["ndots", "libc", "family", "cache"] as const).flatMap((name) =>
    options[name] === undefined ? [] : [`${name}=${options[name]}`],
  );
  const search = absolute ? "off" : options.search;
  if (search !== undefined) given.push(`search=${search}`);
  return given
    .map((segment) => `/${encodeURIComponent(segment).replace(/%3D/, "=").replaceAll("%2C", ",")}`)
    .join("");
}

function inCluster({ asked, vantage }: Life, type: string): Command {
  const pod = `-n ${quoted(vantage.namespace)} ${quoted(vantage.pod)}`;
  const name = quoted(asked.name);
  const line =
    asked.call === "getaddrinfo" && vantage.libc !== "musl"
      ? `getent ahosts ${name}`
      : `nslookup -type=${type} ${name}`;
  return vantage.madeUp
    ? {
        tool: "kubectl",
        line: `kubectl run -n ${quoted(vantage.namespace)} -it --rm --restart=Never --image=busybox lookup -- nslookup ${name}`,
        note: "in a cluster of your own",
      }
    : { tool: "kubectl", line: `kubectl exec ${pod} -- ${line}`, note: "in a cluster of your own" };
}

/** As a POSIX shell takes it for one word; plain words stay as they are. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
