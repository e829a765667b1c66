/**
 * A few settings out of a YAML file: scalars and lists of scalars under known keys, at most two levels deep.
 *
 * This is no YAML parser. kubeadm and EKS write kubelet's and kube-proxy's configuration as plain block YAML (or
 * JSON, which is YAML too); whatever else stands in the file is passed over.
 *
 * @module
 */

/** A scalar is a string, as it is spelled; `null` and `~` are as if the key were not there. */
export type Setting = string | readonly string[];

/** The settings found under `keys`, which are spelled `mode` or `iptables.masqueradeAll`. */
export function readSettings(text: string, keys: readonly string[]): ReadonlyMap<string, Setting> {
  const json = text.trimStart().startsWith("{") ? parseJson(text) : undefined;
  return json === undefined ? readBlock(text, new Set(keys)) : readJson(json, keys);
}

function readBlock(text: string, keys: ReadonlySet<string>): ReadonlyMap<string, Setting> {
  const found = new Map<string, Setting>();
  /** The keys that the line stands under, outermost first. */
  const open: { readonly indent: number; readonly key: string }[] = [];
  let list:
    | { readonly path: string; readonly indent: number; readonly items: string[] }
    | undefined;
  for (const line of text.split("\n")) {
    const content = withoutComment(line).trim();
    if (content === "" || content === "---") continue;
    const indent = line.length - line.trimStart().length;
    if (content === "-" || content.startsWith("- ")) {
      // A list may stand as deep as its key, not less.
      const item = scalar(content.slice(1));
      if (list === undefined || indent < list.indent || item === undefined) continue;
      list.items.push(item);
      found.set(list.path, list.items);
      continue;
    }
    list = undefined;
    const colon = content.indexOf(":");
    if (colon < 0) continue;
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    open.push({ indent, key: unquoted(content.slice(0, colon).trim()) });
    if (open.length > DEEPEST) continue;
    const path = open.map(({ key }) => key).join(".");
    if (!keys.has(path)) continue;
    const value = content.slice(colon + 1).trim();
    if (value === "") {
      list = { path, indent, items: [] };
    } else if (value.startsWith("[")) {
      found.set(path, flowList(value));
    } else {
      const one = scalar(value);
      if (one !== undefined) found.set(path, one);
    }
  }
  return found;
}

const DEEPEST = 2;

function flowList(value: string): readonly string[] {
  const end = value.lastIndexOf("]");
  return value
    .slice(1, end < 0 ? undefined : end)
    .split(",")
    .map(scalar)
    .filter((item) => item !== undefined && item !== "") as string[];
}

function scalar(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === "null" || trimmed === "~" ? undefined : unquoted(trimmed);
}

function unquoted(text: string): string {
  const quote = text[0];
  const quoted = text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote);
  return quoted ? text.slice(1, -1) : text;
}

/** A `#` begins a comment at the line's start and after a blank, outside quotes. */
function withoutComment(line: string): string {
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === "#" && (at === 0 || /\s/.test(line[at - 1] as string))) {
      return line.slice(0, at);
    }
  }
  return line;
}

function readJson(json: unknown, keys: readonly string[]): ReadonlyMap<string, Setting> {
  const found = new Map<string, Setting>();
  for (const path of keys) {
    let value = json;
    for (const key of path.split(".")) {
      const inside = typeof value === "object" && value !== null && Object.hasOwn(value, key);
      value = inside ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
    }
    if (Array.isArray(value)) found.set(path, value.map(String));
    else if (value !== undefined && value !== null) found.set(path, String(value));
  }
  return found;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
