/**
 * Whatever a cluster, a name or an upstream says, only the transports of NDOTS_UPSTREAMS are ever asked: every address is
 * recorded, the platform's own `fetch` and sockets included.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openCluster } from "../../src/clusters.ts";
import { decodeMessage } from "../../src/dns/wire.ts";
import { ok } from "../../src/result.ts";
import { configMap, type Item, node, pod, service } from "../cluster/objects.ts";
import { demoWith, nodeLocalDns, upstreamService } from "../coredns/node-local.ts";
import { replyTo } from "./faulty.ts";
import { edeTexts, message, post, query, testService } from "./service.ts";

/** Clouds' metadata, the machine itself, and a private network. */
const INSIDE = ["169.254.169.254", "127.0.0.1", "[::1]", "10.9.9.9", "192.168.0.1"];

const MAPPED = "tcp://one.test:53";

interface Row {
  readonly why: string;
  readonly items: readonly Item[];
  readonly ask?: string;
  /** Path of the vantage that asks. */
  readonly from?: string;
  /** Records of the mapped upstream's answers. */
  readonly upstream?: readonly string[];
}

const corefile = (text: string, more: Readonly<Record<string, string>> = {}) =>
  configMap("kube-system/coredns", { Corefile: text, ...more });

const block = (...lines: readonly string[]) => `.:53 {\n${lines.join("\n")}\n}\n`;

const external = (externalName: string) =>
  service("default/web-service", { type: "ExternalName", externalName });

/** `address` as a Corefile takes it. */
function rowsOf(address: string): readonly Row[] {
  const bare = address.replace(/[[\]]/g, "");
  return [
    { why: "forward", items: [corefile(block(`forward . ${address}`))] },
    { why: "forward to a port", items: [corefile(block(`forward . ${address}:80`))] },
    { why: "forward by TLS", items: [corefile(block(`forward . tls://${address}`))] },
    { why: "forward by HTTPS", items: [corefile(block(`forward . https://${address}`))] },
    {
      why: "forward behind one that is mapped and down",
      items: [corefile(block(`forward . 10.0.0.3 ${address} {\n failover SERVFAIL NXDOMAIN\n}`))],
    },
    {
      why: "forward to a file's nameservers",
      items: [
        corefile(block("forward . /etc/coredns/upstreams"), { upstreams: `nameserver ${bare}\n` }),
      ],
    },
    {
      why: "forward to the node's nameservers",
      items: [
        corefile(block("forward . /etc/resolv.conf")),
        ...["node-1", "node-2", "node-3"].map((name) =>
          node(name, { files: { "resolv.conf": `nameserver ${bare}\n` } }),
        ),
      ],
    },
    {
      why: "a hosts line: the address is data",
      items: [corefile(block(`hosts {\n ${bare} api.example.com\n}`))],
    },
    {
      why: "a template that answers it",
      items: [corefile(block(`template IN A {\n answer "{{ .Name }} 60 IN CNAME ${bare}."\n}`))],
    },
    {
      why: "a rewrite to it",
      items: [corefile(block(`rewrite name api.example.com ${bare}`, "forward . 10.0.0.2"))],
    },
    {
      why: "plugins that would connect by themselves",
      items: [
        corefile(
          block(
            `grpc . ${address}:443`,
            `etcd {\n endpoint http://${address}:2379\n}`,
            `health ${address}:8080`,
            `prometheus ${address}:9153`,
            `trace zipkin http://${address}:9411`,
            `secondary {\n transfer from ${address}\n}`,
            "forward . 10.0.0.2",
          ),
        ),
      ],
    },
    { why: "an ExternalName", items: [external(`${bare}.`)], ask: "web-service" },
    {
      why: "an alias in an upstream's answer",
      items: [corefile(block("forward . 10.0.0.2"))],
      upstream: [`api.example.com. 60 IN CNAME ${bare}.`],
    },
    {
      why: "name servers and glue in an upstream's answer",
      items: [corefile(block("forward . 10.0.0.2"))],
      upstream: [
        "example.com. 60 IN NS ns.example.com.",
        "ns.example.com. 60 IN A 169.254.169.254",
      ],
    },
    {
      why: "NodeLocal DNSCache's block",
      items: [nodeLocalDns(block(`forward . ${address}`)), ...upstreamService()],
    },
    {
      why: "a Pod's own nameserver",
      items: [
        pod("default/stray", {
          spec: { nodeName: "node-1", dnsPolicy: "None", dnsConfig: { nameservers: [bare] } },
          status: { phase: "Running", podIP: "10.244.2.99", podIPs: [{ ip: "10.244.2.99" }] },
        }),
      ],
      from: "/clusters/demo/namespaces/default/pods/stray",
    },
  ];
}

const asked: string[] = [];
beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", (input: unknown) => {
    asked.push(`fetch ${input}`);
    return Promise.reject(new Error("no network"));
  });
});
afterEach(() => vi.unstubAllGlobals());

describe.each(INSIDE)("%s is not reached by", (address) => {
  test.each(rowsOf(address))("$why", async (row) => {
    const reply = await lookUp(row, { "10.0.0.2": MAPPED, "10.0.0.3": MAPPED });
    expect(asked.filter((to) => to !== MAPPED)).toEqual([]);
    if (asked.length === 0 && reply.rcode === "SERVFAIL") {
      expect([22, 23].flatMap((code) => edeTexts(reply, code)).length).toBeGreaterThan(0);
    }
  });

  test.each(rowsOf(address))(
    "$why, where every address is mapped: the map's transport is asked",
    async (row) => {
      await lookUp(row, { "*": MAPPED });
      expect(asked.filter((to) => to !== MAPPED)).toEqual([]);
    },
  );
});

test("a file of the machine that the service runs on is not there", () => {
  for (const text of [
    block("forward . /etc/passwd"),
    block("import /etc/passwd"),
    block("import ../../../../../../etc/passwd"),
    block("hosts /etc/hostname\nforward . /proc/self/environ"),
    block("forward . /etc/hosts"),
  ]) {
    const opened = openCluster("demo", demoWith(corefile(text)));
    expect(opened.ok ? "opened" : opened.error).toMatch(
      /^cluster demo: Corefile line \d: .*(not found|not an IP address or file)/,
    );
    expect(opened.ok ? "" : opened.error).not.toMatch(/root:|PATH=/);
  }
  const named = openCluster(
    "demo",
    demoWith(corefile(block("hosts /etc/hosts", "file /etc/passwd example.com"))),
  );
  expect(named.ok ? JSON.stringify(named.value.coredns.blocks) : named.error).not.toMatch(/root:/);
});

async function lookUp(row: Row, map: Readonly<Record<string, string>>) {
  const opened = openCluster("demo", demoWith(...row.items));
  if (!opened.ok) throw new Error(opened.error);
  const { app } = testService({
    opened: opened.value,
    upstreams: JSON.stringify(map),
    deps: {
      tcp: async ({ hostname, port }, octets) => {
        asked.push(`tcp://${hostname}:${port}`);
        const read = decodeMessage(octets);
        if (!read.ok) throw new Error("the query does not parse");
        const { upstream } = row;
        return ok(replyTo(read.value, upstream ?? [], upstream ? {} : { rcode: "NXDOMAIN" }));
      },
      doh: async (url) => {
        asked.push(url);
        throw new Error("no network");
      },
    },
  });
  const { from = "", ask = "api.example.com" } = row;
  for (const path of [
    `/life.json?name=${ask}`,
    `/compare?name=${ask}`,
    `/resolve?name=${ask}&type=AAAA`,
  ]) {
    expect((await app.request(from + path)).status).toBe(200);
  }
  return message(await post(app, query(ask), `${from}/dns-query`));
}
