import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loop } from "../../../src/coredns/plugins/loop.ts";
import { buildCoreDns } from "../../../src/coredns/server.ts";
import { built, contextOf, mustBuild, question, upstreams } from "../scene.ts";
import { clusterOf } from "../testPlugin.ts";
import { CLUSTER } from "./kubernetes/cluster.ts";
import { endpoint, pod, ports, service, slice } from "./kubernetes/objects.ts";

const DNS_PORTS = ports("dns/UDP/53");
const ITEMS = [
  ...CLUSTER,
  pod("kube-system/coredns-a", "10.244.0.4", { podIPs: [{ ip: "10.244.0.4" }, { ip: "fd00::4" }] }),
  service("kube-system/idle-dns", { clusterIP: "10.96.0.99", ports: DNS_PORTS }),
  slice("kube-system/idle-dns", [endpoint("10.244.0.9", { conditions: { ready: false } })], {
    open: DNS_PORTS,
  }),
];
const EXCHANGE = upstreams({}).exchange;
const looping = (forward: string, more = "") => `. {\n loop\n${more}\n ${forward}\n}`;

/** By which address the forward leads back; undefined where CoreDNS runs. */
async function backBy(corefile: string, { resolvConf = "", server = "10.244.0.4" } = {}) {
  const node = { name: "n", labels: {}, internalIPs: [], podCIDRs: [], ready: true, resolvConf };
  const coredns = buildCoreDns({ ...clusterOf(ITEMS), corefile }, node);
  if (!coredns.ok) throw new Error(coredns.error.message);
  const context = contextOf({ server, exchange: EXCHANGE });
  const zone = coredns.value.blocks[0]?.keys[0]?.zone ?? ".";
  const reply = await coredns.value.serve(
    question(zone === "." ? "a.test." : `a.${zone}`),
    context,
  );
  const halted = reply.steps.find(
    ({ plugin, did }) => plugin === "loop" && did.startsWith("halted"),
  );
  expect("dropped" in reply).toBe(halted !== undefined);
  return halted && /leads back to it by ([^ ]+): /.exec(halted.did)?.[1];
}

describe("loop", () => {
  test.each<{
    why: string;
    corefile: string;
    resolvConf?: string;
    server?: string;
    by: string | undefined;
  }>([
    {
      why: "the manual page's example halts: 127.0.0.1 is the server itself",
      corefile: looping("forward . 127.0.0.1"),
      by: "127.0.0.1",
    },
    {
      why: "a resolver outside does not lead back",
      corefile: looping("forward . 192.0.2.53"),
      by: undefined,
    },
    {
      why: "the node's systemd-resolved is CoreDNS itself inside its pod",
      corefile: looping("forward . /etc/resolv.conf"),
      resolvConf: "nameserver 127.0.0.53\nsearch test",
      by: "127.0.0.53",
    },
    {
      why: "a node's real resolv.conf does not lead back",
      corefile: looping("forward . /etc/resolv.conf"),
      resolvConf: "nameserver 10.0.0.2",
      by: undefined,
    },
    { why: "::1 leads back", corefile: looping("forward . ::1"), by: "::1" },
    {
      why: "0.0.0.0 is this host for Linux",
      corefile: looping("forward . 0.0.0.0"),
      by: "0.0.0.0",
    },
    {
      why: "nobody listens on another port of the loopback",
      corefile: looping("forward . 127.0.0.1:5353"),
      by: undefined,
    },
    {
      why: "CoreDNS's own ClusterIP leads back",
      corefile: looping("forward . 10.96.0.10"),
      by: "10.96.0.10",
    },
    {
      why: "a Service that is not CoreDNS's does not",
      corefile: looping("forward . 10.96.0.20"),
      by: undefined,
    },
    {
      why: "a Service without ready endpoints does not",
      corefile: looping("forward . 10.96.0.99"),
      by: undefined,
    },
    {
      why: "the pod's own address leads back",
      corefile: looping("forward . 10.244.0.4"),
      by: "10.244.0.4",
    },
    {
      why: "the pod's address of the other family leads back",
      corefile: looping("forward . fd00::4"),
      by: "fd00::4",
    },
    {
      why: "another replica never sees this one's probe a third time",
      corefile: looping("forward . 10.244.0.4"),
      server: "10.244.0.5",
      by: undefined,
    },
    {
      why: "with random, one way out is found in the end",
      corefile: looping("forward . 127.0.0.1 192.0.2.53"),
      by: undefined,
    },
    {
      why: "with random, two ways back halt",
      corefile: looping("forward . 127.0.0.1 ::1"),
      by: "127.0.0.1",
    },
    {
      why: "sequential asks the first alone while it answers",
      corefile: looping("forward . 127.0.0.1 192.0.2.53 {\n policy sequential\n}"),
      by: "127.0.0.1",
    },
    {
      why: "sequential does not come to the second",
      corefile: looping("forward . 192.0.2.53 127.0.0.1 {\n policy sequential\n}"),
      by: undefined,
    },
    {
      why: "round_robin leaves by the second upstream",
      corefile: looping("forward . 127.0.0.1 192.0.2.53 {\n policy round_robin\n}"),
      by: undefined,
    },
    {
      why: "a forward of another zone does not get the probe",
      corefile: looping("forward . 192.0.2.53", "forward test 127.0.0.1"),
      by: undefined,
    },
    {
      why: "the probe goes below the block's own zone, where except may keep it",
      corefile: "test {\n loop\n forward . 127.0.0.1 {\n except test\n }\n}",
      by: undefined,
    },
    {
      why: "a server that is bound elsewhere is not reached by the loopback",
      corefile: looping("forward . 127.0.0.1", "bind 169.254.20.10"),
      by: undefined,
    },
    {
      why: "the bound address leads back",
      corefile: looping("forward . 169.254.20.10", "bind 169.254.20.10 10.96.0.10"),
      by: "169.254.20.10",
    },
    {
      why: "a block without forward cannot loop",
      corefile: ". {\n loop\n whoami\n}",
      by: undefined,
    },
    {
      why: "without loop nothing is looked for",
      corefile: ". {\n forward . 127.0.0.1\n}",
      by: undefined,
    },
  ])("$why", async ({ corefile, by, ...more }) => {
    expect(await backBy(corefile, more)).toBe(by);
  });

  test("quotes the line of the log, with the probe below the block's zone", () => {
    const directives = mustBuild("test {\n loop\n forward . ::1\n}").blocks[0]?.plugins ?? [];
    const found = directives.find(({ plugin }) => plugin.name === "loop")?.plugin;
    expect(found?.halts?.({ server: "10.244.0.4", random: () => 0.5 })).toBe(
      'halted CoreDNS at its start, as forward leads back to it by ::1: Loop (127.0.0.1 -> :53) detected for zone "test.", query "HINFO 4611686018427387904.4611686018427387904.test."',
    );
  });

  test.each<{ text: string; says: string }>([
    { text: "loop .", says: "1: loop takes no arguments: received ." },
    { text: "loop {\n off\n}", says: "2: loop has no option off" },
  ])("refuses $text", ({ text, says }) => {
    expect(built(loop, text)).toContain(says);
  });

  test("whatever the upstreams, CoreDNS runs or is halted by one of them", () => {
    const to = fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("127.0.0.9", "::")), {
      minLength: 1,
      maxLength: 4,
    });
    const policy = fc.constantFrom("random", "round_robin", "sequential");
    return fc.assert(
      fc.asyncProperty(to, policy, async (addresses, which) => {
        const forward = `forward . ${addresses.join(" ")} {\n policy ${which}\n}`;
        const by = await backBy(looping(forward));
        if (addresses.every((one) => one === "127.0.0.9" || one === "::")) expect(by).toBeDefined();
      }),
    );
  });
});
