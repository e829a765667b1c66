/**
 * Who plays which part: hosts of a life's packets as places of its story.
 *
 * @module
 */
import type { Life, LifeHop, LifePacket, LifeRewrite, LifeRule } from "../life.ts";
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
  // What a server sends on is told once, by whichever socket it goes.
  const isOnward = leg === "server";
  const places = hops.map(({ host, towards, rules, rewrites }) =>
    [cast.placeOf(host), towards, ...(isOnward ? [] : [rules, rewrites].flat().map(metText))].join(
      " ",
    ),
  );
  return [kind, leg, protocol, ...places, end.kind, cast.placeOf(end.host)].join(", ");
}

/** The chain, or the rewriting; which endpoint it is makes no other way. */
function metText(met: LifeRule | LifeRewrite): string {
  const text = "chain" in met ? `${met.hook} ${met.chain}` : `${met.half} ${met.by}`;
  return text.replace(/KUBE-SEP-.*/, "KUBE-SEP");
}
/** Addresses and ports on an interface, before what the host did to them there. */
export function asWritten({ src, dst, rewrites }: LifeHop): { src: string; dst: string } {
  const first = (half: "src" | "dst") => rewrites.find((one) => one.half === half)?.from;
  return { src: first("src") ?? src, dst: first("dst") ?? dst };
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
