/**
 * What a `cache` directive says (plugin/cache/setup.go in CoreDNS).
 *
 * @module
 */
import { key, type Name, parseName, ROOT } from "../../../dns/name.ts";
import { ok, type Result } from "../../../result.ts";
import {
  duration,
  integer,
  oneArgument,
  unknownOption,
  wrong,
  wrongCount,
  zonesOrBlock,
} from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import type { SetupError } from "../../plugin.ts";

/** Of positive or of negative answers; times are seconds. */
export interface Class {
  readonly capacity: number;
  readonly mostTtl: number;
  readonly leastTtl: number;
  /** Zones whose answers are not kept. */
  readonly except: readonly Name[];
}

/** Times are milliseconds, but for those of a {@link Class}. */
export interface CacheOptions {
  readonly zones: readonly Name[];
  readonly success: Class;
  readonly denial: Class;
  /** How long a SERVFAIL is kept; 0 not at all. */
  readonly servfail: number;
  /** `amount` 0 is off; `percentage` of the TTL is left when an entry is fetched anew. */
  readonly prefetch: {
    readonly amount: number;
    readonly duration: number;
    readonly percentage: number;
  };
  /**
   * `upTo` 0 is off. `ttl` is what a stale answer carries, `recheck` how long a failed refresh is not repeated; `limit` is how
   * long `verify` waits for a fresh answer, 0 as long as it takes.
   */
  readonly stale: {
    readonly upTo: number;
    readonly verify: boolean;
    readonly limit: number;
    readonly ttl: number;
    readonly recheck: number;
    readonly preferPositive: boolean;
  };
  readonly keepTtl: boolean;
}

const HOUR = 3_600_000;

const DEFAULTS: Omit<CacheOptions, "zones"> = {
  success: { capacity: 10_000, mostTtl: 3600, leastTtl: 5, except: [] },
  denial: { capacity: 10_000, mostTtl: 1800, leastTtl: 5, except: [] },
  servfail: 5000,
  prefetch: { amount: 0, duration: 60_000, percentage: 10 },
  stale: { upTo: 0, verify: false, limit: 0, ttl: 0, recheck: 0, preferPositive: false },
  keepTtl: false,
};

const OPTIONS = [
  "success",
  "denial",
  "prefetch",
  "serve_stale",
  "serve_stale_policy",
  "servfail",
  "disable",
  "keepttl",
];

/** RFC 2308 §7.1: a SERVFAIL is kept for five minutes at most; CoreDNS gives a failed refresh the same limit. */
const FIVE_MINUTES = 300_000;

export function readCacheOptions(
  directive: Directive,
  blockZones: readonly string[],
): Result<CacheOptions, SetupError> {
  let zones = directive.args;
  let options = DEFAULTS;
  const ttl = integer(directive.args[0]);
  if (ttl !== undefined) {
    if (ttl <= 0) return wrong(directive, `cache TTL is 1 second or more: received ${ttl}`);
    zones = directive.args.slice(1);
    const { success, denial } = options;
    options = {
      ...options,
      success: { ...success, mostTtl: ttl },
      denial: { ...denial, mostTtl: ttl },
    };
  }
  for (const option of directive.block) {
    const next = readOption(option, options);
    if (!next.ok) return next;
    options = { ...options, ...next.value };
  }
  const policy = directive.block.find((option) => option.name === "serve_stale_policy");
  if (policy && !directive.block.some((option) => option.name === "serve_stale")) {
    return wrong(policy, "serve_stale_policy takes effect with serve_stale: received none");
  }
  return ok({ ...options, zones: zonesOrBlock(zones, blockZones) });
}

type Part = Result<Partial<CacheOptions>, SetupError>;

function readOption(option: Directive, options: Omit<CacheOptions, "zones">): Part {
  switch (option.name) {
    case "success":
    case "denial": {
      const read = readClass(option, options[option.name]);
      return read.ok ? ok({ [option.name]: read.value }) : read;
    }
    case "prefetch":
      return readPrefetch(option, options.prefetch);
    case "serve_stale":
      return readServeStale(option, options.stale);
    case "serve_stale_policy":
      if (options.stale.preferPositive) {
        return wrong(option, "serve_stale_policy can be used once: received it twice");
      }
      return option.args.join(" ").toLowerCase() === "prefer_positive"
        ? ok({ stale: { ...options.stale, preferPositive: true } })
        : wrongCount(option, "prefer_positive");
    case "servfail":
      return readServfail(option);
    case "disable":
      return readDisable(option, options);
    case "keepttl":
      return option.args.length === 0 ? ok({ keepTtl: true }) : wrongCount(option, "no arguments");
    default:
      return unknownOption("cache", option, OPTIONS);
  }
}

function readClass(option: Directive, before: Class): Result<Class, SetupError> {
  const allowed = "a capacity, and then the most and the least seconds of a TTL";
  if (option.args.length === 0) return wrongCount(option, allowed);
  const [capacity, most, least] = option.args.slice(0, 3).map(integer);
  if (capacity === undefined) return wrongCount(option, allowed);
  if (option.args.length > 1 && (most === undefined || most <= 0)) {
    return wrong(option, `cache TTL is 1 second or more: received ${option.args[1]}`);
  }
  if (option.args.length > 2 && (least === undefined || least < 0)) {
    return wrong(option, `cache min TTL is 0 seconds or more: received ${option.args[2]}`);
  }
  const { mostTtl, leastTtl } = before;
  return ok({ ...before, capacity, mostTtl: most ?? mostTtl, leastTtl: least ?? leastTtl });
}

function readPrefetch(option: Directive, before: CacheOptions["prefetch"]): Part {
  const [first, second, third] = option.args;
  const amount = integer(first);
  if (amount === undefined || amount < 0 || option.args.length > 3) {
    return wrongCount(option, "a number of queries, and then a duration and a percentage");
  }
  const gap = second === undefined ? before.duration : duration(second);
  if (gap === undefined) {
    return wrong(option, `prefetch takes a duration such as 1m: received ${second}`);
  }
  const percentage =
    third === undefined ? before.percentage : third.endsWith("%") && integer(third.slice(0, -1));
  if (typeof percentage !== "number" || percentage < 10 || percentage > 90) {
    return wrong(option, `prefetch takes a percentage from 10% to 90%: received ${third}`);
  }
  return ok({ prefetch: { amount, duration: gap, percentage } });
}

/** `serve_stale [DURATION] immediate [TTL [RECHECK]]` or `… verify [TIMEOUT [TTL [RECHECK]]]`. */
function readServeStale(option: Directive, before: CacheOptions["stale"]): Part {
  const [first, second, ...rest] = option.args;
  const upTo = first === undefined ? HOUR : duration(first);
  if (upTo === undefined || upTo < 0) {
    return wrong(option, `serve_stale takes a duration such as 1h: received ${first}`);
  }
  const mode = second?.toLowerCase() ?? "immediate";
  if (mode !== "immediate" && mode !== "verify") {
    return wrong(option, `serve_stale has the modes immediate and verify: received ${second}`);
  }
  const times = rest.map(duration);
  const most = mode === "verify" ? 3 : 2;
  if (times.length > most || times.some((time) => time === undefined || time < 0)) {
    return wrongCount(option, `a duration, a mode and then at most ${most} durations`);
  }
  const [ttl = 0, recheck = 0] = mode === "verify" ? times.slice(1) : times;
  if (ttl % 1000 !== 0) {
    return wrong(option, `serve_stale gives whole seconds of TTL: received ${ttl / 1000}s`);
  }
  if (recheck > FIVE_MINUTES) {
    return wrong(option, `serve_stale repeats a failed refresh within 5m: received ${rest.at(-1)}`);
  }
  const verify = mode === "verify";
  const limit = verify ? (times[0] ?? 0) : 0;
  return ok({ stale: { ...before, upTo, verify, limit, ttl, recheck } });
}

function readServfail(option: Directive): Part {
  const time = oneArgument(option, duration, "one duration");
  if (!time.ok) return time;
  if (time.value < 0 || time.value > FIVE_MINUTES) {
    return wrong(option, `servfail takes a duration from 0 to 5m: received ${option.args[0]}`);
  }
  return ok({ servfail: time.value });
}

function readDisable(option: Directive, options: Omit<CacheOptions, "zones">): Part {
  const [which, ...names] = option.args;
  if (which !== "success" && which !== "denial") {
    return wrongCount(option, "success or denial, and then zones");
  }
  const zones: Name[] = [];
  for (const name of names) {
    const zone = parseName(name);
    if (!zone.ok) return wrong(option, `disable takes zones: received ${name}`);
    zones.push(key(zone.value));
  }
  return ok({ [which]: { ...options[which], except: zones.length === 0 ? [ROOT] : zones } });
}
