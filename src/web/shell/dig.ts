/**
 * dig of BIND 9.18: asks for a name as it is, unless `+search`, and prints the whole message.
 *
 * @module
 */
import type { Message } from "../../dns/message.ts";
import { type Name, sameName } from "../../dns/name.ts";
import { ask, type Heard, lifePath } from "./ask.ts";
import {
  BIND_VERSION,
  type BindConf,
  bindConf,
  legalName,
  namedServer,
  searchNames,
  walk,
} from "./bind.ts";
import { type DigCall, type DigFlag, type DigLookup, readDigArguments } from "./dig-arguments.ts";
import { headerLines, optLines, questionLine, rdataText, recordLine } from "./sections.ts";
import { type Line, linesOf, type Ran, type Scene, said } from "./session.ts";

export async function dig(args: readonly string[], scene: Scene): Promise<Ran> {
  const call = readDigArguments(args);
  if (!call.ok) return said(call.error.text, call.error.status);
  const conf = await confOf(call.value, scene);
  if (!conf.ok) return said(`dig: ${conf.error}`, 10);
  const servers = await namedServer(call.value.server, conf.value, scene);
  if (!servers.ok) return said(`dig: ${servers.error}`, 1);

  const lines: Line[] = call.value.warnings.map((text) => ({ text }));
  let status = 0;
  let last: string | undefined;
  // The greeting comes with the first message that is printed, and again with each that a search shows.
  let greeting = greetingLines(args, call.value);
  for (const lookup of call.value.lookups) {
    const name = legalName(lookup.name);
    if (!name.ok) {
      const why = `dig: '${lookup.name}' is not a legal name (${name.error})`;
      return { lines: [...lines, { text: why }], status: 10 };
    }
    const wanted = { ...conf.value, servers: servers.value };
    const ran = await lookUp(lookup, name.value, call.value, wanted, greeting, scene);
    lines.push(...ran.lines);
    if (ran.greeted) greeting = [];
    if (ran.status !== 0) status = ran.status;
    last = ran.last;
  }
  return { lines, status, ...(last !== undefined && { last }) };
}

/** resolv.conf's search, with what the command line says in its place. */
async function confOf(call: DigCall, scene: Scene): ReturnType<typeof bindConf> {
  const conf = await bindConf(scene);
  if (!conf.ok) return conf;
  const { ndots = conf.value.ndots, domain } = call;
  const search = domain === undefined ? conf.value.search : [domain];
  return { ok: true, value: { ...conf.value, ndots, search } };
}

interface LookedUp {
  readonly lines: readonly Line[];
  readonly status: number;
  readonly greeted: boolean;
  readonly last: string;
}

async function lookUp(
  lookup: DigLookup,
  name: Name,
  call: DigCall,
  conf: BindConf,
  greeting: readonly string[],
  scene: Scene,
): Promise<LookedUp> {
  const { type, on } = lookup;
  const send = (candidate: Name): Promise<Heard> =>
    ask(
      {
        name: candidate,
        type,
        recurse: on.includes("recurse"),
        authenticData: on.includes("adflag"),
        checkingDisabled: on.includes("cdflag"),
        edns: on.includes("edns") || on.includes("dnssec"),
        dnssecOk: on.includes("dnssec"),
      },
      conf.servers,
      scene,
    );
  const lines: Line[] = [];
  const names = searchNames(name, lookup.name, conf, call.search);
  const walked = await walk(names, TRIES, send, (candidate, heard) => {
    if (!call.showSearch) return;
    lines.push(...printed(lookup, candidate, heard, greeting, call, scene));
  });
  lines.push(...walked.failures);
  const { heard } = walked;
  const last = lifeOf(walked.name, type, scene);
  if (heard.kind === "broken") {
    return { lines: [{ text: `;; ${heard.detail}` }], status: 9, greeted: false, last };
  }
  if (heard.kind === "silent") {
    lines.push(...linesOf([...greeting, NO_SERVER].join("\n")));
    return { lines, status: 9, greeted: true, last };
  }
  lines.push(...printed(lookup, walked.name, heard, greeting, call, scene));
  return { lines, status: 0, greeted: true, last };
}

const TRIES = 3;

export const NO_SERVER = ";; no servers could be reached";

/** The life of one query for a complete name. */
export function lifeOf(name: Name, type: string, scene: Scene): string {
  const family = { A: "4", AAAA: "6" }[type];
  const kind = family === undefined ? { type } : { family };
  return lifePath(scene, "life", { name, ...kind });
}

function greetingLines(args: readonly string[], { server, cmd }: DigCall): string[] {
  if (!cmd) return [];
  return [
    "",
    `; <<>> DiG ${BIND_VERSION} <<>>${args.map((arg) => ` ${arg}`).join("")}`,
    ...(server === undefined ? [] : ["; (1 server found)"]),
    ";; global options: +cmd",
  ];
}

/** One message: greeting, sections and statistics, as far as the lookup wants them. */
function printed(
  lookup: DigLookup,
  name: Name,
  heard: Heard & { readonly kind: "reply" },
  greeting: readonly string[],
  { server, short }: DigCall,
  scene: Scene,
): Line[] {
  const { message } = heard;
  const life = lifeOf(name, lookup.type, scene);
  const texts = short
    ? shortLines(message, lookup.on.includes("dnssec"))
    : messageLines(message, lookup.on);
  if (lookup.on.includes("stats") && !short) {
    texts.push(
      `;; Query time: ${heard.ms} msec`,
      `;; SERVER: ${heard.server}#53(${server ?? heard.server}) (${lookup.on.includes("tcp") ? "TCP" : "UDP"})`,
      `;; WHEN: ${when(scene.io.now())}`,
      `;; MSG SIZE  rcvd: ${heard.octets}`,
      "",
    );
  }
  // The life is opened from the line that tells how the query ended.
  const at = Math.max(
    0,
    texts.findIndex((text) => text.includes("->>HEADER<<-")),
  );
  return [
    ...greeting.map((text) => ({ text })),
    ...texts.map((text, index) => (index === at ? { text, life } : { text })),
  ];
}

function shortLines(message: Message, dnssec: boolean): string[] {
  return message.answer.filter((rr) => dnssec || rr.type !== "RRSIG").map(rdataText);
}

function messageLines(message: Message, on: readonly DigFlag[]): string[] {
  const lines: string[] = [];
  if (on.includes("comments")) {
    lines.push(";; Got answer:", ...mdnsWarning(message), ...headerLines(message));
    if (message.flags.rd && !message.flags.ra) {
      lines.push(";; WARNING: recursion requested but not available");
    }
    lines.push("");
    if (message.edns) lines.push(...optLines(message.edns));
  }
  const section = (title: string, records: readonly string[]): void => {
    if (records.length === 0) return;
    if (on.includes("comments")) lines.push(`;; ${title} SECTION:`);
    lines.push(...records);
    if (on.includes("comments")) lines.push("");
  };
  if (on.includes("question")) section("QUESTION", message.question.map(questionLine));
  for (const part of ["answer", "authority", "additional"] as const) {
    const records = message[part].map((rr) =>
      recordLine(rr, on.includes("ttlid"), on.includes("class")),
    );
    if (on.includes(part)) section(part.toUpperCase(), records);
  }
  return lines;
}

const LOCAL = "local." as Name;

function mdnsWarning({ question }: Message): string[] {
  const name = question[0]?.name;
  if (name === undefined) return [];
  const isLocal = sameName(name, LOCAL) || name.toLowerCase().endsWith(".local.");
  if (!isLocal) return [];
  return [
    ";; WARNING: .local is reserved for Multicast DNS",
    ";; You are currently testing what happens when an mDNS query is leaked to DNS",
  ];
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** As date(1) in a container, whose time zone is UTC: `Mon Nov 23 13:15:34 UTC 2026`. */
export function when(now: number): string {
  const [, date = "", month = "", year = "", time = ""] = new Date(now).toUTCString().split(" ");
  return `${DAYS[new Date(now).getUTCDay()]} ${month} ${date} ${time} UTC ${year}`;
}
