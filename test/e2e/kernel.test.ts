/**
 * The kernel agrees: what `/life` says of a lookup is what Linux does with it.
 *
 * A part of the demo cluster is built as network namespaces, under the rules that the running server prints. Real clients
 * look names up there, with every interface captured; then the server is asked for the life of the same lookup, with the
 * seed that draws the same CoreDNS pods, and both are compared hop by hop.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import { type Told, told } from "./kernel/exchanges.ts";
import { lifeLike, toldBy } from "./kernel/life.ts";
import { type Act, play, podOf, type Seen } from "./kernel/play.ts";
import { clusterOf, setUp } from "./kernel/stage.ts";
import { usableVariants } from "./kernel/usable.ts";
import { type Server, startServer } from "./server.ts";

const WEB = "web-service.default.svc.cluster.local.";

const ACTS: readonly Act[] = [
  {
    why: "glibc asks for both families on one socket",
    cluster: "demo",
    pod: "default/client",
    by: "glibc",
    name: "web-service",
    family: "any",
  },
  {
    why: "musl asks for both families on one socket",
    cluster: "demo",
    pod: "default/alpine",
    by: "musl",
    name: "web-service",
    family: "any",
  },
  {
    why: "glibc searches for an outside name, and CoreDNS asks for it under its node's address",
    cluster: "demo",
    pod: "default/client",
    by: "glibc",
    name: "api.example.com",
    family: "4",
  },
  {
    why: "glibc searches in both families, with a socket a name",
    cluster: "demo",
    pod: "default/client",
    by: "glibc",
    name: "api.example.com",
    family: "any",
  },
  {
    why: "musl searches in both families, with a socket a name",
    cluster: "demo",
    pod: "default/alpine",
    by: "musl",
    name: "api.example.com",
    family: "any",
  },
  {
    why: "dig asks as getaddrinfo does for a name with its trailing dot",
    cluster: "demo",
    pod: "default/client",
    by: "dig",
    name: WEB,
    family: "4",
  },
  {
    why: "dig +tcp asks as getaddrinfo does under use-vc, segment by segment",
    cluster: "more",
    pod: "default/use-vc",
    by: "dig +tcp",
    name: WEB,
    family: "4",
  },
  {
    why: "glibc asks over TCP under use-vc",
    cluster: "more",
    pod: "default/use-vc",
    by: "glibc",
    name: "web-service",
    family: "4",
  },
  {
    why: "glibc asks for both families over one TCP connection under use-vc",
    cluster: "more",
    pod: "default/use-vc",
    by: "glibc",
    name: "web-service",
    family: "any",
  },
  {
    why: "glibc waits with AAAA for the reply to A under single-request",
    cluster: "more",
    pod: "default/single-request",
    by: "glibc",
    name: "web-service",
    family: "any",
  },
  {
    why: "glibc asks for AAAA on a socket of its own under single-request-reopen",
    cluster: "more",
    pod: "default/single-request-reopen",
    by: "glibc",
    name: "web-service",
    family: "any",
  },
  {
    why: "a Pod on the host network starts in OUTPUT and is masqueraded",
    cluster: "demo",
    pod: "default/policy-clusterfirstwithhostnet",
    by: "glibc",
    name: "web-service",
    family: "any",
  },
  {
    why: "a client on the node of CoreDNS stays on it",
    cluster: "demo",
    pod: "default/db-1",
    by: "glibc",
    name: "web-service",
    family: "any",
  },
  {
    why: "a CoreDNS pod that asks its own Service may reach itself, masqueraded",
    cluster: "more",
    pod: "kube-system/coredns-7db6d8ff4d-4xk2p",
    by: "dig",
    name: WEB,
    family: "4",
    until: /dst=10\.100\.0\.10 .* src=10\.244\.0\.4 /,
  },
  {
    why: "a Pod with its node's resolver asks past CoreDNS, under its node's address",
    cluster: "demo",
    pod: "default/policy-default",
    by: "glibc",
    name: "api.example.com",
    family: "any",
  },
  {
    why: "a Service without endpoints is rejected by an ICMP error, and glibc asks once more",
    cluster: "demo",
    pod: "default/rejected",
    by: "glibc",
    name: "web-service",
    family: "any",
  },
  {
    why: "musl does not hear of the ICMP error, and asks again after 2.5 s",
    cluster: "demo",
    pod: "default/rejected",
    by: "musl",
    name: "web-service",
    family: "any",
  },
];

const variants = usableVariants();

describe.skipIf(variants.length === 0)("the kernel agrees", () => {
  let folder: string;
  let server: Server;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ndots-kernel-"));
    const zones = join(folder, "zones");
    mkdirSync(zones);
    writeFileSync(join(zones, "more.json"), JSON.stringify(moreOfDemo()));
    server = await startServer("Deno", { NDOTS_ZONES: zones });
  }, 90_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(variants)("under iptables-%s", (variant) => {
    let seen: ReadonlyMap<Act, Seen>;
    beforeAll(async () => {
      const { origin } = server;
      const [demo, more] = [await clusterOf(origin, "demo"), await clusterOf(origin, "more")];
      const clients = ACTS.map((act) => podOf(more, act));
      const stage = await setUp({ origin, cluster: demo, variant, clients });
      try {
        seen = await play(ACTS, stage, more, folder);
      } finally {
        stage.close();
      }
    }, 90_000);

    describe.each(ACTS)("$why", (act) => {
      let kernel: Told;
      let ours: Told;
      let life: Life;
      beforeAll(async () => {
        const { sightings, conntrack } = seen.get(act) as Seen;
        kernel = told(sightings, conntrack);
        life = await lifeLike(kernel, act, server.origin);
        ours = await toldBy(life, act, server.origin, join(folder, "life.pcapng"));
      }, 60_000);

      test("every packet passes the same interfaces, the same on each", () => {
        expect(kernel.exchanges).not.toEqual([]);
        expect(ours.exchanges).toEqual(kernel.exchanges);
      });

      test("the nodes keep the same connections", () => {
        expect(ours.conntrack).toEqual(kernel.conntrack);
        const apart = ours.left.map((left, at) => Math.abs(left - (kernel.left[at] ?? 0)));
        expect(Math.max(0, ...apart)).toBeLessThanOrEqual(2);
      });

      test("the application gets the same", () => {
        const { result } = life;
        const answers = result.kind === "found" ? result.answers : [result.error];
        expect(seen.get(act)?.printed).toEqual([...answers].sort());
      });
    });
  });
});

/** The demo cluster, with a Pod for each of these options, and with CoreDNS pods that ask their own Service. */
function moreOfDemo(): unknown {
  const list = JSON.parse(readFileSync("zones/demo.json", "utf8"));
  const client = list.items.find(isPod(/^client$/));
  const pods = ["use-vc", "single-request", "single-request-reopen"].map((name, at) => {
    const pod = structuredClone(client);
    pod.metadata.name = name;
    pod.spec.dnsConfig = { options: [{ name }] };
    pod.status.podIP = `10.244.2.${100 + at}`;
    pod.status.podIPs = [{ ip: pod.status.podIP }];
    return pod;
  });
  for (const pod of list.items.filter(isPod(/^coredns-/))) pod.spec.dnsPolicy = "ClusterFirst";
  return { ...list, items: [...list.items, ...pods] };
}

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function isPod(pattern: RegExp): (item: Named) => boolean {
  return ({ kind, metadata }) => kind === "Pod" && pattern.test(metadata.name);
}
