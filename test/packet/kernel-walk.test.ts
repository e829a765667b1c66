/**
 * The walk against the kernel: the recorded lookups, with the recorded rules, packet by packet.
 */
import { describe, expect, test } from "vitest";
import { restoreText } from "../../src/packet/restore.ts";
import type { Topology } from "../../src/packet/topology.ts";
import { network, podOn } from "./net.ts";
import { RECORDING, replay, rowText } from "./replay.ts";

/** The namespaces of the recording. */
function recorded(): Topology {
  const rules = restoreText(RECORDING.iptablesSave.join("\n"), 4);
  if (!rules.ok) throw new Error(`line ${rules.error.line}: ${rules.error.message}`);
  const { value } = rules;
  return network(
    podOn("node1", "client", "veth-client", "10.244.2.5"),
    podOn("node2", "corea", "veth-corea", "10.244.0.4"),
    podOn("node2", "coreb", "veth-coreb", "10.244.0.5"),
    {
      name: "node1",
      forwards: true,
      rules: value,
      devices: {
        eth0: { to: "lan", address: "10.0.1.11" },
        "veth-client": { to: "client eth0" },
      },
      routes: [
        { to: "10.244.2.5/32", device: "veth-client" },
        { to: "10.244.0.0/24", device: "eth0", via: "10.0.1.12" },
        { to: "10.0.0.0/16", device: "eth0" },
      ],
    },
    {
      name: "node2",
      forwards: true,
      rules: value,
      devices: {
        eth0: { to: "lan", address: "10.0.1.12" },
        "veth-corea": { to: "corea eth0" },
        "veth-coreb": { to: "coreb eth0" },
      },
      routes: [
        { to: "10.244.0.4/32", device: "veth-corea" },
        { to: "10.244.0.5/32", device: "veth-coreb" },
        { to: "10.244.2.0/24", device: "eth0", via: "10.0.1.11" },
        { to: "10.0.0.0/16", device: "eth0" },
      ],
    },
    {
      name: "resolver",
      devices: { eth0: { to: "lan", address: "10.0.0.2" } },
      routes: [{ to: "10.0.0.0/16", device: "eth0" }],
    },
  );
}

describe.each(RECORDING.lookups)("$libc looks up $name", (lookup) => {
  const { rows, conntrack } = replay(
    recorded(),
    lookup,
    (namespace) => namespace,
    (host, device) => `${host} ${device}`,
  );

  test("every packet is on the same interfaces, in the same order", () => {
    expect(rows).toEqual(lookup.packets.map(rowText));
  });

  test.each(Object.keys(lookup.conntrack))("%s keeps the same connections", (node) => {
    expect(conntrack[node]).toEqual([...(lookup.conntrack[node] ?? [])].sort());
  });
});
