/**
 * BusyBox's nslookup, which an Alpine image has: another tool than BIND's.
 *
 * A name without a dot is asked for in every search domain at once, A and AAAA, and never as it is; one with a dot
 * only as it is. Every reply is printed (`networking/nslookup.c` with FEATURE_NSLOOKUP_BIG; seen with 1.35).
 *
 * @module
 */
import { addressFamily, arpaName } from "../../dns/address.ts";
import type { RR } from "../../dns/message.ts";
import { type Name, parseName } from "../../dns/name.ts";
import { ask, type Heard, lifePath } from "./ask.ts";
import { namedServer, withoutDot } from "./bind.ts";
import { resolvConf } from "./files.ts";
import { recordLines } from "./nslookup.ts";
import { type Line, type Ran, type Scene, said } from "./session.ts";

export async function busyboxNslookup(args: readonly string[], scene: Scene): Promise<Ran> {
  const words = args.filter((arg) => !/^-./.test(arg));
  const types: string[] = [];
  for (const arg of args.filter((word) => /^-./.test(word))) {
    const type = /^-(?:type|querytype|query)=(.*)$/.exec(arg)?.[1]?.toUpperCase();
    if (type === undefined) return said(`nslookup: invalid option '${arg}'\n${USAGE}`, 1);
    if (!TYPES.has(type)) return said(`nslookup: invalid query type "${type.toLowerCase()}"`, 1);
    types.push(type);
  }
  const [typed, server] = words;
  if (typed === undefined) return said(USAGE, 1);
  const read = await resolvConf(scene);
  if (!read.ok) return said(`nslookup: /etc/resolv.conf: ${read.error}`, 1);
  const { nameservers, search } = read.value.conf;
  const conf = {
    servers: nameservers.length === 0 ? ["127.0.0.1"] : nameservers,
    search,
    ndots: 1,
  };
  const servers = await namedServer(server, conf, scene);
  if (!servers.ok) return said(`nslookup: ${servers.error}`, 1);

  const queries = queriesOf(typed, types, search);
  const heard = await Promise.all(
    queries.map(({ name, type }) => ask({ name, type }, servers.value, scene)),
  );
  const lines: Line[] = [];
  const answered = heard.find((one) => one.kind === "reply");
  if (answered?.kind !== "reply" || queries.length === 0) {
    lines.push(...unreachable(heard), { text: "" });
    return { lines, status: 1 };
  }
  const asked = types[0] === undefined ? {} : { type: types[0] };
  const last = lifePath(scene, "life", { name: typed, ...asked });
  lines.push(
    { text: `Server:\t\t${server ?? answered.server}` },
    { text: `Address:\t${withPort(answered.server)}` },
    { text: "" },
  );
  const texts = heard.flatMap((one, at) => {
    const query = queries[at] as Query;
    return one.kind === "reply" ? replyLines(one, query) : [];
  });
  const at = texts.findIndex((text) => text !== "" && !text.startsWith("Non-auth"));
  lines.push(...texts.map((text, index) => (index === at ? { text, life: last } : { text })));
  const failed = heard.some((one) => one.kind !== "reply" || one.message.rcode !== "NOERROR");
  return { lines, status: failed ? 1 : 0, last };
}

interface Query {
  readonly name: Name;
  readonly type: string;
  /** As it is printed, a dot at its end included. */
  readonly typed: string;
}

const TYPES: ReadonlySet<string> = new Set("SOA NS A AAAA CNAME MX TXT PTR SRV ANY".split(" "));

const USAGE = "Usage: nslookup [-type=QUERY_TYPE] HOST [DNS_SERVER]";

/** Every search domain for a name without a dot, all of one type before the next. */
function queriesOf(typed: string, types: readonly string[], search: readonly string[]): Query[] {
  if (types.length === 0 && addressFamily(typed) !== undefined) {
    const name = arpaName(typed);
    return [{ name, type: "PTR", typed: withoutDot(name) }];
  }
  return (types.length === 0 ? ["A", "AAAA"] : types).flatMap((type) => {
    const asItIs = type === "PTR" || search.length === 0 || typed.includes(".");
    const names = asItIs ? [typed] : search.map((domain) => `${typed}.${domain}`);
    return names.flatMap((text) => {
      const name = parseName(text);
      return name.ok && text !== "" ? [{ name: name.value, type, typed: text }] : [];
    });
  });
}

function unreachable(heard: readonly Heard[]): Line[] {
  const [first] = heard;
  if (first?.kind === "broken") return [{ text: `nslookup: ${first.detail}` }];
  const refused = first?.kind === "silent" ? first.failed : [];
  return [
    ...refused
      .filter(({ why }) => why === "connection refused")
      .map(({ server }) => ({ text: `nslookup: write to '${server}': Connection refused` })),
    { text: ";; connection timed out; no servers could be reached" },
  ];
}

function withPort(server: string): string {
  return server.includes(":") ? `[${server}]:53` : `${server}:53`;
}

function replyLines({ message }: Heard & { readonly kind: "reply" }, { typed }: Query): string[] {
  const { rcode, flags, answer } = message;
  if (rcode !== "NOERROR") return [`** server can't find ${typed}: ${rcode}`, ""];
  const lines = answer.flatMap(linesOf);
  return [...(flags.aa ? [] : ["Non-authoritative answer:"]), ...lines, ""];
}

/** As BIND's, but for the root's dot, further strings of a TXT record, and types that it does not know. */
function linesOf(rr: RR): string[] {
  if (rr.type === "TXT") return [`${withoutDot(rr.name)}\ttext = "${rr.data[0]}"`];
  if (!TYPES.has(rr.type)) return [];
  return recordLines(rr, true).map((text) => text.replace(/(.)\.$/, "$1"));
}
