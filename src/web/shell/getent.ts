/**
 * getent: the Pod's own libc, hosts file first. What it found is the lookup's life; the form is glibc's or Alpine's.
 *
 * glibc's and Alpine's getent both ask for `hosts` with AF_INET6 first and with AF_INET only where that found nothing
 * (`nss/getent.c` of glibc 2.36, `getent.c` of Alpine's musl-utils), for `ahosts` with AF_UNSPEC.
 *
 * @module
 */
import { addressFamily, addressOctets, arpaName, canonicalAddress } from "../../dns/address.ts";
import type { Life } from "../../trace/life.ts";
import { ask, fetchJson, lifePath } from "./ask.ts";
import { bindConf, withoutDot } from "./bind.ts";
import { type HostsWords, hostsLines } from "./files.ts";
import { type Line, type Ran, type Scene, said } from "./session.ts";

/** A Go program brings no getent: its Pod is asked as by a debug container of Debian. */
type Form = "glibc" | "musl";

type Family = "4" | "6" | "any";

export async function getent(args: readonly string[], scene: Scene): Promise<Ran> {
  const [database = "", ...keys] = args;
  const form: Form = scene.session.seat.libc === "musl" ? "musl" : "glibc";
  if (!Object.hasOwn(FAMILIES, database)) {
    const why = database === "" ? "wrong number of arguments" : `unknown database: ${database}`;
    return said(`getent: ${why}\nThis shell has ${Object.keys(FAMILIES).join(", ")}.`, 1);
  }
  const file = await hostsLines(scene);
  if (!file.ok) return said(`getent: ${file.error}`, 1);
  if (keys.length === 0) return enumerated(form, file.value.all);
  const lines: Line[] = [];
  let status = 0;
  let last: string | undefined;
  for (const key of keys.slice(0, MOST_KEYS)) {
    const isReverse = database === "hosts" && addressFamily(key) !== undefined;
    const ran = isReverse
      ? await reverse(key, form, file.value.all, scene)
      : await forward(key, database as keyof typeof FAMILIES, form, file.value, scene);
    lines.push(...ran.lines);
    last = ran.last ?? last;
    if (ran.status !== 0) status = ran.status;
    // Alpine's ends with the first that is not found.
    if (status !== 0 && (form === "musl" || status !== NOT_FOUND)) break;
  }
  return { lines, status, ...(last !== undefined && { last }) };
}

const MOST_KEYS = 10;

const NOT_FOUND = 2;

/** What is asked for, each where the one before found nothing. */
const FAMILIES: Readonly<Record<"hosts" | "ahosts" | "ahostsv4" | "ahostsv6", readonly Family[]>> =
  {
    hosts: ["6", "4"],
    ahosts: ["any"],
    ahostsv4: ["4"],
    ahostsv6: ["6", "4"],
  };

async function forward(
  key: string,
  database: keyof typeof FAMILIES,
  form: Form,
  file: { readonly all: readonly HostsWords[]; readonly own: readonly HostsWords[] },
  scene: Scene,
): Promise<Ran> {
  const mapped = database === "ahostsv6";
  // For mapped addresses musl asks for both families at once, and keeps IPv4 where there is no IPv6.
  const families = mapped && form === "musl" ? (["any"] as const) : FAMILIES[database];
  let last = "";
  for (const family of families) {
    // The Pod's libc is the page's to choose; that of a Go program is not getent's.
    const libc = scene.session.seat.libc === "go" ? { libc: "glibc" } : {};
    const asked = { name: key, family, ...libc };
    const read = await fetchJson(lifePath(scene, "life.json", asked), scene);
    if (!read.ok) return said(`getent: ${read.error}`, 1);
    last = lifePath(scene, "life", asked);
    const life = read.value as Life;
    if (life?.version !== 1) return said("getent: this lookup's account has an unknown form", 1);
    const { result } = life;
    if (result.kind === "failed") continue;
    const found = { ...namesOf(life, key, file.all), addresses: result.answers };
    const texts =
      database === "hosts"
        ? hostsTexts(found, key, form)
        : socketTexts(found, form, mapped, file.own);
    return { lines: withLife(texts, last), status: 0, last };
  }
  return { lines: [], status: NOT_FOUND, last };
}

interface Found {
  readonly addresses: readonly string[];
  readonly canonical: string;
  readonly aliases: readonly string[];
}

/** Of DNS the end of the aliases and those on the way there; of the hosts file a line's names; else the key itself. */
function namesOf(
  { queries, result }: Life,
  key: string,
  file: readonly HostsWords[],
): Omit<Found, "addresses"> {
  if (result.kind !== "found") return { canonical: key, aliases: [] };
  if (result.name === undefined) {
    const has = (line: HostsWords): boolean =>
      line.slice(1).some((name) => name.toLowerCase() === key.toLowerCase());
    const lines = file.filter(has);
    const line = lines.find(([at = ""]) => result.answers.includes(canonicalAddress(at) ?? at));
    const [, canonical = key, ...aliases] = line ?? lines[0] ?? [];
    return { canonical, aliases };
  }
  const targets = new Map<string, string>();
  for (const line of queries.flatMap(({ answer }) => answer)) {
    const [owner = "", , , type, target] = line.split(" ");
    if (type === "CNAME" && target) targets.set(owner.toLowerCase(), target);
  }
  const passed: string[] = [result.name];
  for (
    let next: string | undefined = result.name as string;
    passed.length < 20;
    passed.push(next)
  ) {
    next = targets.get(next.toLowerCase());
    if (next === undefined) break;
  }
  const names = passed.map((name) => name.replace(/(.)\.$/, "$1"));
  return { canonical: names.at(-1) as string, aliases: names.slice(0, -1) };
}

/** `gethostbyname2_r` of musl files the canonical name once more, then the key; Alpine's prints one address alone. */
function hostsTexts({ addresses, canonical, aliases }: Found, key: string, form: Form): string[] {
  if (form === "glibc") {
    return addresses.map((address) => hostsText(address, [canonical, ...aliases], form));
  }
  const names = [canonical, canonical, ...(canonical === key ? [] : [key])];
  return addresses.slice(0, 1).map((address) => hostsText(address, names, form));
}

function hostsText(
  address: string,
  [name = "", ...aliases]: readonly string[],
  form: Form,
): string {
  if (form === "glibc") return `${address.padEnd(15)} ${[name, ...aliases].join(" ")}`;
  return `${address.padEnd(16)}  ${name}${aliases.length > 0 ? `  ${aliases.join(" ")}` : ""}`;
}

/** A line a kind of socket; glibc names the first one alone. */
function socketTexts(
  { addresses, canonical }: Found,
  form: Form,
  mapped: boolean,
  own: readonly HostsWords[],
): string[] {
  const ordered = inOrder(addresses, form, own);
  const six = ordered.filter((address) => addressFamily(address) === 6);
  const shown = !mapped ? ordered : six.length > 0 ? six : ordered.map((one) => `::ffff:${one}`);
  const sockets = form === "musl" ? ["STREAM", "DGRAM "] : ["STREAM", "DGRAM ", "RAW   "];
  const texts = shown.flatMap((address) => sockets.map((one) => `${address.padEnd(15)} ${one} `));
  return texts.map((text, at) => (form === "musl" || at === 0 ? text + canonical : text));
}

/**
 * RFC 6724's order as far as it is between families: IPv6 first where the Pod has an IPv6 address of the same kind
 * (unique local, or global) as the destination. musl's table puts IPv4 before unique local ones.
 */
function inOrder(
  addresses: readonly string[],
  form: Form,
  own: readonly HostsWords[],
): readonly string[] {
  const isSix = (address: string): boolean => addressFamily(address) === 6;
  const six = addresses.filter(isSix);
  const four = addresses.filter((address) => !isSix(address));
  const kinds = new Set(own.map(([address = ""]) => kindOf(address)));
  const isPreferred = six.map(kindOf).some((kind) => {
    return kind === "loopback" || (kinds.has(kind) && !(kind === "local" && form === "musl"));
  });
  return isPreferred ? [...six, ...four] : [...four, ...six];
}

function kindOf(address: string): "v4" | "loopback" | "local" | "global" {
  const octets = addressOctets(address);
  if (octets?.length !== 16) return "v4";
  if (canonicalAddress(address) === "::1") return "loopback";
  return ((octets[0] as number) & 0xfe) === 0xfc ? "local" : "global";
}

/** The hosts file's first line with the address, else a PTR query. */
async function reverse(
  key: string,
  form: Form,
  file: readonly HostsWords[],
  scene: Scene,
): Promise<Ran> {
  const address = canonicalAddress(key) as string;
  const doubled = (name: string): string[] => [name, name];
  const line = file.find(([one = ""]) => canonicalAddress(one) === address);
  if (line !== undefined) {
    const names = line.slice(1);
    return said(hostsText(address, form === "musl" ? doubled(names[0] as string) : names, form));
  }
  const conf = await bindConf(scene);
  if (!conf.ok) return said(`getent: ${conf.error}`, 1);
  const question = { name: arpaName(address), type: "PTR" };
  const heard = await ask(question, conf.value.servers, scene);
  const last = lifePath(scene, "life", question);
  if (heard.kind === "broken") return said(`getent: ${heard.detail}`, 1);
  const answer = heard.kind === "reply" ? heard.message.answer : [];
  const names = answer.flatMap((rr) => (rr.type === "PTR" ? [withoutDot(rr.data)] : []));
  // musl's gethostbyaddr goes by getnameinfo, which gives an address without a name as itself.
  const shown = form === "musl" ? doubled(names[0] ?? address) : names;
  if (shown.length === 0) return { lines: [], status: NOT_FOUND, last };
  return { lines: withLife([hostsText(address, shown, form)], last), status: 0, last };
}

/** Without a key: the hosts file's IPv4 lines, as `gethostent` reads them; musl's reads none. */
function enumerated(form: Form, file: readonly HostsWords[]): Ran {
  if (form === "musl") return said("");
  const texts = file.flatMap(([address = "", ...names]) => {
    // For AF_INET glibc takes the IPv6 loopback for 127.0.0.1 (`files-hosts.c`).
    const four = address === "::1" ? "127.0.0.1" : address;
    return addressFamily(four) === 4 ? [{ text: hostsText(four, names, form) }] : [];
  });
  return { lines: texts, status: 0 };
}

function withLife(texts: readonly string[], life: string): Line[] {
  return texts.map((text, at) => (at === 0 ? { text, life } : { text }));
}
