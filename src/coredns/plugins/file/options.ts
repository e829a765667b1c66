/**
 * What a `file` directive says, and the zones in its file (plugin/file/setup.go in CoreDNS).
 *
 * @module
 */
import { type Name, name } from "../../../dns/name.ts";
import { err, ok, type Result } from "../../../result.ts";
import { duration, unknownOption, wrong, wrongCount, zonesOrBlock } from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import { mountedFile } from "../../files.ts";
import type { Environment, SetupError } from "../../plugin.ts";
import { parseZoneFile } from "../../zonefile/parse.ts";
import { type Zone, zoneOf } from "../../zonefile/zone.ts";

export interface Options {
  /** Milliseconds. */
  readonly reload: number;
  readonly fallthrough: readonly Name[];
}

/** Characters that a block may have read, each file once for each of its zones: a ConfigMap holds 1 MiB. */
const MOST_TEXT = 2 ** 24;
const MOST_FILES = 1000;
/** What a file that makes records of others counts for. */
const GENERATING = 2 ** 20;

export function beyondLimits(
  all: readonly Directive[],
  environment: Environment,
): string | undefined {
  if (all.length > MOST_FILES) {
    return `file stands ${MOST_FILES} times in a block at most: received ${all.length}`;
  }
  let total = 0;
  for (const one of all) {
    const text = mountedFile(one.args[0] ?? "", environment) ?? "";
    const length = text.length + (/\$(GENERATE|INCLUDE)/i.test(text) ? GENERATING : 0);
    total += length * zonesFor(one, environment).length;
  }
  if (total <= MOST_TEXT) return undefined;
  return `the files of a block are read for ${MOST_TEXT} characters at most: received ${total}`;
}

export function readZones(
  directive: Directive,
  environment: Environment,
  text: string | undefined,
): Result<ReadonlyMap<Name, Zone | undefined>, SetupError> {
  const zones = new Map<Name, Zone | undefined>();
  for (const origin of new Set(zonesFor(directive, environment))) {
    const zone =
      text === undefined ? ok(undefined) : readZone(directive, environment, text, origin);
    if (!zone.ok) return zone;
    zones.set(origin, zone.value);
  }
  return ok(zones);
}

function readZone(
  directive: Directive,
  environment: Environment,
  text: string,
  origin: Name,
): Result<Zone, SetupError> {
  const path = directive.args[0] as string;
  const records = parseZoneFile(text, origin, (other) => mountedFile(other, environment));
  if (!records.ok) {
    const { line, message } = records.error;
    return wrong(directive, `file ${path} line ${line}, for origin ${origin}: ${message}`);
  }
  const first = records.value.find((rr) => rr.type === "SOA");
  // CoreDNS reads the file as a reload of serial 0.
  if (first?.type === "SOA" && first.data.serial === 0) {
    return wrong(directive, `file ${path} has SOA serial 0, which is no change for ${origin}`);
  }
  const zone = zoneOf(origin, records.value);
  return zone.ok ? zone : wrong(directive, `file ${path}: ${zone.error}`);
}

const MINUTE = 60_000;

/** Of all `file`s of the block, which CoreDNS reads one after the other into the same options. */
export function readOptions(
  directive: Directive,
  all: readonly Directive[],
): Result<Options, SetupError> {
  let options: Options = { reload: MINUTE, fallthrough: [] };
  for (const one of all) {
    for (const option of one.block) {
      const read = readOption(option);
      if (read.ok) options = { ...options, ...read.value };
      else if (one === directive) return err(read.error);
    }
  }
  return ok(options);
}

function readOption(option: Directive): Result<Partial<Options>, SetupError> {
  switch (option.name) {
    case "fallthrough": {
      const zones = option.args.length === 0 ? [name(".")] : zonesOrBlock(option.args, []);
      return ok({ fallthrough: zones });
    }
    case "reload": {
      const reload = duration(option.args[0]);
      return reload === undefined ? wrongCount(option, "one duration") : ok({ reload });
    }
    case "reload_by_mtime":
    // Once the resolvers for CNAMEs; still read and without meaning.
    case "upstream":
      return ok({});
    default:
      return unknownOption("file", option, ["reload", "reload_by_mtime", "fallthrough"]);
  }
}

export function zonesFor(directive: Directive, environment: Environment): readonly Name[] {
  return zonesOrBlock(directive.args.slice(1), environment.zones);
}
