/**
 * All steps as a list: the whole story without scripts, and a place to jump from with them.
 *
 * @module
 */
import type { Phase, Step } from "../trace/story/step.ts";
import { printable, Told } from "./text.tsx";

export interface StepsProps {
  readonly steps: readonly Step[];
  readonly at?: number;
  readonly onGo?: (at: number) => void;
}

export function Steps({ steps, at, onGo }: StepsProps) {
  return (
    <section class="steps" id="steps" aria-labelledby="steps-title">
      <h2 id="steps-title">All {steps.length} steps</h2>
      <ol>
        {steps.map((step, index) => (
          <li
            id={`step-${index + 1}`}
            class={step.outcome ?? ""}
            aria-current={index === at ? "step" : undefined}
          >
            <span class="phase">
              {step.phase === steps[index - 1]?.phase ? "" : PHASES[step.phase]}
            </span>
            <h3>
              <a
                href={`#step-${index + 1}`}
                {...(onGo && {
                  onClick: (event: Event) => {
                    event.preventDefault();
                    onGo(index);
                  },
                })}
              >
                <span class="number">{index + 1}</span> {printable(step.title)}
              </a>
            </h3>
            <p>
              <Told text={printable(step.sentence)} />{" "}
              <a class="source" href={step.source.url} rel="noreferrer">
                {step.source.label}
              </a>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

const PHASES: Readonly<Record<Phase, string>> = {
  application: "Application",
  libc: "C library",
  packet: "Packet out",
  coredns: "Server",
  upstream: "Outside",
  reply: "Reply",
  result: "Result",
};
