/**
 * The packet on the stage: where it is, what it carries, and its addresses as they are there.
 *
 * @module
 */
import type { Life, LifeHop, LifePacket } from "../../trace/life.ts";
import { asWritten } from "../../trace/story/cast.ts";
import type { Step } from "../../trace/story/step.ts";
import type { Layout, Point } from "./geometry.ts";

/** What is seen of it; without a packet it is still the application's call. */
export interface Sight {
  readonly kind: "call" | "query" | "good" | "bad" | "error";
  readonly src?: string;
  readonly dst?: string;
  /** The half that was rewritten in this very host. */
  readonly changed?: "src" | "dst";
}

export function packetSight(life: Life, step: Step): Sight {
  const packet = step.packet && life.packets[step.packet.index];
  const hop = packet && step.packet && packet.hops[step.packet.hop];
  if (packet === undefined || hop === undefined) return { kind: kindOfOutcome(step) };
  const { src, dst } = step.packet?.before
    ? asWritten(hop)
    : tellsRewrite(step) && step.packet?.hop === packet.hops.length - 1
      ? atEnd(packet, hop)
      : hop;
  return { kind: kindOf(packet, step), src, dst, ...changedAt(step) };
}

function kindOfOutcome({ outcome }: Step): Sight["kind"] {
  if (outcome === undefined) return "call";
  return outcome === "found" ? "good" : outcome === "failed" ? "error" : "bad";
}

function kindOf({ kind, rcode }: LifePacket, { outcome }: Step): Sight["kind"] {
  if (outcome === "failed" || kind === "icmp") return "error";
  if (kind === "query" || kind === "tcp") return "query";
  return rcode === "NOERROR" ? "good" : "bad";
}

/** In the host where it ends, no interface shows what became of it. */
function atEnd({ end }: LifePacket, { src, dst }: LifeHop): { src: string; dst: string } {
  const last = (half: "src" | "dst") => end.rewrites.findLast((one) => one.half === half)?.to;
  return { src: last("src") ?? src, dst: last("dst") ?? dst };
}

function tellsRewrite({ id }: Step): boolean {
  return /-(?:dnat|snat|again-|undo-)/.test(id);
}

/** A rewrite is shown at the step that tells it, and not at those of the rules before. */
function changedAt(step: Step): { changed?: "src" | "dst" } {
  if (!tellsRewrite(step)) return {};
  return { changed: /-(?:snat|(?:again|undo)-src)/.test(step.id) ? "src" : "dst" };
}

const SIGNS: Readonly<Record<Sight["kind"], string>> = {
  call: "",
  query: "?",
  good: "✓",
  bad: "✗",
  error: "!",
};

interface PacketProps {
  readonly sight: Sight;
  readonly point: Point;
  readonly layout: Layout;
}

/** Form, sign and colour say the same three times. */
export function Packet({ sight, point, layout }: PacketProps) {
  const { x, y } = point;
  const { kind, src, dst, changed } = sight;
  const wide = Math.max(src?.length ?? 0, dst?.length ?? 0) * 7.3 + 44;
  const left = Math.max(2, Math.min(x - wide / 2, layout.width - wide - 2));
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus; the narrator says the same
    <g class={`packet ${kind}`} aria-hidden="true">
      {src === undefined || dst === undefined ? null : (
        <g class="label">
          <path class="lead" d={`M${x} ${y}V34`} />
          <rect x={left} y={1} width={wide} height={34} rx={5} />
          <Half name="src" text={src} x={left + 8} y={15} changed={changed === "src"} />
          <Half name="dst" text={dst} x={left + 8} y={29} changed={changed === "dst"} />
        </g>
      )}
      <g class="glyph" transform={`translate(${x} ${y})`} data-x={x} data-y={y}>
        {kind === "bad" || kind === "error" ? (
          <path d="M0 -12 L12 0 L0 12 L-12 0Z" />
        ) : kind === "good" ? (
          <rect x={-10} y={-10} width={20} height={20} rx={3} />
        ) : (
          <circle r={kind === "call" ? 7 : 10} />
        )}
        <text y={4.5} text-anchor="middle">
          {SIGNS[kind]}
        </text>
      </g>
    </g>
  );
}

interface HalfProps {
  readonly name: "src" | "dst";
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly changed: boolean;
}

function Half({ name, text, x, y, changed }: HalfProps) {
  return (
    <text x={x} y={y} class={changed ? "changed" : ""}>
      <tspan class="sub">{name} </tspan>
      {text}
    </text>
  );
}
