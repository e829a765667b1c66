/**
 * The files that a Corefile may `import`: the keys of ConfigMaps, as they are mounted into the CoreDNS pods.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";

/** Where the Corefile lies in the pods of every distribution that keeps it in a ConfigMap. */
const FOLDER = "/etc/coredns";

/**
 * The files that `pattern` names, sorted by path. A pattern may hold one `*` and one `?`, which stop at slashes; one that
 * matches nothing is only a warning in CoreDNS, a plain name that does not exist is an error (doImport in caddyfile/parse.go).
 *
 * @param from the file that the import stands in; undefined for the Corefile
 */
export function importedFiles(
  pattern: string,
  from: string | undefined,
  files: ReadonlyMap<string, string>,
): Result<readonly { readonly path: string; readonly text: string }[], string> {
  const folder = from === undefined ? FOLDER : from.slice(0, from.lastIndexOf("/"));
  const path = absolute(pattern, folder);
  if (count(path, "*") > 1 || count(path, "?") > 1 || (path.includes("[") && path.includes("]"))) {
    return err(`import takes a pattern with one wildcard: received ${pattern}`);
  }
  const found = [...files]
    .map(([name, text]) => ({ path: absolute(name, FOLDER), text }))
    .filter((file) => matches(file.path, path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (found.length === 0 && !/[*?[\]]/.test(path)) {
    const known = [...files.keys()].slice(0, 20).join(", ");
    return err(`file to import not found: received ${pattern}; there is ${known || "none"}`);
  }
  return ok(found);
}

/** `./custom/a` in `/etc/coredns` is `/etc/coredns/custom/a`. */
export function absolute(path: string, folder: string = FOLDER): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function matches(path: string, pattern: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return sameText(path, pattern);
  const head = pattern.slice(0, star);
  const tail = pattern.slice(star + 1);
  const middle = path.length - head.length - tail.length;
  if (middle < 0) return false;
  return (
    sameText(path.slice(0, head.length), head) &&
    !path.slice(head.length, head.length + middle).includes("/") &&
    sameText(path.slice(head.length + middle), tail)
  );
}

/** `?` in `pattern` stands for any one character but a slash. */
function sameText(text: string, pattern: string): boolean {
  if (text.length !== pattern.length) return false;
  for (let at = 0; at < text.length; at++) {
    if (pattern[at] === "?" ? text[at] === "/" : pattern[at] !== text[at]) return false;
  }
  return true;
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
