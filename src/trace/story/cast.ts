/**
 * Who plays which part: hosts of a life's packets as places of its story.
 *
 * @module
 */
import type { Life, LifeHop, LifePacket } from "../life.ts";
import type { Phase, Place } from "./step.ts";

export interface Cast {
  /** The Pod's network namespace; its node's where it is on the host network. */
  readonly pod: string;
  readonly node: string;
  placeOf(host: string): Place;
}

/** What all tellings of one packet share. */
export interface Sight {
  readonly life: Life;
  readonly cast: Cast;
  readonly packet: LifePacket;
  readonly index: number;
  readonly phase: Phase;
}

export function castOf(life: Life): Cast {
  const { namespace, pod, hostNetwork } = life.vantage;
  const own = `${namespace}/${pod}`;
  const second = life.packets.find(({ leg }) => leg === "pod")?.hops[1]?.host;
  const node = life.vantage.node ?? (second === own ? undefined : second) ?? "the node";
  const podHost = hostNetwork ? node : own;
  return {
    pod: podHost,
    node,
    placeOf(host) {
      if (host === podHost) return "pod";
      if (host === node) return "node";
      if (host.includes("/")) return "server";
      return isAddress(host) ? "upstream" : "server-node";
    },
  };
}

/** What a packet meets and how it ends, without what differs from flow to flow: addresses, ports, the endpoint. */
export function wayOf({ kind, leg, protocol, hops, end }: LifePacket, cast: Cast): string {
  const places = hops.map(({ host, towards, rules, rewrites }) =>
    [
      cast.placeOf(host),
      towards,
      ...rules.map(({ hook, chain }) => `${hook} ${sameForAll(chain)}`),
      ...rewrites.map(({ half, by }) => `${half} ${sameForAll(by)}`),
    ].join(" "),
  );
  return [kind, leg, protocol, ...places, end.kind, cast.placeOf(end.host)].join(", ");
}

/** The last place of a hop in a list of hops; -1 where it is in none. */
export function lastHopAt(hops: readonly LifeHop[], host: string): number {
  return hops.findLastIndex((hop) => hop.host === host);
}

/** Of `10.244.0.4:53`, `[fd00::4]:53` or a bare address. */
export function addressOf(endpoint: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(endpoint)?.[1];
  if (bracketed !== undefined) return bracketed;
  return endpoint.split(":").length > 2 ? endpoint : (endpoint.split(":", 1)[0] ?? endpoint);
}

function isAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(":");
}

/** Which endpoint it is makes no other way. */
function sameForAll(chain: string): string {
  return chain.replace(/^KUBE-SEP-.*/, "KUBE-SEP");
}
