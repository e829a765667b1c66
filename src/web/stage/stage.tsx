/**
 * The stage: the way of a lookup as one drawing, with what is at work lit and the packet where it is.
 *
 * @module
 */
import type { Life } from "../../trace/life.ts";
import type { Step } from "../../trace/story/step.ts";
import { fitted } from "../text.tsx";
import { type Box, boxOf, type Layout, nth, pointOf, wiresOf } from "./geometry.ts";
import { Packet, packetSight } from "./packet.tsx";
import type { Scene } from "./scene.ts";

export interface StageProps {
  readonly life: Life;
  readonly steps: readonly Step[];
  readonly scene: Scene;
  readonly layout: Layout;
  /** Index in `steps`. */
  readonly at: number;
  /** Called with the step that a click on a place leads to; without scripts it is a link to it. */
  readonly onGo?: (at: number) => void;
}

export function Stage({ life, steps, scene, layout, at, onGo }: StageProps) {
  const step = steps[at];
  if (step === undefined) return null;
  const lit = boxOf(step, scene, layout);
  const isBack = step.phase === "reply" || step.phase === "result";
  const { frames, room } = layout;
  const spot = (box: Box, label: string, more: SpotMore) => (
    <Spot
      {...{ box, label, ...more }}
      lit={sameBox(box, lit)}
      to={nextAt(steps, at, more.is)}
      onGo={onGo}
    />
  );
  const labels = layout.kind === "wide" ? 30 : 44;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset
    <svg
      class={`stage ${layout.kind}`}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      role="group"
      aria-label="The way of the lookup; each part leads to its next step"
    >
      <Frame
        box={frames.node}
        label={`node ${fitted(scene.node, labels)}`}
        idle={scene.idle.has("node")}
      />
      <Frame box={frames.pod} label={`Pod ${fitted(scene.pod, 28)}`} />
      <Frame
        box={frames.serverNode}
        label={scene.serverNode === undefined ? "" : `node ${fitted(scene.serverNode, labels)}`}
        idle={scene.serverNode === undefined}
        lit={step.place === "server-node"}
      />
      <Frame
        box={frames.server}
        label={
          scene.idle.has("server") ? "CoreDNS: not reached" : fitted(`Pod ${scene.server}`, 46)
        }
        idle={scene.idle.has("server")}
      />
      {layout.wires.map(({ d, back }) => (
        <path d={d} class={`wire${back ? " back" : ""}${back === true && isBack ? " lit" : ""}`} />
      ))}
      <path d={wiresOf(layout, scene.chains.length)} class="wire" />
      {spot(layout.application, "app", {
        is: (one) => one.place === "application",
        sub: layout.kind === "wide" ? `${life.asked.call}()` : undefined,
      })}
      {spot(layout.libc, "libc", {
        is: (one) => one.place === "libc",
        sub: layout.kind === "wide" ? scene.libc : undefined,
      })}
      {spot(layout.hosts, layout.kind === "wide" ? "/etc/hosts" : "hosts", {
        is: (one) => one.place === "hosts",
        file: true,
      })}
      {spot(layout.resolvConf, "resolv.conf", {
        is: (one) => one.place === "resolv.conf",
        file: true,
      })}
      {spot(layout.eth0, `eth0${layout.kind === "tall" ? ` ${fitted(scene.address, 18)}` : ""}`, {
        is: (one) => one.place === "pod",
        sub: layout.kind === "wide" ? fitted(scene.address, 15) : undefined,
      })}
      {scene.chains.map((chain, index) =>
        spot(nth(layout.chains, index), fitted(chain, 32), {
          is: (one) =>
            one.place === "node" &&
            (one.chain === chain || (index === 0 && !scene.chains.includes(one.chain ?? ""))),
        }),
      )}
      {spot(layout.conntrack, "conntrack", {
        is: (one) => one.place === "conntrack",
        aside: `${scene.tracked} ${scene.tracked === 1 ? "entry" : "entries"}`,
      })}
      {spot(
        layout.serverEth0,
        scene.serverAddress === undefined ? "eth0" : fitted(scene.serverAddress, 15),
        {
          is: (one) => one.place === "server" && one.plugin === undefined,
          idle: scene.idle.has("server"),
        },
      )}
      {scene.plugins.map(({ plugin, idle }, index) =>
        spot(nth(layout.plugins, index), fitted(plugin, 14), {
          is: (one) => one.plugin === plugin,
          idle: idle || scene.idle.has("server"),
        }),
      )}
      <Corefile lines={scene.corefile} line={step.line} layout={layout} room={room} />
      {spot(
        layout.upstream,
        scene.upstream === undefined ? "upstream" : fitted(scene.upstream, 15),
        {
          is: (one) => one.place === "upstream",
          idle: scene.idle.has("upstream"),
          sub:
            layout.kind === "wide"
              ? scene.idle.has("upstream")
                ? "not asked"
                : "resolver"
              : undefined,
        },
      )}
      <Packet
        sight={packetSight(life, step)}
        point={pointOf(step, scene, layout)}
        layout={layout}
      />
    </svg>
  );
}

interface SpotMore {
  /** Whether a step happens there. */
  readonly is: (step: Step) => boolean;
  readonly sub?: string | undefined;
  readonly aside?: string;
  readonly file?: boolean;
  readonly idle?: boolean;
}

interface SpotProps extends Omit<SpotMore, "is"> {
  readonly box: Box;
  readonly label: string;
  readonly lit: boolean;
  /** The step that it leads to, from 0; nothing happens there without. */
  readonly to: number | undefined;
  readonly onGo?: ((at: number) => void) | undefined;
}

function Spot({ box, label, lit, to, onGo, sub, aside, file, idle }: SpotProps) {
  const { x, y, w, h } = box;
  const middle = y + h / 2;
  const drawing = (
    <>
      <rect x={x} y={y} width={w} height={h} rx={file ? 2 : 6} />
      <text x={x + 14} y={sub === undefined ? middle + 4 : middle - 3}>
        {label}
      </text>
      {sub === undefined ? null : (
        <text class="sub" x={x + 14} y={middle + 12}>
          {sub}
        </text>
      )}
      {aside === undefined ? null : (
        <text class="sub" x={x + w - 12} y={middle + 4} text-anchor="end">
          {aside}
        </text>
      )}
    </>
  );
  const name = `spot${lit ? " lit" : ""}${idle ? " idle" : ""}${file ? " file" : ""}`;
  if (to === undefined) return <g class={name}>{drawing}</g>;
  return (
    <a
      class={name}
      href={`#step-${to + 1}`}
      {...(onGo && {
        onClick: (event: Event) => {
          event.preventDefault();
          onGo(to);
        },
      })}
    >
      {drawing}
    </a>
  );
}

interface FrameProps {
  readonly box: Box;
  readonly label: string;
  readonly idle?: boolean;
  readonly lit?: boolean;
}

function Frame({ box, label, idle = false, lit = false }: FrameProps) {
  return (
    <g class={`frame${idle ? " idle" : ""}${lit ? " lit" : ""}`}>
      <rect x={box.x} y={box.y} width={box.w} height={box.h} rx={10} />
      <text x={box.x + 14} y={box.y + 17}>
        {label}
      </text>
    </g>
  );
}

interface CorefileProps {
  readonly lines: readonly string[];
  /** From 1. */
  readonly line: number | undefined;
  readonly layout: Layout;
  readonly room: Layout["room"];
}

/** As many lines as there is room for, with the one at work among them. */
function Corefile({ lines, line, layout, room }: CorefileProps) {
  const { x, y, line: height } = layout.corefile;
  const first = Math.max(
    0,
    Math.min((line ?? 1) - Math.ceil(room.lines / 2), lines.length - room.lines),
  );
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus; the drawer has the same text
    <g class={`corefile ${layout.kind}`} aria-hidden="true">
      {lines.slice(first, first + room.lines).map((text, index) => {
        const lit = first + index + 1 === line;
        const at = y + index * height;
        return (
          <>
            {lit ? (
              <rect
                class="line"
                x={x - 5}
                y={at - height + 3}
                width={room.columns * (layout.kind === "wide" ? 6.8 : 6.2)}
                height={height}
                rx={2}
              />
            ) : null}
            <text class={lit ? "lit" : ""} x={x} y={at} xml:space="preserve">
              {fitted(text.replace(/\t/g, "    ").replace(/ {4}/g, "  "), room.columns)}
            </text>
          </>
        );
      })}
    </g>
  );
}

/** The next step at a place, going round; undefined where there is none. */
function nextAt(
  steps: readonly Step[],
  at: number,
  is: (step: Step) => boolean,
): number | undefined {
  for (let ahead = 1; ahead <= steps.length; ahead++) {
    const index = (at + ahead) % steps.length;
    const step = steps[index];
    if (step !== undefined && is(step)) return index;
  }
  return undefined;
}

function sameBox(a: Box, b: Box): boolean {
  return a.x === b.x && a.y === b.y && a.w === b.w;
}
