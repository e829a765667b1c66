/**
 * kubernetes: answers for the cluster's own names, as the Kubernetes DNS specification 1.1 has them.
 *
 * ```corefile
 * kubernetes [ZONES...] {
 *     namespaces NAMESPACE...
 *     labels EXPRESSION
 *     namespace_labels EXPRESSION
 *     pods disabled|insecure|verified
 *     endpoint_pod_names
 *     ttl SECONDS
 *     noendpoints
 *     fallthrough [ZONES...]
 *     ignore empty_service
 *     multicluster [ZONES...]
 *     zonal
 *     endpoint URL
 *     tls CERT KEY CACERT
 *     kubeconfig KUBECONFIG [CONTEXT]
 *     apiserver_qps QPS
 *     apiserver_burst BURST
 *     apiserver_max_inflight MAX
 *     startup_timeout DURATION
 * }
 * ```
 *
 * Without ZONES the server block's are taken. The last seven options concern the connection to the API server: they are
 * read and have no meaning here. What kubeadm writes:
 *
 * ```corefile
 * kubernetes cluster.local in-addr.arpa ip6.arpa {
 *     pods insecure
 *     fallthrough in-addr.arpa ip6.arpa
 *     ttl 30
 * }
 * ```
 *
 * Upstream: `plugin/kubernetes/handler.go`.
 *
 * @module
 */
import type { Cluster } from "../../cluster/model.ts";
import type { Rcode } from "../../dns/message.ts";
import { isWithin, type Name, sameName } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import type { Context, Plugin, Reply, Setup } from "../plugin.ts";
import { blank, dropped } from "../reply.ts";
import { answer, soa } from "./kubernetes/answer.ts";
import type { Answer, Asked } from "./kubernetes/asked.ts";
import { type Options, readOptions } from "./kubernetes/options.ts";
import { viewOf } from "./kubernetes/view.ts";

export const kubernetes: Setup = (directive, environment) => {
  const options = readOptions(directive, environment);
  if (!options.ok) return options;
  const bound = environment.directives?.some(({ name }) => name === "bind") ?? false;
  return ok(pluginOf(options.value, environment.cluster, bound));
};

/** @param bound the block has `bind`, of whose addresses CoreDNS knows none (`boundIPs` wants them with a mask) */
function pluginOf(options: Options, cluster: Cluster, bound: boolean): Plugin {
  const view = viewOf(cluster, options);
  return {
    name: "kubernetes",
    async serve(question, context, next) {
      const zone = matchingZone(options.zones, question.name);
      if (zone === undefined) return next(question);
      if (question.type === "AXFR" || question.type === "IXFR") return refused(context);
      const asked: Asked = {
        view,
        zone: inSpellingOf(question.name, zone),
        multicluster: options.multiclusterZones.some((one) => sameName(one, zone)),
        server: bound ? [] : addressesOfServer(cluster, context.server),
        context,
      };
      const found = await answer(asked, question);
      if (found.unsendable) {
        const did = `${found.did}: no domain name, so no reply`;
        return dropped("kubernetes", context, did, "kubernetes could not write its reply");
      }
      if (found.exists) return replyOf(asked, "NOERROR", found);
      if (options.fallthrough?.some((one) => isWithin(question.name, one))) {
        return fallThrough(found.did, await next(question));
      }
      return replyOf(asked, "NXDOMAIN", found);
    },
  };
}

function replyOf(asked: Asked, rcode: Rcode, found: Answer): Reply {
  const { elsewhere } = found;
  return {
    ...blank("kubernetes", asked.context),
    rcode,
    authoritative: true,
    answer: found.records,
    authority: found.records.length === 0 ? [soa(asked)] : [],
    additional: found.additional,
    ...(elsewhere?.upstream !== undefined && { upstream: elsewhere.upstream }),
    ede: elsewhere?.ede ?? [],
    steps: [{ plugin: "kubernetes", did: found.did }, ...found.steps],
  };
}

/** Zone transfers are for the `transfer` plugin to grant. */
function refused(context: Context): Reply {
  const steps = [{ plugin: "kubernetes", did: "zone transfers are refused" }];
  return { ...blank("kubernetes", context), rcode: "REFUSED", steps };
}

function fallThrough(did: string, reply: Reply): Reply {
  const step = { plugin: "kubernetes", did: `${did}: fallthrough` };
  return { ...reply, steps: [step, ...reply.steps] };
}

/** The longest zone that `qname` lies in; of equals the first. */
function matchingZone(zones: readonly Name[], qname: Name): Name | undefined {
  let longest: Name | undefined;
  for (const zone of zones) {
    if (!isWithin(qname, zone)) continue;
    if (longest === undefined || zone.length > longest.length) longest = zone;
  }
  return longest;
}

/** The end of `qname` that is `zone`, in the question's upper and lower case. */
function inSpellingOf(qname: Name, zone: Name): Name {
  return qname.slice(-zone.length) as Name;
}

/** CoreDNS knows all addresses of its own pod, of both families. */
function addressesOfServer(cluster: Cluster, address: string): readonly string[] {
  const pod = cluster.podsByIP(address).find((one) => !one.hostNetwork);
  return pod === undefined ? [address] : pod.podIPs;
}
