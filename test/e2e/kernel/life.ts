/**
 * What a running ndots says of a lookup that a kernel has carried: its life, with the same luck.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import type { Life } from "../../../src/trace/life.ts";
import { readCapture } from "./capture.ts";
import { type Told, told } from "./exchanges.ts";
import { type Act, vantageOf } from "./play.ts";

/** The endpoints of the Service kube-dns. */
const COREDNS = ["10.244.0.4", "10.244.0.5"];

/** With five sockets and two CoreDNS pods one seed in 32 draws what the kernel drew. */
const MOST_SEEDS = 400;

/** The life of the same lookup, with a seed that draws the same CoreDNS pods; the first where none does. */
export async function lifeLike(kernel: Told, act: Act, origin: string): Promise<Life> {
  const wanted = drawn(
    kernel.exchanges.map(({ hops }) => [
      /(\S+) > /.exec(hops[0] ?? "")?.[1],
      COREDNS.find((address) => hops.some((hop) => hop.includes(` > ${address}:53 `))),
    ]),
  );
  let first: Life | undefined;
  for (let seed = 0; seed < MOST_SEEDS; seed += 1) {
    const life = (await (await lifeOf(act, seed, "json", origin)).json()) as Life;
    const own = drawn(life.queries.map(({ port, reached }) => [port, reached]));
    if (own.join() === wanted.join()) return life;
    first ??= life;
  }
  return first as Life;
}

/** The CoreDNS pods that were drawn, one a socket. */
function drawn(reached: readonly (readonly [socket: unknown, address: string | undefined])[]) {
  return [...new Map(reached).values()].filter((one) => one !== undefined && COREDNS.includes(one));
}

/** From its capture and its connections. */
export async function toldBy(life: Life, act: Act, origin: string, file: string): Promise<Told> {
  const capture = await lifeOf(act, life.asked.seed, "pcapng", origin);
  writeFileSync(file, new Uint8Array(await capture.arrayBuffer()));
  const tracked = life.conntrack.map(({ host, entries }) => [host, entries] as const);
  return told(await readCapture(file), Object.fromEntries(tracked));
}

/** Past every cache, since the stage has none. */
async function lifeOf(act: Act, seed: number, form: string, origin: string): Promise<Response> {
  const { name, family, by } = act;
  const libc = by === "musl" ? "musl" : "glibc";
  const query = new URLSearchParams({ name, family, libc, cache: "off", seed: String(seed) });
  const url = `${origin}${vantageOf(act)}/life.${form}?${query}`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response;
}
