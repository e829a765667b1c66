/**
 * `kubectl get`: the cluster's objects as tables, JSON, YAML or names (kubectl 1.32's words).
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import { table } from "./kubectl-table.ts";
import {
  type JsonObject,
  nameOf,
  namespaceOf,
  type Resource,
  readObjects,
  resourceOf,
} from "./objects.ts";
import { type Line, type Ran, type Scene, said } from "./session.ts";
import { jsonText, yamlLines } from "./yaml.ts";

interface GetCall {
  /** Each resource with the names asked for; none means all. */
  readonly targets: readonly { readonly resource: Resource; readonly names: readonly string[] }[];
  readonly namespace?: string;
  readonly all: boolean;
  readonly output: string;
}

export async function kubectl(args: readonly string[], scene: Scene): Promise<Ran> {
  const call = readArguments(args);
  if (!call.ok) return said(call.error, 1);
  const objects = await readObjects(scene);
  if (!objects.ok) return said(`error: ${objects.error}`, 1);
  return get(call.value, objects.value, scene.session.seat.namespace);
}

function get(call: GetCall, objects: readonly JsonObject[], own: string): Ran {
  const namespace = call.namespace ?? own;
  const found: { resource: Resource; objects: readonly JsonObject[] }[] = [];
  const missing: string[] = [];
  for (const { resource, names } of call.targets) {
    const inScope = objects
      .filter((object) => object.kind === resource.kind)
      .filter((object) => !resource.namespaced || call.all || namespaceOf(object) === namespace);
    if (names.length === 0) {
      found.push({ resource, objects: inScope.sort(byName) });
      continue;
    }
    const named = names.flatMap((name) => {
      const object = inScope.find((one) => nameOf(one) === name);
      const { plural, group } = resource;
      const of = group === undefined ? plural : `${plural}.${group}`;
      if (object === undefined)
        missing.push(`Error from server (NotFound): ${of} "${name}" not found`);
      return object === undefined ? [] : [object];
    });
    found.push({ resource, objects: named });
  }
  const isOne = call.targets.length === 1 && call.targets[0]?.names.length === 1;
  const lines = printed(call, found, isOne).map((text) => ({ text }));
  const warned: Line[] = call.targets.some(({ resource }) => resource.kind === "Endpoints")
    ? [
        {
          text: "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
        },
      ]
    : [];
  if (lines.length === 0 && missing.length === 0) {
    const scoped = call.targets.some(({ resource }) => resource.namespaced) && !call.all;
    lines.push({ text: `No resources found${scoped ? ` in ${namespace} namespace.` : ""}` });
  }
  return {
    lines: [...warned, ...lines, ...missing.map((text) => ({ text }))],
    status: missing.length > 0 ? 1 : 0,
  };
}

/** In the order of the API server's store. */
function byName(a: JsonObject, b: JsonObject): number {
  const [one, other] = [`${namespaceOf(a)}/${nameOf(a)}`, `${namespaceOf(b)}/${nameOf(b)}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

function printed(
  call: GetCall,
  found: readonly { readonly resource: Resource; readonly objects: readonly JsonObject[] }[],
  isOne: boolean,
): string[] {
  const objects = found.flatMap((one) => one.objects);
  if (call.output === "name") {
    return found.flatMap(({ resource, objects: some }) =>
      some.map((object) => `${prefixOf(resource)}${nameOf(object)}`),
    );
  }
  if (call.output === "json" || call.output === "yaml") {
    if (isOne && objects.length === 0) return [];
    const list = {
      apiVersion: "v1",
      items: objects,
      kind: "List",
      metadata: { resourceVersion: "" },
    };
    const value: JsonObject = isOne ? (objects[0] as JsonObject) : list;
    return call.output === "json" ? jsonText(value).split("\n") : yamlLines(value);
  }
  const tables = found.filter((one) => one.objects.length > 0);
  return tables.flatMap(({ resource, objects: some }, index) => [
    ...(index > 0 ? [""] : []),
    ...table(resource.kind, some, {
      wide: call.output === "wide",
      namespace: call.all && resource.namespaced,
      prefix: call.targets.length > 1 ? prefixOf(resource) : "",
    }),
  ]);
}

function prefixOf({ kind, group }: Resource): string {
  return `${kind.toLowerCase()}${group === undefined ? "" : `.${group}`}/`;
}

const FORMATS = ["json", "name", "wide", "yaml"];

function readArguments(args: readonly string[]): Result<GetCall, string> {
  const words: string[] = [];
  const flags = { namespace: undefined as string | undefined, output: "" };
  let all = false;
  for (let place = 0; place < args.length; place++) {
    const arg = args[place] as string;
    const [name = "", given] = /^--/.test(arg)
      ? splitAt(arg, "=")
      : [arg.slice(0, 2), arg.slice(2) || undefined];
    if (!/^-./.test(arg)) {
      words.push(arg);
    } else if (arg === "-A" || arg === "--all-namespaces") {
      all = true;
    } else if (Object.hasOwn(VALUE_FLAGS, name)) {
      const value = given ?? args[++place];
      if (value === undefined) return err(`error: flag needs an argument: ${name}`);
      flags[VALUE_FLAGS[name] as keyof typeof flags] = value.replace(/^=/, "");
    } else {
      return err(`error: unknown flag: ${arg}\n${SEE}`);
    }
  }
  const [verb, ...rest] = words;
  if (verb !== "get") {
    return err(
      `error: unknown command "${verb ?? ""}" for "kubectl": this shell's kubectl knows get`,
    );
  }
  const { output, namespace } = flags;
  if (output !== "" && !FORMATS.includes(output)) {
    const allowed = FORMATS.join(",");
    return err(
      `error: unable to match a printer suitable for the output format "${output}", allowed formats are: ${allowed}`,
    );
  }
  const targets = readTargets(rest);
  if (!targets.ok) return targets;
  if (all && targets.value.some(({ names }) => names.length > 0)) {
    return err("error: a resource cannot be retrieved by name across all namespaces");
  }
  const call = { targets: targets.value, all, output };
  return ok(namespace === undefined ? call : { ...call, namespace });
}

const VALUE_FLAGS: Readonly<Record<string, "namespace" | "output">> = {
  "-n": "namespace",
  "--namespace": "namespace",
  "-o": "output",
  "--output": "output",
};

const SEE = `See "help kubectl" for what this shell knows of it.`;

/** `svc`, `svc,pods`, `svc web db`, `svc/web pod/client`. */
function readTargets(words: readonly string[]): Result<GetCall["targets"], string> {
  const [first, ...names] = words;
  if (first === undefined) {
    return err(
      `You must specify the type of resource to get.\n\nerror: Required resource not specified.\n${SEE}`,
    );
  }
  const pairs = first.includes("/")
    ? words.map((word) => splitAt(word, "/"))
    : first.split(",").map((word) => [word, undefined] as const);
  const targets: { resource: Resource; names: readonly string[] }[] = [];
  for (const [type, name] of pairs) {
    const resource = resourceOf(type);
    if (resource === undefined)
      return err(`error: the server doesn't have a resource type "${type}"`);
    targets.push({ resource, names: name === undefined ? names : [name] });
  }
  return ok(targets);
}

function splitAt(text: string, mark: string): readonly [string, string | undefined] {
  const place = text.indexOf(mark);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + mark.length)];
}
