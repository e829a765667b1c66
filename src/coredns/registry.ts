/**
 * The plugins, in the order in which a query goes through them.
 *
 * This order, and not the Corefile's, decides who is asked first: it is that of `plugin.cfg` in CoreDNS, where since July 2026
 * `rewrite`, `autopath` and `acl` stand before `cache`. A new plugin is one file in `plugins/` and its line here.
 *
 * @module
 */
import type { Setup } from "./plugin.ts";
import { acl } from "./plugins/acl.ts";
import { any } from "./plugins/any.ts";
import { autopath } from "./plugins/autopath.ts";
import { cache } from "./plugins/cache.ts";
import { errors } from "./plugins/errors.ts";
import { file } from "./plugins/file.ts";
import { forward } from "./plugins/forward.ts";
import { hosts } from "./plugins/hosts.ts";
import { k8sExternal } from "./plugins/k8s_external.ts";
import { kubernetes } from "./plugins/kubernetes.ts";
import { loadbalance } from "./plugins/loadbalance.ts";
import { local } from "./plugins/local.ts";
import { log } from "./plugins/log.ts";
import { loop } from "./plugins/loop.ts";
import { minimal } from "./plugins/minimal.ts";
import { passed, setting } from "./plugins/passed.ts";
import { rewrite } from "./plugins/rewrite.ts";
import { template } from "./plugins/template.ts";

export const REGISTRY: readonly (readonly [name: string, setup: Setup])[] = [
  ["root", setting],
  ["metadata", passed],
  ["geoip", passed],
  ["cancel", passed],
  ["proxyproto", setting],
  ["quic", setting],
  ["grpc_server", setting],
  ["https", setting],
  ["https3", setting],
  ["timeouts", setting],
  ["multisocket", setting],
  ["reload", setting],
  ["nsid", passed],
  ["bufsize", passed],
  ["bind", setting],
  ["debug", setting],
  ["trace", passed],
  ["ready", setting],
  ["health", setting],
  ["pprof", setting],
  ["shed", passed],
  ["prometheus", passed],
  ["errors", errors],
  ["log", log],
  ["dnstap", passed],
  ["local", local],
  ["dns64", passed],
  ["any", any],
  ["chaos", passed],
  ["loadbalance", loadbalance],
  ["tsig", passed],
  ["rewrite", rewrite],
  ["autopath", autopath],
  ["acl", acl],
  ["cache", cache],
  ["header", passed],
  ["dnssec", passed],
  ["tls", setting],
  ["minimal", minimal],
  ["template", template],
  ["transfer", passed],
  ["hosts", hosts],
  ["route53", passed],
  ["azure", passed],
  ["clouddns", passed],
  ["k8s_external", k8sExternal],
  ["kubernetes", kubernetes],
  ["file", file],
  ["auto", passed],
  ["secondary", passed],
  ["etcd", passed],
  ["loop", loop],
  ["forward", forward],
  ["grpc", passed],
  ["erratic", passed],
  ["whoami", passed],
  ["on", setting],
  ["sign", setting],
  ["view", setting],
  ["nomad", passed],
];

/** Those that a server block may name once: their setup in CoreDNS returns `plugin.ErrOnce` for the second. */
export const ONCE: ReadonlySet<string> = new Set([
  "cache",
  "errors",
  "hosts",
  "kubernetes",
  "loop",
  "prometheus",
  "ready",
  "reload",
  "shed",
]);
