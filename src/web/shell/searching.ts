/**
 * What host and nslookup of BIND 9.18 do alike: search for a name's addresses, and ask for more of what was found.
 *
 * @module
 */
import { addressFamily, arpaName } from "../../dns/address.ts";
import type { Message, RRType } from "../../dns/message.ts";
import { type Name, sameName } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import { ask, lifePath } from "./ask.ts";
import { bindConf, legalName, namedServer, searchNames, walk, withoutDot } from "./bind.ts";
import { lifeOf, NO_SERVER } from "./dig.ts";
import { type Line, linesOf, type Ran, type Scene, said } from "./session.ts";

/** What the command line says. */
export interface SearchCall {
  readonly name: string;
  readonly server?: string;
  /** Absent: A, and then what the tool asks for besides. */
  readonly type?: RRType;
  readonly search: boolean;
  readonly recurse: boolean;
  readonly ndots?: number;
  readonly domain?: string;
}

export interface SearchTool {
  readonly tool: "host" | "nslookup";
  /** How often it sends to a server that does not answer. */
  readonly tries: number;
  /** Behind A, where no type is given. */
  readonly more: readonly RRType[];
  print(reply: SearchReply, call: SearchCall): readonly string[];
}

export interface SearchReply {
  readonly message: Message;
  /** The name that was asked at last, and the one to speak of where there is none. */
  readonly name: Name;
  readonly typed: string;
  readonly type: RRType;
  /** No type was given. */
  readonly isDefault: boolean;
  readonly server: string;
  /** Those of resolv.conf, or the one that was named. */
  readonly servers: readonly string[];
  /** What the replies before this one had. */
  readonly before: readonly Message[];
}

export async function searchAndPrint(
  call: SearchCall,
  tool: SearchTool,
  scene: Scene,
): Promise<Ran> {
  const failed = (why: string): Ran => said(`${tool.tool}: ${why}`, 1);
  const conf = await bindConf(scene);
  if (!conf.ok) return failed(conf.error);
  const servers = await namedServer(call.server, conf.value, scene);
  if (!servers.ok) return failed(servers.error);
  const { ndots = conf.value.ndots, domain, recurse } = call;
  const search = domain === undefined ? conf.value.search : [domain];

  const isReverse = addressFamily(call.name) !== undefined;
  const name = isReverse ? ok(arpaName(call.name)) : legalName(call.name);
  if (!name.ok) return failed(`'${call.name}' is not in legal name syntax (${name.error})`);
  const isDefault = call.type === undefined && (!isReverse || tool.tool === "nslookup");
  const type = isReverse ? "PTR" : (call.type ?? "A");
  const life = isReverse
    ? lifeOf(name.value, type, scene)
    : lifePath(scene, "life", { name: call.name, ...(call.type && { type }) });

  const lines: Line[] = [];
  const before: Message[] = [];
  const found = { servers: servers.value, search, ndots };
  let names = searchNames(name.value, call.name, found, call.search && !isReverse);
  let typed = isReverse ? withoutDot(name.value) : call.name;
  let status = 0;
  for (const asked of [type, ...(isDefault && !isReverse ? tool.more : [])]) {
    const walked = await walk(names, tool.tries, (one) =>
      ask({ name: one, type: asked, recurse }, servers.value, scene),
    );
    const { heard } = walked;
    lines.push(...walked.failures);
    if (heard.kind !== "reply") {
      const why = heard.kind === "silent" ? NO_SERVER : `${tool.tool}: ${heard.detail}`;
      lines.push({ text: why });
      status = 1;
      break;
    }
    const { message, server } = heard;
    const reply = { message, name: walked.name, typed, type: asked, isDefault, server };
    const texts = tool.print({ ...reply, servers: servers.value, before }, call);
    const first = texts.findIndex((text) => text !== "" && !HEADING.test(text));
    lines.push(
      ...texts.map((text, at) => (before.length === 0 && at === first ? { text, life } : { text })),
    );
    if (message.rcode !== "NOERROR") {
      status = 1;
      break;
    }
    before.push(message);
    names = [aliasEnd(message, walked.name)];
    typed = withoutDot(names[0] as Name);
  }
  return { lines, status, last: life };
}

/** What stands above an answer. */
const HEADING = /^(?:;;|Server:|Address:|Non-auth|Using|Name: |Aliases)/;

/** The name at the end of the aliases of `from`; a chain that runs in a circle ends after a round. */
function aliasEnd({ answer }: Message, from: Name): Name {
  let at = from;
  for (let step = 0; step < answer.length; step++) {
    const here = at;
    const cname = answer.find((rr) => rr.type === "CNAME" && sameName(rr.name, here));
    if (cname?.type !== "CNAME") break;
    at = cname.data;
  }
  return at;
}

/** Lines ahead of what a tool printed, and behind. */
export function framed(before: readonly string[], ran: Ran, behind = ""): Ran {
  const lines = [...before.map((text) => ({ text })), ...ran.lines, ...linesOf(behind)];
  return { ...ran, lines };
}
