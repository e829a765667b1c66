/**
 * What Tab completes: commands, files, and the names of the cluster's objects.
 *
 * @module
 */
import { COMMANDS } from "./commands.ts";
import { FILES } from "./files.ts";
import {
  type JsonObject,
  nameOf,
  namespaceOf,
  RESOURCES,
  readObjects,
  resourceOf,
} from "./objects.ts";
import type { Io, Scene, Session } from "./session.ts";
import { wordsBefore } from "./words.ts";

export interface Completion {
  /** Where the word begins that is replaced. */
  readonly from: number;
  /** What it may become, in order; with a blank behind those that are complete. */
  readonly candidates: readonly string[];
}

/** How many candidates are shown. */
const MOST_CANDIDATES = 100;

/** @param at the place of the cursor in `line` */
export async function complete(
  line: string,
  at: number,
  session: Session,
  io: Io,
): Promise<Completion> {
  const { words, typed } = wordsBefore(line, at);
  const scene: Scene = { session, io, seed: "0" };
  const all = await candidatesFor(words, typed, scene).catch(() => []);
  const fitting = [...new Set(all)].filter((word) => word.startsWith(typed)).sort();
  return { from: at - typed.length, candidates: fitting.slice(0, MOST_CANDIDATES) };
}

/** The longest beginning that all of them have. */
export function commonStart(words: readonly string[]): string {
  let start = words[0] ?? "";
  for (const word of words) while (!word.startsWith(start)) start = start.slice(0, -1);
  return start;
}

async function candidatesFor(
  words: readonly string[],
  typed: string,
  scene: Scene,
): Promise<readonly string[]> {
  const [command, ...rest] = words;
  if (command === undefined || command === "help") return Object.keys(COMMANDS);
  if (command === "kubectl") return kubectlWords(rest, scene);
  if (FILE_COMMANDS.has(command)) return paths(scene.session.cwd);
  if (command === "getent" && rest.length === 0) return ["ahosts", "ahostsv4", "ahostsv6", "hosts"];
  if (command === "dig" && typed.startsWith("+")) return DIG_OPTIONS;
  if (command === "nslookup" && typed.startsWith("-")) return TYPES.map((type) => `-type=${type}`);
  if (/^-t(?:ype)?$/.test(rest.at(-1) ?? "")) return TYPES;
  if (/^(?:dig|getent|host|nslookup)$/.test(command)) return names(typed, scene);
  return [];
}

const FILE_COMMANDS: ReadonlySet<string> = new Set("cat cd grep head ls sort tail wc".split(" "));

const TYPES = ["A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"];

const DIG_OPTIONS =
  "+all +answer +dnssec +domain= +ndots= +noall +nocmd +nocomments +nosearch +nostats +search +short +showsearch +tcp".split(
    " ",
  );

/** From the root on, and from the directory. */
function paths(cwd: string): string[] {
  const full = ["/etc/", ...Object.keys(FILES)];
  const here = cwd === "/" ? "/" : `${cwd}/`;
  return [
    ...full,
    ...full.filter((path) => path.startsWith(here)).map((path) => path.slice(here.length)),
  ];
}

/** Services as one writes them from here: the own namespace's by name alone too, all with theirs. */
async function names(typed: string, scene: Scene): Promise<string[]> {
  const own = scene.session.seat.namespace;
  const end = typed.split(".").length > 2 ? ".svc" : "";
  return (await objectsOf(scene))
    .filter(({ kind }) => kind === "Service")
    .flatMap((service) => {
      const [name, namespace] = [nameOf(service), namespaceOf(service)];
      return [...(namespace === own ? [name] : []), `${name}.${namespace}${end}`];
    });
}

async function kubectlWords(words: readonly string[], scene: Scene): Promise<readonly string[]> {
  const last = words.at(-1) ?? "";
  if (last === "-o") return ["json", "name", "wide", "yaml"];
  const objects = await objectsOf(scene);
  if (last === "-n") return objects.filter(({ kind }) => kind === "Namespace").map(nameOf);
  const flag = words.indexOf("-n");
  const namespace = flag < 0 ? scene.session.seat.namespace : words[flag + 1];
  const rest = words.filter((word, at) => !word.startsWith("-") && (flag < 0 || at !== flag + 1));
  if (rest[0] !== "get") return ["get"];
  const resource = resourceOf(rest[1] ?? "");
  if (resource === undefined) return RESOURCES.flatMap(({ plural, names }) => [plural, ...names]);
  return objects
    .filter(({ kind }) => kind === resource.kind)
    .filter((object) => !resource.namespaced || namespaceOf(object) === namespace)
    .map(nameOf);
}

async function objectsOf(scene: Scene): Promise<readonly JsonObject[]> {
  const read = await readObjects(scene);
  return read.ok ? read.value : [];
}
