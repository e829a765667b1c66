/**
 * The tools that work in a browser alone: a shell inside the Pod, and the cluster as a list, a map and a text to change.
 *
 * They are loaded when one of them is opened first.
 *
 * @module
 */
import { ClusterTab } from "../cluster/cluster.tsx";
import { vantagePathOf } from "../page.ts";
import { Shell } from "../shell/Shell.tsx";
import { newSession, type Session } from "../shell/session.ts";
import { EFFECTS } from "./effects.ts";
import type { Tools } from "./extras.tsx";

export function PageCluster({ life, page, own, askWith, forget }: Tools) {
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
export function PodShell({ life, page, open, leave }: Tools) {
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
