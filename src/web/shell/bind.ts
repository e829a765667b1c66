/**
 * What dig, host and nslookup of BIND 9.18 have in common: their resolv.conf, their search, their words for failures.
 *
 * They bring a resolver of their own (`bin/dig/dighost.c`, `lib/irs/resconf.c`), so that neither the Pod's libc nor its
 * hosts file has a part in it. Where the search ends was seen with the tools themselves (9.18.49).
 *
 * @module
 */
import { addressFamily, canonicalAddress } from "../../dns/address.ts";
import { endsInRootDot, labels, type Name, parseName } from "../../dns/name.ts";
import { err, ok, type Result } from "../../result.ts";
import { askByLibc, type Heard } from "./ask.ts";
import { resolvConf } from "./files.ts";
import type { Line, Scene } from "./session.ts";

export const BIND_VERSION = "9.18.49";

export interface BindConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

/** `RESCONFMAXNAMESERVERS` and the eight domains of `RESCONFMAXSEARCH`; without a nameserver it is the Pod itself. */
export async function bindConf(scene: Scene): Promise<Result<BindConf, string>> {
  const read = await resolvConf(scene);
  if (!read.ok) return err(`/etc/resolv.conf: ${read.error}`);
  const { nameservers, search, options } = read.value.conf;
  const ndots = options.findLast((option) => /^ndots:[0-9]{1,3}$/.test(option));
  return ok({
    servers: nameservers.length === 0 ? ["127.0.0.1"] : nameservers.slice(0, 3),
    search: search.slice(0, 8),
    ndots: ndots === undefined ? 1 : Number(ndots.slice(6)),
  });
}

/** `typed` as a name, or what BIND has against it. */
export function legalName(typed: string): Result<Name, string> {
  if (typed === "") return err("unexpected end of input");
  const name = parseName(typed);
  if (name.ok) return name;
  switch (name.error.kind) {
    case "empty-label":
      return err("empty label");
    case "long-label":
      return err("label too long");
    case "long-name":
      return err("ran out of space");
    case "bad-escape":
      return err("bad escape");
    case "not-ascii":
      return err("not ASCII: write an internationalized name as xn--…");
  }
}

/**
 * The names to ask for, in order: as it is where it has `ndots` dots or ends in one, and then nothing else; otherwise
 * in every search domain, and as it is at last. What does not fit into a name is left out.
 */
export function searchNames(name: Name, typed: string, conf: BindConf, search: boolean): Name[] {
  const dots = labels(name).length - 1;
  if (!search || endsInRootDot(typed) || dots >= conf.ndots) return [name];
  const searched = conf.search.flatMap((domain) => {
    const joined = parseName(domain === "." ? typed : `${typed}.${domain}`);
    return joined.ok ? [joined.value] : [];
  });
  return [...searched, name];
}

export interface Walked {
  /** The last name that was asked for. */
  readonly name: Name;
  readonly heard: Heard;
  /** Lines about servers that did not answer, up to then. */
  readonly failures: readonly Line[];
}

/**
 * Asks for one name after the other as long as the reply is NXDOMAIN.
 *
 * @param tries how often the tool sends to its first server; later names of a search get one try
 * @param passed is told each reply but the last
 */
export async function walk(
  names: readonly Name[],
  tries: number,
  send: (name: Name) => Promise<Heard>,
  passed: (name: Name, heard: Heard & { kind: "reply" }) => void = () => undefined,
): Promise<Walked> {
  const failures: Line[] = [];
  for (let at = 0; ; at++) {
    const name = names[at] as Name;
    const heard = await send(name);
    failures.push(...failureLines(heard, at === 0 ? tries : 1));
    const goesOn =
      at + 1 < names.length && heard.kind === "reply" && heard.message.rcode === "NXDOMAIN";
    if (!goesOn) return { name, heard, failures };
    passed(name, heard);
  }
}

/** The first server is tried again and again, every other one once. */
function failureLines(heard: Heard, tries: number): Line[] {
  if (heard.kind === "broken") return [];
  return heard.failed.flatMap(({ server, why }, at) =>
    Array.from({ length: at === 0 ? tries : 1 }, () => ({
      text: `;; communications error to ${server}#53: ${why}`,
    })),
  );
}

/**
 * The servers to ask: those of resolv.conf, or the one that was named if it is among them.
 *
 * A name is looked up as getaddrinfo does. Other servers cannot be asked from here, which the error says.
 */
export async function namedServer(
  named: string | undefined,
  { servers }: Pick<BindConf, "servers">,
  scene: Scene,
): Promise<Result<readonly string[], string>> {
  if (named === undefined) return ok(servers);
  const addresses = await addressesOf(named, scene);
  if (addresses.length === 0) return err(`couldn't get address for '${named}': not found`);
  const known = servers.find((server) => addresses.includes(canonicalAddress(server) ?? server));
  if (known !== undefined) return ok([known]);
  return err(
    `from here only the Pod's own nameserver can be asked, ${servers.join(" or ")}: received ${named}`,
  );
}

async function addressesOf(named: string, scene: Scene): Promise<readonly string[]> {
  if (addressFamily(named) !== undefined) return [canonicalAddress(named) as string];
  const name = parseName(named);
  if (!name.ok) return [];
  const answer = await askByLibc(name.value, scene);
  return answer.flatMap((rr) => (rr.type === "A" ? [rr.data] : []));
}

/** A name as nslookup and host print it: without the root's dot. */
export function withoutDot(name: Name): string {
  return name === "." ? "." : name.slice(0, -1);
}
