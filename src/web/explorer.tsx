/**
 * The explorer: question, stage, narrator, ladder, drawers and steps of one life.
 *
 * The server draws it at its first step, in full; in the browser the same is drawn at any step, with what a click does.
 *
 * @module
 */
import type { Life } from "../trace/life.ts";
import type { Step } from "../trace/story/step.ts";
import { AskForm, TRY } from "./ask-form.tsx";
import type { ClusterView } from "./cluster/view.ts";
import { StackedDrawers, TabbedDrawers, type TabsProps } from "./drawers.tsx";
import { Ladder } from "./ladder.tsx";
import { Narrator } from "./narrator.tsx";
import type { Page } from "./page.ts";
import { TALL, WIDE } from "./stage/geometry.ts";
import { sceneOf } from "./stage/scene.ts";
import { Stage } from "./stage/stage.tsx";
import { Steps } from "./steps.tsx";
import { printable } from "./text.tsx";

/** What the browser adds. */
export interface Live extends Omit<TabsProps, "life" | "page" | "step"> {
  readonly go: (at: number) => void;
  readonly play: () => void;
  readonly playing: boolean;
  readonly ask: (event: Event) => void;
  readonly asking: boolean;
  readonly problem: string | undefined;
  readonly theme: string;
  readonly onTheme: (event: Event) => void;
  /** Names asked before, newest first. */
  readonly history: readonly string[];
}

export interface ExplorerProps {
  readonly life: Life;
  readonly page: Page;
  readonly steps: readonly Step[];
  /** Index in `steps`. */
  readonly at: number;
  readonly live?: Live;
  /** For who has no scripts; absent where the cluster is too large for that. */
  readonly view?: ClusterView | undefined;
}

export function Explorer({ life, page, steps, at, live, view }: ExplorerProps) {
  const step = steps[at];
  if (step === undefined) return null;
  const scene = sceneOf(life);
  const stage = (layout: typeof WIDE) => (
    <Stage {...{ life, steps, scene, layout, at }} {...(live && { onGo: live.go })} />
  );
  return (
    <>
      <header class="top">
        <h1>
          <a href="/">
            ndots<span>:{life.settings.ndots}</span>
          </a>
        </h1>
        <AskForm
          life={life}
          page={page}
          {...(live && {
            onAsk: live.ask,
            busy: live.asking,
            problem: live.problem,
            history: live.history,
          })}
        />
        <ThemeChoice {...(live && { theme: live.theme, onTheme: live.onTheme })} />
      </header>
      <nav class="try" aria-label="Names to try">
        <span>Try</span>
        {TRY.map(({ name, shows }) => (
          <a
            href={`/life?${new URLSearchParams({ name })}`}
            title={shows}
            aria-current={name === life.asked.name ? "true" : undefined}
          >
            <code>{name}</code>
          </a>
        ))}
      </nav>
      <main>
        <section class="journey" aria-label="The journey">
          {stage(WIDE)}
          {stage(TALL)}
          <Narrator
            steps={steps}
            at={at}
            {...(live && { onGo: live.go, onPlay: live.play, playing: live.playing })}
          />
        </section>
        <div class="columns">
          <Ladder life={life} candidate={step.candidate} />
          {live === undefined ? (
            <StackedDrawers {...{ life, page, step, view }} />
          ) : (
            <TabbedDrawers {...live} life={life} page={page} step={step} />
          )}
        </div>
        <Notes notes={life.notes} />
        <Steps steps={steps} {...(live && { at, onGo: live.go })} />
      </main>
      <footer>
        <p>
          Nothing here is narrated: each step is computed from the cluster{" "}
          <code>{life.vantage.cluster}</code>, by {life.vantage.libcVersion}'s rules, kube-proxy's
          and those of {life.coredns.version}.{" "}
          {page.own ? null : (
            <>
              The same for a terminal: <code>curl {printable(page.origin + life.asked.self)}</code>
            </>
          )}
        </p>
      </footer>
    </>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <section class="notes" aria-labelledby="notes-title">
      <h2 id="notes-title">Worth knowing</h2>
      <ul>
        {notes.map((note) => (
          <li>{printable(note)}</li>
        ))}
      </ul>
    </section>
  );
}

export const THEMES = ["system", "light", "dark"] as const;

interface ThemeProps {
  readonly theme?: string;
  readonly onTheme?: (event: Event) => void;
}

/** Without scripts the system's is used, and there is nothing to choose. */
function ThemeChoice({ theme = "system", onTheme }: ThemeProps) {
  return (
    <label class="theme live-only">
      <span class="hidden">Theme</span>
      <select name="theme" {...(onTheme && { onChange: onTheme })}>
        {THEMES.map((name) => (
          <option value={name} selected={name === theme}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
