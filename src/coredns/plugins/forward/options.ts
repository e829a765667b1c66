/**
 * What a `forward` directive says (plugin/forward/setup.go in CoreDNS).
 *
 * @module
 */
import { type Name, parseName } from "../../../dns/name.ts";
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
import { zonesOf } from "../../keys.ts";
import type { Environment, SetupError } from "../../plugin.ts";
import { upstreamsOf } from "./upstreams.ts";

export const POLICIES = ["random", "round_robin", "sequential"] as const;
export type Policy = (typeof POLICIES)[number];

export interface ForwardOptions {
  readonly from: Name;
  /** Addresses as the exchange takes them: `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:853`. */
  readonly to: readonly string[];
  readonly except: readonly Name[];
  readonly policy: Policy;
  /** How many failed attempts a query may have; undefined is twice the upstreams, and so is CoreDNS's unbounded 0. */
  readonly attempts: number | undefined;
  /** Rcodes for which the next upstream is asked. */
  readonly failover: readonly string[];
  /** Rcodes for which the next `forward` of the block is asked. */
  readonly next: readonly string[];
  readonly nextOnNodata: boolean;
  /** `force_tcp`, which wins, or `prefer_udp`; absent: what the query came by. */
  readonly protocol?: "udp" | "tcp";
}

const OPTIONS = [
  "except",
  "force_tcp",
  "prefer_udp",
  "expire",
  "max_age",
  "max_fails",
  "max_connect_attempts",
  "max_idle_conns",
  "tls",
  "tls_servername",
  "policy",
  "health_check",
  "max_concurrent",
  "next",
  "next_on_nodata",
  "failfast_all_unhealthy_upstreams",
  "failover",
];

const MOST_UPSTREAMS = 15;

/** miekg/dns's `StringToRcode`, whose names a Corefile takes. */
const RCODES =
  "NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE STATEFULTYPENOTIMPL BADSIG BADVERS BADKEY BADTIME BADMODE BADNAME BADALG BADTRUNC BADCOOKIE".split(
    " ",
  );

export function readForwardOptions(
  directive: Directive,
  environment: Environment,
): Result<ForwardOptions, SetupError> {
  const [from, ...targets] = directive.args;
  if (from === undefined || targets.length === 0) {
    return wrongCount(directive, "a zone and one or more upstreams");
  }
  const zones = zonesOf(from);
  if (!zones.ok) return wrong(directive, zones.error);
  const to = upstreamsOf(directive, targets, environment);
  if (!to.ok) return to;
  if (to.value.length > MOST_UPSTREAMS) {
    const message = `forward takes ${MOST_UPSTREAMS} upstreams at most: received ${to.value.length}`;
    return wrong(directive, message);
  }
  let options: ForwardOptions = {
    from: zones.value[0] as Name,
    to: to.value,
    except: [],
    policy: "random",
    attempts: undefined,
    failover: [],
    next: [],
    nextOnNodata: false,
  };
  for (const option of directive.block) {
    const read = readOption(option, options);
    if (!read.ok) return read;
    options = { ...options, ...read.value };
  }
  const early = agesTooEarly(directive);
  return early
    ? wrong(early, "max_age is at least as long as expire, 10s if not given")
    : ok(options);
}

/** Milliseconds: how long an idle connection is kept if `expire` does not say. */
const DEFAULT_EXPIRE = 10_000;

/** `max_age` where a connection would be too old before it is idle too long; 0 is no limit. */
function agesTooEarly(directive: Directive): Directive | undefined {
  const last = (name: string) => directive.block.findLast((option) => option.name === name);
  const maxAge = duration(last("max_age")?.args[0]) ?? 0;
  const expire = duration(last("expire")?.args[0]) ?? DEFAULT_EXPIRE;
  return maxAge > 0 && maxAge < expire ? last("max_age") : undefined;
}

type Part = Result<Partial<ForwardOptions>, SetupError>;

const NOTHING: Part = ok({});

function readOption(option: Directive, options: ForwardOptions): Part {
  switch (option.name) {
    case "except":
      return readExcept(option, options);
    case "policy": {
      const [policy, ...more] = option.args;
      const known = POLICIES.find((one) => one === policy);
      return known === undefined || more.length > 0
        ? wrongCount(option, `one of ${POLICIES.join(", ")}`)
        : ok({ policy: known });
    }
    case "max_connect_attempts": {
      const attempts = oneArgument(option, natural, "a number of 0 or more");
      return attempts.ok ? ok({ attempts: attempts.value || undefined }) : attempts;
    }
    case "failover":
    case "next":
      return readRcodes(option, option.name, options);
    case "next_on_nodata":
      return option.args.length === 0
        ? ok({ nextOnNodata: true })
        : wrongCount(option, "no arguments");
    case "force_tcp":
    case "prefer_udp": {
      if (option.args.length > 0) return wrongCount(option, "no arguments");
      const tcp = option.name === "force_tcp" || options.protocol === "tcp";
      return ok({ protocol: tcp ? "tcp" : "udp" });
    }
    default:
      return readWithoutMeaning(option);
  }
}

/** Options about connections and health: they parse as in CoreDNS, and change nothing that is simulated. */
function readWithoutMeaning(option: Directive): Part {
  switch (option.name) {
    case "failfast_all_unhealthy_upstreams":
      return option.args.length === 0 ? NOTHING : wrongCount(option, "no arguments");
    case "tls":
      return option.args.length <= 3
        ? NOTHING
        : wrongCount(option, "a certificate, a key and a CA at most");
    case "tls_servername":
      return option.args.length === 1 ? NOTHING : wrongCount(option, "one name");
    case "max_fails":
    case "max_idle_conns":
    case "max_concurrent": {
      const number = oneArgument(option, natural, "a number of 0 or more");
      return number.ok ? NOTHING : number;
    }
    case "expire":
    case "max_age": {
      const time = oneArgument(option, positiveDuration, "a duration such as 10s");
      return time.ok ? NOTHING : time;
    }
    case "health_check":
      return readHealthCheck(option);
    default:
      return unknownOption("forward", option, OPTIONS);
  }
}

function readExcept(option: Directive, options: ForwardOptions): Part {
  if (option.args.length === 0) return wrongCount(option, "one or more zones");
  return ok({ except: [...options.except, ...zonesOrBlock(option.args, [])] });
}

function readRcodes(option: Directive, which: "failover" | "next", options: ForwardOptions): Part {
  if (option.args.length === 0) return wrongCount(option, "one or more rcodes");
  const rcodes = option.args.map((arg) => arg.toUpperCase());
  const odd = rcodes.findIndex((rcode) => !RCODES.includes(rcode));
  if (odd >= 0) return wrong(option, `${option.args[odd]} is not a valid rcode`);
  if (which === "failover" && rcodes.includes("NOERROR")) {
    return wrong(option, "NOERROR cannot be used in failover");
  }
  return ok({ [which]: [...options[which], ...rcodes] });
}

function readHealthCheck(option: Directive): Part {
  const [period, ...rest] = option.args;
  if (positiveDuration(period) === undefined) {
    return wrongCount(option, "a duration, and then no_rec and domain NAME");
  }
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === "no_rec") continue;
    if (rest[at] !== "domain") return wrong(option, `health_check has no option ${rest[at]}`);
    const domain = parseName(rest[++at] ?? "");
    if (!domain.ok) return wrong(option, `health_check takes a domain name: received ${rest[at]}`);
  }
  return NOTHING;
}

function natural(text: string): number | undefined {
  const number = integer(text);
  return number === undefined || number < 0 ? undefined : number;
}

function positiveDuration(text: string | undefined): number | undefined {
  const time = duration(text);
  return time === undefined || time < 0 ? undefined : time;
}
