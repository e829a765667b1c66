/**
 * What stands behind `kubernetes` in a Corefile, checked.
 *
 * Options that only concern the connection to the API server are read and have no meaning here. Upstream:
 * `plugin/kubernetes/setup.go`.
 *
 * @module
 */
import { isWithin, type Name, name, sameName } from "../../../dns/name.ts";
import { err, ok, type Result } from "../../../result.ts";
import { zonesOrBlock } from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import type { Environment, SetupError } from "../../plugin.ts";
import { parseSelector, type Selector } from "./selector.ts";

export const POD_MODES = ["disabled", "insecure", "verified"] as const;
export type PodMode = (typeof POD_MODES)[number];

export interface Options {
  /** In lower case, in the Corefile's order; at least one is not a reverse zone. */
  readonly zones: readonly Name[];
  /** The first zone that is not a reverse zone: where PTR records point to. */
  readonly primaryZone: Name;
  readonly multiclusterZones: readonly Name[];
  /** Empty means all. */
  readonly namespaces: readonly string[];
  readonly labels: Selector;
  readonly namespaceLabels: Selector;
  readonly pods: PodMode;
  readonly endpointPodNames: boolean;
  /** Seconds. */
  readonly ttl: number;
  readonly noEndpoints: boolean;
  /** Zones in which NXDOMAIN goes on to the next plugin; undefined is nowhere. */
  readonly fallthrough: readonly Name[] | undefined;
  readonly ignoreEmptyService: boolean;
  readonly zonal: boolean;
}

/** Reads the directive; the first wrong option from the top is the error, at its own line. */
export function readOptions(
  directive: Directive,
  environment: Environment,
): Result<Options, SetupError> {
  const zones = zonesOrBlock(directive.args, environment.zones);
  const primaryZone = zones.find((zone) => !isReverse(zone));
  if (primaryZone === undefined) {
    const received = zones.join(" ") || directive.args.join(" ");
    const message = `kubernetes needs a zone that is not a reverse zone: received ${received}`;
    return err({ line: directive.line, message });
  }
  let options: Options = { ...DEFAULTS, zones, primaryZone };
  for (const option of directive.block) {
    const read = readOption(option);
    if (!read.ok) return err({ line: option.line, message: read.error });
    options = { ...options, ...read.value };
    const wrong = clash(options);
    if (wrong) return err({ line: option.line, message: wrong });
  }
  return ok(options);
}

/** Whether `zone` lies below the reverse trees (RFC 1035 §3.5, RFC 3596 §2.5); their apexes do not (`IsReverse` in plugin/pkg/dnsutil). */
export function isReverse(zone: Name): boolean {
  return [IN_ADDR, IP6].some((tree) => isWithin(zone, tree) && !sameName(zone, tree));
}

const IN_ADDR = name("in-addr.arpa.");
const IP6 = name("ip6.arpa.");

const DEFAULTS: Omit<Options, "zones" | "primaryZone"> = {
  multiclusterZones: [],
  namespaces: [],
  labels: [],
  namespaceLabels: [],
  pods: "disabled",
  endpointPodNames: false,
  ttl: 5,
  noEndpoints: false,
  fallthrough: undefined,
  ignoreEmptyService: false,
  zonal: false,
};

type Reading = Result<Partial<Options>, string>;

/** One row an option: how many arguments it takes, how they are written, what they mean. */
interface OptionRule {
  readonly least: number;
  readonly most: number;
  readonly usage: string;
  readonly read: (args: readonly string[]) => Reading;
}

/** What Go's `strconv` reads as a number of 0 or more, with a fraction and without. */
const RATE = /^\+?(?:[0-9]{1,15}\.?[0-9]{0,15}|\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,2})?$/;
const WHOLE = /^\+?[0-9]{1,15}$/;

const NO_MEANING = (): Reading => ok({});
const ANY_NUMBER = Number.POSITIVE_INFINITY;

const RULES: ReadonlyMap<string, OptionRule> = new Map<string, OptionRule>([
  ["endpoint", { least: 1, most: ANY_NUMBER, usage: "URL", read: NO_MEANING }],
  ["tls", { least: 3, most: 3, usage: "CERT KEY CACERT", read: NO_MEANING }],
  ["kubeconfig", { least: 1, most: 2, usage: "KUBECONFIG [CONTEXT]", read: NO_MEANING }],
  ["apiserver_qps", { least: 1, most: 1, usage: "QPS", read: number("apiserver_qps", RATE) }],
  [
    "apiserver_burst",
    { least: 1, most: 1, usage: "BURST", read: number("apiserver_burst", WHOLE) },
  ],
  [
    "apiserver_max_inflight",
    { least: 1, most: 1, usage: "MAX", read: number("apiserver_max_inflight", WHOLE) },
  ],
  [
    "namespaces",
    {
      least: 1,
      most: ANY_NUMBER,
      usage: "NAMESPACE...",
      read: (args) => ok({ namespaces: args }),
    },
  ],
  ["labels", { least: 1, most: ANY_NUMBER, usage: "EXPRESSION", read: readLabels }],
  [
    "namespace_labels",
    { least: 1, most: ANY_NUMBER, usage: "EXPRESSION", read: readNamespaceLabels },
  ],
  ["pods", { least: 1, most: 1, usage: POD_MODES.join("|"), read: readPods }],
  [
    "endpoint_pod_names",
    { least: 0, most: 0, usage: "", read: () => ok({ endpointPodNames: true }) },
  ],
  // CoreDNS looks at the first argument alone.
  ["ttl", { least: 1, most: ANY_NUMBER, usage: "SECONDS", read: readTtl }],
  ["noendpoints", { least: 0, most: 0, usage: "", read: () => ok({ noEndpoints: true }) }],
  ["fallthrough", { least: 0, most: ANY_NUMBER, usage: "[ZONES...]", read: readFallthrough }],
  ["ignore", { least: 0, most: ANY_NUMBER, usage: "empty_service", read: readIgnore }],
  ["multicluster", { least: 0, most: ANY_NUMBER, usage: "[ZONES...]", read: readMulticluster }],
  ["zonal", { least: 0, most: 0, usage: "", read: () => ok({ zonal: true }) }],
  ["startup_timeout", { least: 1, most: ANY_NUMBER, usage: "DURATION", read: readStartupTimeout }],
]);

function readOption(option: Directive): Reading {
  const rule = RULES.get(option.name);
  if (rule === undefined) {
    const known = [...RULES.keys()].sort().join(", ");
    return err(`kubernetes has no option ${option.name}: it has ${known}`);
  }
  const { least, most } = rule;
  if (option.args.length < least || option.args.length > most) {
    const takes = most === 0 ? "no argument" : rule.usage;
    return err(`kubernetes ${option.name} takes ${takes}: received ${shown(option.args)}`);
  }
  if (option.block.length > 0) {
    return err(`kubernetes ${option.name} takes no block: received ${option.block[0]?.name}`);
  }
  return rule.read(option.args);
}

/** What is wrong with options that are right one by one. */
function clash(options: Options): string | undefined {
  if (options.namespaces.length > 0 && options.namespaceLabels.length > 0) {
    return "kubernetes takes either namespaces or namespace_labels: received both";
  }
  const stray = options.multiclusterZones.find(
    (zone) => !options.zones.some((own) => sameName(own, zone)),
  );
  if (stray !== undefined) {
    return `kubernetes multicluster takes zones of the plugin, ${options.zones.join(" ")}: received ${stray}`;
  }
  if (!options.zonal || !options.noEndpoints) return undefined;
  return "kubernetes zonal has its names from endpoints: received noendpoints too";
}

function readLabels(args: readonly string[]): Reading {
  const selector = parseSelector(args.join(" "));
  return selector.ok
    ? ok({ labels: selector.value })
    : err(`kubernetes labels takes a label selector: ${selector.error}`);
}

function readNamespaceLabels(args: readonly string[]): Reading {
  const selector = parseSelector(args.join(" "));
  return selector.ok
    ? ok({ namespaceLabels: selector.value })
    : err(`kubernetes namespace_labels takes a label selector: ${selector.error}`);
}

function readPods(args: readonly string[]): Reading {
  const pods = POD_MODES.find((mode) => mode === args[0]);
  if (pods !== undefined) return ok({ pods });
  return err(`kubernetes pods takes one of ${POD_MODES.join(", ")}: received ${args[0]}`);
}

function readTtl(args: readonly string[]): Reading {
  const text = args[0] as string;
  const ttl = /^[+-]?[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (ttl >= 0 && ttl <= 3600) return ok({ ttl });
  return err(`kubernetes ttl takes seconds from 0 to 3600: received ${text}`);
}

function readFallthrough(args: readonly string[]): Reading {
  if (args.length === 0) return ok({ fallthrough: [name(".")] });
  return ok({ fallthrough: zonesOrBlock(args, []) });
}

function readIgnore(args: readonly string[]): Reading {
  // CoreDNS takes `ignore` alone without a word, and it changes nothing.
  if (args.length === 0) return ok({});
  if (args[0] === "empty_service") return ok({ ignoreEmptyService: true });
  return err(`kubernetes ignore takes empty_service: received ${args[0]}`);
}

function readMulticluster(args: readonly string[]): Reading {
  return ok({ multiclusterZones: zonesOrBlock(args, []) });
}

function readStartupTimeout(args: readonly string[]): Reading {
  if (DURATION.test(args[0] as string)) return ok({});
  return err(`kubernetes startup_timeout takes a duration such as 5s: received ${args[0]}`);
}

/** Go's `time.ParseDuration`: `1m30s`, `0`. */
const DURATION = /^[+-]?(?:0|(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|µs|ms|s|m|h))+)$/;

function number(option: string, allowed: RegExp): OptionRule["read"] {
  return (args) =>
    allowed.test(args[0] as string)
      ? ok({})
      : err(`kubernetes ${option} takes a number: received ${args[0]}`);
}

function shown(args: readonly string[]): string {
  return args.length === 0 ? "nothing" : args.join(" ");
}
