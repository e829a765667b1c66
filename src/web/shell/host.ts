/**
 * host of BIND 9.18: searches by resolv.conf's ndots, and asks for A, AAAA and MX unless told a type.
 *
 * @module
 */
import { parseType, rcodeNumber } from "../../dns/types.ts";
import { err, ok, type Result } from "../../result.ts";
import { BIND_VERSION, withoutDot } from "./bind.ts";
import { type SearchCall, type SearchReply, searchAndPrint } from "./searching.ts";
import { rdataText } from "./sections.ts";
import { type Ran, type Scene, said } from "./session.ts";

export async function host(args: readonly string[], scene: Scene): Promise<Ran> {
  const call = readArguments(args);
  if (!call.ok) return call.error;
  return searchAndPrint(call.value, { tool: "host", tries: 2, more: ["AAAA", "MX"], print }, scene);
}

function print(reply: SearchReply, { server }: SearchCall): string[] {
  const { message, name, typed, type, isDefault, before } = reply;
  const { rcode, answer } = message;
  const lines: string[] = [];
  if (server !== undefined && before.length === 0) {
    lines.push("Using domain server:", `Name: ${server}`, `Address: ${reply.server}#53`);
    lines.push("Aliases: ", "");
  }
  if (rcode !== "NOERROR") {
    const shown = rcode === "NXDOMAIN" ? typed : withoutDot(name);
    return [...lines, `Host ${shown} not found: ${rcodeNumber(rcode)}(${rcode})`];
  }
  if (!isDefault && answer.length === 0) lines.push(`${withoutDot(name)} has no ${type} record`);
  const records = answer.map(
    (rr) => `${withoutDot(rr.name)} ${SAYS[rr.type] ?? `has ${rr.type} record`} ${rdataText(rr)}`,
  );
  return [...lines, ...records];
}

const SAYS: Readonly<Record<string, string>> = {
  A: "has address",
  AAAA: "has IPv6 address",
  CNAME: "is an alias for",
  HINFO: "host information",
  MX: "mail is handled by",
  NS: "name server",
  PTR: "domain name pointer",
  TXT: "descriptive text",
};

/** getopt(3): flags may stand together, an argument behind its letter or as the next word. */
function readArguments(args: readonly string[]): Result<SearchCall, Ran> {
  const words: string[] = [];
  let call: Omit<SearchCall, "name"> = { search: true, recurse: true };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (!/^-./.test(arg)) {
      words.push(arg);
      continue;
    }
    for (let letter = 1; letter < arg.length; letter++) {
      const option = arg[letter] as string;
      const takesValue = "cmNpRtW".includes(option);
      const value = takesValue ? arg.slice(letter + 1) || (args[++at] ?? "") : "";
      if (option === "V") return err(said(`host ${BIND_VERSION}`));
      const type = parseType(value);
      if (option === "t" && type === undefined) {
        return err(said(`host: invalid type: ${value}\n\n`, 2));
      }
      const ndots = option === "N" && /^[0-9]{1,3}$/.test(value);
      // Waits are the resolver's own here, and DNS over HTTPS cuts nothing off.
      if (!ndots && !"4rRtTUwW".includes(option)) {
        return err(said(`host: -${option} is not in this shell\n${USAGE}`, 1));
      }
      if (type !== undefined) call = { ...call, type };
      if (ndots) call = { ...call, ndots: Number(value) };
      if (option === "r") call = { ...call, recurse: false };
      if (takesValue) break;
    }
  }
  const [name, server, ...more] = words;
  if (name === undefined || more.length > 0) return err(said(USAGE, 1));
  return ok({ ...call, name, ...(server !== undefined && { server }) });
}

const USAGE = "Usage: host [-rTV] [-N ndots] [-t type] hostname [server]";
