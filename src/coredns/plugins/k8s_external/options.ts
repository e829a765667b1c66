/**
 * What stands behind `k8s_external` in a Corefile, checked, with the options of the `kubernetes` that it asks.
 *
 * Upstream: `plugin/k8s_external/setup.go`.
 *
 * @module
 */
import { type Name, parseName, ROOT } from "../../../dns/name.ts";
import { ok, type Result } from "../../../result.ts";
import { integer, unknownOption, wrong, wrongCount, zonesOrBlock } from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import type { Environment, SetupError } from "../../plugin.ts";
import { type Options as KubernetesOptions, readOptions } from "../kubernetes/options.ts";

export interface ExternalOptions {
  /** In lower case, in the Corefile's order: PTR records point below the first. */
  readonly zones: readonly Name[];
  /** Where the nameserver's name is, relative to a zone: `dns`. */
  readonly apex: string;
  /** Seconds. */
  readonly ttl: number;
  readonly headless: boolean;
  /** Zones in which NXDOMAIN goes on to the next plugin; undefined is nowhere. */
  readonly fallthrough: readonly Name[] | undefined;
}

const OPTIONS = ["apex", "ttl", "headless", "fallthrough"];

/** Reads the block's lines of the plugin: options add up, and of zones the last line's count. */
export function readExternalOptions(
  directives: readonly Directive[],
  environment: Environment,
): Result<ExternalOptions, SetupError> {
  let options: ExternalOptions = {
    zones: [],
    apex: "dns",
    ttl: 5,
    headless: false,
    fallthrough: undefined,
  };
  for (const directive of directives) {
    options = { ...options, zones: zonesOrBlock(directive.args, environment.zones) };
    for (const option of directive.block) {
      const read = readOption(option);
      if (!read.ok) return read;
      options = { ...options, ...read.value };
    }
  }
  return ok(options);
}

/** The options of the `kubernetes` in the same block, without which CoreDNS does not start. */
export function kubernetesOf(
  directive: Directive,
  environment: Environment,
): Result<KubernetesOptions, SetupError> {
  const kubernetes = environment.directives?.find(({ name }) => name === "kubernetes");
  if (kubernetes === undefined) {
    return wrong(directive, "k8s_external needs kubernetes in its server block: received none");
  }
  return readOptions(kubernetes, environment);
}

function readOption(option: Directive): Result<Partial<ExternalOptions>, SetupError> {
  const [first] = option.args;
  const [nested] = option.block;
  if (nested) return wrong(option, `${option.name} takes no block: received ${nested.name}`);
  switch (option.name) {
    case "ttl": {
      // As in CoreDNS, words behind the first are not looked at, here and in `apex`.
      const ttl = integer(first);
      if (ttl === undefined || ttl < 0 || ttl > 3600) {
        return wrongCount(option, "seconds from 0 to 3600");
      }
      return ok({ ttl });
    }
    case "apex": {
      // CoreDNS takes any text, and then has no name to write into its SOA.
      const name = parseName(first ?? "");
      if (first === undefined || first.endsWith(".") || !name.ok || name.value === ROOT) {
        return wrongCount(option, "a label");
      }
      return ok({ apex: first });
    }
    case "headless":
      return first === undefined ? ok({ headless: true }) : wrongCount(option, "no arguments");
    case "fallthrough":
      return ok({ fallthrough: zonesOrBlock(option.args, [ROOT]) });
    default:
      return unknownOption("k8s_external", option, OPTIONS);
  }
}
