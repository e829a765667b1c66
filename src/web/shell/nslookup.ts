/**
 * nslookup of BIND 9.18, without its interactive mode: searches as host does, and asks for A, then AAAA.
 *
 * @module
 */
import type { RR, Soa } from "../../dns/message.ts";
import { parseType, typeNumber } from "../../dns/types.ts";
import { BIND_VERSION, withoutDot } from "./bind.ts";
import { framed, type SearchCall, type SearchReply, searchAndPrint } from "./searching.ts";
import { rdataText } from "./sections.ts";
import { type Ran, type Scene, said } from "./session.ts";

export async function nslookup(args: readonly string[], scene: Scene): Promise<Ran> {
  if (args[0] === "-version") return said(`nslookup ${BIND_VERSION}`);
  const { words, warnings, ...call } = readArguments(args);
  const [name, server] = words;
  if (name === undefined || words.length > 2) return said(USAGE, 1);
  const asked = { ...call, name, ...(server !== undefined && { server }) };
  const tool = { tool: "nslookup", tries: 3, more: ["AAAA"], print } as const;
  const ran = await searchAndPrint(asked, tool, scene);
  return framed(warnings, ran, ran.last === undefined ? "" : "\n");
}

function print(reply: SearchReply, call: SearchCall): string[] {
  const { message, name, type, isDefault, servers, before } = reply;
  const { rcode, flags, answer, authority, additional } = message;
  const begins = !isDefault || type === "A";
  const lines: string[] = [];
  // A server that says SERVFAIL is passed over like one that says nothing.
  for (const [at, server] of servers.entries()) {
    if (rcode !== "SERVFAIL") break;
    const next = at + 1 < servers.length ? ", trying next server" : "";
    lines.push(`;; Got SERVFAIL reply from ${server}${next}`);
  }
  if (begins) {
    lines.push(`Server:\t\t${call.server ?? reply.server}`, `Address:\t${reply.server}#53`, "");
  }
  if (rcode !== "NOERROR") {
    return [...lines, `** server can't find ${withoutDot(name)}: ${rcode}`];
  }
  if (!flags.aa && begins) lines.push("Non-authoritative answer:");
  lines.push(...answer.flatMap((rr) => recordLines(rr, true)));
  const hadNone = before.every((one) => one.answer.length === 0);
  if (answer.length === 0 && (!isDefault || (type === "AAAA" && hadNone))) {
    lines.push(`*** Can't find ${reply.typed}: No answer`);
  }
  if (!flags.aa && type !== "A" && type !== "AAAA") {
    lines.push("", "Authoritative answers can be found from:");
    lines.push(...[...authority, ...additional].flatMap((rr) => recordLines(rr, false)));
  }
  return lines;
}

export function recordLines(rr: RR, inAnswer: boolean): string[] {
  const owner = withoutDot(rr.name);
  if (rr.type === "SOA") return [owner, ...soaLines(rr.data as Soa)];
  if (inAnswer && (rr.type === "A" || rr.type === "AAAA")) {
    return [`Name:\t${owner}`, `Address: ${rdataText(rr)}`];
  }
  const says = SAYS[rr.type] ?? `rdata_${typeNumber(rr.type)} = `;
  return [`${owner}\t${says}${rdataText(rr)}`];
}

function soaLines({ mname, rname, ...times }: Soa): string[] {
  return [
    `\torigin = ${withoutDot(mname)}`,
    `\tmail addr = ${withoutDot(rname)}`,
    ...SOA_TIMES.map((time) => `\t${time} = ${times[time]}`),
  ];
}

const SOA_TIMES = ["serial", "refresh", "retry", "expire", "minimum"] as const;

/** `rtypetext` of nslookup.c; later types have their number. */
const SAYS: Readonly<Record<string, string>> = {
  A: "internet address = ",
  AAAA: "has AAAA address ",
  CERT: "cert = ",
  CNAME: "canonical name = ",
  DNAME: "dname = ",
  HINFO: "hinfo = ",
  MX: "mail exchanger = ",
  NAPTR: "naptr = ",
  NS: "nameserver = ",
  PTR: "name = ",
  SRV: "service = ",
  TXT: "text = ",
};

interface Arguments extends Omit<SearchCall, "name"> {
  readonly words: readonly string[];
  readonly warnings: readonly string[];
}

function readArguments(args: readonly string[]): Arguments {
  let call: Arguments = { words: [], search: true, recurse: true, warnings: [] };
  for (const arg of args) {
    const [key = "", value = ""] = arg.slice(1).split("=", 2);
    const isOn = !key.startsWith("no");
    const type = parseType(value);
    if (!/^-./.test(arg)) {
      call = { ...call, words: [...call.words, arg] };
    } else if (/^(?:ty|type|q|query|querytype)$/.test(key)) {
      if (type !== undefined) call = { ...call, type };
      else call = { ...call, warnings: [...call.warnings, `unknown query type: ${value}`] };
    } else if (/^(?:no)?sea(?:rch)?$/.test(key)) {
      call = { ...call, search: isOn };
    } else if (/^(?:no)?rec(?:urse)?$/.test(key)) {
      call = { ...call, recurse: isOn };
    } else if (/^do(?:main)?$/.test(key)) {
      call = { ...call, domain: value, search: true };
    } else if (key === "ndots" && /^[0-9]{1,3}$/.test(value)) {
      call = { ...call, ndots: Number(value) };
    } else if (!/^-(?:timeout|retry|port=53$|(?:no)?vc|nodebug|nofail)/.test(arg)) {
      call = { ...call, warnings: [...call.warnings, `*** Invalid option: ${arg.slice(1)}`] };
    }
  }
  return call;
}

const USAGE = `Usage:
   nslookup [-opt ...] host        # just look up 'host' using default server
   nslookup [-opt ...] host server # just look up 'host' using 'server'`;
