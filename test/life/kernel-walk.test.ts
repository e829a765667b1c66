/**
 * The two lookups that Linux was recorded to carry, as `/life` tells them: packet by packet, interface by interface, with
 * what connection tracking kept. Ports are drawn, so they are compared by the order in which they come up.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import { testService } from "../http/service.ts";

interface Row {
  readonly at: string;
  readonly src: string;
  readonly dst: string;
  readonly ipTtl: number;
  readonly response: boolean;
  readonly rcode?: number;
  readonly qname: string;
  readonly qtype: number;
}

interface Recorded {
  readonly name: string;
  readonly family: string;
  readonly packets: readonly Row[];
  readonly conntrack: Readonly<Record<string, readonly string[]>>;
}

const file = new URL("../fixtures/kernel-walk.json", import.meta.url);
const { lookups } = JSON.parse(readFileSync(file, "utf8")) as { lookups: readonly Recorded[] };

/** The recording's namespaces, as the cluster has them. */
const HOSTS: Readonly<Record<string, string>> = {
  "default/client": "client",
  "node-1": "node1",
  "node-2": "node2",
  "10.0.0.2": "resolver",
};
const COREDNS: Readonly<Record<string, string>> = { "10.244.0.4": "corea", "10.244.0.5": "coreb" };
const MOST_SEEDS = 2000;

describe.each(lookups)("$name, family $family", (lookup) => {
  const lives = firstThat(lookup);

  test("every packet is on the same interfaces, in the same order", async () => {
    const { rows } = await lives;
    expect(rows).toEqual(normalised(lookup.packets.map(rowText)));
  });

  test.each(Object.keys(lookup.conntrack))("%s keeps the same connections", async (node) => {
    const { life } = await lives;
    const own = life.conntrack.find(({ host }) => HOSTS[host] === node)?.entries ?? [];
    const recorded = lookup.conntrack[node] ?? [];
    expect(tuples(own)).toEqual(tuples(recorded));
  });
});

/** The first seed that draws the endpoints that the kernel drew; which they were shows behind the first node. */
async function firstThat(lookup: Recorded): Promise<{ life: Life; rows: readonly string[] }> {
  const wanted = drawn(lookup.packets.map(({ at, dst }) => ({ at, dst })));
  for (let seed = 0; seed < MOST_SEEDS; seed++) {
    const { app } = testService();
    const query = `name=${lookup.name}&family=${lookup.family}&seed=${seed}`;
    const life = (await (await app.request(`/life.json?${query}`)).json()) as Life;
    const rows = rowsOf(life);
    if (drawn(rows.map(({ at, dst }) => ({ at, dst }))) === wanted) {
      return { life, rows: normalised(rows.map(rowText)) };
    }
  }
  throw new Error(`no seed below ${MOST_SEEDS} draws ${wanted}`);
}

function drawn(rows: readonly Pick<Row, "at" | "dst">[]): string {
  return rows
    .filter(({ at, dst }) => at === "node1 eth0" && dst.endsWith(":53"))
    .map(({ dst }) => dst)
    .join(" ");
}

function rowsOf(life: Life): readonly Row[] {
  const vethOf = new Map<string, string>();
  const nameOf = (host: string, src: string, dst: string): string =>
    HOSTS[host] ??
    COREDNS[src.split(":")[0] as string] ??
    COREDNS[dst.split(":")[0] as string] ??
    host;
  for (const { hops } of life.packets) {
    for (const [index, { host, device, src, dst }] of hops.entries()) {
      const peer = device.startsWith("veth") ? (hops[index + 1] ?? hops[index - 1]) : undefined;
      const end = peer?.host.includes("/") ? peer : hops[index - 1];
      if (end) vethOf.set(`${host} ${device}`, `veth-${nameOf(end.host, src, dst)}`);
    }
  }
  return life.packets.flatMap(({ hops, question = "", rcode }) =>
    hops.map(({ host, device, src, dst, ttl }) => {
      const [qname = "", qtype] = question.split(" ");
      const shown = device.startsWith("veth") ? vethOf.get(`${host} ${device}`) : device;
      return {
        at: `${nameOf(host, src, dst)} ${shown}`,
        src,
        dst,
        ipTtl: ttl,
        response: rcode !== undefined,
        ...(rcode !== undefined && { rcode: rcode === "NXDOMAIN" ? 3 : 0 }),
        qname: qname.slice(0, -1),
        qtype: qtype === "AAAA" ? 28 : 1,
      };
    }),
  );
}

function rowText({ at, src, dst, ipTtl, rcode, qname, qtype }: Row): string {
  return `${at}: ${src} > ${dst} ttl ${ipTtl} ${qname} ${qtype} ${rcode ?? "?"}`;
}

/** Ports that are drawn, by the order in which they come up. */
function normalised(rows: readonly string[]): readonly string[] {
  const ports = new Map<string, string>();
  return rows.map((row) =>
    row.replace(/:(\d{4,5})\b/g, (_, port: string) => {
      if (!ports.has(port)) ports.set(port, `:port${ports.size + 1}`);
      return ports.get(port) as string;
    }),
  );
}

/** The lines without ports and seconds, which differ, sorted. */
function tuples(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => line.replace(/port=\d{4,5}/g, "port=#").replace(/^(udp +17) \d+/, "$1 #"))
    .sort();
}
