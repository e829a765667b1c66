/**
 * The files of the Pod that this shell can show: what kubelet writes into it.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import { parseResolvConf, printResolvConf } from "../../stub/resolvconf.ts";
import type { ResolvConf } from "../../stub/resolver.ts";
import { fetchText } from "./ask.ts";
import { type Line, linesOf, type Ran, type Scene, said } from "./session.ts";

export const FILES: Readonly<Record<string, (scene: Scene) => Promise<Result<string, string>>>> = {
  "/etc/hostname": async (scene) => {
    const name = await hostname(scene);
    return name.ok ? ok(`${name.value}\n`) : name;
  },
  "/etc/hosts": (scene) => fetchText(`${scene.session.vantage}/hosts`, scene),
  "/etc/resolv.conf": async (scene) => {
    const conf = await resolvConf(scene);
    return conf.ok ? ok(conf.value.text) : conf;
  },
};

const DIRECTORIES: Readonly<Record<string, readonly string[]>> = {
  "/": ["etc"],
  "/etc": ["hostname", "hosts", "resolv.conf"],
};

/** The Pod's resolv.conf, with the session's `ndots` and `search` in place of its own. */
export async function resolvConf(
  scene: Scene,
): Promise<Result<{ readonly conf: ResolvConf; readonly text: string }, string>> {
  const text = await fetchText(`${scene.session.vantage}/resolv.conf`, scene);
  if (!text.ok) return text;
  const { ndots, search } = scene.session.options;
  const conf = parseResolvConf(text.value);
  if (ndots === undefined && search === undefined) return ok({ conf, text: text.value });
  const kept = conf.options.filter((option) => ndots === undefined || !/^ndots:/.test(option));
  const set = {
    ...conf,
    ...(search !== undefined && { search: search === "off" ? [] : search.split(",") }),
    options: ndots === undefined ? kept : [...kept, `ndots:${ndots}`],
  };
  return ok({ conf: set, text: printResolvConf(set) });
}

/** A line of the hosts file: its address, then its names. */
export type HostsWords = readonly string[];

/** The hosts file's lines; those for the Pod itself stand behind the multicast names. */
export async function hostsLines(
  scene: Scene,
): Promise<
  Result<{ readonly all: readonly HostsWords[]; readonly own: readonly HostsWords[] }, string>
> {
  const text = await fetchText(`${scene.session.vantage}/hosts`, scene);
  if (!text.ok) return text;
  const words = (part: string): string[][] =>
    part
      .split("\n")
      .map((line) => (line.split("#", 1)[0] ?? "").split(/[ \t]+/).filter((word) => word !== ""))
      .filter((line) => line.length > 1);
  const [managed = ""] = text.value.split("\n# Entries added by HostAliases.\n");
  const own = words(managed);
  const routers = own.findIndex((line) => line.includes("ip6-allrouters"));
  return ok({ all: words(text.value), own: routers < 0 ? [] : own.slice(routers + 1) });
}

/** The last name of the Pod's own line; a Pod of the host network has none, and its node's name. */
async function hostname(scene: Scene): Promise<Result<string, string>> {
  const { pod, node } = scene.session.seat;
  const lines = await hostsLines(scene);
  if (!lines.ok) return lines;
  return ok(lines.value.own.at(-1)?.at(-1) ?? node ?? pod);
}

export async function hostnameCommand(_: readonly string[], scene: Scene): Promise<Ran> {
  const name = await hostname(scene);
  return name.ok ? said(name.value) : said(`hostname: ${name.error}`, 1);
}

export async function cat(args: readonly string[], scene: Scene): Promise<Ran> {
  if (args.length === 0) return { lines: scene.input ?? [], status: 0 };
  const lines: Line[] = [];
  let status = 0;
  for (const path of args) {
    const text = await readFile(path, scene);
    if (text.ok) {
      lines.push(...linesOf(text.value));
    } else {
      lines.push({ text: `cat: ${text.error}` });
      status = 1;
    }
  }
  return { lines, status };
}

/** The text of a file; the error names the path and what is wrong, as coreutils' tools do. */
export async function readFile(path: string, scene: Scene): Promise<Result<string, string>> {
  const full = absolute(path, scene.session.cwd);
  if (Object.hasOwn(DIRECTORIES, full)) return err(`${path}: Is a directory`);
  const read = Object.hasOwn(FILES, full) ? FILES[full] : undefined;
  if (read === undefined) return err(`${path}: No such file or directory`);
  const text = await read(scene);
  return text.ok ? text : err(`${path}: ${text.error}`);
}

export function ls(args: readonly string[], scene: Scene): Ran {
  const paths = args.filter((arg) => !arg.startsWith("-"));
  const lines: Line[] = [];
  let status = 0;
  for (const path of paths.length === 0 ? ["."] : paths) {
    const full = absolute(path, scene.session.cwd);
    const names = Object.hasOwn(DIRECTORIES, full) ? DIRECTORIES[full] : undefined;
    if (names !== undefined) {
      lines.push(...names.map((text) => ({ text })));
    } else if (Object.hasOwn(FILES, full)) {
      lines.push({ text: path });
    } else {
      lines.push({ text: `ls: cannot access '${path}': No such file or directory` });
      status = 2;
    }
  }
  return { lines, status };
}

export function cd(args: readonly string[], scene: Scene): Ran {
  const path = args[0] ?? "/";
  const full = absolute(path, scene.session.cwd);
  if (Object.hasOwn(DIRECTORIES, full)) return { lines: [], status: 0, cwd: full };
  const why = Object.hasOwn(FILES, full) ? "Not a directory" : "No such file or directory";
  return said(`sh: cd: ${path}: ${why}`, 1);
}

/** `path` from the root on, without `.`, `..` and doubled slashes. */
function absolute(path: string, cwd: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
