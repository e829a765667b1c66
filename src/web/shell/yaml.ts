/**
 * JSON as `kubectl -o yaml` writes it: keys sorted, lists not indented, text plain, quoted or as a block
 * (sigs.k8s.io/yaml, whose strings follow YAML 1.1 in what must be quoted).
 *
 * Long lines are not folded, and text that a block needs an indent or `+` for is quoted.
 *
 * @module
 */
import { isObject, type Json, type JsonObject } from "./objects.ts";

export function yamlLines(value: JsonObject): string[] {
  return mapping(value, "");
}

/** As `kubectl -o json`: four blanks, keys sorted, and Go's escapes of what HTML could mistake. */
export function jsonText(value: Json): string {
  return JSON.stringify(sorted(value), undefined, 4).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(sortedEntries(value).map(([key, inner]) => [key, sorted(inner)]));
}

function sortedEntries(value: JsonObject): [string, Json][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function mapping(value: JsonObject, indent: string): string[] {
  return sortedEntries(value).flatMap(([key, inner]) => {
    const [name = ""] = scalar(key, indent);
    if (Array.isArray(inner) && inner.length > 0) {
      return [`${indent}${name}:`, ...sequence(inner, indent)];
    }
    if (isObject(inner) && Object.keys(inner).length > 0) {
      return [`${indent}${name}:`, ...mapping(inner, `${indent}  `)];
    }
    const [first = "", ...rest] = scalar(inner, indent);
    return [`${indent}${name}: ${first}`, ...rest];
  });
}

function sequence(value: readonly Json[], indent: string): string[] {
  return value.flatMap((item) => {
    const inner = `${indent}  `;
    const isFilled = typeof item === "object" && item !== null && Object.keys(item).length > 0;
    if (!isFilled) {
      const [first = "", ...rest] = scalar(item, indent);
      return [`${indent}- ${first}`, ...rest];
    }
    const lines = Array.isArray(item) ? sequence(item, inner) : mapping(item as JsonObject, inner);
    return [`${indent}- ${(lines[0] as string).slice(inner.length)}`, ...lines.slice(1)];
  });
}

/** A value on the line of its key; what follows are the further lines of a block. */
function scalar(value: Json, indent: string): string[] {
  if (Array.isArray(value)) return ["[]"];
  if (isObject(value)) return ["{}"];
  if (typeof value !== "string") return [String(value)];
  const isBlock =
    value.includes("\n") && !/^\s|[ \t](?:\n|$)|\n\n$|[^\n -~\xa0-\ud7ff]/.test(value);
  if (isBlock) {
    const lines = value.replace(/\n$/, "").split("\n");
    const inner = lines.map((line) => (line === "" ? "" : `${indent}  ${line}`));
    return [value.endsWith("\n") ? "|" : "|-", ...inner];
  }
  if (OTHER_TYPE.test(value) || /[^ -~\xa0-\ud7ff]/.test(value)) return [JSON.stringify(value)];
  return [QUOTED.test(value) ? `'${value.replaceAll("'", "''")}'` : value];
}

/** Text that YAML 1.1 would take for something else: empty, a boolean, null, a number, a date. */
const OTHER_TYPE =
  /^(?:|~|null|true|false|yes|no|on|off|y|n|[-+]?0[box][\da-f_]+|[-+]?\d[\d_]*(?::[0-5]?\d)*|[-+]?(?:\.\d|\d)[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|[-+]?\.inf|\.nan|\d{4}-\d\d?-\d\d?(?:[t ].*)?)$/i;

/** Text that YAML's marks would cut. */
const QUOTED = /^[-?:](?: |$)|^[,[\]{}#&*!|>'"%@`]|^(?:---|\.\.\.)|: |:$| #|^ | $/;
