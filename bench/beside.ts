/**
 * `named` and `unbound` as DNS-over-HTTPS servers for one name, to stand beside ours.
 *
 * Each says so itself where it was built without DNS over HTTPS.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Started, start, versionOf } from "./process.ts";

export interface Beside {
  readonly server: "named" | "unbound";
  /** Debian's package. */
  readonly package: string;
  /** What the version has to name where DNS over HTTPS is built in. */
  readonly versionArgument: string;
  start(scene: Scene): Started;
}

export interface Scene {
  readonly folder: string;
  readonly port: number;
  /** Paths of PEM files. */
  readonly key: string;
  readonly cert: string;
  /** Without its dot; a zone of its own here, since these servers have no search list. */
  readonly name: string;
  readonly address: string;
}

export const BESIDE: readonly Beside[] = [
  { server: "named", package: "bind9", versionArgument: "-V", start: startNamed },
  { server: "unbound", package: "unbound", versionArgument: "-V", start: startUnbound },
];

/** Why this server cannot be measured here. */
export function whyNot({ server, package: has, versionArgument }: Beside): string | undefined {
  const version = versionOf(server, versionArgument);
  if (version === undefined) return `it is not installed (Debian package ${has})`;
  // Both speak HTTP/2 by this library alone.
  return version.includes("nghttp2") ? undefined : "it was built without DNS over HTTPS";
}

function startNamed({ folder, port, key, cert, name, address }: Scene): Started {
  const zone = join(folder, "named.zone");
  writeFileSync(
    zone,
    `$TTL 30\n@ IN SOA ns hostmaster 1 7200 1800 86400 30\n@ IN NS ns\nns IN A 192.0.2.1\n@ IN A ${address}\n`,
  );
  const config = join(folder, "named.conf");
  writeFileSync(
    config,
    `tls own { key-file "${key}"; cert-file "${cert}"; };
http own { endpoints { "/dns-query"; }; };
options {
  directory "${folder}";
  pid-file none;
  listen-on port ${port} tls own http own { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  tcp-listen-queue 100;
  minimal-responses yes;
};
controls { };
zone "${name}" { type primary; file "${zone}"; };
`,
  );
  return start(join(folder, "named.log"), "named", ["-g", "-n", "1", "-c", config]);
}

function startUnbound({ folder, port, key, cert, name, address }: Scene): Started {
  const config = join(folder, "unbound.conf");
  writeFileSync(
    config,
    `server:
  interface: 127.0.0.1@${port}
  https-port: ${port}
  http-endpoint: "/dns-query"
  tls-service-key: "${key}"
  tls-service-pem: "${cert}"
  num-threads: 1
  incoming-num-tcp: 100
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  logfile: ""
  use-syslog: no
  module-config: "iterator"
  local-zone: "${name}." static
  local-data: "${name}. 30 IN A ${address}"
remote-control:
  control-enable: no
`,
  );
  return start(join(folder, "unbound.log"), "unbound", ["-d", "-c", config]);
}
