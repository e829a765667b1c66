/**
 * k8s_external - a zone with the addresses at which Services are reached from outside the cluster.
 *
 *     k8s_external [ZONE...] {
 *         apex APEX
 *         ttl TTL
 *         headless
 *         fallthrough [ZONES...]
 *     }
 *
 * Without ZONE the server block's are taken. `<service>.<namespace>.<zone>` has the `externalIPs` and load balancer
 * addresses of the Service; the name of a load balancer is a CNAME, which is followed. With `headless` a Service without
 * either has its ready endpoints, and `<endpoint>.<service>.<namespace>.<zone>` one of them. A, AAAA, SRV and, where a
 * ZONE is a reverse zone, PTR are answered, other types are NODATA. SOA and NS of the zone name `ns1.APEX.<zone>` (APEX is
 * `dns`), which has the external addresses of CoreDNS's own Service. TTL is 5 seconds if not given; SRV and CNAME have
 * that of `kubernetes`, whose `namespaces`, `labels` and other options hold here too: it must stand in the same block.
 * `fallthrough` hands names that do not exist to the next plugin.
 *
 *     . {
 *         kubernetes cluster.local
 *         k8s_external example.org
 *     }
 *
 * Upstream: `plugin/k8s_external/external.go`.
 *
 * @module
 */
import { once } from "../../cluster/indexes.ts";
import type { Cluster, Service } from "../../cluster/model.ts";
import { arpaAddress } from "../../dns/address.ts";
import type { Question } from "../../dns/message.ts";
import { isWithin, type Name, ROOT, sameName } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import { withinAny } from "../arguments.ts";
import type { Context, Next, Reply, Setup } from "../plugin.ts";
import { blank, stepped } from "../reply.ts";
import { spokenFor, together } from "../together.ts";
import {
  type Asked,
  addressOutcome,
  apexOutcome,
  nameserverOutcome,
  type Outcome,
  serviceOutcome,
  soa,
} from "./k8s_external/answer.ts";
import { servicesByHost } from "./k8s_external/find.ts";
import { type ExternalOptions, kubernetesOf, readExternalOptions } from "./k8s_external/options.ts";
import { below } from "./kubernetes/asked.ts";
import { type View, viewOf } from "./kubernetes/view.ts";

export const k8sExternal: Setup = (directive, environment) => {
  const directives = together(directive, environment);
  if (directives === undefined) return ok(spokenFor(directive));
  const options = readExternalOptions(directives, environment);
  if (!options.ok) return options;
  const kubernetes = kubernetesOf(directive, environment);
  if (!kubernetes.ok) return kubernetes;
  const { cluster } = environment;
  const external: External = {
    options: options.value,
    view: viewOf(cluster, kubernetes.value),
    cluster,
    byHost: once(() => servicesByHost(cluster)),
  };
  return ok({
    name: "k8s_external",
    serve: (question, context, next) => serve(external, question, context, next),
  });
};

interface External {
  readonly options: ExternalOptions;
  /** The cluster as `kubernetes` shows it. */
  readonly view: View;
  readonly cluster: Cluster;
  readonly byHost: () => ReadonlyMap<string, readonly Service[]>;
}

async function serve(
  { options, view, cluster, byHost }: External,
  question: Question,
  context: Context,
  next: Next,
): Promise<Reply> {
  const zone = longest(options.zones, question.name);
  if (zone === undefined) return next(question);
  const server = serverOf(cluster, context.server);
  const asked: Asked = { options, view, zone, server, context };
  const own = ownOutcome(asked, question);
  if (own) return replyOf(asked, own);
  const address = question.type === "PTR" ? arpaAddress(question.name) : undefined;
  const outcome =
    address === undefined
      ? await serviceOutcome(asked, question)
      : addressOutcome(asked, question.name, address, byHost().get(address) ?? []);
  const isMissing = outcome.rcode === "NXDOMAIN";
  if (isMissing && withinAny(question.name, options.fallthrough ?? [])) {
    return stepped("k8s_external", `${outcome.did}: fallthrough`, await next(question));
  }
  return replyOf(asked, outcome);
}

/** What the zone says of itself: its apex, and the names that its nameserver is among. */
function ownOutcome(asked: Asked, question: Question): Outcome | undefined {
  const { zones, apex } = asked.options;
  for (const zone of zones) {
    if (sameName(question.name, zone)) return apexOutcome(asked, question);
    // Below the root CoreDNS makes a name with two final dots of it, which holds no other.
    const above = zone === ROOT ? undefined : below(apex, zone);
    if (above && isWithin(question.name, above)) return nameserverOutcome(asked, question);
  }
  return undefined;
}

function replyOf(asked: Asked, outcome: Outcome): Reply {
  const { did, steps, ...rest } = outcome;
  return {
    ...blank("k8s_external", asked.context),
    ...rest,
    authoritative: true,
    authority: outcome.answer.length === 0 ? [soa(asked)] : [],
    steps: [{ plugin: "k8s_external", did }, ...steps],
  };
}

/** The longest zone that `qname` lies in; of equals the first. */
function longest(zones: readonly Name[], qname: Name): Name | undefined {
  let found: Name | undefined;
  for (const zone of zones) {
    if (isWithin(qname, zone) && zone.length > (found?.length ?? 0)) found = zone;
  }
  return found;
}

/** CoreDNS knows all addresses of its own pod, of both families. */
function serverOf(cluster: Cluster, address: string): readonly string[] {
  return cluster.podsByIP(address).find((pod) => !pod.hostNetwork)?.podIPs ?? [address];
}
