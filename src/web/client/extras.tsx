/**
 * The tabs beside the drawers: what works in a browser alone.
 *
 * @module
 */
import type { Life } from "../../trace/life.ts";
import type { Extra } from "../drawers.tsx";
import { type Page, vantagePathOf } from "../page.ts";
import { Shell } from "../shell/Shell.tsx";
import { newSession, type Session } from "../shell/session.ts";

/** What the tabs need of the explorer. */
export interface Tools {
  readonly life: Life;
  readonly page: Page;
  /** Brings the life at that path and query onto the stage. */
  readonly open: (path: string) => void;
  /** The `v1` List that is asked in place of the deployment's cluster. */
  readonly list: string | undefined;
  readonly setList: (list: string | undefined) => void;
  /** Leaves the tab. */
  readonly leave: () => void;
}

export function extrasOf(tools: Tools): readonly Extra[] {
  return [{ id: "shell", label: "shell", draw: () => <PodShell {...tools} /> }];
}

/** The shell of the life's Pod; another Pod has another. */
function PodShell({ life, page, open, leave }: Tools) {
  const vantage = vantagePathOf(life.vantage);
  const session = SESSIONS.get(vantage) ?? newSession(vantage, life.vantage, page.options);
  return (
    <Shell
      key={vantage}
      session={session}
      io={IO}
      onLife={open}
      onSession={(next) => keep(vantage, next)}
      onExit={leave}
    />
  );
}

const IO = {
  fetch: (path: string, init?: RequestInit) => fetch(path, init),
  now: () => Date.now(),
  random: () => Math.random(),
};

/** Where each Pod's shell was left, while the page is open. */
const SESSIONS = new Map<string, Session>();
const MOST_SESSIONS = 20;

function keep(vantage: string, session: Session): void {
  SESSIONS.delete(vantage);
  SESSIONS.set(vantage, session);
  const oldest = SESSIONS.keys().next().value;
  if (SESSIONS.size > MOST_SESSIONS && oldest !== undefined) SESSIONS.delete(oldest);
}
