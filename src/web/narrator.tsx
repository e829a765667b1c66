/**
 * What happens at the step on the stage, and the controls to go on.
 *
 * @module
 */
import type { Step } from "../trace/story/step.ts";
import { printable, Told } from "./text.tsx";

export interface NarratorProps {
  readonly steps: readonly Step[];
  readonly at: number;
  readonly playing?: boolean;
  readonly onGo?: (at: number) => void;
  readonly onPlay?: () => void;
}

export function Narrator({ steps, at, playing = false, onGo, onPlay }: NarratorProps) {
  const step = steps[at];
  if (step === undefined) return null;
  const last = steps.length - 1;
  const to = (where: number, label: string, sign: string, keys: string) => (
    <button
      type="button"
      aria-label={label}
      aria-keyshortcuts={keys}
      title={`${label} (${keys})`}
      disabled={where < 0 || where > last || where === at}
      {...(onGo && { onClick: () => onGo(where) })}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
  return (
    <section class="narrator" aria-label="Step by step">
      <div class="controls">
        <output class="counter" aria-label="Step">
          {`(${at + 1}/${steps.length})`}
        </output>
        <div class="buttons live-only">
          {to(0, "First step", "⇤", "Home")}
          {to(at - 1, "Step back", "←", "ArrowLeft")}
          <button
            type="button"
            class="play"
            aria-pressed={playing ? "true" : "false"}
            title={playing ? "Pause" : "Play"}
            {...(onPlay && { onClick: onPlay })}
          >
            {playing ? "Pause" : "Play"}
          </button>
          {to(at + 1, "Step on", "→", "ArrowRight Space")}
          {to(last, "Last step", "⇥", "End")}
        </div>
        <a class="all" href="#steps">
          All steps
        </a>
      </div>
      <div class={`told ${step.outcome ?? ""}`} aria-live="polite" aria-atomic="true">
        {/* New for each step: what is only changed would count as moved. */}
        <div key={step.id}>
          <h2>{printable(step.title)}</h2>
          <p>
            <Told text={printable(step.sentence)} />{" "}
            <a class="source" href={step.source.url} rel="noreferrer">
              {step.source.label}
            </a>
          </p>
        </div>
      </div>
    </section>
  );
}
