/**
 * The search list that `autopath` walks: that of a file, or the one kubelet wrote into the client's Pod.
 *
 * @module
 */
import { canonicalAddress } from "../../../dns/address.ts";
import { isWithin, key, type Name, parent, parseName, ROOT } from "../../../dns/name.ts";
import { err, ok, type Result } from "../../../result.ts";
import { absolute } from "../../imports.ts";
import type { Context, Environment } from "../../plugin.ts";
import { readOptions } from "../kubernetes/options.ts";
import { viewOf } from "../kubernetes/view.ts";

/** The domains for a query, without the bare name that ends every walk; or why there is none, as a sentence. */
export type SearchOf = (qname: Name, client: Context["client"]) => Result<readonly Name[], string>;

/** No resolv.conf has more than 32 (`MaxDNSSearchPaths` in Kubernetes); CoreDNS itself sets no limit. */
const MOST_DOMAINS = 64;

/** What a node's resolv.conf is where the cluster's dump does not say. */
const ASSUMED_RESOLV_CONF = "nameserver 192.0.2.53";

/** The `search` of a resolv.conf as miekg/dns reads it: the last `search` or `domain` counts. Undefined without the file. */
export function searchOfFile(path: string, environment: Environment): readonly Name[] | undefined {
  const text = fileText(absolute(path), environment);
  return text === undefined ? undefined : searchOf(text);
}

/**
 * Of the Pod that asks: `<namespace>.svc.<zone>`, `svc.<zone>`, `<zone>`, and then what the CoreDNS pods have in their own
 * resolv.conf, which is the node's (AutoPath in plugin/kubernetes/autopath.go). A Pod is known by its address, so `pods
 * verified` must be on; of several on a host network the first is taken.
 */
export function searchOfClient(environment: Environment): SearchOf {
  const directive = environment.directives?.find((one) => one.name === "kubernetes");
  if (directive === undefined) return () => err("no kubernetes plugin in the server block");
  const read = readOptions(directive, environment);
  // The plugin itself will say what is wrong with it.
  if (!read.ok) return () => err("the kubernetes plugin is not set up");
  const { zones, pods: mode } = read.value;
  const view = viewOf(environment.cluster, read.value);
  const own = searchOf(environment.node?.resolvConf ?? ASSUMED_RESOLV_CONF);
  return (qname, { address }) => {
    const zone = longest(zones, qname);
    if (zone === undefined) return err(`${qname} is in no zone of the kubernetes plugin`);
    if (mode !== "verified") {
      return err(`the kubernetes plugin does not know its clients: pods ${mode}, not verified`);
    }
    const client = canonicalAddress(address);
    const pod = view.pods(address).find(({ podIP }) => canonicalAddress(podIP ?? "") === client);
    if (pod === undefined) return err(`no Pod has the client's address ${address}`);
    const namespace = parseName(
      zone === ROOT ? `${pod.namespace}.svc` : `${pod.namespace}.svc.${zone}`,
    );
    if (!namespace.ok) return err(`namespace ${pod.namespace} makes no name`);
    return ok([namespace.value, parent(namespace.value), zone, ...own]);
  };
}

function searchOf(text: string): readonly Name[] {
  let search: readonly string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...words] = line.split(/\s+/).filter((word) => word !== "");
    if (keyword === "search") search = words;
    else if (keyword === "domain") search = words.slice(0, 1);
  }
  return search.slice(0, MOST_DOMAINS).flatMap((domain) => {
    const parsed = parseName(domain);
    return parsed.ok ? [key(parsed.value)] : [];
  });
}

/** The pods of CoreDNS have `dnsPolicy: Default`: their /etc/resolv.conf is the node's. */
function fileText(path: string, { cluster, node }: Environment): string | undefined {
  if (path === "/etc/resolv.conf") return node?.resolvConf ?? ASSUMED_RESOLV_CONF;
  for (const [file, text] of cluster.corednsFiles) if (absolute(file) === path) return text;
  for (const [file, text] of cluster.corednsCustom) {
    if (absolute(`custom/${file}`) === path) return text;
  }
  return undefined;
}

function longest(zones: readonly Name[], qname: Name): Name | undefined {
  const matching = zones.filter((zone) => isWithin(qname, zone));
  return matching.reduce<Name | undefined>(
    (best, zone) => (best === undefined || zone.length > best.length ? zone : best),
    undefined,
  );
}
