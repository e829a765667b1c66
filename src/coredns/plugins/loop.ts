/**
 * loop - halts CoreDNS where what it forwards comes back to it.
 *
 *     loop
 *
 * At its start CoreDNS asks itself for HINFO of a made-up name, two random numbers below the server block's first zone.
 * Where that probe comes by a third time it writes a fatal line to its log and exits, Kubernetes starts it anew, and so
 * on (CrashLoopBackOff): no query gets a reply, whatever its name. Most often the node's /etc/resolv.conf names a
 * resolver on a loopback address, such as 127.0.0.53 of systemd-resolved: in the pod of CoreDNS, that is CoreDNS.
 *
 *     . {
 *         loop
 *         forward . 127.0.0.1
 *     }
 *
 * Here nothing is sent: the `forward` that the probe would meet is looked at. Its upstream leads back where it is a
 * loopback or unspecified address, the pod's own, or a ClusterIP with a ready CoreDNS pod behind it, each on port 53;
 * where the block has `bind`, the addresses bound and no others. Of several upstreams those count that the policy asks
 * first; with `random` all must lead back, as CoreDNS is started anew until its luck has found another way. Resolvers
 * outside that send queries back are not seen.
 *
 * @module
 */
import { isCoreDns } from "../../cluster/route.ts";
import { canonicalAddress } from "../../dns/address.ts";
import { fromLabels, isWithin, labels, type Name } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import { unknownOption, withinAny, wrongCount } from "../arguments.ts";
import type { Context, Environment, Setup } from "../plugin.ts";
import { type ForwardOptions, readForwardOptions } from "./forward/options.ts";

export const loop: Setup = (directive, environment) => {
  if (directive.args.length > 0) return wrongCount(directive, "no arguments");
  const [option] = directive.block;
  if (option) return unknownOption("loop", option, []);
  const zone = (environment.zones[0] ?? ".") as Name;
  const options = forwardOfProbe(zone, environment);
  return ok({
    name: "loop",
    handsOn: true,
    halts(context) {
      const back = options && wayBack(options, environment, context.server);
      return back === undefined ? undefined : fatal(zone, back, context);
    },
    serve: (question, _context, next) => next(question),
  });
};

/** `Loop (… -> …) detected for zone` is what stands in the log, and what people search the web for. */
function fatal(zone: Name, back: string, context: Pick<Context, "random">): string {
  const probe = `HINFO ${number(context)}.${number(context)}.${zone === "." ? "" : zone}`;
  const line = `Loop (127.0.0.1 -> :53) detected for zone "${zone}", query "${probe}"`;
  return `halted CoreDNS at its start, as forward leads back to it by ${back}: ${line}`;
}

/** As Go's `rand.Int`: 63 bits. */
function number({ random }: Pick<Context, "random">): bigint {
  return BigInt(Math.floor(random() * 2 ** 53)) << 10n;
}

/** The options of the `forward` that the probe meets. One that is wrong is for `forward` itself to say. */
function forwardOfProbe(zone: Name, environment: Environment): ForwardOptions | undefined {
  const probe = fromLabels(["0", "0", ...labels(zone)]);
  for (const directive of environment.directives ?? []) {
    if (directive.name !== "forward") continue;
    const options = readForwardOptions(directive, environment);
    if (!options.ok) return undefined;
    const { from, except } = options.value;
    if (isWithin(probe, from) && !withinAny(probe, except)) return options.value;
  }
  return undefined;
}

/** The upstream by which the probe comes back twice, if it does. */
function wayBack(
  { to, policy }: ForwardOptions,
  environment: Environment,
  server: string,
): string | undefined {
  const [first = ""] = to;
  // `round_robin` begins with the second upstream.
  const asked =
    policy === "sequential"
      ? [first]
      : policy === "round_robin"
        ? [1, 2].map((turn) => to[turn % to.length] ?? first)
        : to;
  return asked.every((address) => leadsBack(address, environment, server)) ? asked[0] : undefined;
}

function leadsBack(address: string, environment: Environment, server: string): boolean {
  // With a port of its own it is text that is no address: nobody listens there.
  if (canonicalAddress(address) === undefined) return false;
  const { cluster, directives = [] } = environment;
  const bound = directives.filter(({ name }) => name === "bind").flatMap(({ args }) => args);
  const loopback = address.startsWith("127.") || address === "::1";
  if (bound.length > 0 && !bound.some((one) => UNSPECIFIED.has(one))) {
    // Interfaces are not modelled, but for the one that every pod has.
    if (loopback && bound.includes("lo")) return true;
    return bound.some((one) => canonicalAddress(one) === address);
  }
  // Linux takes 0.0.0.0 and :: for this host.
  if (loopback || UNSPECIFIED.has(address) || address === canonicalAddress(server)) return true;
  const service = cluster.serviceByIP(address);
  if (service === undefined) {
    return cluster
      .podsByIP(address)
      .some((pod) => !pod.hostNetwork && pod.podIPs.some((one) => same(one, server)));
  }
  return cluster
    .slicesOf(service.namespace, service.name)
    .some(({ endpoints }) =>
      endpoints.some((endpoint) => endpoint.ready && isCoreDns(cluster, service, endpoint)),
    );
}

const UNSPECIFIED: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function same(a: string, b: string): boolean {
  return canonicalAddress(a) === canonicalAddress(b);
}
