/**
 * Where everything stands on the stage, in two drawings: wide for a desk, tall for a hand.
 *
 * @module
 */
import type { Step } from "../../trace/story/step.ts";
import type { Scene } from "./scene.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly kind: "wide" | "tall";
  readonly width: number;
  readonly height: number;
  readonly frames: {
    readonly node: Box;
    readonly pod: Box;
    readonly serverNode: Box;
    readonly server: Box;
  };
  readonly application: Box;
  readonly libc: Box;
  readonly hosts: Box;
  readonly resolvConf: Box;
  /** The Pod's interface. */
  readonly eth0: Box;
  readonly conntrack: Box;
  readonly serverEth0: Box;
  readonly upstream: Box;
  /** The first of a column, and how far the next is. */
  readonly chains: Box & { readonly step: number };
  readonly plugins: Box & { readonly step: number };
  readonly corefile: {
    readonly x: number;
    readonly y: number;
    readonly line: number;
    readonly size: number;
  };
  /** Lines and columns of the Corefile that there is room for. */
  readonly room: { readonly lines: number; readonly columns: number };
  /** Wires, as SVG paths; `back` is the way of replies. */
  readonly wires: readonly { readonly d: string; readonly back?: boolean }[];
}

export const WIDE: Layout = {
  kind: "wide",
  width: 1200,
  height: 330,
  frames: {
    node: { x: 6, y: 44, w: 584, h: 280 },
    pod: { x: 20, y: 70, w: 252, h: 242 },
    serverNode: { x: 650, y: 44, w: 392, h: 280 },
    server: { x: 664, y: 70, w: 364, h: 242 },
  },
  application: { x: 34, y: 100, w: 104, h: 44 },
  libc: { x: 154, y: 100, w: 104, h: 44 },
  hosts: { x: 34, y: 188, w: 98, h: 36 },
  resolvConf: { x: 142, y: 188, w: 98, h: 36 },
  eth0: { x: 154, y: 262, w: 104, h: 36 },
  conntrack: { x: 330, y: 268, w: 246, h: 36 },
  serverEth0: { x: 678, y: 274, w: 118, h: 30 },
  upstream: { x: 1086, y: 150, w: 108, h: 60 },
  chains: { x: 330, y: 74, w: 246, h: 28, step: 37 },
  plugins: { x: 678, y: 96, w: 118, h: 21, step: 24 },
  corefile: { x: 812, y: 108, line: 13, size: 11 },
  room: { lines: 13, columns: 31 },
  wires: [
    { d: "M138 122H154" },
    { d: "M166 144 L112 188 M196 144V188" },
    { d: "M250 144V262" },
    { d: "M258 272 C300 272 290 88 330 88" },
    { d: "M796 284 H1064 V180 H1086" },
    { d: "M678 296 H576", back: true },
    { d: "M330 288 H258", back: true },
  ],
};

export const TALL: Layout = {
  kind: "tall",
  width: 360,
  height: 562,
  frames: {
    node: { x: 2, y: 38, w: 356, h: 260 },
    pod: { x: 10, y: 58, w: 340, h: 94 },
    serverNode: { x: 2, y: 306, w: 356, h: 208 },
    server: { x: 10, y: 327, w: 340, h: 180 },
  },
  application: { x: 18, y: 80, w: 54, h: 28 },
  libc: { x: 86, y: 80, w: 60, h: 28 },
  hosts: { x: 160, y: 80, w: 66, h: 28 },
  resolvConf: { x: 240, y: 80, w: 102, h: 28 },
  eth0: { x: 86, y: 118, w: 160, h: 26 },
  conntrack: { x: 18, y: 266, w: 326, h: 24 },
  serverEth0: { x: 18, y: 478, w: 124, h: 24 },
  upstream: { x: 186, y: 526, w: 158, h: 30 },
  chains: { x: 18, y: 160, w: 326, h: 19, step: 21 },
  plugins: { x: 18, y: 350, w: 98, h: 17, step: 18 },
  corefile: { x: 128, y: 361, line: 12, size: 10 },
  room: { lines: 9, columns: 34 },
  wires: [
    { d: "M72 94H86" },
    { d: "M146 94H160 M226 94H240" },
    { d: "M116 108V118" },
    { d: "M166 144V160" },
    { d: "M142 490 H330 V526" },
    { d: "M30 478V290", back: true },
  ],
};

/** Down the chains that there are, and from the last of them to the server. */
export function wiresOf(layout: Layout, chains: number): string {
  const { chains: column, serverEth0, kind } = layout;
  const last = nth(column, chains - 1);
  const middle = column.x + column.w / 2;
  const down = `M${middle} ${column.y + column.h}V${last.y}`;
  return kind === "wide"
    ? `${down} M${last.x + last.w} ${last.y + last.h / 2} H620 V${serverEth0.y + 8} H${serverEth0.x}`
    : `${down} M${last.x + last.w} ${last.y + last.h / 2} H352 V302 H60 V${serverEth0.y}`;
}

export function nth(column: Box & { readonly step: number }, index: number): Box {
  return { x: column.x, y: column.y + index * column.step, w: column.w, h: column.h };
}

/** Where the packet, or the call, is at that step: on the left edge of what is at work, beside its words. */
export function pointOf(step: Step, scene: Scene, layout: Layout): Point {
  const { x, y } = leftOf(boxOf(step, scene, layout));
  return { x, y };
}

/** What is at work. */
export function boxOf(step: Step, scene: Scene, layout: Layout): Box {
  switch (step.place) {
    case "application":
      return layout.application;
    case "libc":
      return layout.libc;
    case "hosts":
      return layout.hosts;
    case "resolv.conf":
      return layout.resolvConf;
    case "pod":
      return layout.eth0;
    case "conntrack":
      return layout.conntrack;
    case "node":
      return nth(layout.chains, Math.max(0, scene.chains.indexOf(step.chain ?? "")));
    case "server-node":
      return { ...layout.frames.serverNode, h: 24 };
    case "upstream":
      return layout.upstream;
    case "server": {
      const at = scene.plugins.findIndex(({ plugin }) => plugin === step.plugin);
      return at < 0 ? layout.serverEth0 : nth(layout.plugins, at);
    }
  }
}

function leftOf({ x, y, h }: Box): Point {
  return { x, y: y + h / 2 };
}
