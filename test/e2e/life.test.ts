/**
 * What the real Wireshark makes of `/life.pcapng`: lookups by UDP and TCP, over IPv4 and IPv6, rejected and lost.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import { pod } from "../cluster/objects.ts";
import { demoWith, nodeLocalDns, upstreamService } from "../coredns/node-local.ts";
import { testService } from "../http/service.ts";
import { missingTools, run } from "./tools.ts";

const PODS = "/namespaces/default/pods";

const own = (name: string, spec: Record<string, unknown>) =>
  pod(`default/${name}`, {
    spec: { nodeName: "node-1", dnsPolicy: "ClusterFirst", ...spec },
    status: {
      phase: "Running",
      podIP: "10.244.2.99",
      podIPs: [{ ip: "10.244.2.99" }, { ip: "fd00:10:244:2::99" }],
    },
  });

const { app } = testService({
  clusters: {
    own: demoWith(
      own("tcp", { dnsConfig: { options: [{ name: "use-vc" }] } }),
      own("six", { dnsPolicy: "None", dnsConfig: { nameservers: ["fd00:10:244:2::53"] } }),
    ),
    local: demoWith(nodeLocalDns(), ...upstreamService()),
  },
});

describe.skipIf(missingTools().includes("tshark"))("tshark -r life.pcapng", () => {
  const folder = mkdtempSync(join(tmpdir(), "ndots-life-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each<{ why: string; path: string; protocols: readonly string[] }>([
    { why: "both families of one name", path: "/life?name=web-service", protocols: ["udp", "dns"] },
    {
      why: "a searched name, CoreDNS's own queries among it",
      path: "/life?name=api.example.com&cache=off",
      protocols: ["udp", "dns"],
    },
    { why: "by TCP", path: `${PODS}/tcp/life?name=web-service`, protocols: ["tcp", "dns"] },
    { why: "rejected", path: `${PODS}/rejected/life?name=web-service`, protocols: ["udp", "icmp"] },
    { why: "over IPv6", path: `${PODS}/six/life?name=web-service`, protocols: ["ipv6", "udp"] },
    {
      why: "from the host network",
      path: `${PODS}/policy-clusterfirstwithhostnet/life?name=web-service`,
      protocols: ["udp", "dns"],
    },
    { why: "with a loss", path: "/life?name=web-service&fault=drop=2", protocols: ["udp", "dns"] },
    { why: "in a race", path: "/life?name=web-service&fault=conntrack-race", protocols: ["udp"] },
    {
      why: "by the node's own cache",
      path: "/../local/life?name=web-service&cache=off",
      protocols: ["udp", "tcp", "dns"],
    },
  ])("$why", async ({ path, protocols }) => {
    const at = new URL(`/clusters/own${path}&seed=7`, "http://ndots.test");
    const { pathname, search } = at;
    const told = (await (await app.request(`${pathname}.json${search}`)).json()) as Life;
    const reply = await app.request(`${pathname}.pcapng${search}`);
    expect(reply.headers.get("content-type")).toBe("application/x-pcapng");
    const file = join(folder, "life.pcapng");
    writeFileSync(file, new Uint8Array(await reply.arrayBuffer()));

    // Seen at the next interface, a message counts as sent again.
    const wrong = "_ws.malformed || (_ws.expert.severity >= 6291456 && !dns.retransmission)";
    const malformed = await tshark(file, ["-Y", wrong]);
    expect(malformed).toEqual([]);
    const seen = await fields(file, [
      "frame.interface_name",
      "frame.protocols",
      "dns.qry.name",
      "frame.comment",
      "ip.checksum.status",
      "udp.checksum.status",
      "tcp.checksum.status",
      "icmp.checksum.status",
      "icmpv6.checksum.status",
    ]);
    const all = new Set(seen.flatMap(([, names = ""]) => names.split(":")));
    expect([...all]).toEqual(expect.arrayContaining([...protocols]));
    for (const [, , , , ...states] of seen) {
      expect(states.filter((state) => state !== "" && !/^1(,[12])*$/.test(state))).toEqual([]);
    }
    const hops = told.packets.flatMap((packet) => packet.hops.map((hop) => ({ ...hop, packet })));
    expect(seen.map(([place]) => place)).toEqual(
      hops.map(({ host, device }) => `${host} ${device}`),
    );
    expect(seen.map(([, , , comment]) => comment !== "")).toEqual(
      hops.map(({ rewrites }) => rewrites.length > 0),
    );
    for (const [index, { packet }] of hops.entries()) {
      if (packet.kind !== "query" && packet.kind !== "reply") continue;
      expect(`${seen[index]?.[2]?.split(",")[0]}.`).toBe(packet.question?.split(" ")[0]);
    }
  });
});

async function tshark(file: string, args: readonly string[]): Promise<string[]> {
  const verified = ["ip", "udp", "tcp"].flatMap((one) => ["-o", `${one}.check_checksum:TRUE`]);
  // A segment that is seen again at the next interface would be a retransmission, whose content is left alone.
  const each = ["-o", "tcp.analyze_sequence_numbers:FALSE"];
  const ran = await run("tshark", ["-n", "-r", file, ...verified, ...each, ...args]);
  expect(ran).toMatchObject({ status: 0 });
  return ran.stdout.split("\n").filter((line) => line !== "");
}

async function fields(file: string, names: readonly string[]): Promise<string[][]> {
  const lines = await tshark(file, ["-T", "fields", ...names.flatMap((one) => ["-e", one])]);
  return lines.map((line) => line.split("\t"));
}
