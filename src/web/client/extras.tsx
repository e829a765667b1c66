/**
 * The tabs beside the drawers: what works in a browser alone.
 *
 * @module
 */
import type { Life } from "../../trace/life.ts";
import { ClusterTab } from "../cluster/cluster.tsx";
import type { Own } from "../cluster/own.ts";
import type { Extra } from "../drawers.tsx";
import { type Page, vantagePathOf } from "../page.ts";
import { Shell } from "../shell/Shell.tsx";
import { newSession, type Session } from "../shell/session.ts";
import { EFFECTS } from "./effects.ts";

/** What the tabs need of the explorer. */
export interface Tools {
  readonly life: Life;
  readonly page: Page;
  /** Brings the life at that path and query onto the stage. */
  readonly open: (path: string) => void;
  /** The visitor's own cluster, on the stage or not. */
  readonly own: Own | undefined;
  /** Asks with that cluster; the service's words where it refuses. */
  readonly askWith: (path: string, own: Own) => Promise<string | undefined>;
  /** Forgets the visitor's own cluster, and goes to that path. */
  readonly forget: (path: string) => void;
  /** Leaves the tab. */
  readonly leave: () => void;
}

export function extrasOf(tools: Tools): readonly Extra[] {
  return [
    { id: "shell", label: "shell", draw: () => <PodShell {...tools} /> },
    { id: "cluster", label: "cluster", draw: () => <PageCluster {...tools} /> },
  ];
}

function PageCluster({ life, page, own, askWith, forget }: Tools) {
  return (
    <ClusterTab
      {...{ life, page, own }}
      readText={EFFECTS.readText}
      onAsk={askWith}
      onForget={forget}
    />
  );
}

/** The shell of the life's Pod; another Pod has another. */
function PodShell({ life, page, open, leave }: Tools) {
  if (page.own) {
    return (
      <p>
        The shell asks the service by DNS over HTTPS, and a query cannot bring your cluster along.
      </p>
    );
  }
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
