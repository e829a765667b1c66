/**
 * What a real cluster keeps in ConfigMaps of `kube-system`, and a plain cluster's default where it is missing.
 *
 * @module
 */
import { addressFamily, canonicalAddress } from "../dns/address.ts";
import { parseName } from "../dns/name.ts";
import { isPresent, member, note, type Place, solid, textMapOf, textOf } from "./json.ts";
import type { KubeProxyConfig } from "./model.ts";
import { isCidr } from "./objects.ts";
import { readSettings, type Setting } from "./yaml.ts";

/** The `data` of the ConfigMaps that are read, by their names. */
export type ConfigMaps = ReadonlyMap<string, Place>;

/** The names of the ConfigMaps that are read, all in `kube-system`. */
export const CONFIG_MAPS: ReadonlySet<string> = new Set([
  "coredns",
  "coredns-custom",
  "kubelet-config",
  "kube-proxy",
  "kube-proxy-config",
  "node-local-dns",
  "kube-dns",
]);

/** What NodeLocal DNSCache reads of ConfigMap `kube-dns`; its other keys are dropped. */
const KUBE_DNS_KEYS: readonly string[] = ["upstreamNameservers", "stubDomains"];

/** What stands in the ConfigMaps; undefined where they are silent. */
export interface Config {
  readonly domain: string | undefined;
  readonly clusterDNS: readonly string[] | undefined;
  readonly nodeResolvConfOff: boolean;
  readonly corefile: string | undefined;
  readonly corednsFiles: ReadonlyMap<string, string>;
  readonly corednsCustom: ReadonlyMap<string, string>;
  readonly nodeLocalCorefile: string | undefined;
  readonly kubeDns: ReadonlyMap<string, string>;
  readonly kubeProxy: KubeProxyConfig | undefined;
}

export function readConfig(maps: ConfigMaps): Config {
  const coredns = filesOf(maps.get("coredns"));
  const corefile = coredns.get("Corefile");
  coredns.delete("Corefile");
  const nodeLocal = maps.get("node-local-dns");
  return {
    ...readKubelet(maps.get("kubelet-config")),
    corefile,
    corednsFiles: coredns,
    corednsCustom: filesOf(maps.get("coredns-custom")),
    kubeDns: new Map(
      [...filesOf(maps.get("kube-dns"))].filter(([key]) => KUBE_DNS_KEYS.includes(key)),
    ),
    nodeLocalCorefile: nodeLocal && textOf(member(nodeLocal, "Corefile")),
    kubeProxy:
      readKubeProxy(maps.get("kube-proxy"), "config.conf") ??
      readKubeProxy(maps.get("kube-proxy-config"), "config"),
  };
}

/** What kube-proxy does where nothing is configured; iptables is its default on Linux. */
export const PLAIN_KUBE_PROXY: KubeProxyConfig = {
  mode: "iptables",
  clusterCIDR: [],
  masqueradeAll: false,
  masqueradeBit: 14,
};

/** The Corefile that kubeadm installs. */
export function plainCorefile(domain: string): string {
  return `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${domain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success ${domain}
       disable denial ${domain}
    }
    loop
    reload
    loadbalance
}
`;
}

/** KubeletConfiguration (kubelet.config.k8s.io/v1beta1) under key `kubelet`, as kubeadm writes it. */
function readKubelet(
  data: Place | undefined,
): Pick<Config, "domain" | "clusterDNS" | "nodeResolvConfOff"> {
  const place = data && member(data, "kubelet");
  const text = place && textOf(place);
  if (place === undefined || text === undefined) {
    return { domain: undefined, clusterDNS: undefined, nodeResolvConfOff: false };
  }
  const settings = readSettings(text, ["clusterDNS", "clusterDomain", "resolvConf"]);
  const domain = wordOfSetting(settings.get("clusterDomain"))?.replace(/\.$/, "");
  if (domain && !isDomain(domain)) {
    note(place, `has a clusterDomain that is no domain name: ${JSON.stringify(domain)}`);
  }
  const clusterDNS = settings.has("clusterDNS")
    ? listOfSetting(settings.get("clusterDNS"))
    : undefined;
  const wrong = clusterDNS?.find((address) => addressFamily(address) === undefined);
  if (wrong !== undefined) {
    note(place, `has a clusterDNS that is no IP address: ${JSON.stringify(wrong)}`);
  }
  return {
    domain,
    clusterDNS: clusterDNS?.map((address) => canonicalAddress(address) ?? address),
    nodeResolvConfOff: settings.get("resolvConf") === "",
  };
}

/** KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1). */
function readKubeProxy(data: Place | undefined, key: string): KubeProxyConfig | undefined {
  const place = data && member(data, key);
  const text = place && textOf(place);
  if (place === undefined || text === undefined) return undefined;
  const settings = readSettings(text, [
    "mode",
    "clusterCIDR",
    "iptables.masqueradeAll",
    "iptables.masqueradeBit",
  ]);
  const clusterCIDR = listOfSetting(settings.get("clusterCIDR"));
  const wrong = clusterCIDR.find((cidr) => !isCidr(cidr));
  if (wrong !== undefined) {
    note(place, `has a clusterCIDR that is no CIDR block: ${JSON.stringify(wrong)}`);
  }
  const bit = Number(wordOfSetting(settings.get("iptables.masqueradeBit")) || 14);
  if (!Number.isInteger(bit) || bit < 0 || bit > 31) {
    note(place, "has an iptables.masqueradeBit that is no number from 0 to 31");
  }
  return {
    mode: wordOfSetting(settings.get("mode")) || PLAIN_KUBE_PROXY.mode,
    clusterCIDR,
    masqueradeAll: settings.get("iptables.masqueradeAll") === "true",
    masqueradeBit: bit,
  };
}

/** `MaxSecretSize`: what a ConfigMap may hold in all. */
const LARGEST_CONFIG_MAP = 1024 * 1024;
const MOST_FILES = 1000;

/** Every key of a ConfigMap with its text. */
function filesOf(data: Place | undefined): Map<string, string> {
  const files = data && isPresent(data) ? Object.entries(textMapOf(solid(data))) : [];
  const size = files.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  if (data !== undefined && size > LARGEST_CONFIG_MAP) {
    note(data, `takes at most ${LARGEST_CONFIG_MAP} characters in all: received ${size}`);
  }
  if (data !== undefined && files.length > MOST_FILES) {
    note(data, `takes at most ${MOST_FILES} keys: received ${files.length}`);
  }
  return new Map(files);
}

function wordOfSetting(setting: Setting | undefined): string | undefined {
  return typeof setting === "string" ? setting : setting?.[0];
}

/** A list, or one scalar with commas, as kube-proxy writes two families. */
function listOfSetting(setting: Setting | undefined): readonly string[] {
  if (setting === undefined) return [];
  const words = typeof setting === "string" ? setting.split(",") : setting;
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

/** A name without escapes or blanks: it goes into search lists as it is. */
function isDomain(text: string): boolean {
  return /^[A-Za-z0-9_.-]*$/.test(text) && parseName(text).ok;
}
