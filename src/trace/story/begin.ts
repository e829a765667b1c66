/**
 * The story up to the first packet: the call, the hosts file, resolv.conf, and which names will be tried.
 *
 * @module
 */
import type { Life } from "../life.ts";
import * as sources from "./sources.ts";
import type { Telling } from "./step.ts";

export function begin(life: Life): Telling[] {
  const asksDns = life.queries.length > 0 || life.candidates.length > 0;
  return [call(life), ...early(life), ...(asksDns ? [settings(life), search(life)] : [])];
}

function call({ asked, vantage }: Life): Telling {
  const { name, types } = asked;
  const where = vantage.node === undefined ? "" : ` on node \`${vantage.node}\``;
  const what =
    asked.call === "getaddrinfo"
      ? `calls \`getaddrinfo("${name}")\`: it wants addresses`
      : `calls \`res_search("${name}")\`: it wants ${types.join(" and ")} records`;
  return {
    key: "call",
    phase: "application",
    title: `${asked.call}("${name}")`,
    sentence: `An application in Pod \`${vantage.namespace}/${vantage.pod}\`${where} ${what}, and leaves the rest to its C library, ${vantage.libcVersion}.`,
    source: asked.call === "getaddrinfo" ? sources.GETADDRINFO : sources.RES_SEARCH,
    place: "application",
    focus: "yourself",
  };
}

function early({ before, asked, queries, candidates }: Life): Telling[] {
  return before.map(({ what, did }, index) => {
    const key = `before-${index}`;
    const sentence = `${upperFirst(did)}.`;
    if (what === "hosts") {
      const goesOn = queries.length + candidates.length > 0 && index === before.length - 1;
      return {
        key,
        phase: "libc",
        title: "/etc/hosts comes first",
        sentence: `The hosts file is read before any server is asked: ${did}.${goesOn ? " So DNS is next." : ""}`,
        source: sources.HOSTS,
        place: "hosts",
        focus: "hosts",
      };
    }
    return {
      key,
      phase: "libc",
      title: what === "address" ? `Is ${asked.name} an address?` : "localhost",
      sentence,
      source: what === "address" ? sources.GETADDRINFO : sources.LOCALHOST,
      place: "libc",
      focus: "hosts",
    };
  });
}

function settings({ settings, vantage }: Life): Telling {
  const { nameservers, ndots, search } = settings;
  const servers =
    nameservers.length === 0
      ? "no nameserver"
      : `nameserver ${nameservers.map((server) => `\`${server}\``).join(", ")}`;
  const domains = search.length === 1 ? "1 search domain" : `${search.length} search domains`;
  return {
    key: "resolv-conf",
    phase: "libc",
    title: "/etc/resolv.conf says whom to ask",
    sentence: `kubelet wrote it for \`dnsPolicy: ${vantage.dnsPolicy}\`: ${servers}, ${domains}, \`ndots:${ndots}\`.`,
    source: sources.DNS_POLICY,
    place: "resolv.conf",
    focus: "resolv.conf",
  };
}

function search(life: Life): Telling {
  const { candidates, asked, settings } = life;
  const first = candidates[0];
  const sentence =
    first === undefined
      ? `\`${asked.name}\` cannot be sent: no name is tried.`
      : candidates.length === 1
        ? `One name alone is tried, \`${first.name}\`: ${first.reason}.`
        : `Up to ${candidates.length} names are tried, and the first is \`${first.name}\`: ${first.reason}. What is found ends the search.`;
  return {
    key: "search",
    phase: "libc",
    title: asked.name.endsWith(".")
      ? "A trailing dot: no search"
      : `${dots(asked.name)} against ndots:${settings.ndots}`,
    sentence,
    source: sources.RESOLV_CONF,
    place: "libc",
    focus: "resolv.conf",
  };
}

/** Escaped dots are no separators (RFC 1035 §5.1). */
function dots(name: string): string {
  const count = name.replace(/\\./g, "").split(".").length - 1;
  return count === 1 ? "1 dot" : `${count} dots`;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
