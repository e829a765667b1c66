/**
 * What stands behind `hosts` in a Corefile, checked. Upstream: `plugin/hosts/setup.go`.
 *
 * @module
 */
import { type Name, ROOT } from "../../../dns/name.ts";
import { ok, type Result } from "../../../result.ts";
import { duration, integer, wrong, wrongCount, zonesOrBlock } from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import { mountedFile } from "../../files.ts";
import type { Environment, SetupError } from "../../plugin.ts";
import { type Entries, readEntries } from "./entries.ts";

export interface HostsOptions {
  readonly zones: readonly Name[];
  /** The file's entries, then those that stand in the Corefile. */
  readonly entries: readonly Entries[];
  /** The file that the directive names and that is not there. */
  readonly missing?: string;
  /** Seconds. */
  readonly ttl: number;
  readonly noReverse: boolean;
  /** Zones in which an unknown name goes on to the next plugin. */
  readonly fallthrough: readonly Name[];
  /** So do types that a hosts file cannot hold. */
  readonly fallthroughUnsupported: boolean;
}

const NODE_FILE = "/etc/hosts";

/** CoreDNS keeps the TTL in 16 bits here. */
const LONGEST_TTL = 65_535;

export function readHostsOptions(
  directive: Directive,
  environment: Environment,
): Result<HostsOptions, SetupError> {
  const [path = NODE_FILE, ...zoneArgs] = directive.args;
  const zones = zonesOrBlock(zoneArgs, environment.zones);
  const reading: Reading = {
    inline: [],
    ttl: 3600,
    noReverse: false,
    fallthrough: [],
    fallthroughUnsupported: false,
  };
  for (const option of directive.block) {
    const read = readOption(option, reading);
    if (!read.ok) return read;
  }
  const unsupported = directive.block.find((one) => one.name === "fallthrough_unsupported");
  if (unsupported && reading.fallthrough.length === 0) {
    return wrong(unsupported, "fallthrough_unsupported requires fallthrough: received it alone");
  }
  const file = path === NODE_FILE ? environment.node?.hosts : mountedFile(path, environment);
  const texts = [file ?? "", reading.inline.join("\n")];
  const { inline: _, ...options } = reading;
  return ok({
    ...options,
    zones,
    entries: texts.map((text) => readEntries(text, zones)),
    // CoreDNS only logs a warning about it, and looks for it again every few seconds.
    ...(file === undefined && directive.args.length > 0 && { missing: path }),
  });
}

interface Reading {
  readonly inline: string[];
  ttl: number;
  noReverse: boolean;
  fallthrough: readonly Name[];
  fallthroughUnsupported: boolean;
}

function readOption(option: Directive, to: Reading): Result<undefined, SetupError> {
  const [first, ...rest] = option.args;
  switch (option.name) {
    case "ttl": {
      const ttl = integer(first);
      if (ttl === undefined || ttl < 1 || ttl > LONGEST_TTL) {
        return wrongCount(option, `seconds from 1 to ${LONGEST_TTL}`);
      }
      to.ttl = ttl;
      return ok(undefined);
    }
    case "reload": {
      const time = rest.length === 0 ? duration(first) : undefined;
      if (time === undefined || time < 0) {
        return wrongCount(option, "a duration such as 5s, 0s for never");
      }
      return ok(undefined);
    }
    case "no_reverse":
      to.noReverse = true;
      // CoreDNS does not look at the end of the line: what stands there is read as if on a line of its own.
      return first === undefined
        ? ok(undefined)
        : readOption({ ...option, name: first, args: rest }, to);
    case "fallthrough":
      to.fallthrough = zonesOrBlock(option.args, [ROOT]);
      return ok(undefined);
    case "fallthrough_unsupported":
      if (first !== undefined) return wrongCount(option, "no arguments");
      to.fallthroughUnsupported = true;
      return ok(undefined);
    default:
      if (to.fallthrough.length > 0) {
        const known = "fallthrough_unsupported, no_reverse, reload, ttl";
        const message = `hosts has no option ${option.name} behind fallthrough: known are ${known}; entries stand in front of it`;
        return wrong(option, message);
      }
      to.inline.push([option.name, ...option.args].join(" "));
      return ok(undefined);
  }
}
