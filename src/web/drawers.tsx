/**
 * The drawers: what a step is about, to look into. As tabs that follow the step, or one below the other without scripts.
 *
 * @module
 */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Life } from "../trace/life.ts";
import type { Focus, Step } from "../trace/story/step.ts";
import { Objects } from "./cluster/objects.tsx";
import type { ClusterView } from "./cluster/view.ts";
import { FileText } from "./drawers/files.tsx";
import { IptablesDrawer, type ReadText } from "./drawers/iptables.tsx";
import { MessageDrawer } from "./drawers/message.tsx";
import { CacheDrawer, ConntrackDrawer } from "./drawers/tables.tsx";
import { HeadersDrawer, type ReadHeaders, YourselfDrawer } from "./drawers/yourself.tsx";
import type { Page } from "./page.ts";

export type DrawerId = Focus | "headers";

/** What a browser can do, and a server's drawing cannot. */
export interface Effects {
  readonly readText: ReadText;
  readonly readHeaders: ReadHeaders;
  readonly copy: (text: string) => Promise<boolean>;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface DrawerProps {
  readonly life: Life;
  readonly page: Page;
  readonly step: Step;
  readonly effects?: Effects | undefined;
}

/** A tab beside the drawers, which does not follow the step: what only a browser can draw. */
export interface Extra {
  readonly id: string;
  readonly label: string;
  readonly draw: () => JSX.Element;
}

interface Drawer {
  readonly id: DrawerId;
  readonly label: string;
  readonly draw: (props: DrawerProps) => JSX.Element;
}

const DRAWERS: readonly Drawer[] = [
  {
    id: "resolv.conf",
    label: "resolv.conf",
    draw: ({ life, step }) => (
      <>
        <Events life={life} />
        <FileText text={life.files.resolvConf} line={resolvConfLine(life, step)} />
        <Notes notes={life.settings.notes} />
      </>
    ),
  },
  {
    id: "hosts",
    label: "hosts",
    draw: ({ life }) => <FileText text={life.files.hosts} />,
  },
  {
    id: "iptables",
    label: "iptables",
    draw: ({ life, page, step, effects }) => (
      <IptablesDrawer {...{ life, page, step }} readText={effects?.readText} />
    ),
  },
  {
    id: "conntrack",
    label: "conntrack",
    draw: ({ life, step }) => <ConntrackDrawer life={life} step={step} />,
  },
  {
    id: "corefile",
    label: "Corefile",
    draw: ({ life, step }) => (
      <>
        <p>{life.coredns.version}</p>
        <FileText text={life.coredns.corefile} line={step.line} />
      </>
    ),
  },
  {
    id: "cache",
    label: "cache",
    draw: ({ life, effects }) => <CacheDrawer life={life} now={effects?.now} />,
  },
  {
    id: "message",
    label: "message",
    draw: ({ life, step }) => <MessageDrawer life={life} step={step} />,
  },
  {
    id: "headers",
    label: "headers",
    draw: ({ life, page, effects }) => (
      <HeadersDrawer life={life} page={page} readHeaders={effects?.readHeaders} />
    ),
  },
  {
    id: "yourself",
    label: "do it yourself",
    draw: ({ life, page, effects }) => (
      <YourselfDrawer life={life} page={page} copy={effects?.copy} />
    ),
  },
];

/** Closed, each with its name: for who has no scripts. */
export function StackedDrawers({
  view,
  ...props
}: DrawerProps & { readonly view: ClusterView | undefined }) {
  const { life, page } = props;
  return (
    <section class="drawers stacked" aria-label="To look into">
      {DRAWERS.map(({ id, label, draw }) => (
        <details id={`drawer-${id.replace(".", "-")}`}>
          <summary>{label}</summary>
          {draw(props)}
        </details>
      ))}
      {view === undefined ? null : (
        <details id="drawer-cluster">
          <summary>cluster</summary>
          {/* The Pods stand in the form above. */}
          <Objects view={{ ...view, pods: [] }} life={life} options={page.options} filter="" />
        </details>
      )}
    </section>
  );
}

export interface TabsProps extends DrawerProps {
  readonly extras: readonly Extra[];
  /** What is open. */
  readonly open: string;
  /** Whether it follows the step. */
  readonly follows: boolean;
  readonly onOpen: (id: string) => void;
  readonly onFollow: () => void;
  /** A key on the tabs, of which `at` is open. */
  readonly onTabKey: (event: Event, ids: readonly string[], at: number) => void;
}

export function TabbedDrawers({
  extras,
  open,
  follows,
  onOpen,
  onFollow,
  onTabKey,
  ...props
}: TabsProps) {
  const tabs = [...DRAWERS, ...extras];
  const at = Math.max(
    0,
    tabs.findIndex(({ id }) => id === open),
  );
  const drawer = DRAWERS[at];
  const extra = extras[at - DRAWERS.length];
  return (
    <section class="drawers tabbed" aria-label="To look into">
      <div class="bar">
        <div
          role="tablist"
          aria-label="Drawers"
          onKeyDown={(event: Event) =>
            onTabKey(
              event,
              tabs.map(({ id }) => id),
              at,
            )
          }
        >
          {tabs.map(({ id, label }, index) => (
            <button
              type="button"
              role="tab"
              id={`tab-${id.replace(".", "-")}`}
              aria-selected={index === at ? "true" : "false"}
              aria-controls="drawer"
              tabindex={index === at ? 0 : -1}
              onClick={() => onOpen(id)}
            >
              {label}
            </button>
          ))}
        </div>
        <button
          type="button"
          class="follow"
          aria-pressed={follows ? "true" : "false"}
          title="Open what each step is about"
          onClick={onFollow}
        >
          Follow
        </button>
      </div>
      <div
        role="tabpanel"
        id="drawer"
        class="panel"
        aria-labelledby={`tab-${(tabs[at]?.id ?? "").replace(".", "-")}`}
        tabindex={0}
      >
        {drawer === undefined ? (
          extra?.draw()
        ) : (
          <div class="content" key={`${drawer.id} ${props.step.id}`}>
            {drawer.draw(props)}
          </div>
        )}
      </div>
    </section>
  );
}

/** kubelet's warnings, as `kubectl describe pod` shows them. */
function Events({ life }: { life: Life }) {
  if (life.events.length === 0) return null;
  return (
    <ul class="events">
      {life.events.map(({ reason, message }) => (
        <li>
          <b>{reason}</b> {message}
        </li>
      ))}
    </ul>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul class="notes">
      {notes.map((note) => (
        <li>{note}</li>
      ))}
    </ul>
  );
}

/** The line that the step reads: whom to ask, or how to search. */
function resolvConfLine(life: Life, step: Step): number | undefined {
  const word = /(?:^|-)(?:search|decision|again)$/.test(step.id)
    ? "search"
    : step.id === "resolv-conf" || step.id.endsWith("-send")
      ? "nameserver"
      : step.id.endsWith("-wait")
        ? "options"
        : undefined;
  if (word === undefined) return undefined;
  const at = life.files.resolvConf.split("\n").findIndex((line) => line.startsWith(`${word} `));
  return at < 0 ? undefined : at + 1;
}
